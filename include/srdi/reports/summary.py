"""The summary of one night, read from the warehouse: what came in, who is on the lists, what is missing.

Place on the way: after publish. Pure reading; the command line prints it and a Markdown copy is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

# a check that fails on more rows than this speaks about the column, not about rows: a unit, a shifted field
LOUD = 0.2
# the row of the whole area and population, without those of its cities, counties, titles and industries
WHOLE = """
            LEFT JOIN core.measure AS m ON m.measure_id = c.measure_id
            WHERE c.biz_date = :day AND c.division_code = 'ALL' AND c.industry_section = 'ALL'
              AND c.area_code = COALESCE(m.area_code, c.area_code) AND c.tier = COALESCE(m.tier, c.tier)
            ORDER BY c.measure_id
"""


@dataclass(frozen=True)
class Summary:
    """What the duty engineer and the officer want to know in the morning; rows are plain mappings.

    ``sample``: all data are the sample city's. ``standing``: deliveries refused on an earlier night that nothing
    good has replaced. ``loud``: checks that fail on a large share of a batch's rows. ``told``: what the policy
    step wants its reader to know. ``financing``: the figure of all banks together, with how many there are.
    """

    run: dict[str, Any]
    batches: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    lists: list[dict[str, Any]]
    coverage: list[dict[str, Any]]
    requirements: list[dict[str, Any]]
    targets: list[dict[str, Any]]
    stale: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    held: list[dict[str, Any]]
    check_errors: list[dict[str, Any]]
    broken: list[str] = field(default_factory=list)
    sample: bool = False
    standing: list[dict[str, Any]] = field(default_factory=list)
    loud: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    financing: list[dict[str, Any]] = field(default_factory=list)

    @property
    def published(self) -> bool:
        return self.run.get("state") in ("published", "unchanged")

    @property
    def warnings(self) -> list[str]:
        """Why a night that was published is not simply good."""
        found = []
        if self.refused:
            found.append(f"{len(self.refused)} 批被整批退回")
        if self.stale:
            found.append("数据源陈旧或缺失：" + "、".join(row["source"] for row in self.stale))
        if self.check_errors:
            found.append(f"{len(self.check_errors)} 项检查自身出错")
        if self.broken:
            found.append(f"{len(self.broken)} 份合同或政策包被停用")
        return found


def _rows(conn: Connection, query: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(text(query), values).mappings()]


def _would_be(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lists as a dry run found them."""
    lists = (run["detail"] or {}).get("lists", [])
    return [{**one, "gone": one["left"], "warned": None} for one in lists]


