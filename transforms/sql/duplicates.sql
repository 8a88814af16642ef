-- One row per article that repeats another one.
--   in:  articles
--   out: article_id, duplicate_of, reason
-- An article repeats another when both have the same title key within $same_title_within and
-- stand in different feeds, or in one feed with the same standfirst (a column's title comes back
-- every week: "The week in pictures" is no repeat). Also when one feed gives one guid to both and
-- their titles are nearly the same: the address was edited. The kept copy is the primary source's,
-- then the first published, then the fullest; ties go to the smaller id, so that every run keeps
-- the same one. Copies of the same address were merged when they were stored.

WITH candidates AS (
    SELECT
        article_id,
        feed_id,
        guid,
        title_key,
        coalesce(dek, '') AS dek,
        told_at,
        row_number() OVER (
            ORDER BY
                kind IN ('agency', 'observatory', 'journal') DESC,
                told_at ASC,
                length(coalesce(dek, '')) + length(text) DESC,
                article_id ASC
        ) AS precedence
    FROM articles
),

same_title AS (
    SELECT
        copy.article_id,
        original.article_id AS duplicate_of,
        'same title' AS reason,
        original.precedence
    FROM candidates AS copy
    INNER JOIN candidates AS original
        ON copy.title_key = original.title_key
        AND copy.precedence > original.precedence
    WHERE
        copy.title_key != ''
        AND abs(epoch(copy.told_at) - epoch(original.told_at)) <= epoch($same_title_within)
        AND (
            copy.dek = original.dek
            OR (copy.feed_id != original.feed_id AND copy.title_key LIKE '% % % %')
        )
),

same_guid AS (
    SELECT
        copy.article_id,
        original.article_id AS duplicate_of,
        'same guid' AS reason,
        original.precedence
    FROM candidates AS copy
    INNER JOIN candidates AS original
        ON copy.feed_id = original.feed_id
        AND copy.guid = original.guid
        AND copy.precedence > original.precedence
    WHERE
        abs(epoch(copy.told_at) - epoch(original.told_at)) <= epoch($same_title_within)
        AND jaro_winkler_similarity(copy.title_key, original.title_key) >= 0.9
),

pairs AS (
    SELECT * FROM same_title
    UNION ALL
    SELECT * FROM same_guid
)

SELECT
    article_id,
    -- Of all it repeats, the one that itself repeats none.
    arg_min(duplicate_of, precedence) AS duplicate_of,
    arg_min(reason, precedence) AS reason
FROM pairs
GROUP BY article_id
ORDER BY article_id
