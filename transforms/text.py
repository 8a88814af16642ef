"""Make feed text safe to store, print and compare: plain text in, plain text out.

Text that comes out is NFC, holds no control, bidi or invisible character and no lone surrogate,
so a database, a mail header and a log line can take it. Markup is not touched: strip it first.

What had to be done to a text can be noted in a set that the caller hands in:

>>> notes = set()
>>> one_line("Chinaâ€™s station   opens", notes=notes), notes
('China’s station opens', {'text_repaired'})
"""
# ruff: noqa: RUF001, RUF002 this module is about look-alike characters

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

TITLE_LIMIT = 500
PARAGRAPH_LIMIT = 1000

# A base letter with more marks than this is decoration ("zalgo"); no language needs as many.
MAX_COMBINING_MARKS = 8

# At most so many raw characters are looked at for one character that is kept: a title that is
# 10 MB of spaces costs nothing.
RAW_CHARACTERS_PER_KEPT = 20

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Dropped: C0 and C1 controls, soft hyphen, Arabic letter mark, Mongolian vowel separator, zero
# width and bidi marks, embeddings and isolates, invisible operators, byte order mark,
# interlinear annotation, tag characters. White space among them becomes a space.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = "\t\n\v\f\r\x85\xa0\u2028\u2029"

# C1 controls are never meant: they are windows-1252 punctuation that was read as Latin-1. HTML
# (parsing, "numeric character reference end state") maps them the same way. U+0085 is a line end.
_MEANT_BY_C1 = {
    code: bytes([code]).decode("windows-1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x85, 0x8D, 0x8F, 0x90, 0x9D}
}

_C1 = re.compile("[\x80-\x9f]")

# UTF-8 read as Latin-1 or windows-1252: a lead byte's character, then those of one, two or three
# continuation bytes. Only then is ftfy worth its import (46 ms); it decides.
_CONTINUATION = (
    "[\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
)
_MOJIBAKE = re.compile(
    f"[\xc2-\xdf]{_CONTINUATION}|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}"
)

# Where a run of marks may hide: characters that are neither letters nor digits nor spaces.
_MARKS = re.compile(rf"[^\x00-\u02ff\w\s]{{{MAX_COMBINING_MARKS + 1},}}")


def clean_text(raw: str) -> tuple[str, bool]:
    r"""Return `raw` fit for storage, and whether broken encoding had to be repaired in it.

    The text is NFC; line ends, tabs and no-break spaces are spaces; other controls and invisible
    characters are gone; lone surrogates are U+FFFD. Curly quotes and dashes stay as given.
    Cleaning twice is cleaning once, but for encoding that was broken twice.

    >>> clean_text("Ar\u200btemis\tII")
    ('Artemis II', False)
    """
    if raw.isascii() and raw.isprintable():
        return raw, False
    text, is_repaired = _repair(raw)
    if _UNWANTED.search(text):
        text = _UNWANTED.sub(_replacement, text)
    # Capped before NFC, which sorts a run of marks in quadratic time, and again after it,
    # because one mark may become two.
    text = _cap_marks(unicodedata.normalize("NFC", _cap_marks(text)))
    return text, is_repaired


def one_line(raw: str | None, limit: int = TITLE_LIMIT, notes: set[str] | None = None) -> str:
    """Return `raw` cleaned, on one line with single spaces, at most `limit` characters.

    A longer text is cut at the end of a word. The empty string comes back for None and for text
    with nothing to see.

    Args:
        raw: Plain text.
        limit: In characters.
        notes: Gets `text_repaired` or `truncated` where that was done.
    """
    if not raw:
        return ""
    enough = limit * RAW_CHARACTERS_PER_KEPT
    text, is_repaired = clean_text(raw[:enough])
    line = " ".join(text.split())
    if notes is not None and is_repaired:
        notes.add("text_repaired")
    if len(line) <= limit and len(raw) <= enough:
        return line
    if notes is not None:
        notes.add("truncated")
    return _cut(line, limit)


def paragraph(raw: str | None, limit: int = PARAGRAPH_LIMIT, notes: set[str] | None = None) -> str:
    """Return `raw` as one paragraph: as `one_line`, with a paragraph's limit."""
    return one_line(raw, limit, notes)


# The end of a sentence: not an initial ("J. Smith", "U.S. Senate"), not a short title ("Dr. No").
_SENTENCE_END = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[\d)”\"’]))[.!?…][\"'”’)]*(?= )")
_ABBREVIATED = re.compile(r"\b(?:approx|capt|dept|prof|sen|gen|gov|col|rep|rev|inc|ltd|est|fig)\.$")


def shorten(text: str, limit: int) -> str:
    """Return one-line `text` in at most `limit` characters, for print.

    It ends with a sentence where one ends in the second half of what fits; otherwise with a word
    and "…".

    >>> shorten("Artemis II flew. The crew is well and on its way home.", 30)
    'Artemis II flew.'
    >>> shorten("The crew is well and on its way home", 20)
    'The crew is well…'
    """
    if len(text) <= limit:
        return text
    ends = [
        found.end()
        for found in _SENTENCE_END.finditer(text, 0, limit + 1)
        if not _ABBREVIATED.search(text[: found.end()].lower())
    ]
    if ends and ends[-1] * 2 >= limit:
        return text[: ends[-1]]
    return _cut(text, limit - 1).rstrip(" ,;:–—-(") + "…"


