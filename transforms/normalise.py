"""Entry → article: one schema for every feed (docs/schema.md)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from transforms.dates import Moment, parse_date
from transforms.errors import InvalidURLError
from transforms.figures import split_credit
from transforms.identity import identify
from transforms.markup import blocks_of, is_block_markup, text_of
from transforms.records import Article, Block, Entry, Figure, ParsedFeed
from transforms.text import clean_text, one_line, paragraph, shorten, title_key
from transforms.urls import canonical_url, clean_url, is_local, is_wrapper, unwrapped_url

__all__ = ["identify", "normalise_entries", "read_dek"]

MAX_GUID = 2_048
MAX_TOPICS = 50
MAX_AUTHORS = 20
MAX_NAME = 120
TITLE_FROM_TEXT = 100
# What an outlet's software appends to a summary.
TAIL = re.compile(
    r"\s*(?:The post .{1,300}? (?:first )?appeared (?:first )?on .{1,100}?\.?"
    r"|(?:\[?(?:…|\.\.\.|&hellip;)\]?\s*)?(?:Read|Continue|See|View) (?:more|reading|the rest|full)"
    r"[^.!?]{0,80}[→»>.…]*)\s*$",
    re.IGNORECASE,
)
CUT_MARK = re.compile(r"\s*(?:\[(?:…|\.{3})\]|\(more…\))\s*$")
# Quotes and brackets are markup that got into an address, not a picture's name.
MARKUP_IN_ADDRESS = re.compile(r'["<>]')
ROLE_MAIL = re.compile(r"^\S+@\S+\s+\((?P<name>[^()]+)\)$|^(?P<mailed>[^<>]+?)\s*<\S+@\S+>$")


@dataclass(frozen=True, slots=True)
class _Words:
    """The entry's text, sorted into standfirst and body."""

    dek: str | None
    body: tuple[Block, ...]
    source: str


def normalise_entries(
    parsed: ParsedFeed, *, feed_id: str, url: str, now: datetime
) -> tuple[Article, ...]:
    """Return the feed's entries as articles, in its order; an entry that says nothing is dropped.

    An exact repeat within the document is one article.

    Args:
        parsed: What the document holds.
        feed_id: The feed's id.
        url: Where it was read; relative addresses are joined to it.
        now: When it was read; dates far after it are refused.
    """
    base = parsed.link or url
    found = (_normalise_entry(e, parsed, feed_id, base, now) for e in parsed.entries)
    unique: dict[tuple[str | None, ...], Article] = {}
    for article in filter(None, found):
        unique.setdefault((article.article_id, article.guid, article.url), article)
    return tuple(unique.values())


def _normalise_entry(
    entry: Entry, parsed: ParsedFeed, feed_id: str, base: str, now: datetime
) -> Article | None:
    notes: set[str] = set()
    url, url_source = _address(entry, base, notes)
    words = _sort_words(entry, base, notes)
    title = one_line(text_of(entry.title or ""), notes=notes)
    if not title and not (words.dek or words.body or url):
        return None
    if not title:
        notes.add("title_missing")
        title = _stand_in(words, url)

    published = parse_date(entry.published_raw or entry.updated_raw, now)
    updated = parse_date(entry.updated_raw, now) if entry.published_raw else Moment()
    notes.update(filter(None, [published.flag]))
    guid = _guid(entry.guid)
    canonical = canonical_url(url) if url else None
    kind = parsed.format
    sources = {
        "title": f"{kind}:title" if "title_missing" not in notes else words.source,
        "dek": words.source if words.dek else None,
        "body": words.source if words.body else None,
        "published_at": None if published.raw is None else f"{kind}:date",
        "url": f"{kind}:{url_source}" if url else None,
        "hero": _hero_source(entry, words),
    }
    article = Article(
        article_id="",
        feed_id=feed_id,
        guid=guid,
        url=url,
        canonical_url=canonical,
        title=title,
        title_key=title_key(title, (parsed.title,) if parsed.title else ()),
        dek=words.dek,
        published_at=published.at,
        date_precision=published.precision,
        date_raw=published.raw,
        updated_at=updated.at if updated.at != published.at else None,
        authors=_authors(entry.authors),
        hero=_hero(entry, words, base),
        body=words.body,
        related_topics=_topics(entry.topics),
        language=_language(entry.language),
        word_count=sum(len((b.text or "").split()) for b in words.body if b.type == "p"),
        flags=tuple(sorted(notes)),
        field_sources={name: source for name, source in sources.items() if source},
    )
    return replace(article, article_id=identify(article))


