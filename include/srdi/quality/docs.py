"""Data Docs: the library's own page of one validation, without anything from outside.

The stock page loads styles and scripts from public servers; a department's network has none, and a page
about its data should call nobody. The page is rendered by the library and then made self-contained.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

_STYLE = """
body{font:14px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;margin:2rem;color:#222}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
td,th{border:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}
.text-success{color:#18794e}.text-danger{color:#b42318}.text-warning{color:#b54708}
.badge{background:#eee;border-radius:3px;padding:0 .4em}.collapse{display:none}
nav,.navbar,.modal,.ge-walkthrough-modal,.breadcrumb,#ge-cta-footer,.collapse-toggle,.fa-info-circle,
button,input,.list-group,.navigation,.col-lg-2{display:none!important}
.fa-check-circle::before{content:"✓"}.fa-times::before{content:"✗"}.fa-exclamation-triangle::before{content:"!"}
"""

_WORDS = {
    "Overview": "概况",
    "Statistics": "统计",
    "Evaluated Expectations": "检查项数",
    "Successful Expectations": "通过",
    "Unsuccessful Expectations": "未通过",
    "Success Percent": "通过率",
    "Table-Level Expectations": "逐项结果",
    "Status": "结果",
    "Expectation": "检查项",
    "Observed Value": "实际情况",
    "Info": "运行信息",
    "Expectation Suite:": "数据批次：",
    "Data asset:": "检查对象：",
    "Status:": "结论：",
    "Succeeded": "全部通过",
    "Failed": "有未通过的检查",
}


def write_page(raw: Any, title: str, folder: Path, source: str, batch_id: str) -> Path:
    """Render the library's result ``raw`` to ``folder/<source>/<batch_id>.html``; returns that path."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    page = DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(raw))
    path = folder / source / f"{batch_id}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(self_contained(page, title), encoding="utf-8")
    return path


def self_contained(page: str, title: str) -> str:
    """Strip scripts, styles, pictures and links that lead out of the page; add our style and Chinese words."""
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.S | re.I)
    page = re.sub(r"<link\b[^>]*>", "", page, flags=re.I)
    page = re.sub(r"<style\b.*?</style>", "", page, flags=re.S | re.I)
    page = re.sub(r"<footer\b.*?</footer>|<nav\b.*?</nav>", "", page, flags=re.S | re.I)
    page = re.sub(r"<(?:img|iframe)\b[^>]*>", "", page, flags=re.I)
    page = re.sub(r"""\shref=(["'])(?!#).*?\1""", "", page, flags=re.S | re.I)
    page = re.sub(r"<title>.*?</title>", "", page, flags=re.S | re.I)
    for english, chinese in _WORDS.items():
        page = re.sub(rf"(>\s*){re.escape(english)}(\s*<)", rf"\g<1>{chinese}\g<2>", page)
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style>'
    heading = f"<h1>{html.escape(title)}</h1>"
    page = re.sub(r"(<head[^>]*>)", lambda m: m.group(1) + head, page, count=1, flags=re.I)
    return re.sub(r"(<body[^>]*>)", lambda m: m.group(1) + heading, page, count=1, flags=re.I)
