"""JSON Feed 1.0 and 1.1 → `ParsedFeed` (https://jsonfeed.org/version/1.1); feedparser has none."""

import json
from html import escape
from typing import Any
from urllib.parse import urljoin

from transforms.records import Entry, Figure, ParsedFeed


def parse_json_feed(body: bytes, url: str) -> ParsedFeed | None:
    """Return the feed, or None where the JSON is no JSON Feed.

    Wrong types inside an item lose that field, never the item.
    """
    try:
        document = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    version = _text(document.get("version")) or ""
    if "jsonfeed.org" not in version and not document["items"]:
        return None
    language = _text(document.get("language"))
    authors = _authors(document)
    items = [item for item in document["items"] if isinstance(item, dict)]
    return ParsedFeed(
        format="json",
        title=_text(document.get("title")),
        link=_address(document.get("home_page_url"), url),
        language=language,
        entries=tuple(_entry(item, url, language, authors) for item in items),
    )


def _entry(
    item: dict[str, Any], base: str, language: str | None, authors: tuple[str, ...]
) -> Entry:
    guid = item.get("id")
    text = _text(item.get("content_text"))
    plain = (
        "".join(f"<p>{escape(p)}</p>" for p in text.split("\n\n") if p.strip()) if text else None
    )
    summary = _text(item.get("summary"))
    content = _text(item.get("content_html")) or plain
    if summary and text and summary.strip() == text.strip():
        content = None
    return Entry(
        guid=str(guid) if isinstance(guid, str | int | float) and str(guid) else None,
        url=_address(item.get("url") or item.get("external_url"), base),
        title=escape(_text(item.get("title")) or "", quote=False) or None,
        summary=escape(summary) if summary else None,
        content=content,
        published_raw=_text(item.get("date_published")),
        updated_raw=_text(item.get("date_modified")),
        authors=_authors(item) or authors,
        images=tuple(_images(item, base)),
        topics=tuple(t for t in _list(item.get("tags")) if isinstance(t, str)),
        language=_text(item.get("language")) or language,
    )


def _images(item: dict[str, Any], base: str) -> list[Figure]:
    addresses = [item.get("image"), item.get("banner_image")]
    addresses += [
        part.get("url")
        for part in _list(item.get("attachments"))
        if isinstance(part, dict) and str(part.get("mime_type", "")).startswith("image/")
    ]
    found = [_address(address, base) for address in addresses]
    return [Figure(url=address) for address in dict.fromkeys(found) if address]


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    people = [*_list(item.get("authors")), item.get("author")]
    names = [_text(person.get("name")) for person in people if isinstance(person, dict)]
    return tuple(dict.fromkeys(name for name in names if name))


def _address(value: object, base: str) -> str | None:
    text = _text(value)
    if not text:
        return None
    try:
        return urljoin(base, text.strip())
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
