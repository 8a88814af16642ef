"""Read the own pages of articles that are about to be shown, politely and safely.

Only the week's candidates are asked for, each page once (a failed one once more), under the same
guard as feeds; robots.txt is obeyed, and hosts are asked one page at a time.
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

from flows.database import attach_read_only, memory_database, open_database
from flows.fetching import HostGate, Question, Response, fetch_feed
from flows.guard import GuardPolicy, make_session
from flows.polling import user_agent
from flows.reading import Document, ReaderPool
from flows.settings import Settings
from flows.telling import load_judgement, tell_week
from transforms.enrich import is_same_article, store_page
from transforms.errors import ParseError
from transforms.records import Article
from transforms.weeks import Week

log = logging.getLogger(__name__)

MOST_PAGES = 40
MAX_TRIES = 2
ROBOT = "Perigee"
MAX_ROBOTS_BYTES = 500_000  # RFC 9309, section 2.5: at least 500 kiB are read
MAX_CRAWL_DELAY = 30.0


@dataclass(frozen=True, slots=True)
class PageRead:
    """How reading an article's page went.

    Attributes:
        outcome: Of the vocabulary, or `robots_denied`, `no_article`, `another_page`.
        fields: What the page added to the article.
    """

    article_id: str
    title: str
    url: str
    outcome: str
    detail: str | None
    fields: tuple[str, ...]


def read_pages(
    settings: Settings, week: Week, now: datetime, limit: int = MOST_PAGES
) -> tuple[PageRead, ...]:
    """Read the pages of the week's best articles, and keep what their feeds left open.

    Raises:
        ConfigError: Nothing was ever ingested.
    """
    candidates = _candidates(settings, week, limit)
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
            outcome, detail = response.outcome, response.detail
            read.append(
                PageRead(
                    article.article_id, article.title, response.asked_url, outcome, detail, fields
                )
            )
            log.info("read page url=%s outcome=%s fields=%s", response.asked_url, outcome, fields)
    return tuple(read)


def _candidates(settings: Settings, week: Week, limit: int) -> list[Article]:
    """Return the leads of the week's best stories whose pages may and need to be read."""
    allowed = {f.feed_id for f in settings.feeds if settings.fetch.pages or f.pages}
    if not allowed:
        return []
    news = tell_week(settings, load_judgement(settings), week)
    leads = [story.lead for story in news.stories if story.lead.feed_id in allowed]
    with closing(memory_database()) as connection, attach_read_only(connection, settings.database):
        rows = connection.execute(
            """
            SELECT article_id FROM durable.page_fetches
            GROUP BY article_id HAVING count(*) >= $tries OR bool_or(outcome = 'ok')
            """,
            {"tries": MAX_TRIES},
        ).fetchall()
    done = {row[0] for row in rows}
    return [lead for lead in leads if lead.url and lead.article_id not in done][:limit]


class _Pages:
    """Asks for pages and reads them; holds the session, the gate, the robots.txt and a reader."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        fetch = settings.fetch
        self._settings = settings
        self._now = now
        self._policy = GuardPolicy(
            allow_private=fetch.allow_private_addresses, allow_addresses=fetch.allow_addresses
        )
        self._gate = HostGate(fetch.per_host_delay)
        self._session = make_session(self._policy, fetch.workers, user_agent(fetch))
        self._readers = ReaderPool(timeout=fetch.parse_timeout)
        self._robots: dict[str, Protego | None] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "_Pages":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
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
        if not self._may_ask(url):
            detail = "robots.txt keeps us from the page"
            return article, None, Response("", url, url, "robots_denied", detail)
        response = self._ask(url, self._settings.fetch.max_body_bytes)
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

    def _ask(self, url: str, max_bytes: int) -> Response:
        question = Question(
            feed_id="page",
            url=url,
            etag=None,
            last_modified=None,
            timeout=self._settings.fetch.timeout,
            max_body_bytes=max_bytes,
            files=self._settings.config,
        )
        return fetch_feed(self._session, question, self._policy, self._gate)

    def _may_ask(self, url: str) -> bool:
        """Whether the site's robots.txt lets us; asked for once a run and host (RFC 9309)."""
        split = urlsplit(url)
        root = f"{split.scheme}://{split.netloc}"
        with self._lock:
            is_known = root in self._robots
        if not is_known:
            rules = self._rules(f"{root}/robots.txt")
            with self._lock:
                self._robots[root] = rules
            delay = rules.crawl_delay(ROBOT) if rules else None
            if delay:
                self._gate.slow_down(url, min(float(delay), MAX_CRAWL_DELAY))
        rules = self._robots[root]
        return rules is not None and bool(rules.can_fetch(url, ROBOT))

    def _rules(self, url: str) -> Protego | None:
        """Return the rules at `url`; None, which allows nothing, where the server is ill."""
        response = self._ask(url, MAX_ROBOTS_BYTES)
        if response.body is not None:
            return Protego.parse(response.body.decode("utf-8", "replace"))
        # Section 2.3.1: what is not there forbids nothing, what cannot be reached everything.
        is_missing = response.status is not None and 400 <= response.status < 500  # noqa: PLR2004
        is_empty = response.outcome == "empty"
        return Protego.parse("") if is_missing or is_empty else None


def _ended(response: Response, outcome: str, detail: str) -> Response:
    return replace(response, outcome=outcome, detail=detail)