# Names that outlets put behind their headlines. Any other last part may be the headline's own
# ("Falcon 9 Block 5 | Starlink 10-5"), so it counts. Callers add the publishers they know.
_OUTLETS = """
al jazeera|ap news|ars technica|astronomy|astronomy magazine|bbc|bbc news|bbc sky at night
canadian space agency|cbc news|cbs news|cnn|daily mail|earthsky|engadget|esa|esa hubble|esa webb
esa/hubble|esa/webb|eso|european space agency|fox news|geekwire|gizmodo|iflscience|jaxa|jpl
live science|mit news|nasa|nasa blogs|nasa jet propulsion laboratory|nasa science
nasaspaceflight|national geographic|nature|nbc news|new scientist|noaa|noirlab|npr|nsf|payload
phys|planetary society|popular science|quanta magazine|reuters|science|sciencedaily
scientific american|scitechdaily|sky & telescope|sky and telescope|smithsonian magazine|space
spaceflight now|spacenews|spacepolicyonline|techcrunch|the conversation|the guardian
the independent|the new york times|the planetary society|the register|the space review
the verge|the washington post|universe today|usa today|wired|yahoo news
"""
_OUTLET_NAMES = frozenset(_OUTLETS.strip().replace("\n", "|").split("|"))
_SPACED_SEPARATOR = re.compile(r"\s+[-–—|•·]\s+")
_DOMAIN = re.compile(
    r"(?:www\.)?[\w-]+(?:\.[\w-]+)?\.(?:com|org|net|gov|int|edu|news|io|eu|co\.uk|space)"
)
_LATIN_MARKS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MINUS = re.compile(r"(?<!\S)[-−](?=[\d.])")
_NO_WORD = re.compile(r"[^\w+%°$€£¥<>=]+")
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "_": " "})


def title_key(title: str, outlets: Iterable[str] = ()) -> str:
    """Return what duplicates share of a headline; empty if it holds no word.

    Case, accents on Latin letters, quotes, dashes and punctuation do not count, nor does the name
    of an outlet behind a spaced dash or bar. Numbers, signs, and letters of other scripts do:
    headlines that say different things keep different keys. An empty key equals nothing.

    Args:
        title: Plain text.
        outlets: Names of publishers, besides the known ones.

    >>> title_key("NASA’s “Café” Opens - NASA") == title_key("NASA's cafe opens | Space.com")
    True
    """
    text = _without_outlet(" ".join(title.split()), outlets)
    # Folded between two decompositions, as in Unicode's NFKC_Casefold: a mathematical "A" is
    # a capital only once it is decomposed.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", _LATIN_MARKS.sub("", text)).translate(_PLAIN)
    text = _MINUS.sub("minus ", _THOUSANDS.sub("", text))
    text = re.sub("['’‘ʼ`´]", "", text)
    key = " ".join(_NO_WORD.sub(_marks_or_space, text).split())
    return key if any(character.isalnum() for character in key) else ""


def content_hash(*parts: str | None) -> int:
    """Return a signed 64-bit hash of `parts`, the same in every run, for DuckDB's BIGINT.

    Where one part ends and the next begins counts, and None differs from the empty string.
    """
    digest = blake2b(digest_size=8)
    for part in parts:
        if part is None:
            digest.update(b"\x00")
            continue
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"\x01%d:" % len(encoded))
        digest.update(encoded)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _repair(raw: str) -> tuple[str, bool]:
    text = raw
    if _MOJIBAKE.search(text):
        from ftfy import fix_encoding  # noqa: PLC0415 46 ms that most runs never need

        text = fix_encoding(text)
    if _C1.search(text):
        text = text.translate(_MEANT_BY_C1)
    return text, text != raw


def _replacement(found: re.Match[str]) -> str:
    character = found[0]
    if character in _SPACES:
        return " "
    return REPLACEMENT if "\ud800" <= character <= "\udfff" else ""


def _marks_or_space(found: re.Match[str]) -> str:
    # Vowel signs are marks in many scripts, and part of the word.
    return "".join(c if unicodedata.category(c).startswith("M") else " " for c in found[0])


def _cap_marks(text: str) -> str:
    return text if text.isascii() else _MARKS.sub(_capped, text)


def _capped(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept)


def _cut(line: str, limit: int) -> str:
    """Cut at the last word that fits; inside a word only if it fills half of the limit."""
    if len(line) <= limit:
        return line
    space = line.rfind(" ", 0, limit + 1)
    end = space if space * 2 >= limit else limit
    while end > 0 and unicodedata.category(line[end]).startswith("M"):
        end -= 1  # a letter keeps its accents
    return line[:end].rstrip()


def _without_outlet(title: str, outlets: Iterable[str]) -> str:
    separators = list(_SPACED_SEPARATOR.finditer(title))
    if not separators:
        return title
    last = title[separators[-1].end() :].casefold()
    is_outlet = (
        last in _OUTLET_NAMES
        or _DOMAIN.fullmatch(last)
        or last in {name.casefold() for name in outlets}
    )
    return title[: separators[-1].start()] if is_outlet else title
