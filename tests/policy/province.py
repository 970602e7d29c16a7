"""A paper of a whole province, with enterprises and titles in some of its cities and beyond."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from policy.paper import NEEDED, shipped
from policy.scene import FACTS
from srdi.policy.loader import load
from srdi.policy.models import HELD
from srdi.policy.packset import PackSet

PACK = """
document:
  id: province
  title: 全省试验文件
  issuer: 某省
  stage: issued
  in_force: [2022-01-01, null]
  area: "{area}"
  verified: {{on: 2025-01-01, against: 文本, verify_by: 2027-05-31}}
parameters:
  wanted: {{unit: ratio, zh: 目标, values: {{2022-01-01: {{value: 0.50, clause: 一}}}}}}
  held: {{unit: count, zh: 家数, values: {{2022-01-01: {{value: 3, clause: 一}}}}}}
measures:
  - id: province.evaluated
    kind: coverage
    clause: 一
    title: {{zh: 测评率, en: Evaluated}}
    of: {{all: [srdi, operating]}}
    counts: digital_evaluated
    target: wanted
    tier: {tier}
    titles: [省级, 小巨人]
    by: [{by}]
  - id: province.stock
    kind: target
    clause: 一
    title: {{zh: 家数, en: Count}}
    counting: stock
    of: {{all: [provincial, operating]}}
    titles: [省级]
    target: held
    horizon: 2025-12-31
  - id: province.flow
    kind: target
    clause: 一
    title: {{zh: 新认定, en: Recognised}}
    counting: flow
    titles: [省级]
    target: held
  - id: province.mean
    kind: target
    clause: 一
    title: {{zh: 研发占比, en: Mean}}
    counting: mean
    of: srdi
    mean: {{of: rd_expense, over: revenue, weighting: total}}
    target: wanted
"""
NOTHING = dict.fromkeys(HELD, False)
GIANT = {**NOTHING, "little_giant": True, "provincial": True}
PROVINCIAL = {**NOTHING, "provincial": True}
USUAL: dict[str, Any] = {"srdi": True, "operating": True, "digital_evaluated": False, "industry_section": "C"}
LUOYANG = {"city_code": "410300", "division_code": "410302"}
ANYANG = {"city_code": "410500", "division_code": "410502"}
PEOPLE = [
    {**USUAL, **LUOYANG, **GIANT, "digital_evaluated": True},
    {**USUAL, **LUOYANG, **PROVINCIAL, "digital_evaluated": True},
    {**USUAL, **LUOYANG, **PROVINCIAL},
    {**USUAL, **LUOYANG, **PROVINCIAL, "digital_evaluated": None},
    {**USUAL, **ANYANG, **PROVINCIAL, "industry_section": "I"},
    {**USUAL, **ANYANG, **NOTHING, "champion": True},
    {**USUAL, "city_code": "419001", "division_code": "419001", **NOTHING, "municipal": True},
    # another province, and one whose place nobody knows
    {**USUAL, "city_code": "420100", "division_code": "420102", **GIANT},
    {**USUAL, "city_code": None, "division_code": None, **GIANT},
    # nobody of the population
    {**USUAL, **ANYANG, **PROVINCIAL, "srdi": False, "operating": False},
]
TITLES = [
    {"raw_name": "甲", "title": "省级", "uscc": None, "city_code": "410500", "division_code": "410502"},
    {"raw_name": "乙", "title": "小巨人", "uscc": None, "city_code": "410700", "division_code": None},
    {"raw_name": "丙", "title": "省级", "uscc": None, "city_code": None, "division_code": None},
]


def province_packs(folder: Path, by: str = "", area: str = "410000", tier: str = "srdi") -> PackSet:
    """The paper with its coverage split ``by``, beside the conventions it rests on."""
    shipped(folder, NEEDED)
    (folder / "province.yaml").write_text(PACK.format(by=by, area=area, tier=tier), encoding="utf-8")
    return load(folder, FACTS)
