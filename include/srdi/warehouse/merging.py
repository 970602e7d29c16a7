"""Merge staged rows into a live table: only rows that differ are touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Counts:
    """Rows that came, went and changed."""

    entered: int = 0
    left: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        return self.entered + self.left + self.changed


def listed(names: list[str], alias: str) -> str:
    return ", ".join(f'{alias}."{name}"' for name in names)


def same(keys: list[str], a: str, b: str) -> str:
    return " AND ".join(f'{a}."{key}" = {b}."{key}"' for key in keys)


def differs(content: list[str], a: str, b: str) -> str:
    """True when any content column differs, NULL being a value like others."""
    if not content:
        return "FALSE"
    return f"({listed(content, a)}) IS DISTINCT FROM ({listed(content, b)})"


def merge(
    connection: Connection,
    target: str,
    staged: str,
    keys: list[str],
    content: list[str],
    *,
    within: str = "TRUE",
    taken: str | None = None,
    provenance: dict[str, object] | None = None,
    keep_missing: bool = False,
) -> Counts:
    """Make the rows of ``target`` that satisfy ``within`` equal to those of ``staged``.

    ``within``: condition over alias ``t`` for the live rows this publication speaks about. ``taken``: the
    condition, also over ``t``, for staged rows to add; the same one by default. ``provenance``: columns written along with a row that differs, never compared.
    ``keep_missing``: rows absent from ``staged`` stay.
    """
    stamp = provenance or {}
    names = keys + content
    both = names + list(stamp)
    values = listed(names, "t") + "".join(f", :{name}" for name in stamp)
    left = 0
    if not keep_missing:
        left = connection.execute(
            text(
                f"DELETE FROM {target} AS t WHERE ({within})"
                f" AND NOT EXISTS (SELECT FROM {staged} AS s WHERE {same(keys, 's', 't')})"
            ),
            stamp,
        ).rowcount
    changed = 0
    if content:
        sets = [f'"{name}" = s."{name}"' for name in content] + [f'"{name}" = :{name}' for name in stamp]
        changed = connection.execute(
            text(
                f"UPDATE {target} AS t SET {', '.join(sets)} FROM {staged} AS s"
                f" WHERE {same(keys, 's', 't')} AND ({within}) AND {differs(content, 's', 't')}"
            ),
            stamp,
        ).rowcount
    columns = ", ".join(f'"{name}"' for name in both)
    entered = connection.execute(
        text(
            f"INSERT INTO {target} ({columns}) SELECT {values} FROM {staged} AS t"
            f" WHERE ({taken or within}) AND NOT EXISTS (SELECT FROM {target} AS o WHERE {same(keys, 'o', 't')})"
        ),
        stamp,
    ).rowcount
    return Counts(entered, left, changed)
