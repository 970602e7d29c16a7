"""``srdi standard``: a CSV in, the same CSV out with what a national standard says about each row."""

from __future__ import annotations

import difflib
import os
import sys
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

DONE, USAGE = 0, 2
STDIN = "-"


def help_text() -> str:
    """The command's help, with a line for each standard of the registry."""
    from srdi.standards import STANDARDS

    known = "\n".join(f"* `{standard.usage}`" for standard in STANDARDS.values())
    return (
        "按国家标准逐行判定 CSV，原样写回并在后面加上结果列。/ Judge each row of a CSV by a national standard; "
        "the same CSV comes back with result columns.\n\n"
        f"{known}\n\n"
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
        day = day or (date.min if standard.as_issued else datetime.now().date())
        tally = judge_csv(standard, data, sys.stdout.buffer, day)
        sys.stdout.buffer.flush()
    except Unusable as error:
        errors.print(f"[red]✗[/red] {escape(str(error))}", soft_wrap=True)
        return USAGE
    except BrokenPipeError:
        # the reader (head, less) has seen enough; what is still buffered must not raise again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    for column, header in tally.near.items():
        errors.print(
            f"[yellow]![/yellow] 没有 {column} 列，按空处理；“{escape(header)}”是否就是它？", soft_wrap=True
        )
    if tally.open_rows:
        errors.print(
            f"[yellow]![/yellow] {tally.rows} 行中 {tally.open_rows} 行没有结果，原因见 note 列 / rows without result",
            soft_wrap=True,
        )
    return DONE
