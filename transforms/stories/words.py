"""Words of an article: boilerplate off, sentences, tokens, stems."""

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache

# What feeds, aggregators and picture desks add to a summary. It says nothing of the story.
BOILERPLATE = re.compile(
    r"""
      article\ url:\s*\S*
    | comments\ url:\s*\S*
    | points:\s*\d+
    | \#\s*comments:\s*\d+
    | https?://\S+
    | \bread\ more\b(?:\s*(?:\.\.\.|…|»|>))?
    | \bcontinue\ reading\b[^.]*
    | \bleer\ en\ español\b
    | get\ our\ (?:morning|evening|breaking|free)[^.]*
    | the\ post\ .{0,300}?\ (?:appeared\ first|first\ appeared)\ on\ .{0,80}
    | (?:photo|image|screenshot|photograph|illustration|credit|picture)s?\s*(?:by|:)\s*.{0,60}?/\s*
          (?:getty\ images|afp|reuters|ap|epa|shutterstock|bloomberg)\S*
          (?:\s+via\s+getty\ images)?
    | \(\s*[^()]{0,40}/\s*(?:getty\ images|afp|reuters|ap|epa|shutterstock)[^()]{0,20}\)
    | (?:subscribe|sign\ up)\ (?:to|for)\ [^.]*
    | ^apod:\s(?:\d{4}\s\w+\s\d{1,2}\s[\u2013-])?
    | \|[\w\ ]{0,30}\b(?:photo|picture|image)\ of\ the\ day\b.*
    | ^apod\ science\ apod\b.*
    | \[\s*(?:…|\.\.\.|&hellip;)\s*\]
    """,
    re.IGNORECASE | re.VERBOSE,
)
SENTENCE_END = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")
TOKEN = re.compile(r"[^\W_]+(?:[.'&-][^\W_]+)*")
# Curly quotes, odd hyphens and blanks are written as the plain ones.
FOLDED = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u00ad": None,
        "\u00a0": " ",
    }
)

# Endings of English that a story's headlines differ by; the longest that fits goes.
_ENDINGS = (
    ("ically", "ic"), ("ments", ""), ("ment", ""), ("ings", ""), ("ingly", ""), ("edly", ""),
    ("ing", ""), ("ies", "y"), ("ied", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"),
    ("xes", "x"), ("ss", "ss"), ("us", "us"), ("is", "is"), ("ed", ""), ("ly", ""), ("es", "e"),
    ("s", ""),
)  # fmt: skip
_SHORTEST_STEM = 3


def clean(text: str) -> str:
    """Return `text` on one line, quotes and hyphens folded, without boilerplate."""
    folded = unicodedata.normalize("NFKC", text).translate(FOLDED)
    return " ".join(BOILERPLATE.sub(" ", folded).split())


def sentences(text: str, at_most: int) -> list[str]:
    """Return the first `at_most` sentences of cleaned text."""
    return [s for s in SENTENCE_END.split(text, maxsplit=at_most) if s][:at_most]


def tokens(text: str) -> list[str]:
    """Return the words of cleaned text as they are written, without a possessive ending."""
    return [token.removesuffix("'s") for token in TOKEN.findall(text)]


@lru_cache(maxsize=50_000)  # a week has some ten thousand different words
def stem(word: str) -> str:
    """Return what the forms of a lower-case word share.

    Deliberately light: a stem that is too short makes two stories one.

    >>> [stem(word) for word in ("launches", "launched", "launching", "launch")]
    ['launch', 'launch', 'launch', 'launch']
    """
    if not word.isalpha():
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= _SHORTEST_STEM:
            word = word[: len(word) - len(ending)] + instead
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    if len(word) > _SHORTEST_STEM + 1 and word.endswith("e"):
        word = word[:-1]
    return word


def stems(words: Iterable[str], without: Container[str]) -> list[str]:
    """Return the stems of `words`, in order, but for those in `without`.

    A word of parts stands for itself and for each part of letters: `crew-7` also tells of a crew.
    """
    lowered = [word.lower() for word in words]
    parts = (part for word in lowered for part in (word, *_parts(word)))
    return [stem(part) for part in parts if len(part) > 1 and part not in without]


def _parts(word: str) -> list[str]:
    if "-" not in word:
        return []
    return [part for part in word.split("-") if len(part) >= _SHORTEST_STEM and part.isalpha()]
