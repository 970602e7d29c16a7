"""Explanations from the syntax tree: what was observed, what is required, by how much, and where it stands.

Two faces of the same tree: SQL expressions that yield the explanation of each enterprise, and words
that say what a measure or rule means. Nobody writes an explanation by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from srdi.contracts.models import FieldMeaning
from srdi.policy.cities import split_by_city
from srdi.policy.compile import Compiler, list_column, near_columns, score_columns
from srdi.policy.event_measure import EventMeasure
from srdi.policy.expression import (
    All,
    AnyOf,
    Atom,
    Compare,
    Condition,
    Happened,
    Holds,
    Known,
    NearTitle,
    Not,
    OnList,
    Score,
    Years,
    atoms,
    facts_of,
)
from srdi.policy.models import UNITS
from srdi.policy.packset import (
    CoverageMeasure,
    ListMeasure,
    Measure,
    PackSet,
    Parameter,
    StandardMeasure,
    TargetMeasure,
    Value,
)

#: Facts by the source row that proves them: prefix of the columns ``<prefix>_batch_id``, ``<prefix>_row_no``.
EVIDENCE: dict[str, tuple[str, ...]] = {
    "registry": (
        "uscc",
        "name",
        "former_names",
        "status",
        "operating",
        "vanished",
        "division_code",
        "zone_code",
        "city_code",
        "industry_code",
        "industry_section",
        "sme_industry",
        "producer_industry",
        "founded_on",
        "registered_capital",
        "first_seen",
        "last_seen",
    ),
    "title": (
        "provincial_or_above",
        "provincial",
        "little_giant",
        "title",
        "title_valid_from",
        "title_valid_to",
        "title_ended_on",
        "title_cancelled_on",
    ),
    "innovative": ("innovative", "innovative_only", "innovative_valid_to"),
    "tech_sme": ("tech_sme",),
    "high_tech": ("high_tech",),
    "quality_benchmark": ("quality_benchmark",),
    "srdi": ("srdi", "municipal", "champion"),
    "digital": (
        "digital_evaluated",
        "digital_evaluated_on",
        "digital_level",
        "digital_level_derived",
        "digital_version",
    ),
    "serious": ("serious_dishonest", "serious_listed_on"),
    "abnormal": ("abnormal_listed", "abnormal_listed_on"),
    "court": ("court_dishonest", "court_listed_on"),
    "tax_status": ("taxpayer_status", "tax_abnormal"),
    "credit": (
        "credit_applied_on",
        "credit_granted_on",
        "credit_line",
        "credit_applied_year",
        "credit_known",
    ),
    "employees": ("employees",),
    "tax_credit": ("tax_credit_grade", "tax_credit_d", "tax_credit_year"),
    "tax": (
        "tax_year",
        "revenue",
        "main_revenue",
        "rd_expense",
        "net_profit",
        "assets",
        "liabilities",
        "tax_paid",
        "rd_staff",
        "revenue_prior",
        "main_revenue_prior",
        "rd_expense_prior",
        "net_profit_prior",
        "revenue_prior2",
        "main_revenue_prior2",
        "size_class",
        "sme",
        "small_micro",
    ),
    "declaration": (
        "declared_year",
        "segment_years",
        "main_product",
        "ip_class1",
        "ip_class2",
        "rd_body_rank",
        "market_share",
        "national_rank",
        "it_core_businesses",
        "equity_two_years",
        "development_score",
        "product_key_link",
        "product_six_bases",
        "product_supporting",
        "product_power_field",
        "product_emerging",
        "certified_system",
        "certified_quality",
        "certified_environment",
        "award_national",
        "award_provincial",
        "maker_top500",
        "maker_top50",
        "ip_model",
    ),
    "cloud": ("cloud_active", "cloud_from"),
    "service": (
        "service_known",
        "officer_on",
        "visited_on",
        "diagnosed_on",
        "energy_diagnosed_on",
        "trained_on",
        "served_on",
    ),
    "tax_benefit": (
        "rd_deduction_entitled",
        "rd_deduction_enjoyed",
        "vat_refund_entitled",
        "vat_refund_enjoyed",
        "benefit_entitled",
        "benefits_all_enjoyed",
        "benefit_billed",
        "benefits_amount",
    ),
    "platform": (
        "platform_index",
        "platform_city_finance",
        "platform_shared",
        "platform_credit_station",
        "platform_cloud",
        "platform_smart",
    ),
    "capital": ("listing_reserve", "listing_reserve_on"),
}
#: Further facts that make an observed flag understandable: shown behind 是 or 否.
DETAIL = {
    "operating": "status",
    "serious_dishonest": "serious_listed_on",
    "abnormal_listed": "abnormal_listed_on",
    "court_dishonest": "court_listed_on",
    "digital_evaluated": "digital_evaluated_on",
    "tax_abnormal": "taxpayer_status",
    "tax_credit_d": "tax_credit_grade",
    "sme": "size_class",
    "small_micro": "size_class",
    "cloud_active": "cloud_from",
    "listing_reserve": "listing_reserve_on",
}
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "=", "!=": "≠"}
EFFECTS_ZH = {"exclude": "不列入", "review": "待人工核实", "warn": "仅提示", "off": "停用"}


def evidence_prefix(fact: str) -> str:
    """Prefix of the evidence columns of a fact (of such a column: its own). Raises LookupError for others."""
    own = fact.removesuffix("_batch_id").removesuffix("_row_no")
    for prefix, names in EVIDENCE.items():
        if fact in names or (own == prefix and own != fact):
            return prefix
    raise LookupError(f"explain.EVIDENCE 没有写明事实 {fact} 由哪一行数据证明")


def explaining_facts(condition: Condition) -> set[str]:
    """Columns of the fact row that explanations of a condition read, beyond the facts it uses."""
    names = set()
    for fact in facts_of(condition):
        prefix = evidence_prefix(fact)
        names |= {f"{prefix}_batch_id", f"{prefix}_row_no"}
        if fact in DETAIL:
            names.add(DETAIL[fact])
    return names


def evidence_sql(condition: Condition) -> tuple[str, str]:
    """SQL of (batch_id, row_no): the row behind the first fact of the condition that has one."""
    prefixes = list(dict.fromkeys(evidence_prefix(fact) for fact in facts_of(condition)))
    rows = " ".join(f"WHEN e.{p}_batch_id IS NOT NULL THEN CAST(e.{p}_row_no AS BIGINT)" for p in prefixes)
    batches = ", ".join(f"e.{prefix}_batch_id" for prefix in prefixes)
    return f"COALESCE({batches}, NULL)", f"CASE {rows} END"


def observed_sql(condition: Condition, compiler: Compiler) -> str:
    """SQL (VARCHAR) of what was observed; several atoms are named, a single one is shown bare."""
    leaves = list(atoms(condition))
    if len(leaves) == 1:
        return _observed_atom(leaves[0], compiler)
    named = [
        f"{compiler.binds.text(atom_name(leaf, compiler.facts) + ' ')} || {_observed_atom(leaf, compiler)}"
        for leaf in leaves
    ]
    return "concat_ws('；', " + ", ".join(named) + ")"


def _observed_atom(atom: Atom, compiler: Compiler) -> str:
    if not isinstance(atom, Holds | Compare):
        return _observed_block(atom, compiler)
    if isinstance(atom, Holds):
        shown = f"CASE WHEN e.\"{atom.fact}\" THEN '是' WHEN NOT e.\"{atom.fact}\" THEN '否' ELSE '不详' END"
        detail = DETAIL.get(atom.fact)
        return (
            shown
            if detail is None
            else f"{shown} || COALESCE('（' || CAST(e.\"{detail}\" AS TEXT) || '）', '')"
        )
    if atom.over is not None:
        return f"COALESCE({_plain(compiler.share(atom.fact, atom.over))}, '不详')"
    value = f'e."{atom.fact}"'
    decimal = compiler.facts[atom.fact].type in ("money", "ratio", "decimal")
    return f"COALESCE({_plain(value) if decimal else f'CAST({value} AS TEXT)'}, '不详')"


def _observed_block(atom: Atom, compiler: Compiler) -> str:
    match atom:
        case Known(fact):
            return f"CASE WHEN e.\"{fact}\" IS NULL THEN '无' ELSE '有' END"
        case Years():
            return f"COALESCE({_plain(compiler.years_sql(atom))}, '不详')"
        case Happened(fact):
            return f"COALESCE(CAST(e.\"{fact}\" AS TEXT), '无记录')"
        case Score(score):
            low, high = (_plain(f'e."{name}"') for name in score_columns(score))
            return f"CASE WHEN {low} = {high} THEN {low} ELSE {low} || '～' || {high} END || ' 分'"
        case OnList(measure):
            listed = f'e."{list_column(measure)}"'
            return f"CASE WHEN {listed} THEN '在名单' WHEN NOT {listed} THEN '不在名单' ELSE '待核实' END"
        case NearTitle(title):
            missing, unknown = (f'e."{name}"' for name in near_columns(title))
            short = f"'差 ' || CAST({missing} AS TEXT) || ' 项'"
            dark = (
                f"CASE WHEN {unknown} > 0 THEN '，另有 ' || CAST({unknown} AS TEXT) || ' 项不详' ELSE '' END"
            )
            return f"COALESCE({short} || {dark}, '没有可用的标准')"
    raise TypeError(atom)


def _plain(number: str) -> str:
    """A decimal as text without trailing zeros."""
    return f"rtrim(rtrim(CAST({number} AS TEXT), '0'), '.')"


def distance_sql(condition: Condition, compiler: Compiler, parameters: Mapping[str, Parameter]) -> str:
    """SQL (DECIMAL(18, 6)) of the margin: positive kept with room, negative missing by so much.

    In the unit of the fact (a ratio for quotients, days for dates). NULL for flags, for groups of more
    than one atom (their units do not add up), when unknown, and where it does not fit the type.
    """
    sign = 1
    while isinstance(condition, Not):
        condition, sign = condition.part, -sign
    leaves = list(atoms(condition))
    atom = leaves[0]
    if len(leaves) != 1 or not isinstance(atom, Compare | Years | Score):
        return "CAST(NULL AS DECIMAL(18, 6))"
    if isinstance(atom, Score):
        return _score_distance(atom, compiler, parameters)
    held = UNITS[parameters[atom.parameter].unit][0]
    bound = compiler.parameter(parameters[atom.parameter]).sql(dialect="duckdb")
    if held == "date":
        gap = f'CAST(e."{atom.fact}" - {bound} AS DECIMAL(38, 6))'
    elif isinstance(atom, Years):
        if atom.way == "compound":
            # what is observed is the growth of both years together; so is the bound
            bound = f"CAST((1 + {bound}) * (1 + {bound}) - 1 AS DECIMAL(38, 6))"
        gap = f"CAST({compiler.years_sql(atom)} AS DECIMAL(38, 6)) - CAST({bound} AS DECIMAL(38, 6))"
    elif held in ("ratio", "money", "integer", "decimal"):
        value = compiler.share(atom.fact, atom.over) if atom.over else f'e."{atom.fact}"'
        gap = f"CAST({value} AS DECIMAL(38, 6)) - CAST({bound} AS DECIMAL(38, 6))"
    else:
        return "CAST(NULL AS DECIMAL(18, 6))"
    if atom.op in ("==", "!="):
        gap, sign = f"abs({gap})", sign if atom.op == "!=" else -sign
    elif atom.op in ("<=", "<"):
        sign = -sign
    return f"TRY_CAST({'-' if sign < 0 else ''}({gap}) AS DECIMAL(18, 6))"


def _score_distance(atom: Score, compiler: Compiler, parameters: Mapping[str, Parameter]) -> str:
    """From the bound that decided: the least points when they suffice, the most when even they do not."""
    bound = compiler.parameter(parameters[atom.parameter]).sql(dialect="duckdb")
    low, high = (f'e."{name}"' for name in score_columns(atom.score))
    return (
        f"TRY_CAST(CASE WHEN {low} >= {bound} THEN {low} - {bound} WHEN {high} < {bound} THEN {high} - {bound} END"
        " AS DECIMAL(18, 6))"
    )


def fact_name(fact: str, facts: Mapping[str, FieldMeaning]) -> str:
    """A fact in Chinese; flags lose their 是否."""
    return facts[fact].zh.removeprefix("是否")


YEARS_ZH = {
    "sum": "近两年{}合计",
    "mean": "近两年{}平均",
    "yearly_mean": "近两年{}年增长率平均",
    "compound": "近两年{}增长",
}


def atom_name(atom: Atom, facts: Mapping[str, FieldMeaning]) -> str:
    """What an atom speaks about."""
    match atom:
        case Years(way, fact):
            return YEARS_ZH[way].format(fact_name(fact, facts))
        case Score():
            return atom.zh or "评价得分"
        case OnList(measure):
            return f"名单 {measure}"
        case NearTitle(title):
            return f"距{title}标准"
    assert isinstance(atom, Holds | Known | Happened | Compare)
    name = fact_name(atom.fact, facts)
    return f"{name} / {fact_name(atom.over, facts)}" if isinstance(atom, Compare) and atom.over else name


def value_text(value: Value) -> str:
    """A value as plain text: no exponent, no trailing zeros."""
    if value is None:
        return "（无值）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(f"{value_text(bound)}：{value_text(points)} 分" for bound, points in value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def required_text(
    condition: Condition, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter], day: date
) -> str:
    """What is required on ``day``: ``≥ 0.06``, 是, 否; groups in words."""
    match condition:
        case Holds():
            return "是"
        case Not(Holds()):
            return "否"
        case Compare(_, _, op, name) | Years(_, _, op, name):
            return f"{SIGNS[op]} {_required_value(condition, parameters[name], day)}"
        case Score(_, op, name):
            return f"{SIGNS[op]} {value_text(parameters[name].on(day))} 分"
    return condition_words(condition, facts, parameters, day)


def _required_value(atom: Compare | Years, parameter: Parameter, day: date) -> str:
    value = parameter.on(day)
    if isinstance(atom, Years) and atom.way == "compound" and isinstance(value, Decimal):
        return f"{value_text((1 + value) ** 2 - 1)}（年均 {value_text(value)}）"
    return value_text(value)


def condition_words(
    condition: Condition, facts: Mapping[str, FieldMeaning], parameters: Mapping[str, Parameter], day: date
) -> str:
    """A condition in Chinese with the values of ``day`` and their clauses."""

    def inner(part: Condition) -> str:
        words = condition_words(part, facts, parameters, day)
        return f"（{words}）" if isinstance(part, All | AnyOf) else words

    match condition:
        case Holds(fact):
            return fact_name(fact, facts)
        case Not(part):
            return f"不是（{condition_words(part, facts, parameters, day)}）"
        case All(parts):
            return "，且 ".join(inner(part) for part in parts)
        case AnyOf(parts):
            return "，或 ".join(inner(part) for part in parts)
        case Compare(_, _, op, name) | Years(_, _, op, name) | Score(_, op, name):
            what = atom_name(condition, facts)
            if isinstance(condition, Years) and condition.way == "compound":
                what = f"近两年{fact_name(condition.fact, facts)}年均复合增长率"
            return f"{what} {SIGNS[op]} {_value_words(parameters[name], day)}"
        case Known(fact):
            return f"有{fact_name(fact, facts)}的记录"
        case Happened(fact, during, name):
            what = fact_name(fact, facts)
            if name is not None:
                return f"{what}在最近 {_value_words(parameters[name], day)} 内"
            return f"{what}在{'当年' if during == 'year' else '文件施行以来'}"
        case OnList(measure):
            return f"列入 {measure}"
        case NearTitle(title, name):
            return f"距{title}标准还差不超过 {_value_words(parameters[name], day)}"


def _value_words(parameter: Parameter, day: date) -> str:
    entry = parameter.entry_on(day)
    clause = f"（{entry.clause}）" if entry else "（当日无值）"
    if parameter.unit == "bands":
        return f"按 {parameter.name} 分档{clause}"
    return f"{value_text(parameter.on(day))}{UNITS[parameter.unit][1]}{clause}"


@dataclass(frozen=True)
class MeasureWords:
    """A measure as it stands on a day, for ``srdi policy list`` and the console."""

    measure_id: str
    title_zh: str
    paper: str
    clause: str
    stage: str
    term: str
    meaning_zh: str


def measure_words(packs: PackSet, measure: Measure, day: date) -> MeasureWords:
    """What a person needs to know of a measure on ``day``."""
    return MeasureWords(
        measure.id,
        measure.title.zh,
        measure.document.title,
        measure.clause,
        measure.document.stage,
        measure.term(day),
        in_words(measure, packs.facts, day),
    )


def in_words(measure: Measure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """The definition of a measure on ``day`` in Chinese, for the dictionary, the command line and officers."""
    if isinstance(measure, TargetMeasure):
        return _target_words(measure, facts, day)
    if isinstance(measure, EventMeasure):
        from srdi.policy.event_words import event_words

        return event_words(measure, day)
    population = condition_words(measure.of, facts, measure.parameters, day)
    place = f"《{measure.document.title}》{measure.clause}"
    if isinstance(measure, StandardMeasure):
        return _standard_words(measure, facts, day)
    if isinstance(measure, ListMeasure) and not measure.by_title:
        rules = "；".join(rule.title.zh for rule in measure.rules)
        return (
            f"{place}：登记在本地、符合（{population}）的企业；是否符合不详的{EFFECTS_ZH[measure.population_unknown]}。"
            f"逐条核对：{rules or '无'}。退出后再显示 {measure.leaves.on(day)} 天。"
        )
    if isinstance(measure, ListMeasure):
        rules = "；".join(
            f"{rule.title.zh}（不符合：{EFFECTS_ZH['off' if rule.off else rule.on_fail]}，不详：{EFFECTS_ZH[rule.on_unknown]}）"
            for rule in measure.rules
        )
        action = {"review": "待核实", "keep": "保留", "drop": "移出"}[str(measure.action.on(day) or "review")]
        window = 0 if action == "移出" else measure.window.on(day)
        return (
            f"{place}：登记在本市的{population}企业，原则上均纳入；逐条核对：{rules or '无'}。"
            f"称号到期而未见复核结果的，{window} 天内{action}；到期前 {measure.warn_before.on(day)} 天起提示；"
            f"退出后再显示 {measure.leaves.on(day)} 天。"
        )
    assert isinstance(measure, CoverageMeasure)
    counted = condition_words(measure.counts, facts, measure.parameters, day)
    if measure.kind == "requirement":
        return (
            f"{place}{beside(measure)}：登记在本市、符合（{population}）的企业，应当{counted}；"
            f"是否属于统计范围或是否做到不详的，单列，不进分母。{_split(measure)}"
        )
    goal = "未定目标"
    if measure.target is not None:
        goal = f"目标 {value_text(measure.target.on(day))}"
    return (
        f"{place}{beside(measure)}：登记在本市、符合（{population}）的企业中，{counted}的比例；{goal}。"
        f"是否属于统计范围或是否达到不详的，单列，不进分母。{_split(measure)}"
    )


BY_ZH = {"city": "各市", "tier": "所持最高称号"}


def _split(measure: CoverageMeasure) -> str:
    """What a measure is also shown by, beyond county and industry."""
    words = [BY_ZH[word] for word in measure.by if word in BY_ZH]
    return f"另按{'、'.join(words)}分列。" if words else ""


def _standard_words(measure: StandardMeasure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """A title standard in Chinese: for whom, and every criterion with its values."""

    def words(condition: Condition) -> str:
        return condition_words(condition, facts, measure.parameters, day)

    criteria = "；".join(
        f"{number}. {one.title.zh}：{words(one.keep)}" for number, one in enumerate(measure.criteria, start=1)
    )
    renewal = ""
    if measure.renewal is not None:
        waived = "、".join(one.title.zh for one in measure.criteria if one.id in measure.renewal.waives)
        renewal = (
            f"复核对象（{words(measure.renewal.of)}）" + (f"不要求{waived}" if waived else "要求相同") + "。"
        )
    return (
        f"《{measure.document.title}》{measure.clause}：{measure.awards}的条件，对象（{words(measure.of)}），须全部符合：{criteria}。"
        f"{renewal}有数据不详的，得分取可能的最低和最高，条件单列为不详。"
    )


def beside(measure: Measure) -> str:
    """Whose other reading a measure is, in brackets; empty for a promise of its own."""
    promise = getattr(measure, "reading_of", None)
    return f"（{promise} 的另一种读法）" if promise else ""


def _target_words(measure: TargetMeasure, facts: Mapping[str, FieldMeaning], day: date) -> str:
    """A target in Chinese: what is counted how, the goal and its day."""
    kinds = "、".join(measure.titles)
    if measure.mean is not None:
        top, bottom = (fact_name(fact, facts) for fact in (measure.mean.of, measure.mean.over))
        way = {"total": f"{top}之和 / {bottom}之和", "each": f"各户 {top} / {bottom} 的平均数"}
        less = " 减一" if measure.mean.growth else ""
        population = condition_words(measure.of, facts, measure.parameters, day)
        counted = f"登记在本地、符合（{population}）的企业的{way[measure.mean.weighting]}{less}；数据不全的单列，不进平均"
    elif measure.counting == "stock":
        population = condition_words(measure.of, facts, measure.parameters, day)
        counted = f"当日登记在本地、符合（{population}）的企业数（存量）"
    elif measure.counting == "cumulative":
        counted = f"截至当日累计认定过{kinds}的企业数（含称号已到期的，复核不重复计）"
    else:
        span = f"{measure.period[0]} 至 {measure.period[1]}" if measure.period else "当年"
        counted = f"{span}新认定{kinds}的企业数（不含复核）"
    goal = "未定目标"
    if measure.target is not None:
        goal = f"目标 {value_text(measure.target.on(measure.goal_day(day)))}"
    by = f"，到 {measure.horizon}" if measure.horizon else ""
    cities = "另列各市的数，各市不设目标。" if split_by_city(measure) else ""
    return f"《{measure.document.title}》{measure.clause}{beside(measure)}：{counted}；{goal}{by}。{cities}"
