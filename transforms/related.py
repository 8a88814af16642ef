"""What a page offers to read next, and its topics: taken out of the tree, as records.

A body never holds another article's teaser: "Next Up", "Related", "You may also like".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple

from transforms.boilerplate import class_words, is_boilerplate
from transforms.errors import InvalidURLError
from transforms.records import RelatedItem
from transforms.text import one_line, paragraph
from transforms.urls import clean_url

# lxml has no types of its own.
Element = Any

MAX_ITEMS = 50
MAX_TOPICS = 50
MAX_LABEL = 80
MAX_TOPIC = 80
MAX_LABEL_PARTS = 60  # elements in a label, or in a line of topics
MAX_LINE = 400
# A section is mostly links: this share of the text that titles are made of.
LINKED = 0.6
# A longer paragraph is of an article, not a teaser.
MAX_TEASER = 500
# A teaser is longer than a kicker ("Space", "Sponsored").
MIN_TEASER_WORDS = 4

# Headings that announce other articles wherever they stand.
_SURE = re.compile(
    r"(?:(?:next|up next|next up|read next|what to read next|up next in .{1,40})"
    r"|(?:you )?(?:may|might|will|'ll) (?:also )?(?:like|enjoy|be interested in)|you may also like.{0,30}"
    r"|related(?: (?:articles?|stories|story|posts?|content|news|links?|reading|coverage|items?))?"
    r"|recommended(?: (?:for you|reading|stories|articles|videos))?|suggested (?:reading|articles)"
    r"|(?:read|see) also|also read|keep reading|in case you missed it|don[’']t miss|editors?[’']?s? picks?"
    r"|most (?:read|popular|viewed|shared|recent)|trending(?: now)?|popular (?:now|posts|stories)"
    r"|similar (?:articles|stories|posts)|more (?:stories|news|articles|posts|like this|coverage)"
    r"|(?:à )?lire aussi|à lire également|sur le même sujet|articles (?:liés|connexes|similaires)"
    r"|mehr zum thema|auch interessant|lesen sie auch|weitere artikel|passend zum thema"
    r"|das könnte (?:sie|dich) auch interessieren|te puede interesar|también te puede interesar"
    r"|(?:artículos |noticias )?relacionad[oa]s|más noticias|lee también)",
    re.IGNORECASE,
)
# Below these a page may give plain text: title, teaser, title, teaser.
_PAIRED = re.compile(
    r"next up|up next|read next|what to read next|you may also like", re.IGNORECASE
)
# These can head a part of the article, too: only with links below.
_MAYBE = re.compile(
    r"more|more (?:from|in|on|about|to) .{1,60}|further reading|explore (?:more|further)|read more"
    r"|keep exploring|discover more(?: .{1,40})?|latest(?: (?:news|stories|posts|articles))?|top stories|what to read|learn more|the latest",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"\W*(?:related(?: (?:articles?|stor(?:y|ies)|links?|coverage))?|read (?:more|also|next)|also read"
    r"|see also|more|explore further|further reading|you may also like|lire aussi|à lire aussi"
    r"|lesen sie auch|mehr zum thema|lee también)\s*[:：|>–—-]\s*",  # noqa: RUF001 as feeds write it
    re.IGNORECASE,
)
_TOPICS = re.compile(
    r"(?:discover )?related (?:to|topics?|terms?|tags?)\s*(?::\s*|$)"
    r"|(?:tags?|topics?|filed under|keywords|schlagw[oö]rter|themen|mots[- ]clés|étiquettes|etiquetas"
    r"|temas|palabras clave)\s*:\s*",
    re.IGNORECASE,
)
_SECTION_WORDS = frozenset({"related", "relatedposts", "recirc", "recirculation", "recommended"})
_SECTION_PAIRS = (
    ("next", "up"), ("read", "next"), ("up", "next"), ("more", "stories"), ("also", "like"),
    ("more", "articles"), ("most", "read"), ("most", "popular"), ("more", "news"),
)  # fmt: skip
_SECTION_TAGS = frozenset({"section", "aside", "div", "nav", "ul", "ol"})
_ARTICLE_TAGS = frozenset({"html", "body", "main", "article"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LABELS = (*_HEADINGS, "p", "div", "span", "strong", "b", "dt", "legend", "header", "summary", "li")
_TITLE_WORDS = frozenset({"title", "headline", "heading"})
_TITLE_TAGS = frozenset({"span", "p", "div", "strong", "a"})
_ITEM_BLOCKS = frozenset(
    {"p", "div", "li", "article", "section", "h2", "h3", "h4", "h5", "h6", "dd", "td"}
)
_NO_TEASER = re.compile(
    r"(?:by\s.{1,80}|\d+\s?min(?:ute)?s?(?: read)?\W*|.{0,20}\d+ (?:hours?|days?|weeks?) ago)", re.I
)

_NUMERIC_DATE = r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})"
_WORDED_DATE = r"(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2}), (?P<year>\d{4})"
_UPDATED = re.compile(rf"\s*\b[Uu]pdated:?(?: on)? (?:{_NUMERIC_DATE}|{_WORDED_DATE})\.?\s*$")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 read as a list
CENTURY = 2000


def split_updated(teaser: str) -> tuple[str, date | None]:
    """Return a teaser without "Updated 9/26/22" at its end, and that day (month first).

    The words may be glued to the sentence before. "Updated plans ..." is no date and stays.

    >>> split_updated("How did it go?Updated 9/26/22")
    ('How did it go?', datetime.date(2022, 9, 26))
    """
    found = _UPDATED.search(teaser)
    day = _day(found) if found else None
    return (teaser[: found.start()].rstrip(), day) if found and day else (teaser, None)


def is_related_label(line: str) -> bool:
    """Tell if a whole line announces other articles: "Next Up"."""
    return _SURE.fullmatch(_label(line)) is not None


def take_related(root: Element, base: str | None) -> tuple[RelatedItem, ...]:
    """Remove what `root` offers to read next, and return it in the page's order, each once."""
    order = {element: index for index, element in enumerate(root.iter())}
    found: list[tuple[int, list[RelatedItem]]] = []
    for section in list(_sections(root)):
        found.append((order[section[0]], _items(section, base)))
        for element in section:
            _drop(element)
    found += [(order[element], items) for element, items in _take_inline(root, base)]
    unique: dict[str, RelatedItem] = {}
    for _, items in sorted(found, key=lambda pair: pair[0]):
        for item in items:
            unique.setdefault(item.url or item.title.casefold(), item)
    return tuple(unique.values())[:MAX_ITEMS]


