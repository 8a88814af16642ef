"""Polls as the reader hands them on, made of entries that a test spells out."""

from datetime import UTC, datetime, timedelta

import duckdb

from transforms.normalise import normalise_entries
from transforms.records import Entry, Feed, ParsedFeed
from transforms.schedule import Bounds
from transforms.store import Poll, create_tables, store_polls, sync_feeds

MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
BOUNDS = Bounds(floor=timedelta(minutes=30), cap=timedelta(days=1))


def a_feed(feed_id="farside", **changes):
    values = {
        "title": feed_id.title(),
        "url": f"https://{feed_id}.example/feed",
        "kind": "press",
        "publisher": feed_id.title(),
    }
    return Feed(feed_id, **(values | changes))


def an_entry(number=1, **changes):
    """An entry of the Monday, told from others by its number."""
    values = {
        "guid": f"tag:farside.example,2026:{number}",
        "url": f"https://farside.example/{number}/",
        "title": f"Probe {number} wakes from its long sleep",
        "summary": "It answered on the third call.",
        "published_raw": f"Mon, 16 Nov 2026 05:{number % 60:02}:00 GMT",
    }
    return Entry(**(values | changes))


def a_poll(*entries, feed=None, now=MONDAY, **changes):
    """A poll that read `entries`."""
    feed = feed or a_feed()
    parsed = ParsedFeed("rss", feed.title, f"https://{feed.feed_id}.example/", "en", entries)
    articles = normalise_entries(parsed, feed_id=feed.feed_id, url=feed.url, now=now)
    values = {
        "outcome": "ok",
        "is_read": True,
        "articles": articles,
        "entries": len(entries),
        "requests": 1,
        "status": 200,
        "body_hash": str(hash(entries)),
    }
    return Poll(feed, feed.url, **(values | changes))


def a_failure(outcome, feed=None, **changes):
    """A poll that brought nothing."""
    feed = feed or a_feed()
    values = {"outcome": outcome, "detail": outcome, "requests": 1}
    return Poll(feed, feed.url, **(values | changes))


def a_database(*feeds):
    """A database in memory that knows `feeds`."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    create_tables(connection)
    sync_feeds(connection, feeds or [a_feed()], MONDAY)
    return connection


def store(connection, *polls, at=MONDAY):
    return store_polls(connection, polls, at, BOUNDS)


def rows_of(connection):
    """Every row of every table, in an order of their own."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
    return {
        table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall()))
        for (table,) in tables
    }
