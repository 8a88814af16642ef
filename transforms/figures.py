"""Whose picture it is and what it shows: credits and captions, apart from each other and the body.

The only place that knows how publishers write credits ("Photo by: NASA", "(Bild: ESA)", "© JAXA").
"""
# ruff: noqa: RUF001 publishers write typographic quotes, dashes and full-width colons

import re
from dataclasses import dataclass, replace

from transforms.records import Block, Figure
from transforms.text import one_line

MAX_CREDIT = 300
MAX_CAPTION = 1_000
MAX_BESIDE = (
    400  # characters of a paragraph that is taken for a caption because it ends in a credit
)
# "Photo by" without a colon begins a sentence as often as a credit: a name is short.
MAX_NAME_WORDS = 8
# "Image: the crater at noon" describes; "Image: NASA" credits.
MAX_WEAK_CREDIT_WORDS = 12

_KIND = (
    r"(?:photo(?:graph(?:y|s)?|s)?|images?|pictures?|illustrations?|artwork|graphics?|video|animation"
    r"|render(?:ing)?|foto(?:s|grafie|grafía)?|bild(?:er)?|imagen|imágenes|immagine|imagem|beeld"
    r"|grafik|visuel)"
)
_CREDIT = r"(?:credits?|crédits?|créditos?|crediti)"
# Words that always mean a credit. APOD writes "Image Credit & Copyright:".
_STRONG = (
    rf"(?:(?:{_KIND}\s+)?(?:{_CREDIT}|copyright|(?:by|courtesy)(?:\s+of)?|via)"
    rf"(?:\s*(?:&|and|et|y|und|/)\s*(?:copyright|licen[cs]e|{_CREDIT}))?"
    rf"(?:\s+(?:photos?|images?))?\s*[:：]"
    r"|(?:bild|foto)(?:quelle|nachweis|rechte|credit)\s*[:：]"
    r"|(?:copyright\s*)?(?:©|\(c\))(?:\s*copyright)?\s*:?)"
)
_NAMED = rf"(?:{_KIND}\s+(?:by|via|courtesy(?:\s+of)?)|courtesy(?:\s+of)?)(?=\s)"
# These are followed by a name or by a description.
_WEAK = rf"(?:{_KIND}|sources?|quelle)\s*[:：]"

_PREFIX = re.compile(rf"\s*(?:{_STRONG}|{_NAMED}|{_WEAK})\s*", re.IGNORECASE)
_STRONG_PREFIX = re.compile(rf"\s*{_STRONG}\s*", re.IGNORECASE)
_NAMED_PREFIX = re.compile(rf"\s*{_NAMED}\s*", re.IGNORECASE)
_WEAK_PREFIX = re.compile(rf"\s*{_WEAK}\s*", re.IGNORECASE)
# Inside a text a credit begins in brackets, or as a sentence of its own with a capital letter.
_BRACKETED = re.compile(
    rf"[(\[]\s*(?:{_STRONG}|{_NAMED}|{_WEAK})\s*([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)[)\]]",
    re.IGNORECASE,
)
_MIDWAY = re.compile(
    rf"(?<=[\s.|/—–])(?=[A-ZÀ-Ý©])(?i:{_STRONG})\s*"
    rf"|(?<=[.!?…)”\"|—–]\s)(?=[A-Z])(?i:{_NAMED}|{_WEAK})\s*"
)
_SENTENCE_END = re.compile(r"(?<=[A-Za-z0-9)\]]{3}[.!?])\s+(?=[A-ZÀ-Ý])")
_SEPARATORS = " \t|·•—–-/;,:"
_BETWEEN_NAMES = frozenset(
    "a al and by collaboration courtesy d da de del der di dos du et for from in la le of on photo "  # noqa: SIM905
    "processing team the und van via von with y e".split()
)
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Inc|Corp|Ltd|Co|Jr|Sr|Bros|Univ|Inst|al))\.$")


