"""Which picture is the article's main one, and whose caption and credit are its."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from transforms.errors import InvalidURLError
from transforms.figures import Piece, credit_of, split_credit
from transforms.markup import text_of
from transforms.metadata import Picture
from transforms.records import Figure
from transforms.text import one_line
from transforms.urls import clean_url, is_local

MAX_ALT = 500
# "pic-1024x683.jpg", "pic-scaled.jpg", "pic_640w.jpg", "pic-1200-80.jpg" (width, quality) and
# "pic@2x.jpg" are sizes of one picture; "moon-2022.jpg" and "moon-2023.jpg" are two.
_SIZE = re.compile(
    r"(?:[-_]\d{2,4}x\d{2,4}|[-_]scaled|[-_]\d{3,4}w|[-_]\d{3,4}-(?:[5-9]\d|100)|@\dx|[-_]e\d{10,})+$"
)
_MIN_NAME = 4


def choose_hero(
    pictures: list[Picture], leading: list[Piece], body: list[Piece], url: str | None
) -> tuple[Figure | None, str | None, list[Piece]]:
    """Return the main picture, the source that named it, and the body: what of `leading` it keeps.

    That is the picture that the metadata name, with what the page says about the same picture;
    failing that, the first one above the body. A credit above the body without a picture belongs
    to the picture of the metadata.

    Args:
        pictures: What the metadata name, best first.
        leading: Figures above the article's first paragraph, in the page's order.
        body: The pieces of the body below `leading`.
        url: The page's address, that relative ones are joined to.
    """
    source, stated = _stated(pictures, url)
    shown = [piece for piece in (*leading, *body) if piece.block.figure]
    twin = next((p for p in shown if stated and _is_same(stated, p.block.figure)), None)
    if twin is None and leading:
        first = leading[0].block.figure or Figure()
        # A leading picture that says whose it is tells more than one that nobody credits.
        if stated is None or first.url is None or first.credit or first.caption:
            twin = leading[0]
    kept = [piece for piece in leading if piece.place == "inside" and piece is not twin]
    if twin is None:
        return stated, source, [*kept, *body]
    figure = twin.block.figure or Figure()
    is_other = stated is None or (figure.url is not None and not _is_same(stated, figure))
    hero = figure if is_other or stated is None else _merged(stated, figure)
    return replace(hero, role="hero"), "figure" if is_other else source, [*kept, *body]


def _stated(pictures: list[Picture], url: str | None) -> tuple[str | None, Figure | None]:
    """Return the first picture of the metadata that has an address, filled by the others."""
    best: Figure | None = None
    source = None
    for picture in pictures:
        figure = _figure(picture, url)
        if figure is None:
            continue
        if best is None:
            best, source = figure, picture.source
        elif _is_same(best, figure):
            best = _merged(best, figure)
    return source, best


def _figure(picture: Picture, url: str | None) -> Figure | None:
    try:
        address = clean_url(picture.url, url)
    except InvalidURLError:
        return None
    if is_local(address):
        return None
    caption, credit = split_credit(text_of(picture.caption or ""))
    return Figure(
        url=address,
        width=_number(picture.width),
        height=_number(picture.height),
        alt=one_line(text_of(picture.alt or ""), MAX_ALT) or None,
        caption=caption,
        credit=(credit_of(text_of(picture.credit)) if picture.credit else None) or credit,
        role="hero",
    )


def _merged(stated: Figure, shown: Figure) -> Figure:
    """Return the picture as the metadata name it, with what the page says about it."""
    is_sized = stated.width is not None and stated.height is not None
    return replace(
        stated,
        width=stated.width if is_sized or shown.url != stated.url else shown.width,
        height=stated.height if is_sized or shown.url != stated.url else shown.height,
        alt=shown.alt or stated.alt,
        caption=shown.caption or stated.caption,
        credit=shown.credit or stated.credit,
    )


def _is_same(stated: Figure, shown: Figure | None) -> bool:
    """Tell if two addresses are of one picture: the same file name, whatever its size."""
    if shown is None or shown.url is None or stated.url is None:
        return False
    if shown.url == stated.url:
        return True
    one, other = _file_name(stated.url), _file_name(shown.url)
    return len(one) >= _MIN_NAME and one == other


def _file_name(url: str) -> str:
    name = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    return _SIZE.sub("", name.rsplit(".", 1)[0])


def _number(text: str | None) -> int | None:
    found = re.match(r"(\d{1,5})(?:px|\.0+)?$", (text or "").strip())
    return int(found[1]) if found else None
