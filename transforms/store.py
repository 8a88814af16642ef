"""Keep what was read: articles, sightings, revisions. Storing twice is storing once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.resources import files
from typing import Any

import duckdb

from transforms.errors import InvalidURLError
from transforms.normalise import identify
from transforms.polls import (
    FeedState,
    Poll,
    Stored,
    columns_of,
    due_feeds,
    keep_fetches,
    sync_feeds,
    unnested,
)
from transforms.records import Article
from transforms.revisions import RevisionText, compare
from transforms.schedule import Bounds
from transforms.schema import article_record
from transforms.text import content_hash
from transforms.urls import canonical_url

__all__ = [
    "FeedState",
    "Poll",
    "Stored",
    "create_tables",
    "due_feeds",
    "store_polls",
    "sync_feeds",
    "text_hash",
    "update_article",
]

# What an article keeps for good, whatever its feed says later.
KEPT_COLUMNS = ("article_id", "feed_id", "guid", "url", "canonical_url")
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
# Columns that say more about another one, and go with it.
FOLLOWING = {"body": ("word_count",), "published_at": ("date_precision", "date_raw")}
# What a record leaves out where it is empty.
_EMPTY: dict[str, Any] = {"hero": None, "body": [], "related_items": [], "field_sources": {}}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the durable tables that are not there yet."""
    connection.execute((files("transforms") / "sql" / "schema.sql").read_text(encoding="utf-8"))


def store_polls(
    connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll], now: datetime, bounds: Bounds
) -> Stored:
    """Keep all that `polls` brought, in one transaction, and return what it changed.

    Offered again after a crash, or once more, the same polls leave the same rows.
    """
    connection.execute("BEGIN")
    try:
        stored = _store_articles(connection, polls, now)
        keep_fetches(connection, list(zip(polls, stored, strict=True)), now, bounds)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return sum(stored, Stored())


def text_hash(article: Article) -> int:
    """Return a 64-bit hash of what a reader would notice: title, dek and body."""
    return content_hash(article.title, article.dek, article.text)


@dataclass(slots=True)
class _Known:
    """What the database, or this batch, says of one article.

    Attributes:
        guids: By feed, the ids under which it was seen there.
    """

    article_id: str
    feed_id: str
    title_key: str
    text_hash: int
    published_at: datetime | None
    guids: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, article: Article, feed_id: str) -> "_Known":
        return cls(
            article.article_id,
            feed_id,
            article.title_key,
            text_hash(article),
            article.published_at,
        )

    def saw(self, feed_id: str, guid: str | None) -> None:
        self.guids.setdefault(feed_id, set()).update([guid] if guid else [])


