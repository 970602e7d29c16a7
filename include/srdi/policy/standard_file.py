"""The parts of a title standard in a pack file: where its conditions and points stand, and what must hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from srdi.policy import models
from srdi.problems import nearest

Path = tuple[Any, ...]


def standard_conditions(measure: models.StandardMeasure) -> Iterator[tuple[Path, Any]]:
    """Every condition of a standard but ``of``, with its place below the measure."""
    if measure.renewal is not None:
        yield ("renewal", "of"), measure.renewal.of
    for number, criterion in enumerate(measure.criteria):
        yield ("criteria", number, "keep"), criterion.keep
    for at, score in enumerate(measure.scores):
        for number, item in enumerate(score.items):
            place = ("scores", at, "items", number)
            if item.points is not None and not item.each:
                yield (*place, "points"), item.points
            for form, parts in (("best_of", item.best_of), ("each", item.each)):
                for index, part in enumerate(parts):
                    yield (*place, form, index), part
            for index, branch in enumerate(item.first):
                yield (*place, "first", index, "when"), branch.when


def gives_points(path: Path) -> bool:
    """Whether the condition at ``path`` of a pack compares with bands."""
    return len(path) > 6 and path[2] == "scores" and path[6] in ("points", "best_of")


def scores_of(pack: models.Pack, path: Path) -> tuple[str, ...]:
    """Scores that the condition at ``path`` may speak of: those of its own standard, in its criteria."""
    measure = pack.measures[path[1]] if path[0] == "measures" else None
    if not isinstance(measure, models.StandardMeasure) or path[2] != "criteria":
        return ()
    return tuple(score.id for score in measure.scores)


def point_places(measure: models.StandardMeasure) -> Iterator[tuple[Path, str, str]]:
    """Parameters of points outside conditions: (place below the measure, name, unit wanted)."""
    for at, score in enumerate(measure.scores):
        for number, item in enumerate(score.items):
            place = ("scores", at, "items", number)
            if item.each and isinstance(item.points, str):
                yield (*place, "points"), item.points, "score"
            for key, name in (("cap", item.cap), ("open", item.open)):
                if name is not None:
                    yield (*place, key), name, "score"
            for index, branch in enumerate(item.first):
                yield (*place, "first", index, "points"), branch.points, "score"
                if branch.open is not None:
                    yield (*place, "first", index, "open"), branch.open, "score"


def check_standard(measure: models.StandardMeasure) -> Iterator[tuple[Path, str, str]]:
    """What the shape alone does not tell: (place below the measure, message, hint) of every defect."""
    if measure.awards not in models.TITLES:
        yield ("awards",), f"不认识的称号 {measure.awards}", nearest(measure.awards, models.TITLES)
    criteria = [criterion.id for criterion in measure.criteria]
    yield from _twice(criteria, lambda at: ("criteria", at, "id"), "条件")
    scores = [score.id for score in measure.scores]
    yield from _twice(scores, lambda at: ("scores", at, "id"), "得分")
    for at, score in enumerate(measure.scores):
        if not score.items and not score.sum_of:
            yield ("scores", at), f"得分 {score.id} 既没有 items，也没有 sum_of", ""
        for number, name in enumerate(score.sum_of):
            if name not in scores[:at]:
                message = f"sum_of 只能引用写在前面的得分，没有 {name}"
                yield ("scores", at, "sum_of", number), message, nearest(name, scores[:at])
        yield from _twice(
            [item.id for item in score.items], lambda n, at=at: ("scores", at, "items", n, "id"), "得分项"
        )
        for number, item in enumerate(score.items):
            for message in _item(item):
                yield ("scores", at, "items", number), message, ""
    if measure.renewal is not None and set(criteria) <= set(measure.renewal.waives):
        yield ("renewal", "waives"), "复核不能免去全部条件", ""
    if measure.renewal is not None:
        for number, name in enumerate(measure.renewal.waives):
            if name not in criteria:
                yield ("renewal", "waives", number), f"没有条件 {name}", nearest(name, criteria)


def _twice(names: list[str], place: Any, what: str) -> Iterator[tuple[Path, str, str]]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield place(at), f"{what}编号 {name} 重复", ""


def _item(item: models.ScoreItem) -> Iterator[str]:
    forms = [name for name in ("points", "best_of", "first", "each") if getattr(item, name)]
    if item.each and forms == ["points", "each"]:
        forms = ["each"]
    if not forms and item.open is None:
        yield f"得分项 {item.id} 没有写怎样给分：points、best_of、first、each 或 open"
    if len(forms) > 1:
        yield f"得分项 {item.id} 只能有一种给分方式，现有 {'、'.join(forms)}"
    if item.each and not isinstance(item.points, str):
        yield f"得分项 {item.id} 的 each 要写明每项的分数参数 points"
    if item.cap is not None and not item.each:
        yield f"得分项 {item.id} 的 cap 只与 each 连用"
    if item.open is not None and forms and not item.each:
        yield f"得分项 {item.id} 的 open 只能单独写，或与 each 连用；first 的写在各分支里"
