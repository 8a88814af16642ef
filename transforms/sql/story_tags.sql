-- One row per story and tag that it carries.
--   in:  memberships (article_id, story_id), relevance (article_id, is_relevant), article_tags
--   out: story_id, tag_id, phrase, share
-- Each member that has earned a tag votes for it: with one voice where the tag stands in its
-- title, with half a voice elsewhere. A story carries the tags that have at least half of its
-- members' voices (`share`). `phrase` is the one with the highest score behind it; ties go to the
-- later in the alphabet. A copy that is no space news by itself has no voice.

WITH stories AS (
    SELECT
        memberships.story_id,
        count(*) AS members
    FROM memberships
    INNER JOIN relevance ON memberships.article_id = relevance.article_id
    WHERE relevance.is_relevant
    GROUP BY memberships.story_id
),

votes AS (
    SELECT
        memberships.story_id,
        article_tags.tag_id,
        article_tags.phrase,
        article_tags.score,
        CASE WHEN article_tags.in_title THEN 1.0 ELSE 0.5 END AS voice
    FROM memberships
    INNER JOIN article_tags ON memberships.article_id = article_tags.article_id
)

SELECT
    votes.story_id,
    votes.tag_id,
    arg_max(votes.phrase, (votes.score, votes.phrase)) AS phrase,
    sum(votes.voice) / any_value(stories.members) AS share  -- noqa: RF04
FROM votes
INNER JOIN stories ON votes.story_id = stories.story_id
GROUP BY
    votes.story_id,
    votes.tag_id
HAVING share >= 0.5
ORDER BY
    votes.story_id,
    votes.tag_id
