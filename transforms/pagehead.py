"""What stands on a page between its headline and its body: standfirst, byline, date, pictures."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from transforms.dates import Moment, parse_date
from transforms.figures import Piece, same_words
from transforms.text import one_line

# A date line this far below the headline still belongs to the head.
MAX_HEAD = 6
MIN_STANDFIRST_WORDS = 5
MAX_STANDFIRST = 600
_PARTS = re.compile(r"\s*(?:[|•·]|\s[-–—]\s)\s*")  # noqa: RUF001 an en dash
_DATED = re.compile(
    r"(?P<updated>(?:last )?updated|modified)?(?:published|posted|date|on)?(?: on)?:?\s*"
    r"(?P<date>.{6,45})",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"(?:(?:posted |published |written |story |words |reported )?by|par|von|por):? \S.{1,120}",
    re.IGNORECASE,
)
_READING_TIME = re.compile(r"\d+[- ]min(?:ute)?s?(?: read)?|.{0,20}\bmin read", re.IGNORECASE)


@dataclass(slots=True)
class Head:
    """What was read above the body.

    Attributes:
        standfirst: The paragraph between headline and body.
        published: The day or moment of a line that is a date as a whole.
        byline: The line that names the authors.
        figures: Pictures above the first paragraph.
        body: The pieces of the body.
    """

    standfirst: str | None = None
    published: Moment = field(default_factory=Moment)
    byline: str | None = None
    figures: list[Piece] = field(default_factory=list)
    body: list[Piece] = field(default_factory=list)


def read_head(pieces: list[Piece], title: str, dek: str | None, now: datetime) -> Head:
    """Part the pieces of a page into head and body.

    Args:
        pieces: In the page's order; those after the article's container are ignored.
        title: The headline: what stands above it on the page is navigation, but for pictures
            with a credit.
        dek: The description that the metadata give; a first paragraph with the same words is
            the standfirst if a date, byline or picture parts it from the body.
        now: For dates.
    """
    head = Head()
    start = _after_title(pieces, title)
    for piece in pieces[:start]:
        figure = piece.block.figure
        if figure and (figure.credit or figure.caption or piece.place == "inside"):
            head.figures.append(piece)
    rest = [piece for piece in pieces[start:] if piece.place != "after"]
    inside = next((i for i, piece in enumerate(rest) if piece.place == "inside"), len(rest))
    for piece in rest[:inside]:
        _read_line(head, piece, now)
    head.body = rest[inside:]
    _take_lines_above(head, title, dek, now)
    return head


def _after_title(pieces: list[Piece], title: str) -> int:
    """Return the index of the first piece below the headline."""
    for index, piece in enumerate(pieces):
        is_heading = piece.block.type == "heading" and piece.place != "after"
        if is_heading and same_words(piece.block.text or "", title):
            return index + 1
    return next(
        (
            index + 1
            for index, piece in enumerate(pieces)
            if piece.role == "title" and piece.place != "after"
        ),
        0,
    )


def _read_line(head: Head, piece: Piece, now: datetime) -> bool:
    """Note what a piece above the body says; False if it says nothing that belongs to the head."""
    text = piece.block.text or ""
    if piece.block.figure:
        head.figures.append(piece)
        return True
    if moment := dated(text, now):
        head.published = head.published if head.published.at else moment
        return True
    if BYLINE.fullmatch(text):
        head.byline = head.byline or text
        return True
    if _READING_TIME.fullmatch(text):
        return True
    is_standfirst = piece.role == "standfirst" or (
        piece.block.type in ("p", "heading")
        and len(text.split()) >= MIN_STANDFIRST_WORDS
        and len(text) <= MAX_STANDFIRST
    )
    if is_standfirst and head.standfirst is None:
        head.standfirst = text
        return True
    return False


def _take_lines_above(head: Head, title: str, dek: str | None, now: datetime) -> None:
    """Move standfirst, byline, date and pictures from the beginning of the body to the head."""
    body = head.body
    last = -1
    for index, piece in enumerate(body[:MAX_HEAD]):
        text = piece.block.text or ""
        if piece.role == "standfirst" or dated(text, now) or BYLINE.fullmatch(text):
            last = index
    above, below = body[: last + 1], body[last + 1 :]
    for piece in above:
        if not same_words(piece.block.text or "", title):
            _read_line(head, piece, now)
    while below and (below[0].block.figure or _is_repeated(below, title, dek)):
        piece = below.pop(0)
        if piece.block.figure:
            head.figures.append(piece)
            above = [*above, piece]
        elif not same_words(piece.block.text or "", title):
            head.standfirst = head.standfirst or piece.block.text
    head.body = below


def _is_repeated(pieces: list[Piece], title: str, dek: str | None) -> bool:
    """Tell if the body begins with the title, or with the standfirst above a picture."""
    text = pieces[0].block.text or ""
    if same_words(text, title):
        return True
    is_apart = len(pieces) > 1 and pieces[1].block.figure is not None
    return dek is not None and same_words(text, dek) and is_apart


def dated(line: str, now: datetime) -> Moment | None:
    """Return the moment of a line that is a date as a whole: "March 16, 2021 | By A. Person".

    None for every other line; a date within a sentence dates nothing.
    """
    found: Moment | None = None
    parts = _PARTS.split(one_line(line, 200)) if len(line) <= 200 else []  # noqa: PLR2004 a line
    for part in parts:
        match = _DATED.fullmatch(part)
        moment = parse_date(match["date"], now) if match else Moment()
        if match and moment.at:
            found = found or (Moment() if match["updated"] else moment)
        elif not (BYLINE.fullmatch(part) or _READING_TIME.fullmatch(part)):
            return None
    return found
