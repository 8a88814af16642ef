"""What `perigee articles` and `perigee feeds` list, read without changing anything."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import duckdb

from flows.database import attach_read_only, memory_database
from flows.settings import Settings
from flows.telling import load_judgement
from transforms.week_news import Window, build_week, load_week
from transforms.weeks import Week


def list_articles(settings: Settings, week: Week, tag: str | None) -> list[dict[str, Any]]:
    """Return the articles of `week`, oldest first, with story, tags and relevance.

    Each is `{"article_id", "feed_id", "publisher", "title", "url", "dek", "told_at", "story_id",
    "duplicate_of", "is_relevant", "reason", "tags"}`.
    """
    window = Window.of(week, settings.time_zone)
    with closing(memory_database()) as connection:
        with attach_read_only(connection, settings.database):
            load_week(connection, window)
        build_week(connection, load_judgement(settings), window.parameters)
        rows = _dicts(
            connection.execute(
                """
                SELECT
                    a.article_id, a.feed_id, a.publisher, a.title, a.url, a.dek, a.told_at,
                    m.story_id, d.duplicate_of, r.is_relevant, r.reason,
                    (SELECT coalesce(list(t.tag_id ORDER BY tags.position), [])
                     FROM story_tags AS t INNER JOIN tags ON t.tag_id = tags.tag_id
                     WHERE t.story_id = m.story_id) AS tags
                FROM articles AS a
                INNER JOIN relevance AS r ON a.article_id = r.article_id
                LEFT JOIN memberships AS m ON a.article_id = m.article_id
                LEFT JOIN duplicates AS d ON a.article_id = d.article_id
                WHERE a.is_this_week
                ORDER BY a.told_at, a.article_id
                """
            )
        )
    return [row for row in rows if tag is None or tag in row["tags"]]


def list_feeds(settings: Settings) -> list[dict[str, Any]]:
    """Return each configured feed with how it did last, in the configuration's order.

    Each is `{"feed_id", "title", "url", "kind", "publisher", "outcome", "detail", "evidence",
    "last_polled_at", "last_ok_at", "next_poll_at", "paused_at", "moved_to", "failures",
    "articles"}`; what is not known yet is null.
    """
    known: dict[str, dict[str, Any]] = {}
    if settings.database.is_file():
        with closing(memory_database()) as connection:
            with attach_read_only(connection, settings.database):
                rows = _dicts(
                    connection.execute(
                        """
                        WITH newest AS (
                            SELECT feed_id, arg_max(outcome, fetched_at) AS outcome,
                                max_by({'detail': detail, 'evidence': evidence}, fetched_at) AS said
                            FROM durable.fetches GROUP BY feed_id
                        )
                        SELECT
                            f.feed_id, n.outcome, n.said.detail AS detail,
                            n.said.evidence AS evidence, f.last_polled_at, f.last_ok_at,
                            f.next_poll_at, f.paused_at, f.moved_to, f.failures,
                            (SELECT count(DISTINCT s.article_id) FROM durable.sightings AS s
                             WHERE s.feed_id = f.feed_id) AS articles
                        FROM durable.feeds AS f LEFT JOIN newest AS n ON f.feed_id = n.feed_id
                        """
                    )
                )
            known = {row["feed_id"]: row for row in rows}
    nothing: dict[str, Any] = dict.fromkeys(
        [
            "outcome",
            "detail",
            "evidence",
            "last_polled_at",
            "last_ok_at",
            "next_poll_at",
            "paused_at",
            "moved_to",
        ]
    ) | {"failures": 0, "articles": 0}
    return [
        {
            "feed_id": feed.feed_id,
            "title": feed.title,
            "url": feed.url,
            "kind": feed.kind,
            "publisher": feed.publisher,
        }
        | nothing
        | known.get(feed.feed_id, {})
        for feed in settings.feeds
    ]


def _dicts(cursor: duckdb.DuckDBPyConnection) -> Sequence[dict[str, Any]]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