def take_topics(root: Element) -> tuple[str, ...]:
    """Remove the lists under "Related To:", "Tags:" and the like, and return their topics."""
    topics: list[str] = []
    for element in list(root.iter(*_LABELS, "footer")):
        text = _short_text(element, MAX_LINE)
        label = _TOPICS.match(text) if text else None
        if not label or not _is_attached(element, root):
            continue
        if rest := text[label.end() :].strip():
            topics += _topics_in(element, rest)
        elif (following := element.getnext()) is not None and following.tag not in _HEADINGS:
            if listed := _short_text(following, MAX_LINE):
                topics += _topics_in(following, listed)
                _drop(following)
        _drop(element)
    return tuple(dict.fromkeys(topics))[:MAX_TOPICS]


class _Unit(NamedTuple):
    """A title, link or text in a section, in reading order."""

    kind: str
    text: str
    url: str | None


def _sections(root: Element) -> Iterator[list[Element]]:
    """Yield each section of other articles as the elements that it is made of."""
    taken: set[Element] = set()
    for element in root.iter("section", "aside", "nav", "ul", "ol", *_LABELS):
        if taken and any(one in taken for one in (element, *element.iterancestors())):
            continue
        if section := _section_at(element, root):
            taken.update(section)
            yield section


def _section_at(element: Element, root: Element) -> list[Element]:
    if element.tag in _SECTION_TAGS and element is not root and _is_section_class(element):
        is_article = _is_body_like(element) or next(element.iter("h1"), None) is not None
        if not is_article:
            return [element]
    label = _label(_short_text(element, MAX_LABEL))
    is_sure = _SURE.fullmatch(label) is not None
    if not is_sure and not _MAYBE.fullmatch(label):
        return []
    section = _below(element, root, is_paired=_PAIRED.fullmatch(label) is not None)
    return section if is_sure or _is_linked(section) else []


def _below(label: Element, root: Element, *, is_paired: bool) -> list[Element]:
    """Return what `label` announces: the box that it begins, or itself and what follows it."""
    box = label
    while True:
        following = list(_run(box, is_paired=is_paired))
        parent = box.getparent()
        if parent is None or parent is root or parent.tag in _ARTICLE_TAGS:
            break
        is_all = box.getprevious() is None and len(following) == len(parent) - 1
        if not is_all or (parent.text or "").strip():
            break
        box = parent
    if following:
        return [box, *following]
    return [box] if box is not label else []


