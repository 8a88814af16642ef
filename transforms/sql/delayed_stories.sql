-- One row per story that the editor has put off from the week before, and that this week did not
-- take up again.
--   in:  delayed (story_id), memberships, articles, duplicates
--   out: the columns of ranked_stories
-- The score is the outlets' part of the rank; ties go to the newer story, then to the smaller id.

WITH members AS (
    SELECT
        memberships.story_id,
        articles.*,
        duplicates.article_id IS NULL AS is_original,
        articles.kind IN ('agency', 'observatory', 'journal') AS is_primary
    FROM memberships
    INNER JOIN delayed ON memberships.story_id = delayed.story_id
    INNER JOIN articles ON memberships.article_id = articles.article_id
    LEFT JOIN duplicates ON articles.article_id = duplicates.article_id
),

stories AS (
    SELECT
        story_id,
        count(DISTINCT publisher) FILTER (WHERE is_original) AS publishers,
        max(told_at) AS newest_at,
        first(article_id ORDER BY
            is_original DESC,
            dek IS NOT NULL OR text != '' DESC,
            is_primary DESC,
            told_at ASC,
            article_id ASC
        ) AS lead_id
    FROM members
    GROUP BY story_id
    HAVING NOT bool_or(is_this_week)
)

SELECT
    story_id,
    lead_id,
    row_number() OVER (ORDER BY publishers DESC, newest_at DESC, story_id ASC) AS rank,
    round(4 * log2(1 + publishers), 4) AS score,
    round(4 * log2(1 + publishers), 4) AS publishers_part,
    0.0 AS kind_part,
    0.0 AS freshness_part,
    0.0 AS picture_part,
    0.0 AS outlet_part,
    publishers,
    FALSE AS continues
FROM stories
ORDER BY rank
