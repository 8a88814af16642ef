-- One row per article: is it space news, or does it only sound like it, and why.
--   in:  articles (article_id, feed_id, kind, url, language), phrase_hits, space_hosts
--   out: article_id, is_relevant, space_points, other_points, reason
-- Each phrase counts once, where it stands best. For space: a name 3 points in the title and 1
-- elsewhere, an everyday word (moon, orbit) 1 and 1/2. Against it: a look-alike 3 and 1 1/2, a
-- topic of other news 1 and 1/2. General news is space news from 1 1/2 points up; a format (a quiz,
-- a late-night show) in the title is none whatever it mentions. A feed that is known for space news
-- is believed until 1 1/2 points more speak against an article than for it. Feeds are known by
-- their kind, their host, or their record: the share of their articles here that bring their own
-- evidence; of those in English, as the phrases are. Ties between phrases go to the longer, then
-- to the later in the alphabet.

WITH roles (role, is_space, in_title, elsewhere) AS (
    VALUES
    ('name', TRUE, 3.0, 1.0),
    ('word', TRUE, 1.0, 0.5),
    ('lookalike', FALSE, 3.0, 1.5),
    ('topic', FALSE, 1.0, 0.5),
    ('format', FALSE, 3.0, 0.0)
),

evidence AS (
    SELECT
        phrase_hits.article_id,
        phrase_hits.phrase,
        phrase_hits.role,
        roles.is_space,
        max(
            cast(
                CASE phrase_hits.field WHEN 'title' THEN roles.in_title ELSE roles.elsewhere END
                AS DOUBLE
            )
        ) AS points
    FROM phrase_hits
    INNER JOIN roles ON phrase_hits.role = roles.role
    GROUP BY ALL
    HAVING points > 0
),

sums AS (
    SELECT
        article_id,
        coalesce(sum(points) FILTER (WHERE is_space), 0) AS space_points,
        coalesce(sum(points) FILTER (WHERE NOT is_space), 0) AS other_points,
        coalesce(bool_or(role = 'format'), FALSE) AS is_format,
        arg_max([role, phrase], (points, len(phrase), phrase)) FILTER (WHERE is_space) AS best_for,
        arg_max(
            [role, phrase], (role = 'format', points, len(phrase), phrase)
        ) FILTER (WHERE NOT is_space) AS best_against
    FROM evidence
    GROUP BY article_id
),

weighed AS (
    SELECT
        articles.article_id,
        articles.feed_id,
        articles.kind,
        regexp_matches(coalesce(articles.language, 'en'), '^en([-_]|$)', 'i') AS is_english,
        regexp_extract(lower(articles.url), '^[a-z]+://([^/:?#]+)', 1) AS url_host,
        coalesce(sums.space_points, 0) AS space_points,
        coalesce(sums.other_points, 0) AS other_points,
        coalesce(sums.is_format, FALSE) AS is_format,
        sums.best_for[1] AS space_role,
        sums.best_for[2] AS space_phrase,
        sums.best_against[1] AS other_role,
        sums.best_against[2] AS other_phrase
    FROM articles
    LEFT JOIN sums ON articles.article_id = sums.article_id
),

-- Ten articles say something about a feed; fewer say nothing.
records AS (
    SELECT
        feed_id,
        CASE
            WHEN count(*) >= 10 THEN avg(cast(space_points - other_points >= 1.5 AS INTEGER))
        END AS space_share
    FROM weighed
    WHERE is_english
    GROUP BY feed_id
),

hosts AS (
    SELECT
        weighed.article_id,
        min(space_hosts.host) AS space_host
    FROM weighed
    INNER JOIN space_hosts
        ON
            weighed.url_host = space_hosts.host
            OR ends_with(weighed.url_host, '.' || space_hosts.host)
    GROUP BY weighed.article_id
),

believed AS (
    SELECT
        weighed.*,
        CASE
            WHEN weighed.kind = 'agency' THEN 'feed is an agency''s'
            WHEN weighed.kind = 'observatory' THEN 'feed is an observatory''s'
            WHEN hosts.space_host IS NOT NULL THEN hosts.space_host || ' writes about space only'
            -- A journal or blog of all the sciences is read like general news.
            WHEN weighed.kind <> 'general' AND coalesce(records.space_share, 1) >= 0.5
                THEN 'feed is of space news'
        END AS belief,
        coalesce(records.space_share, 0) >= 0.9 AS has_record
    FROM weighed
    LEFT JOIN records ON weighed.feed_id = records.feed_id
    LEFT JOIN hosts ON weighed.article_id = hosts.article_id
),

judged AS (
    SELECT
        *,
        CASE
            WHEN belief IS NOT NULL THEN space_points - other_points > -1.5
            WHEN is_format THEN FALSE
            ELSE space_points - other_points >= CASE WHEN has_record THEN 1 ELSE 1.5 END
        END AS is_relevant
    FROM believed
)

SELECT
    article_id,
    is_relevant,
    space_points,
    other_points,
    CASE
        WHEN is_relevant AND space_role = 'name' THEN 'names ''' || space_phrase || ''''
        WHEN is_relevant AND belief IS NOT NULL THEN belief
        WHEN is_relevant THEN 'speaks of ''' || space_phrase || ''''
        WHEN other_role = 'lookalike' THEN 'look-alike: ''' || other_phrase || ''''
        WHEN other_role = 'format' THEN 'format: ''' || other_phrase || ''''
        WHEN other_role = 'topic' THEN 'other news: ''' || other_phrase || ''''
        WHEN space_phrase IS NOT NULL THEN 'only ''' || space_phrase || ''''
        ELSE 'no space term'
    END AS reason
FROM judged
ORDER BY article_id
