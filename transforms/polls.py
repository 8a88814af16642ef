"""How polling went, and what it teaches: tables `feeds` and `fetches`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import duckdb

from transforms.columns import columns_of, unnested
from transforms.moves import follow_move
from transforms.records import GOOD_OUTCOMES, Article, Feed
from transforms.schedule import Bounds, Wishes, next_poll_at, rhythm_of

GONE_BEFORE_A_PAUSE = 2


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed before it is asked.

    Attributes:
        poll_url: Where to ask: its address, or where it has moved to.
        body_hash: sha256 of the newest body that parsed.
        failures: Polls that failed in a row.
    """

    feed: Feed
    poll_url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll of one feed, ready to be stored.

    Attributes:
        outcome: A word of the vocabulary.
        articles: What the document holds; empty where it was not read.
        is_read: Whether a document was read (not for a 304, an unchanged body, or a failure).
        entries: Entries in the document.
        flags: What had to be repaired or cut.
    """

    feed: Feed
    asked_url: str
    outcome: str
    wishes: Wishes = field(default_factory=Wishes)
    detail: str | None = None
    evidence: str | None = None
    status: int | None = None
    permanent_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    requests: int = 0
    wire_bytes: int = 0
    seconds: float = 0.0
    is_read: bool = False
    entries: int = 0
    flags: tuple[str, ...] = ()
    articles: tuple[Article, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it did what a poll should."""
        return self.outcome in GOOD_OUTCOMES

    def without_articles(self) -> "Poll":
        """Return the poll as it is reported, once its articles are stored."""
        return replace(self, articles=())


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing changed; `new + changed + same` is the number of articles offered.

    Attributes:
        has_gap: The poll and the one before had no article in common.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    has_gap: bool = False

    def __add__(self, other: "Stored") -> "Stored":
        """Return the sum."""
        return Stored(self.new + other.new, self.changed + other.changed, self.same + other.same)


