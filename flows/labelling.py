"""`perigee label`: run dedupe, cluster and tag over articles from a file, and write labels."""

import json
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from flows.database import memory_database
from flows.settings import Settings
from flows.telling import load_judgement
from transforms.errors import ConfigError
from transforms.models import dicts_of
from transforms.normalise import read_dek
from transforms.text import one_line, title_key
from transforms.urls import canonical_or
from transforms.week_news import Window, build_week

# A feed that is not in config/feeds.toml may write about anything.
UNKNOWN_KIND = "general"
COLUMNS = {
    "article_id": "VARCHAR",
    "feed_id": "VARCHAR",
    "publisher": "VARCHAR",
    "kind": "VARCHAR",
    "weight": "DOUBLE",
    "guid": "VARCHAR",
    "url": "VARCHAR",
    "canonical_url": "VARCHAR",
    "title": "VARCHAR",
    "title_key": "VARCHAR",
    "dek": "VARCHAR",
    "text": "VARCHAR",
    "related_topics": "VARCHAR[]",
    "language": "VARCHAR",
    "has_picture": "BOOLEAN",
    "told_at": "TIMESTAMPTZ",
    "is_this_week": "BOOLEAN",
}


def label_articles(settings: Settings, source: Path, target: Path) -> int:
    """Label the articles of `source`, a JSON object a line, into `target`; return how many.

    In: `{"id", "feed_id", "url", "title", "dek", "published_at"}`, `body` optional. Out, in the
    same order: `{"id", "story", "duplicate_of", "relevant", "tags"}`.

    Raises:
        ConfigError: A line is no such object; names file and line.
    """
    rows = list(read_rows(settings, source))
    with closing(memory_database()) as connection:
        labels = label_rows(connection, settings, rows)
    with target.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(labels[row["article_id"]], ensure_ascii=False) + "\n")
    return len(rows)


def label_rows(
    connection: duckdb.DuckDBPyConnection, settings: Settings, rows: Sequence[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the label of each row of table `articles`, by its id."""
    connection.execute((files("transforms") / "sql" / "week_schema.sql").read_text("utf-8"))
    chosen = ", ".join(f"unnest(${name}::{kind}[])" for name, kind in COLUMNS.items())
    connection.execute(
        f"INSERT INTO articles SELECT {chosen}",
        {name: [row[name] for row in rows] for name in COLUMNS},
    )
    newest = max((row["told_at"] for row in rows), default=datetime.now(UTC))
    end = newest + timedelta(seconds=1)
    start = end - timedelta(days=7)
    window = Window(lookback=start, before=start, days=(start,) * 7, end=end)
    build_week(connection, load_judgement(settings), window.parameters)
    found = connection.execute(
        """
        SELECT
            a.article_id AS id, m.story_id AS story, d.duplicate_of, r.is_relevant AS relevant,
            (SELECT coalesce(list(t.tag_id ORDER BY tags.position), [])
             FROM article_tags AS t INNER JOIN tags ON t.tag_id = tags.tag_id
             WHERE t.article_id = a.article_id) AS tags
        FROM articles AS a
        INNER JOIN relevance AS r ON a.article_id = r.article_id
        LEFT JOIN memberships AS m ON a.article_id = m.article_id
        LEFT JOIN duplicates AS d ON a.article_id = d.article_id
        """
    )
    return {row["id"]: row for row in dicts_of(found)}


def read_rows(settings: Settings, source: Path) -> Iterable[dict[str, Any]]:
    """Yield the articles of `source` as rows of table `articles`.

    Raises:
        ConfigError: A line is no article; names file and line.
    """
    feeds = {feed.feed_id: feed for feed in settings.feeds}
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            told_at = datetime.fromisoformat(given["published_at"])
            title = one_line(given["title"])
            feed = feeds.get(given["feed_id"])
            url = given.get("url") or None
            yield {
                "article_id": str(given["id"]),
                "feed_id": given["feed_id"],
                "publisher": feed.publisher if feed else given["feed_id"],
                "kind": feed.kind if feed else UNKNOWN_KIND,
                "weight": feed.weight if feed else 1.0,
                "guid": None,
                "url": url,
                "canonical_url": canonical_or(url or "", None),
                "title": title,
                "title_key": title_key(title),
                "dek": read_dek(given.get("dek"), set()),
                "text": given.get("body") or "",
                "related_topics": given.get("related_topics") or [],
                "language": given.get("language"),
                "has_picture": False,
                "told_at": told_at if told_at.tzinfo else told_at.replace(tzinfo=UTC),
                "is_this_week": True,
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{source}: line {number} is no article: {type(error).__name__}: {error}"
            raise ConfigError(message) from error
