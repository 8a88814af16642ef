"""Read the own pages of articles that are about to be shown, politely and safely.

Only the week's candidates are asked for, each page until it has answered, under the same guard as
feeds; robots.txt is obeyed, also where a page redirects to, and hosts are asked one page at a time.
"""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from flows.asking import Asker
from flows.database import attach_read_only, memory_database, open_database
from flows.fetching import Response
from flows.reading import Document, ReaderPool
from flows.settings import Settings
from flows.telling import load_judgement, tell_week
from transforms.enrich import is_same_article, store_page
from transforms.errors import ParseError
from transforms.records import Article
from transforms.week_news import TOLD_AT, Window
from transforms.weeks import Week

log = logging.getLogger(__name__)

MOST_PAGES = 40
# Stories behind the lead and the cards that may still move up, or stand in a section.
STORIES_BEHIND = 12
# What may be better tomorrow: a page that ended so is asked for on MOST_TRIES days in all.
PASSING = ["connection_error", "dns_error", "rate_limited", "server_error", "timeout"]
MOST_TRIES = 3
ROBOT = "Perigee"
MAX_ROBOTS_BYTES = 500_000  # RFC 9309, section 2.5: at least 500 kiB are read
MAX_CRAWL_DELAY = 30.0


@dataclass(frozen=True, slots=True)
class PageRead:
    """How reading an article's page went.

    Attributes:
        read_at: When it was read, or not read for the reason that `outcome` gives.
        outcome: Of the vocabulary, or `robots_denied`, `no_article`, `another_page`.
        fields: What the page added to the article.
    """

    article_id: str
    title: str
    url: str
    outcome: str
    detail: str | None
    fields: tuple[str, ...]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Robots:
    """What a site's robots.txt says.

    Attributes:
        rules: None where it could not be read, which forbids everything.
        outcome: What becomes of the pages that it forbids.
        detail: Why.
    """

    rules: Protego | None
    outcome: str = "robots_denied"
    detail: str = "robots.txt keeps us from the page"

    def allow(self, url: str) -> bool:
        """Whether `url` may be asked for."""
        return self.rules is not None and bool(self.rules.can_fetch(url, ROBOT))


def read_pages(
    settings: Settings, week: Week, now: datetime, limit: int = MOST_PAGES
) -> tuple[PageRead, ...]:
    """Read the pages of the week's best articles, and keep what their feeds left open.

    Raises:
        ConfigError: Nothing was ever ingested.
    """
    candidates = _candidates(settings, week, now, limit)
    if not candidates:
        return ()
    with _Pages(settings, now) as pages:
        fetched = pages.read(candidates)
    read = []
    with open_database(settings.database) as connection:
        for article, page, response in fetched:
            facts: dict[str, object] = {
                "outcome": response.outcome,
                "detail": response.detail,
                "status": response.status,
                "url": response.asked_url,
                "requests": response.requests,
                "wire_bytes": response.wire_bytes,
                "seconds": response.seconds,
            }
            fields = store_page(connection, article, page, facts, now)
            url, outcome = response.asked_url, response.outcome
            read.append(
                PageRead(
                    article.article_id, article.title, url, outcome, response.detail, fields, now
                )
            )
            log.info("read page url=%s outcome=%s fields=%s", url, outcome, fields)
    return tuple(read)


def list_pages(settings: Settings, week: Week) -> tuple[PageRead, ...]:
    """Return how reading pages of the week's articles has gone so far, oldest first."""
    if not settings.database.is_file():
        return ()
    window = Window.of(week, settings.time_zone)
    with closing(memory_database()) as connection, attach_read_only(connection, settings.database):
        rows = connection.execute(
            f"""
            SELECT a.article_id, a.title, p.url, p.outcome, p.detail, p.fields, p.fetched_at
            FROM durable.page_fetches AS p
            INNER JOIN durable.articles AS a ON p.article_id = a.article_id
            WHERE {TOLD_AT} >= $start AND {TOLD_AT} < $end
            ORDER BY p.fetched_at, p.url
            """,  # noqa: S608 our own constant
            {"start": window.start, "end": window.end},
        ).fetchall()
    return tuple(
        PageRead(article_id, title, url, outcome, detail, tuple(fields), read_at)
        for article_id, title, url, outcome, detail, fields, read_at in rows
    )


