"""An article page in HTML → article: JSON-LD, OpenGraph, and a pass of our own over the text.

Credits and captions come with their pictures, "Next Up" as records and "Related To:" as topics;
none of them is in the body.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from transforms.blocks import MAX_BLOCKS, blocks_from, read_pieces, tree_of
from transforms.container import find_container
from transforms.dates import REJECTED, Moment, parse_date
from transforms.decode import MAX_BYTES, decode_page
from transforms.errors import InvalidURLError, PageError
from transforms.figures import same_words
from transforms.hero import choose_hero
from transforms.htmltokens import tamed
from transforms.language import language_of
from transforms.markup import text_of
from transforms.metadata import Metadata, read_metadata
from transforms.normalise import identify
from transforms.pagehead import BYLINE, Head, read_head
from transforms.records import Article, Block
from transforms.related import take_related, take_topics
from transforms.text import one_line, paragraph, title_key
from transforms.urls import canonical_url, clean_url

# lxml has no types of its own.
Element = Any

MAX_AUTHORS = 20
MAX_NAME = 120
MAX_TOPICS = 50
MAX_PARAGRAPH = 10_000
MAX_LINES = 500
MAX_GUESSED = 300_000  # characters that libraries search, which take over a second for more
MAX_BYLINE_PARTS = 6
_LINES = ("p", "div", "span", "address")
# A page that neither calls itself an article nor has a date must hold this much running text.
MIN_WORDS_UNDECLARED = 80
_SUFFIX = re.compile(r"\s+(?:[|–—:•·/-]|::|»)\s+")  # noqa: RUF001 an en dash
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_CUT = re.compile(r"\s*(?:\[?(?:…|\.\.\.)\]?)\s*$")
_BY = re.compile(
    r"^(?:(?:posted |published |written |story |words |reported )?by|par|von|por|di):?\s+",
    re.IGNORECASE,
)
_ROLE = re.compile(r"\b(?:writer|editor|contributor|correspondent|reporter|staff)$", re.IGNORECASE)
_SEVERAL = re.compile(r"\s*(?:,| and | & |;)\s*")
_MARK = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)|\x00")
_DOCTYPE = re.compile(rb"<!doctype\s+html", re.IGNORECASE)
_MIN_CUT_DEK = 40


def is_html(body: bytes) -> bool:
    """Tell if a file or response is an HTML page, and not text that mentions a tag."""
    start = _MARK.sub(b"", body[:1_024]).lstrip()
    return start.startswith(b"<") or _DOCTYPE.search(start) is not None


def read_page(html: bytes | str, url: str | None, now: datetime) -> Article:
    """Return the article of a page.

    At most 5 MB are read. Each field names its source in `field_sources`: `json-ld`, the name of
    a `meta` element, `h1`, `time`, `text` (what the page shows), `article` (its own text).

    Args:
        html: The page as it was served, or decoded.
        url: Where it was read; None for a file.
        now: For dates: those far after it are refused.

    Raises:
        PageError: The page has no title, or no text that could be an article's.
        InvalidURLError: `url` is no http(s) address.
    """
    text = html[:MAX_BYTES] if isinstance(html, str) else decode_page(html)
    base = clean_url(url) if url else None
    tame = tamed(text)
    root = tree_of(tame)
    stated = read_metadata(text, root, base)
    sources: dict[str, str] = {}

    title = _title(stated, root, sources)
    if not title:
        message = f"page {url!r} holds no article: it has no title"
        raise PageError(message)
    address = _address(stated, base, sources)
    related = take_related(root, base or address)
    topics = _topics(stated, take_topics(root), sources)
    body = root.find("body")
    main = find_container(body if body is not None else root)
    pieces = read_pieces(body if body is not None else root, base or address, main)
    head = read_head(pieces, title, _description(stated), now)
    hero, hero_source, rest = choose_hero(stated.pictures, head.figures, head.body, base or address)
    blocks = blocks_from(rest)
    sources["body"] = "article"
    if not any(block.type == "p" for block in blocks):
        blocks = _fallback_body(tame, stated, sources) or blocks
    dek = _dek(stated, head, blocks, sources)
    words = " ".join(block.text for block in blocks if block.type == "p" and block.text)
    published = _published(stated, root, head, tame, now, sources)
    is_declared = stated.is_article or (published.at is not None and published.flag is None)
    if len(words.split()) < (0 if is_declared and (words or dek) else MIN_WORDS_UNDECLARED):
        message = f"page {url!r} holds no article: {len(words.split())} words of running text"
        raise PageError(message)
    updated = _updated(stated, now)
    canonical = canonical_url(address) if address else None
    optional = {"hero": hero_source if hero else None, "related_items": "page" if related else None}
    sources.update({name: source for name, source in optional.items() if source})
    article = Article(
        article_id="",
        feed_id=None,
        title=title,
        title_key=title_key(title),
        url=address,
        canonical_url=canonical,
        dek=dek,
        published_at=published.at,
        date_precision=published.precision,
        date_raw=published.raw,
        updated_at=updated if updated and published.at and updated > published.at else None,
        authors=_authors(stated, root, head, sources),
        hero=hero,
        body=blocks,
        related_items=tuple(item for item in related if not same_words(item.title, title)),
        related_topics=topics,
        language=_language(stated, words, sources),
        section=one_line(text_of(stated.first("section") or ""), MAX_NAME) or None,
        word_count=len(words.split()),
        flags=(published.flag,) if published.flag else (),
        field_sources=sources,
    )
    return replace(article, article_id=identify(article))


def _title(stated: Metadata, root: Element, sources: dict[str, str]) -> str:
    site = stated.first("site") or ""
    headings = [("h1", heading.text_content()) for heading in root.iter("h1")]
    titles = [("title", element.text_content()) for element in root.iter("title")]
    for source, raw in (*stated.all("title"), *headings, *titles[:1]):
        is_text = source in ("h1", "title")
        title = _without_site(one_line(raw if is_text else text_of(raw)), site)
        if title and not same_words(title, site):
            sources["title"] = source
            return title
    return ""


def _without_site(title: str, site: str) -> str:
    """Cut " | Site" off a title, if that is what the page calls its site."""
    *_, last = [None, *_SUFFIX.finditer(title)]
    if last and site and same_words(title[last.end() :], text_of(site)):
        return title[: last.start()]
    return title


def _address(stated: Metadata, url: str | None, sources: dict[str, str]) -> str | None:
    """Return the address that the page gives for itself, if it is of the same site."""
    for source, raw in stated.all("url"):
        try:
            address = clean_url(raw, url)
        except InvalidURLError:
            continue
        # Some sites name their front page as the canonical address of every page.
        is_front = urlsplit(address).path in ("", "/") and not urlsplit(address).query
        if url is None or (_is_same_site(address, url) and not is_front):
            sources["url"] = source
            return address
    if url:
        sources["url"] = "request"
    return url


def _is_same_site(one: str, other: str) -> bool:
    """Tell if two addresses share a host, or one's host lies below the other's."""
    first, second = (
        (urlsplit(canonical_url(url)).hostname or "").split(".")[::-1] for url in (one, other)
    )
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) > 1 and longer[: len(shorter)] == shorter


def _description(stated: Metadata) -> str | None:
    return paragraph(text_of(stated.first("dek") or "")) or None


def _dek(
    stated: Metadata, head: Head, blocks: tuple[Block, ...], sources: dict[str, str]
) -> str | None:
    """Return the standfirst; None if the page only repeats its first paragraph."""
    first = next((block.text or "" for block in blocks if block.type == "p"), "")
    candidates = [(source, paragraph(text_of(raw))) for source, raw in stated.all("dek")]
    shown = paragraph(head.standfirst)
    for source, text in (*candidates, ("text", shown)):
        begun = _CUT.sub("", text)
        # A description that was cut: the page shows the whole standfirst.
        if text and len(shown) > len(text) and shown.startswith(begun):
            continue
        if not text or same_words(text, first):
            continue
        if len(begun) >= _MIN_CUT_DEK and first.startswith(begun):
            continue
        sources["dek"] = source
        return text
    return None


def _published(
    stated: Metadata, root: Element, head: Head, html: str, now: datetime, sources: dict[str, str]
) -> Moment:
    """Return the first date of the page that is plausible, else the first one with its flag."""
    refused = Moment()
    candidates = [*stated.all("published"), *_times(root)]
    for source, raw in candidates:
        moment = parse_date(raw, now)
        if moment.at and moment.flag not in REJECTED:
            sources["published_at"] = source
            return moment
        refused = refused if refused.raw else moment
    if head.published.at:
        sources["published_at"] = "text"
        return head.published
    if not refused.raw and (guess := _guessed_date(html, now)):
        sources["published_at"] = "htmldate"
        return guess
    return refused


def _times(root: Element) -> list[tuple[str, str]]:
    """Return the dates of `time` elements, those first that say that they are the publication."""
    times = [element for element in root.iter("time") if element.get("datetime")]
    marks = ("pubdate", "itemprop", "class")
    said = [
        ("publi" in " ".join(e.get(mark) or "" for mark in marks).lower() or e.get("pubdate") == "")
        for e in times
    ]
    ordered = sorted(range(len(times)), key=lambda index: not said[index])
    return [("time", times[index].get("datetime")) for index in ordered[:10]]


def _guessed_date(html: str, now: datetime) -> Moment | None:
    """Return the day that htmldate finds in address, markup and text; it may be wrong."""
    from htmldate import find_date  # noqa: PLC0415 80 ms that most pages never need

    try:
        found = find_date(html[:MAX_GUESSED], original_date=True, extensive_search=False)
    except Exception:  # noqa: BLE001 any error of a library's heuristics means that it found none
        return None
    moment = parse_date(found, now)
    return replace(moment, flag="date_guessed") if moment.at else None


def _updated(stated: Metadata, now: datetime) -> datetime | None:
    moments = (parse_date(raw, now) for _, raw in stated.all("updated"))
    return next((moment.at for moment in moments if moment.at), None)


def _authors(
    stated: Metadata, root: Element, head: Head, sources: dict[str, str]
) -> tuple[str, ...]:
    for source in dict.fromkeys(source for source, _ in stated.all("author")):
        values = [raw for known, raw in stated.all("author") if known == source]
        if names := tuple(_names(values)):
            sources["authors"] = source
            return names
    marked = [e.text_content() for e in root.iter("a") if "author" in (e.get("rel") or "").split()]
    for values in (marked, [head.byline] if head.byline else [], _bylines(root)):
        if names := tuple(_names(values)):
            sources["authors"] = "text"
            return names
    return ()


def _bylines(root: Element) -> list[str]:
    """Return the first short line of the page that names its author: "By A. Person | May 4"."""
    for element in islice(root.iter(*_LINES), MAX_LINES):
        # The innermost element that says it: "Posted by A. Person Labels: moon" says more.
        lines = [_byline(inner) for inner in element.iter(*_LINES)] if _byline(element) else []
        if lines:
            return [min(filter(None, lines), key=len)]
    return []


def _byline(element: Element) -> str | None:
    text = (
        one_line(element.text_content(), MAX_NAME + 1) if len(element) <= MAX_BYLINE_PARTS else ""
    )
    first = re.split(r"\s*[|•·]\s*", text, maxsplit=1)[0]
    return first if len(text) <= MAX_NAME and BYLINE.fullmatch(first) else None


def _names(values: list[str]) -> Iterator[str]:
    """Yield the names in `values`, each once: "By A. Person and B. Person" is two."""
    seen: set[str] = set()
    for value in values:
        line = _BY.sub("", one_line(text_of(value), MAX_NAME * 4))
        for part in _SEVERAL.split(line):
            name = one_line(part, MAX_NAME)
            is_role = bool(seen) and _ROLE.search(name)
            is_name = name and "@" not in name and "://" not in name and not is_role
            if is_name and name.casefold() not in seen:
                seen.add(name.casefold())
                yield name
        if len(seen) >= MAX_AUTHORS:
            return


def _topics(stated: Metadata, shown: tuple[str, ...], sources: dict[str, str]) -> tuple[str, ...]:
    listed = [(source, raw.split(",")) for source, raw in stated.all("keywords")]
    tagged = [(source, [raw]) for source, raw in stated.all("tag")]
    candidates = [("text", list(shown)), *tagged, *listed]
    best = next((source for source, topics in candidates if topics), None)
    topics = [one_line(text_of(t), MAX_NAME) for s, many in candidates if s == best for t in many]
    kept = tuple(dict.fromkeys(filter(None, topics)))[:MAX_TOPICS]
    if best and kept:
        sources["related_topics"] = best
    return kept


def _language(stated: Metadata, words: str, sources: dict[str, str]) -> str | None:
    for source, raw in stated.all("language"):
        if found := _LANGUAGE.fullmatch(raw.strip()):
            sources["language"] = source
            return found[0].replace("_", "-")
    if language := language_of(words):
        sources["language"] = "text"
    return language


def _fallback_body(html: str, stated: Metadata, sources: dict[str, str]) -> tuple[Block, ...]:
    """Return the body that JSON-LD carries, else what trafilatura finds."""
    if stated.body:
        text, sources["body"] = text_of(stated.body), "json-ld"
    else:
        from trafilatura import extract  # noqa: PLC0415 130 ms that most pages never need

        text = extract(html[:MAX_GUESSED], include_comments=False, include_tables=False) or ""
        sources["body"] = "trafilatura"
    lines = (one_line(line, MAX_PARAGRAPH) for line in text.split("\n"))
    return tuple(Block("p", text=line) for line in lines if line)[:MAX_BLOCKS]
