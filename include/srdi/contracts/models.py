"""The shape of a source contract and of the field dictionary.

A contract is one YAML file under ``contracts/sources``; it is the only place that knows a source.
``loader.py`` reads it, reports mistakes with file and line, and returns these models.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["info", "warning", "critical"]
FieldType = Literal[
    "text",
    "code",
    "date",
    "month",
    "integer",
    "decimal",
    "money",
    "ratio",
    "year",
    "category",
    "flag",
    "names",
]
MissingKind = Literal["not_reported", "not_applicable", "withheld"]
DriftKind = Literal["new", "missing", "renamed", "reordered", "retyped", "unit", "category"]
DriftAction = Literal["stop", "quarantine", "record"]


class Strict(BaseModel):
    """A model that refuses keys it does not know: a typing mistake in YAML is an error, not a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A text in Chinese and English."""

    zh: str
    en: str


class FieldMeaning(Strict):
    """One entry of ``fields.yaml``: what a field means wherever it appears.

    ``unit``: the unit it is stored in (``yuan``, ``ratio``, ``person`` …), None where it has none.
    ``places``: digits after the point for decimal, money and ratio.
    ``lookup``: file name below ``contracts/lookups`` whose first column lists the accepted spellings.
    ``open_list``: a spelling the lookup does not know is kept as received instead of being raised.
    ``known_by``: flag fact that says whether an empty value means "it did not happen" (facts only).
    ``sources``: sources that tell a fact, in order of precedence: the first that tells it counts.
    ``compared``: sources that tell it too and never count; ``told_as``: field of those sources.
    """

    type: FieldType
    zh: str
    en: str
    unit: str | None = None
    places: int | None = None
    lookup: str | None = None
    open_list: bool = False
    sensitive: bool = False
    known_by: str | None = None
    sources: list[str] = []
    compared: list[str] = []
    told_as: str | None = None
    note: str | None = None


class Header(Strict):
    """An accepted header; ``since``/``until`` bound the export days it is accepted for (half-open)."""

    name: str
    since: date | None = None
    until: date | None = None


class SourceField(Strict):
    """How one canonical field arrives in one source.

    ``headers``: accepted spellings without the unit bracket; the first is the canonical one.
    ``unit``: unit of the numbers when the header names none.
    ``blank``: spellings of "nothing here" → what they mean. An empty cell is always ``not_reported``.
    ``required``: a row without it goes to quarantine.
    ``minimum``/``maximum``: plausible range in the stored unit, outside it a finding of ``range_severity``.
    """

    headers: Annotated[list[str | Header], Field(min_length=1)]
    required: bool = False
    unit: str | None = None
    lookup: str | None = None
    blank: dict[str, MissingKind] = {}
    minimum: float | None = None
    maximum: float | None = None
    range_severity: Severity = "warning"
    column_optional: bool = False


class Http(Strict):
    """Settings of the HTTP transport; address and token live in the Airflow connection ``connection``.

    The endpoint answers JSON ``{"as_of": day, "rows": [{header: value}], "next": …}`` (``format: json``)
    or names files to download (``format: files``: ``{"files": [{"name", "url", "sha256", "as_of"}]}``).
    """

    path: str
    format: Literal["json", "files"] = "json"
    paging: Literal["none", "page", "offset", "cursor", "next_link"] = "page"
    page_size: int = 1000


class Arrival(Strict):
    """How the export arrives and how its files are read."""

    transport: Literal["drop_folder", "http"] = "drop_folder"
    connection: str = "srdi_inbox"
    files: list[str] = ["*.csv", "*.CSV", "*.txt", "*.xlsx", "*.XLSX"]
    http: Http | None = None
    encodings: list[str] = ["utf-8-sig", "gb18030"]
    sheet: str | None = None
    header_rows: int = 20
    footer_words: list[str] = [
        "合计", "小计", "总计", "共计", "本页合计", "制表人", "填表人", "填报人", "审核人", "单位负责人",
        "填报日期", "制表日期", "导出时间", "打印时间", "数据来源", "说明", "备注", "注",
    ]  # fmt: skip


class AsOf(Strict):
    """Where the day of an export comes from; a named group or the whole match must be eight digits."""

    origin: Literal["file_name", "api"] = "file_name"
    pattern: str = r"(?<!\d)(\d{8})(?!\d)"


class Cadence(Strict):
    """How often the supplier delivers. ``fresh_days``: an export older than this on the day is stale."""

    every: Literal["day", "week", "month", "quarter", "year"]
    due: time
    fresh_days: int = Field(gt=0)


class Check(Strict):
    """A row check: ``predicate`` is a condition to be kept (SQL over the source's fields, DuckDB dialect).

    A row for which it is false fails; NULL passes (the field is missing, which has its own check).
    ``action``: ``quarantine`` moves the row, ``record`` keeps it and writes a finding.
    """

    id: str
    predicate: str
    fields: Annotated[list[str], Field(min_length=1)]
    severity: Severity = "warning"
    action: Literal["quarantine", "record"] = "record"
    expected: str
    message: str
    todo: str = "请核对后更正并重新报送"


class Volume(Strict):
    """Rows of a day's export against the last good day's."""

    minimum: float = 0.8
    maximum: float = 2.0
    action: Literal["stop", "record"] = "stop"


class Contract(Strict):
    """One source. ``version`` is the content hash of its file, given by the loader.

    ``blank``: spellings of "nothing here" for every field; a field's own ``blank`` is added to it.
    """

    id: str
    title: Words
    supplier: str
    legal_basis: str
    contact: str
    cadence: Cadence
    mode: Literal["snapshot", "increment"]
    key: Annotated[list[str], Field(min_length=1)]
    closed_world: bool = False
    allow_empty: bool = False
    as_of: AsOf = AsOf()
    arrival: Arrival = Arrival()
    blank: dict[str, MissingKind] = {}
    fields: dict[str, SourceField]
    drift: dict[DriftKind, DriftAction] = {}
    checks: list[Check] = []
    volume: Volume = Volume()
    quarantine_share: float = 0.3
    matching: list[Literal["code", "name"]] = ["code"]
    note: str | None = None
    version: str = ""
