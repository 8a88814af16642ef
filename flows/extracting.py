"""`perigee extract`: one article, from a file or an address, as a record of our schema."""

from datetime import datetime
from pathlib import Path
from typing import Any

from flows.asking import Asker
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
    with Asker(settings.fetch, settings.config, workers=1) as asker:
        response = asker.ask(url, feed_id="page")
    if response.body is None:
        message = f"page {url!r}: {response.outcome}: {response.detail}"
        raise FetchError(message, feed_id="page", outcome=response.outcome)
    return response.body, response.url
