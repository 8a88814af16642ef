"""Feeds that move: an address changes only on good evidence, and a person can undo it."""

from datetime import datetime

import duckdb

DAYS_BEFORE_A_MOVE = 3


def follow_move(
    connection: duckdb.DuckDBPyConnection, feed_id: str, target: str, now: datetime
) -> None:
    """Ask at `target` from now on, if it was named for good on three days and is the same feed.

    The days count from when the old address last answered by itself. The target is the same feed
    if it holds an article that the old address gave before it began to redirect; a maintenance
    page in a feed's clothes does not. A target that a person has undone is not taken again.
    """
    connection.execute(
        """
        WITH named AS (
            SELECT fetched_at FROM fetches
            WHERE feed_id = $feed_id AND permanent_url = $target AND fetched_at > coalesce((
                SELECT max(f.fetched_at) FROM fetches AS f
                WHERE f.feed_id = $feed_id AND f.outcome IN ('ok', 'not_modified')
                    AND f.permanent_url IS NULL
            ), TIMESTAMPTZ '1970-01-01')
        )
        UPDATE feeds SET moved_to = $target, moved_at = $now
        WHERE feed_id = $feed_id AND move_refused IS DISTINCT FROM $target
            AND (SELECT count(DISTINCT fetched_at::DATE) FROM named) >= $days
            AND EXISTS (
                SELECT 1 FROM sightings AS s
                WHERE s.feed_id = $feed_id
                    AND s.first_seen_at < (SELECT min(fetched_at) FROM named)
                    AND s.last_seen_at >= (SELECT min(fetched_at) FROM named)
            )
        """,
        {"feed_id": feed_id, "target": target, "now": now, "days": DAYS_BEFORE_A_MOVE},
    )


def undo_move(connection: duckdb.DuckDBPyConnection, feed_id: str) -> str | None:
    """Ask at the configured address again and refuse the target from now on; return the target.

    None where the feed has not moved.
    """
    row = connection.execute(
        "SELECT moved_to FROM feeds WHERE feed_id = ? AND moved_to IS NOT NULL", [feed_id]
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        """
        UPDATE feeds SET move_refused = moved_to, moved_to = NULL, moved_at = NULL,
            etag = NULL, last_modified = NULL, body_hash = NULL, next_poll_at = NULL
        WHERE feed_id = ?
        """,
        [feed_id],
    )
    return str(row[0])
