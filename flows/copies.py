"""The outbox as it is read: an issue, the copies of it, and how they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from flows.recipients import mask

STATES = ("queued", "sending", "data", "sent", "dead", "uncertain")
OPEN_STATES = ("queued", "sending", "data")
NOT_SENT = tuple(state for state in STATES if state != "sent")

COLUMNS = (
    "issue_id, reader_id, address, name, state, attempts, queued_at, next_try_at, changed_at, "
    "message_id, code, words"
)


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


def find_issue(connection: duckdb.DuckDBPyConnection, issue_id: str) -> StoredIssue | None:
    """Return an issue of the outbox."""
    row = connection.execute(
        "SELECT issue_id, edition, subject, dated_at, frozen_at, letter, smaller "
        "FROM issues WHERE issue_id = $issue_id",
        {"issue_id": issue_id},
    ).fetchone()
    return StoredIssue(*row) if row else None


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
        f"SELECT {COLUMNS} FROM deliveries WHERE {condition} ORDER BY issue_id, reader_id",  # noqa: S608
        values,
    ).fetchall()
    return [Delivery(*row) for row in rows]
