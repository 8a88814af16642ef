-- One row per article of space news and tag that any phrase in it speaks for.
--   in:  phrase_hits, relevance (article_id, is_relevant), unweighed_tags
--   out: article_id, tag_id, phrase, score, beside_text, in_title, is_titled, is_earned
-- Each phrase of a tag counts once, where it stands best: in the title 2 points (a hint 1/2); in
-- the dek and the publisher's topics a name 1, a word or term 1/2, a hint 1/4; in the text half of
-- that. `score` is their sum, `beside_text` without those that stand in the text alone.
-- A tag is earned by a point and a phrase beside the text. Without a name in the title it needs a
-- fifth of the points of the article's best tag, too: a rocket that may one day go to Mars is a
-- launch. An unweighed tag does not: what a telescope saw is told at more length than it. `phrase`
-- is the one that counted most; ties go to the longer, then to the later in the alphabet.

WITH roles (role, in_title, elsewhere) AS (
    VALUES
    ('name', 2.0, 1.0),
    ('word', 2.0, 0.5),
    ('term', 2.0, 0.5),
    ('hint', 0.5, 0.25)
),

counted AS (
    SELECT
        phrase_hits.article_id,
        phrase_hits.tag_id,
        phrase_hits.phrase,
        max(
            cast(
                CASE phrase_hits.field
                    WHEN 'title' THEN roles.in_title
                    WHEN 'text' THEN roles.elsewhere / 2
                    ELSE roles.elsewhere
                END AS DOUBLE
            )
        ) AS points,
        bool_or(phrase_hits.field = 'title') AS in_title,
        bool_or(phrase_hits.field <> 'text') AS is_beside_text,
        bool_or(phrase_hits.field = 'title' AND phrase_hits.role = 'name') AS is_titled
    FROM phrase_hits
    INNER JOIN roles ON phrase_hits.role = roles.role
    WHERE
        phrase_hits.tag_id IS NOT NULL
        AND phrase_hits.field IN ('title', 'dek', 'topics', 'text')
    GROUP BY ALL
),

scored AS (
    SELECT
        article_id,
        tag_id,
        arg_max(phrase, (points, len(phrase), phrase)) AS phrase,
        sum(points) AS score,
        coalesce(sum(points) FILTER (WHERE is_beside_text), 0) AS beside_text,
        bool_or(in_title) AS in_title,
        bool_or(is_titled) AS is_titled
    FROM counted
    GROUP BY ALL
)

SELECT
    scored.*,
    scored.beside_text > 0
    AND scored.score >= 1
    AND (
        scored.is_titled
        OR unweighed_tags.tag_id IS NOT NULL
        OR scored.score >= 0.2 * max(scored.score) OVER (PARTITION BY scored.article_id)
    ) AS is_earned
FROM scored
INNER JOIN relevance ON scored.article_id = relevance.article_id
LEFT JOIN unweighed_tags ON scored.tag_id = unweighed_tags.tag_id
WHERE relevance.is_relevant
ORDER BY
    scored.article_id,
    scored.tag_id
