"""What earlier issues missed or told otherwise: late stories, and articles rewritten since."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import duckdb

from transforms.models import build_model
from transforms.records import Article, Block, Coverage, Rewrite, Story
from transforms.revisions import RevisionText, compare
from transforms.week_news import Window, read_articles, read_stories

# A letter about a week leaves within that time of its end, where we do not know when it did.
ISSUE_WITHIN = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Watch:
    """The time whose late stories and corrections an issue tells: no moment falls between two.

    Attributes:
        start: When the issue before was made.
        end: When this one was, or will be.
    """

    start: datetime
    end: datetime

    @classmethod
    def of(
        cls, window: Window, made_at: datetime | None = None, before_at: datetime | None = None
    ) -> "Watch":
        """Return the watch of the issue about `window`.

        Args:
            window: Where the week lies.
            made_at: When its letter was made, if it was.
            before_at: When that of the week before was made, if it was.
        """
        return cls(
            before_at or window.start + ISSUE_WITHIN,
            made_at or window.end + ISSUE_WITHIN,
        )


def load_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy from schema `durable` what was changed and how long each feed has been watched.

    To be called after `load_week`, whose articles it is about.
    """
    connection.execute(
        """
        CREATE TABLE week_revisions AS
        SELECT r.article_id, r.seen_at, r.is_material, r.before
        FROM durable.revisions AS r
        INNER JOIN articles ON r.article_id = articles.article_id
        """
    )
    connection.execute(
        """
        CREATE TABLE feed_watches AS
        SELECT feed_id, min(fetched_at) AS watched_since
        FROM durable.fetches WHERE outcome IN ('ok', 'moved')
        GROUP BY feed_id
        """
    )


def read_late(
    connection: duckdb.DuckDBPyConnection, watch: Watch, delayed: Sequence[str] = ()
) -> tuple[Story, ...]:
    """Return the stories that came in late, best first; needs the tables of `build_week`.

    Args:
        connection: The week's workspace.
        watch: The time that the issue looks back on.
        delayed: Ids of stories that the issue before has left to this one.
    """
    build_model(connection, "late_stories", _parameters(watch) | {"delayed": list(delayed)})
    return tuple(_told_now(story) for story in read_stories(connection, "late_stories"))


def read_rewrites(connection: duckdb.DuckDBPyConnection, watch: Watch) -> tuple[Rewrite, ...]:
    """Return what was told and rewritten since, the widest told first.

    A change that was taken back, and text that a feed began or ceased to carry, is none.
    """
    build_model(connection, "corrections", _parameters(watch))
    rows = connection.execute("SELECT article_id, before, after FROM corrections").fetchall()
    articles = read_articles(connection, [article_id for article_id, *_ in rows])
    reports = _reports(connection)
    tags = _tags(connection)
    found = []
    for article_id, before, after in rows:
        now = articles[article_id]
        was, is_now = _as_of(now, before), _as_of(now, after)
        if fields := _material_fields(was, is_now):
            found.append(
                Rewrite(reports[article_id], was, is_now, fields, tags.get(article_id, ()))
            )
    return tuple(found)


def _parameters(watch: Watch) -> dict[str, Any]:
    return {"watch_start": watch.start, "watch_end": watch.end}


def _told_now(story: Story) -> Story:
    """Return a late story as told in this week: no issue has told it before."""
    originals = [report for report in story.coverage if report.duplicate_of is None]
    return replace(
        story,
        coverage=tuple(replace(report, is_this_week=True) for report in story.coverage),
        publishers=tuple(dict.fromkeys(report.publisher for report in originals)),
    )


def _as_of(article: Article, text: str | None) -> Article:
    """Return the article with the text that a revision has kept; as it is where there is none."""
    if text is None:
        return article
    kept = json.loads(text)
    body = tuple(
        Block(block["type"], block.get("text")) for block in kept["body"] if block["type"] == "p"
    )
    return replace(article, title=kept["title"], dek=kept["dek"], body=body)


def _material_fields(before: Article, after: Article) -> tuple[str, ...]:
    texts = {
        "title": (RevisionText(before.title, None, ""), RevisionText(after.title, None, "")),
        "dek": (RevisionText("", before.dek, ""), RevisionText("", after.dek, "")),
        "body": (RevisionText("", None, before.text), RevisionText("", None, after.text)),
    }
    changed = []
    for name, (old, new) in texts.items():
        change = compare(old, new)
        is_there = all(text.title or text.dek or text.body for text in (old, new))
        if change and change.is_material and is_there:
            changed.append(name)
    return tuple(changed)


def _reports(connection: duckdb.DuckDBPyConnection) -> dict[str, Coverage]:
    rows = connection.execute(
        """
        SELECT a.article_id, a.feed_id, a.publisher, a.kind, a.title, a.url, a.dek, a.told_at
        FROM corrections INNER JOIN articles AS a ON corrections.article_id = a.article_id
        """
    ).fetchall()
    reports = (Coverage(*row) for row in rows)
    return {report.article_id: replace(report, is_this_week=False) for report in reports}


def _tags(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    rows = connection.execute(
        """
        SELECT corrections.article_id, list(story_tags.tag_id ORDER BY story_tags.tag_id)
        FROM corrections INNER JOIN story_tags ON corrections.story_id = story_tags.story_id
        GROUP BY corrections.article_id
        """
    ).fetchall()
    return {article_id: tuple(tags) for article_id, tags in rows}
