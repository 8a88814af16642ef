"""Tell a week: load its articles into a workspace, build the models in order, read the news."""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from transforms.dates import iso_z
from transforms.models import build_model, dicts_of
from transforms.overrides import Overrides, judge_articles, pairs_of, retag_stories
from transforms.records import (
    Article,
    Coverage,
    FeedHealth,
    Funnel,
    Story,
    TagHit,
    WeekNews,
)
from transforms.schema import article_from_record
from transforms.stories import (
    Background,
    Clustering,
    Gazetteer,
    StoryArticle,
    cluster_articles,
)
from transforms.vocabulary import Vocabulary, load_vocabulary
from transforms.weeks import DAYS_PER_WEEK, Week

SCORE_PARTS = ("publishers", "kind", "freshness", "picture", "outlet")

# An article's moment. A day without a time is held as midnight UTC; noon keeps it in its week in
# every time zone. A date that was still to come when we saw it is not believed.
TOLD_AT = """
    least(
        coalesce(
            a.published_at + CASE a.date_precision WHEN 'day' THEN INTERVAL 12 HOUR
                ELSE INTERVAL 0 HOUR END,
            a.first_seen_at
        ),
        a.first_seen_at + INTERVAL 12 HOUR
    )
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an editor has set for telling stories: vocabulary, names, and single decisions.

    Attributes:
        languages: Those that stories are told in, such as `en`; all where there are none.
    """

    vocabulary: Vocabulary
    gazetteer: Gazetteer
    background: Background
    overrides: Overrides = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The moments that a week lies between, in UTC.

    Attributes:
        lookback: Where the articles begin that stories may go on from.
        before: Where the week before begins.
        days: The first moments of its seven days; a day may have 23 or 25 hours.
        end: The first moment after it.
    """

    lookback: datetime
    before: datetime
    days: tuple[datetime, ...]
    end: datetime

    @classmethod
    def of(cls, week: Week, zone: str) -> "Window":
        """Return where `week` lies, seen in the time zone `zone`."""
        midnights = (
            datetime.combine(week.monday + timedelta(days=day), time(), ZoneInfo(zone))
            for day in range(DAYS_PER_WEEK)
        )
        days = tuple(midnight.astimezone(UTC) for midnight in midnights)
        before = week.previous()
        lookback = before.previous().previous()
        return cls(lookback.start(zone), before.start(zone), days, week.end(zone))

    @property
    def start(self) -> datetime:
        """The week's first moment."""
        return self.days[0]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the models' `$names` stand for."""
        return {
            "week_start": self.start,
            "week_end": self.end,
            "same_title_within": timedelta(days=3),
            "most_versions": 20,
            "near_duplicate_words": 300,
            "sketch_size": 48,
            "common_run": 100,
            "least_shingles": 12,
            "least_jaccard": 0.6,
            "stories_per_outlet": 3,
            "overrule_from": 500,
        }


def load_week(connection: duckdb.DuckDBPyConnection, window: Window) -> None:
    """Copy the articles of the week and the week before from schema `durable`."""
    connection.execute((files("transforms") / "sql" / "week_schema.sql").read_text("utf-8"))
    connection.execute(
        f"""
        INSERT INTO articles
        WITH told AS (
            SELECT a.*, {TOLD_AT} AS told_at
            FROM durable.articles AS a
        )
        SELECT
            told.article_id, told.feed_id, feeds.publisher, feeds.kind, feeds.weight,
            told.guid, told.url, told.canonical_url, told.title, told.title_key, told.dek,
            array_to_string(list_transform(
                list_filter(
                    from_json(told.body, '[{{"type": "VARCHAR", "text": "VARCHAR"}}]'),
                    lambda block: block.type = 'p' AND block.text IS NOT NULL
                ),
                lambda block: block.text
            ), chr(10)),
            told.related_topics, told.language,
            coalesce(told.hero ->> '$.url', '') != ''
                AND coalesce(told.hero ->> '$.credit', '') != '',
            told.told_at, told.told_at >= $week_start
        FROM told
        INNER JOIN durable.feeds AS feeds ON told.feed_id = feeds.feed_id
        WHERE told.told_at >= $lookback AND told.told_at < $week_end
        """,  # noqa: S608 our own constant
        {
            "lookback": window.lookback,
            "week_start": window.start,
            "week_end": window.end,
        },
    )
    connection.execute(
        """
        CREATE TABLE details AS
        SELECT a.* FROM durable.articles AS a
        INNER JOIN articles ON a.article_id = articles.article_id
        """
    )
    build_model(connection, "feed_health", window.parameters)
    # A sighting counts by the week's end, or where the article came later, along with it: a feed
    # that repeats it afterwards changes no count of a letter that has been approved or sent.
    connection.execute(
        """
        CREATE TABLE week_sightings AS
        SELECT s.article_id, s.feed_id, s.url FROM durable.sightings AS s
        INNER JOIN articles ON s.article_id = articles.article_id
        INNER JOIN details ON s.article_id = details.article_id
        WHERE articles.is_this_week
            AND (s.first_seen_at < $week_end OR s.first_seen_at = details.first_seen_at)
        """,
        {"week_end": window.end},
    )


