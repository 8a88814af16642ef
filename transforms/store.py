"""Keep what was read: articles, sightings, revisions. Storing twice is storing once."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any

import duckdb

from transforms.errors import InvalidURLError
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database, or this batch, says of one article.

    Attributes:
        guid: Its first feed's id for it, unless that only repeats its address.
    """

    article_id: str
    feed_id: str
    guid: str | None
    title_key: str
    text_hash: int
    published_at: datetime | None

    @classmethod
    def of(cls, article: Article, feed_id: str) -> "_Known":
        return cls(
            article.article_id,
            feed_id,
            _own_guid(article),
            article.title_key,
            text_hash(article),
            article.published_at,
        )


class _Batch:
    """Tells which of the offered articles are new, changed, or the same; polls in their order."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll]) -> None:
        self._connection = connection
        self._known: dict[str, _Known] = {}
        self._seen_by: set[tuple[str, str]] = set()  # (article, feed)
        self._by_guid: dict[tuple[str, str], dict[str, str]] = {}  # (feed, guid) → url → article
        self.new: dict[str, Article] = {}
        self.changed: dict[str, Article] = {}
        self.seen: dict[tuple[str, str, str], str] = {}  # (article, feed, url) → guid
        offered = [(p.feed.feed_id, a) for p in polls for a in p.articles]
        self._load(offered)
        self._read_before = _feeds_with_sightings(connection, {feed_id for feed_id, _ in offered})

    def take(self, poll: Poll) -> Stored:
        """Sort the articles of one poll."""
        feed_id = poll.feed.feed_id
        kinds: dict[str, str] = {}
        articles = self._identified(poll.articles, feed_id)
        has_common = any((a.article_id, feed_id) in self._seen_by for a in articles)
        for article in articles:
            article_id, guid = article.article_id, article.guid or ""
            known = self._known.get(article_id)
            if known is None:
                self._known[article_id] = _Known.of(article, feed_id)
                self.new[article_id] = article
                kinds[article_id] = "new"
            elif article_id not in kinds:  # of two entries for one article the first counts
                is_own = known.feed_id == feed_id
                is_changed = is_own and known.text_hash != text_hash(article)
                kinds[article_id] = "changed" if is_changed else "same"
                if is_changed:
                    self.changed[article_id] = article
            self._seen_by.add((article_id, feed_id))
            key = (article_id, feed_id, article.url or "")
            self.seen[key] = self.seen.get(key) or guid
        counts = Counter(kinds.values())
        has_gap = bool(kinds) and feed_id in self._read_before and not has_common
        return Stored(counts["new"], counts["changed"], counts["same"], has_gap)

    def _identified(self, articles: Sequence[Article], feed_id: str) -> list[Article]:
        """Return the articles of one document under the ids that they have in the database.

        An article's address identifies it, with two exceptions. An entry that its feed has given
        before, under the same id, title and date, is that article, though its address was
        changed. And a page that many entries link to (seen in picture and podcast feeds: one
        link, another guid and title) is no entry's own address.
        """
        groups: dict[str, list[Article]] = {}
        for article in articles:
            groups.setdefault(article.article_id, []).append(article)
        are_apart = {
            article_id: self._is_shared_page(group, feed_id) for article_id, group in groups.items()
        }
        found = []
        for article in articles:
            apart = _apart(article)
            is_apart = apart.article_id in self._known or are_apart[article.article_id]
            if _own_guid(article) and article.canonical_url and is_apart:
                found.append(apart)
            elif article.article_id in self._known:
                found.append(article)
            else:
                found.append(self._renamed(article, feed_id))
        return found

    def _is_shared_page(self, group: Sequence[Article], feed_id: str) -> bool:
        """Whether the address that the entries of `group` share is none of their own."""
        guids = {_own_guid(article) for article in group}
        if len(guids) > 1 and len({article.title_key for article in group}) > 1:
            return True
        first, known = group[0], self._known.get(group[0].article_id)
        if known is None or known.feed_id != feed_id or not known.guid:
            return False
        is_other_entry = known.guid not in guids and known.title_key != first.title_key
        moments = {known.published_at, first.published_at}
        return is_other_entry and None not in moments and len(moments) > 1

    def _renamed(self, article: Article, feed_id: str) -> Article:
        """Return `article` under the id of the one whose address it had changed."""
        seen = self._by_guid.get((feed_id, article.guid or ""), {})
        if found := seen.get(article.url or ""):
            return replace(article, article_id=found)
        if article.published_at is None:
            return article
        for article_id in seen.values():
            known = self._known[article_id]
            same = (known.title_key, known.published_at)
            if same == (article.title_key, article.published_at):
                return replace(article, article_id=article_id)
        return article

    def _load(self, offered: Sequence[tuple[str, Article]]) -> None:
        """Read what is known of the offered articles, by their ids and by their guids."""
        if not offered:
            return
        rows = self._connection.execute(
            """
            WITH by_guid AS (
                SELECT DISTINCT s.article_id FROM sightings AS s
                INNER JOIN (
                    SELECT unnest($feeds::VARCHAR[]) AS feed_id, unnest($guids::VARCHAR[]) AS guid
                ) AS offered ON s.feed_id = offered.feed_id AND s.guid = offered.guid
            )
            SELECT article_id, feed_id, guid, canonical_url, title_key, text_hash, published_at
            FROM articles
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]) UNION FROM by_guid)
            """,
            {
                "ids": list({one.article_id for _, a in offered for one in (a, _apart(a))}),
                "feeds": [feed_id for feed_id, a in offered if a.guid],
                "guids": [a.guid for _, a in offered if a.guid],
            },
        ).fetchall()
        for article_id, feed_id, guid, canonical, *rest in rows:
            own = guid if guid and not _is_address(guid, canonical) else None
            self._known[article_id] = _Known(article_id, feed_id, own, *rest)
        sightings = self._connection.execute(
            """
            SELECT article_id, feed_id, url, guid FROM sightings
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
                AND feed_id IN (SELECT unnest($feeds::VARCHAR[]))
            ORDER BY article_id, feed_id, first_seen_at, url
            """,
            {"ids": list(self._known), "feeds": list({feed_id for feed_id, _ in offered})},
        ).fetchall()
        for article_id, feed_id, url, guid in sightings:
            self._seen_by.add((article_id, feed_id))
            if guid:
                self._by_guid.setdefault((feed_id, guid), {}).setdefault(url, article_id)


def _apart(article: Article) -> Article:
    """Return `article` as one of those that share its address."""
    key = f"{article.feed_id}\0{article.canonical_url}\0{article.guid}"
    return replace(
        article,
        article_id=sha256(key.encode()).hexdigest()[:32],
        canonical_url=None,
        flags=(*article.flags, "url_shared"),
    )


def _own_guid(article: Article) -> str | None:
    """Return the guid, unless it only repeats the address, maybe with other tracking parameters."""
    has_own = article.guid and not _is_address(article.guid, article.canonical_url)
    return article.guid if has_own else None


def _is_address(guid: str, canonical: str | None) -> bool:
    if not guid.startswith(("http://", "https://")):
        return False
    try:
        return canonical_url(guid) == canonical
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
        ON CONFLICT DO UPDATE SET last_seen_at = excluded.last_seen_at,
            guid = coalesce(nullif(excluded.guid, ''), sightings.guid)
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
