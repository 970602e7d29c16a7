"""Figures that cannot be: outside the range that the contracts of the night allow, or a part larger than its whole.

The night records them as findings; here, where nobody asks the supplier, such a figure is not known.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from srdi.contracts.loader import SOURCES, load_contract, load_dictionary
from srdi.contracts.models import Contract
from srdi.engine.duck import literal
from srdi.standards.title_columns import UNITS, facts

#: Sources whose figures the title standards ask for.
TOLD_BY = ("tax_annual", "annual_declaration")
_YEARS = re.compile(r"_prior2?$")
_WITHIN = re.compile(r"(\w+) <= (\w+)")


@cache
def _contracts() -> tuple[Contract, ...]:
    read = (load_contract(SOURCES / f"{source}.yaml", load_dictionary())[0] for source in TOLD_BY)
    return tuple(contract for contract in read if contract is not None)


@cache
def ranges() -> dict[str, tuple[Decimal, Decimal]]:
    """Fact → lowest and highest plausible figure; years before are bounded like the closed one."""
    bounds = {
        name: (Decimal(str(field.minimum)).normalize(), Decimal(str(field.maximum)).normalize())
        for contract in _contracts()
        for name, field in contract.fields.items()
        if field.minimum is not None and field.maximum is not None
    }
    asked = {name: _YEARS.sub("", name) for name in facts()}
    return {name: bounds[field] for name, field in asked.items() if field in bounds}


@cache
def parts() -> tuple[tuple[str, str], ...]:
    """Pairs of facts of one year, the first a part of the second: what the contracts warn about, not what is only odd."""
    pairs = [
        found.groups()
        for contract in _contracts()
        for check in contract.checks
        if check.severity != "info" and (found := _WITHIN.fullmatch(check.predicate))
    ]
    years = ((part + year, whole + year) for part, whole in pairs for year in ("", "_prior", "_prior2"))
    return tuple((part, whole) for part, whole in years if part in facts() and whole in facts())


def outside(fact: str, value: str) -> str:
    """SQL condition: the figure ``value`` of a fact is told and cannot be. FALSE for facts without a range."""
    if fact not in ranges():
        return "FALSE"
    low, high = ranges()[fact]
    return f"COALESCE({value} NOT BETWEEN {low:f} AND {high:f}, FALSE)"


def expected(fact: str, factor: int = 1, unit: str = "") -> str:
    """What is plausible, in words; in units of ``factor``."""
    low, high = ranges()[fact]
    unit = unit or UNITS.get(facts()[fact].unit or "", "")
    return f"应为 {low / factor:f} 至 {high / factor:f}{f' {unit}' if unit else ''}"


def beyond(part: str, whole: str) -> str:
    """SQL condition over two facts: the part is larger than the whole."""
    return f"COALESCE({part} > {whole}, FALSE)"


def beyond_note(part: str, whole: str) -> str:
    """SQL of the words for that, over the facts ``t``; NULL when it is not so."""
    zh = {name: facts()[name].zh for name in (part, whole)}
    return (
        f"CASE WHEN {beyond(f't.{part}', f't.{whole}')} THEN {literal(f'{zh[part]} {part} “')} || decimal_text(t.{part})"
        f" || {literal(f'”大于{zh[whole]}“')} || decimal_text(t.{whole}) || '”，两者不可能同时成立，按不详' END"
    )
