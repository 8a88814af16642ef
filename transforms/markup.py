"""Hostile HTML of feeds → safe HTML, plain text, or the blocks of a body.

Everything here is linear in its input, whatever the input is.
"""

import re
from html import unescape

import nh3

from transforms.blocks import blocks_from, read_pieces, tree_of
from transforms.errors import InvalidURLError
from transforms.htmltokens import BLOCKS, tamed, tokens
from transforms.records import Block
from transforms.related import take_related, take_topics
from transforms.urls import clean_url, is_local

MAX_CHARACTERS = 200_000

ALLOWED = {
    "p", "br", "hr", "a", "em", "strong", "b", "i", "u", "s", "sub", "sup", "code", "pre", "q",
    "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "h2", "h3", "h4", "figure", "figcaption",
    "img",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}}
_DROPPED_WITH_CONTENT = {"script", "style", "svg", "math", "template", "select", "object", "canvas"}
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_PIXELS = re.compile(r' (?:width|height)="0*[01](?:px)?"')
_MOST_PASSES = 5
_BLOCK_NAMES = BLOCKS | {"img", "picture", "hr"}


def sanitise(markup: str, base: str | None = None) -> str:
    """Return `markup` with nothing in it but harmless elements and absolute addresses.

    Depth and size are capped first. Links keep http, https and mailto; pictures are dropped where
    they count readers (1 x 1) or lead into the local network. What is not allowed loses its tags
    and keeps its text; scripts, styles and drawings go altogether.

    Args:
        markup: HTML of a feed.
        base: The address that relative links are resolved against; without it they are dropped.
    """

    def allowed_value(tag: str, name: str, value: str) -> str | None:
        if name in {"href", "src"}:
            if tag == "a" and value.strip().lower().startswith("mailto:"):
                return value.strip()
            return _address(value, base)
        return value if name not in {"width", "height"} or value.isdigit() else None

    clean = markup[:MAX_CHARACTERS]
    # Elements that lose their tags may leave others nested as no parser would nest them (a link in
    # a table in a link): what a browser makes of that is cleaned, too.
    for _ in range(_MOST_PASSES):
        dirty, clean = (
            clean,
            nh3.clean(
                tamed(clean),
                tags=ALLOWED,
                clean_content_tags=_DROPPED_WITH_CONTENT,
                attributes=_ATTRIBUTES,
                attribute_filter=allowed_value,
                url_schemes={"http", "https", "mailto"},
                link_rel="noopener noreferrer",
            ),
        )
        if clean == dirty:
            break
    return _IMAGE.sub(_without_useless_image, clean)


def text_of(markup: str) -> str:
    r"""Return the text of `markup`: entities read once, tags gone, blocks on lines of their own.

    For titles and summaries, which may be text or markup: a `<` that opens no tag is text.

    >>> text_of("a <b>bold</b> 5 < 6 &amp; AT&T")
    'a bold 5 < 6 & AT&T'
    >>> text_of("<p>One.</p><p>Two.</p>")
    'One.\nTwo.'
    """
    if "<" not in markup:
        return unescape(markup) if "&" in markup else markup
    parts: list[str] = []
    for token in tokens(markup):
        if token.kind == "text":
            parts.append(unescape(token.value))
        elif token.value in _BLOCK_NAMES or token.value == "br":
            parts.append("\n")
    return re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip()


def blocks_of(markup: str, base_url: str | None = None) -> tuple[Block, ...]:
    """Return the blocks of a feed's body in reading order; see `transforms.blocks.read_pieces`.

    Links to other articles under "Related" and to topics are left out. A picture's alternative
    text is its caption if it has no other.

    Args:
        markup: HTML, or text with blank lines between its paragraphs.
        base_url: The address that pictures are resolved against; without it relative ones have
            no address.
    """
    markup = markup[:MAX_CHARACTERS]
    if not is_block_markup(markup) and "<br" not in markup.lower():
        markup = re.sub(r"\n[ \t\r]*\n", "<br><br>", markup)
    tree = tree_of(tamed(markup))
    take_related(tree, base_url)
    take_topics(tree)
    return blocks_from(read_pieces(tree, base_url, alt_is_caption=True))


def is_block_markup(markup: str) -> bool:
    """Tell if `markup` holds paragraphs, lists, pictures or the like, not only text and links."""
    return any(token.kind == "start" and token.value in _BLOCK_NAMES for token in tokens(markup))


def _address(value: str, base: str | None) -> str | None:
    try:
        address = clean_url(value, base)
    except InvalidURLError:
        return None
    return None if is_local(address) else address


def _without_useless_image(found: re.Match[str]) -> str:
    attributes = found[1]
    is_pixel = len(_PIXELS.findall(attributes)) == len({"width", "height"})
    return "" if is_pixel or ' src="' not in attributes else found[0]