def _run(label: Element, *, is_paired: bool) -> Iterator[Element]:
    """Yield the siblings that follow `label` as long as they look like a list of articles."""
    item_level, state = "", "start"
    is_heading = label.tag in _HEADINGS or next(label.iter(*_HEADINGS), None) is not None
    for sibling in label.itersiblings():
        tag = sibling.tag
        text = _short_text(sibling, MAX_LINE)
        if tag == "h1" or (text and _TOPICS.match(text)) or _is_body_like(sibling):
            return
        if tag in _HEADINGS:
            item_level = item_level or tag
            if tag < item_level or (tag <= label.tag and tag != item_level):
                return
            state = "title"
        elif _link_share(sibling) >= LINKED:
            state = "title" if tag == "p" else "box"
        elif tag != "p":
            if not is_heading or next(sibling.iter("a", *_HEADINGS), None) is None:
                return
            state = "box"
        elif state == "title":
            state = "teaser"
        elif is_paired and not item_level and state != "box":
            state = "title"
        else:
            return
        yield sibling


def _items(section: list[Element], base: str | None) -> list[RelatedItem]:
    """Return the articles that a section names, each of its parts ("Related Links") by itself."""
    parts: list[list[_Unit]] = [[]]
    for element in section:
        for unit in _units(element, base, None):
            if _is_label(unit.text):
                parts.append([])
            else:
                parts[-1].append(unit)
    return [item for part in parts for item in _items_of(part)]


def _items_of(units: list[_Unit]) -> list[RelatedItem]:
    """Return the articles that a list of units names: by headings, else by links, else by pairs."""
    kinds = {unit.kind for unit in units}
    lead = next((kind for kind in ("title", "link") if kind in kinds), None)
    if lead is None:
        texts = [unit.text for unit in units]
        pairs = zip(texts[::2], [*texts[1::2], ""], strict=False)
        return [_item(title, teaser, None) for title, teaser in pairs]
    items: list[RelatedItem] = []
    opened: _Unit | None = None
    teaser = ""
    for unit in [*units, _Unit(lead, "", None)]:
        if unit.kind == lead:
            if opened:
                items.append(_item(opened.text, teaser, opened.url))
            opened, teaser = unit, ""
        elif opened and not opened.url and unit.kind == "link":
            opened = opened._replace(url=unit.url)
        elif opened and unit.kind == "text" and _is_teaser(unit.text, teaser):
            teaser = f"{teaser} {unit.text}".strip()
    return [item for item in items if item.title]


def _item(title: str, teaser: str, url: str | None) -> RelatedItem:
    text, updated = split_updated(paragraph(teaser))
    return RelatedItem(one_line(title), text or None, url, updated)


def _is_teaser(text: str, teaser: str) -> bool:
    if _UPDATED.fullmatch(text):
        return True
    if teaser or is_boilerplate(text) or _NO_TEASER.fullmatch(text):
        return False
    return len(text.split()) >= MIN_TEASER_WORDS


def _units(element: Element, base: str | None, url: str | None) -> Iterator[_Unit]:
    """Yield the titles, links and texts of an element, in reading order."""
    if not isinstance(element.tag, str) or element.tag in (
        "script",
        "style",
        "svg",
        "button",
        "figure",
    ):
        return
    if element.tag == "a":
        url = _address(element.get("href"), base) or url
    if _is_title(element):
        if text := one_line(element.text_content()):
            link = next(element.iter("a"), None)
            own = _address(link.get("href"), base) if link is not None else None
            yield _Unit("title", text, own or url)
        return
    blocks = [c for c in element if c.tag in _ITEM_BLOCKS or _has_units(c) or _is_title(c)]
    if not blocks:
        if text := one_line(element.text_content(), 2_000):
            link = element if element.tag == "a" else next(element.iter("a"), None)
            if (
                link is not None
                and _link_share(element) >= LINKED
                and (link is element or url is None)
            ):
                yield _Unit("link", text, _address(link.get("href"), base) or url)
            else:
                yield _Unit("text", text, url)
        return
    if own := one_line(element.text, 2_000):
        yield _Unit("text", own, url)
    for child in element:
        yield from _units(child, base, url)
        if tail := one_line(child.tail, 2_000):
            yield _Unit("text", tail, url)