class _Batch:
    """Tells which of the offered articles are new, changed, or the same; polls in their order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll]) -> None:
        self._connection = connection
        self._known: dict[str, _Known] = {}
        self._by_guid: dict[tuple[str, str], list[_Known]] = {}
        self.new: dict[str, Article] = {}
        self.changed: dict[str, Article] = {}
        self.seen: dict[tuple[str, str, str], str] = {}  # (article, feed, url) → guid
        offered = [(p.feed.feed_id, a) for p in polls for a in p.articles]
        self._load(offered)
        self._read_before = _feeds_with_sightings(connection, {feed_id for feed_id, _ in offered})

    def take(self, poll: Poll) -> Stored:
        """Sort the articles of one poll."""
        feed_id = poll.feed.feed_id
        before = {k.article_id for k in self._known.values() if feed_id in k.guids}
        sorted_: dict[str, str] = {}
        for offered in poll.articles:
            article = self._identified(offered, feed_id)
            article_id = article.article_id
            known = self._known.get(article_id)
            if known is None:
                known = self._known[article_id] = _Known.of(article, feed_id)
                self.new[article_id] = article
                sorted_[article_id] = "new"
            elif article_id not in sorted_:
                is_own = known.feed_id == feed_id
                is_changed = is_own and known.text_hash != text_hash(article)
                sorted_[article_id] = "changed" if is_changed else "same"
                if is_changed:
                    self.changed[article_id] = article
            known.saw(feed_id, article.guid)
            self.seen.setdefault((article_id, feed_id, article.url or ""), article.guid or "")
            if article.guid:
                self._by_guid.setdefault((feed_id, article.guid), []).append(known)
        kinds = list(sorted_.values())
        has_gap = bool(kinds) and feed_id in self._read_before and before.isdisjoint(sorted_)
        return Stored(kinds.count("new"), kinds.count("changed"), kinds.count("same"), has_gap)

    def _identified(self, article: Article, feed_id: str) -> Article:
        """Return `article` under the id that it has in the database.

        Its address identifies it, with two exceptions. An entry that its feed has already given,
        under the same id, title and date, is that article, though its address was changed. And a
        page that many entries link to (seen in picture and podcast feeds: one link, another
        guid, title and date) is no entry's own address.
        """
        known = self._known.get(article.article_id)
        if known is None:
            return self._renamed(article, feed_id)
        guids = known.guids.get(feed_id, set())
        is_same = (
            known.feed_id != feed_id
            or not guids
            or not article.guid
            or article.guid in guids
            or _is_address_of(article.guid, article)
            or article.title_key == known.title_key
            or (known.published_at is not None and article.published_at == known.published_at)
        )
        if is_same:
            return article
        apart = replace(article, canonical_url=None, flags=(*article.flags, "url_shared"))
        return replace(apart, article_id=identify(apart))

    def _renamed(self, article: Article, feed_id: str) -> Article:
        if not article.guid or article.published_at is None:
            return article
        same = (
            known.article_id
            for known in self._by_guid.get((feed_id, article.guid), ())
            if known.title_key == article.title_key and known.published_at == article.published_at
        )
        found = next(same, None)
        return replace(article, article_id=found) if found else article

    def _load(self, offered: Sequence[tuple[str, Article]]) -> None:
        """Read what is known of the offered articles, by their ids and by their guids."""
        if not offered:
            return
        apart = [identify(replace(a, canonical_url=None)) for _, a in offered if a.canonical_url]
        parameters = {
            "ids": list({*(a.article_id for _, a in offered), *apart}),
            "feeds": [feed_id for feed_id, a in offered if a.guid],
            "guids": [a.guid for _, a in offered if a.guid],
        }
        rows = self._connection.execute(
            """
            WITH by_guid AS (
                SELECT DISTINCT s.article_id FROM sightings AS s
                INNER JOIN (
                    SELECT unnest($feeds::VARCHAR[]) AS feed_id, unnest($guids::VARCHAR[]) AS guid
                ) AS offered ON s.feed_id = offered.feed_id AND s.guid = offered.guid
            )
            SELECT article_id, feed_id, title_key, text_hash, published_at FROM articles
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]) UNION FROM by_guid)
            """,
            parameters,
        ).fetchall()
        self._known = {row[0]: _Known(*row) for row in rows}
        sightings = self._connection.execute(
            """
            SELECT article_id, feed_id, guid FROM sightings
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
                AND feed_id IN (SELECT unnest($feeds::VARCHAR[]))
            ORDER BY article_id, feed_id, first_seen_at, url
            """,
            {"ids": list(self._known), "feeds": list({feed_id for feed_id, _ in offered})},
        ).fetchall()
        for article_id, feed_id, guid in sightings:
            known = self._known[article_id]
            known.saw(feed_id, guid)
            if guid:
                self._by_guid.setdefault((feed_id, guid), []).append(known)


def _is_address_of(guid: str, article: Article) -> bool:
    """Whether a guid only repeats the article's address, maybe with other tracking parameters."""
    try:
        return canonical_url(guid) == article.canonical_url
    except InvalidURLError:
        return False


def _store_articles(
    connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll], now: datetime
) -> list[Stored]:
    """Keep the articles of all polls; return for each what it changed."""
    batch = _Batch(connection, [poll for poll in polls if poll.is_read])
    stored = [batch.take(poll) if poll.is_read else Stored() for poll in polls]
    _insert_articles(connection, list(batch.new.values()), now)
    for article in batch.changed.values():
        _revise(connection, article, now)
    _see(connection, batch.seen, now)
    # A body that was read before, now behind a redirect: its articles were seen again.
    _see_again(
        connection, [p.feed.feed_id for p in polls if p.outcome == "moved" and not p.is_read], now
    )
    return stored


def _feeds_with_sightings(
    connection: duckdb.DuckDBPyConnection, feed_ids: Iterable[str]
) -> set[str]:
    rows = connection.execute(
        """
        SELECT offered.feed_id FROM (SELECT unnest(?::VARCHAR[]) AS feed_id) AS offered
        WHERE EXISTS (SELECT 1 FROM sightings AS s WHERE s.feed_id = offered.feed_id)
        """,
        [list(feed_ids)],
    ).fetchall()
    return {row[0] for row in rows}


