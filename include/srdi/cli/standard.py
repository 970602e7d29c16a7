"""``srdi standard``: a CSV in, the same CSV out with what a national standard says about each row."""

from __future__ import annotations

import difflib
import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from srdi.standards.model import Standard
    from srdi.standards.run import Tally

DONE, USAGE = 0, 2
STDIN = "-"


def help_text() -> str:
    """The command's help, with a line for each standard of the registry."""
    from srdi.standards import STANDARDS

    known = "\n".join(f"* `{standard.usage}`" for standard in STANDARDS.values())
    examples = "\n".join(f"* `{one.name}`  {text}" for one in STANDARDS.values() for text in one.examples)
    issued = "".join(
        f"{one.name} 不写 --date 时{one.issued_zh}。" for one in STANDARDS.values() if one.issued_zh
    )
    return (
        "按国家标准逐行判定 CSV，原样写回并在后面加上结果列。/ Judge each row of a CSV by a national standard; "
        "the same CSV comes back with result columns.\n\n"
        f"{known}\n\n"
        "表头：列名或中文名；金额写单位，revenue_wan 或 营业收入（万元）为万元，revenue、营业收入 或 营业收入（元）为元；"
        "其他如 从业人数、从业人数（人）。两列说同一件事即拒绝。文件里与结果同名的列由结果代替。/ "
        "Headers: names or Chinese names; amounts are yuan unless `_wan` or （万元）; two columns of one meaning are "
        "refused, a column named like a result gives way to it.\n\n"
        f"写法举例 / examples:\n\n{examples}\n\n"
        f"日期：每次都在标准错误输出说明按哪一天、依据什么判定。{issued}/ The day judged by is told on standard error; "
        "without --date titles are judged as first issued.\n\n"
        "不能判定的行结果为空，原因见 note 列。输入 UTF-8（可带 BOM）或 GB18030，输出 UTF-8。/ "
        "A row that cannot be judged has an empty result and says why in `note`. "
        "In: UTF-8 or GB18030; out: UTF-8.\n\n"
        "退出码 / exit codes: 0 已判定（没有结果的行见 note）judged, see note for rows without result · "
        "2 用法或文件错误 usage or file"
    )


def judge(name: str, file: str, day: date | None, errors: Console) -> int:
    """Write ``file`` (``-``: standard input) to standard output with the results of standard ``name``.

    Returns 0 (rows without result say why in ``note``), 2 for an unknown standard or a file that cannot be used
    (nothing is written then).
    """
    from srdi.standards import STANDARDS
    from srdi.standards.run import judge_csv
    from srdi.standards.sheet import Unusable

    standard = STANDARDS.get(name)
    if standard is None:
        near = difflib.get_close_matches(name, STANDARDS, n=1, cutoff=0.4)
        guess = f"；是否想写 {near[0]}？" if near else ""
        errors.print(f"[red]✗[/red] 没有标准“{escape(name)}”{guess}\n  可用 / known: {' '.join(STANDARDS)}")
        return USAGE
    try:
        data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        errors.print(f"[red]✗[/red] 文件 {escape(file)} 读不出来：{escape(error.strerror or str(error))}")
        return USAGE
    try:
        if day is None and not standard.issued_zh:
            day = datetime.now().date()
        tally = judge_csv(standard, data, sys.stdout.buffer, day or date.min)
        sys.stdout.buffer.flush()
    except Unusable as error:
        errors.print(f"[red]✗[/red] {escape(str(error))}", soft_wrap=True)
        return USAGE
    except BrokenPipeError:
        # the reader (head, less) has seen enough; what is still buffered must not raise again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    _tell(standard, tally, day, errors)
    return DONE


def _tell(standard: Standard, tally: Tally, day: date | None, errors: Console) -> None:
    """What a reader of the results should know: the day and the rules, and how the header was understood."""
    header = tally.header
    warnings = []
    replaced = [
        name
        for name in standard.results
        if header.results.get(name) not in (None, *header.positions.values())
    ]
    if replaced:
        warnings.append(f"文件里原有的 {'、'.join(replaced)} 列已换成本次的结果")
    for name, written in header.bare.items():
        (column,) = (column for column in standard.columns if column.name == name)
        warnings.append(
            f"“{written}”没有写单位，按元读；若是万元，表头请写 {name}_wan 或 {column.labels[0]}（万元）"
        )
    for name, written in header.near.items():
        warnings.append(f"没有 {name} 列，按空处理；“{written}”是否就是它？")
    if tally.open_rows:
        warnings.append(
            f"{tally.rows} 行中 {tally.open_rows} 行没有结果，原因见 note 列 / rows without result"
        )
    errors.print(escape(standard.by_day(day)), soft_wrap=True)
    for warning in warnings:
        errors.print(f"[yellow]![/yellow] {escape(warning)}", soft_wrap=True)
