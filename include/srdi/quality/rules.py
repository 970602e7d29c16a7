"""Row rules of a source, derived from its contract and the field dictionary; nothing is listed twice.

The gate (Great Expectations) and the quarantine split both run the predicates built here, so their
counts have to agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from srdi.contracts.models import Contract, FieldMeaning, Severity, SourceField

Action = Literal["quarantine", "record"]

# a cell that says nothing, in the three ways a supplier may say so
BLANK_KINDS = ("not_reported", "not_applicable", "withheld")
# what can be wrong with a credit code, in the words of the person who has to mend it
CODE_KINDS: dict[str, tuple[str, str]] = {
    "code_scientific": ("被表格软件改成了科学计数法，末位已丢失", "请将该列设为文本格式后重新导出"),
    "code_length": ("位数不对", "请核对是否漏录或多录字符"),
    "code_alphabet": ("含有不允许的字符（不使用 I、O、Z、S、V）", "请核对形近字符，如 1 与 I、0 与 O"),
    "code_checksum": ("校验位不正确", "请对照营业执照核对；确为早期试点代码的，由业务人员说明理由后放行"),
    "code_15": ("是 15 位旧注册号，不是统一社会信用代码", "请补报 18 位统一社会信用代码"),
}
CATEGORY_KIND = "unknown_category"

# columns the gate adds to the conformed rows, for rules that need more than the row's own cells
KEY_REPEATED = "_key_repeated"
BATCH_DAY = "_as_of"

_EXPECTED = {
    "text": "文字",
    "code": "18 位统一社会信用代码",
    "date": "日期，如 2025-09-30",
    "month": "月份，如 2025-09",
    "integer": "整数",
    "decimal": "数字",
    "money": "金额数字，单位与约定一致",
    "ratio": "比率数字，单位与约定一致",
    "year": "四位年份，如 2024",
    "category": "约定中列出的取值",
    "flag": "是 或 否",
    "names": "名称，多个用顿号或分号隔开",
}
_TODO = "请核对后更正并重新报送"


class FieldDictionary(Protocol):
    """What is needed of the dictionary: the meaning of each canonical field."""

    @property
    def fields(self) -> Mapping[str, FieldMeaning]: ...


@dataclass(frozen=True)
class Rule:
    """A condition every data row of a batch should keep.

    ``predicate``: DuckDB SQL over the conformed columns (``f``, ``f__raw``, ``f__missing``) and the two
    columns the gate adds; a row for which it is false fails, NULL passes.
    ``action``: ``quarantine`` moves a failing row out of the batch, ``record`` only writes a finding.
    ``severity``: of the finding; a failing rule of severity ``critical`` refuses the whole batch.
    ``columns``: the conformed columns the predicate reads. ``labels``: Chinese names of ``fields``.
    ``message_zh`` says what is wrong and follows the label; ``todo_zh`` is complete.
    """

    check_id: str
    predicate: str
    fields: tuple[str, ...]
    severity: Severity
    action: Action
    expected_zh: str
    message_zh: str
    todo_zh: str
    columns: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def label_zh(self) -> str:
        """The fields as a person knows them: ``「有效期止、有效期起」``."""
        return f"「{'、'.join(self.labels)}」"

    @property
    def failing(self) -> str:
        """SQL condition that is true for failing rows only."""
        return f"({self.predicate}) IS FALSE"


def quoted(name: str) -> str:
    """A column name as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def rules_for(contract: Contract, dictionary: FieldDictionary) -> list[Rule]:
    """All row rules of a source: fields in contract order, then the key, then the contract's own checks.

    Raises KeyError for a field the dictionary lacks and ValueError when two rules share an id (the loader
    finds both earlier; here they are programming errors).
    """
    rules: list[Rule] = []
    for name, field in contract.fields.items():
        rules.extend(_field_rules(contract, name, field, dictionary.fields[name]))
    rules.append(_key_rule(contract, dictionary))
    for check in contract.checks:
        rules.append(
            Rule(
                check.id,
                check.predicate,
                tuple(check.fields),
                check.severity,
                check.action,
                check.expected,
                check.message,
                check.todo,
                _columns_of(check.predicate, contract),
                tuple(dictionary.fields[name].zh for name in check.fields),
            )
        )
    seen: set[str] = set()
    for rule in rules:
        if rule.check_id in seen:
            raise ValueError(f"two rules of {contract.id} share the id {rule.check_id}")
        seen.add(rule.check_id)
    return rules


