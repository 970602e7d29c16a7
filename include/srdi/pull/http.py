"""The HTTP transport: a source's endpoint gives rows page by page, or names files to download.

Rows are kept twice: as received (NDJSON) and as the UTF-8 CSV with the source's own headers that conform
reads, so that later steps know only one shape. This is the one place where rows pass through Python: they
arrive as JSON text and leave as CSV text, and nothing is decided about them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from srdi.contracts.models import Contract, Header, Http
from srdi.contracts.refusals import RefusalCode, refuse
from srdi.engine.lake import Lake
from srdi.pull.client import Client
from srdi.pull.errors import RefusedDelivery, TransportError
from srdi.pull.landing import (
    Landed,
    Origin,
    PullResult,
    Skipped,
    batch_id,
    day_in_name,
    land,
    no_day,
    parse_day,
)

RECEIVED = "received.ndjson"


@dataclass(frozen=True)
class _Context:
    """What every landing of one pull shares."""

    contract: Contract
    lake: Lake
    landed_at: datetime
    origin: Origin


def pull(
    contract: Contract,
    base_url: str,
    token: str | None,
    lake: Lake,
    known: Collection[str],
    landed_at: datetime,
    origin: Origin = "http",
    until: date | None = None,
    *,
    client: Client | None = None,
) -> PullResult:
    """Fetch what the endpoint of ``contract.arrival.http`` has and land it.

    ``client``: one with other patience or bounds than the usual; it then holds address and token.
    Raises :class:`TransportError` when nothing could be fetched, :class:`RefusedDelivery` when the endpoint
    gives something that cannot be a delivery, ValueError when the contract has no ``http`` section.
    """
    http = contract.arrival.http
    if http is None:
        raise ValueError(f"contract {contract.id} has no http section")
    client = client or Client(base_url, token)
    context = _Context(contract, lake, landed_at, origin)
    try:
        with tempfile.TemporaryDirectory(prefix="srdi-pull-") as scratch:
            if http.format == "json":
                result = _pull_rows(client, http, context, set(known), Path(scratch))
            else:
                result = _pull_files(client, http, context, set(known), Path(scratch))
    finally:
        client.close()
    later = [one.batch_id for one in result.landed if until and one.as_of and one.as_of > until]
    return PullResult(result.landed, result.known, result.skipped, later)


def _pages(client: Client, http: Http, items: str, size: int) -> Iterator[dict[str, Any]]:
    """The endpoint's pages in order; ``items`` is the key of the list inside.

    A page that comes twice means that the server does not page as agreed: the pull fails rather than
    take rows twice or never end.
    """
    link: str = http.path.lstrip("/")
    params: dict[str, str | int] = {}
    if http.paging == "page":
        params = {"page": 1, "page_size": size}
    elif http.paging == "offset":
        params = {"offset": 0, "limit": size}
    elif http.paging in ("cursor", "next_link"):
        params = {"page_size": size}
    received, before = 0, b""
    asked: set[str] = {json.dumps([link, params])}
    for _ in range(client.bounds.pages):
        page = client.get_json(link, params)
        rows = page.get(items)
        if not isinstance(rows, list):
            detail = f"返回内容中没有列表 {items}"
            raise RefusedDelivery(refuse(RefusalCode.UNREADABLE, file=http.path, detail=detail))
        mark = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).digest() if rows else b""
        if rows and mark == before:
            raise TransportError(f"接口 {http.path} 连续两页内容相同，分页没有按约定进行")
        before = mark
        received += len(rows)
        if received > client.bounds.rows:
            detail = f"超过 {client.bounds.rows} 行仍未结束"
            raise RefusedDelivery(refuse(RefusalCode.HOSTILE, file=http.path, detail=detail))
        yield page
        step = _next(http, page, rows, link, params, received)
        if step is None:
            _complete(http, page, received)
            return
        link, params = step
        mark_asked = json.dumps([link, params])
        if mark_asked in asked:
            raise TransportError(f"接口 {http.path} 的下一页又回到取过的一页")
        asked.add(mark_asked)
    detail = f"超过 {client.bounds.pages} 页仍未结束"
    raise RefusedDelivery(refuse(RefusalCode.HOSTILE, file=http.path, detail=detail))


def _next(
    http: Http, page: dict[str, Any], rows: list[Any], link: str, params: dict[str, str | int], received: int
) -> tuple[str, dict[str, str | int]] | None:
    """What to ask for next, None at the end."""
    if http.paging == "none":
        return None
    following = page.get("next")
    if http.paging == "next_link":
        return (str(following), {}) if following else None
    if http.paging == "cursor":
        return (link, {**params, "cursor": str(following)}) if following else None
    # page and offset: the server may say that there is no more, else an empty page does; a page that is
    # merely short may just be a server with a smaller page than ours
    total = str(page.get("total", ""))
    if not rows or ("next" in page and not following) or (total.isdigit() and received >= int(total)):
        return None
    if http.paging == "page":
        return link, {**params, "page": int(params["page"]) + 1}
    return link, {**params, "offset": received}


def _complete(http: Http, page: dict[str, Any], received: int) -> None:
    """Where the endpoint states its total, all of it must have come."""
    total = str(page.get("total", ""))
    if total.isdigit() and int(total) != received:
        raise TransportError(f"接口 {http.path} 声明共 {total} 条，实收 {received} 条")


def _pull_rows(client: Client, http: Http, context: _Context, known: set[str], scratch: Path) -> PullResult:
    contract, raw = context.contract, scratch / RECEIVED
    headers: dict[str, None] = {}
    stated: set[str] = set()
    with raw.open("w", encoding="utf-8", newline="\n") as file:
        for page in _pages(client, http, "rows", http.page_size):
            stated.add(str(page.get("as_of") or ""))
            if len(stated) > 1:
                raise TransportError(f"接口 {http.path} 的数据截止日在取数过程中改变，稍后重试")
            for row in page["rows"]:
                if not isinstance(row, dict):
                    detail = "行不是「表头: 值」的形式"
                    raise RefusedDelivery(refuse(RefusalCode.UNREADABLE, file=http.path, detail=detail))
                headers.update(dict.fromkeys(row))
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    day_text = stated.pop()
    as_of = parse_day(day_text)
    table = scratch / f"{contract.id}_{f'{as_of:%Y%m%d}' if as_of else 'nodate'}.csv"
    _write_csv(raw, table, list(headers) or _canonical_headers(contract))
    problem = None if as_of else no_day(table.name, f"接口没有给出数据截止日（as_of：{day_text or '空'}）")
    found = _land(context, table, table.name, as_of, known, problem)
    if isinstance(found, str):
        return PullResult(known=[found])
    folder = found.lake_path.rsplit("/", 1)[0]
    if not context.lake.exists(folder, RECEIVED):
        context.lake.filesystem.put_file(str(raw), context.lake.make_room(folder, RECEIVED))
    return PullResult([found])


def _canonical_headers(contract: Contract) -> list[str]:
    """An empty delivery still has its columns."""
    first = [field.headers[0] for field in contract.fields.values()]
    return [header.name if isinstance(header, Header) else header for header in first]


def _write_csv(raw: Path, table: Path, headers: list[str]) -> None:
    with raw.open(encoding="utf-8") as lines, table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headers)
        for line in lines:
            row = json.loads(line)
            writer.writerow([_cell(row.get(header)) for header in headers])


def _cell(value: Any) -> str:
    """A JSON value as the text of a cell; numbers are text already, as the server wrote them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _pull_files(client: Client, http: Http, context: _Context, known: set[str], scratch: Path) -> PullResult:
    landed: list[Landed] = []
    again: list[str] = []
    skipped: list[Skipped] = []
    for n, entry in enumerate(
        entry for page in _pages(client, http, "files", http.page_size) for entry in page["files"]
    ):
        if not isinstance(entry, dict) or not entry.get("name") or not entry.get("url"):
            skipped.append(Skipped(f"第 {n + 1} 个文件", "文件清单中没有 name 或 url"))
            continue
        name = str(entry["name"])
        as_of, why_not = parse_day(str(entry.get("as_of") or "")), "接口和文件名都没有给出数据截止日"
        if as_of is None:
            as_of, why_not = day_in_name(name, context.contract.as_of)
        stated = str(entry.get("sha256") or "").lower()
        if stated and not re.fullmatch(r"[0-9a-f]{64}", stated):
            skipped.append(Skipped(name, "文件清单中的 sha256 不是 64 位十六进制"))
            continue
        if stated and batch_id(context.contract.id, as_of, stated) in known:
            again.append(batch_id(context.contract.id, as_of, stated))
            continue
        target = scratch / f"{n}.download"
        found_sha, right = client.download(str(entry["url"]), target, stated or None)
        problem = None if as_of else no_day(name, why_not)
        if not right:
            wrong = refuse(
                RefusalCode.CHECKSUM, file=name, detail=f"登记 {stated or '见响应头'}，实收 {found_sha}"
            )
            problem = (wrong.code.value, wrong.message)
        found = _land(context, target, name, as_of, known, problem)
        target.unlink()
        if isinstance(found, str):
            again.append(found)
        else:
            landed.append(found)
            known.add(found.batch_id)
    return PullResult(landed, again, skipped)


def _land(
    context: _Context,
    path: Path,
    name: str,
    as_of: date | None,
    known: set[str],
    problem: tuple[str, str] | None,
) -> Landed | str:
    return land(
        context.lake,
        lambda: path.open("rb"),
        source=context.contract.id,
        as_of=as_of,
        file_name=name,
        known=known,
        landed_at=context.landed_at,
        origin=context.origin,
        problem=problem,
    )
