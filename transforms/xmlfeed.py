"""RSS, Atom and RDF → `ParsedFeed`, by feedparser with its sanitiser off (nh3 cleans later)."""

import io
import re
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

import feedparser

from transforms.media import read_images
from transforms.records import Entry, Figure, ParsedFeed

MAX_TOPICS = 50
MINUTES = {"hourly": 60, "daily": 1_440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)

TAG = re.compile(r"<[a-z/!]", re.IGNORECASE)
PARTED = "\n\n"
WEB = re.compile(r"https?://", re.IGNORECASE)
# The address of a link or picture in a body; bounded, for bodies that are nothing but "<a <a".
ADDRESS = re.compile(
    r"(<(?:a|img)\b[^<>]{0,500}?\s(?:href|src)=[\"'])([^\"'<>]{1,2048})", re.IGNORECASE
)

# feedparser takes a picture's caption for the entry's description.
MEDIA_DESCRIPTION = re.compile(
    rb"<media:description\b[^>]*/>|<media:description\b.*?</media:description\s*>", re.DOTALL
)


def parse_xml_feed(body: bytes, url: str, content_type: str | None) -> ParsedFeed:
    """Return what feedparser finds; `format` is `unknown` where it is none of the four.

    The bytes decide on the encoding: what is valid UTF-8 is read as UTF-8, whatever header and
    declaration say (servers' headers are the least reliable of the three).
    """
    charset = "utf-8" if _is_utf8(body) else _charset(content_type)
    found = _read(body, url, charset)
    if not found.entries and charset:
        found = _read(body, url, None)
    channel = found.feed
    images = read_images(body, url)
    if len(images) != len(found.entries):
        images = []
    language = _text(channel, "language")
    kind = _format(found.version, has_entries=bool(found.entries))
    channel_authors = _names(channel) if kind == "atom" else ()  # RFC 4287, section 4.2.1
    has_bases = b"xml:base" in body
    return ParsedFeed(
        format=kind,
        title=_text(channel, "title"),
        link=_text(channel, "link"),
        language=language,
        entries=tuple(
            _entry(
                raw,
                images[n] if images else _flat_images(raw),
                language,
                channel_authors,
                has_bases=has_bases,
            )
            for n, raw in enumerate(found.entries)
        ),
        ttl=_ttl(channel),
        skip_hours=_skip_hours(body),
        skip_days=tuple(re.findall(r"<day>\s*(\w+?day)\s*</day>", _head(body))),
    )


def _read(body: bytes, url: str, charset: str | None) -> Any:  # noqa: ANN401 feedparser has no types
    kind = "application/xml" + (f"; charset={charset}" if charset else "")
    body = MEDIA_DESCRIPTION.sub(b"", body)
    return feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": kind, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _entry(
    raw: Any,  # noqa: ANN401
    images: tuple[Figure, ...],
    language: str | None,
    channel_authors: tuple[str, ...],
    *,
    has_bases: bool,
) -> Entry:
    parts = [part for part in raw.get("content", ()) if _markup(part)]
    content = _markup(parts[0], has_base=has_bases) if parts else None
    summary = _markup(dict.get(raw, "summary_detail"), has_base=has_bases)
    if summary is not None and summary == content and "content" in raw:
        summary = None  # feedparser copies the content of an Atom entry into its summary
    if summary is None and content is None and images and images[0].caption:
        summary = escape(images[0].caption, quote=False)  # video feeds have no other text
    title = dict.get(raw, "title_detail")
    topics = [tag.get("label") or tag.get("term") for tag in raw.get("tags", ())]
    guid, url = _text(raw, "id"), _text(raw, "link")
    if url == guid and url and not WEB.match(url):
        url = None  # feedparser takes the id of an Atom entry for its missing link
    return Entry(
        guid=guid,
        url=url,
        title=_title(title),
        summary=summary,
        content=content,
        published_raw=_text(raw, "published") or _text(raw, "issued") or _text(raw, "created"),
        updated_raw=_text(raw, "updated"),
        authors=_names(raw) or channel_authors,
        images=images,
        topics=tuple(dict.fromkeys(t for t in topics if t))[:MAX_TOPICS],
        language=_text(raw, "language") or (title or {}).get("language") or language,
        orig_url=_text(raw, "feedburner_origlink"),
        guid_is_url=bool(dict.get(raw, "guidislink")) and url == guid and url is not None,
    )


