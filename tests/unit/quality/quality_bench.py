"""A small source and its conformed file, built by hand: these tests need neither loader nor conform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from srdi.contracts.models import Contract, FieldMeaning
from srdi.contracts.refusals import Refusal
from srdi.engine.lake import Lake

BATCH = "ledger-20250930-0123456789ab"


@dataclass(frozen=True)
class Meanings:
    fields: dict[str, FieldMeaning]


@dataclass(frozen=True)
class File:
    batch_id: str = BATCH
    file_name: str = "台账'_20250930.csv"
    as_of: date | None = date(2025, 9, 30)


@dataclass(frozen=True)
class Report:
    refusal: Refusal | None = None
    rows_landed: int = 0
    rows_duplicate: int = 0
    rows_ignored: int = 0


@dataclass
class Bench:
    """A lake, a connection and what the gate is given; ``write`` puts conformed rows there."""

    lake: Lake
    con: Any
    contract: Contract
    dictionary: Meanings
    uri: str
    landed: File = field(default_factory=File)
    data_rows: int = 0

    def write(self, rows: list[dict[str, Any]]) -> None:
        """``rows``: per row any of the conformed columns; the rest is a valid row."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        text, day, money = pa.string(), pa.date32(), pa.decimal128(18, 2)
        types = {"uscc": text, "kind": text, "listed_on": day, "amount": money, "person": text}
        schema = [("_row_no", pa.int64()), ("_kind", text), ("_raw_row", text)]
        schema += [("_ignored_reason", text), ("_duplicate_of", pa.int64())]
        for name, one in types.items():
            schema += [(name, one), (f"{name}__raw", text), (f"{name}__missing", text)]
        full = []
        for n, row in enumerate(rows, start=2):
            base = {
                "_row_no": n,
                "_kind": "data",
                "_raw_row": f'{{"代码":"C{n}"}}',
                "uscc": f"C{n:017d}",
                "kind": "甲",
                "listed_on": date(2025, 1, 1),
                "amount": None,
                "amount__missing": "not_reported",
                "person": None,
                "person__missing": "not_reported",
            }
            base |= row
            full.append({name: base.get(name) for name, _ in schema})
        self.data_rows = sum(row["_kind"] == "data" for row in full)
        pq.write_table(pa.Table.from_pylist(full, schema=pa.schema(schema)), self.lake.make_room("c.parquet"))

    def validate(self, **changes: Any) -> Any:
        from srdi.quality.gate import validate

        given: dict[str, Any] = {"last_good_rows": None, "day_rows": self.data_rows} | changes
        contract = given.pop("contract", self.contract)
        report = given.pop("report", Report())
        return validate(
            contract, self.dictionary, self.landed, report, self.uri, self.lake, self.con, **given
        )

    def read(self, path: str, order: str = "1") -> list[dict[str, Any]]:
        cursor = self.con.execute(f"SELECT * FROM read_parquet('{self.lake.uri(path)}') ORDER BY {order}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def contract_with(**changes: Any) -> Contract:
    base: dict[str, Any] = {
        "id": "ledger",
        "title": {"zh": "测试台账", "en": "Test ledger"},
        "supplier": "某局",
        "legal_basis": "无",
        "contact": "无",
        "cadence": {"every": "day", "due": "03:00", "fresh_days": 7},
        "mode": "snapshot",
        "key": ["uscc", "listed_on"],
        "fields": {
            "uscc": {"headers": ["代码"], "required": True},
            "kind": {"headers": ["类型"], "required": True},
            "listed_on": {"headers": ["列入日期"], "required": True},
            "amount": {"headers": ["金额"], "unit": "元", "minimum": 0, "maximum": 1e9},
            "person": {"headers": ["联系人"]},
        },
        "checks": [
            {
                "id": "big_amount",
                "predicate": "amount <= 500 OR kind = '甲'",
                "fields": ["amount", "kind"],
                "severity": "warning",
                "action": "quarantine",
                "expected": "乙类金额不超过 500 元",
                "message": "金额与类型不符",
            }
        ],
        "quarantine_share": 0.5,
    }
    return Contract.model_validate(base | changes)
