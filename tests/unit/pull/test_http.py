"""HTTP against a real server on loopback: paging, patience, proof, and servers that misbehave."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import logging
from datetime import date

import pytest
from pull_bench import NOW, TOKEN, contract_with

from srdi.pull import http
from srdi.pull.client import CHUNK, Bounds, Client, Patience
from srdi.pull.errors import HopelessTransportError, RefusedDelivery, TransportError

ROWS = [{"代码": f"C{n}", "金额": n} for n in range(7)]
DAY = date(2025, 9, 30)


def contract(**changes):
    settings = {"path": "/rows", "paging": "page", "page_size": 3} | changes
    return contract_with(arrival={"transport": "http", "http": settings}, as_of={"origin": "api"})


def json_body(payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()


class Sleeps(list):
    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def sleeps():
    return Sleeps()


@pytest.fixture
def pull(server, lake, sleeps):
    def run(one=None, known=(), bounds=None, token=TOKEN, **changes):
        patience = Patience(attempts=4, first=0.5, longest=30, connect_timeout=2, read_timeout=2)
        client = Client(server.url, token, patience, bounds or Bounds(), sleep=sleeps, jitter=lambda: 0.5)
        return http.pull(
            one or contract(), server.url, token, lake, set(known), NOW, client=client, **changes
        )

    return run


def table(lake, landed):
    return list(csv.reader(io.StringIO(lake.open(landed.lake_path).read().decode("utf-8"))))


def paged(server, paging):
    """The seven rows by any of the ways of paging."""

    def answer(request, send):
        if paging == "page":
            start, size = (int(request.query["page"]) - 1) * 3, int(request.query["page_size"])
        elif paging == "offset":
            start, size = int(request.query["offset"]), int(request.query["limit"])
        elif paging in ("cursor", "next_link"):
            start, size = int(request.query.get("cursor", "0")), 3
        else:
            start, size = 0, 100
        following = start + size if start + size < len(ROWS) else None
        payload = {"as_of": "2025-09-30", "rows": ROWS[start : start + size]}
        if paging == "cursor":
            payload["next"] = following
        if paging == "next_link":
            payload["next"] = f"/api/rows?cursor={following}" if following else None
        send(200, None, json_body(payload))

    server.answer = answer


@pytest.mark.parametrize(
    ("paging", "asked"), [("none", 1), ("page", 4), ("offset", 4), ("cursor", 3), ("next_link", 3)]
)
def test_all_rows_come_whatever_the_paging(server, pull, lake, paging, asked):
    paged(server, paging)
    result = pull(contract(paging=paging))
    landed = result.landed[0]
    assert (landed.as_of, landed.file_name, landed.origin) == (DAY, "ledger_20250930.csv", "http")
    assert table(lake, landed) == [["代码", "金额"], *([f"C{n}", str(n)] for n in range(7))]
    received = lake.open(landed.lake_path.rsplit("/", 1)[0], "received.ndjson").read().decode().splitlines()
    assert [json.loads(line)["代码"] for line in received] == [row["代码"] for row in ROWS]
    assert len(server.requests) == asked
    assert all(request.headers["authorization"] == f"Bearer {TOKEN}" for request in server.requests)


def test_the_same_rows_again_are_known(server, pull, lake):
    paged(server, "page")
    first = pull().landed[0]
    second = pull(known=[first.batch_id])
    assert (second.landed, second.known) == ([], [first.batch_id])


def test_values_become_cells_as_written(server, pull, lake):
    body = (
        '{"as_of":"20250930","next":null,"rows":[{"代码":"a,\\"b\\"\\n","金额":12345678901234567.10,"空":null},'
        '{"代码":"=1+1","有":true,"列表":["x"]}]}'
    )
    server.answer = lambda request, send: send(200, None, body.encode())
    assert table(lake, pull().landed[0]) == [
        ["代码", "金额", "空", "有", "列表"],
        ['a,"b"\n', "12345678901234567.10", "", "", ""],
        ["=1+1", "", "", "是", '["x"]'],
    ]


def test_no_rows_still_have_headers(server, pull, lake):
    server.answer = lambda request, send: send(200, None, json_body({"as_of": "2025-09-30", "rows": []}))
    assert table(lake, pull().landed[0]) == [["代码", "金额"]]


def test_rows_without_a_day_land_with_a_problem(server, pull):
    server.answer = lambda request, send: send(200, None, json_body({"rows": ROWS, "next": None}))
    landed = pull().landed[0]
    assert landed.as_of is None
    assert landed.problem[0] == "no_as_of"


def test_later_days_are_named(server, pull):
    paged(server, "none")
    result = pull(contract(paging="none"), until=date(2025, 9, 29))
    assert result.later == [result.landed[0].batch_id]


def failing_first(server, failures):
    """Answer with each of ``failures`` once, then properly."""
    left = list(failures)

    def answer(request, send):
        if left:
            send(*left.pop(0))
        else:
            send(200, None, json_body({"as_of": "2025-09-30", "rows": ROWS, "next": None}))

    server.answer = answer


def test_too_many_requests_waits_as_asked(server, pull, sleeps):
    failing_first(server, [(429, {"Retry-After": "7"})])
    assert len(pull().landed) == 1
    assert sleeps == [7.0]


def test_a_date_in_retry_after_counts_from_the_servers_clock(server, pull, sleeps, monkeypatch):
    from http.server import BaseHTTPRequestHandler

    now = "Wed, 01 Oct 2025 00:00:00 GMT"
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: now)
    failing_first(server, [(503, {"Retry-After": "Wed, 01 Oct 2025 00:00:11 GMT"})])
    assert len(pull().landed) == 1
    assert sleeps == [11.0]


def test_a_wait_beyond_patience_is_left_for_later(server, pull, sleeps):
    failing_first(server, [(429, {"Retry-After": "3600"})])
    with pytest.raises(TransportError) as caught:
        pull()
    assert not isinstance(caught.value, HopelessTransportError)
    assert "3600" in caught.value.message_zh
    assert sleeps == []


def test_broken_servers_are_tried_again_with_growing_waits(server, pull, sleeps):
    failing_first(server, [(500,), (502,), (503,)])
    assert len(pull().landed) == 1
    assert sleeps == [0.375, 0.75, 1.5]


def test_patience_ends(server, pull, sleeps):
    failing_first(server, [(500,)] * 9)
    with pytest.raises(TransportError) as caught:
        pull()
    assert not isinstance(caught.value, HopelessTransportError)
    assert len(server.requests) == 4
    assert len(sleeps) == 3


def test_a_connection_cut_in_the_body_is_tried_again(server, pull, sleeps):
    body = json_body({"as_of": "2025-09-30", "rows": ROWS, "next": None})
    failing_first(server, [(200, None, body, 10)])
    assert len(pull().landed) == 1
    assert len(sleeps) == 1


def test_a_page_with_a_wrong_digest_is_tried_again(server, pull, sleeps):
    body = json_body({"as_of": "2025-09-30", "rows": ROWS, "next": None})
    good = base64.b64encode(hashlib.sha256(body).digest()).decode()
    failing_first(server, [
        (200, {"X-Checksum-SHA256": "0" * 64}, body),
        (200, {"Digest": "sha-256=" + base64.b64encode(b"0" * 32).decode()}, body),
        (200, {"Repr-Digest": f"sha-256=:{good}:"}, body),
    ])  # fmt: skip
    assert len(pull().landed) == 1
    assert len(sleeps) == 2
    assert len(server.requests) == 3


def test_half_a_json_is_tried_again(server, pull, sleeps):
    failing_first(server, [(200, None, b'{"rows": [')])
    assert len(pull().landed) == 1
    assert len(sleeps) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_what_patience_cannot_mend_is_not_tried_again(server, pull, sleeps, status):
    failing_first(server, [(status, {"Location": "http://127.0.0.1:9/"})] * 9)
    with pytest.raises(TransportError) as caught:
        pull()
    assert isinstance(caught.value, HopelessTransportError)
    assert len(server.requests) == 1
    assert sleeps == []
    if status == 401:
        assert "令牌" in caught.value.message_zh


def test_a_server_that_is_not_there(server, pull, lake, sleeps):
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(TransportError) as caught:
        pull()
    assert not isinstance(caught.value, HopelessTransportError)
    assert len(sleeps) == 3


def test_a_page_that_repeats_is_no_delivery(server, pull, lake):
    server.answer = lambda request, send: send(200, None, json_body({"as_of": "2025-09-30", "rows": ROWS}))
    with pytest.raises(TransportError, match="内容相同"):
        pull()
    assert len(server.requests) == 2
    assert not lake.exists("landed")


def test_a_cursor_that_comes_back_is_no_delivery(server, pull):
    def answer(request, send):
        cursor = int(request.query.get("cursor", "0"))
        rows = [{"代码": f"C{len(server.requests)}"}]
        send(200, None, json_body({"as_of": "2025-09-30", "rows": rows, "next": (cursor + 1) % 3 or 1}))

    server.answer = answer
    with pytest.raises(TransportError, match="取过"):
        pull(contract(paging="cursor"))


@pytest.mark.parametrize("bounds", [Bounds(pages=5), Bounds(rows=5)])
def test_endless_paging_ends(server, pull, bounds):
    def answer(request, send):
        send(200, None, json_body({"as_of": "2025-09-30", "rows": [{"代码": request.query["page"]}]}))

    server.answer = answer
    with pytest.raises(RefusedDelivery) as caught:
        pull(bounds=bounds)
    assert caught.value.refusal.code == "hostile"
    assert len(server.requests) <= 6


def test_a_page_too_large_is_refused(server, pull):
    paged(server, "none")
    with pytest.raises(RefusedDelivery) as caught:
        pull(contract(paging="none"), bounds=Bounds(page_bytes=50))
    assert caught.value.refusal.code == "hostile"


def test_a_total_that_did_not_come_is_no_delivery(server, pull):
    page = {"as_of": "2025-09-30", "rows": ROWS, "total": 9}
    server.answer = lambda request, send: send(200, None, json_body(page | {"next": None}))
    with pytest.raises(TransportError, match="声明共 9 条"):
        pull()


def test_a_total_ends_the_paging(server, pull):
    server.answer = lambda request, send: send(
        200, None, json_body({"as_of": "2025-09-30", "rows": ROWS, "total": 7})
    )
    assert len(pull().landed) == 1
    assert len(server.requests) == 1


def test_an_export_that_changes_its_day_meanwhile_is_no_delivery(server, pull):
    def answer(request, send):
        n = int(request.query["page"])
        send(200, None, json_body({"as_of": f"2025-09-3{n - 1}", "rows": [{"代码": n}]}))

    server.answer = answer
    with pytest.raises(TransportError, match="截止日"):
        pull()


@pytest.mark.parametrize(
    "link",
    ["http://127.0.0.1:1/steal", "https://example.invalid/x", "//example.invalid/x", "file:///etc/passwd"],
)
def test_the_token_goes_to_no_other_server(server, pull, link):
    page = {"as_of": "2025-09-30", "rows": ROWS, "next": link}
    server.answer = lambda request, send: send(200, None, json_body(page))
    with pytest.raises(RefusedDelivery) as caught:
        pull(contract(paging="next_link"))
    assert caught.value.refusal.code == "hostile"


@pytest.mark.parametrize("payload", [[], {"data": []}, {"rows": {}}, {"as_of": "2025-09-30", "rows": ["x"]}])
def test_an_answer_of_another_shape_is_refused(server, pull, payload):
    server.answer = lambda request, send: send(200, None, json_body(payload))
    with pytest.raises(RefusedDelivery) as caught:
        pull()
    assert caught.value.refusal.code == "unreadable"


def test_the_token_is_never_shown(server, pull, caplog):
    caplog.set_level(logging.DEBUG)
    failing_first(server, [(401,)])
    with pytest.raises(TransportError) as caught:
        pull()
    assert TOKEN not in caplog.text
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(Client(server.url, TOKEN))


def test_without_a_token_none_is_sent(server, pull, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    paged(server, "none")
    pull(contract(paging="none"), token=None)
    assert "authorization" not in server.requests[0].headers


def test_only_web_addresses(lake):
    with pytest.raises(TransportError):
        Client("ftp://127.0.0.1/", None)


CONTENT = b"".join(b"row %d\n" % n for n in range(100_000))
SHA = hashlib.sha256(CONTENT).hexdigest()


def file_server(server, files, content=CONTENT, cuts=(), ranges=True, etag='"v1"', wrong=0):
    """Names ``files`` and serves ``content``; ``cuts``: bytes after which the first answers break off;
    ``wrong``: so many whole answers carry other bytes."""
    left, bad = list(cuts), [b"X" * len(content)] * wrong

    def answer(request, send):
        if request.path == "/api/rows":
            send(200, None, json_body({"files": files, "next": None}))
            return
        asked = request.headers.get("range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and ranges else 0
        body = (bad.pop() if bad and not start else content)[start:]
        headers = {"ETag": etag}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        send(206 if start else 200, headers, body, left.pop(0) if left else None)

    server.answer = answer


def entry(**changes):
    return {"name": "台账_20250930.csv", "url": "/files/1", "sha256": SHA} | changes


FILES = {"format": "files", "paging": "page"}


def test_files_land_as_they_are(server, pull, lake):
    file_server(server, [entry(), entry(name="b.csv", url="files/2", as_of="2025-08-31", sha256=None)])
    result = pull(contract(**FILES))
    assert [(one.file_name, one.as_of, one.sha256) for one in result.landed] == [
        ("台账_20250930.csv", DAY, SHA),
        ("b.csv", date(2025, 8, 31), SHA),
    ]
    assert lake.open(result.landed[0].lake_path).read() == CONTENT
    assert all(one.problem is None for one in result.landed)
    assert [request.path for request in server.requests] == ["/api/rows", "/files/1", "/api/files/2"]


def test_a_known_file_is_not_downloaded(server, pull):
    file_server(server, [entry()])
    known = f"ledger-20250930-{SHA[:12]}"
    result = pull(contract(**FILES), known=[known])
    assert (result.landed, result.known) == ([], [known])
    assert [request.path for request in server.requests] == ["/api/rows"]


def test_a_broken_download_goes_on_where_it_stopped(server, pull, lake):
    file_server(server, [entry()], cuts=[200_000, 300_000])
    landed = pull(contract(**FILES)).landed[0]
    assert lake.open(landed.lake_path).read() == CONTENT
    asked = [request.headers.get("range") for request in server.requests[1:]]
    assert asked == [None, f"bytes={3 * CHUNK}-", f"bytes={7 * CHUNK}-"]
    assert server.requests[2].headers["if-range"] == '"v1"'


def test_a_server_that_cannot_resume_sends_it_all_again(server, pull, lake):
    file_server(server, [entry()], cuts=[1000], ranges=False)
    assert lake.open(pull(contract(**FILES)).landed[0].lake_path).read() == CONTENT


def test_a_wrong_digest_once_is_an_accident(server, pull):
    file_server(server, [entry()], wrong=1)
    landed = pull(contract(**FILES)).landed[0]
    assert (landed.sha256, landed.problem) == (SHA, None)


def test_a_digest_that_stays_wrong_lands_with_a_problem(server, pull, lake):
    file_server(server, [entry(sha256="0" * 64), entry(name="b_20250930.csv")])
    result = pull(contract(**FILES))
    wrong, right = result.landed[0], result.known
    assert wrong.problem[0] == "checksum"
    assert "台账_20250930.csv" in wrong.problem[1]
    assert lake.open(wrong.lake_path).read() == CONTENT
    # the same bytes of the same day are the same batch, whatever digest is stated
    assert right == [wrong.batch_id]
    assert len(server.requests) == 1 + 3


def test_hostile_names_become_harmless(server, pull, lake):
    file_server(server, [entry(name="../../x_20250930.csv")])
    landed = pull(contract(**FILES)).landed[0]
    assert landed.lake_path == f"landed/ledger/{landed.batch_id}/x_20250930.csv"


def test_entries_of_another_shape_are_left_and_named(server, pull):
    file_server(server, [entry(), {"name": "x"}, "y", entry(name="z_20250930.csv", sha256="abc")])
    result = pull(contract(**FILES))
    assert len(result.landed) == 1
    assert [one.file_name for one in result.skipped] == ["第 2 个文件", "第 3 个文件", "z_20250930.csv"]


def test_a_file_from_another_server_is_refused(server, pull):
    file_server(server, [entry(url="http://127.0.0.1:1/x")])
    with pytest.raises(RefusedDelivery):
        pull(contract(**FILES))


def test_a_file_too_large_is_refused(server, pull):
    file_server(server, [entry()])
    with pytest.raises(RefusedDelivery) as caught:
        pull(contract(**FILES), bounds=Bounds(file_bytes=1000))
    assert caught.value.refusal.code == "hostile"


def test_a_contract_without_http_is_a_programming_error(lake):
    with pytest.raises(ValueError, match="http"):
        http.pull(contract_with(), "http://127.0.0.1/", None, lake, set(), NOW)
