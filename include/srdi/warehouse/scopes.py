"""Which measures a publication speaks about, and the published days around its own."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from srdi.warehouse.publication import ListReport
from srdi.warehouse.staging import AGGREGATES, PublishError, Staged

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from srdi.warehouse.runs import RunInfo

EXIT_DAYS = 30  # where results name no days of their own
SAMPLE = "sample"


def prepare(connection: Connection, run: RunInfo, staged: Staged) -> bool:
    """Put down which measures this publication speaks about and the published days around it.

    Temporary tables: ``scope`` (every measure), ``span`` (lists among them), ``core_span`` (one row for
    enterprises). Returns whether enterprises and titles move to this day.

    Against the published day before: ``rule_changed``, the measure's rules were written anew and that matters
    on this day; ``value_began``, the same text holds another value by its date; ``new_world``, the one run
    read the sample city and the other did not, so that nobody can have left.
    """
    day = {"day": run.biz_date, "run_id": run.run_id, "exit_days": EXIT_DAYS, "sample": SAMPLE}
    connection.execute(
        text(
            f"""
            CREATE TEMP TABLE scope ON COMMIT DROP AS
            SELECT
                m.measure_id,
                m.kind,
                m.area_code,
                m.document_id,
                m.clause,
                COALESCE(m.exit_days, :exit_days) AS exit_days,
                before.biz_date AS day_before,
                before.run_id AS run_before,
                CASE
                    WHEN before.rule_hash IS NULL OR m.rule_hash IS NULL
                        THEN before.rule_version IS DISTINCT FROM m.rule_version
                    ELSE before.rule_hash <> m.rule_hash
                        AND before.rule_text_hash IS DISTINCT FROM m.rule_text_hash
                END AS rule_changed,
                COALESCE(
                    before.rule_hash <> m.rule_hash AND before.rule_text_hash = m.rule_text_hash, FALSE
                ) AS value_began,
                COALESCE(
                    (
                        SELECT BOOL_OR(b.origin = :sample)
                        FROM control.run_batch AS r JOIN control.batch AS b ON b.batch_id = r.batch_id
                        WHERE r.run_id = before.run_id
                    ) <> (
                        SELECT BOOL_OR(b.origin = :sample)
                        FROM control.run_batch AS r JOIN control.batch AS b ON b.batch_id = r.batch_id
                        WHERE r.run_id = :run_id
                    ),
                    FALSE
                ) AS new_world,
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
                SELECT d.biz_date, d.run_id, d.rule_version, d.rule_hash, d.rule_text_hash
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
    within = {"whitelist": "span"} | dict.fromkeys((*AGGREGATES, "measure_member"), "scope")
    for name, known in within.items():
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
                rule_version, stage, term, freshness, rule_hash, rule_text_hash
            )
            SELECT
                :run_id, measure_id, kind, :day, :moment, area_code, document_id, clause,
                rule_version, stage, term, :word, rule_hash, rule_text_hash
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
                freshness = EXCLUDED.freshness,
                rule_hash = EXCLUDED.rule_hash,
                rule_text_hash = EXCLUDED.rule_text_hash
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
