"""Read HTML as a stream of tags and texts in linear time, and tame it for real parsers.

lxml is quadratic in the attributes of one element and gives up 256 elements deep; nh3 is
quadratic in depth. So markup passes through `tamed` before either of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal, NamedTuple

MAX_DEPTH = 150
MAX_ATTRIBUTES = 40
MAX_PLAIN_ATTRIBUTES = 1000  # characters
MAX_TOKENS = 100_000  # a long page has a tenth

# HTML5 re-opens unclosed <b>, <a>, ... in every paragraph that follows: a few of them make
# output grow by that factor, so few may be open at a time.
MAX_FORMATTING_DEPTH = 8

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 read as a list
)
FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905
# Their content is text to a browser, never markup.
RAW = frozenset("iframe noembed noframes plaintext script style textarea xmp".split())  # noqa: SIM905
BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figcaption figure "  # noqa: SIM905
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td "
    "tfoot th thead tr ul".split()
)

# What a start tag closes that was left open, and what stops the search for it.
_CLOSES = {
    "li": ({"li"}, {"ul", "ol", "menu"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "option": ({"option"}, {"select"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "td": ({"td", "th"}, {"table", "tr"}),
    "th": ({"td", "th"}, {"table", "tr"}),
    "a": ({"a"}, set(BLOCKS)),
}
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NOT_IN_HEADING = HEADINGS | {"p", "ul", "ol", "table", "blockquote"}
_OUTSIDE_P = {"table", "td", "th", "button", "object", "li", "body"}
_OFTEN_CUT = frozenset({"span", "abbr", "picture", "video", "audio", "sub", "sup"})

_OPENING = re.compile(r"<(?:!--|/?[A-Za-z]|[!?/])")
_NAME = re.compile(r"[A-Za-z][^\s/<>]*")
_PROPER_NAME = re.compile(r"[a-z][a-z0-9:-]*")
# Possessive, so nothing is tried twice. A quote that is never closed is an ordinary character.
_ATTRIBUTES = re.compile(r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?|["'])*+""")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?""")
_COMMENT_END = re.compile(r"--!?>")
_PLAIN_ATTRIBUTES = re.compile(r"""(?:\s++[\w:.-]++(?:="[^"]*+")?)*+\s*+/?""")
# In an attribute `&copy=2` is no copyright sign: only references that end in ";" count.
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9A-Fa-f]{1,8};?|[A-Za-z][A-Za-z0-9]{0,40};)")


class Token(NamedTuple):
    """A piece of markup.

    Attributes:
        kind: `text`, `start` or `end`.
        value: The text with its entities, or the tag's name in lower case.
        attributes: The raw attributes of a start tag; see `attributes_of`.
    """

    kind: Literal["text", "start", "end"]
    value: str
    attributes: str = ""


def tokens(markup: str) -> Iterator[Token]:
    """Yield the tags and texts of `markup`; comments and the content of scripts are left out.

    A `<` that opens no tag is text: "5 < 6". A tag that never ends is text, too ("mass <Jupiter"),
    unless it is an element of HTML, as in a summary that was cut off.
    """
    # Left over from feeds that wrap their text twice.
    markup = markup.replace("<![CDATA[", "").replace("]]>", "")
    position, end = 0, len(markup)
    while position < end:
        opening = _OPENING.search(markup, position)
        if not opening:
            yield Token("text", markup[position:])
            return
        start = opening.start()
        if start > position:
            yield Token("text", markup[position:start])
        mark = opening[0]
        if not mark[-1].isalpha():
            position, text = _skipped(markup, start, mark)
            if text:
                yield Token("text", text)
            continue
        is_end = mark[1] == "/"
        name = _NAME.match(markup, start + len(mark) - 1)
        attributes = _ATTRIBUTES.match(markup, name.end() if name else start)
        assert name  # noqa: S101 _OPENING ends in a letter
        assert attributes  # noqa: S101 it matches nothing, too
        lowered = name[0].lower()
        position = attributes.end() + 1
        if position > end:
            if not _is_cut_off(lowered, attributes[0]):
                yield Token("text", markup[start:])
            return
        if is_end:
            yield Token("end", lowered)
            continue
        yield Token("start", lowered, attributes[0])
        if lowered in RAW:
            position = _end_of_raw(markup, position, lowered)


