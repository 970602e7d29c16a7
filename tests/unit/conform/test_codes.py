"""Codes: known right and wrong ones, every single-character error, and Python equal to SQL."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from srdi.conform import macros
from srdi.conform.codes import ALPHABET, check_character, check_uscc, org_check
from srdi.contracts.predicates import org_check_sql
from srdi.engine.duck import connect

CON = connect(threads=1)
macros.register(CON)

RIGHT = [
    "914403001922038216",
    "9144030071526726XG",
    "91330100799655058B",
    "91110108551385082Q",
    "121200004013590816",
    "91310115MA1K3BTP2B",
    "92340621MA2PBMNMXM",
    "91152201078377449P",
    "92340621MA2UK0DA11",
]
REASONS = {
    "12345": "code_length",
    "12345678": "code_length",
    "9111000060003734": "code_length",
    "统一社会信用代码": "code_length",
    "9111000060003IOZSV": "code_alphabet",
    "91A10000600037341L": "code_alphabet",
    "91110000600037341N": "code_checksum",
    "91110000600037342L": "code_checksum",
    # letters are allowed in positions 1 and 2, so only the check character can tell
    "A1110000600037341L": "code_checksum",
    "9.14103E+17": "code_scientific",
    "9.14103e17": "code_scientific",
    "410100100012345": "code_15",
    "41010060003734L": "code_15",
}
DRESSED = [
    "91 110000 600037341L",
    "9 1 110000 600037341L",
    "'91110000600037341L",
    "９１１１００００６０００３７３４１Ｌ",
    "91110000600037341l",
    "91110000-600037341-L",
    "\u200b91110000600037341L\ufeff",
    "91110000600037341L（1-2）",
    "91110000600037341L(1/1)",
    "91110000600037341L（副本）",
    " 91110000600037341L\t",
]

code = st.builds(
    lambda head, division, org: (first := head + division + org) + check_character(first),
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def in_sql(text):
    return CON.execute(
        "SELECT c, uscc_reason(c) FROM (SELECT uscc_compact(fold(?::VARCHAR)) AS c)", [text]
    ).fetchone()


@pytest.mark.parametrize("text", RIGHT)
def test_right_codes(text):
    assert check_uscc(text).reason is None
    assert check_uscc(text).compact == text


@pytest.mark.parametrize("text", REASONS)
def test_each_reason(text):
    assert check_uscc(text).reason == REASONS[text]
    assert in_sql(text)[1] == REASONS[text]


@pytest.mark.parametrize("text", DRESSED)
def test_dressing_is_taken_off(text):
    assert check_uscc(text).compact == "91110000600037341L"
    assert in_sql(text) == ("91110000600037341L", None)


@pytest.mark.parametrize("text", ["", "  ", "　", None])
def test_blank_is_neither_right_nor_wrong(text):
    assert check_uscc(text).compact is None and check_uscc(text).reason is None


@given(code, st.integers(0, 17), st.sampled_from(ALPHABET))
@settings(max_examples=200, deadline=None)
def test_every_single_wrong_character_is_noticed(right, place, char):
    assert check_uscc(right).reason is None
    wrong = right[:place] + char + right[place + 1 :]
    assert (check_uscc(wrong).reason is None) == (wrong == right)


@given(st.one_of(st.text(max_size=24), st.text(ALPHABET + "IOSVZ.E+-（） ", min_size=14, max_size=20), code))
@example("9E17")
@example("91110000600037341L(1-2)")
@settings(max_examples=200, deadline=None)
def test_python_equals_sql(text):
    text = text.replace("\x00", "")
    python = check_uscc(text)
    assert in_sql(text) == (python.compact or "", python.reason)


def test_org_check_in_python_and_sql():
    for right in RIGHT:
        assert org_check(right)
    for text in [*RIGHT, "91110000600037311L", "92340621MA2UK0DA01"]:
        got = CON.execute(f"SELECT {org_check_sql('c')} FROM (SELECT ? AS c)", [text]).fetchone()[0]
        assert got == org_check(text)
    assert not org_check("91110000600037311L")
