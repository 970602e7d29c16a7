"""Founds a sample city and writes it: exports first, because quirks change what can be known, then answers."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from srdi.samples import (
    SOURCES,
    Quirks,
    SampleReport,
    declarations,
    deliveries,
    events,
    files,
    finance,
    oracle,
    programmes,
    titles,
    treasury,
)
from srdi.samples.deliveries import Delivery
from srdi.samples.truth import Records, Truth, day, populate

_BATCH = ("rows_landed", "rows_staged", "rows_quarantined", "rows_duplicate", "rows_ignored")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "whitelist": (
        "measure_id", "uscc", "area_code", "division_code", "verdict", "title", "title_valid_to", "reasons", "warnings",
    ),
    "reasons": ("measure_id", "uscc", "rule_id", "outcome", "effect"),
    "coverage": (
        "measure_id", "area_code", "division_code", "numerator", "denominator", "unknown", "rate", "target", "shortfall",
    ),
    "requirements": ("measure_id", "area_code", "division_code", "keeping", "failing", "unknown", "share"),
    "targets": ("measure_id", "area_code", "target", "actual", "gap", "unknown"),
    "financing": ("measure_id", "area_code", "bank", "numerator", "denominator", "value", "target"),
    "title_standing": (
        "uscc", "standard", "purpose", "outcome", "failing", "unknown", "score_low", "score_high",
    ),
    "title_gap": ("uscc", "next_title", "criterion_id", "outcome"),
    "evaluations": ("uscc", "evaluated_on", "level", "derived"),
    "batches": ("source", "file_name", "as_of", "outcome", "refusal", *_BATCH),
    "quarantine": ("source", "file_name", "row_no", "check_id", "quirk"),
    "findings": ("source", "file_name", "row_no", "field", "check_id", "quirk"),
    "quirks": ("source", "file_name", "quirk"),
}  # fmt: skip


def found(enterprises: int, seed: int, as_of: date) -> Truth:
    """Everything that is so, nothing written down yet."""
    population = populate(enterprises, seed, as_of)
    truth = Truth(as_of, population)
    listed = titles.award(population, seed, as_of)
    tax = events.tax_years(population, seed, as_of)
    asked = finance.applications(population, seed, as_of)
    lent = finance.loans(population, asked, seed, as_of)
    made = [
        Records("enterprise_registry", {}, np.arange(len(population))),
        listed,
        events.listings(population, seed, as_of),
        events.court_cases(population, seed, as_of),
        tax,
        events.tax_credits(population, seed, as_of),
        events.evaluations(population, listed, seed, as_of),
        asked,
        declarations.declarations(population, seed, as_of),
        programmes.clouds(population, seed, as_of),
        programmes.services(population, seed, as_of),
        lent,
        finance.guarantees(population, lent, seed, as_of),
        programmes.members(population, seed, as_of),
        finance.listing_steps(population, seed, as_of),
        treasury.bank_months(population, seed, as_of),
        treasury.benefits(population, tax, seed, as_of),
        treasury.works(population, seed, as_of),
    ]
    truth.records = {records.source: records.ready(as_of) for records in made}
    return truth


def write_city(out: Path, enterprises: int, seed: int, as_of: date, quirks: Quirks) -> SampleReport:
    """See :func:`srdi.samples.generate`."""
    truth = found(enterprises, seed, as_of)
    report = SampleReport(out, as_of, truth=truth)
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in _COLUMNS}
    for delivery in exports(truth, seed, quirks):
        _write(delivery, out / delivery.source)
        _account(delivery, tables, report)
    right = oracle.answers(truth)
    judged = ("whitelist", "reasons", "coverage", "requirements", "targets", "financing", "evaluations")
    tables |= {name: getattr(right, name) for name in judged}
    streamed = {"title_standing": right.title_standing, "title_gap": right.title_gap}
    for name, rows in {**tables, **streamed}.items():
        _table(out / "answers" / f"{name}.csv", _COLUMNS[name], rows)
    for row in right.whitelist:
        report.verdicts.setdefault(row["measure_id"], Counter())[row["verdict"]] += 1
    return report


def exports(truth: Truth, seed: int, quirks: Quirks) -> Iterator[Delivery]:
    """All files in order; afterwards ``truth`` holds what a careful reader of them can know."""
    if quirks == "all":
        _remember(truth.records["registry_risk"], deliveries.older_day(truth.as_of))
    for source in SOURCES:
        # one source at a time: its text tables are the largest thing in memory
        yield from deliveries.deliver(truth, source, quirks, seed)
    truth.population.seen = truth.records["enterprise_registry"].known.copy()


def _remember(records: Records, older: date) -> None:
    """Add what the risk lists said on an older day, when today's removals had not happened yet."""
    c = records.columns
    then = np.flatnonzero(c["listed_on"] <= day(older))
    columns = {name: np.r_[values, values[then]] for name, values in c.items()}
    late = np.r_[np.zeros(len(records), bool), c["removed_on"][then] > day(older)]
    columns["removed_on"] = np.where(late, np.datetime64("NaT", "D"), columns["removed_on"])
    columns["removed_reason"] = np.where(late, "", columns["removed_reason"])
    records.columns = columns
    records.owner = np.r_[records.owner, records.owner[then]]
    records.as_of = np.r_[records.as_of, np.full(len(then), day(older))]
    records.known = np.ones(len(records.owner), bool)


def _write(delivery: Delivery, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if delivery.sheet is not None:
        files.write(delivery.sheet, folder)
    elif delivery.same_as:
        (folder / delivery.file_name).write_bytes((folder / delivery.same_as).read_bytes())
    else:
        (folder / delivery.file_name).write_bytes(delivery.raw or b"")


def _account(delivery: Delivery, tables: dict[str, list[dict[str, Any]]], report: SampleReport) -> None:
    sheet, source, name = delivery.sheet, delivery.source, delivery.file_name
    counts: dict[str, Any] = sheet.counts() if sheet is not None else dict.fromkeys(_BATCH, "")
    tables["batches"].append(
        dict(
            source=source,
            file_name=name,
            as_of=delivery.as_of,
            outcome=delivery.outcome,
            refusal=delivery.refusal,
        )
        | counts
    )
    found_quirks = set(sheet.quirks) if sheet is not None else set()
    found_quirks |= {delivery.quirk} - {""}
    tables["quirks"] += [dict(source=source, file_name=name, quirk=quirk) for quirk in sorted(found_quirks)]
    report.files[source] = report.files.get(source, 0) + 1
    report.rows[source] = report.rows.get(source, 0) + (counts["rows_landed"] or 0)
    report.quirks[source] = sorted({*report.quirks.get(source, ()), *found_quirks})
    if sheet is None:
        return
    for note in sorted(sheet.notes, key=lambda n: n.line):
        tables["quarantine"].append(
            dict(source=source, file_name=name, row_no=note.line, check_id=note.check_id, quirk=note.quirk)
        )
    for note in sorted(sheet.findings, key=lambda n: n.line):
        row = dict(
            source=source,
            file_name=name,
            row_no=note.line,
            field=note.field,
            check_id=note.check_id,
            quirk=note.quirk,
        )
        tables["findings"].append(row)


def _table(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([row[name] for name in columns] for row in rows)
