-- One row per story that the week tells, best first.
--   in:  memberships (article_id, story_id), articles, duplicates, foreign_articles
--   out: story_id, lead_id, rank, score, publishers_part, kind_part, freshness_part, picture_part,
--        outlet_part, publishers, continues
-- The score is the sum of its parts. Independent publishers count by the logarithm: the step from
-- one to two says more than that from eleven to twelve. A repeat (a wire copy, a reprint) adds
-- nothing, and no story comes back for one; nor for a report in a language that the issue does not
-- tell, which counts beside others all the same. A second feed of one publisher is no second
-- outlet. Among equals a primary source, a fresh story and a
-- picture with its credit go first; what one outlet alone has loses points once
-- $stories_per_outlet better ones of it stand before. Ties go to the smaller id, so that every run
-- ranks alike.

WITH kinds (kind, points) AS (
    VALUES
        ('agency', 1.0),
        ('observatory', 1.0),
        ('journal', 1.0),
        ('press', 0.6),
        ('blog', 0.3),
        ('general', 0.5)
),

members AS (
    SELECT
        memberships.story_id,
        articles.*,
        duplicates.article_id IS NULL AND articles.is_this_week AS is_news,
        foreign_articles.article_id IS NULL AS is_readable,
        kinds.points * articles.weight AS kind_points
    FROM memberships
    INNER JOIN articles ON memberships.article_id = articles.article_id
    INNER JOIN kinds ON articles.kind = kinds.kind
    LEFT JOIN duplicates ON memberships.article_id = duplicates.article_id
    LEFT JOIN foreign_articles ON memberships.article_id = foreign_articles.article_id
),

-- The article that the card shows: it has something to read, and a picture that may be shown.
leads AS (
    SELECT
        story_id,
        first(article_id ORDER BY
            dek IS NOT NULL OR text != '' DESC,
            kind_points + 0.8 * has_picture::INTEGER DESC,
            told_at ASC,
            article_id ASC
        ) AS lead_id
    FROM members
    WHERE is_news AND is_readable
    GROUP BY story_id
),

stories AS (
    SELECT
        story_id,
        count(DISTINCT publisher) FILTER (is_news) AS publishers,
        max(kind_points) FILTER (is_news) AS kind_points,
        max(told_at) FILTER (is_news) AS newest_at,
        bool_or(has_picture AND is_news) AS has_picture,
        bool_or(NOT is_this_week) AS continues
    FROM members
    GROUP BY story_id
    HAVING bool_or(is_news AND is_readable)
),

parts AS (
    SELECT
        stories.*,
        leads.lead_id,
        articles.publisher AS lead_publisher,
        round(4 * log2(1 + stories.publishers), 4) AS publishers_part,
        round(stories.kind_points, 4) AS kind_part,
        -- One point at the week's end, none a week before it.
        round(
            1 - (epoch($week_end) - epoch(stories.newest_at)) / epoch(INTERVAL 7 DAY), 4
        ) AS freshness_part,
        0.5 * stories.has_picture::DOUBLE AS picture_part
    FROM stories
    INNER JOIN leads ON stories.story_id = leads.story_id
    INNER JOIN articles ON leads.lead_id = articles.article_id
),

capped AS (
    SELECT
        *,
        CASE
            WHEN publishers <= 1 AND row_number() OVER (
                PARTITION BY lead_publisher, publishers <= 1
                ORDER BY kind_part + freshness_part + picture_part DESC, story_id ASC
            ) > $stories_per_outlet THEN -1.5
            ELSE 0
        END::DOUBLE AS outlet_part
    FROM parts
),

scored AS (
    SELECT
        *,
        round(
            publishers_part + kind_part + freshness_part + picture_part + outlet_part, 4
        ) AS score
    FROM capped
)

SELECT
    story_id,
    lead_id,
    row_number() OVER (ORDER BY score DESC, story_id ASC) AS rank,
    score,
    publishers_part,
    kind_part,
    freshness_part,
    picture_part,
    outlet_part,
    publishers,
    continues
FROM scored
ORDER BY rank
