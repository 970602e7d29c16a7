-- Who is meant by each name of each source: the rules, overridden by what a person decided about the name.
WITH ruled AS (
    SELECT
        n.*,
        CASE
            WHEN n.verdict IN ('agreed', 'code_decides', 'code_only') THEN n.given_code
            WHEN n.verdict = 'one' THEN n.bearer_uscc
        END AS ruled_uscc,
        CASE
            WHEN n.verdict IN ('agreed', 'code_decides', 'code_only', 'conflict') THEN 'code'
            WHEN n.bearers > 0 THEN n.name_method
            ELSE 'proposed'
        END AS method,
        CASE
            WHEN n.verdict IN ('agreed', 'code_decides', 'code_only', 'one') THEN CAST(1 AS DECIMAL(6, 4))
            WHEN n.verdict = 'code_unknown' AND n.bearers = 1 THEN NULL
            ELSE p.score
        END AS score,
        CASE
            WHEN n.verdict = 'code_unknown' AND n.bearers = 1 THEN n.bearer_uscc
            WHEN n.verdict IN ('none', 'code_unknown') THEN p.uscc
        END AS proposed_uscc
    FROM name_natural AS n
    LEFT JOIN name_proposal AS p
        ON p.normal_name = n.normal_name
        AND p.city_code IS NOT DISTINCT FROM n.city_code
),
decided AS (
    SELECT
        r.*,
        accepted.uscc AS accepted_uscc,
        rejected.raw_name IS NOT NULL AS rejected
    FROM ruled AS r
    LEFT JOIN name_decision AS accepted
        ON accepted.source = r.source
        AND accepted.raw_name = r.raw_name
        AND accepted.state = 'accepted'
        AND accepted.uscc IS NOT NULL
        -- code and name already agree: another bearer of the same name was meant
        AND r.verdict <> 'agreed'
    LEFT JOIN name_decision AS rejected
        ON rejected.source = r.source
        AND rejected.raw_name = r.raw_name
        AND rejected.state = 'rejected'
        AND r.verdict <> 'agreed'
        AND (rejected.uscc IS NULL OR rejected.uscc = COALESCE(r.ruled_uscc, r.proposed_uscc))
)
SELECT
    source,
    raw_name,
    given_code,
    normal_name,
    verdict,
    method,
    score,
    bearers,
    bearer_uscc,
    CASE
        WHEN accepted_uscc IS NOT NULL THEN accepted_uscc
        WHEN rejected THEN NULL
        ELSE ruled_uscc
    END AS uscc,
    CASE WHEN NOT rejected THEN proposed_uscc END AS proposed_uscc,
    CASE
        WHEN accepted_uscc IS NOT NULL THEN 'accepted'
        WHEN rejected THEN 'rejected'
        WHEN ruled_uscc IS NOT NULL THEN 'accepted'
        ELSE 'open'
    END AS state
FROM decided