def summarise(conn: Connection, run_id: str, broken: list[str] | None = None) -> Summary:
    """Read the summary of a run. Raises LookupError when there is no such run."""
    runs = _rows(conn, "SELECT * FROM control.run WHERE run_id = :run_id", run_id=run_id)
    if not runs:
        raise LookupError(f"没有这次运行：{run_id}")
    run = runs[0]
    day: date = run["biz_date"]
    since = run["started_at"]
    # a rerun that published nothing moved nobody: who came and went that day was another run's news
    moved = "TRUE" if run["state"] == "published" else "FALSE"
    return Summary(
        run=run,
        batches=_rows(
            conn,
            """
            SELECT b.source,
                   count(*) AS batches,
                   count(*) FILTER (WHERE b.landed_at >= :since) AS new,
                   sum(b.rows_landed) AS landed,
                   sum(b.rows_staged) AS staged,
                   sum(b.rows_quarantined) AS quarantined,
                   sum(b.rows_duplicate) AS duplicate,
                   sum(b.rows_ignored) AS ignored
            FROM control.run_batch AS r
            JOIN control.batch AS b USING (batch_id)
            WHERE r.run_id = :run_id
            GROUP BY b.source
            ORDER BY b.source
            """,
            run_id=run_id,
            since=since,
        ),
        refused=_rows(
            conn,
            """
            SELECT source, file_name, refusal_code, refusal_message, landed_at >= :since AS new
            FROM control.batch
            WHERE state = 'refused' AND (landed_at >= :since OR decided_at >= :since)
            ORDER BY source, file_name
            """,
            since=since,
        ),
        lists=_would_be(run)
        if run["dry_run"]
        else _rows(
            conn,
            f"""
            SELECT w.measure_id,
                   count(*) FILTER (WHERE w.verdict = 'listed') AS listed,
                   count(*) FILTER (WHERE w.verdict = 'review') AS review,
                   count(*) FILTER (WHERE w.verdict = 'excluded') AS excluded,
                   count(*) FILTER (WHERE cardinality(w.warnings) > 0) AS warned,
                   coalesce(max(c.entered), 0) AS entered,
                   coalesce(max(c.gone), 0) AS gone
            FROM marts.whitelist_on(:day) AS h
            JOIN marts.whitelist AS w USING (measure_id, uscc)
            LEFT JOIN (
                SELECT measure_id,
                       count(*) FILTER (WHERE change = 'entered') AS entered,
                       count(*) FILTER (WHERE change = 'left') AS gone
                FROM marts.whitelist_change
                WHERE biz_date = :day AND {moved}
                GROUP BY measure_id
            ) AS c USING (measure_id)
            GROUP BY w.measure_id
            ORDER BY w.measure_id
            """,
            day=day,
        ),
        coverage=_rows(
            conn,
            """
            SELECT c.measure_id, c.area_code, c.numerator, c.denominator, c.unknown, c.unmatched, c.rate, c.target,
                   c.shortfall, c.met, c.stage, c.term, m.reading_of
            FROM marts.coverage AS c
            """
            + WHOLE,
            day=day,
        ),
        requirements=_rows(
            conn,
            """
            SELECT c.measure_id, c.keeping, c.failing, c.unknown, c.share, c.term
            FROM marts.requirement AS c
            """
            + WHOLE,
            day=day,
        ),
        targets=_rows(
            conn,
            """
            SELECT c.measure_id, c.counting, c.horizon, c.target, c.actual, c.gap, c.met, c.unknown, c.unmatched,
                   c.term, m.reading_of
            FROM marts.target AS c
            LEFT JOIN core.measure AS m ON m.measure_id = c.measure_id
            WHERE c.biz_date = :day AND c.area_code = COALESCE(m.area_code, c.area_code)
            ORDER BY c.measure_id
            """,
            day=day,
        ),
        financing=_rows(
            conn,
            """
            SELECT a.measure_id, a.value, a.unit, a.target, a.keeps, a.met, a.unknown, a.unmatched, a.term, m.reading_of,
                   (
                       SELECT count(*) FROM marts.financing AS b
                       WHERE b.biz_date = a.biz_date AND b.measure_id = a.measure_id
                         AND b.area_code = a.area_code AND b.bank NOT IN ('ALL', 'unknown')
                   ) AS banks
            FROM marts.financing AS a
            LEFT JOIN core.measure AS m ON m.measure_id = a.measure_id
            WHERE a.biz_date = :day AND a.bank = 'ALL'
            ORDER BY a.measure_id
            """,
            day=day,
        ),
        stale=_rows(
            conn,
            """
            SELECT source, state, last_as_of
            FROM control.freshness
            WHERE biz_date = :day AND state IN ('stale', 'never')
            ORDER BY source
            """,
            day=day,
        ),
        measures=_rows(
            conn,
            """
            SELECT DISTINCT ON (measure_id) measure_id, stage, term
            FROM control.measure_day
            WHERE biz_date = :day
            ORDER BY measure_id, published_at DESC
            """,
            day=day,
        ),
        steps=_rows(
            conn,
            """
            SELECT verb,
                   count(*) AS times,
                   sum(extract(epoch FROM finished_at - started_at)) AS seconds
            FROM control.step
            WHERE started_at >= :since
              AND started_at <= coalesce(CAST(:until AS timestamptz), 'infinity')
            GROUP BY verb
            ORDER BY min(started_at)
            """,
            since=since,
            until=run["finished_at"],
        ),
        held=_rows(
            conn,
            "SELECT subject, diff FROM control.approval WHERE run_id = :run_id AND decision = 'held'",
            run_id=run_id,
        ),
        check_errors=_rows(
            conn,
            """
            SELECT c.batch_id, c.check_id, c.message_zh
            FROM quality.check_result AS c
            JOIN control.run_batch AS r USING (batch_id)
            WHERE r.run_id = :run_id AND c.outcome = 'error'
            ORDER BY c.batch_id, c.check_id
            """,
            run_id=run_id,
        ),
        broken=broken or [],
        sample=_origins(conn, run_id) == {"sample"},
        standing=_rows(
            conn,
            """
            SELECT b.source, b.file_name, b.refusal_code
            FROM control.batch AS b
            WHERE b.state = 'refused' AND b.as_of <= :day
              AND b.landed_at < :since AND coalesce(b.decided_at, b.landed_at) < :since
              AND b.origin = ANY(:origins)
              AND NOT EXISTS (
                  SELECT FROM control.batch AS good
                  WHERE good.source = b.source AND good.origin = b.origin AND good.state = 'accepted'
                    AND good.as_of >= b.as_of
              )
            ORDER BY b.source, b.file_name
            """,
            day=day,
            since=since,
            origins=sorted(_origins(conn, run_id)),
        ),
        loud=_rows(
            conn,
            """
            SELECT b.source, c.check_id, c.rows_failed, c.rows_checked, c.message_zh
            FROM quality.check_result AS c
            JOIN control.batch AS b USING (batch_id)
            JOIN control.run_batch AS r USING (batch_id)
            WHERE r.run_id = :run_id AND c.outcome = 'fail'
              AND c.rows_checked >= 20 AND c.rows_failed >= c.rows_checked * :share
            ORDER BY b.source, c.check_id
            """,
            run_id=run_id,
            share=LOUD,
        ),
        told=[
            line
            for row in _rows(
                conn,
                "SELECT detail FROM control.step WHERE run_id = :run_id AND verb = 'decide' AND detail IS NOT NULL",
                run_id=run_id,
            )
            for line in row["detail"].get("warnings", [])
        ],
    )


def _origins(conn: Connection, run_id: str) -> set[str]:
    """Where the batches of a run came from."""
    query = (
        "SELECT DISTINCT b.origin FROM control.run_batch AS r JOIN control.batch AS b USING (batch_id)"
        " WHERE r.run_id = :run_id"
    )
    return {row["origin"] for row in _rows(conn, query, run_id=run_id)}