def _field_rules(contract: Contract, name: str, field: SourceField, meaning: FieldMeaning) -> Iterator[Rule]:
    missing = quoted(f"{name}__missing")
    # what has no value orders no version and identifies nobody: the row cannot be used
    action: Action = "quarantine" if field.required else "record"
    expected = _EXPECTED[meaning.type]

    def on_missing(
        suffix: str, predicate: str, message: str, todo: str, act: Action, severity: Severity
    ) -> Rule:
        return Rule(
            f"{name}.{suffix}",
            predicate,
            (name,),
            severity,
            act,
            expected,
            message,
            todo,
            (f"{name}__missing",),
            (meaning.zh,),
        )

    if field.required:
        yield on_missing(
            "required",
            f"{missing} NOT IN ({_texts(BLANK_KINDS)})",
            "必填但为空",
            "请补填后重新报送",
            "quarantine",
            "warning",
        )
    own_kinds: list[str] = []
    if meaning.type == "code":
        for kind, (message, todo) in CODE_KINDS.items():
            own_kinds.append(kind)
            yield on_missing(kind, f"{missing} <> '{kind}'", message, todo, action, "warning")
    if meaning.type in ("category", "flag") or field.lookup or meaning.lookup:
        own_kinds.append(CATEGORY_KIND)
        drift = contract.drift.get("category", "record")
        yield on_missing(
            "category",
            f"{missing} <> '{CATEGORY_KIND}'",
            "取值不在约定之内",
            "请更正为约定取值；确属新增取值的，在对照表中登记后重跑",
            "quarantine" if drift == "quarantine" else action,
            "critical" if drift == "stop" else "warning",
        )
    # everything not named above counts as unreadable, so that a new kind of trouble cannot pass unseen
    yield on_missing(
        "readable",
        f"{missing} IN ({_texts((*BLANK_KINDS, *own_kinds))})",
        "无法识别",
        _TODO,
        action,
        "warning",
    )
    if field.minimum is not None or field.maximum is not None:
        yield _range_rule(name, field, meaning.zh)
    # `_on` names the day of an event; ends of validity may well lie ahead
    if meaning.type == "month" or (meaning.type == "date" and name.endswith("_on")):
        yield Rule(
            f"{name}.after_as_of",
            f"{quoted(name)} <= {quoted(BATCH_DAY)}",
            (name,),
            "info",
            "record",
            "不晚于文件的数据截止日",
            "晚于文件的数据截止日，到该日才生效",
            "请确认日期无误",
            (name,),
            (meaning.zh,),
        )


def _range_rule(name: str, field: SourceField, label: str) -> Rule:
    column = quoted(name)
    parts, words = [], []
    if field.minimum is not None:
        parts.append(f"{column} >= {_number(field.minimum)}")
        words.append(f"不小于 {_number(field.minimum)}")
    if field.maximum is not None:
        parts.append(f"{column} <= {_number(field.maximum)}")
        words.append(f"不大于 {_number(field.maximum)}")
    return Rule(
        f"{name}.range",
        " AND ".join(parts),
        (name,),
        field.range_severity,
        "record",
        "、".join(words) + "（换算后的标准单位）",
        "超出合理范围",
        "请核对数值和单位",
        (name,),
        (label,),
    )


def _key_rule(contract: Contract, dictionary: FieldDictionary) -> Rule:
    labels = tuple(dictionary.fields[name].zh for name in contract.key)
    # two versions of one key are both kept; facts decides which one wins
    return Rule(
        "key.unique",
        f"NOT {quoted(KEY_REPEATED)}",
        tuple(contract.key),
        "info",
        "record",
        f"{'、'.join(labels)}相同的行在同一文件中只有一行",
        "同一文件中有多行相同而其他内容不同，均已保留，取较晚的一行",
        "请确认哪一行有效",
        tuple(contract.key),
        labels,
    )


def _columns_of(predicate: str, contract: Contract) -> tuple[str, ...]:
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", predicate))
    known = [f"{name}{suffix}" for name in contract.fields for suffix in ("", "__raw", "__missing")]
    return tuple(column for column in known if column in words)


def _texts(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _number(value: float) -> str:
    """A bound as exact decimal text, so that no comparison runs in floating point."""
    text = format(Decimal(str(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
