"""Bytes of a response → `ParsedFeed`: what the feed says, as it says it.

The body decides what it is, never the Content-Type. A cheap scan refuses what would make a
parser run away (depth, attributes, entities, entries) before the parser sees it.
"""

import codecs
import re
from dataclasses import replace
from xml.parsers import expat

from transforms.errors import ParseError
from transforms.jsonfeed import parse_json_feed
from transforms.records import ParsedFeed
from transforms.repair import repair_xml
from transforms.walls import WALL
from transforms.xmlfeed import parse_xml_feed

MAX_DEPTH = 100
MAX_ATTRIBUTES = 200  # on one element: the standard library's reader is quadratic in them
MAX_ENTRIES_SEEN = 5_000
MAX_ENTRIES = 1_000  # the newest are kept
MAX_CATEGORIES = 1_000  # in one entry: feedparser is quadratic in them
MAX_ENTITY_CHARS = 1_000
MAX_ILL_FORMED_BYTES = 2_000_000  # feedparser's loose reader is slow

SNIFFED_BYTES = 4_096
FEED_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
HTML_ROOT = re.compile(rb"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
WIDE_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def parse_feed(
    body: bytes, *, feed_id: str, url: str, content_type: str | None = None
) -> ParsedFeed:
    """Return what the document holds: entries in its order, at most `MAX_ENTRIES` of them.

    Args:
        body: The decoded body, unread.
        feed_id: For the error's sake.
        url: Where it came from; relative addresses are joined to it.
        content_type: The header; only its charset is looked at, and only as a hint.

    Raises:
        ParseError: It is empty, a wall, another kind of document, or would make a parser run
            away; its `outcome` says which.
    """

    def refuse(outcome: str, why: str) -> ParseError:
        return ParseError(f"feed {feed_id!r}: {url} {why}", feed_id=feed_id, outcome=outcome)

    if unlike := _unlike_a_feed(body):
        raise refuse(*unlike)
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        feed = parse_json_feed(body, url)
        if feed is None:
            raise refuse("not_a_feed", "answered with JSON that is no JSON Feed")
        return _capped(feed)

    is_well_formed, danger = scan_xml(body)
    if danger:
        raise refuse("too_large" if danger.startswith("more") else "malformed", f"holds {danger}")
    if is_well_formed:
        feed = parse_xml_feed(body, url, content_type)
        if feed.format == "unknown":
            raise refuse("not_a_feed", "holds no feed")
        return _capped(feed)
    if len(body) > MAX_ILL_FORMED_BYTES:
        raise refuse("malformed", f"is ill-formed XML of {len(body):,} bytes")
    mended = body if body.startswith(WIDE_BOMS) else repair_xml(body)
    feed = parse_xml_feed(mended, url, content_type)
    if not feed.entries:
        raise refuse("malformed", "is ill-formed, and no entry can be read in it")
    return _capped(_flagged(feed, "ill_formed"))


def _unlike_a_feed(body: bytes) -> tuple[str, str] | None:
    """Return outcome and words where the first bytes show that it is no feed."""
    head = body[:SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body.strip():
        return "empty", "answered with an empty body"
    if body.startswith(WIDE_BOMS) or head[:1] in (b"{", b"["):
        return None
    root, html = FEED_ROOT.search(head), HTML_ROOT.search(head)
    if html and not (root and root.start() < html.start()):
        if WALL.search(body[:200_000]):
            return "bot_wall", "answered with a page that asks for a person or a login"
        return "not_a_feed", "answered with an HTML page"
    if not head.startswith(b"<"):
        return "not_a_feed", "answered with something that is neither XML nor JSON"
    return None


def scan_xml(body: bytes) -> tuple[bool, str | None]:
    """Return whether `body` is well-formed, and what in it is dangerous, in words.

    Stops at the first danger. What expat cannot read is not well-formed; what stands behind that
    place is not scanned (the reading process has limits of its own).
    """
    scanner = _Scanner()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.EntityDeclHandler = scanner.entity
    try:
        parser.Parse(body, True)  # noqa: FBT003 expat takes no keyword here
    except _DangerError as danger:
        return True, str(danger)
    except (expat.ExpatError, ValueError, LookupError):
        return False, None
    return True, None


class _DangerError(Exception):
    """What the scan stops at."""


class _Scanner:
    """Counts while expat reads."""

    def __init__(self) -> None:
        self.depth = 0
        self.entries = 0
        self.categories = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"elements nested more than {MAX_DEPTH} deep"
            raise _DangerError(message)
        if len(attributes) > MAX_ATTRIBUTES:
            message = f"an element with {len(attributes):,} attributes"
            raise _DangerError(message)
        local = name.rpartition(":")[2]
        if local in ("item", "entry"):
            self.entries += 1
            self.categories = 0
            if self.entries > MAX_ENTRIES_SEEN:
                message = f"more than {MAX_ENTRIES_SEEN:,} entries"
                raise _DangerError(message)
        elif local in ("category", "subject"):
            self.categories += 1
            if self.categories > MAX_CATEGORIES:
                message = f"more than {MAX_CATEGORIES:,} categories in one entry"
                raise _DangerError(message)

    def end(self, _name: str) -> None:
        self.depth -= 1

    def entity(self, name: str, _parameter: bool, value: str | None, *_rest: object) -> None:
        if value is not None and ("&" in value or len(value) > MAX_ENTITY_CHARS):
            message = f"an entity {name!r} that grows when it is read"
            raise _DangerError(message)


def _flagged(feed: ParsedFeed, flag: str) -> ParsedFeed:
    return replace(feed, flags=(*feed.flags, flag))


def _capped(feed: ParsedFeed) -> ParsedFeed:
    """Keep the first `MAX_ENTRIES`: feeds list the newest first."""
    if len(feed.entries) <= MAX_ENTRIES:
        return feed
    return replace(_flagged(feed, "capped"), entries=feed.entries[:MAX_ENTRIES])
