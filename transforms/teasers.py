"""A section of a page that offers other articles → records of them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, NamedTuple

from transforms.boilerplate import class_words, is_boilerplate
from transforms.errors import InvalidURLError
from transforms.htmltokens import HEADINGS
from transforms.labels import is_maybe_label, is_related_label
from transforms.records import RelatedItem
from transforms.text import one_line, paragraph
from transforms.urls import clean_url

# lxml has no types of its own.
Element = Any

# An element is a link if this share of its text is one.
LINKED = 0.6
# A teaser is longer than a kicker ("Space", "Sponsored").
MIN_TEASER_WORDS = 4
MAX_TEXT = 2_000
MAX_UNITS = 500
CENTURY = 2000

_TITLE_WORDS = frozenset({"title", "headline", "heading"})
_TITLE_TAGS = frozenset({"span", "p", "div", "strong", "a"})
_ITEM_BLOCKS = HEADINGS | {"p", "div", "li", "article", "section", "dd", "td"}
_PASSED_OVER = frozenset({"script", "style", "svg", "button", "figure"})
_NO_TEASER = re.compile(
    r"by\s.{1,80}|\d+\s?min(?:ute)?s?(?: read)?\W*|.{0,20}\d+ (?:hours?|days?|weeks?) ago",
    re.IGNORECASE,
)
_NUMERIC_DATE = r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d{2})"
_WORDED_DATE = r"(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2}), (?P<year>\d{4})"
# The words may be glued to the sentence before: "how did it go?Updated 9/26/22".
_UPDATED = re.compile(
    rf"\s*(?:\b[Uu]|(?<=[a-z])U)pdated:?(?: on)? (?:{_NUMERIC_DATE}|{_WORDED_DATE})\.?\s*$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class _Unit(NamedTuple):
    """A title, link or text in a section, in reading order."""

    kind: str
    text: str
    url: str | None


def split_updated(teaser: str) -> tuple[str, date | None]:
    """Return a teaser without "Updated 9/26/22" at its end, and that day (month first).

    "Updated plans ..." is no date and stays.

    >>> split_updated("How did it go?Updated 9/26/22")
    ('How did it go?', datetime.date(2022, 9, 26))
    """
    found = _UPDATED.search(teaser)
    day = _day(found) if found else None
    return (teaser[: found.start()].rstrip(), day) if found and day else (teaser, None)


def read_items(section: list[Element], base: str | None) -> list[RelatedItem]:
    """Return the articles that a section names, each of its parts ("Related Links") by itself."""
    parts: list[list[_Unit]] = [[]]
    for element in section[:MAX_UNITS]:
        for unit in islice(_units(element, base, None), MAX_UNITS):
            if is_related_label(unit.text) or is_maybe_label(unit.text):
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
    """Yield the titles, links and texts of an element, in reading order.

    Args:
        element: Of a section.
        base: The page's address.
        url: Of the link that the element stands in.
    """
    if not isinstance(element.tag, str) or element.tag in _PASSED_OVER:
        return
    if element.tag == "a":
        url = address_of(element.get("href"), base) or url
    is_branch = any(c.tag in _ITEM_BLOCKS or _has_units(c) or _is_title(c) for c in element)
    if _is_title(element) or not is_branch:
        if text := one_line(element.text_content(), MAX_TEXT):
            yield _unit(element, text, base, url)
        return
    if own := one_line(element.text, MAX_TEXT):
        yield _Unit("text", own, url)
    for child in element:
        yield from _units(child, base, url)
        if tail := one_line(child.tail, MAX_TEXT):
            yield _Unit("text", tail, url)


def _unit(element: Element, text: str, base: str | None, url: str | None) -> _Unit:
    """Return the unit that a title or an element without inner ones is."""
    link = next(element.iter("a"), None)
    own = address_of(link.get("href"), base) if link is not None else None
    if _is_title(element):
        return _Unit("title", text, own or url)
    is_link = link is element or (url is None and link is not None)
    if is_link and link_share(element) >= LINKED:
        return _Unit("link", text, own or url)
    return _Unit("text", text, url)


def _is_title(element: Element) -> bool:
    """Tell if an element is the title of an item by its tag or its class names."""
    if element.tag in HEADINGS:
        return True
    is_named = element.tag in _TITLE_TAGS and not _TITLE_WORDS.isdisjoint(
        class_words(element.get("class") or "")
    )
    return is_named and next(element.iter("p", *HEADINGS), element) is element


def _has_units(element: Element) -> bool:
    return next(element.iter("p", "li", "a", *HEADINGS), None) is not None


def link_share(element: Element) -> float:
    """Return which share of an element's text is links, from 0 to 1."""
    total = len(element.text_content())
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked / total if total else 0.0


def address_of(href: str | None, base: str | None) -> str | None:
    """Return the address that a link leads to; None if it is none that can be linked to."""
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
