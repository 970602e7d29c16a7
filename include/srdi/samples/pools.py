"""The oracle's lists that rest on no title: cultivation pools by nearness to a title, and the listing reserves.

Who belongs is on the list, whether an enterprise belongs is for a person to find out where nobody knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from srdi.samples.knowledge import Holding
from srdi.samples.places import PLACES
from srdi.samples.standards import Judged
from srdi.samples.standing import NO, UNKNOWN, YES, Three, both, opposite, told
from srdi.samples.traits import Traits, in_reserve

HENAN, ZHENGZHOU, LUOYANG = "410000", "410100", "410300"
POOLS = (
    ("henan.pool_provincial", HENAN, "省级"),
    ("henan.pool_little_giant", HENAN, "小巨人"),
    ("zhengzhou.pool_provincial", ZHENGZHOU, "省级"),
    ("zhengzhou.pool_little_giant", ZHENGZHOU, "小巨人"),
    ("luoyang.pool_innovative", LUOYANG, "创新型"),
    ("luoyang.pool_provincial", LUOYANG, "省级"),
    ("luoyang.pool_little_giant", LUOYANG, "小巨人"),
)
CHAMPIONS_POOL = "luoyang.pool_champion"
# measure → (area, title whose absence is only remarked, name of the rule)
RESERVES = {
    "zhengzhou.listing_reserve": (ZHENGZHOU, "srdi", "srdi"),
    "luoyang.listing_reserve": (LUOYANG, "upper", "provincial_up"),
}
_WORD = {NO: "fail", UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Roll:
    """``member``: who belongs; ``rule``: a further rule (name, who keeps it, effect where not or unknown).

    ``on_record``: nobody belongs without a title on record, in force or not.
    """

    measure: str
    area: str
    member: Three
    rule: tuple[str, Three, str] | None = None
    on_record: bool = False


def rolls(known: Traits, judged: list[Judged]) -> list[Roll]:
    """Every list that rests on no title, for the whole population."""
    s = known.s
    declared = told(known.declared >= 0, True)
    next_title = {
        "创新型": both(opposite(known.holds("innovative")), opposite(known.holds("upper"))),
        "省级": opposite(known.holds("upper")),
        "小巨人": both(known.holds("provincial"), opposite(known.holds("little_giant"))),
    }
    near = {one.standard.title: one.near() for one in judged if one.purpose == "new"}
    nobody_knows = np.full(len(s), UNKNOWN, np.int8)
    found = [
        Roll(
            measure,
            area,
            both(declared, s.sme, s.operating, next_title[title], near.get(title, nobody_knows)),
        )
        for measure, area, title in POOLS
    ]
    champion = known.holds("champion")
    member = both(known.holds("little_giant"), s.operating, opposite(champion))
    found.append(Roll(CHAMPIONS_POOL, LUOYANG, member, ("champion_conditions", champion, "review"), True))
    # who is on record in it, whatever the state of the source
    reserve = both(told(in_reserve(s) == YES, True), s.operating)
    found += [
        Roll(measure, area, reserve, (rule, known.holds(title), "warn"))
        for measure, (area, title, rule) in RESERVES.items()
    ]
    return found


def rows(
    roll: Roll, known: Traits, shown: dict[int, Holding | None]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows of the whitelist answers, rows of the reasons) of one list; ``shown``: the title to show per enterprise."""
    listed: list[dict[str, Any]] = []
    reasons: list[dict[str, Any]] = []
    s, population = known.s, known.s.truth.population
    here = s.present if roll.area.endswith("0000") else s.present & (s.city == roll.area)
    for i in np.flatnonzero(here & (roll.member != NO)).tolist():
        if roll.on_record and shown.get(i) is None:
            continue
        effects: dict[str, tuple[int, str]] = {}
        if roll.member[i] == UNKNOWN:
            effects["population"] = (UNKNOWN, "review")
        if roll.rule:
            name, kept, effect = roll.rule
            if kept[i] != YES:
                effects[name] = (int(kept[i]), effect)
        title = shown.get(i)
        in_question = sorted(name for name, (_, effect) in effects.items() if effect == "review")
        listed.append(
            dict(
                measure_id=roll.measure,
                uscc=population.uscc[i],
                area_code=roll.area,
                division_code=PLACES[population.place[i]].division,
                verdict="review" if in_question else "listed",
                title=title.title if title else "",
                title_valid_to=title.end - timedelta(1) if title and title.end else None,
                reasons=";".join(in_question),
                warnings=";".join(
                    name if kept_as == NO else f"{name}_unknown"
                    for name, (kept_as, effect) in sorted(effects.items())
                    if effect == "warn"
                ),
            )
        )
        reasons += [
            dict(
                measure_id=roll.measure,
                uscc=population.uscc[i],
                rule_id=name,
                outcome=_WORD[kept_as],
                effect=effect,
            )
            for name, (kept_as, effect) in sorted(effects.items())
        ]
    return listed, reasons