def _is_title(element: Element) -> bool:
    """Tell if an element is the title of an item by its tag or its class names."""
    if element.tag in _HEADINGS:
        return True
    is_named = element.tag in _TITLE_TAGS and not _TITLE_WORDS.isdisjoint(
        class_words(element.get("class") or "")
    )
    return is_named and next(element.iter("p", *_HEADINGS), element) is element


def _has_units(element: Element) -> bool:
    return next(element.iter("p", "li", "a", *_HEADINGS), None) is not None


def _take_inline(root: Element, base: str | None) -> Iterator[tuple[Element, list[RelatedItem]]]:
    """Remove paragraphs such as "Related: <a>Another article</a>"; yield them with their links."""
    for element in list(root.iter("p", "div", "li", "strong", "h3", "h4", "h5")):
        text = _short_text(element, MAX_LINE)
        label = _INLINE.match(text) if text else None
        if not label or not _is_attached(element, root):
            continue
        links = [(one_line(link.text_content()), link.get("href")) for link in element.iter("a")]
        linked = sum(len(title) for title, _ in links)
        if linked and linked >= LINKED * len(text[label.end() :]):
            titles = [(_INLINE.sub("", title, count=1), href) for title, href in links if title]
            yield element, [_item(title, "", _address(href, base)) for title, href in titles]
            _drop(element)


def _topics_in(element: Element, text: str) -> list[str]:
    links = [one_line(link.text_content(), MAX_TOPIC) for link in element.iter("a")]
    if not links:
        links = [one_line(item.text_content(), MAX_TOPIC) for item in element.iter("li")]
    if not links:
        links = [one_line(part, MAX_TOPIC) for part in re.split(r"\s*[,•|;]\s*", text)]
    return [topic.lstrip("#") for topic in links if topic.strip("# ")]


def _label(text: str) -> str:
    return text.strip(" :›»>→…")


def _is_label(text: str) -> bool:
    label = _label(text)
    return bool(_SURE.fullmatch(label) or _MAYBE.fullmatch(label))


def _is_section_class(element: Element) -> bool:
    words = class_words(f"{element.get('class') or ''} {element.get('id') or ''}")
    return not _SECTION_WORDS.isdisjoint(words) or any(words.issuperset(p) for p in _SECTION_PAIRS)


def _is_linked(section: list[Element]) -> bool:
    shares = [_link_share(element) for element in section[1:] or section]
    return max(shares, default=0.0) >= LINKED or any(
        next(e.iter("a"), None) is not None and next(e.iter(*_HEADINGS), None) is not None
        for e in section[1:] or section
    )


def _link_share(element: Element) -> float:
    total = len(element.text_content())
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked / total if total else 0.0


def _is_body_like(element: Element) -> bool:
    """Tell if an element holds a paragraph that is too long for a teaser."""
    paragraphs = [element, *element.iter("p")] if len(element) <= 1 else element.iter("p")
    return any(
        len(one.text_content()) > MAX_TEASER and _link_share(one) < LINKED for one in paragraphs
    )


def _short_text(element: Element, limit: int) -> str:
    """Return the whole text of a small element if it has at most `limit` characters, else ""."""
    if next(islice(element.iter(), MAX_LABEL_PARTS, None), None) is not None:
        return ""
    room = limit * 2  # white space is folded afterwards
    parts: list[str] = []
    for part in element.itertext():
        parts.append(part)
        room -= len(part.strip())
        if room < 0:
            return ""
    text = " ".join("".join(parts).split())
    return text if len(text) <= limit else ""


def _is_attached(element: Element, root: Element) -> bool:
    return element is root or any(parent is root for parent in element.iterancestors())


def _drop(element: Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _address(href: str | None, base: str | None) -> str | None:
    try:
        return clean_url(href, base) if href else None
    except InvalidURLError:
        return None


def _day(found: re.Match[str]) -> date | None:
    try:
        if found["month"]:
            month = _MONTHS.index(found["month"][:3].lower()) + 1
            return datetime(int(found["year"]), month, int(found["day"]), tzinfo=UTC).date()
        year = int(found["y"])
        month, day = int(found["m"]), int(found["d"])
        return date(year if year > CENTURY else CENTURY + year, month, day)
    except ValueError:
        return None
