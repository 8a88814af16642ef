"""Find the feeds to add: the one of a site, or those that another reader lists."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flows.asking import Asker
from flows.database import attach_read_only, memory_database
from flows.feeds_file import free_id
from flows.fetching import Response
from flows.reading import Document, ReaderPool, Reading
from flows.settings import Settings
from transforms.advice import advice_on
from transforms.decode import decode_page
from transforms.discover import announced_feeds, refusal_of, usual_feeds
from transforms.errors import ConfigError, FeedError, FetchError, InvalidURLError, ParseError
from transforms.opml import Listed, read_opml
from transforms.records import Feed
from transforms.urls import canonical_or, clean_url, is_local

MIN_SHARED = 0.5  # of a feed's entries: worth telling the editor that another feed has them too


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that was found.

    Attributes:
        url: Where it is to be polled.
        reading: What it holds now.
        known: How many of its articles are stored already, by the feed that has most of them.
    """

    url: str
    reading: Reading
    known: tuple[str, int] | None = None

    @property
    def title(self) -> str:
        """The feed's name, or its host's."""
        return self.reading.title or (urlsplit(self.url).hostname or self.url)


@dataclass(frozen=True, slots=True)
class Imported:
    """What another reader's list holds.

    Attributes:
        feeds: Those to subscribe to.
        subscribed: How many of the list are subscribed to already.
        refused: `(url, why)` of those that are not worth it, or not safe.
    """

    feeds: tuple[Feed, ...]
    subscribed: int
    refused: tuple[tuple[str, str], ...]


def find_feed(settings: Settings, address: str, now: datetime) -> Found:
    """Return the feed at `address`: itself, one that the page there announces, or a usual one.

    Raises:
        ConfigError: The address is none, is subscribed to already, or only wraps other feeds.
        FeedError: There is no feed that can be read; the message says what was tried.
    """
    try:
        url = clean_url(address if "://" in address else f"https://{address}")
    except InvalidURLError as error:
        raise ConfigError(str(error)) from error
    _check_worth(settings, url)
    with _Finder(settings, now) as finder:
        found = finder.find(url)
    _check_worth(settings, found.url)
    if articles := found.reading.articles:
        wrapped = [article for article in articles if "url_wrapped" in article.flags]
        if len(wrapped) == len(articles):
            message = (
                f"feed {found.url!r} is refused: its entries link to a wrapper that does not say"
                f" where it leads ({articles[0].url}); add the outlets' own feeds instead"
            )
            raise ConfigError(message)
    ids = [article.article_id for article in articles]
    return Found(found.url, found.reading, _known(settings, ids))


def _check_worth(settings: Settings, url: str) -> None:
    if why := refusal_of(url):
        message = f"feed {url!r} is refused: {why}; add the outlets' own feeds instead"
        raise ConfigError(message)
    for feed in settings.feeds:
        if _key(feed.url) == _key(url):
            message = f"feed {url!r} is subscribed to already, as {feed.feed_id!r}"
            raise ConfigError(message)


def _known(settings: Settings, article_ids: list[str]) -> tuple[str, int] | None:
    """Return which stored feed has most of the articles, and how many, where that is much."""
    if not settings.database.is_file() or not article_ids:
        return None
    with closing(memory_database()) as connection, attach_read_only(connection, settings.database):
        row = connection.execute(
            """
            SELECT feed_id, count(DISTINCT article_id) AS shared FROM durable.sightings
            WHERE article_id IN (SELECT unnest(?::VARCHAR[]))
            GROUP BY feed_id ORDER BY shared DESC, feed_id LIMIT 1
            """,
            [article_ids],
        ).fetchone()
    return (row[0], row[1]) if row and row[1] >= MIN_SHARED * len(article_ids) else None


class _Finder:
    """Asks for pages and feeds, politely and safely."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self._now = now
        self._asker = Asker(settings.fetch, settings.config, workers=1)
        self._readers = ReaderPool(1, settings.fetch.parse_timeout)

    def __enter__(self) -> "_Finder":
        return self

    def __exit__(self, *_: object) -> None:
        self._asker.__exit__()
        self._readers.__exit__()

    def find(self, url: str) -> Found:
        response = self._asker.ask(url)
        if response.body is None:
            raise _no_answer(url, response)
        try:
            return self._read(url, response)
        except ParseError as error:
            if error.outcome not in ("not_a_feed", "bot_wall"):
                raise
        announced = announced_feeds(decode_page(response.body), response.url)
        tried = [*announced, *(u for u in usual_feeds(response.url) if u not in announced)]
        for candidate in tried:
            answer = self._asker.ask(candidate)
            if answer.body is None:
                continue
            try:
                return self._read(candidate, answer)
            except ParseError:
                continue
        message = (
            f"no feed at {url!r}: the page announces {len(announced)}, and the usual places were"
            f" tried ({len(tried)} in all); give the feed's own address"
        )
        raise FetchError(message, feed_id="", outcome="not_a_feed")

    def _read(self, url: str, response: Response) -> Found:
        assert response.body is not None  # noqa: S101 the callers looked
        document = Document("", response.url, response.content_type, response.body, self._now)
        reading = self._readers.read(document)
        return Found(response.permanent_url or url, reading)


def _no_answer(url: str, response: Response) -> FeedError:
    advice = advice_on(response.outcome)
    message = f"{url!r}: {response.outcome}: {response.detail}{f'; {advice}' if advice else ''}"
    return FetchError(message, feed_id="", outcome=response.outcome)


def new_feed(
    found: Found, taken: Iterable[str], *, feed_id: str | None, kind: str, publisher: str | None
) -> Feed:
    """Return the feed as it will stand in the configuration.

    Raises:
        ConfigError: Its id is taken.
    """
    ids = set(taken)
    if feed_id in ids:
        message = f"feed {feed_id!r} is there already; give another --id"
        raise ConfigError(message)
    chosen = feed_id or free_id(found.title, ids)
    return Feed(chosen, found.title, found.url, kind, publisher or found.title)


def import_feeds(settings: Settings, text: str) -> Imported:
    """Return the feeds of an OPML document that are not subscribed to yet.

    Raises:
        ConfigError: It is no list of feeds.
    """
    known = {_key(feed.url) for feed in settings.feeds}
    ids = {feed.feed_id for feed in settings.feeds}
    feeds: list[Feed] = []
    refused: list[tuple[str, str]] = []
    subscribed = 0
    for listed in read_opml(text):
        if _key(listed.url) in known:
            subscribed += 1
        elif why := _refusal(settings, listed.url):
            refused.append((listed.url, why))
        else:
            feed = _feed_of(listed, ids)
            ids.add(feed.feed_id)
            feeds.append(feed)
    return Imported(tuple(feeds), subscribed, tuple(refused))


def _refusal(settings: Settings, url: str) -> str | None:
    fetch = settings.fetch
    is_allowed = fetch.allow_private_addresses or urlsplit(url).netloc in fetch.allow_addresses
    if is_local(url) and not is_allowed:
        return "it leads into a private network"
    return refusal_of(url)


def _feed_of(listed: Listed, taken: set[str]) -> Feed:
    own = listed.feed_id if listed.feed_id not in taken else None
    return Feed(
        own or free_id(listed.title, taken),
        listed.title,
        listed.url,
        listed.kind or "press",
        listed.publisher or listed.title,
        listed.weight,
        listed.pages,
    )


def _key(url: str) -> str:
    """Return what a feed's address is compared by; `file:` feeds by the address as it is."""
    return canonical_or(url, url)
