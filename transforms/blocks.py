"""A tree of HTML → pieces and blocks in reading order; what is not the article stays out."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import lxml.html

from transforms.boilerplate import (
    ends_article,
    is_boilerplate,
    is_hidden_class,
    is_junk_class,
    role_of_class,
    without_tail,
)
from transforms.figures import Piece, credit_of, same_words, split_credit, tie_captions
from transforms.htmltokens import BLOCKS, HEADINGS
from transforms.pictures import is_emoji, picture_of
from transforms.records import Block, Figure
from transforms.text import one_line

# lxml has no types of its own.
Element = Any

MAX_BLOCKS = 400
MAX_PIECES = 2_000
MAX_PARAGRAPH = 10_000
MIN_ALT_WORDS = 3
MAX_ASIDE = 1_500  # characters that a caption, credit or standfirst may have
# "Details" ends an article only in its second half.
MAX_AFTER_END = 0.5
MAX_NESTED_FIGURES = 2
# An element with a suspicious name that holds this share of all text is the article itself.
MOST = 0.4

_NEVER = frozenset(
    "audio button canvas datalist dialog embed iframe input label math object script select style "  # noqa: SIM905
    "svg template textarea title video".split()
)
_BESIDE = frozenset({"aside", "footer", "form", "menu", "nav"})
_CONTAINERS = BLOCKS | {"body", "fieldset", "html", "noscript"}
_EMBEDDED = ("video", "iframe", "object", "embed", "audio")
_SPACE = re.compile(r"\s+")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def tree_of(tame: str) -> Element:
    """Return the tree of markup that `transforms.htmltokens.tamed` wrote; its root is `html`."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    # The paragraph keeps libxml2 from calling an empty document an error.
    markup = f"<html><body>{tame}</body></html>" if "<body" not in tame else tame
    return lxml.html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)


def blocks_from(pieces: list[Piece]) -> tuple[Block, ...]:
    """Return the blocks of tied `pieces`, at most `MAX_BLOCKS`, no heading without a text below.

    What follows a line such as "About the Author" or "-end-" is left out if it is the smaller
    part.
    """
    blocks = [piece.block for piece in pieces]
    ends = (i for i, block in enumerate(blocks) if block.text and ends_article(block.text))
    end = next((i for i in ends if i > MAX_AFTER_END * len(blocks)), None)
    blocks = [b for b in blocks[:end] if not (b.text and ends_article(b.text))]
    while blocks and blocks[-1].type == "heading":
        blocks.pop()
    return tuple(blocks[:MAX_BLOCKS])


def read_pieces(
    root: Element, base: str | None, main: Element = None, *, alt_is_caption: bool = False
) -> list[Piece]:
    """Return what stands in `root`, in reading order, credits and captions tied to their pictures.

    Paragraphs, headings, lists (one item a line), quotes and figures; text outside of any block
    is a paragraph. Navigation, forms, advertisements, share bars, comments and what is hidden
    are left out, as are lines such as "The post X appeared first on Y".

    Args:
        root: An element; it is not changed.
        base: The address that pictures are resolved against; relative ones have none without it.
        main: The article's container within `root`; what stands before and after it is marked so.
        alt_is_caption: Take a picture's alternative text for its caption if it has no other.
    """
    walk = _Walk(base, main, Measure(root))
    walk.place = "before" if main is not None and main is not root else "inside"
    walk.visit(root)
    walk.flush()
    pieces = tie_captions(walk.pieces)
    return [_with_alt(piece) for piece in pieces] if alt_is_caption else pieces


@dataclass(slots=True)
class Measure:
    """How much of all text an element holds."""

    root: Element
    total: int = 0

    def is_most(self, element: Element) -> bool:
        """Tell if an element holds so much of the text that it must be the article."""
        self.total = self.total or len(self.root.text_content())
        return len(element.text_content()) > MOST * self.total


def is_left_out(element: Element, measure: Measure) -> bool:
    """Tell if an element is no part of an article by its tag, its class names, or being hidden.

    What holds most of the text is never left out, whatever it is called.
    """
    tag = element.tag
    if not isinstance(tag, str) or tag in _NEVER:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if (
        element.get("hidden") is not None
        or (names != " " and is_hidden_class(names))
        or _HIDING_STYLE.search(element.get("style") or "")
    ):
        return not measure.is_most(element)
    if tag not in _CONTAINERS or tag in HEADINGS or tag in ("html", "body"):
        return False
    is_beside = tag in _BESIDE or (names != " " and is_junk_class(names))
    return is_beside and not measure.is_most(element)


