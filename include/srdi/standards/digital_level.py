"""``digital-level``: level of 数字化水平 from a total score (2022) or from questionnaire and scenes (2024).

2022年版 (工信厅企业〔2022〕32号): bands by score (T); that 40, 60 and 80 belong to the upper level is a reading. The weights
of its items were not found, so answers cannot be scored.

2024年版 (工信厅企业〔2024〕56号): points from a captured copy of the platform's questionnaire (T2, complete); the starred
scenes agree in two implementations (T2); the level rule (score, scenes, starred scenes) stands in **one** third-party
implementation (T2, single source) and two other tools disagree in part. Results say so in ``note``.

Days: no edition before 2022 (the number of its paper tells that); a result of the 2024 edition for an earlier day is
told as such.

Conventions where the text is open: a question without answer counts 0, a scene not given counts as below level 1, both
named in ``note``; answers with scenes only use the given score; no answers at all: the score alone bounds the
level from above, and ``note`` says so. Level 0 is written 无.

``answers``: ``题目=选项;场景=级别``, options as letters in any order (BCD, B,C,D), scene levels 1 to 4. One answer that
cannot be read leaves the row without result: a score with a hole is no score.
"""

from __future__ import annotations

from datetime import date

from srdi.standards.model import Column, Model, Standard

STANDARD = Standard(
    name="digital-level",
    zh="数字化水平等级",
    en="digital level",
    basis="工信厅企业〔2022〕32号；工信厅企业〔2024〕56号",
    inputs=(
        Column("version", "评测版本 2022 或 2024", labels=("评测版本", "版本")),
        Column("score", "得分", labels=("得分", "评测得分"), unit="分"),
        Column(
            "answers", "2024年版问卷答案，题目=选项;场景=级别", required=False, labels=("问卷答案", "答案")
        ),
    ),
    results=("score", "level", "note"),
    verdict="level",
    examples=(
        "answers 列（2024年版）写 网络建设=BCD;产品设计=2：题目写选项字母，可多个；经营场景写级别 1 至 4；分号隔开，不分先后",
    ),
    since=date(2022, 1, 1),
    day_zh="2022 年起哪一天结果相同，早于 2024年版 发布日的只作提示",
    macros={"level_zh(level)": "['无', '一级', '二级', '三级', '四级'][CAST(level AS INTEGER) + 1]"},
    lookups=(
        "digital_version",
        "digital_bands_2022",
        "digital_questionnaire_2024",
        "digital_scenes_2024",
        "digital_levels_2024",
        "digital_level",
    ),
    # the day only tells whether an edition existed
    fixed=tuple(map(Model, ("digital_topic", "digital_option", "digital_band", "digital_rule"))),
    # an enterprise answers some thirty parts, but the parts of all enterprises are the same few hundred texts
    models=(
        *map(
            Model,
            (
                "digital_given",
                "answer_part",
                "part_text",
                "part_option",
                "part_reading",
                "answer",
                "digital_score",
            ),
        ),
        Model("judged", "digital_level"),
    ),
)
