"""Find the element of a page that holds its article, by where the running text is."""

from collections import defaultdict
from typing import Any

from transforms.blocks import MAX_PARAGRAPH, Measure, is_left_out
from transforms.boilerplate import is_boilerplate
from transforms.text import one_line

# lxml has no types of its own.
Element = Any

MIN_PARAGRAPH = 40
MAX_LINKED = 0.5
# The article's element is the innermost one that still holds this share of the running text.
SHARE = 0.85
# Of the whole page's running text, what an <article> or <main> must hold to be trusted.
TRUSTED_SHARE = 0.4
MAX_UNITS = 20_000


def find_container(body: Element) -> Element:
    """Return the innermost element that holds nearly all of the article's running text.

    An element that the page itself marks as the article's body wins; `body` itself comes back
    where there is no running text.
    """
    mass = _mass(body)
    total = mass.get(body, 0)
    marked = [e for e in body.iter() if "articleBody" in (e.get("itemprop") or "").split()]
    best = max(marked, key=lambda element: mass.get(element, 0), default=None)
    if best is not None and mass.get(best, 0) > TRUSTED_SHARE * total:
        return best
    outer = _outer(body, mass)
    inner = outer
    while True:
        child = max(inner, key=lambda element: mass.get(element, 0), default=None)
        if child is None or mass.get(child, 0) < SHARE * mass.get(outer, 0) or child.tag == "p":
            return inner
        if mass.get(child, 0) == 0:
            return inner
        inner = child


def _outer(body: Element, mass: dict[Element, int]) -> Element:
    """Return the page's <article> or <main>, if it holds enough of the text."""
    total = mass.get(body, 0)
    named = [
        e for e in body.iter("article", "main", "div") if e.tag != "div" or e.get("role") == "main"
    ]
    trusted = [e for e in named if mass.get(e, 0) > TRUSTED_SHARE * total]
    articles = [e for e in trusted if e.tag == "article"]
    return max(articles or trusted, key=lambda element: mass.get(element, 0), default=body)


def _mass(body: Element) -> dict[Element, int]:
    """Return for each element how many characters of running text it holds."""
    mass: dict[Element, int] = defaultdict(int)
    measure = Measure(body)
    waiting, units = [body], 0
    while waiting and units < MAX_UNITS:
        element = waiting.pop()
        if is_left_out(element, measure):
            continue
        own = _running_text(element)
        if own:
            units += 1
            for holder in (element, *element.iterancestors()):
                mass[holder] += own
                if holder is body:
                    break
        if element.tag != "p":
            waiting.extend(element)
    return mass


def _running_text(element: Element) -> int:
    """Return the characters of a paragraph; of another element, those that stand in it directly."""
    if element.tag == "p":
        line = one_line(element.text_content(), MAX_PARAGRAPH)
        linked = sum(len(link.text_content()) for link in element.iter("a"))
        is_running = len(line) >= MIN_PARAGRAPH and linked < MAX_LINKED * len(line)
        return len(line) if is_running and not is_boilerplate(line) else 0
    if element.tag not in ("div", "td", "section", "article", "blockquote", "li", "body"):
        return 0
    own = len((element.text or "").strip()) + sum(len((c.tail or "").strip()) for c in element)
    return own if own >= 2 * MIN_PARAGRAPH else 0