def sync_feeds(connection: duckdb.DuckDBPyConnection, feeds: Sequence[Feed], now: datetime) -> None:
    """Make table `feeds` follow the configuration; what polling has taught stays.

    A changed address is a new start: validators, moves and pauses are forgotten.
    """
    offered = [(f.feed_id, f.title, f.url, f.kind, f.publisher, f.weight) for f in feeds]
    columns = [list(column) for column in zip(*offered, strict=True)] or [[]] * 6
    connection.execute("BEGIN")
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE configured AS
        SELECT
            unnest(?::VARCHAR[]) AS feed_id, unnest(?::VARCHAR[]) AS title,
            unnest(?::VARCHAR[]) AS url, unnest(?::VARCHAR[]) AS kind,
            unnest(?::VARCHAR[]) AS publisher, unnest(?::DOUBLE[]) AS weight
        """,
        columns,
    )
    connection.execute(
        """
        UPDATE feeds SET
            moved_to = NULL, moved_at = NULL, etag = NULL, last_modified = NULL,
            body_hash = NULL, failures = 0, next_poll_at = NULL, paused_at = NULL
        FROM configured WHERE feeds.feed_id = configured.feed_id AND feeds.url != configured.url
        """
    )
    connection.execute(
        """
        INSERT INTO feeds (feed_id, title, url, kind, publisher, weight)
        SELECT feed_id, title, url, kind, publisher, weight FROM configured
        ON CONFLICT (feed_id) DO UPDATE SET
            title = excluded.title, url = excluded.url, kind = excluded.kind,
            publisher = excluded.publisher, weight = excluded.weight, removed_at = NULL
        WHERE (title, url, kind, publisher, weight, removed_at) IS DISTINCT FROM
            (excluded.title, excluded.url, excluded.kind, excluded.publisher, excluded.weight, NULL)
        """
    )
    connection.execute(
        """
        UPDATE feeds SET removed_at = $now
        WHERE removed_at IS NULL AND feed_id NOT IN (SELECT feed_id FROM configured)
        """,
        {"now": now},
    )
    connection.execute("DROP TABLE configured")
    connection.execute("COMMIT")


def due_feeds(
    connection: duckdb.DuckDBPyConnection,
    feeds: Sequence[Feed],
    now: datetime,
    *,
    respect_schedule: bool = True,
) -> list[FeedState]:
    """Return the feeds to be asked now, in the order of the configuration."""
    rows = connection.execute(
        """
        SELECT feed_id, coalesce(moved_to, url), etag, last_modified, body_hash, failures
        FROM feeds
        WHERE removed_at IS NULL AND paused_at IS NULL
            AND (NOT $respect OR next_poll_at IS NULL OR next_poll_at <= $now)
        """,
        {"respect": respect_schedule, "now": now},
    ).fetchall()
    due = {row[0]: row for row in rows}
    return [FeedState(f, *due[f.feed_id][1:]) for f in feeds if f.feed_id in due]


def pause_feed(connection: duckdb.DuckDBPyConnection, feed_id: str, now: datetime) -> bool:
    """Ask a feed no more until a person resumes it; return whether there was one to pause."""
    found = connection.execute(
        """
        UPDATE feeds SET paused_at = $now
        WHERE feed_id = $feed_id AND paused_at IS NULL AND removed_at IS NULL RETURNING feed_id
        """,
        {"feed_id": feed_id, "now": now},
    ).fetchall()
    return bool(found)


def resume_feed(connection: duckdb.DuckDBPyConnection, feed_id: str) -> bool:
    """Have a paused feed asked again at once; return whether there was one."""
    found = connection.execute(
        """
        UPDATE feeds SET paused_at = NULL, failures = 0, next_poll_at = NULL
        WHERE feed_id = ? AND paused_at IS NOT NULL RETURNING feed_id
        """,
        [feed_id],
    ).fetchall()
    return bool(found)


def keep_fetches(
    connection: duckdb.DuckDBPyConnection,
    polls: Sequence[tuple[Poll, Stored]],
    now: datetime,
    bounds: Bounds,
) -> None:
    """Record how each poll went, and what it teaches for the next one."""
    _insert_fetches(connection, polls, now)
    _learn(connection, polls, now, bounds)
    for poll, _ in polls:
        if poll.outcome == "moved":
            follow_move(connection, poll.feed.feed_id, str(poll.permanent_url), now)


FETCH_COLUMNS = {
    "feed_id": "VARCHAR",
    "outcome": "VARCHAR",
    "detail": "VARCHAR",
    "evidence": "VARCHAR",
    "status": "INTEGER",
    "url": "VARCHAR",
    "permanent_url": "VARCHAR",
    "requests": "INTEGER",
    "wire_bytes": "BIGINT",
    "seconds": "DOUBLE",
    "entries": "INTEGER",
    "new_articles": "INTEGER",
    "changed_articles": "INTEGER",
    "has_gap": "BOOLEAN",
}


# Of a second poll at the same moment; what the first one changed is added up.
TOLD_AGAIN = (
    "outcome", "detail", "evidence", "status", "url", "permanent_url", "requests", "wire_bytes",
    "seconds", "entries", "flags",
)  # fmt: skip


def _insert_fetches(
    connection: duckdb.DuckDBPyConnection, polls: Sequence[tuple[Poll, Stored]], now: datetime
) -> None:
    rows = [
        {
            "feed_id": poll.feed.feed_id,
            "outcome": poll.outcome,
            "detail": poll.detail,
            "evidence": poll.evidence,
            "status": poll.status,
            "url": poll.asked_url,
            "permanent_url": poll.permanent_url,
            "requests": poll.requests,
            "wire_bytes": poll.wire_bytes,
            "seconds": poll.seconds,
            "entries": poll.entries,
            "new_articles": stored.new,
            "changed_articles": stored.changed,
            "has_gap": stored.has_gap,
            "flags": ",".join(poll.flags),
        }
        for poll, stored in polls
    ]
    connection.execute(
        f"""
        INSERT INTO fetches BY NAME
        SELECT offered.* EXCLUDE (has_gap, flags),
            $now::TIMESTAMPTZ AS fetched_at,
            CASE WHEN has_gap THEN feeds.last_ok_at END AS gap_since,
            list_filter(string_split(flags, ','), lambda flag: flag != '') AS flags
        FROM (SELECT {unnested(FETCH_COLUMNS | {"flags": "VARCHAR"})}) AS offered
        LEFT JOIN feeds ON offered.feed_id = feeds.feed_id
        ON CONFLICT DO UPDATE SET
            {", ".join(f"{name} = excluded.{name}" for name in TOLD_AGAIN)},
            new_articles = fetches.new_articles + excluded.new_articles,
            changed_articles = fetches.changed_articles + excluded.changed_articles,
            gap_since = coalesce(fetches.gap_since, excluded.gap_since)
        """,  # noqa: S608 our own column names
        columns_of(rows, (*FETCH_COLUMNS, "flags")) | {"now": now},
    )


LEARNT_COLUMNS = {
    "feed_id": "VARCHAR",
    "is_read": "BOOLEAN",
    "is_good": "BOOLEAN",
    "etag": "VARCHAR",
    "last_modified": "VARCHAR",
    "body_hash": "VARCHAR",
    "failures": "INTEGER",
    "next_poll_at": "TIMESTAMPTZ",
    "is_gone": "BOOLEAN",
}


def _learn(
    connection: duckdb.DuckDBPyConnection,
    polls: Sequence[tuple[Poll, Stored]],
    now: datetime,
    bounds: Bounds,
) -> None:
    """Remember for the next poll: validators, failures, when to ask again, pauses."""
    feed_ids = [poll.feed.feed_id for poll, _ in polls]
    moments = _newest_moments(connection, [p.feed.feed_id for p, _ in polls if p.is_good])
    before = _failures_before(connection, feed_ids, now)
    gaps = _gaps_at(connection, now)
    gone = _gone_before(connection, [p.feed.feed_id for p, _ in polls if p.outcome == "gone"], now)
    rows = []
    for poll, _ in polls:
        feed_id, is_good = poll.feed.feed_id, poll.is_good
        failures = 0 if is_good else max(0, before.get(feed_id, 0)) + 1
        rows.append(
            {
                "feed_id": feed_id,
                "is_read": poll.is_read,
                "is_good": is_good,
                # Validators of a body that could not be read would keep us from reading it again.
                "etag": poll.etag if is_good else None,
                "last_modified": poll.last_modified if is_good else None,
                "body_hash": poll.body_hash if is_good else None,
                "failures": failures,
                "is_gone": poll.outcome == "gone"
                and gone.get(feed_id, 0) >= GONE_BEFORE_A_PAUSE - 1,
                "next_poll_at": next_poll_at(
                    feed_id,
                    now,
                    poll.outcome,
                    bounds,
                    wishes=poll.wishes,
                    rhythm=rhythm_of(moments.get(feed_id, [])),
                    failures=failures,
                    has_gap=feed_id in gaps,
                ),
            }
        )
    connection.execute(
        f"""
        UPDATE feeds SET
            -- A 304 may bring new validators, and may leave them out: the old ones hold.
            etag = CASE WHEN is_read THEN learnt.etag ELSE coalesce(learnt.etag, feeds.etag) END,
            last_modified = CASE WHEN is_read THEN learnt.last_modified
                ELSE coalesce(learnt.last_modified, feeds.last_modified) END,
            body_hash = coalesce(learnt.body_hash, feeds.body_hash),
            failures = learnt.failures,
            last_polled_at = $now,
            last_ok_at = CASE WHEN is_good THEN $now ELSE last_ok_at END,
            next_poll_at = learnt.next_poll_at,
            paused_at = CASE WHEN is_gone THEN $now ELSE paused_at END
        FROM (SELECT {unnested(LEARNT_COLUMNS)}) AS learnt
        WHERE feeds.feed_id = learnt.feed_id
        """,  # noqa: S608 our own column names
        columns_of(rows, tuple(LEARNT_COLUMNS)) | {"now": now},
    )


def _failures_before(
    connection: duckdb.DuckDBPyConnection, feed_ids: list[str], now: datetime
) -> dict[str, int]:
    """Return how many polls of each feed failed in a row before the one of `now`."""
    return dict(
        connection.execute(
            """
            SELECT feed_id, failures - (last_polled_at IS NOT DISTINCT FROM $now)::INTEGER
            FROM feeds WHERE feed_id IN (SELECT unnest($ids::VARCHAR[]))
            """,
            {"ids": feed_ids, "now": now},
        ).fetchall()
    )


def _gaps_at(connection: duckdb.DuckDBPyConnection, now: datetime) -> set[str]:
    rows = connection.execute(
        "SELECT feed_id FROM fetches WHERE fetched_at = ? AND gap_since IS NOT NULL", [now]
    ).fetchall()
    return {row[0] for row in rows}


def _gone_before(
    connection: duckdb.DuckDBPyConnection, feed_ids: list[str], now: datetime
) -> dict[str, int]:
    """Return how often each feed was gone (410) in a row before `now`, other outcomes apart."""
    if not feed_ids:
        return {}
    return dict(
        connection.execute(
            """
            SELECT feed_id, count(*) FILTER (outcome = 'gone' AND fetched_at > coalesce(other_at,
                TIMESTAMPTZ '1970-01-01'))
            FROM fetches
            LEFT JOIN (
                SELECT feed_id, max(fetched_at) AS other_at FROM fetches
                WHERE outcome != 'gone' AND fetched_at < $now GROUP BY feed_id
            ) USING (feed_id)
            WHERE fetched_at < $now AND feed_id IN (SELECT unnest($ids::VARCHAR[]))
            GROUP BY feed_id
            """,
            {"now": now, "ids": feed_ids},
        ).fetchall()
    )


def _newest_moments(
    connection: duckdb.DuckDBPyConnection, feed_ids: list[str]
) -> dict[str, list[datetime]]:
    """Return when the newest articles of each feed were published."""
    if not feed_ids:
        return {}
    return dict(
        connection.execute(
            """
            SELECT feed_id, max(published_at, 21) FROM (
                SELECT DISTINCT feed_id, published_at FROM articles
                WHERE published_at IS NOT NULL AND feed_id IN (SELECT unnest(?::VARCHAR[]))
            ) GROUP BY feed_id
            """,
            [feed_ids],
        ).fetchall()
    )
