-- One row per article that repeats another one.
--   in:  articles, near_duplicates, relevance (article_id, is_relevant), foreign_articles
--   out: article_id, duplicate_of, reason, kept_because
-- An article repeats another within $same_title_within when
--   - both have the same title key and stand in different feeds, or in one feed with the same
--     standfirst (a column's title comes back every week: "The week in pictures" is no repeat);
--   - one feed gives one guid to both and their titles are nearly the same: an edited address;
--   - their texts are nearly the same and two publishers brought them: a wire copy, a reprint of
--     a release. (One publisher's own page, told anew for each attempt of a launch, is no repeat.)
-- What a feed gives more than $most_versions times in that time, one headline or one guid, says
-- nothing to others: it is a column, or no guid.
-- The kept copy is space news, if one of them is (a general feed may bring less of the text); then
-- in a language that is told, then the primary source's, then the first published, then the
-- fullest; ties go to the smaller id, so that every run keeps the same one. Copies of one address
-- were merged when they were stored.

WITH RECURSIVE candidates AS (
    SELECT
        articles.article_id,
        articles.feed_id,
        articles.publisher,
        articles.guid,
        articles.title_key,
        coalesce(articles.dek, '') AS dek,
        articles.told_at,
        relevance.is_relevant,
        foreign_articles.article_id IS NULL AS is_readable,
        articles.kind IN ('agency', 'observatory', 'journal') AS is_primary,
        row_number() OVER (
            ORDER BY
                relevance.is_relevant DESC,
                foreign_articles.article_id IS NULL DESC,
                articles.kind IN ('agency', 'observatory', 'journal') DESC,
                articles.told_at ASC,
                length(coalesce(articles.dek, '')) + length(articles.text) DESC,
                articles.article_id ASC
        ) AS precedence
    FROM articles
    INNER JOIN relevance ON articles.article_id = relevance.article_id
    LEFT JOIN foreign_articles ON articles.article_id = foreign_articles.article_id
),

-- Of the copies with one title and one standfirst, the best within reach: a window, as one feed
-- may give the same headline thousands of times.
same_report AS (
    SELECT
        article_id,
        feed_id,
        title_key,
        precedence,
        told_at,
        arg_min(article_id, precedence) OVER (
            PARTITION BY title_key, dek
            ORDER BY told_at
            RANGE BETWEEN $same_title_within PRECEDING AND $same_title_within FOLLOWING
        ) AS best_id
    FROM candidates
    WHERE title_key != ''
),

headlines AS (
    SELECT * FROM same_report
    -- Four words and more: "Artemis II" may head two reports.
    WHERE title_key LIKE '% % % %'
    WINDOW nearby AS (
        PARTITION BY title_key, feed_id
        ORDER BY told_at
        RANGE BETWEEN $same_title_within PRECEDING AND $same_title_within FOLLOWING
    )
    QUALIFY
        count(*) OVER nearby <= $most_versions
        OR (
            article_id = best_id
            AND count(*) FILTER (WHERE article_id = best_id) OVER nearby <= $most_versions
        )
),

-- The best copy within reach, of whichever feed. Where it is the own feed's, which may repeat a
-- headline over another standfirst, the others' are looked at one by one.
reached AS (
    SELECT
        *,
        arg_min(article_id, precedence) OVER nearby AS first_id,
        arg_min(feed_id, precedence) OVER nearby AS first_feed_id
    FROM headlines
    WINDOW nearby AS (
        PARTITION BY title_key
        ORDER BY told_at
        RANGE BETWEEN $same_title_within PRECEDING AND $same_title_within FOLLOWING
    )
),

same_title AS (
    SELECT
        article_id,
        best_id AS other_id,
        'same title' AS reason
    FROM same_report
    WHERE article_id != best_id
    UNION ALL
    SELECT
        article_id,
        first_id AS other_id,
        'same title' AS reason
    FROM reached
    WHERE feed_id != first_feed_id
    UNION ALL
    SELECT
        copy.article_id,
        original.article_id AS other_id,
        'same title' AS reason
    FROM reached AS copy
    INNER JOIN headlines AS original
        ON
            copy.title_key = original.title_key
            AND copy.feed_id != original.feed_id
            AND copy.precedence > original.precedence
    WHERE copy.feed_id = copy.first_feed_id AND copy.article_id != copy.first_id
),

telling_guids AS (
    SELECT * FROM candidates
    QUALIFY
        count(*) OVER (
            PARTITION BY feed_id, guid
            ORDER BY told_at
            RANGE BETWEEN $same_title_within PRECEDING AND $same_title_within FOLLOWING
        ) <= $most_versions
),

same_guid AS (
    SELECT
        copy.article_id,
        original.article_id AS other_id,
        'same guid' AS reason
    FROM telling_guids AS copy
    INNER JOIN telling_guids AS original
        ON copy.feed_id = original.feed_id AND copy.guid = original.guid
    WHERE
        copy.article_id != original.article_id
        AND jaro_winkler_similarity(copy.title_key, original.title_key) >= 0.9
),

same_text AS (
    SELECT
        copy.article_id,
        original.article_id AS other_id,
        'nearly the same text (' || jaccard || ')' AS reason
    FROM (
        SELECT * FROM near_duplicates
        UNION ALL
        SELECT
            other_id,
            article_id,
            jaccard
        FROM near_duplicates
    ) AS pair (article_id, other_id, jaccard)
    INNER JOIN candidates AS copy ON pair.article_id = copy.article_id
    INNER JOIN candidates AS original ON pair.other_id = original.article_id
    WHERE copy.publisher != original.publisher
),

pairs AS (
    SELECT * FROM same_title
    UNION ALL
    SELECT * FROM same_guid
    UNION ALL
    SELECT * FROM same_text
),

repeats AS (
    SELECT
        copy.article_id,
        original.article_id AS duplicate_of,
        pairs.reason,
        original.precedence,
        CASE
            WHEN original.is_relevant AND NOT copy.is_relevant THEN 'space news'
            WHEN original.is_readable AND NOT copy.is_readable THEN 'in a language that is told'
            WHEN original.is_primary AND NOT copy.is_primary THEN 'the primary source'
            WHEN original.told_at < copy.told_at THEN 'published first'
            ELSE 'the fullest'
        END AS kept_because
    FROM pairs
    INNER JOIN candidates AS copy ON pairs.article_id = copy.article_id
    INNER JOIN candidates AS original ON pairs.other_id = original.article_id
    WHERE
        original.precedence < copy.precedence
        AND abs(epoch(copy.told_at) - epoch(original.told_at)) <= epoch($same_title_within)
),

-- Of all that an article repeats, the first.
firsts AS (
    SELECT
        article_id,
        arg_min(duplicate_of, precedence) AS duplicate_of,
        arg_min(reason, precedence) AS reason,
        arg_min(kept_because, precedence) AS kept_because
    FROM repeats
    GROUP BY article_id
),

-- An edit of an edit repeats the first version: follow each chain to the copy that repeats none.
chains AS (
    SELECT
        article_id,
        duplicate_of
    FROM firsts
    UNION ALL
    SELECT
        chains.article_id,
        further.duplicate_of
    FROM chains
    INNER JOIN firsts AS further ON chains.duplicate_of = further.article_id
)

SELECT
    firsts.article_id,
    chains.duplicate_of,
    firsts.reason,
    firsts.kept_because
FROM firsts
INNER JOIN chains ON firsts.article_id = chains.article_id
WHERE chains.duplicate_of NOT IN (SELECT repeats.article_id FROM repeats)
ORDER BY firsts.article_id
