-- One row per article of space news in English and taught tag: what all its words say of the tag.
--   in:  articles (article_id, title, dek, text, language), relevance (article_id, is_relevant),
--        tag_points, tag_words, tag_weights
--   out: article_id, tag_id, opinion, word
-- `opinion` are log-odds, in thousandths: above zero, the article is about the tag. To what the
-- phrases say (did they earn the tag, how many points, how many of the best tag's) each word of
-- title and dek adds what it was found to speak for or against the tag (tests/fit_tags.py): in the
-- title all of it, in the dek seven tenths. `word` speaks most for the side that the opinion takes;
-- NULL: no word does.
-- All sums are of whole numbers: the same articles give the same opinions.

WITH taught AS (
    SELECT
        articles.article_id,
        articles.title,
        coalesce(articles.dek, left(articles.text, 400)) AS dek
    FROM articles
    INNER JOIN relevance ON articles.article_id = relevance.article_id
    WHERE
        relevance.is_relevant
        AND regexp_matches(coalesce(articles.language, 'en'), '^en([-_]|$)', 'i')
),

said AS (
    SELECT
        article_id,
        10 AS strength,
        title AS words
    FROM taught
    UNION ALL
    SELECT
        article_id,
        7 AS strength,
        left(dek, 400) AS words
    FROM taught
),

words AS (
    SELECT
        article_id,
        strength,
        unnest(regexp_extract_all(lower(strip_accents(words)), '[a-z0-9]{2,}')) AS word
    FROM said
),

spoken AS (
    SELECT
        words.article_id,
        tag_words.tag_id,
        words.word,
        max(words.strength) * any_value(tag_words.weight) AS adds
    FROM words
    INNER JOIN tag_words ON words.word = tag_words.word
    GROUP BY ALL
),

by_words AS (
    SELECT
        article_id,
        tag_id,
        sum(adds) AS adds,
        arg_max(word, (adds, word)) FILTER (WHERE adds > 0) AS best_for,
        arg_min(word, (adds, word)) FILTER (WHERE adds < 0) AS best_against
    FROM spoken
    GROUP BY ALL
),

best AS (
    SELECT
        article_id,
        max(beside_text) AS points
    FROM tag_points
    GROUP BY article_id
),

judged AS (
    SELECT
        taught.article_id,
        tag_weights.tag_id,
        by_words.best_for,
        by_words.best_against,
        coalesce(by_words.adds, 0)
        + cast(
            round(
                10 * (
                    tag_weights.bias
                    + tag_weights.earned
                    * cast(coalesce(tag_points.is_earned, FALSE) AS INTEGER)
                    + tag_weights.points * least(coalesce(tag_points.beside_text, 0), 6) / 3
                    + tag_weights.share
                    * coalesce(tag_points.beside_text, 0) / greatest(coalesce(best.points, 0), 1)
                )
            ) AS BIGINT
        ) AS opinion
    FROM taught
    CROSS JOIN tag_weights
    LEFT JOIN tag_points
        ON taught.article_id = tag_points.article_id AND tag_weights.tag_id = tag_points.tag_id
    LEFT JOIN best ON taught.article_id = best.article_id
    LEFT JOIN by_words
        ON taught.article_id = by_words.article_id AND tag_weights.tag_id = by_words.tag_id
)

SELECT
    article_id,
    tag_id,
    opinion,
    if(opinion > 0, best_for, best_against) AS word
FROM judged
ORDER BY
    article_id,
    tag_id