def build_week(
    connection: duckdb.DuckDBPyConnection, judgement: Judgement, parameters: dict[str, Any]
) -> Clustering:
    """Build every derived table from `articles`, in order, and return the clustering.

    The same articles give the same tables, whenever and however often they are built.
    """
    load_vocabulary(connection, judgement.vocabulary)
    build_model(connection, "near_duplicates", parameters)  # pairs of nearly the same text
    build_model(connection, "phrase_hits", parameters)  # where the vocabulary's phrases stand
    build_model(connection, "relevance", parameters)  # space news or a look-alike
    languages = {"languages": list(judgement.languages)}
    build_model(connection, "foreign_articles", languages)  # in languages that are not told
    build_model(connection, "duplicates", parameters)  # which articles repeat another
    judge_articles(connection, judgement.overrides)
    build_model(connection, "tag_points", parameters)  # what the phrases say of each tag
    build_model(connection, "tag_opinions", parameters)  # what all words say of it
    build_model(connection, "article_tags", parameters)  # tags that an article earns itself
    clustering = _cluster(connection, judgement)  # → memberships: articles in stories
    build_model(connection, "story_tags", parameters)  # tags that most of a story agree on
    retag_stories(connection, judgement.overrides)
    build_model(connection, "ranked_stories", parameters)  # the week's order
    return clustering


def _cluster(connection: duckdb.DuckDBPyConnection, judgement: Judgement) -> Clustering:
    """Fill `memberships`: relevant articles by story; a repeat goes where its original is."""
    rows = connection.execute(
        """
        SELECT article_id, feed_id, publisher, title, coalesce(dek, ''), text, told_at
        FROM articles
        INNER JOIN relevance USING (article_id)
        WHERE is_relevant AND article_id NOT IN (SELECT article_id FROM duplicates)
        ORDER BY told_at, article_id
        """
    ).fetchall()
    clustering = cluster_articles(
        [StoryArticle(*row) for row in rows],
        judgement.gazetteer,
        judgement.background,
        must_join=pairs_of(connection, judgement.overrides, "join"),
        must_split=pairs_of(connection, judgement.overrides, "split"),
    )
    members = list(clustering.members.values())
    connection.execute(
        """
        CREATE OR REPLACE TABLE memberships AS
        WITH clustered AS (
            SELECT unnest($ids::VARCHAR[]) AS article_id, unnest($stories::VARCHAR[]) AS story_id,
                unnest($joined::VARCHAR[]) AS joined, unnest($scores::DOUBLE[]) AS score,
                unnest($why::VARCHAR[]) AS why
        )
        SELECT * FROM clustered
        UNION ALL
        SELECT duplicates.article_id, clustered.story_id, duplicates.duplicate_of, NULL,
            'repeats it: ' || duplicates.reason
        FROM duplicates
        INNER JOIN clustered ON duplicates.duplicate_of = clustered.article_id
        """,
        {
            "ids": [m.article_id for m in members],
            "stories": [m.story_id for m in members],
            "joined": [m.joined for m in members],
            "scores": [m.score for m in members],
            "why": [m.why for m in members],
        },
    )
    return clustering


def read_news(connection: duckdb.DuckDBPyConnection, window: Window) -> WeekNews:
    """Return everything that an issue is made of, from the built tables."""
    return WeekNews(
        stories=read_stories(connection),
        tag_counts=_tag_counts(connection, window.start, window.end),
        previous_tag_counts=_tag_counts(connection, window.before, window.start),
        days=_days(connection, window),
        funnel=_funnel(connection),
        health=tuple(
            FeedHealth(*row) for row in connection.execute("SELECT * FROM feed_health").fetchall()
        ),
    )


def read_stories(
    connection: duckdb.DuckDBPyConnection, model: str = "ranked_stories"
) -> tuple[Story, ...]:
    """Return the stories of `model`, a table with the columns of `ranked_stories`, best first."""
    coverage = _coverage(connection)
    tags = _story_tags(connection)
    rows = connection.execute(
        f"""
        SELECT story_id, lead_id, rank, score, publishers_part, kind_part, freshness_part,
            picture_part, outlet_part, continues
        FROM {model} ORDER BY rank
        """  # noqa: S608 the stem of our own file
    ).fetchall()
    leads = read_articles(connection, [row[1] for row in rows])
    stories = []
    for story_id, lead_id, rank, score, *parts, continues in rows:
        members = coverage[story_id]
        originals = (c for c in members if c.is_this_week and c.duplicate_of is None)
        publishers = tuple(dict.fromkeys(c.publisher for c in originals))
        stories.append(
            Story(
                story_id=story_id,
                rank=rank,
                lead=leads[lead_id],
                coverage=members,
                publishers=publishers or (members[-1].publisher,),
                tags=tags.get(story_id, ()),
                score=score,
                score_parts=dict(zip(SCORE_PARTS, parts, strict=True)),
                continues=continues,
            )
        )
    return tuple(stories)


