-- One row per article that an earlier issue told and that says something else since.
--   in:  memberships, articles, duplicates, foreign_articles, details (article_id, first_seen_at),
--        week_revisions (article_id, seen_at, is_material, before)
--   out: article_id, story_id, publishers, before, after
-- Told by an earlier issue: in a story, of a week before, kept, in a language that is told, and
-- first seen before $watch_start, the moment of the issue before this one. Changed since:
-- materially, from that moment until $watch_end. `before` is the text until its first change then;
-- `after` the one until its first change later, NULL where it still stands. The stories of most
-- outlets go first; ties go to the newer article, then to the smaller id.

WITH told AS (
    SELECT
        articles.article_id,
        articles.told_at,
        memberships.story_id
    FROM articles
    INNER JOIN memberships ON articles.article_id = memberships.article_id
    INNER JOIN details ON articles.article_id = details.article_id
    LEFT JOIN duplicates ON articles.article_id = duplicates.article_id
    LEFT JOIN foreign_articles ON articles.article_id = foreign_articles.article_id
    WHERE
        NOT articles.is_this_week
        AND duplicates.article_id IS NULL
        AND foreign_articles.article_id IS NULL
        AND details.first_seen_at < $watch_start
),

stories AS (
    SELECT
        memberships.story_id,
        count(DISTINCT articles.publisher) AS publishers
    FROM memberships
    INNER JOIN articles ON memberships.article_id = articles.article_id
    GROUP BY memberships.story_id
),

changes AS (
    SELECT
        article_id,
        arg_min(before, seen_at) FILTER (WHERE seen_at >= $watch_start AND seen_at < $watch_end)
            AS before,
        arg_min(before, seen_at) FILTER (WHERE seen_at >= $watch_end) AS after,
        coalesce(
            bool_or(is_material) FILTER (WHERE seen_at >= $watch_start AND seen_at < $watch_end),
            FALSE
        ) AS is_material
    FROM week_revisions
    GROUP BY article_id
)

SELECT
    told.article_id,
    told.story_id,
    stories.publishers,
    changes.before,
    changes.after
FROM told
INNER JOIN changes ON told.article_id = changes.article_id
INNER JOIN stories ON told.story_id = stories.story_id
WHERE changes.is_material
ORDER BY
    stories.publishers DESC,
    told.told_at DESC,
    told.article_id ASC