def _candidates(settings: Settings, week: Week, now: datetime, limit: int) -> list[Article]:
    """Return the articles that are about to be shown and whose pages may and need to be read."""
    allowed = {f.feed_id for f in settings.feeds if settings.fetch.pages or f.pages}
    if not allowed:
        return []
    news = tell_week(settings, load_judgement(settings), week)
    shown = news.stories[: 1 + settings.digest.cards + STORIES_BEHIND]
    leads = [story.lead for story in shown if story.lead.feed_id in allowed and story.lead.url]
    with closing(memory_database()) as connection, attach_read_only(connection, settings.database):
        rows = connection.execute(
            """
            SELECT article_id FROM durable.page_fetches GROUP BY article_id
            HAVING NOT bool_and(outcome IN $passing) OR count(*) >= $tries
                OR max(fetched_at) > $now - to_days(1)
            """,
            {"passing": PASSING, "tries": MOST_TRIES, "now": now},
        ).fetchall()
    done = {row[0] for row in rows}
    return [lead for lead in leads if lead.article_id not in done][:limit]


class _Pages:
    """Asks for pages and reads them; holds the asker, the robots.txt and the readers."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        fetch = settings.fetch
        self._settings = settings
        self._now = now
        self._asker = Asker(fetch, settings.config, fetch.workers)
        self._readers = ReaderPool(timeout=fetch.parse_timeout)
        self._robots: dict[str, _Robots] = {}
        self._unbilled: dict[int, list[Response]] = {}  # by thread: for robots.txt
        self._locks: dict[str, threading.Lock] = {}

    def __enter__(self) -> "_Pages":
        return self

    def __exit__(self, *_: object) -> None:
        self._asker.__exit__()
        self._readers.__exit__()

    def read(self, articles: Sequence[Article]) -> list[tuple[Article, Article | None, Response]]:
        """Return each article with what its page says and how it was fetched; hosts in turn."""
        hosts: dict[str, list[Article]] = {}
        for article in articles:
            hosts.setdefault(urlsplit(article.url or "").hostname or "", []).append(article)
        with ThreadPoolExecutor(self._settings.fetch.workers, "page") as pool:
            groups = pool.map(lambda group: [self._read(a) for a in group], hosts.values())
            return [read for group in groups for read in group]

    def _read(self, article: Article) -> tuple[Article, Article | None, Response]:
        url = article.url or ""
        robots = self._robots_of(url)
        if robots.allow(url):
            response = self._asker.ask(url, feed_id="page", may_follow=self._may_follow)
        else:
            response = Response("", url, url, robots.outcome, robots.detail)
        response = self._billed(response)
        if response.body is None:
            return article, None, response
        document = Document(
            article.feed_id or "", response.url, response.content_type, response.body, self._now
        )
        try:
            page = self._readers.read_page(document)
        except ParseError as error:
            return article, None, _ended(response, error.outcome, str(error))
        if not is_same_article(article, page):
            return article, None, _ended(response, "another_page", f"it shows {page.title!r}")
        return article, page, response

    def _may_follow(self, url: str) -> bool:
        return self._robots_of(url).allow(url)

    def _robots_of(self, url: str) -> _Robots:
        """Return what the robots.txt of the site says; asked for once a run."""
        split = urlsplit(url)
        root = f"{split.scheme}://{split.netloc}"
        with self._locks.setdefault(root, threading.Lock()):
            if root not in self._robots:
                self._robots[root] = robots = self._read_robots(root)
                delay = robots.rules.crawl_delay(ROBOT) if robots.rules else None
                if delay:
                    self._asker.slow_down(url, min(float(delay), MAX_CRAWL_DELAY))
        return self._robots[root]

    def _read_robots(self, root: str) -> _Robots:
        response = self._asker.ask(
            f"{root}/robots.txt", feed_id="page", max_body_bytes=MAX_ROBOTS_BYTES
        )
        self._unbilled.setdefault(threading.get_ident(), []).append(response)
        if response.body is not None:
            return _Robots(Protego.parse(response.body.decode("utf-8", "replace")))
        # RFC 9309, section 2.3.1: what is not there forbids nothing, what cannot be reached
        # everything.
        is_missing = response.status is not None and 400 <= response.status < 500  # noqa: PLR2004
        if is_missing or response.outcome == "empty":
            return _Robots(Protego.parse(""))
        detail = f"robots.txt could not be read: {response.detail}"
        return _Robots(None, response.outcome, detail)

    def _billed(self, response: Response) -> Response:
        """Return `response` with what asking for robots.txt on its way has cost."""
        robots = self._unbilled.pop(threading.get_ident(), [])
        return replace(
            response,
            requests=response.requests + sum(r.requests for r in robots),
            wire_bytes=response.wire_bytes + sum(r.wire_bytes for r in robots),
            seconds=response.seconds + sum(r.seconds for r in robots),
        )


def _ended(response: Response, outcome: str, detail: str) -> Response:
    return replace(response, outcome=outcome, detail=detail)
