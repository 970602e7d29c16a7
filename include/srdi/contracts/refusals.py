"""Why a batch is refused as a whole: the closed list of codes, each with its words for the duty engineer.

A refusal keeps the last good batch in force; ``todo`` says what a person has to do next and ``anchor``
names the section of the operations runbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Every reason for which a whole batch is refused."""

    UNREADABLE = "unreadable"
    ENCODING = "encoding"
    EMPTY = "empty"
    FOREIGN = "foreign"
    TRUNCATED = "truncated"
    MISSING_COLUMN = "missing_column"
    AMBIGUOUS_HEADER = "ambiguous_header"
    SHRUNK = "shrunk"
    GROWN = "grown"
    QUARANTINE_SHARE = "quarantine_share"
    NO_AS_OF = "no_as_of"
    UNIT_DRIFT = "unit_drift"
    CHECKSUM = "checksum"
    HOSTILE = "hostile"
    INTERNAL = "internal"


@dataclass(frozen=True)
class RefusalWords:
    """``sentence`` is a format string (named places); ``todo`` is complete; ``anchor`` is a runbook heading id."""

    sentence: str
    todo: str

    anchor: str


@dataclass(frozen=True)
class Refusal:
    """A batch refused: its code and the finished Chinese message (what happened, where, what to do)."""

    code: RefusalCode
    message: str

    @property
    def todo(self) -> str:
        return WORDS[self.code].todo

    @property
    def anchor(self) -> str:
        return WORDS[self.code].anchor


def _words(code: RefusalCode, sentence: str, todo: str) -> tuple[RefusalCode, RefusalWords]:
    return code, RefusalWords(sentence, todo, f"refusal-{code.value.replace('_', '-')}")


WORDS: dict[RefusalCode, RefusalWords] = dict(
    [
        _words(
            RefusalCode.UNREADABLE,
            "文件 {file} 无法读取：{detail}",
            "请供数单位用原系统重新导出为 CSV（UTF-8）或 xlsx 后重新报送",
        ),
        _words(
            RefusalCode.ENCODING,
            "文件 {file} 的文字编码不是 {encodings} 中的任何一种：{detail}",
            "请供数单位另存为 UTF-8 或 GB18030 编码后重新报送；文件在传输中损坏时请重新传输",
        ),
        _words(
            RefusalCode.EMPTY,
            "文件 {file} 没有数据行：{detail}",
            "请供数单位确认导出条件；确实无数据的，应在约定中允许空文件（allow_empty）",
        ),
        _words(
            RefusalCode.FOREIGN,
            "文件 {file} 不像「{source}」的数据：{detail}",
            "请核对文件是否放错文件夹；供数单位改了表头的，在约定的 headers 中补充新写法",
        ),
        _words(
            RefusalCode.TRUNCATED,
            "文件 {file} 不完整，在第 {row} 行处中断：{detail}",
            "请重新传输或重新导出该文件；上一份合格数据继续使用",
        ),
        _words(
            RefusalCode.MISSING_COLUMN,
            "文件 {file} 缺少必需的列：{detail}",
            "请供数单位补齐所列的列后重新报送；列改了名的，在约定的 headers 中补充新写法",
        ),
        _words(
            RefusalCode.AMBIGUOUS_HEADER,
            "文件 {file} 的表头有歧义：{detail}",
            "请供数单位删去或改名重复的列后重新报送",
        ),
        _words(
            RefusalCode.SHRUNK,
            "「{source}」{as_of} 的数据只有 {rows} 行，不到上一份合格数据 {last} 行的 {limit}",
            "请与供数单位核对是否漏导；确属正常减少的，调整约定的 volume.minimum 后重跑",
        ),
        _words(
            RefusalCode.GROWN,
            "「{source}」{as_of} 的数据有 {rows} 行，超过上一份合格数据 {last} 行的 {limit}",
            "请与供数单位核对是否重复导出；确属正常增长的，调整约定的 volume.maximum 后重跑",
        ),
        _words(
            RefusalCode.QUARANTINE_SHARE,
            "文件 {file} 有 {share} 的行不合格，超过约定的 {limit}",
            "请把问题清单退回供数单位更正后重新报送；多为整列错位、单位或编码问题",
        ),
        _words(
            RefusalCode.NO_AS_OF,
            "文件 {file} 看不出数据截止日：{detail}",
            "请在文件名中写明八位日期（如 企业_20250930.csv）后重新报送",
        ),
        _words(
            RefusalCode.UNIT_DRIFT,
            "文件 {file} 的金额单位疑似改变：{detail}",
            "请与供数单位核对单位（元/万元）；确已改变的，请其在表头注明单位后重新报送",
        ),
        _words(
            RefusalCode.CHECKSUM,
            "文件 {file} 的校验值与登记的不一致：{detail}",
            "文件在传输或存放中被改动，请重新传输",
        ),
        _words(
            RefusalCode.HOSTILE,
            "文件 {file} 超出安全限度，未予处理：{detail}",
            "请核对文件来源；确为正常数据的，请拆分后重新报送",
        ),
        _words(
            RefusalCode.INTERNAL,
            "处理文件 {file} 时程序出错（不是数据问题）：{detail}",
            "请把本条信息和批次号交给系统维护人员；上一份合格数据继续使用",
        ),
    ]
)


def refuse(code: RefusalCode | str, **places: object) -> Refusal:
    """Build a refusal; ``places`` fill the named places of the code's sentence.

    Raises KeyError when a place of the sentence is not given (a programming error).
    """
    code = RefusalCode(code)
    return Refusal(code, WORDS[code].sentence.format(**places))