@dataclass(slots=True)
class _Walk:
    """One pass over a tree."""

    base: str | None
    main: Element
    measure: Measure
    place: str = "inside"
    role: str = ""
    kind: str = "p"  # of the block that is being collected
    within: tuple[str, ...] = ()  # `list`, `quote`, `figure`: what this walk collects for
    figures: int = 0  # figures that are open: a gallery may hold figures
    pieces: list[Piece] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    has_words: bool = False  # in `parts`
    waiting: list[Figure] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def visit(self, element: Element) -> None:
        if len(self.pieces) > MAX_PIECES or is_left_out(element, self.measure):
            return
        if element is self.main:
            self.flush()
            self.place = "inside"
        tag = element.tag
        handler = _HANDLERS.get(tag)
        names = element.get("class") or ""
        if handler:
            handler(self, element)
        elif names and (role := self._role(element, names)):
            if role == "caption" and _has(element, ("img",)):
                self.figure(element)
            else:
                self._with_role(element, role)
        elif tag in _CONTAINERS:
            self.container(element)
        else:
            self.children(element)
        if element is self.main:
            self.flush()
            self.place = "after"

    def container(self, element: Element) -> None:
        """What stands in the element is no part of the paragraphs around it."""
        self.flush()
        self.children(element)
        self.flush()

    def children(self, element: Element) -> None:
        self.text(element.text)
        for child in element:
            self.visit(child)
            self.text(child.tail)

    def text(self, text: str | None) -> None:
        if text:
            self.parts.append(_SPACE.sub(" ", text))
            self.has_words = self.has_words or not text.isspace()

    def flush(self) -> None:
        """End the paragraph or heading."""
        if not self.parts and not self.waiting:
            return
        line = one_line("".join(self.parts), MAX_PARAGRAPH) if self.has_words else ""
        self.parts.clear()
        self.has_words = False
        if line and not is_boilerplate(line):
            self._add(Block(self.kind, text=without_tail(line)))
        for figure in self.waiting:
            self._add(Block("figure", figure=figure))
        self.waiting.clear()

    def date(self, element: Element) -> None:
        """A date that stands alone is about the article, not in it."""
        is_alone = not self.has_words and not (element.tail or "").strip()
        if not is_alone or element.get("datetime") is None:
            self.children(element)

    def line_break(self, _: Element) -> None:
        """One is white space, two in a row part paragraphs."""
        while self.parts and self.parts[-1] == " ":
            self.parts.pop()
        if self.parts and self.parts[-1] == "\n":
            self.flush()
        else:
            self.parts.append("\n")

    def heading(self, element: Element) -> None:
        self.flush()
        outer = self.role
        self.role = "title" if element.tag == "h1" else role_of_class(element.get("class") or "")
        self.kind = "heading"
        self.children(element)
        self.flush()
        self.kind, self.role = "p", outer

    def picture(self, element: Element) -> None:
        if is_emoji(element):
            self.text(element.get("alt"))
            return
        figure = picture_of(element, self.base)
        if figure is None or figure.url is None or figure.url in self.seen:
            return
        self.seen.add(figure.url)
        # A picture within a paragraph must not cut it in two.
        self.waiting.append(figure)
        if not self.has_words:
            self.flush()

    def figure(self, element: Element) -> None:
        """One picture with its caption and credit; a gallery; or a film, which is left out."""
        self.flush()
        if "figure" in self.within or self.figures > MAX_NESTED_FIGURES:
            self.container(element)
            return
        self.figures += 1
        self._figure(element)
        self.figures -= 1

    def _figure(self, element: Element) -> None:
        pictures = [
            found for image in element.iter("img") if (found := picture_of(image, self.base))
        ]
        addresses = dict.fromkeys(found.url for found in pictures)
        if len(addresses) > 1 or _has(element, ("blockquote", "table", "pre")):
            self.container(element)
            return
        if not pictures and _has(element, _EMBEDDED):
            return
        inner = self._inner("figure", "caption")
        inner.container(element)
        figure = _told(next(iter(pictures), Figure()), inner.pieces)
        if not (figure.url or figure.caption or figure.credit):
            return
        if figure.url not in self.seen or figure.url is None:
            self.seen.update([figure.url] if figure.url else [])
            self._add(Block("figure", figure=figure))

    def items(self, element: Element) -> None:
        """A list: one block, one line an item; its pictures follow it."""
        self.flush()
        if self.within or _has(element, ("h2", "h3", "h4")):
            self.container(element)
            return
        inner = self._inner("list", self.role)
        inner.container(element)
        self._add_joined("list", inner.pieces)

    def quote(self, element: Element) -> None:
        self.flush()
        if self.within:
            self.container(element)
            return
        inner = self._inner("quote", "")
        inner.container(element)
        self._add_joined("quote", inner.pieces)

    def table(self, element: Element) -> None:
        """A table of facts is a list of its rows; a table for layout is a container."""
        self.flush()
        if self.within or _has(element, ("p", "div", "img", "table", "ul", "h2", "h3")):
            self.container(element)
            return
        rows = [
            " | ".join(filter(None, (one_line(cell.text_content()) for cell in row)))
            for row in element.iter("tr")
        ]
        if text := "\n".join(filter(None, rows)):
            self._add(Block("list", text=text))

    def unscripted(self, element: Element) -> None:
        """Only the pictures of `noscript` count: its text asks to switch JavaScript on."""
        for image in element.iter("img"):
            self.picture(image)

    def _inner(self, within: str, role: str) -> "_Walk":
        # A caption's own walk must not count the picture that the caption belongs to.
        seen: set[str] = set() if within == "figure" else self.seen
        return replace(
            self, within=(*self.within, within), role=role, seen=seen,
            kind="p", has_words=False, pieces=[], parts=[], waiting=[],
        )  # fmt: skip

    def _role(self, element: Element, names: str) -> str:
        role = role_of_class(names)
        return role if role and len(element.text_content()) <= MAX_ASIDE else ""

    def _with_role(self, element: Element, role: str) -> None:
        self.flush()
        outer, self.role = self.role, role
        self.container(element)
        self.role = outer

    def _add(self, block: Block) -> None:
        self.pieces.append(Piece(block, self.role, self.place))

    def _add_joined(self, kind: str, pieces: list[Piece]) -> None:
        texts = [piece.block.text for piece in pieces if piece.block.text]
        if texts:
            self._add(Block(kind, text="\n".join(texts)))
        self.pieces.extend(piece for piece in pieces if piece.block.type == "figure")


