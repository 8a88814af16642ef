"""Read articles from a file, one JSON object a line, as rows of table `articles`."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.settings import Settings
from transforms.errors import ConfigError
from transforms.normalise import read_dek
from transforms.records import Feed
from transforms.text import one_line, title_key
from transforms.urls import canonical_or

# A feed that is not in config/feeds.toml may write about anything.
UNKNOWN_KIND = "general"
NEEDED = ("id", "feed_id", "title", "published_at")
OPTIONAL = ("url", "dek", "body", "language")
# The years in which an article may be dated.
YEARS = range(1900, 2200)


class NoArticleError(Exception):
    """A line is no article; says why."""


def read_rows(settings: Settings, source: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles of `source` as rows of table `articles`.

    Raises:
        ConfigError: The file cannot be read, a line is no article, or two have one id; names file
            and line.
    """
    feeds = {feed.feed_id: feed for feed in settings.feeds}
    seen: dict[str, int] = {}
    for number, line in _lines(source):
        try:
            given = _parsed(line)
            _check(given)
            row = _row(given, feeds)
        except NoArticleError as error:
            message = f"{source}: line {number} is no article: {error}"
            raise ConfigError(message) from error
        article_id = row["article_id"]
        first = seen.setdefault(article_id, number)
        if first != number:
            message = f"{source}: lines {first} and {number} have one id, {article_id!r}"
            raise ConfigError(message)
        yield row


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that say anything, with their numbers."""
    try:
        with source.open(encoding="utf-8") as lines:
            yield from ((n, line) for n, line in enumerate(lines, 1) if line.strip())
    except OSError as error:
        message = f"{source}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    except UnicodeDecodeError as error:
        message = f"{source}: is not UTF-8; save it as that"
        raise ConfigError(message) from error


def _parsed(line: str) -> dict[str, Any]:
    """Return the JSON object of `line`; a number as id is its text."""
    try:
        given = json.loads(line.strip())
    except json.JSONDecodeError as error:
        message = f"it is no JSON: {error.msg} at column {error.colno}"
        raise NoArticleError(message) from error
    except RecursionError as error:
        message = "it is nested too deeply"
        raise NoArticleError(message) from error
    if not isinstance(given, dict):
        message = "it is no JSON object"
        raise NoArticleError(message)
    if isinstance(given.get("id"), int):
        given["id"] = str(given["id"])
    return given


def _check(given: Mapping[str, Any]) -> None:
    """Raise NoArticleError unless every value is there and of its type."""
    for key in NEEDED:
        if key not in given:
            message = f"{key!r} is missing; a line needs {', '.join(NEEDED)}"
            raise NoArticleError(message)
        if not given[key] and key != "title":  # some feeds bring pictures without a title
            message = f"{key!r} is empty"
            raise NoArticleError(message)
    for key in (*NEEDED, *OPTIONAL):
        if not isinstance(given.get(key) or "", str):
            message = f"{key!r} must be a text"
            raise NoArticleError(message)
    topics = given.get("related_topics") or []
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        message = "'related_topics' must be a list of texts"
        raise NoArticleError(message)


def _row(given: Mapping[str, Any], feeds: Mapping[str, Feed]) -> dict[str, Any]:
    title = one_line(given["title"] or "")
    feed = feeds.get(given["feed_id"])
    url = given.get("url") or None
    return {
        "article_id": given["id"],
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
        "language": given.get("language") or None,
        "has_picture": False,
        "told_at": _moment(given["published_at"]),
        "is_this_week": True,
    }


def _moment(written: str) -> datetime:
    """Return a moment in ISO 8601; without a zone it is UTC.

    Raises:
        NoArticleError: It is none, or none of an article.
    """
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        message = f"'published_at' is {written!r}; write it like 2026-11-18T09:30:00+00:00"
        raise NoArticleError(message) from error
    if moment.year not in YEARS:
        message = f"'published_at' is {written!r}: no year of space news"
        raise NoArticleError(message)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
