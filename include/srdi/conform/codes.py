"""The unified social credit code (GB 32100-2015): compact form, and the reason why a text is none.

``check_uscc`` and the SQL macros ``uscc_compact`` / ``uscc_reason`` mean the same, character for character.
Nothing is repaired here: a code that fails is handed back with its reason and its raw text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srdi.conform.text import fold

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
REASONS = ("code_scientific", "code_15", "code_length", "code_alphabet", "code_checksum")

_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_SCIENTIFIC = r"^[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,2}$"
# a certificate's copy count behind the code: （1-2）, (副本), 1/1
_COPY = r"\((?:[0-9]+[-/][0-9]+|副本|正本)\)$"
_SEPARATORS = r"[- \t\r\n._·:/\"'`‘’“”–—*]"
_SHAPE = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"


@dataclass(frozen=True)
class CodeCheck:
    """``compact``: 18 characters without separators (or what is left of a wrong one), None for a blank text.

    ``reason``: None when the code is right, else one of :data:`REASONS`.
    ``org_ok``: whether position 17 checks by GB 11714; None when the code is wrong. False is a warning only.
    """

    compact: str | None
    reason: str | None
    org_ok: bool | None = None


def check_uscc(text: str | None) -> CodeCheck:
    """Check one text. A blank text has neither code nor reason."""
    folded = fold(text or "")
    if re.search(_SCIENTIFIC, folded):
        return CodeCheck(_upper(folded), "code_scientific")
    compact = _upper(re.sub(_SEPARATORS, "", re.sub(_COPY, "", folded)))
    if not compact:
        return CodeCheck(None, None)
    if re.search(r"^[0-9A-Z]{15}$", compact):
        return CodeCheck(compact, "code_15")
    if len(compact) != 18:
        return CodeCheck(compact, "code_length")
    if not re.search(_SHAPE, compact):
        return CodeCheck(compact, "code_alphabet")
    if check_character(compact[:17]) != compact[17]:
        return CodeCheck(compact, "code_checksum")
    return CodeCheck(compact, None, org_check(compact))


def _upper(text: str) -> str:
    """Upper case of ASCII only: the capitals of ß and the like differ from library to library."""
    return text.upper() if text.isascii() else text


def check_character(first17: str) -> str:
    """Position 18 for the first 17 characters. Raises ValueError on a character outside the alphabet."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def org_check(code: str) -> bool:
    """Whether position 17 of an 18-character code is the check digit of positions 9 to 16 (GB 11714)."""
    values = (_ORG_ALPHABET.index(char) for char in code[8:16])
    total = sum(value * weight for value, weight in zip(values, _ORG_WEIGHTS, strict=True))
    return code[16] == "0X987654321"[total % 11]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_STRIPPED = f"regexp_replace(regexp_replace(t, {_quoted(_COPY)}, ''), {_quoted(_SEPARATORS)}, '', 'g')"
_TOTAL = " + ".join(
    f"(strpos('{ALPHABET}', substr(c, {i}, 1)) - 1) * {weight}" for i, weight in enumerate(WEIGHTS, start=1)
)

MACROS = {
    # takes folded text; scientific notation keeps its shape so that its reason stays visible
    "uscc_compact(t)": (
        f"CASE WHEN regexp_matches(t, {_quoted(_SHAPE)}) THEN t "
        f"WHEN strlen(t) <> length(t) THEN CASE WHEN strlen({_STRIPPED}) = length({_STRIPPED}) "
        f"THEN upper({_STRIPPED}) ELSE {_STRIPPED} END "
        f"WHEN regexp_matches(t, '^[0-9A-Za-z]+$') OR regexp_matches(t, {_quoted(_SCIENTIFIC)}) "
        f"THEN upper(t) ELSE upper({_STRIPPED}) END"
    ),
    # takes the compact code; NULL means right. The shape comes first because nearly all codes have it, and no
    # text that has it can be any of the others
    "uscc_reason(c)": (
        f"CASE WHEN c IS NULL OR c = '' THEN NULL "
        f"WHEN regexp_matches(c, {_quoted(_SHAPE)}) THEN CASE "
        f"WHEN substr('0YXWUTRQPNMLKJHGFEDCBA987654321', CAST(({_TOTAL}) % 31 + 1 AS BIGINT), 1) "
        f"<> substr(c, 18, 1) THEN 'code_checksum' END "
        f"WHEN regexp_matches(c, {_quoted(_SCIENTIFIC)}) THEN 'code_scientific' "
        f"WHEN regexp_matches(c, '^[0-9A-Z]{{15}}$') THEN 'code_15' "
        f"WHEN length(c) <> 18 THEN 'code_length' "
        f"ELSE 'code_alphabet' END"
    ),
}
