-- One row per article of space news and tag that it carries.
--   in:  tag_points, tag_opinions; parameter: overrule_from
--   out: article_id, tag_id, phrase, score, in_title, by_words
-- The phrases decide, unless all words together are sure of the contrary (`overrule_from`, in
-- thousandths of log-odds); a tag that has a phrase in the title stays whatever they say. `phrase`
-- is what earned the tag most; where the words decided (`by_words`), the one that speaks most for
-- it.

SELECT
    coalesce(tag_points.article_id, tag_opinions.article_id) AS article_id,
    coalesce(tag_points.tag_id, tag_opinions.tag_id) AS tag_id,
    if(
        coalesce(tag_points.is_earned, FALSE),
        tag_points.phrase,
        coalesce(tag_opinions.word, tag_points.phrase)
    ) AS phrase,
    coalesce(tag_points.score, 0) AS score,
    coalesce(tag_points.in_title, FALSE) AS in_title,
    NOT coalesce(tag_points.is_earned, FALSE) AS by_words
FROM tag_points
FULL OUTER JOIN tag_opinions
    ON tag_points.article_id = tag_opinions.article_id AND tag_points.tag_id = tag_opinions.tag_id
WHERE
    CASE
        WHEN coalesce(tag_points.is_earned, FALSE)
            THEN tag_points.in_title OR coalesce(tag_opinions.opinion > -$overrule_from, TRUE)
        ELSE coalesce(tag_opinions.opinion >= $overrule_from, FALSE)
    END
ORDER BY
    article_id,
    tag_id
