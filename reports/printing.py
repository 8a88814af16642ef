"""The two Jinja environments: what happens to every text on its way into HTML or plain text."""

import re
import unicodedata
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.columns import WIDTH, padded, width_of, wrapped
from reports.words import shorten

# What a mail client that guesses may take for markup: an entity, an element. An invisible word
# joiner in it keeps it the text that it is.
_ENTITY = re.compile(r"(?<=&)(?=(?:[A-Za-z]{2,8}|#\d+|#[xX][0-9a-fA-F]+);)")
_ELEMENT = re.compile(
    r"(?<=<)(?=/?(?:a|b|br|div|em|h[1-6]|img|li|p|span|strong|table|t[dhr]|ul)[\s/>])",
    re.IGNORECASE,
)
_RTL = ("R", "AL")
WORD_JOINER = "\u2060"

# Such a word would widen a phone's page; it may break wherever a piece ends.
_LONG_WORD = re.compile(r"[0-9A-Za-z_\u00c0-\u052f]{20,}|[!-~\u00a1-\u052f]{32,}")
PIECE = 8
BREAK = "\u200b"


def html_environment() -> Environment:
    """Return the environment of the HTML templates: everything is escaped."""
    environment = _environment(autoescape=True, finalize=_for_html)
    environment.filters["link"] = _link
    environment.tests["rtl"] = has_rtl
    environment.tests["beginning_rtl"] = begins_rtl
    return environment


def text_environment() -> Environment:
    """Return the environment of the text template, with filters that lay out columns."""
    environment = _environment(autoescape=False)
    environment.filters["wrap"] = wrapped
    environment.filters["pad"] = padded
    environment.filters["shorten"] = shorten
    environment.filters["heading"] = _heading
    environment.globals["numbered"] = _numbered
    return environment


def _environment(**options: object) -> Environment:
    make = partial(
        Environment,
        loader=PackageLoader("reports"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return make(**options)  # type: ignore[arg-type]


def _for_html(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    joined = _ENTITY.sub(WORD_JOINER, value)
    return _LONG_WORD.sub(_breakable, joined)


def _link(url: str) -> Markup:
    """Return an address for an attribute: escaped, and not to be broken or joined."""
    return Markup(escape(url))  # noqa: S704 it is escaped


def has_rtl(text: str) -> bool:
    """Whether some of the text runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in _RTL for c in text)


def begins_rtl(text: str) -> bool:
    """Whether the text as a whole does: its first letter decides (UAX 9, rule P2)."""
    kinds = (unicodedata.bidirectional(character) for character in text)
    return next((kind in _RTL for kind in kinds if kind in ("L", *_RTL)), False)


def disarmed(line: str) -> str:
    """Return a line of plain text that no client takes for markup; addresses stay as they are."""
    if line.lstrip().startswith(("http://", "https://")):
        return line
    joined = _ENTITY.sub(WORD_JOINER, line)
    return _ELEMENT.sub(WORD_JOINER, joined)


def _breakable(found: re.Match[str]) -> str:
    word = found.group()
    return BREAK.join(word[n : n + PIECE] for n in range(0, len(word), PIECE))


def _heading(text: str, right: str = "") -> str:
    """Return a heading over the whole width, underlined, with a note at its right."""
    space = " " * max(1, WIDTH - width_of(text) - width_of(right))
    line = f"{text.upper()}{space}{right}".rstrip()
    return f"{line}\n{'-' * WIDTH}"


def _numbered(outlets: tuple[tuple[str, str], ...]) -> str:
    """Return the key to a table's numbered columns."""
    return ", ".join(f"{n} {whole}" for n, (_, whole) in enumerate(outlets, 1))
