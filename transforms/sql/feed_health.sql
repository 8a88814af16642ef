-- One row per configured feed: how it did, as of the week's end.
--   in:  feeds, fetches, articles (the durable ones, in schema `durable`)
--   out: feed_id, title, publisher, outcome, detail, last_ok_at, newest_at, articles, is_quiet
-- A poll counts if it was made before the week's end: what was asked later is for the next issue to
-- tell, and a letter stays the same whenever it is built. Where a feed had none by then, as in the
-- week in which Perigee is set up, its first one is what is known of it. A feed that was removed
-- after the week was still read in it.
-- A feed is quiet when it answers, but its newest article is older than three of its longest usual
-- pauses (the 95th percentile of its own) and than four days: a monthly blog may be silent for
-- three weeks, a daily feed may not.

WITH counted AS (
    SELECT
        feed_id,
        outcome,
        detail,
        fetched_at
    FROM durable.fetches
    QUALIFY
        fetched_at < $week_end
        OR fetched_at = min(fetched_at) OVER (PARTITION BY feed_id)
),

polls AS (
    SELECT
        feed_id,
        arg_max(outcome, fetched_at) AS outcome,
        arg_max(detail, fetched_at) AS detail,
        max(fetched_at) FILTER (outcome IN ('ok', 'not_modified', 'moved')) AS last_ok_at
    FROM counted
    GROUP BY feed_id
),

moments AS (
    SELECT DISTINCT
        feed_id,
        coalesce(published_at, first_seen_at) AS told_at
    FROM durable.articles
    WHERE coalesce(published_at, first_seen_at) < $week_end
),

pauses AS (
    SELECT
        feed_id,
        told_at,
        epoch(told_at) - epoch(lag(told_at) OVER (PARTITION BY feed_id ORDER BY told_at)) AS seconds
    FROM moments
),

habits AS (
    SELECT
        feed_id,
        max(told_at) AS newest_at,
        count(*) FILTER (told_at >= $week_start) AS articles,
        count(seconds) AS pauses,
        quantile_cont(seconds, 0.95) AS longest_usual
    FROM pauses
    GROUP BY feed_id
)

SELECT
    feeds.feed_id,
    feeds.title,
    feeds.publisher,
    polls.outcome,
    polls.detail,
    polls.last_ok_at,
    habits.newest_at,
    coalesce(habits.articles, 0) AS articles,
    coalesce(
        polls.outcome IN ('ok', 'not_modified', 'moved')
        AND habits.pauses >= 4
        AND epoch($week_end) - epoch(habits.newest_at)
        > greatest(3 * habits.longest_usual, epoch(INTERVAL 4 DAY)),
        FALSE
    ) AS is_quiet
FROM durable.feeds AS feeds
LEFT JOIN polls ON feeds.feed_id = polls.feed_id
LEFT JOIN habits ON feeds.feed_id = habits.feed_id
WHERE feeds.removed_at IS NULL OR feeds.removed_at >= $week_end
ORDER BY feeds.title, feeds.feed_id
