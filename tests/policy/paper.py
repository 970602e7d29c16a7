"""Small papers written by hand, in a folder beside packs that are shipped: what tests of the loader stand on."""

from __future__ import annotations

from pathlib import Path

from policy.scene import FACTS
from srdi.policy.loader import PACKS, load
from srdi.policy.packset import PackSet

#: What every paper rests on.
NEEDED = ("conventions.yaml", "henan_exclusions.yaml")

#: The end of a coverage measure.
TIER = "    tier: provincial_up\n    titles: [省级]\n"


def shipped(folder: Path, names: tuple[str, ...] | None = None) -> Path:
    """``folder`` with copies of the shipped packs (``names``: of these only); returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in PACKS.glob("*.yaml"):
        if names is None or path.name in names:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def edited(folder: Path, name: str, old: str, new: str) -> PackSet:
    """The shipped packs with one text replaced in one file."""
    path = shipped(folder) / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(folder, FACTS)


def head(document: str, city: str, area: str, in_force: str, number: str | None = None) -> str:
    """The beginning of a paper of ``city``, up to its parameters."""
    numbered = f"  number: {number}\n" if number else ""
    return f"""\
document:
  id: {document}
  title: {city}某文件
{numbered}  issuer: {city}人民政府办公室
  stage: issued
  in_force: {in_force}
  area: "{area}"
  verified: {{on: 2026-11-21, against: 全文, verify_by: 2027-05-31}}
parameters:
  floor:
    unit: ratio
    values:
"""


def whitelist(prefix: str, clause: str) -> str:
    """A list with one rule of its own, on the parameter ``floor``."""
    return f"""\
  - id: {prefix}.whitelist
    kind: list
    clause: {clause}
    title: {{zh: 名单, en: List}}
    of: provincial_or_above
    unless: henan.exclusions
    rules:
      - id: floor_kept
        title: {{zh: 研发占比, en: R&D share}}
        keep: rd_expense / revenue >= floor
        on_fail: warn
        clause: 三(二)6
"""


def evaluated(prefix: str, clause: str, *, of: str, title: str, more: str = "", last: str = "") -> str:
    """A coverage measure; ``more`` stands before its population, ``last`` behind everything."""
    return f"""\
  - id: {prefix}
    kind: coverage
    clause: {clause}
    title: {{{title}}}
{more}    of: {of}
    counts: digital_evaluated
{last}"""
