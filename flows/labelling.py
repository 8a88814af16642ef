"""`perigee label`: run dedupe, cluster and tag over articles from a file, and write labels."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from flows.articles_file import read_rows
from flows.database import memory_database
from flows.settings import Settings
from flows.telling import load_judgement
from transforms.errors import ConfigError
from transforms.models import dicts_of
from transforms.week_news import Window, build_week

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
        ConfigError: A line is no such object, or a file cannot be read or written; names file and
            line.
    """
    if target.resolve() == source.resolve():
        message = f"{target}: holds the articles; write their labels into another file"
        raise ConfigError(message)
    rows = list(read_rows(settings, source))
    with closing(memory_database()) as connection:
        labels = label_rows(connection, settings, rows)
    told = (json.dumps(labels[row["article_id"]], ensure_ascii=False) + "\n" for row in rows)
    try:
        target.write_text("".join(told), encoding="utf-8")
    except OSError as error:
        message = f"{target}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
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
