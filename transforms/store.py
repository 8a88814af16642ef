"""Keep what was read: articles, sightings, revisions. Storing twice is storing once."""

import json
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

import duckdb

from transforms.columns import columns_of, unnested
from transforms.identity import text_hash
from transforms.polls import FeedState, Poll, Stored, due_feeds, keep_fetches, sync_feeds
from transforms.records import Article
from transforms.revisions import RevisionText, compare
from transforms.schedule import Bounds
from transforms.schema import article_record
from transforms.sorting import Batch

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


def _store_articles(
    connection: duckdb.DuckDBPyConnection, polls: Sequence[Poll], now: datetime
) -> list[Stored]:
    """Keep the articles of all polls; return for each what it changed."""
    batch = Batch(connection, [poll for poll in polls if poll.is_read])
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
