"""The plain oracle: what the lists and rates must be, worked out from the truth in the plainest way.

It shares no code with the product: loops over the few enterprises that ever had a title here, plain columns over
all of them in ``promises`` and ``means``, events in ``figures``. A row that a quirk made unusable (``known``
false) is no fact for it either.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from srdi.samples import figures, flows, knowledge, means, promises
from srdi.samples.deeds import deeds
from srdi.samples.happenings import happenings
from srdi.samples.knowledge import Firm, Holding
from srdi.samples.standing import NO, UNKNOWN, YES, stand
from srdi.samples.truth import Truth

WINDOW, EXIT, AHEAD = timedelta(180), timedelta(30), timedelta(180)
WHITELISTS = {"zhengzhou.whitelist": "410100", "luoyang.whitelist": "410300"}
COVERAGE = {
    "luoyang.evaluated_provincial_up": ("provincial", "evaluated", Decimal("1.00")),
    "luoyang.evaluated_innovative": ("innovative_only", "evaluated", Decimal("0.70")),
    "luoyang.level3_provincial_up": ("provincial", "level3", None),
    "luoyang.level3_innovative": ("innovative_only", "level3", None),
}
COVERAGE_AREA = "410300"
_LISTED = {"listed": YES, "review": UNKNOWN, "excluded": NO}


@dataclass
class Answers:
    """Rows of the answer tables, each a dict in the order of its columns."""

    biz_date: date
    whitelist: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    coverage: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)
    requirements: list[dict[str, Any]] = field(default_factory=list)
    financing: list[dict[str, Any]] = field(default_factory=list)


def answers(truth: Truth, biz_date: date | None = None, stale: frozenset[str] = frozenset()) -> Answers:
    """The right results on ``biz_date`` (default: the day of the export).

    ``stale`` names closed-world sources (registry_risk, court_dishonest) too old on that day for their
    silence to mean "clean". Only exports made up to ``biz_date`` are known.
    """
    on = biz_date or truth.as_of
    firms = sorted(knowledge.gather(truth, on, stale), key=lambda firm: firm.uscc)
    result = Answers(on)
    for measure, area in WHITELISTS.items():
        for firm in firms:
            if firm.city == area:
                _judge(result, measure, area, firm, on)
    _rates(result, [firm for firm in firms if firm.city == COVERAGE_AREA], on)
    _whole(result, truth, firms, on, stale)
    for firm in firms:
        if firm.evaluation:
            on_day, level, derived = firm.evaluation
            result.evaluations.append(dict(uscc=firm.uscc, evaluated_on=on_day, level=level, derived=derived))
    return result


def _whole(result: Answers, truth: Truth, firms: list[Firm], on: date, stale: frozenset[str]) -> None:
    """Everything that is asked of whole populations, of accounts and of events."""
    standing = stand(truth, firms, on, stale)
    listed = {measure: np.full(len(standing), NO, np.int8) for measure in WHITELISTS}
    position = {firm.uscc: firm.index for firm in firms}
    for row in result.whitelist:  # under review: nobody can say yet
        listed[row["measure_id"]][position[row["uscc"]]] = _LISTED[row["verdict"]]
    known = promises.Known(standing, deeds(standing), listed)
    result.coverage += promises.covered(known)
    result.requirements = promises.required(known)
    events = happenings(standing, firms)
    result.targets = means.targets(firms, standing)
    result.targets += [figures.aimed(aim, events[aim.table], on) for aim in flows.AIMS]
    for flow in flows.FINANCING:
        result.financing += figures.financed(flow, events[flow.table], on)


# ── verdicts and rates ───────────────────────────────────────────────────────────────────────


def _standing(firm: Firm, on: date) -> tuple[bool | None, Holding | None]:
    """(whether provincial or above in force, the title to show)."""
    upper = ("小巨人", "省级")
    for title in upper:
        if held := firm.in_force(title, on):
            return True, held
    past = [h for h in firm.holdings if h.title in upper and h.end and h.end <= on]
    # ended on the same day: the higher title is the one to show
    last = max(past, key=lambda h: (h.end or on, -upper.index(h.title)), default=None)
    if not firm.told:
        return None, None
    if firm.undated(upper):
        return None, next(h for h in firm.holdings if h.title in upper and not (h.start and h.end))
    return False, last


def _judge(result: Answers, measure: str, area: str, firm: Firm, on: date) -> None:
    standing, held = _standing(firm, on)
    rules: list[tuple[str, bool | None, str, str]] = []  # rule, kept, effect on fail, effect on unknown
    if not firm.told:
        return
    if standing is False:
        if held is None or held.end is None:
            return
        if held.cancelled:
            if on >= held.end + EXIT:
                return
            rules.append(("title_cancelled", False, "exclude", "review"))
        elif on < held.end + WINDOW:
            rules.append(("title_in_force", False, "review", "review"))
        elif on < held.end + WINDOW + EXIT:
            rules.append(("title_in_force", False, "exclude", "review"))
        else:
            return
    else:
        rules.append(("title_in_force", standing, "exclude", "review"))
        if standing and held and held.end:
            rules.append(("title_lapsing", held.end - timedelta(1) > on + AHEAD, "warn", "warn"))
    rules.append(("not_operating", firm.operating, "exclude", "review"))
    facts = [("serious_dishonest", "serious", "exclude"), ("abnormal_operation", "abnormal", "warn")]
    facts += [
        ("court_dishonest", "court", "warn"),
        ("tax_abnormal", "tax_abnormal", "warn"),
        ("tax_credit_d", "credit_d", "warn"),
    ]
    for rule, fact, effect in facts:
        bad = firm.facts[fact]
        rules.append((rule, None if bad is None else not bad, effect, "warn"))
    if measure.startswith("zhengzhou"):
        rules.append(("sme", firm.facts["sme"], "warn", "warn"))
    effects = {
        rule: (kept, fail if kept is False else unknown)
        for rule, kept, fail, unknown in rules
        if kept is not True
    }
    found = {effect for _, effect in effects.values()}
    result.whitelist.append(
        dict(
            measure_id=measure,
            uscc=firm.uscc,
            area_code=area,
            division_code=firm.division,
            verdict="excluded" if "exclude" in found else "review" if "review" in found else "listed",
            title=held.title if held else "",
            title_valid_to=held.end - timedelta(1) if held and held.end else None,
            reasons=";".join(sorted(rule for rule, (_, effect) in effects.items() if effect != "warn")),
            warnings=";".join(
                rule if kept is False else f"{rule}_unknown"
                for rule, (kept, effect) in sorted(effects.items())
                if effect == "warn"
            ),
        )
    )
    for rule, (kept, effect) in sorted(effects.items()):
        outcome = "unknown" if kept is None else "fail"
        result.reasons.append(
            dict(measure_id=measure, uscc=firm.uscc, rule_id=rule, outcome=outcome, effect=effect)
        )


def _and(*parts: bool | None) -> bool | None:
    return False if False in parts else None if None in parts else True


def _promised(target: Decimal, denominator: int) -> int:
    return int((target * denominator).to_integral_value(ROUND_CEILING))


def _rates(result: Answers, firms: list[Firm], on: date) -> None:
    for measure, (tier, what, target) in COVERAGE.items():
        tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])  # numerator, denominator, unknown
        tally["ALL"]
        for firm in firms:
            standing, _ = _standing(firm, on)
            member = standing
            if tier == "innovative_only":
                doubtful = not firm.told or firm.undated(("创新型",))
                innovative = True if firm.in_force("创新型", on) else None if doubtful else False
                member = _and(innovative, None if standing is None else not standing)
            evaluated = None if not firm.told else firm.evaluation is not None
            member = _and(member, firm.operating, *([evaluated] if what == "level3" else []))
            if member is False:
                continue
            counted = bool(evaluated) and (what == "evaluated" or (firm.evaluation or (on, 0))[1] >= 3)
            for key in ("ALL", firm.division):
                if member is None:
                    tally[key][2] += 1
                else:
                    tally[key][0] += counted
                    tally[key][1] += 1
        for division, (numerator, denominator, unknown) in sorted(tally.items()):
            rate = Decimal(numerator) / denominator if denominator else None
            short = _promised(target, denominator) - numerator if target is not None else None
            result.coverage.append(
                dict(
                    measure_id=measure,
                    area_code=COVERAGE_AREA,
                    division_code=division,
                    numerator=numerator,
                    denominator=denominator,
                    unknown=unknown,
                    rate=rate.quantize(Decimal("0.000001"), ROUND_HALF_UP) if rate is not None else None,
                    target=target.quantize(Decimal("0.000001")) if target is not None else None,
                    shortfall=max(0, short) if short is not None else None,
                )
            )
