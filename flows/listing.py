"""What `perigee articles` and `perigee feeds` list, read without changing anything."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from flows.asking import user_agent
from flows.database import attach_read_only, memory_database
from flows.settings import Settings
from flows.telling import load_judgement
from transforms.advice import PAUSED, advice_on, request_to_webmaster
from transforms.errors import ConfigError
from transforms.models import dicts_of
from transforms.records import Feed
from transforms.urls import canonical_or
from transforms.week_news import Window, build_week, load_week
from transforms.weeks import Week


def list_articles(settings: Settings, week: Week, tag: str | None) -> list[dict[str, Any]]:
    """Return the articles of `week`, oldest first, with story, tags and relevance.

    Each is `{"article_id", "feed_id", "publisher", "title", "url", "dek", "told_at", "story_id",
    "duplicate_of", "is_relevant", "reason", "tags"}`.

    Raises:
        ConfigError: There is no such tag.
    """
    judgement = load_judgement(settings)
    known = [known.tag_id for known in judgement.vocabulary.tags]
    if tag is not None and tag not in known:
        message = f"there is no tag {tag!r}; config/tags.toml has {', '.join(known)}"
        raise ConfigError(message)
    window = Window.of(week, settings.time_zone)
    with closing(memory_database()) as connection:
        with attach_read_only(connection, settings.database):
            load_week(connection, window)
        build_week(connection, judgement, window.parameters)
        rows = dicts_of(
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

    Each is `{"feed_id", "title", "url", "kind", "publisher", "outcome", "detail", "advice",
    "to_webmaster", "evidence", "last_polled_at", "last_ok_at", "next_poll_at", "paused_at",
    "moved_to", "gap_since", "failures", "articles"}`; what is not known yet is null.
    """
    known = {row["feed_id"]: row for row in _read(settings, FEEDS)}
    nothing = dict.fromkeys(UNKNOWN) | {"failures": 0, "articles": 0}
    listed = []
    for feed in settings.feeds:
        row = known.get(feed.feed_id, {})
        listed.append(
            {
                "feed_id": feed.feed_id,
                "title": feed.title,
                "url": feed.url,
                "kind": feed.kind,
                "publisher": feed.publisher,
            }
            | nothing
            | row
            | _what_to_do(settings, feed, row)
        )
    return listed


def _what_to_do(settings: Settings, feed: Feed, row: dict[str, Any]) -> dict[str, str | None]:
    outcome, url = row.get("outcome"), row.get("moved_to") or feed.url
    advice = advice_on(outcome, feed.feed_id)
    if row.get("paused_at") and outcome != "gone":
        advice = PAUSED.replace("ID", feed.feed_id)
    return {
        "advice": advice,
        "to_webmaster": request_to_webmaster(outcome, url, user_agent(settings.fetch)),
    }


UNKNOWN = (
    "outcome", "detail", "advice", "to_webmaster", "evidence", "last_polled_at", "last_ok_at",
    "next_poll_at", "paused_at", "moved_to", "gap_since",
)  # fmt: skip
FEEDS = """
    WITH newest AS (
        SELECT feed_id, arg_max(outcome, fetched_at) AS outcome,
            max_by({'detail': detail, 'evidence': evidence}, fetched_at) AS said,
            max(gap_since) AS gap_since
        FROM durable.fetches GROUP BY feed_id
    )
    SELECT
        f.feed_id, n.outcome, n.said.detail AS detail, n.said.evidence AS evidence,
        f.last_polled_at, f.last_ok_at, f.next_poll_at, f.paused_at, f.moved_to, n.gap_since,
        f.failures,
        (SELECT count(DISTINCT s.article_id) FROM durable.sightings AS s
         WHERE s.feed_id = f.feed_id) AS articles
    FROM durable.feeds AS f LEFT JOIN newest AS n ON f.feed_id = n.feed_id
"""