def split_credit(text: str) -> tuple[str | None, str | None]:
    """Return what a caption says of its picture, and whom it credits; each None if not there.

    Slashes, tildes and commas inside a credit stay: "NASA/GSFC/Arizona State University" is one.

    >>> split_credit("The lunar south pole, ~600 km wide. Credit: NASA/GSFC")
    ('The lunar south pole, ~600 km wide.', 'NASA/GSFC')
    >>> split_credit("Photo by: NASA")
    (None, 'NASA')
    >>> split_credit("Image of the Day")
    ('Image of the Day', None)
    """
    line = one_line(text, MAX_CREDIT + MAX_CAPTION)
    if found := _BRACKETED.search(line):
        rest = line[found.end() :].lstrip()
        gap = "" if rest[:1] in {".", ",", ";", ":"} else " "
        return _caption(line[: found.start()].rstrip() + gap + rest), _credit(found[1])
    if found := _STRONG_PREFIX.match(line):
        credit, caption = _parted(line[found.end() :])
        return _caption(caption), _credit(credit)
    if found := _NAMED_PREFIX.match(line):
        credit, caption = _parted(line[found.end() :])
        if _is_name(credit) and len(credit.split()) <= MAX_NAME_WORDS:
            return _caption(caption), _credit(credit)
    if found := _MIDWAY.search(line):
        credit, rest = _parted(line[found.end() :])
        before = line[: found.start()]
        weak = _WEAK_PREFIX.match(before)
        return _caption(f"{before[weak.end() if weak else 0 :]} {rest}"), _credit(credit)
    if found := _WEAK_PREFIX.match(line):
        return _weak(line[found.end() :])
    return _caption(line), None


def credit_of(text: str) -> str | None:
    """Return the name in a text that is marked as a credit, with or without "Photo by:"."""
    caption, credit = split_credit(text)
    return credit or (caption and _credit(caption))


def is_credit_line(text: str) -> bool:
    """Tell if a whole line only credits somebody: "Photo by: NASA"."""
    if len(text) > MAX_CREDIT or not _PREFIX.match(text.lstrip("([")):
        return False
    caption, credit = split_credit(text)
    return caption is None and credit is not None


@dataclass(frozen=True, slots=True)
class Piece:
    """A block on its way into a body.

    Attributes:
        role: What its markup says that it is: `caption`, `credit`, `title`, `standfirst`, or "".
        place: `before`, `inside` or `after` the article's own container.
    """

    block: Block
    role: str = ""
    place: str = "inside"


def tie_captions(pieces: list[Piece]) -> list[Piece]:
    """Return `pieces` with credits and captions moved into the figures that they stand beside.

    A credit belongs to the picture right above it, else to the one right below, else it stands
    for a picture that we do not have. Repetitions ("Photo by: X", then "X"; the caption above and
    below) go. No credit and no caption remains as a paragraph.
    """
    tied: list[Piece] = []
    waiting = Figure()  # what was said of a picture that is still to come
    last = Figure()  # what the line before said of a picture
    for index, piece in enumerate(pieces):
        if piece.block.type == "figure":
            tied.append(_with(piece, waiting))
            waiting = last = Figure()
            tied = _without_repeated_caption(tied)
            continue
        text = piece.block.text or ""
        above = tied[-1].block.figure if tied else None
        if _repeats(text, last) or (above and _repeats(text, above)):
            continue
        said = _said(piece) or _said_beside(piece, above, pieces[index + 1 : index + 2])
        last = said or Figure()
        if said is None:
            tied.append(piece)
        elif above and _has_room(above, said):
            tied[-1] = _with(tied[-1], said)
            tied = _without_repeated_caption(tied, pieces[index + 1 : index + 3])
        elif said.credit and _floats(tied):
            tied[-2] = _with(tied[-2], said)
        elif _is_figure(pieces, index + 1) or _is_about_figure(pieces, index + 1):
            waiting = _merged(waiting, said)
        elif piece.role == "credit" and not is_credit_line(text):
            continue  # a class name alone does not make a name the credit of a missing picture
        else:
            figure = _merged(waiting, said)
            tied.append(replace(piece, block=Block("figure", figure=figure), role=""))
            waiting = Figure()
            tied = _without_repeated_caption(tied, pieces[index + 1 : index + 3])
    return _with_lone_credit(tied)


def _with_lone_credit(tied: list[Piece]) -> list[Piece]:
    """Give the only credit that stands alone to the only picture, if nobody else is credited."""
    figures = [(index, p.block.figure) for index, p in enumerate(tied) if p.block.figure]
    match figures:
        case [(first, Figure(url=str(), credit=None)), (second, Figure(url=None) as lone)]:
            rest = [*tied[:second], *tied[second + 1 :]]
            rest[first] = _with(rest[first], lone)
            return rest
        case _:
            return tied


def _said(piece: Piece) -> Figure | None:
    """Return what a paragraph says of a picture; None if it is a paragraph of the body."""
    text = piece.block.text or ""
    if piece.role == "credit":
        return Figure(credit=credit_of(text))
    if piece.role == "caption":
        caption, credit = split_credit(text)
        return Figure(caption=caption, credit=credit)
    if piece.block.type == "p" and is_credit_line(text):
        return Figure(credit=split_credit(text)[1])
    return None


