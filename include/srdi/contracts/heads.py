"""The head of each contract, read in milliseconds: all that a DAG file needs at parse time.

The full check (``loader.load_contracts``) takes half a second, and Airflow parses DAG files again for
every task. A file whose head cannot be read is left out here and named by the full check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from pathlib import Path

import yaml

SOURCES = Path(__file__).resolve().parent / "sources"
_LARGEST = 256 * 1024


@dataclass(frozen=True)
class Head:
    """What the scheduler must know of a source; ``due`` is a time of day in Asia/Shanghai."""

    id: str
    title_zh: str
    supplier: str
    legal_basis: str
    mode: str
    due: time
    transport: str
    connection: str


def load_heads(folder: Path | None = None) -> list[Head]:
    """Heads of all contracts that can be read, in file name order."""
    found = []
    for path in sorted((folder or SOURCES).glob("*.yaml")):
        try:
            if path.stat().st_size > _LARGEST:
                continue
            content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            arrival = content.get("arrival") or {}
            found.append(
                Head(
                    id=str(content["id"]),
                    title_zh=str(content["title"]["zh"]),
                    supplier=str(content["supplier"]),
                    legal_basis=str(content["legal_basis"]),
                    mode=str(content["mode"]),
                    due=time.fromisoformat(content["cadence"]["due"]),
                    transport=str(arrival.get("transport", "drop_folder")),
                    connection=str(arrival.get("connection", "srdi_inbox")),
                )
            )
        except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
            continue
    return found
