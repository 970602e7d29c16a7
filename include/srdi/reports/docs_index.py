"""The front page of the validation reports: every judged batch with its counts, the newest first."""

from __future__ import annotations

import html
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 500
STATES = {"accepted": "合格", "refused": "整批退回", "staged": "待校验", "landed": "已落地"}
STYLE = """
body{font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1f2933}
table{border-collapse:collapse;width:100%}th,td{padding:.35rem .6rem;border-bottom:1px solid #e4e7eb;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}tr.refused td{background:#fff4f2}tr:hover td{background:#f5f7fa}
a{color:#0b5cad;text-decoration:none}small{color:#616e7c}
"""


def write_index(conn: Connection, folder: Path) -> Path:
    """Write ``folder/index.html`` from ``control.batch``; a reader never sees half a page."""
    from srdi.warehouse.tables import control

    batch = control.batch
    query = select(batch).order_by(batch.c.landed_at.desc(), batch.c.source, batch.c.file_name).limit(MOST)
    lines = []
    for row in conn.execute(query).mappings():
        page = Path(row["data_docs"]) if row["data_docs"] else None
        name = html.escape(row["file_name"])
        if page is not None:
            name = f'<a href="{html.escape(page.parent.name)}/{html.escape(page.name)}">{name}</a>'
        why = f"<br><small>{html.escape(row['refusal_message'] or '')}</small>" if row["refusal_code"] else ""
        counts = "".join(
            f'<td class="n">{row[column]:,}</td>'
            for column in ("rows_landed", "rows_staged", "rows_quarantined", "rows_duplicate", "rows_ignored")
        )
        lines.append(
            f'<tr class="{html.escape(row["state"])}"><td>{html.escape(row["source"])}</td><td>{row["as_of"] or "—"}</td>'
            f"<td>{name}{why}</td><td>{STATES.get(row['state'], row['state'])}</td>{counts}</tr>"
        )
    head = "".join(
        f"<th{' class=n' if number else ''}>{word}</th>"
        for word, number in (
            ("数据源", 0), ("截止日", 0), ("文件", 0), ("结论", 0),
            ("落地", 1), ("入库", 1), ("隔离", 1), ("重复", 1), ("忽略", 1),
        )
    )  # fmt: skip
    page_text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>校验报告</title><style>{STYLE}</style>'
        f"<h1>校验报告</h1><p>最近 {len(lines)} 批，点文件名看逐项检查。</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></html>"
    )
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page_text)
    os.chmod(temporary, 0o644)
    os.replace(temporary, folder / "index.html")
    return folder / "index.html"