def _insert_articles(
    connection: duckdb.DuckDBPyConnection, articles: Sequence[Article], now: datetime
) -> None:
    if not articles:
        return
    columns = ARTICLE_COLUMNS | {"text_hash": "BIGINT"}
    connection.execute(
        f"""
        INSERT INTO articles BY NAME
        SELECT {unnested(columns)}, $now::TIMESTAMPTZ AS first_seen_at
        """,
        columns_of([_row(article) for article in articles], tuple(columns)) | {"now": now},
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


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _revise(connection: duckdb.DuckDBPyConnection, article: Article, now: datetime) -> None:
    """Keep the text that was, and the newest one; what came from the page stays."""
    row = connection.execute(
        "SELECT title, dek, body, field_sources, hero FROM articles WHERE article_id = ?",
        [article.article_id],
    ).fetchone()
    assert row is not None  # noqa: S101 it is one of those that are known
    before = {"title": row[0], "dek": row[1], "body": json.loads(row[2])}
    sources: dict[str, str] = json.loads(row[3])
    has_credit = bool(row[4] and json.loads(row[4]).get("credit"))
    kept = {
        name: source
        for name, source in sources.items()
        if source.startswith("page:") and _is_open(name, article, has_credit=has_credit)
    }
    values = _row(article)
    left_alone = {*KEPT_COLUMNS, *kept}
    for name, beside in FOLLOWING.items():
        left_alone.update(beside if name in kept else ())
    columns = {name: kind for name, kind in ARTICLE_COLUMNS.items() if name not in left_alone}
    values["field_sources"] = _json(article.field_sources | kept)
    body = before["body"] if "body" in kept else json.loads(values["body"])
    change = compare(
        RevisionText(before["title"], before["dek"], _text(before["body"])),
        RevisionText(article.title, before["dek"] if "dek" in kept else article.dek, _text(body)),
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
                "before": _json(before),
            },
        )
    _update(connection, article.article_id, values, columns | {"text_hash": "BIGINT"})
    connection.execute(
        "UPDATE articles SET changed_at = $now WHERE article_id = $article_id",
        {"now": now, "article_id": article.article_id},
    )


def _is_open(name: str, article: Article, *, has_credit: bool) -> bool:
    """Whether the feed still leaves open what the article's page has filled.

    Args:
        name: A field.
        article: As the feed gives it now.
        has_credit: Whether the picture that is stored has one.
    """
    if name == "body":
        return not article.text  # pictures alone are none
    if name == "hero" and article.hero:
        return has_credit and article.hero.credit is None
    return not getattr(article, name)


def _text(body: list[dict[str, Any]]) -> str:
    return "\n".join(block["text"] for block in body if block.get("type") == "p")


def update_article(
    connection: duckdb.DuckDBPyConnection, article: Article, names: Sequence[str]
) -> None:
    """Write the columns `names` of a stored article; that is no revision of its feed's text."""
    columns = {name: ARTICLE_COLUMNS[name] for name in names}
    _update(connection, article.article_id, _row(article), columns)


def _update(
    connection: duckdb.DuckDBPyConnection,
    article_id: str,
    values: dict[str, Any],
    columns: dict[str, str],
) -> None:
    assignments = ", ".join(f"{name} = ${name}::{kind}" for name, kind in columns.items())
    connection.execute(
        f"UPDATE articles SET {assignments} WHERE article_id = $article_id",  # noqa: S608
        {name: values[name] for name in columns} | {"article_id": article_id},
    )


def _see(
    connection: duckdb.DuckDBPyConnection, seen: dict[tuple[str, str, str], str], now: datetime
) -> None:
    if not seen:
        return
    connection.execute(
        """
        INSERT INTO sightings
        SELECT unnest($ids::VARCHAR[]), unnest($feeds::VARCHAR[]), unnest($urls::VARCHAR[]),
            unnest($guids::VARCHAR[]), $now, $now
        ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at, guid = excluded.guid
        """,
        {
            "ids": [article_id for article_id, _, _ in seen],
            "feeds": [feed_id for _, feed_id, _ in seen],
            "urls": [url for _, _, url in seen],
            "guids": list(seen.values()),
            "now": now,
        },
    )


def _see_again(
    connection: duckdb.DuckDBPyConnection, feed_ids: Sequence[str], now: datetime
) -> None:
    for feed_id in feed_ids:
        connection.execute(
            """
            UPDATE sightings SET last_seen_at = $now
            WHERE feed_id = $feed_id AND last_seen_at = (
                SELECT max(last_seen_at) FROM sightings WHERE feed_id = $feed_id
            )
            """,
            {"feed_id": feed_id, "now": now},
        )
