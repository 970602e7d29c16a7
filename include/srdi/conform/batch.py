"""Conforms one landed file: bytes → rows of typed fields, every landed row accounted for.

The second of the six steps. Reads the landed bytes and the contract, writes one Parquet file below
``conformed/`` in the lake, and reports. Bad files never raise: they come back with a refusal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from srdi.conform import drift as drifts
from srdi.conform import macros
from srdi.conform.decode import Refused, refused
from srdi.conform.header import HeaderMatch, Headers, fits_better, required_missing, unit_above
from srdi.conform.outcome import counted, mark_duplicates, profiled, write_conformed
from srdi.conform.readings import prepare_lookups
from srdi.conform.report import ColumnProfile, ConformReport
from srdi.conform.rows import classify
from srdi.conform.sheet import Sheet, read_sheet, refuse_truncated
from srdi.conform.typed import Reader, read_distinct
from srdi.conform.workbook import damaged
from srdi.contracts.loader import Dictionary, load_contracts
from srdi.contracts.models import Contract
from srdi.contracts.refusals import Refusal, RefusalCode, refuse

if TYPE_CHECKING:
    import duckdb

    from srdi.engine.lake import Lake

SMALLEST_SHARE = 0.3
# what the steps pass to each other in temp tables
LEFT_OVER = ("sheet", "lines", "odd_rows", "duplicates")


class LandedFile(Protocol):
    """What this step needs to know of a landed file (see ``pull``)."""

    @property
    def batch_id(self) -> str: ...
    @property
    def as_of(self) -> date | None: ...
    @property
    def file_name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def lake_path(self) -> str: ...
    @property
    def problem(self) -> tuple[str, str] | None: ...


def conform(
    contract: Contract,
    dictionary: Dictionary,
    landed: LandedFile,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    *,
    last_good: ColumnProfile | None = None,
    others: Mapping[str, Contract] | None = None,
) -> ConformReport:
    """Read one landed file by its contract and write ``conformed/<source>/<batch_id>.parquet``.

    ``last_good``: profile of the source's last good file, for drift. ``others``: all contracts, to name the
    source a foreign file belongs to (default: the product's own). Columns of the file written: ``_row_no``,
    ``_kind`` (data, duplicate, ignored), ``_raw_row`` (JSON), ``_ignored_reason``, ``_duplicate_of``, and
    ``f``, ``f__raw``, ``f__missing`` for every field, in the order of ``_row_no``.
    """
    report = ConformReport(batch_id=landed.batch_id)
    try:
        if landed.problem is not None:
            return replace(report, refusal=_known_problem(landed))
        return _conform(contract, dictionary, landed, lake, con, last_good, others)
    except Refused as error:
        return replace(report, refusal=error.refusal)
    except damaged() as error:
        detail = f"内容已损坏（{type(error).__name__}）"
        return replace(report, refusal=refuse(RefusalCode.UNREADABLE, file=landed.file_name, detail=detail))
    finally:
        own = [f"{kind}_{name}" for kind in ("cells", "lookup") for name in contract.fields]
        for table in (*LEFT_OVER, *own):
            con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _known_problem(landed: LandedFile) -> Refusal:
    code, message = landed.problem or ("internal", "")
    return Refusal(RefusalCode(code), message)


def _conform(
    contract: Contract,
    dictionary: Dictionary,
    landed: LandedFile,
    lake: Lake,
    con: duckdb.DuckDBPyConnection,
    last_good: ColumnProfile | None,
    others: Mapping[str, Contract] | None,
) -> ConformReport:
    macros.register(con)
    headers = Headers(contract, landed.as_of)
    sheet = read_sheet(
        contract, headers, lambda: lake.open(landed.lake_path), landed.file_name, landed.sha256, con
    )
    match = _accepted_header(contract, sheet, landed, others)
    header_row = sheet.first + match.row
    above = sheet.head[: match.row + 1 - match.rows]
    units = _units(contract, dictionary, match, unit_above(above))

    found = con.execute("SELECT coalesce(max(len(cells)), 0) FROM sheet").fetchone()
    classify(con, contract, match, header_row)
    refuse_truncated(sheet, match, landed.file_name, con)
    prepare_lookups(con, contract, dictionary)

    report = ConformReport(
        batch_id=landed.batch_id,
        encoding=sheet.encoding,
        sheet=sheet.name,
        header_row=header_row,
        columns={column.header: column.field for column in match.columns if column.field},
        units=units,
        drift=drifts.column_drift(contract, match, last_good),
    )
    report = counted(report, match, con)
    if report.rows_landed == report.rows_ignored and not contract.allow_empty:
        detail = f"表头在第 {header_row} 行，其下没有数据"
        raise refused(RefusalCode.EMPTY, file=landed.file_name, detail=detail)
    reader = Reader(contract, dictionary, match, units, int(found[0]) if found else 0)
    reader = replace(reader, once=read_distinct(con, reader, report.rows_landed))
    duplicates = mark_duplicates(reader, con)
    with tempfile.TemporaryDirectory(prefix="srdi-conform-") as folder:
        # written outside the lake first: a file whose columns have drifted is refused and never gets there
        written = Path(folder) / "conformed.parquet"
        write_conformed(reader, written, con)
        report = profiled(report, contract, dictionary, match, written, con, last_good)
        refusal = drifts.refusal_for(report.drift, contract, landed.file_name)
        if refusal is not None:
            return replace(report, refusal=refusal)
        path = f"conformed/{contract.id}/{landed.batch_id}.parquet"
        lake.filesystem.put_file(str(written), lake.make_room(path))
    data = report.rows_landed - report.rows_ignored - duplicates
    return replace(report, rows_duplicate=duplicates, rows_data=data, path=path)


def _accepted_header(
    contract: Contract, sheet: Sheet, landed: LandedFile, others: Mapping[str, Contract] | None
) -> HeaderMatch:
    """The header, or ``Refused`` with empty, foreign, ambiguous_header or missing_column."""
    name, match = landed.file_name, sheet.match
    if not sheet.head:
        raise refused(RefusalCode.EMPTY, file=name, detail="文件里只有空行")
    lacking = required_missing(contract, match) if match else list(contract.key)
    if match is None or lacking or match.share < 0.5:
        others = load_contracts().contracts if others is None else others
        rivals = [Headers(other, landed.as_of) for other in others.values() if other.id != contract.id]
        owner = fits_better(match, sheet.head, rivals)
        known = match.matched if match else 0
        if owner is not None:
            detail = f"表头与「{owner.title.zh}」（{owner.id}）的约定相符"
            raise refused(RefusalCode.FOREIGN, file=name, source=contract.title.zh, detail=detail)
        if match is None or (lacking and (known < 2 or match.share < SMALLEST_SHARE)):
            detail = f"前 {contract.arrival.header_rows} 行中认得的列名只有 {known} 个"
            raise refused(RefusalCode.FOREIGN, file=name, source=contract.title.zh, detail=detail)
    if match.twice:
        detail = "；".join(
            f"「{'」「'.join(headers)}」都对应 {drifts.canonical_header(contract, field)}"
            for field, headers in match.twice
        )
        raise refused(RefusalCode.AMBIGUOUS_HEADER, file=name, detail=detail)
    if lacking:
        detail = "、".join(drifts.canonical_header(contract, field) for field in lacking)
        raise refused(RefusalCode.MISSING_COLUMN, file=name, detail=detail)
    return match


def _units(
    contract: Contract, dictionary: Dictionary, match: HeaderMatch, above: str | None
) -> dict[str, str]:
    """Unit of each money and ratio column: its header's, else the line's above the table, else the contract's."""
    units = {}
    for name, column in match.by_field.items():
        kind = dictionary.fields[name].type
        if kind in ("money", "ratio"):
            declared = contract.fields[name].unit or "元"
            units[name] = column.unit or (above if kind == "money" and above else declared)
    return units
