"""SQL of the measures on tables of events. Names in braces are columns and compiled parts, never values.

Figures travel as whole numbers ``top`` / ``bottom`` and are divided half-up once, so goals are judged exactly. ``TRY``:
a figure too large for its type (a file in the wrong unit) is unknown instead of ending the night.
"""

#: The rows of one measure. ``span``: now, before (the year before), undated; ``standing``: counted, unknown
#: (a needed column is empty), unmatched (nobody's, or without a place). What surely does not belong is left out.
ROWS = """
SELECT
    {bank} AS bank,
    {subject} AS subject,
    CASE WHEN e.day IS NULL THEN 'undated' WHEN {now} THEN 'now' WHEN {before} THEN 'before' END AS span,
    CASE
        WHEN {nobody} THEN 'unmatched'
        WHEN e.day IS NOT NULL AND {told} THEN 'counted'
        ELSE 'unknown'
    END AS standing,
    {a} AS a,
    {b} AS b,
    {c} AS c,
    {d} AS d
FROM {source} AS e
WHERE ({here} OR e.city_code IS NULL) AND ({of}) IS NOT FALSE
"""
NOBODY = (
    "CASE WHEN {about} THEN e.uscc IS NULL OR e.city_code IS NULL"
    " ELSE e.city_code IS NULL AND NOT ({anywhere}) END"
)

#: Sums per bank and for all of them; the row of ALL stands even where no row is left.
SUMMED = """
SELECT
    {bank} AS bank,
    {sums},
    count(*) FILTER (standing = 'unknown') AS unknown,
    count(*) FILTER (standing = 'unmatched') AS unmatched
FROM ({rows}) AS r
WHERE span IS NOT NULL
GROUP BY GROUPING SETS ({sets})
"""
ALL_AND_BANKS = "CASE WHEN GROUPING(bank) = 1 THEN 'ALL' ELSE bank END"

#: The sums of one span; ``aggregate`` is what becomes of column a.
SPAN = """
    {aggregate} AS a_{span},
    CAST(sum(b) FILTER ({inside}) AS HUGEINT) AS b_{span},
    CAST(sum(c) FILTER ({inside}) AS HUGEINT) AS c_{span},
    CAST(sum(d) FILTER ({inside}) AS HUGEINT) AS d_{span},
    count(*) FILTER ({inside}) AS rows_{span},
    count(*) FILTER (standing = 'unknown' AND span IN ('{span}', 'undated')) AS unknown_{span}
"""
INSIDE = "standing = 'counted' AND span = '{span}'"
SUM = "CAST(sum(a) FILTER ({inside}) AS HUGEINT)"
DISTINCT = "CAST(count(DISTINCT subject) FILTER ({inside}) AS HUGEINT)"
SORTED = "list(a ORDER BY a) FILTER ({inside})"

#: ``arrived``: the table holds anything at all, wherever.
ARRIVED = "(SELECT * FROM ({summed}) AS s CROSS JOIN (SELECT count(*) > 0 AS arrived FROM {source}) AS t)"
FIGURES = "(SELECT *, {tops} FROM {arrived} AS e)"
PLAIN = """(
    SELECT
        bank,
        {numerator} AS numerator,
        {denominator} AS denominator,
        top_now AS top,
        bottom_now AS bottom,
        unknown,
        unmatched
    FROM {figures} AS e
)"""

#: Growth compares the published figures of both years, so that a reader finds it in the row.
GROWTH = """(
    SELECT
        *,
        CAST(numerator * 1000000 AS HUGEINT) AS top,
        CAST(denominator * 1000000 AS HUGEINT) AS bottom
    FROM (
        SELECT
            bank,
            CASE WHEN bottom_now > 0 THEN {now} END AS numerator,
            CASE WHEN bottom_before > 0 THEN {before} END AS denominator,
            unknown,
            unmatched
        FROM {figures} AS e
    ) AS g
)"""

#: ``bottom`` above 0 or the figure is unknown.
RESULT = """
SELECT
    {measure} AS measure_id,
    bank,
    numerator,
    denominator,
    {value} AS value,
    {met} AS met,
    unknown,
    unmatched
FROM {compared} AS e
"""

#: No file of the table: its source does not exist (yet).
ABSENT = """
SELECT
    {measure} AS measure_id,
    'ALL' AS bank,
    CAST(NULL AS DECIMAL(24, 6)) AS numerator,
    CAST(NULL AS DECIMAL(24, 6)) AS denominator,
    CAST(NULL AS DECIMAL(24, 6)) AS value,
    CAST(NULL AS BOOLEAN) AS met,
    CAST(0 AS BIGINT) AS unknown,
    CAST(0 AS BIGINT) AS unmatched
"""

EVENT = """
CREATE OR REPLACE TEMP TABLE policy_event AS
SELECT
    r.measure_id,
    m.area_code,
    r.bank,
    r.numerator,
    r.denominator,
    r.value,
    g.unit,
    g.target,
    g.keeps,
    r.met,
    r.unknown,
    r.unmatched,
    m.document_id,
    m.clause,
    m.stage,
    m.term,
    g.by_bank,
    g.counting,
    g.horizon
FROM ({results}) AS r
JOIN policy_measure AS m ON m.measure_id = r.measure_id
JOIN policy_event_goal AS g ON g.measure_id = r.measure_id
"""

FINANCING = (
    "SELECT * EXCLUDE (by_bank, counting, horizon) FROM policy_event WHERE by_bank"
    " ORDER BY measure_id, area_code, bank"
)

#: A goal not to be exceeded is missed by what lies above it.
TARGETS = """
INSERT INTO policy_target
SELECT
    measure_id,
    area_code,
    horizon,
    counting,
    TRY_CAST(target AS DECIMAL(18, 6)),
    TRY_CAST(value AS DECIMAL(18, 6)),
    TRY_CAST(CASE WHEN keeps IN ('<', '<=') THEN value - target ELSE target - value END AS DECIMAL(18, 6)),
    met,
    unknown,
    unmatched,
    document_id,
    clause,
    stage,
    term
FROM policy_event
WHERE NOT by_bank
"""
