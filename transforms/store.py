"""Keep what was read: feeds, fetches, articles, sightings, revisions; twice is once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from typing import Any

import duckdb

from transforms.normalise import identify
from transforms.records import GOOD_OUTCOMES, Article, Feed
from transforms.revisions import RevisionText, compare
from transforms.schedule import Bounds, Wishes, next_poll_at, rhythm_of
from transforms.schema import article_record
from transforms.text import content_hash

DAYS_BEFORE_A_MOVE = 3
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

    def without_articles(self) -> "Poll":
        """Return the poll as it is reported, once its articles are stored."""
        return replace(self, articles=())


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing changed; `new + changed + same` is the number of articles offered."""

    new: int = 0
    changed: int = 0
    same: int = 0
    has_gap: bool = False

    def __add__(self, other: "Stored") -> "Stored":
        """Return the sum."""
        return Stored(self.new + other.new, self.changed + other.changed, self.same + other.same)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the durable tables that are not there yet."""
    connection.execute((files("transforms") / "sql" / "schema.sql").read_text(encoding="utf-8"))


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


def store_polls(
    connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll], now: datetime, bounds: Bounds
) -> Stored:
    """Keep all that `polls` brought, in one transaction, and return what it changed.

    Offered again after a crash, the same polls leave the same rows.
    """
    total = Stored()
    connection.execute("BEGIN")
    try:
        for poll in polls:
            stored = _store_articles(connection, poll, now) if poll.is_read else Stored()
            _store_fetch(connection, poll, stored, now)
            _learn(connection, poll, stored, now, bounds)
            total += stored
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return total


@dataclass(slots=True)
class _Known:
    """What the database says of one offered article."""

    feed_id: str
    title_key: str
    text_hash: int
    published_at: datetime | None
    text: dict[str, Any]
    guids: set[str] = field(default_factory=set)


def _store_articles(connection: duckdb.DuckDBPyConnection, poll: Poll, now: datetime) -> Stored:
    feed_id = poll.feed.feed_id
    known = _known(connection, [a.article_id for a in poll.articles], feed_id)
    articles = [_told_apart(a, known.get(a.article_id)) for a in poll.articles]
    renamed = [a.article_id for a in articles if a.article_id not in known]
    known |= _known(connection, renamed, feed_id)

    unique = {a.article_id: a for a in reversed(articles)}
    new = [a for a in unique.values() if a.article_id not in known]
    changed = [
        a
        for a in unique.values()
        if (k := known.get(a.article_id)) and k.feed_id == feed_id and k.text_hash != text_hash(a)
    ]
    has_gap = bool(unique) and len(new) == len(unique) and _has_sightings(connection, feed_id)
    _insert_articles(connection, new, now)
    for article in changed:
        _revise(connection, article, known[article.article_id], now)
    _see(connection, articles, feed_id, now)
    same = len(unique) - len(new) - len(changed)
    return Stored(len(new), len(changed), same, has_gap)


def text_hash(article: Article) -> int:
    """Return a 64-bit hash of what a reader would notice: title, dek and body."""
    return content_hash(article.title, article.dek, article.text)


def _told_apart(article: Article, known: _Known | None) -> Article:
    """Give an entry an id of its own where its address is a page that many entries link to.

    Seen in picture and podcast feeds: one link, another guid, another title, another date.
    """
    has_own_id = article.guid and not article.guid.startswith(("http://", "https://"))
    if known is None or known.feed_id != article.feed_id or not has_own_id:
        return article
    is_same = (
        not known.guids
        or article.guid in known.guids
        or article.title_key == known.title_key
        or article.published_at == known.published_at
    )
    if is_same:
        return article
    apart = replace(article, canonical_url=None, flags=(*article.flags, "url_shared"))
    return replace(apart, article_id=identify(apart))


def _known(
    connection: duckdb.DuckDBPyConnection, ids: list[str], feed_id: str
) -> dict[str, _Known]:
    rows = connection.execute(
        """
        SELECT
            a.article_id, a.feed_id, a.title_key, a.text_hash, a.published_at,
            a.title, a.dek, a.body,
            (SELECT list(s.guid) FROM sightings AS s
             WHERE s.article_id = a.article_id AND s.feed_id = $feed_id AND s.guid != '')
        FROM articles AS a WHERE a.article_id IN (SELECT unnest($ids::VARCHAR[]))
        """,
        {"ids": ids, "feed_id": feed_id},
    ).fetchall()
    return {
        row[0]: _Known(
            feed_id=row[1],
            title_key=row[2],
            text_hash=row[3],
            published_at=row[4],
            text={"title": row[5], "dek": row[6], "body": row[7]},
            guids=set(row[8] or ()),
        )
        for row in rows
    }


def _has_sightings(connection: duckdb.DuckDBPyConnection, feed_id: str) -> bool:
    row = connection.execute("SELECT 1 FROM sightings WHERE feed_id = ? LIMIT 1", [feed_id])
    return row.fetchone() is not None


# Column, DuckDB type, and how it is read off an article's record.
ARTICLE_COLUMNS = {
    "article_id": "VARCHAR",
    "feed_id": "VARCHAR",
    "guid": "VARCHAR",
    "url": "VARCHAR",
    "canonical_url": "VARCHAR",
    "title": "VARCHAR",
    "title_key": "VARCHAR",
    "dek": "VARCHAR",
    "published_at": "TIMESTAMPTZ",
    "date_precision": "VARCHAR",
    "date_raw": "VARCHAR",
    "updated_at": "TIMESTAMPTZ",
    "authors": "VARCHAR[]",
    "hero": "JSON",
    "body": "JSON",
    "related_items": "JSON",
    "related_topics": "VARCHAR[]",
    "language": "VARCHAR",
    "section": "VARCHAR",
    "word_count": "INTEGER",
    "flags": "VARCHAR[]",
    "field_sources": "JSON",
}


def _insert_articles(
    connection: duckdb.DuckDBPyConnection, articles: Sequence[Article], now: datetime
) -> None:
    if not articles:
        return
    rows = [_row(article) for article in articles]
    chosen = ", ".join(
        f"unnest(${name}::{kind}[]) AS {name}" for name, kind in ARTICLE_COLUMNS.items()
    )
    connection.execute(
        f"""
        INSERT INTO articles BY NAME
        SELECT {chosen}, unnest($text_hash::BIGINT[]) AS text_hash,
            $now::TIMESTAMPTZ AS first_seen_at
        """,
        {name: [row[name] for row in rows] for name in (*ARTICLE_COLUMNS, "text_hash")}
        | {"now": now},
    )


def _row(article: Article) -> dict[str, Any]:
    record = article_record(article)
    values: dict[str, Any] = {}
    for name, kind in ARTICLE_COLUMNS.items():
        if kind == "JSON":
            has_value = name != "hero" or article.hero is not None
            values[name] = _json(record.get(name, _EMPTY[name])) if has_value else None
        else:
            value = getattr(article, name)
            values[name] = list(value) if isinstance(value, tuple) else value
    values["text_hash"] = text_hash(article)
    return values


_EMPTY: dict[str, Any] = {"hero": None, "body": [], "related_items": [], "field_sources": {}}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _revise(
    connection: duckdb.DuckDBPyConnection, article: Article, known: _Known, now: datetime
) -> None:
    """Keep the text that was, and the newest one."""
    before = known.text
    body = "\n".join(b["text"] for b in json.loads(before["body"]) if b.get("type") == "p")
    change = compare(
        RevisionText(before["title"], before["dek"], body),
        RevisionText(article.title, article.dek, article.text),
    )
    if change is not None:
        connection.execute(
            """
            INSERT INTO revisions VALUES ($article_id, $now, $feed_id, $fields, $is_material,
                $why, $diff, $before)
            ON CONFLICT DO NOTHING
            """,
            {
                "article_id": article.article_id,
                "now": now,
                "feed_id": article.feed_id,
                "fields": list(change.fields),
                "is_material": change.is_material,
                "why": change.why,
                "diff": _json(change.diff),
                "before": _json(before | {"body": json.loads(before["body"])}),
            },
        )
    row = _row(article)
    kept = ("article_id", "feed_id", "guid", "url", "canonical_url")
    changed = {name: kind for name, kind in ARTICLE_COLUMNS.items() if name not in kept}
    assignments = ", ".join(f"{name} = ${name}::{kind}" for name, kind in changed.items())
    connection.execute(
        f"UPDATE articles SET {assignments}, text_hash = $text_hash, changed_at = $now "  # noqa: S608
        "WHERE article_id = $article_id",
        {name: row[name] for name in (*changed, "text_hash", "article_id")} | {"now": now},
    )


def _see(
    connection: duckdb.DuckDBPyConnection,
    articles: Sequence[Article],
    feed_id: str,
    now: datetime,
) -> None:
    seen = {(a.article_id, a.url or ""): a.guid or "" for a in reversed(articles)}
    if not seen:
        return
    connection.execute(
        """
        INSERT INTO sightings
        SELECT unnest($ids::VARCHAR[]), $feed_id, unnest($urls::VARCHAR[]),
            unnest($guids::VARCHAR[]), $now, $now
        ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at, guid = excluded.guid
        """,
        {
            "ids": [article_id for article_id, _ in seen],
            "urls": [url for _, url in seen],
            "guids": list(seen.values()),
            "feed_id": feed_id,
            "now": now,
        },
    )


def _store_fetch(
    connection: duckdb.DuckDBPyConnection, poll: Poll, stored: Stored, now: datetime
) -> None:
    connection.execute(
        """
        INSERT OR REPLACE INTO fetches VALUES ($feed_id, $now, $outcome, $detail, $evidence,
            $status, $url, $permanent_url, $requests, $wire_bytes, $seconds, $entries, $new,
            $changed, CASE WHEN $has_gap THEN
                (SELECT last_ok_at FROM feeds WHERE feed_id = $feed_id) END, $flags)
        """,
        {
            "feed_id": poll.feed.feed_id,
            "now": now,
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
            "new": stored.new,
            "changed": stored.changed,
            "has_gap": stored.has_gap,
            "flags": list(poll.flags),
        },
    )


def _learn(
    connection: duckdb.DuckDBPyConnection,
    poll: Poll,
    stored: Stored,
    now: datetime,
    bounds: Bounds,
) -> None:
    """Remember for the next poll: validators, failures, when to ask again, moves and pauses."""
    feed_id, is_good = poll.feed.feed_id, poll.outcome in GOOD_OUTCOMES
    rhythm = rhythm_of(_newest_moments(connection, feed_id)) if is_good else None
    row = connection.execute("SELECT failures FROM feeds WHERE feed_id = ?", [feed_id]).fetchone()
    failures = 0 if is_good else (row[0] if row else 0) + 1
    connection.execute(
        """
        UPDATE feeds SET
            etag = CASE WHEN $is_read THEN $etag ELSE coalesce($kept_etag, etag) END,
            last_modified = CASE WHEN $is_read THEN $last_modified
                ELSE coalesce($kept_last_modified, last_modified) END,
            body_hash = coalesce($body_hash, body_hash),
            failures = $failures,
            last_polled_at = $now,
            last_ok_at = CASE WHEN $is_good THEN $now ELSE last_ok_at END,
            next_poll_at = $next_poll_at,
            paused_at = CASE WHEN $outcome = 'gone' AND $failures >= $gone_before_a_pause
                THEN $now ELSE paused_at END
        WHERE feed_id = $feed_id
        """,
        {
            "feed_id": feed_id,
            "is_read": poll.is_read,
            "is_good": is_good,
            "etag": poll.etag,
            "last_modified": poll.last_modified,
            # A 304 may bring new validators, and may leave them out: the old ones hold.
            "kept_etag": poll.etag if is_good else None,
            "kept_last_modified": poll.last_modified if is_good else None,
            "body_hash": poll.body_hash if is_good else None,
            "failures": failures,
            "now": now,
            "outcome": poll.outcome,
            "gone_before_a_pause": GONE_BEFORE_A_PAUSE,
            "next_poll_at": next_poll_at(
                feed_id,
                now,
                poll.outcome,
                bounds,
                wishes=poll.wishes,
                rhythm=rhythm,
                failures=failures,
                has_gap=stored.has_gap,
            ),
        },
    )
    if poll.outcome == "moved" and not stored.has_gap:
        _follow_move(connection, poll, now)


def _newest_moments(connection: duckdb.DuckDBPyConnection, feed_id: str) -> list[datetime]:
    rows = connection.execute(
        """
        SELECT DISTINCT published_at FROM articles
        WHERE feed_id = ? AND published_at IS NOT NULL ORDER BY published_at DESC LIMIT 21
        """,
        [feed_id],
    ).fetchall()
    return [row[0] for row in rows]


def _follow_move(connection: duckdb.DuckDBPyConnection, poll: Poll, now: datetime) -> None:
    """Ask at the new address once it was named for good on three days and shares entries."""
    connection.execute(
        """
        UPDATE feeds SET moved_to = $target, moved_at = $now
        WHERE feed_id = $feed_id AND move_refused IS DISTINCT FROM $target
            AND $days <= (
                SELECT count(DISTINCT fetched_at::DATE) FROM fetches
                WHERE feed_id = $feed_id AND permanent_url = $target
            )
        """,
        {
            "feed_id": poll.feed.feed_id,
            "target": poll.permanent_url,
            "now": now,
            "days": DAYS_BEFORE_A_MOVE,
        },
    )
