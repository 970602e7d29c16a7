"""The areas that packs speak about, read in milliseconds: all that the trigger form needs at parse time.

A file that cannot be read is left out here and named by the full check (``policy.loader``).
"""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

PACKS = Path(__file__).resolve().parent / "packs"
DIVISIONS = Path(__file__).resolve().parents[1] / "contracts" / "lookups" / "divisions.csv"
#: Counties that answer to the province itself stand below a code of their own.
APART = "省直辖县级行政区划"
_LARGEST = 256 * 1024


def load_cities(province: str) -> list[str]:
    """Codes of the cities of a province today, those under it without a prefecture among them, in code order."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        present = [row for row in csv.DictReader(file) if not row["until"]]
    apart = {row["code"] for row in present if row["parent"] == province and row["kind"] == APART}
    return sorted(
        row["code"]
        for row in present
        if row["parent"] in apart or (row["parent"] == province and row["kind"] == "地级市")
    )


def load_areas(packs: Path | None = None) -> dict[str, str]:
    """Division code → name of every area with a policy paper of its own, in code order."""
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file) if not row["until"]}
    found = set()
    for path in (packs or PACKS).glob("*.yaml"):
        try:
            if path.stat().st_size > _LARGEST:
                continue
            content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            if content["document"].get("kind", "paper") == "paper":
                found.add(str(content["document"].get("area") or ""))
        except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
            continue
    return {code: names[code] for code in sorted(found) if code in names}