def attributes_of(raw: str) -> dict[str, str]:
    """Return at most `MAX_ATTRIBUTES` attributes of a start tag; of repeated ones the first."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(raw):
        name = match[1].lower()
        if name not in found:
            value = match[2] or match[3] or match[4] or ""
            found[name] = _REFERENCE.sub(lambda reference: unescape(reference[0]), value)
            if len(found) >= MAX_ATTRIBUTES:
                break
    return found


def tamed(markup: str) -> str:
    """Return `markup` balanced, without comments and scripts, and no deeper than `MAX_DEPTH`.

    Deeper elements lose their tags and keep their text. What a start tag closes by HTML's rules
    (a paragraph, a list item) is closed in writing, so no parser has to guess or to repair.
    """
    nesting = _Nesting()
    for count, token in enumerate(tokens(markup)):
        if count >= MAX_TOKENS:
            break
        if token.kind == "text":
            nesting.out.append(token.value.replace("<", "&lt;"))
        elif token.kind == "end":
            nesting.close(token.value)
        else:
            nesting.open(token.value, token.attributes)
    nesting.close_to(0)
    return "".join(nesting.out)


@dataclass(slots=True)
class _Nesting:
    """The open elements, and the balanced markup written so far."""

    out: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    formatting: int = 0
    headings: list[int] = field(default_factory=list)  # where each heading begins in `out`

    def open(self, name: str, attributes: str) -> None:
        if name in RAW or not _PROPER_NAME.fullmatch(name):
            return
        if name in BLOCKS:
            self._close_open({"p"}, _OUTSIDE_P)
            if name in _NOT_IN_HEADING:
                self._close_heading(name)
        if name in _CLOSES:
            self._close_open(*_CLOSES[name])
        if name in VOID:
            self.out.append(_written(name, attributes))
            return
        if len(self.stack) >= MAX_DEPTH:
            return
        if name in FORMATTING:
            if self.formatting >= MAX_FORMATTING_DEPTH:
                return
            self.formatting += 1
        if name in HEADINGS:
            self.headings.append(len(self.out))
        self.stack.append(name)
        self.out.append(_written(name, attributes))

    def close(self, name: str) -> None:
        # The stack is short, so looking through it costs little.
        if name in self.stack:
            self.close_to(len(self.stack) - 1 - self.stack[::-1].index(name))
        elif name == "br":
            self.out.append("<br>")

    def close_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            name = self.stack.pop()
            if name in FORMATTING:
                self.formatting -= 1
            self.out.append(f"</{name}>")

    def _close_heading(self, name: str) -> None:
        """A heading that was never closed ends where the text below it begins."""
        depth = next((i for i, open_ in enumerate(self.stack) if open_ in HEADINGS), None)
        if depth is None:
            return
        written = self.out[self.headings[-1] :]
        if name in HEADINGS or any(not part.startswith("<") and part.strip() for part in written):
            self.close_to(depth)

    def _close_open(self, names: set[str], stop: set[str]) -> None:
        """Close the outermost of `names` that is open within the innermost of `stop`."""
        outermost = None
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index] in stop:
                break
            if self.stack[index] in names:
                outermost = index
        if outermost is not None:
            self.close_to(outermost)


def _written(name: str, attributes: str) -> str:
    # Written anew wherever a later parser could read them differently, or there are many.
    if len(attributes) <= MAX_PLAIN_ATTRIBUTES and _PLAIN_ATTRIBUTES.fullmatch(attributes):
        return f"<{name}{attributes}>"
    kept = attributes_of(attributes).items()
    return f"<{name}{''.join(f' {key}={_quoted(value)}' for key, value in kept)}>"


def _quoted(value: str) -> str:
    return '"' + value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


def _skipped(markup: str, start: int, mark: str) -> tuple[int, str]:
    """Return where a comment or declaration that begins at `start` ends, and its text if any."""
    if mark == "<!--":
        if markup.startswith((">", "->"), start + 4):
            return markup.index(">", start) + 1, ""
        found = _COMMENT_END.search(markup, start + 4)
        return (found.end() if found else len(markup)), ""
    close = markup.find(">", start)
    if mark == "</" and close != start + 2:
        return start + 2, "</"
    return (close + 1 if close >= 0 else len(markup)), ""


def _end_of_raw(markup: str, position: int, name: str) -> int:
    """Return where the end tag of a script or the like begins; the end of all if it has none."""
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(markup, position)
    return found.start() if found else len(markup)


def _is_cut_off(name: str, attributes: str) -> bool:
    is_known = name in BLOCKS | VOID | FORMATTING | RAW | _OFTEN_CUT
    # "if a <b" is more likely to be text than the beginning of a tag.
    return is_known and (len(name) > 1 or bool(attributes.strip()))
