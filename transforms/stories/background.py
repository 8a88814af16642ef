"""The background table: how common words are in a year of space news."""

import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files

from transforms.stories.names import capitals
from transforms.stories.records import Background, Reading

_TABLE = files("transforms.stories") / "background.json"
_FEWEST_DOCUMENTS = 2
_FEWEST_CAPITALS = 2


def read_background() -> Background:
    """Return the table that ships with Perigee.

    Counted from titles and summaries of some 2,600 articles that 13 space outlets published from
    February to December 2022. It holds counts of single words, and nothing of the articles.
    """
    data = json.loads(_TABLE.read_text(encoding="utf-8"))
    return Background(
        documents=data["documents"],
        counts=data["counts"],
        capitals={word: (up, low) for word, (up, low) in data["capitals"].items()},
    )


def count_background(readings: Iterable[Reading]) -> Background:
    """Return the counts of `readings`: how the shipped table was made."""
    read = list(readings)
    counts = Counter(term for r in read for term in r.terms if not term.startswith("="))
    cased = capitals(sentence for r in read for sentence in r.sentences)
    return Background(
        documents=len(read),
        counts={t: n for t, n in sorted(counts.items()) if n >= _FEWEST_DOCUMENTS},
        capitals={
            word: count for word, count in sorted(cased.items()) if sum(count) >= _FEWEST_CAPITALS
        },
    )
