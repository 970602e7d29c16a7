"""Rules derived from a contract: which there are, what they let through, and that every one compiles."""

from __future__ import annotations

import pytest
from quality_bench import contract_with

from srdi.contracts.loader import load_contracts, load_dictionary
from srdi.quality.rows import any_of
from srdi.quality.rules import BATCH_DAY, CODE_KINDS, KEY_REPEATED, rules_for

ALL_KINDS = ["not_reported", "not_applicable", "withheld", "unreadable", "unknown_category", *CODE_KINDS]


def test_the_rules_of_a_contract_are_exactly_these(bench):
    rules = rules_for(bench.contract, bench.dictionary)
    assert [(rule.check_id, rule.severity, rule.action) for rule in rules] == [
        ("uscc.required", "warning", "quarantine"),
        ("uscc.code_scientific", "warning", "quarantine"),
        ("uscc.code_length", "warning", "quarantine"),
        ("uscc.code_alphabet", "warning", "quarantine"),
        ("uscc.code_checksum", "warning", "quarantine"),
        ("uscc.code_15", "warning", "quarantine"),
        ("uscc.readable", "warning", "quarantine"),
        ("kind.required", "warning", "quarantine"),
        ("kind.category", "warning", "quarantine"),
        ("kind.readable", "warning", "quarantine"),
        ("listed_on.required", "warning", "quarantine"),
        ("listed_on.readable", "warning", "quarantine"),
        ("listed_on.after_as_of", "info", "record"),
        ("amount.readable", "warning", "record"),
        ("amount.range", "warning", "record"),
        ("person.readable", "warning", "record"),
        ("key.unique", "info", "record"),
        ("big_amount", "warning", "quarantine"),
    ]


def test_bounds_are_exact_decimals(bench):
    found = {rule.check_id: rule for rule in rules_for(bench.contract, bench.dictionary)}
    assert found["amount.range"].predicate == '"amount" >= 0 AND "amount" <= 1000000000'
    assert found["amount.range"].columns == ("amount",)
    assert found["big_amount"].columns == ("kind", "amount")


@pytest.mark.parametrize("kind", [*ALL_KINDS, "a_kind_nobody_knows"])
def test_every_missing_kind_of_a_required_field_fails_exactly_one_rule(bench, kind):
    rules = [rule for rule in rules_for(bench.contract, bench.dictionary) if rule.fields == ("uscc",)]
    bench.con.execute("CREATE OR REPLACE TABLE one AS SELECT ? AS uscc__missing", [kind])
    failing = [
        rule.check_id
        for rule in rules
        if bench.con.execute(f"SELECT count(*) FROM one WHERE {rule.failing}").fetchone() == (1,)
    ]
    expected = {"not_reported": "required", "not_applicable": "required", "withheld": "required"}.get(kind)
    assert failing == [f"uscc.{expected or (kind if kind in CODE_KINDS else 'readable')}"]


def test_a_value_that_is_there_fails_nothing(bench):
    bench.con.execute("CREATE TABLE one AS SELECT NULL::VARCHAR AS uscc__missing")
    rules = [rule for rule in rules_for(bench.contract, bench.dictionary) if rule.fields == ("uscc",)]
    condition = any_of([rule.failing for rule in rules])
    assert bench.con.execute(f"SELECT count(*) FROM one WHERE {condition}").fetchone() == (0,)


@pytest.mark.parametrize(("drift", "action", "severity"), [
    ("record", "record", "warning"),
    ("quarantine", "quarantine", "warning"),
    ("stop", "record", "critical"),
])  # fmt: skip
def test_the_contract_says_what_an_unknown_category_of_an_optional_field_does(bench, drift, action, severity):
    fields = bench.contract.model_dump()["fields"]
    fields["kind"]["required"] = False
    contract = contract_with(fields=fields, drift={"category": drift})
    rule = next(r for r in rules_for(contract, bench.dictionary) if r.check_id == "kind.category")
    assert (rule.action, rule.severity) == (action, severity)


def test_two_rules_with_one_id_are_a_programming_error(bench):
    check = bench.contract.checks[0].model_copy(update={"id": "uscc.required"})
    with pytest.raises(ValueError, match=r"uscc\.required"):
        rules_for(bench.contract.model_copy(update={"checks": [check]}), bench.dictionary)


_SQL_TYPES = {
    "text": "VARCHAR", "code": "VARCHAR", "category": "VARCHAR", "date": "DATE", "integer": "BIGINT",
    "month": "DATE", "year": "INTEGER", "money": "DECIMAL(18,2)", "decimal": "DECIMAL(10,4)", "ratio": "DECIMAL(12,6)",
    "flag": "BOOLEAN", "names": "VARCHAR[]",
}  # fmt: skip


def test_every_predicate_of_every_real_contract_runs_in_duckdb(bench):
    dictionary = load_dictionary()
    contracts = load_contracts(dictionary=dictionary)
    assert contracts.broken == []
    assert len(contracts.contracts) >= 8
    for contract in contracts.contracts.values():
        columns = []
        for name in contract.fields:
            columns += [f'"{name}" {_SQL_TYPES[dictionary.fields[name].type]}']
            columns += [f'"{name}__raw" VARCHAR', f'"{name}__missing" VARCHAR']
        bench.con.execute(
            f"CREATE OR REPLACE TABLE probe ({', '.join(columns)}, {KEY_REPEATED} BOOLEAN, {BATCH_DAY} DATE)"
        )
        # a bank's or a district's row names no enterprise
        code = "(uscc) VALUES ('91410100MA00000000')" if "uscc" in contract.fields else "DEFAULT VALUES"
        bench.con.execute(f"INSERT INTO probe {code}")
        rules = rules_for(contract, dictionary)
        assert len(rules) > len(contract.fields)
        for rule in rules:
            count = bench.con.execute(f"SELECT count(*) FROM probe WHERE {rule.failing}").fetchone()[0]
            # no value and no missing kind: only a rule about the code's own characters can have an opinion
            assert count == 0 or rule.fields == ("uscc",), (contract.id, rule.check_id)
            assert rule.columns, (contract.id, rule.check_id)