def _coverage(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[Coverage, ...]]:
    rows = connection.execute(
        """
        SELECT m.story_id, a.article_id, a.feed_id, a.publisher, a.kind, a.title, a.url, a.dek,
            a.told_at, d.duplicate_of, m.why, a.is_this_week
        FROM memberships AS m
        INNER JOIN articles AS a ON m.article_id = a.article_id
        LEFT JOIN duplicates AS d ON m.article_id = d.article_id
        ORDER BY a.told_at, a.article_id
        """
    ).fetchall()
    grouped: dict[str, list[Coverage]] = {}
    for story_id, *fields in rows:
        grouped.setdefault(story_id, []).append(Coverage(*fields))
    return {story_id: tuple(members) for story_id, members in grouped.items()}


def _story_tags(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[TagHit, ...]]:
    rows = connection.execute(
        """
        SELECT t.story_id, t.tag_id, t.phrase FROM story_tags AS t
        INNER JOIN tags ON t.tag_id = tags.tag_id
        ORDER BY t.story_id, tags.position
        """
    ).fetchall()
    grouped: dict[str, list[TagHit]] = {}
    for story_id, tag_id, phrase in rows:
        grouped.setdefault(story_id, []).append(TagHit(tag_id, phrase))
    return {story_id: tuple(hits) for story_id, hits in grouped.items()}


def read_articles(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> dict[str, Article]:
    """Return the articles of `ids`, whole."""
    cursor = connection.execute(
        "SELECT * FROM details WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))",
        {"ids": list(ids)},
    )
    return {row["article_id"]: article_of(row) for row in dicts_of(cursor)}


def article_of(row: dict[str, Any]) -> Article:
    """Return the article that a row of table `articles` holds."""
    moments = {
        "date_published": iso_z(row["published_at"]) if row["published_at"] else None,
        "date_updated": iso_z(row["updated_at"]) if row["updated_at"] else None,
    }
    nested = ("hero", "body", "related_items", "field_sources")
    parsed = {name: json.loads(row[name]) if row[name] else None for name in nested}
    return article_from_record(row | moments | parsed)


def _tag_counts(
    connection: duckdb.DuckDBPyConnection, start: datetime, end: datetime
) -> dict[str, int]:
    rows = connection.execute(
        """
        WITH members AS (
            SELECT m.story_id, d.article_id IS NULL AND f.article_id IS NULL AS is_news
            FROM memberships AS m
            INNER JOIN articles AS a ON m.article_id = a.article_id
            LEFT JOIN duplicates AS d ON m.article_id = d.article_id
            LEFT JOIN foreign_articles AS f ON m.article_id = f.article_id
            WHERE a.told_at >= $start AND a.told_at < $end
        ),
        told AS (
            SELECT story_id, count(*) AS articles FROM members
            GROUP BY story_id HAVING bool_or(is_news)
        )
        SELECT tags.tag_id, coalesce(sum(told.articles), 0)::INTEGER
        FROM tags
        LEFT JOIN story_tags AS t ON tags.tag_id = t.tag_id
        LEFT JOIN told ON t.story_id = told.story_id
        GROUP BY tags.tag_id, tags.position ORDER BY tags.position
        """,
        {"start": start, "end": end},
    ).fetchall()
    return dict(rows)


def _days(connection: duckdb.DuckDBPyConnection, window: Window) -> tuple[int, ...]:
    """Return how many articles of stories each day brought, Monday first."""
    rows = connection.execute(
        """
        SELECT epoch(told_at) FROM articles
        INNER JOIN memberships USING (article_id)
        INNER JOIN ranked_stories USING (story_id)
        WHERE is_this_week
        """
    ).fetchall()
    starts = [day.timestamp() for day in window.days]
    counts = Counter(bisect_right(starts, moment) - 1 for (moment,) in rows)
    return tuple(counts[day] for day in range(DAYS_PER_WEEK))


def _funnel(connection: duckdb.DuckDBPyConnection) -> Funnel:
    row = connection.execute(
        """
        SELECT
            (SELECT count(*) FROM feed_health),
            (SELECT count(*) FROM week_sightings),
            count(*),
            count(*) FILTER (is_duplicate AND is_relevant),
            count(*) FILTER (NOT is_relevant),
            count(*) FILTER (NOT is_duplicate AND is_relevant AND is_told),
            (SELECT count(*) FROM ranked_stories),
            count(*) FILTER (NOT is_duplicate AND is_relevant AND NOT is_told)
        FROM (
            SELECT
                d.article_id IS NOT NULL AS is_duplicate,
                r.is_relevant,
                s.story_id IS NOT NULL AS is_told
            FROM articles AS a
            INNER JOIN relevance AS r ON a.article_id = r.article_id
            LEFT JOIN duplicates AS d ON a.article_id = d.article_id
            LEFT JOIN memberships AS m ON a.article_id = m.article_id
            LEFT JOIN ranked_stories AS s ON m.story_id = s.story_id
            WHERE a.is_this_week
        )
        """
    ).fetchone()
    return Funnel(*row) if row else Funnel(0, 0, 0, 0, 0, 0, 0)
