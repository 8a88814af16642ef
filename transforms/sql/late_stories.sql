-- One row per story of a week before that came in after its own issue and is worth telling late.
--   in:  memberships, articles, duplicates, foreign_articles, details (article_id, first_seen_at),
--        feed_watches (feed_id, watched_since)
--   out: the columns of ranked_stories
-- Late: told by no member of this week but repeats and reports in languages that are not told, and
-- none first seen before $watch_start, the moment of the issue before this one; or $delayed, the
-- articles whose stories the issue before has left to this one, has one of it. What a feed held
-- when it was first read is its past, and not late. Worth it: two outlets, a repeat this week, or
-- a primary source (agency, observatory, journal). The score is the outlets' part of the rank;
-- ties go to the newer story, then to the smaller id.

WITH members AS (
    SELECT
        memberships.story_id,
        articles.*,
        details.first_seen_at,
        duplicates.article_id IS NULL AS is_original,
        foreign_articles.article_id IS NULL AS is_readable,
        coalesce(feed_watches.watched_since < $watch_start, FALSE) AS is_watched,
        articles.kind IN ('agency', 'observatory', 'journal') AS is_primary
    FROM memberships
    INNER JOIN articles ON memberships.article_id = articles.article_id
    INNER JOIN details ON articles.article_id = details.article_id
    LEFT JOIN duplicates ON articles.article_id = duplicates.article_id
    LEFT JOIN foreign_articles ON articles.article_id = foreign_articles.article_id
    LEFT JOIN feed_watches ON articles.feed_id = feed_watches.feed_id
),

stories AS (
    SELECT
        story_id,
        count(DISTINCT publisher) FILTER (WHERE is_original AND is_watched) AS publishers,
        coalesce(bool_or(is_primary) FILTER (WHERE is_original AND is_watched), FALSE)
            AS has_primary,
        max(told_at) AS newest_at,
        bool_or(is_this_week) AS is_repeated,
        bool_or(list_contains($delayed::VARCHAR [], article_id)) AS is_delayed,
        first(article_id ORDER BY
            is_readable DESC,
            is_original DESC,
            dek IS NOT NULL OR text != '' DESC,
            is_primary DESC,
            told_at ASC,
            article_id ASC
        ) AS lead_id
    FROM members
    GROUP BY story_id
    HAVING
        NOT bool_or(is_this_week AND is_original AND is_readable)
        AND bool_or(is_readable)
        AND (
            is_delayed
            OR (min(first_seen_at) >= $watch_start AND min(first_seen_at) < $watch_end)
        )
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
WHERE is_delayed OR is_repeated OR publishers >= 2 OR has_primary
ORDER BY rank
