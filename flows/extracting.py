"""`perigee extract`: one article, from a file or an address, as a record of our schema."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flows.fetching import HostGate, Question, fetch_feed
from flows.guard import GuardPolicy, make_session
from flows.polling import user_agent
from flows.settings import Settings
from transforms.errors import ConfigError, FetchError
from transforms.page import is_html, read_page
from transforms.schema import article_record
from transforms.textpage import read_text_page


def extract_article(settings: Settings, source: str, now: datetime) -> dict[str, Any]:
    """Return the record of the article at `source`: a file, or an http(s) address.

    Raises:
        ConfigError: There is no such file.
        FetchError: The address gave no page.
        PageError: There is no article in it.
    """
    if source.startswith(("http://", "https://")):
        body, url = _fetched(settings, source)
    else:
        body, url = _read(Path(source)), None
    if is_html(body):
        return article_record(read_page(body, url, now))
    return article_record(read_text_page(body.decode("utf-8", "replace")))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}; give a file or an http(s) address"
        raise ConfigError(message) from error


def _fetched(settings: Settings, url: str) -> tuple[bytes, str]:
    policy = GuardPolicy(
        allow_private=settings.fetch.allow_private_addresses,
        allow_addresses=settings.fetch.allow_addresses,
    )
    question = Question(
        feed_id="page",
        url=url,
        etag=None,
        last_modified=None,
        timeout=settings.fetch.timeout,
        max_body_bytes=settings.fetch.max_body_bytes,
        files=settings.config,
    )
    with make_session(policy, 1, user_agent(settings.fetch)) as session:
        response = fetch_feed(session, question, policy, HostGate(0))
    if response.body is None:
        message = f"page {url!r}: {response.outcome}: {response.detail}"
        raise FetchError(message, feed_id="page", outcome=response.outcome)
    return response.body, response.url