def _names(source: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the authors of an entry or channel, as they are written."""
    one = _text(source, "author")
    people = source.get("authors", ())
    if one and "@" in one and len(people) <= 1:
        return (one,)  # feedparser cuts names behind addresses whose last part is a long one
    names = (person.get("name") for person in people)
    return tuple(dict.fromkeys(filter(None, names))) or tuple(filter(None, [one]))


def _title(detail: Any) -> str | None:  # noqa: ANN401
    """Return the title as markup or as the text it is: RSS does not say, so both stay possible."""
    return _markup(detail) if detail and detail.get("type") != "text/plain" else _value(detail)


def _markup(detail: Any, *, has_base: bool = False) -> str | None:  # noqa: ANN401
    """Return text as markup, so that what follows has one kind to read.

    Args:
        detail: feedparser's.
        has_base: The document sets addresses that others are relative to (`xml:base`).
    """
    value = _value(detail)
    if value and detail.get("type") == "text/plain" and not TAG.search(value):
        text = escape(value, quote=False)
        return f"<p>{text.replace(PARTED, '</p><p>')}</p>" if PARTED in text.strip() else text
    base = detail.get("base") if has_base and value else None
    return ADDRESS.sub(lambda found: _joined(found, base), value) if value and base else value


def _joined(found: re.Match[str], base: str) -> str:
    try:
        return found[1] + escape(urljoin(base, unescape(found[2])))
    except ValueError:
        return found[0]


def _value(detail: Any) -> str | None:  # noqa: ANN401
    value = detail.get("value") if detail else None
    return value if isinstance(value, str) and value.strip() else None


def _flat_images(raw: Any) -> tuple[Figure, ...]:  # noqa: ANN401
    """Return pictures without credits, where our own pass could not be matched to the entries."""
    found = [*raw.get("media_content", ()), *raw.get("media_thumbnail", ())]
    addresses = [part.get("url") for part in found if not str(part.get("type")).startswith("video")]
    return tuple(Figure(url=url) for url in dict.fromkeys(addresses) if url)[:MAX_TOPICS]


def _text(source: Any, key: str) -> str | None:  # noqa: ANN401
    # dict.get: feedparser's own lookup answers for other keys (`updated` with `published`).
    value = dict.get(source, key)
    return value if isinstance(value, str) and value.strip() else None


def _format(version: str, *, has_entries: bool) -> str:
    if version.startswith("atom"):
        return "atom"
    if version in ("rss10", "rss090"):
        return "rdf"
    return "rss" if version.startswith("rss") or has_entries else "unknown"


def _ttl(channel: Any) -> int | None:  # noqa: ANN401
    """Return the minutes between polls that the feed asks for (RSS `ttl`, `sy:updatePeriod`)."""
    ttl = _text(channel, "ttl")
    if ttl and ttl.strip().isdigit():
        return min(int(ttl.strip()[:9]), MINUTES["yearly"])
    period = MINUTES.get((_text(channel, "sy_updateperiod") or "").strip().lower())
    frequency = (_text(channel, "sy_updatefrequency") or "1").strip()
    if period is None or not frequency.isdigit():
        return None
    return max(1, period // max(1, int(frequency[:6])))


def _skip_hours(body: bytes) -> tuple[int, ...]:
    head = _head(body)
    if "<skipHours" not in head:
        return ()
    hours = (int(hour) for hour in re.findall(r"<hour>\s*(\d{1,2})\s*</hour>", head))
    return tuple(sorted({hour % 24 for hour in hours}))


def _head(body: bytes) -> str:
    """Return the start of the document, in which a channel says how it is to be polled."""
    return body[:20_000].decode("latin-1")


def _charset(content_type: str | None) -> str | None:
    found = CHARSET.search(content_type or "")
    return found[1] if found else None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0<" not in body[:200]  # UTF-16 without a byte order mark
