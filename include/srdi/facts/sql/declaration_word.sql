-- What each declared word means (NULL: no lookup knows it). Remarks in brackets, editions of a standard and words
-- such as 认证 around it do not change a word.
WITH word_in_use AS (
    SELECT DISTINCT
        field,
        word,
        lookup_key(word) AS folded
    FROM declaration_cell
),
spelled AS (
    SELECT DISTINCT
        'product_fields' AS field,
        lookup_key(spelling) AS word,
        value
    FROM lookup_product_field
    UNION
    SELECT DISTINCT
        'certifications',
        lookup_key(spelling),
        value
    FROM lookup_certification
    UNION
    SELECT DISTINCT
        'direct_conditions',
        lookup_key(spelling),
        value
    FROM lookup_direct_condition
)
SELECT
    u.field,
    u.word,
    COALESCE(whole.value, inner_word.value) AS value
FROM word_in_use AS u
LEFT JOIN spelled AS whole
    ON whole.field = u.field
    AND whole.word = u.folded
LEFT JOIN spelled AS inner_word
    ON inner_word.field = u.field
    AND inner_word.word = REGEXP_REPLACE(
        u.folded,
        '\([^()]*\)|[:-](19|20)[0-9]{2}|(认证|证书)+$|^近[三3]年(获得|进入|获)?',
        '',
        'g'
    )
