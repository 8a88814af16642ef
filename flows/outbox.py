"""The outbox: how far each reader's copy of an issue has come, and whether one may leave at all.

queued → sending → data → sent       the server has it
   ↑        │        ├──→ dead       refused for good, given up, or the reader has left
   └────────┴────────┘               put off: 4xx, or the connection broke before the end of it
                     └──→ uncertain  it broke between the message and its answer

Every function is one step within the caller's transaction. A step counts only for the run that has
the copy in hand (`run_id`), so that of two processes only one ever sends it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb

from flows.copies import COLUMNS, Delivery, StoredIssue, find_issue

BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240))


def keep_issue(connection: duckdb.DuckDBPyConnection, issue: StoredIssue) -> StoredIssue:
    """Keep an issue and return it as it is to be sent.

    Once a copy may have left, the letter is frozen: what is offered later is not taken. Until
    then a newer one takes its place.
    """
    connection.execute(
        """
        INSERT INTO issues VALUES ($issue_id, $edition, $subject, $dated_at, NULL, $letter,
            $smaller)
        ON CONFLICT (issue_id) DO UPDATE SET
            edition = excluded.edition, subject = excluded.subject,
            dated_at = excluded.dated_at, letter = excluded.letter, smaller = excluded.smaller
        WHERE issues.frozen_at IS NULL
        """,
        {
            "issue_id": issue.issue_id,
            "edition": issue.edition,
            "subject": issue.subject,
            "dated_at": issue.dated_at,
            "letter": issue.letter,
            "smaller": issue.smaller,
        },
    )
    kept = find_issue(connection, issue.issue_id)
    return kept or issue


def enqueue(connection: duckdb.DuckDBPyConnection, issue_id: str, now: datetime) -> int:
    """Queue a copy for every confirmed reader of the issue's edition; return how many are new."""
    added = connection.execute(
        """
        INSERT INTO deliveries (
            issue_id, reader_id, address, name, state, queued_at, next_try_at, changed_at
        )
        SELECT i.issue_id, r.reader_id, r.address, r.name, 'queued', $now, $now, $now
        FROM issues AS i
        INNER JOIN recipients AS r ON i.edition = r.edition AND r.status = 'confirmed'
        WHERE i.issue_id = $issue_id
        ORDER BY r.reader_id
        ON CONFLICT DO NOTHING
        RETURNING 1
        """,
        {"issue_id": issue_id, "now": now},
    ).fetchall()
    return len(added)


