"""A small paper whose measures ask tables of events, and rows of these tables with their usual values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from policy.scene import EVENTS, FACTS, Scene, uscc
from srdi.policy.loader import PACKS, load
from srdi.policy.packset import PackSet
from srdi.policy.words import fact_name

DAY = date(2025, 9, 30)
HEAD = """\
document:
  id: events-2022
  title: 某市文件
  issuer: 某市人民政府办公室
  stage: issued
  in_force: [2022-04-12, null]
  area: "410100"
  verified: {on: 2026-11-21, against: 全文, verify_by: 2027-05-31}
parameters:
  ceiling:
    unit: ratio
    values:
      2022-04-12: {value: 0.01, clause: 三(四)14}
  nothing:
    unit: ratio
    values:
      2022-04-12: {value: 0, clause: 三(四)14}
  middle:
    unit: ratio
    values:
      2022-04-12: {value: 0.5, clause: 约定}
  ninth:
    unit: ratio
    values:
      2022-04-12: {value: 0.9, clause: 约定}
  whole:
    unit: ratio
    values:
      2022-04-12: {value: 1, clause: 约定}
  few:
    unit: count
    values:
      2022-04-12: {value: 2, clause: 三(六)18}
      2025-01-01: {value: 3, clause: 三(六)18}
  sum_wanted:
    unit: yuan
    values:
      2022-04-12: {value: 1000.00, clause: 三(六)18}
  at_most_days:
    unit: day
    values:
      2022-04-12: {value: 3, clause: 约定}
  receivables:
    unit: text
    values:
      2022-04-12: {value: 应收账款, clause: 三(四)12}
measures:
"""
MEASURE = """\
  - id: zhengzhou.figure
    kind: target
    clause: 三(四)14
    title: {zh: 数值, en: Figure}
"""


def paper(*measures: str, head: str = HEAD) -> str:
    """Text of the paper; each measure is its own lines after the title, one id a measure."""
    texts = []
    for number, lines in enumerate(measures):
        own = MEASURE.replace("zhengzhou.figure", f"zhengzhou.figure{number or ''}")
        texts.append(own + "".join(f"    {line}\n" for line in lines.strip().split("\n")))
    return head + "".join(texts)


def packs_of(folder: Path, text: str) -> PackSet:
    """The paper beside the shipped conventions alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "conventions.yaml").write_bytes((PACKS / "conventions.yaml").read_bytes())
    (folder / "events.yaml").write_text(text, encoding="utf-8")
    return load(folder, FACTS, events=EVENTS)


def sound(scene: Scene, *measures: str, head: str = HEAD) -> PackSet:
    """The paper, which must have no defect."""
    packs = packs_of(scene.folder / "packs", paper(*measures, head=head))
    assert [str(problem) for problem in packs.broken] == [] and not packs.out
    return packs


def financing(scene: Scene, lines: str, day: date = DAY, head: str = HEAD) -> dict[str, dict[str, Any]]:
    """Bank → row of the one measure that ``lines`` tell, over the tables written so far."""
    report = scene.decide(sound(scene, lines, head=head), day)
    return {row["bank"]: row for row in scene.rows(report, "financing")}


def whole(scene: Scene, lines: str, day: date = DAY, head: str = HEAD) -> dict[str, Any]:
    """The row of all banks."""
    return financing(scene, lines, day, head)["ALL"]


def target(scene: Scene, lines: str, day: date = DAY, head: str = HEAD) -> dict[str, Any]:
    """The one row among the targets."""
    (row,) = scene.rows(scene.decide(sound(scene, lines, head=head), day), "target")
    return row


def at_home(number: int = 1, **more: Any) -> dict[str, Any]:
    """A row of an enterprise of the city, specialised and small, on an ordinary day of the year."""
    usual = {"day": date(2025, 5, 5), "uscc": uscc(number), "city_code": "410100", "division_code": "410102"}
    flags = {"srdi": True, "provincial_or_above": True, "sme": True, "small_micro": True}
    return {**usual, **flags, "bank": "甲银行", **more}


def amounts(*values: str | None, **more: Any) -> Sequence[dict[str, Any]]:
    return [at_home(number, amount=value, **more) for number, value in enumerate(values)]


def word(table: str, column: str) -> str:
    """A column as explanations call it."""
    return fact_name(column, EVENTS[table])


def six(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).quantize(Decimal("0.000001"))