_HANDLERS = {
    "br": _Walk.line_break,
    "img": _Walk.picture,
    "figure": _Walk.figure,
    "ul": _Walk.items,
    "ol": _Walk.items,
    "blockquote": _Walk.quote,
    "table": _Walk.table,
    "noscript": _Walk.unscripted,
    "time": _Walk.date,
    **dict.fromkeys(HEADINGS, _Walk.heading),
}


def _told(figure: Figure, pieces: list[Piece]) -> Figure:
    """Return `figure` with what the texts beside it say: each caption and the credit once."""
    captions: list[str] = []
    credit = figure.credit
    for piece in pieces:
        text = piece.block.text or ""
        if piece.role == "credit":
            credit = credit or credit_of(text)
            continue
        caption, named = split_credit(text)
        credit = credit or named
        if caption and not any(same_words(caption, known) for known in captions):
            captions.append(caption)
    kept = [caption for caption in captions if not (credit and same_words(caption, credit))]
    return replace(figure, caption=" ".join(kept) or None, credit=credit)


def _has(element: Element, tags: tuple[str, ...]) -> bool:
    return next((one for one in element.iter(*tags) if one is not element), None) is not None


def _with_alt(piece: Piece) -> Piece:
    figure = piece.block.figure
    if figure is None or figure.caption or not _is_telling(figure.alt):
        return piece
    told = replace(figure, caption=figure.alt)
    return replace(piece, block=replace(piece.block, figure=told))


def _is_telling(alt: str | None) -> bool:
    """Tell if an alternative text describes: several words, no file's name."""
    return alt is not None and len(alt.split()) >= MIN_ALT_WORDS