def recover(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Put right what a run left that ended in the middle; only while no other run is on.

    What was not yet in DATA goes back into the queue: the server cannot have it.
    """
    connection.execute(
        """
        UPDATE deliveries SET
            state = CASE state WHEN 'data' THEN 'uncertain' ELSE 'queued' END,
            words = CASE state
                WHEN 'data' THEN 'sending ended between the message and its answer'
                ELSE words
            END,
            run_id = NULL, changed_at = $now
        WHERE state IN ('sending', 'data')
        """,
        {"now": now},
    )


def drop_hopeless(
    connection: duckdb.DuckDBPyConnection, issue_id: str, now: datetime, deadline: timedelta
) -> None:
    """Take out of the queue whom nothing is to be sent to any more.

    Those are readers who have left since, and copies that were put off until past the deadline.
    """
    connection.execute(
        """
        UPDATE deliveries SET state = 'dead', changed_at = $now,
            words = 'the reader left before it was sent'
        WHERE issue_id = $issue_id AND state = 'queued' AND reader_id NOT IN (
            SELECT reader_id FROM recipients WHERE status = 'confirmed'
        )
        """,
        {"issue_id": issue_id, "now": now},
    )
    connection.execute(
        """
        UPDATE deliveries SET state = 'dead', changed_at = $now,
            words = 'given up after ' || $hours || ' hours; at last: ' || coalesce(words, '')
        WHERE issue_id = $issue_id AND state = 'queued' AND attempts > 0 AND queued_at <= $oldest
        """,
        {
            "issue_id": issue_id,
            "now": now,
            "oldest": now - deadline,
            "hours": f"{deadline / timedelta(hours=1):g}",
        },
    )


def claim(
    connection: duckdb.DuckDBPyConnection, issue_id: str, run_id: str, now: datetime, limit: int
) -> list[Delivery]:
    """Take up to `limit` copies in hand: queued → sending."""
    rows = connection.execute(
        f"""
        UPDATE deliveries SET state = 'sending', run_id = $run_id, changed_at = $now
        WHERE issue_id = $issue_id AND state = 'queued' AND reader_id IN (
            SELECT reader_id FROM deliveries
            WHERE issue_id = $issue_id AND state = 'queued' AND next_try_at <= $now
            ORDER BY attempts, reader_id LIMIT $limit
        )
        RETURNING {COLUMNS}
        """,  # noqa: S608 our own column names
        {"issue_id": issue_id, "run_id": run_id, "now": now, "limit": limit},
    ).fetchall()
    return sorted((Delivery(*row) for row in rows), key=lambda d: (d.attempts, d.reader_id))


def enter_data(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    message_id: str,
    run_id: str,
    now: datetime,
) -> bool:
    """Note that the message is about to leave: sending → data.

    Return whether it may: not if the reader left in this minute or another run has it in hand.
    """
    may = connection.execute(
        """
        UPDATE deliveries SET state = 'data', changed_at = $now, message_id = $message_id
        WHERE issue_id = $issue_id AND reader_id = $reader_id AND run_id = $run_id
            AND state IN ('sending', 'data') AND EXISTS (
                SELECT 1 FROM recipients AS r
                WHERE r.reader_id = $reader_id AND r.status = 'confirmed'
            )
        RETURNING 1
        """,
        {
            "issue_id": delivery.issue_id,
            "reader_id": delivery.reader_id,
            "run_id": run_id,
            "now": now,
            "message_id": message_id,
        },
    ).fetchall()
    if may:
        connection.execute(
            "UPDATE issues SET frozen_at = $now WHERE issue_id = $issue_id AND frozen_at IS NULL",
            {"issue_id": delivery.issue_id, "now": now},
        )
    return bool(may)


def finish(  # noqa: PLR0913 a row's parts by keyword
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    run_id: str,
    now: datetime,
    *,
    state: str,
    code: int | None,
    words: str,
    next_try_at: datetime | None = None,
) -> None:
    """Note how an attempt ended."""
    connection.execute(
        """
        UPDATE deliveries SET
            state = $state, attempts = attempts + 1, changed_at = $now, code = $code,
            words = $words, next_try_at = coalesce($next_try_at, next_try_at), run_id = NULL
        WHERE issue_id = $issue_id AND reader_id = $reader_id AND run_id = $run_id
        """,
        {
            "issue_id": delivery.issue_id,
            "reader_id": delivery.reader_id,
            "run_id": run_id,
            "now": now,
            "state": state,
            "code": code,
            "words": words,
            "next_try_at": next_try_at,
        },
    )


def release(
    connection: duckdb.DuckDBPyConnection, run_id: str, now: datetime, readers: Sequence[str] = ()
) -> None:
    """Put back what a run has in hand and will not send: sending → queued; default all of it."""
    connection.execute(
        """
        UPDATE deliveries SET state = 'queued', run_id = NULL, changed_at = $now
        WHERE state = 'sending' AND run_id = $run_id
            AND (len($readers::VARCHAR[]) = 0 OR reader_id IN (SELECT unnest($readers::VARCHAR[])))
        """,
        {"run_id": run_id, "now": now, "readers": list(readers)},
    )


def resolve(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, state: str, why: str, now: datetime
) -> bool:
    """Decide about a copy that nobody has in hand: it was `sent`, is `queued` again, or `dead`."""
    changed = connection.execute(
        """
        UPDATE deliveries SET
            state = $state, words = $why, changed_at = $now, next_try_at = $now,
            queued_at = CASE $state WHEN 'queued' THEN $now ELSE queued_at END
        WHERE issue_id = $issue_id AND reader_id = $reader_id AND state = $before
            AND state NOT IN ('sending', 'data')
        RETURNING 1
        """,
        {
            "issue_id": delivery.issue_id,
            "reader_id": delivery.reader_id,
            "before": delivery.state,
            "state": state,
            "why": why,
            "now": now,
        },
    ).fetchall()
    return bool(changed)


def note_returned(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, words: str, now: datetime
) -> bool:
    """Note that a copy which had left came back; return whether that is news."""
    changed = connection.execute(
        """
        UPDATE deliveries SET state = 'dead', changed_at = $now, words = 'bounced: ' || $words
        WHERE issue_id = $issue_id AND reader_id = $reader_id AND state IN ('sent', 'uncertain')
        RETURNING 1
        """,
        {
            "issue_id": delivery.issue_id,
            "reader_id": delivery.reader_id,
            "words": words,
            "now": now,
        },
    ).fetchall()
    return bool(changed)


def back_off(attempts: int) -> timedelta:
    """Return how long a copy waits after so many attempts."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
