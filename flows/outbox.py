"""The outbox: how far each reader's copy of an issue has come, and whether one may leave at all.

queued → sending → data → sent       the server has it
   ↑        │        ├──→ dead       refused for good, given up, or the reader has left
   └────────┴────────┘               put off: 4xx, or the connection broke before the end of it
                     └──→ uncertain  it broke between the message and its answer

Every function is one step within the caller's transaction. A step counts only for the run that has
the copy in hand (`run_id`), so that of two processes only one ever sends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from flows.recipients import mask

STATES = ("queued", "sending", "data", "sent", "dead", "uncertain")
OPEN_STATES = ("queued", "sending", "data")
NOT_SENT = tuple(state for state in STATES if state != "sent")

_COLUMNS = (
    "issue_id, reader_id, address, name, state, attempts, queued_at, next_try_at, changed_at, "
    "message_id, code, words"
)

BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 30, 60, 120, 240))


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of table `deliveries`.

    Attributes:
        reader_id: A reader's id in table `recipients`.
        address: Where it goes; masked once the reader has been removed.
        state: One of `STATES`.
        attempts: How often a server was asked to take it.
        message_id: With its angle brackets; None until it may have left.
        code: The server's newest answer.
        words: The same in words, or why the copy stands as it does.
    """

    issue_id: str
    reader_id: str
    address: str
    name: str | None
    state: str
    attempts: int
    queued_at: datetime
    next_try_at: datetime
    changed_at: datetime
    message_id: str | None
    code: int | None
    words: str | None

    @property
    def key(self) -> str:
        """What a person types to name it."""
        return f"{self.issue_id}/{self.reader_id[:8]}"

    @property
    def masked(self) -> str:
        """The address as it may be shown."""
        return self.address if "…" in self.address else mask(self.address)


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue in the outbox.

    Attributes:
        dated_at: The `Date` of every copy.
        frozen_at: When the first copy may have left; None before.
        letter: Packed, see `flows.letters`.
        smaller: The same without pictures inside, packed.
    """

    issue_id: str
    edition: str
    subject: str
    dated_at: datetime
    frozen_at: datetime | None
    letter: bytes
    smaller: bytes | None


@dataclass(frozen=True, slots=True)
class IssueReport:
    """How an issue stands.

    Attributes:
        counts: Copies per state; every state is there.
        troubles: The copies that were not sent.
    """

    issue_id: str
    subject: str
    counts: dict[str, int]
    troubles: tuple[Delivery, ...]


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


def find_issue(connection: duckdb.DuckDBPyConnection, issue_id: str) -> StoredIssue | None:
    """Return an issue of the outbox."""
    row = connection.execute(
        "SELECT issue_id, edition, subject, dated_at, frozen_at, letter, smaller "
        "FROM issues WHERE issue_id = $issue_id",
        {"issue_id": issue_id},
    ).fetchone()
    return StoredIssue(*row) if row else None


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


def due_issues(
    connection: duckdb.DuckDBPyConnection, now: datetime, deadline: timedelta
) -> list[str]:
    """Return the issues with copies to be sent now, of which none has waited past the deadline."""
    rows = connection.execute(
        """
        SELECT DISTINCT issue_id FROM deliveries
        WHERE state = 'queued' AND next_try_at <= $now AND queued_at > $oldest
        ORDER BY issue_id
        """,
        {"now": now, "oldest": now - deadline},
    ).fetchall()
    return [row[0] for row in rows]


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
        RETURNING {_COLUMNS}
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


def list_deliveries(
    connection: duckdb.DuckDBPyConnection,
    *,
    issue_id: str | None = None,
    states: Sequence[str] = STATES,
) -> list[Delivery]:
    """Return the copies in these states, by issue and reader."""
    return _deliveries(
        connection,
        "($issue_id IS NULL OR issue_id = $issue_id) AND state IN (SELECT unnest($states))",
        {"issue_id": issue_id, "states": list(states)},
    )


def find_deliveries(connection: duckdb.DuckDBPyConnection, key: str) -> list[Delivery]:
    """Return the copies that a person means by `2026-W47/1a2b3c4d`; usually one."""
    issue_id, _, reader = key.rpartition("/")
    return _deliveries(
        connection,
        "issue_id = $issue_id AND starts_with(reader_id, $reader)",
        {"issue_id": issue_id, "reader": reader},
    )


def find_by_message_id(connection: duckdb.DuckDBPyConnection, message_id: str) -> Delivery | None:
    """Return the copy that left under this Message-ID."""
    found = _deliveries(connection, "message_id = $message_id", {"message_id": message_id})
    return next(iter(found), None)


def count_states(connection: duckdb.DuckDBPyConnection, issue_id: str) -> dict[str, int]:
    """Return how many copies of an issue are in each state; every state is there."""
    rows = connection.execute(
        "SELECT state, count(*) FROM deliveries WHERE issue_id = $issue_id GROUP BY state",
        {"issue_id": issue_id},
    ).fetchall()
    return dict.fromkeys(STATES, 0) | dict(rows)


def report_issues(connection: duckdb.DuckDBPyConnection, week: str | None) -> list[IssueReport]:
    """Return how the issues of a week stand, one per edition; without a week, the newest issue."""
    rows = connection.execute(
        """
        SELECT issue_id, subject FROM issues
        WHERE CASE
            WHEN $week IS NULL THEN dated_at = (SELECT max(dated_at) FROM issues)
            ELSE issue_id = $week OR ends_with(issue_id, '-' || $week)
        END
        ORDER BY issue_id
        """,
        {"week": week},
    ).fetchall()
    return [
        IssueReport(
            issue_id,
            subject,
            count_states(connection, issue_id),
            tuple(list_deliveries(connection, issue_id=issue_id, states=NOT_SENT)),
        )
        for issue_id, subject in rows
    ]


def _deliveries(
    connection: duckdb.DuckDBPyConnection, condition: str, values: dict[str, Any]
) -> list[Delivery]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM deliveries WHERE {condition} ORDER BY issue_id, reader_id",  # noqa: S608
        values,
    ).fetchall()
    return [Delivery(*row) for row in rows]