def _sort_words(entry: Entry, base: str, notes: set[str]) -> _Words:
    """A description is the standfirst, but where it is the whole article (no content beside it)."""
    if entry.content:
        body = blocks_of(entry.content, base)
        dek = read_dek(entry.summary, notes)
        if dek and any(b.type == "p" and b.text and b.text.strip() == dek for b in body[:3]):
            dek = None
        return _Words(dek, body, "content")
    if entry.summary and is_block_markup(entry.summary):
        body = blocks_of(entry.summary, base)
        paragraphs = [b.text for b in body if b.type == "p" and b.text]
        if len(paragraphs) == 1 and all(b.type in ("p", "figure") for b in body):
            figures = tuple(b for b in body if b.type == "figure")
            return _Words(read_dek(entry.summary, notes), figures, "summary")
        return _Words(None, body, "summary")
    return _Words(read_dek(entry.summary, notes), (), "summary")


def read_dek(summary: str | None, notes: set[str]) -> str | None:
    """Return a summary as the standfirst: text only, without what the outlet's software appends."""
    text = paragraph(text_of(summary or ""), notes=notes)
    return CUT_MARK.sub("…", TAIL.sub("", text)).strip() or None


def _stand_in(words: _Words, url: str | None) -> str:
    """Return what an entry without a title is called."""
    text = words.dek or next((b.text for b in words.body if b.text), None)
    return shorten(one_line(text), TITLE_FROM_TEXT) if text else one_line(url or "")


def _address(entry: Entry, base: str, notes: set[str]) -> tuple[str | None, str | None]:
    """Return the first of the entry's addresses that can be linked to, and which it was.

    An address that only leads to the article's own (feedproxy, Google News) is opened, where it
    carries the other; else what the feed says beside it is taken. Where all of them are wrapped,
    the first one stays, with the flag `url_wrapped`: a copy from elsewhere can't be told by it.
    """
    wrapped: tuple[str, str] | None = None
    has_permalink = entry.guid_is_url or (entry.guid or "").startswith(("http://", "https://"))
    candidates = {
        "origLink": entry.orig_url,
        "link": entry.url,
        "guid": entry.guid if has_permalink else None,
    }
    if entry.guid_is_url and entry.url == entry.guid:
        del candidates["link"]
    for source, raw in candidates.items():
        if not raw or (source == "guid" and not entry.guid_is_url and wrapped is None):
            continue
        try:
            url = clean_url(raw, base)
            url = unwrapped_url(url) or url
        except InvalidURLError:
            notes.add("url_refused")
            continue
        if not is_wrapper(url):
            return url, source
        wrapped = wrapped or (url, source)
    if wrapped is None:
        return None, None
    notes.add("url_wrapped")
    return wrapped


def _guid(raw: str | None) -> str | None:
    """Return the guid as opaque text; a monstrous one is replaced by its hash."""
    text = clean_text(raw.strip())[0] if raw else ""
    if len(text) > MAX_GUID:
        return sha256(text.encode()).hexdigest()
    return text or None


def _hero(entry: Entry, words: _Words, base: str) -> Figure | None:
    for figure in sorted(entry.images, key=lambda f: -(f.width or 0)):
        if hero := _clean_figure(figure, base):
            return hero
    inline = (b.figure for b in words.body if b.figure and b.figure.url)
    first = next(inline, None)
    return replace(first, role="hero") if first else None


def _hero_source(entry: Entry, words: _Words) -> str | None:
    if entry.images:
        return "media"
    return "body" if any(b.figure and b.figure.url for b in words.body) else None


def _clean_figure(figure: Figure, base: str) -> Figure | None:
    """Return the picture as we show it; None where its address is none that a reader can open."""
    try:
        url = clean_url(figure.url or "", base)
    except InvalidURLError:
        return None
    if is_local(url) or MARKUP_IN_ADDRESS.search(figure.url or ""):
        return None
    said = paragraph(text_of(figure.caption or ""))
    caption, credit = split_credit(said) if said else (None, None)
    named = one_line(text_of(figure.credit or ""), 300)
    if named:
        credit = split_credit(named)[1] or named
    return replace(
        figure,
        url=url,
        alt=one_line(text_of(figure.alt or ""), 300) or None,
        caption=caption,
        credit=credit,
        role="hero",
    )


def _authors(names: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = []
    for name in names:
        text = one_line(text_of(name), MAX_NAME)
        if found := ROLE_MAIL.match(text):
            text = (found["name"] or found["mailed"]).strip()
        if text and "@" not in text:
            cleaned.append(text)
    return tuple(dict.fromkeys(cleaned))[:MAX_AUTHORS]


def _topics(raw: tuple[str, ...]) -> tuple[str, ...]:
    cleaned = (one_line(text_of(topic), MAX_NAME) for topic in raw)
    return tuple(dict.fromkeys(filter(None, cleaned)))[:MAX_TOPICS]


def _language(raw: str | None) -> str | None:
    found = re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", (raw or "").strip())
    return found[0].replace("_", "-") if found else None
