"""`perigee explain`: why an article has its tags and its story; why two are one story or two."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from flows.database import attach_read_only, memory_database
from flows.settings import Settings
from flows.telling import load_judgement
from transforms.errors import ConfigError
from transforms.overrides import decisions_on, kept_copy, say_decision
from transforms.stories import Clustering, Explanation, explain_pair
from transforms.urls import canonical_or
from transforms.week_news import TOLD_AT, Judgement, Window, build_week, load_week
from transforms.weeks import Week


@dataclass(frozen=True, slots=True)
class ArticleExplained:
    """Why an article stands where it does.

    Attributes:
        is_relevant: Whether it is told; `reason` says why.
        tags: `(tag_id, phrase, score, by_words)` that it has earned itself, the strongest first;
            where all its words decided, `phrase` is the one that spoke most for it.
        overruled: `(tag_id, phrase, word)`: earned by a phrase, refuted by all its words, `word`
            most; None where it has no word that says anything of the tag.
        story_tags: `(tag_id, phrase)` of its story.
        story: `(article_id, publisher, title, joined, why)` of each member of its story, oldest
            first: which other one it joined, if any, and why.
        duplicate_of: The article that it repeats, with the reason.
        decisions: What an editor did to it or to its story, by whom and why.
    """

    article_id: str
    title: str
    publisher: str
    told_at: datetime
    is_relevant: bool
    reason: str
    tags: tuple[tuple[str, str, float, bool], ...]
    overruled: tuple[tuple[str, str, str | None], ...]
    story_id: str | None
    story_tags: tuple[tuple[str, str], ...]
    story: tuple[tuple[str, str, str, str | None, str], ...]
    duplicate_of: tuple[str, str] | None
    decisions: tuple[str, ...]


def explain_article(settings: Settings, key: str) -> ArticleExplained:
    """Return why the article `key` (an id, the start of one, or an address) is told as it is.

    Raises:
        ConfigError: No stored article is meant, or several are.
    """
    judgement = load_judgement(settings)
    with _told_week(settings, judgement, [key]) as (connection, _clustering, (article_id,)):
        title, publisher, told_at, is_relevant, reason, story_id = _one(
            connection,
            """
            SELECT a.title, a.publisher, a.told_at, r.is_relevant, r.reason, m.story_id
            FROM articles AS a
            INNER JOIN relevance AS r ON a.article_id = r.article_id
            LEFT JOIN memberships AS m ON a.article_id = m.article_id
            WHERE a.article_id = ?
            """,
            article_id,
        )
        duplicate = _all(
            connection,
            "SELECT duplicate_of, reason FROM duplicates WHERE article_id = ?",
            article_id,
        )
        story = _all(
            connection,
            "SELECT article_id, publisher, title, joined, why FROM memberships "
            "INNER JOIN articles USING (article_id) WHERE story_id = ? "
            "ORDER BY told_at, article_id",
            story_id,
        )
        touched = [article_id, *(member[0] for member in story)]
        decided = decisions_on(connection, judgement.overrides, touched)
        return ArticleExplained(
            article_id=article_id,
            title=title,
            publisher=publisher,
            told_at=told_at,
            is_relevant=is_relevant,
            reason=reason,
            tags=_all(
                connection,
                "SELECT tag_id, phrase, score, by_words FROM article_tags WHERE article_id = ? "
                "ORDER BY score DESC, tag_id",
                article_id,
            ),
            overruled=_all(
                connection,
                "SELECT tag_id, phrase, word FROM tag_points "
                "INNER JOIN tag_opinions USING (article_id, tag_id) "
                "ANTI JOIN article_tags USING (article_id, tag_id) "
                "WHERE article_id = ? AND is_earned ORDER BY tag_id",
                article_id,
            ),
            story_id=story_id,
            story_tags=_all(
                connection,
                "SELECT tag_id, phrase FROM story_tags WHERE story_id = ? ORDER BY tag_id",
                story_id,
            ),
            story=story,
            duplicate_of=duplicate[0] if duplicate else None,
            decisions=tuple(say_decision(override) for override, _ in decided),
        )


def explain_articles(settings: Settings, first: str, second: str) -> Explanation:
    """Return why two articles are one story or two: features, weights, facts, the decision.

    Raises:
        ConfigError: One of them is not stored, or was told in no story of that time.
    """
    judgement = load_judgement(settings)
    with _told_week(settings, judgement, [first, second]) as (connection, clustering, ids):
        kept = [kept_copy(connection, article_id) for article_id in ids]
        for key, article_id in zip((first, second), kept, strict=True):
            if article_id not in clustering.members:
                message = f"article {key!r} is in no story: it is no space news, or too long ago"
                raise ConfigError(message)
        if kept[0] == kept[1]:
            message = "the two are one article, or one repeats the other; see `perigee explain A`"
            raise ConfigError(message)
        decided = [
            say_decision(override)
            for override, named in decisions_on(connection, judgement.overrides, kept)
            if override.kind in ("join", "split") and named.issuperset(kept)
        ]
        return explain_pair(clustering, kept[0], kept[1], "; ".join(decided))


@contextmanager
def _told_week(
    settings: Settings, judgement: Judgement, keys: list[str]
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Clustering, list[str]]]:
    """Tell the week of the newest of `keys`, and yield the workspace and their ids."""
    with closing(memory_database()) as connection:
        with attach_read_only(connection, settings.database):
            found = [_find(connection, key) for key in keys]
            week = Week.of(max(told_at for _, told_at in found), settings.time_zone)
            window = Window.of(week, settings.time_zone)
            load_week(connection, window)
        clustering = build_week(connection, judgement, window.parameters)
        yield connection, clustering, [article_id for article_id, _ in found]


def _find(connection: duckdb.DuckDBPyConnection, key: str) -> tuple[str, datetime]:
    rows = connection.execute(
        f"""
        SELECT a.article_id, {TOLD_AT} FROM durable.articles AS a
        WHERE a.canonical_url = $address OR (len($key) >= 6 AND starts_with(a.article_id, $key))
        LIMIT 2
        """,  # noqa: S608 our own constant
        {"address": canonical_or(key, ""), "key": key},
    ).fetchall()
    if len(rows) != 1:
        what = "several articles" if rows else "no stored article"
        message = f"{key!r} names {what}; give an id (of `perigee articles --json`) or an address"
        raise ConfigError(message)
    return rows[0]


def _one(connection: duckdb.DuckDBPyConnection, query: str, key: str) -> tuple[Any, ...]:
    return _all(connection, query, key)[0]


def _all(
    connection: duckdb.DuckDBPyConnection, query: str, key: str | None
) -> tuple[tuple[Any, ...], ...]:
    return tuple(connection.execute(query, [key]).fetchall())