def list_moves(settings: Settings) -> list[dict[str, Any]]:
    """Return the addresses that feeds are said to have moved to for good.

    Each is `{"feed_id", "from", "to", "state", "since", "days"}`. The state is `taken` (asked
    there since then), `seen` (named since then, not yet on three days), or `refused` (undone by a
    person). `days` are those on which it was named since the old address last answered itself.
    """
    return _read(
        settings,
        """
        WITH own AS (
            SELECT feed_id, url, max(fetched_at) AS answered_at FROM durable.fetches
            WHERE outcome IN ('ok', 'not_modified') AND permanent_url IS NULL
            GROUP BY feed_id, url
        ),
        named AS (
            SELECT said.feed_id, said.url, said.permanent_url AS target,
                min(said.fetched_at) AS first_at,
                list(DISTINCT said.fetched_at::DATE ORDER BY said.fetched_at::DATE) AS days
            FROM durable.fetches AS said
            LEFT JOIN own ON said.feed_id = own.feed_id AND said.url = own.url
            WHERE said.permanent_url IS NOT NULL
                AND said.fetched_at > coalesce(own.answered_at, TIMESTAMPTZ '1970-01-01')
            GROUP BY said.feed_id, said.url, said.permanent_url
        ),
        targets AS (
            SELECT feed_id, url, target FROM named
            UNION SELECT feed_id, url, moved_to FROM durable.feeds WHERE moved_to IS NOT NULL
            UNION SELECT feed_id, url, move_refused FROM durable.feeds
            WHERE move_refused IS NOT NULL
        )
        SELECT
            t.feed_id, t.url AS "from", t.target AS "to",
            CASE t.target WHEN f.moved_to THEN 'taken' WHEN f.move_refused THEN 'refused'
                ELSE 'seen' END AS state,
            CASE t.target WHEN f.moved_to THEN f.moved_at ELSE named.first_at END AS since,
            coalesce(named.days, []) AS days
        FROM targets AS t
        INNER JOIN durable.feeds AS f ON t.feed_id = f.feed_id AND f.removed_at IS NULL
        LEFT JOIN named
            ON t.feed_id = named.feed_id AND t.url = named.url AND t.target = named.target
        ORDER BY t.feed_id, since, t.target
        """,
    )


def list_ledger(
    settings: Settings, days: int | None = None, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Return what each host was asked for, most requests first.

    Each is `{"host", "feeds", "polls", "not_modified", "share_not_modified", "pages", "requests",
    "wire_bytes", "seconds", "first_at", "last_at"}`; pages are articles' own, and the share is
    that of the polls. A feed counts under the host where it was asked.

    Args:
        settings: All of them.
        days: Only the last so many days before `now`.
        now: The present; only looked at where `days` are given.
    """
    since = now - timedelta(days=days) if now and days is not None else None
    return _read(
        settings,
        r"""
        WITH asked AS (
            SELECT url, feed_id, fetched_at, requests, wire_bytes, seconds, outcome, 1 AS poll
            FROM durable.fetches
            UNION ALL
            SELECT url, NULL, fetched_at, requests, wire_bytes, seconds, NULL, 0
            FROM durable.page_fetches
        )
        SELECT
            coalesce(nullif(regexp_extract(url, '^https?://([^/?#]+)', 1), ''), 'file') AS host,
            count(DISTINCT feed_id) AS feeds,
            sum(poll)::BIGINT AS polls,
            (count(*) FILTER (outcome = 'not_modified'))::BIGINT AS not_modified,
            round(count(*) FILTER (outcome = 'not_modified') / greatest(sum(poll), 1), 3)
                AS share_not_modified,
            (count(*) - sum(poll))::BIGINT AS pages,
            sum(requests)::BIGINT AS requests,
            sum(wire_bytes)::BIGINT AS wire_bytes,
            round(sum(seconds), 3) AS seconds,
            min(fetched_at) AS first_at,
            max(fetched_at) AS last_at
        FROM asked
        WHERE $since::TIMESTAMPTZ IS NULL OR fetched_at > $since
        GROUP BY host ORDER BY requests DESC, host
        """,
        {"since": since},
    )


def history_of(settings: Settings, article: str) -> dict[str, Any]:
    """Return an article's revisions, oldest first, with the text before each.

    It is `{"article_id", "title", "url", "first_seen_at", "revisions"}`; each revision is
    `{"seen_at", "feed_id", "fields", "is_material", "why", "diff", "before"}`.

    Args:
        settings: All of them.
        article: An article's id, the beginning of one, or its address.

    Raises:
        ConfigError: There is no such article, or there are several.
    """
    address = canonical_or(article, "")
    found = _read(
        settings,
        """
        SELECT article_id, title, url, first_seen_at FROM durable.articles
        WHERE article_id = $article OR starts_with(article_id, $article)
            OR canonical_url = $address
        ORDER BY article_id LIMIT 2
        """,
        {"article": article, "address": address},
    )
    if len(found) != 1:
        what = "several articles begin with" if found else "there is no article"
        message = f"{what} {article!r}; give an id from `perigee articles --json`, or an address"
        raise ConfigError(message)
    revisions = _read(
        settings,
        """
        SELECT seen_at, feed_id, fields, is_material, why, diff, before FROM durable.revisions
        WHERE article_id = $article ORDER BY seen_at
        """,
        {"article": found[0]["article_id"]},
    )
    for revision in revisions:
        for key in ("diff", "before"):
            revision[key] = json.loads(revision[key])
    return found[0] | {"revisions": revisions}


def _read(
    settings: Settings, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query over the durable tables; none where nothing was ever kept."""
    if not settings.database.is_file():
        return []
    with closing(memory_database()) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        with attach_read_only(connection, settings.database):
            return dicts_of(connection.execute(query, parameters or {}))