def _said_beside(piece: Piece, above: Figure | None, below: list[Piece]) -> Figure | None:
    """Return what a short paragraph beside a picture without credit says, if it credits someone."""
    text = piece.block.text or ""
    beside = (above, below[0].block.figure if below else None)
    is_bare = any(f and f.url and not (f.credit or f.caption) for f in beside)
    if piece.block.type != "p" or not is_bare or len(text) > MAX_BESIDE:
        return None
    caption, credit = split_credit(text)
    return Figure(caption=caption, credit=credit) if caption and credit else None


def _floats(tied: list[Piece]) -> bool:
    """Tell if the paragraph above stands beside a picture with an address that none is credited."""
    figure = tied[-2].block.figure if len(tied) > 1 and tied[-1].block.type == "p" else None
    return figure is not None and figure.url is not None and figure.credit is None


def _is_figure(pieces: list[Piece], index: int) -> bool:
    return index < len(pieces) and pieces[index].block.type == "figure"


def _is_about_figure(pieces: list[Piece], index: int) -> bool:
    """Tell if a further line about the same picture follows, and then the picture."""
    return (
        index < len(pieces) and _said(pieces[index]) is not None and _is_figure(pieces, index + 1)
    )


def _has_room(figure: Figure, said: Figure) -> bool:
    return not (
        (said.credit and figure.credit and said.credit != figure.credit)
        or (said.caption and figure.caption and not same_words(said.caption, figure.caption))
    )


def _with(piece: Piece, said: Figure) -> Piece:
    figure = _merged(piece.block.figure or Figure(), said)
    return replace(piece, block=replace(piece.block, figure=figure))


def _merged(figure: Figure, said: Figure) -> Figure:
    return replace(
        figure,
        caption=figure.caption or said.caption,
        credit=figure.credit or said.credit,
    )


def _repeats(text: str, figure: Figure) -> bool:
    return any(same_words(text, known) for known in (figure.credit, figure.caption) if known)


def _without_repeated_caption(
    tied: list[Piece], following: list[Piece] | None = None
) -> list[Piece]:
    """Take the line above the last figure for its caption if that is what the line repeats."""
    if not tied[1:] or tied[-2].block.type != "p":
        return tied
    figure, text = tied[-1].block.figure or Figure(), tied[-2].block.text or ""
    if figure.caption and same_words(text, figure.caption):
        return [*tied[:-2], tied[-1]]
    # "Caption / Photo by: X / X / Caption": the second one is dropped when it comes.
    if not figure.caption and any(same_words(text, p.block.text or "") for p in following or []):
        return [*tied[:-2], _with(tied[-1], Figure(caption=text))]
    return tied


def same_words(one: str, other: str) -> bool:
    """Tell if two texts are the same but for case, white space and the shape of quotes."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    plain = text.translate(_PLAIN_QUOTES)
    return " ".join(plain.casefold().split()).rstrip(" .")


_PLAIN_QUOTES = str.maketrans("‘’“”", "''\"\"")


def _weak(text: str) -> tuple[str | None, str | None]:
    if _is_name(text) and len(text.split()) <= MAX_WEAK_CREDIT_WORDS:
        return None, _credit(text)
    return _caption(text), None


def _is_name(text: str) -> bool:
    """Tell if a text is made of names: its other words are "of", "via" and the like."""
    words = (word.strip(_SEPARATORS + "()[].’'\"") for word in text.split())
    return all(not word[:1].islower() or word in _BETWEEN_NAMES for word in words)


def _parted(text: str) -> tuple[str, str]:
    """Return the credit at the beginning of `text`, and the sentences that follow it."""
    for end in _SENTENCE_END.finditer(text):
        credit, rest = text[: end.start()], text[end.end() :]
        if len(rest.split()) >= MAX_NAME_WORDS and not _ABBREVIATION.search(credit):
            return credit, rest
    return text, ""


def _credit(text: str) -> str | None:
    """Return a credit without the words before it ("Photo by: © NASA" names NASA) or None."""
    while found := _PREFIX.match(text):
        text = text[found.end() :]
    text = text.strip(_SEPARATORS)
    if text.endswith(".") and not _ABBREVIATION.search(text):
        text = text[:-1].rstrip()
    if text.endswith((")", "]")) and text.count("(") < text.count(")"):
        text = text[:-1].rstrip()
    return one_line(text, MAX_CREDIT) or None


def _caption(text: str) -> str | None:
    line = one_line(text, MAX_CAPTION).lstrip("|·•—–-/;,: ").rstrip("|·•—–/;,( ")
    return line or None
