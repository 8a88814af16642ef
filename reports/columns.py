"""Text in columns for a fixed-width page: wrapped and padded by what characters really take."""

import unicodedata

WIDTH = 78


def width_of(text: str) -> int:
    """Return how many columns `text` takes: East Asian wide characters and emoji two, marks none.

    >>> width_of("Mars"), width_of("火星")
    (4, 4)
    """
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Return `text` in lines of at most `width` columns.

    Addresses are never broken; other words that are longer than a line are, and so is text
    without spaces.

    Args:
        text: One paragraph.
        first: Begins the first line.
        rest: Begins the further lines; by default as many spaces as `first` is wide.
        width: Columns of a line, indents included.
    """
    indent = " " * width_of(first) if rest is None else rest
    room = width - width_of(indent)
    pieces = [piece for word in text.split() for piece in _pieces(word, room)]
    line = first + "".join(pieces[:1])
    lines, used = [], width_of(line)
    for piece in pieces[1:]:
        takes = width_of(piece)
        if used + 1 + takes > width:
            lines.append(line)
            line, used = indent + piece, width_of(indent) + takes
        else:
            line, used = f"{line} {piece}", used + 1 + takes
    return "\n".join([*lines, line.rstrip()])


def _pieces(word: str, width: int) -> list[str]:
    """Return a word, in pieces where it is wider than a line."""
    if width_of(word) <= width or "://" in word or "@" in word:
        return [word]
    pieces, piece, used = [], "", 0
    for character in word:
        takes = _width(character)
        if piece and takes and used + takes > width:
            pieces.append(piece)
            piece, used = "", 0
        piece += character
        used += takes
    return [*pieces, piece]


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` columns, cut or filled with spaces."""
    cut = ""
    for character in text:
        if width_of(cut + character) > width:
            break
        cut += character
    space = " " * (width - width_of(cut))
    return space + cut if right else cut + space
