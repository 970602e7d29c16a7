"""Which measures a publication speaks about, and the published days around its own."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse.publication import ListReport
from srdi.warehouse.staging import PublishError, Staged

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.warehouse.runs import RunInfo


def prepare(connection: Connection, run: RunInfo, staged: Staged) -> bool:
    """Put down which measures this publication speaks about and the published days around it.

    Temporary tables: ``scope`` (every measure), ``span`` (lists among them), ``core_span`` (one row for
    enterprises). Returns whether enterprises and titles move to this day.
    """
    day = {"day": run.biz_date}
    connection.execute(
        text(
            f"""
            CREATE TEMP TABLE scope ON COMMIT DROP AS
            SELECT
                m.measure_id,
                m.kind,
                before.biz_date AS day_before,
                before.rule_version AS rule_version_before,
                m.rule_version,
                (
                    SELECT MIN(d.biz_date) FROM control.measure_day AS d
                    WHERE d.measure_id = m.measure_id AND d.biz_date > :day
                ) AS next_day,
                EXISTS (
                    SELECT FROM control.measure_day AS d
                    WHERE d.measure_id = m.measure_id AND d.biz_date = :day
                ) AS existed,
                NOT EXISTS (
                    SELECT FROM control.measure_day AS d
                    WHERE d.measure_id = m.measure_id AND d.biz_date > :day
                ) AS live
            FROM {staged.address["measure"]} AS m
            LEFT JOIN LATERAL (
                SELECT d.biz_date, d.rule_version
                FROM control.measure_day AS d
                WHERE d.measure_id = m.measure_id AND d.biz_date < :day
                ORDER BY d.biz_date DESC, d.published_at DESC
                LIMIT 1
            ) AS before ON TRUE
            """
        ),
        day,
    )
    connection.execute(
        text("CREATE TEMP TABLE span ON COMMIT DROP AS SELECT * FROM scope WHERE kind = 'list'")
    )
    connection.execute(
        text(
            """
            CREATE TEMP TABLE core_span ON COMMIT DROP AS
            SELECT MIN(biz_date) AS next_day
            FROM control.publication
            WHERE table_name = 'core.enterprise' AND biz_date > :day
            """
        ),
        day,
    )
    for name, known in (("whitelist", "span"), ("coverage", "scope"), ("measure_member", "scope")):
        strangers = connection.execute(
            text(
                f"SELECT DISTINCT r.measure_id FROM {staged.address[name]} AS r"
                f" WHERE NOT EXISTS (SELECT FROM {known} AS s WHERE s.measure_id = r.measure_id) LIMIT 5"
            )
        ).scalars()
        if unknown := list(strangers):
            raise PublishError(f"{name}.parquet 中的指标未在 measure.parquet 声明：{'、'.join(unknown)}")
    return connection.execute(text("SELECT next_day FROM core_span")).scalar() is None


def record_measures(
    connection: Connection, run: RunInfo, staged: Staged, moment: datetime, word: str
) -> None:
    connection.execute(
        text(
            f"""
            INSERT INTO control.measure_day (
                run_id, measure_id, kind, biz_date, published_at, area_code, document_id, clause,
                rule_version, stage, term, freshness
            )
            SELECT
                :run_id, measure_id, kind, :day, :moment, area_code, document_id, clause,
                rule_version, stage, term, :word
            FROM {staged.address["measure"]}
            ON CONFLICT (run_id, measure_id) DO UPDATE SET
                kind = EXCLUDED.kind,
                biz_date = EXCLUDED.biz_date,
                published_at = EXCLUDED.published_at,
                area_code = EXCLUDED.area_code,
                document_id = EXCLUDED.document_id,
                clause = EXCLUDED.clause,
                rule_version = EXCLUDED.rule_version,
                stage = EXCLUDED.stage,
                term = EXCLUDED.term,
                freshness = EXCLUDED.freshness
            """
        ),
        {"run_id": run.run_id, "day": run.biz_date, "moment": moment, "word": word},
    )


def list_reports(connection: Connection, day: date, staged: Staged) -> list[ListReport]:
    rows = connection.execute(
        text(
            f"""
            SELECT
                s.measure_id,
                s.live,
                w.listed,
                w.excluded,
                w.review,
                c.entered,
                c.gone,
                c.turned
            FROM span AS s
            CROSS JOIN LATERAL (
                SELECT
                    COUNT(*) FILTER (WHERE verdict = 'listed') AS listed,
                    COUNT(*) FILTER (WHERE verdict = 'excluded') AS excluded,
                    COUNT(*) FILTER (WHERE verdict = 'review') AS review
                FROM {staged.address["whitelist"]} AS w
                WHERE w.measure_id = s.measure_id
            ) AS w
            CROSS JOIN LATERAL (
                SELECT
                    COUNT(*) FILTER (WHERE change = 'entered') AS entered,
                    COUNT(*) FILTER (WHERE change = 'left') AS gone,
                    COUNT(*) FILTER (WHERE change = 'verdict') AS turned
                FROM marts.whitelist_change AS c
                WHERE c.measure_id = s.measure_id AND c.biz_date = :day
            ) AS c
            ORDER BY s.measure_id
            """
        ),
        {"day": day},
    )
    return [ListReport(*row) for row in rows]
