"""What a page offers to read next, and its topics: taken out of the tree, as records.

A body never holds another article's teaser: "Next Up", "Related", "You may also like".
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from transforms.boilerplate import class_words
from transforms.htmltokens import HEADINGS
from transforms.labels import (
    after_inline_label,
    after_topics_label,
    is_maybe_label,
    is_paired_label,
    is_related_label,
)
from transforms.records import RelatedItem
from transforms.teasers import LINKED, address_of, link_share, read_items
from transforms.text import one_line

# lxml has no types of its own.
Element = Any

MAX_ITEMS = 50
MAX_TOPICS = 50
MAX_LABEL = 80
MAX_TOPIC = 80
MAX_LABEL_PARTS = 60  # elements in a label, or in a line of topics
MAX_LINE = 400
# A longer paragraph is of an article, not a teaser; a shorter one may be a date or a kicker.
MAX_TEASER = 500
MIN_TEASER = 60

_SECTION_WORDS = frozenset({"related", "relatedposts", "recirc", "recirculation", "recommended"})
_SECTION_PAIRS = (
    ("next", "up"), ("read", "next"), ("up", "next"), ("more", "stories"), ("also", "like"),
    ("more", "articles"), ("most", "read"), ("most", "popular"), ("more", "news"),
)  # fmt: skip
_SECTION_TAGS = frozenset({"section", "aside", "div", "nav", "ul", "ol"})
_ARTICLE_TAGS = frozenset({"html", "body", "main", "article"})
_LABELS = (
    *HEADINGS, "p", "div", "span", "strong", "b", "dt", "legend", "header", "summary", "li",
)  # fmt: skip


def take_related(root: Element, base: str | None) -> tuple[RelatedItem, ...]:
    """Remove what `root` offers to read next, and return it in the page's order, each once."""
    sections = list(_sections(root))
    # Most bodies have no such section: then what stands inline is in order as it is found.
    order = {element: index for index, element in enumerate(root.iter())} if sections else {}
    found: list[tuple[int, list[RelatedItem]]] = []
    for section in sections:
        found.append((order[section[0]], read_items(section, base)))
        for element in section:
            _drop(element)
    found += [(order.get(element, 0), items) for element, items in _take_inline(root, base)]
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
        rest = after_topics_label(text)
        if rest is None or not _is_attached(element, root):
            continue
        following = element.getnext()
        if rest.strip():
            topics += _topics_in(element, rest)
        elif following is not None and following.tag not in HEADINGS:
            listed = _short_text(following, MAX_LINE)
            topics += _topics_in(following, listed)
            if listed:
                _drop(following)
        _drop(element)
    return tuple(dict.fromkeys(topics))[:MAX_TOPICS]


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
    label = _short_text(element, MAX_LABEL)
    is_sure = is_related_label(label)
    if not is_sure and not is_maybe_label(label):
        return []
    section = _below(element, root, is_paired=is_paired_label(label))
    return section if is_sure or _is_linked(section) else []


def _below(label: Element, root: Element, *, is_paired: bool) -> list[Element]:
    """Return what `label` announces: the box that it begins, or itself and what follows it."""
    box = label
    while (parent := box.getparent()) is not None:
        following = list(_run(box, is_paired=is_paired))
        is_first = box.getprevious() is None and not (parent.text or "").strip()
        is_all = is_first and len(following) == len(parent) - 1
        is_article = parent is root or parent.tag in _ARTICLE_TAGS
        if following:
            return [parent] if is_all and not is_article else [box, *following]
        if not is_all or is_article:
            return []
        box = parent  # the label stands in a box of its own
    return []


def _run(label: Element, *, is_paired: bool) -> Iterator[Element]:
    """Yield the siblings that follow `label` as long as they look like a list of articles."""
    item_level, state = "", "start"
    is_heading = label.tag in HEADINGS or next(label.iter(*HEADINGS), None) is not None
    for sibling in label.itersiblings():
        tag = sibling.tag
        text = _short_text(sibling, MAX_LINE)
        is_topics = after_topics_label(text) is not None
        if tag == "h1" or is_topics or _is_body_like(sibling) or _has_more_text(sibling):
            return
        if tag in HEADINGS:
            item_level = item_level or tag
            if tag < item_level or (tag <= label.tag and tag != item_level):
                return
            state = "title"
        elif link_share(sibling) >= LINKED:
            state = "title" if tag == "p" else "box"
        elif tag != "p":
            if not is_heading or next(sibling.iter("a", *HEADINGS), None) is None:
                return
            state = "box"
        elif state == "title":
            state = "teaser"
        elif is_paired and not item_level and state != "box":
            state = "title"
        else:
            return
        yield sibling


def _take_inline(root: Element, base: str | None) -> Iterator[tuple[Element, list[RelatedItem]]]:
    """Remove paragraphs such as "Related: <a>Another article</a>"; yield them with their links."""
    for element in list(root.iter("p", "div", "li", "strong", "h3", "h4", "h5")):
        text = _short_text(element, MAX_LINE)
        rest = after_inline_label(text)
        if rest is None or not _is_attached(element, root):
            continue
        links = [(one_line(link.text_content()), link.get("href")) for link in element.iter("a")]
        linked = sum(len(title) for title, _ in links)
        if linked and linked >= LINKED * len(rest):
            yield (
                element,
                [
                    RelatedItem(after_inline_label(title) or title, None, address_of(href, base))
                    for title, href in links
                    if title
                ],
            )
            _drop(element)


def _topics_in(element: Element, text: str) -> list[str]:
    links = [one_line(link.text_content(), MAX_TOPIC) for link in element.iter("a")]
    if not links:
        links = [one_line(item.text_content(), MAX_TOPIC) for item in element.iter("li")]
    if not links:
        links = [one_line(part, MAX_TOPIC) for part in re.split(r"\s*[,•|;]\s*", text)]
    return [topic.lstrip("#") for topic in links if topic.strip("# ")]


def _is_section_class(element: Element) -> bool:
    words = class_words(f"{element.get('class') or ''} {element.get('id') or ''}")
    return not _SECTION_WORDS.isdisjoint(words) or any(words.issuperset(p) for p in _SECTION_PAIRS)


def _is_linked(section: list[Element]) -> bool:
    shares = [link_share(element) for element in section[1:] or section]
    return max(shares, default=0.0) >= LINKED or any(
        next(e.iter("a"), None) is not None and next(e.iter(*HEADINGS), None) is not None
        for e in section[1:] or section
    )


def _is_body_like(element: Element) -> bool:
    """Tell if an element holds a paragraph that is too long for a teaser."""
    paragraphs = [element, *element.iter("p")] if len(element) <= 1 else element.iter("p")
    return any(
        len(one.text_content()) > MAX_TEASER and link_share(one) < LINKED for one in paragraphs
    )


def _has_more_text(element: Element) -> bool:
    """Tell if a box holds more paragraphs than titles: it is a part of the article."""
    texts = [p for p in element.iter("p") if len(p.text_content()) >= MIN_TEASER]
    links = [a for a in element.iter("a") if a.getparent().tag != "p"]
    titles = len(links) + sum(1 for _ in element.iter(*HEADINGS))
    return element.tag != "p" and len(texts) > max(1, titles)


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
