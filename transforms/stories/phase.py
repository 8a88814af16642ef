"""The phase an article tells of: a preview, a delay, the event itself, what came after, or none.

English headlines say it by tense and verb. "SpaceX to launch" and "how to watch" look ahead,
"scrubs" and "waves off" put off, "lifts off" and "explodes minutes after launch" tell, "damages"
and "grounds" look back; a galaxy's distance, a contract or a portrait has no phase. What stands
behind "after", "despite" or "following" is background: "how to watch the launch after the
scrubbed attempt" is still a preview.

The patterns of `lexicon.toml` are evidence, and so is every single word: `phases.json` says how
much each speaks for each phase. It was fitted by `tests/fit_phases.py`.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

from transforms.stories.facts import CALENDAR
from transforms.stories.lexicon import PHASE_PATTERNS
from transforms.stories.names import Gazetteer, mask_names

PHASES = ("preview", "delay", "event", "after", "none")
PREVIEW, DELAY, EVENT, AFTER, NONE = range(len(PHASES))
# Phases that exclude each other: only the event and what came after are told together.
EXCLUSIVE = ((PREVIEW, DELAY), (PREVIEW, EVENT), (DELAY, EVENT), (PREVIEW, AFTER), (DELAY, AFTER))

# What a clue counts in the title, in the summary's first sentence and in its second one.
_PLACES = (("title", 1.0), ("summary", 0.7), ("summary", 0.4))
# No clause says more than this of one phase, however many patterns it matches.
_MOST_PER_CLAUSE = 2.0
_MARKS = "?!:"
# So many clues are told as the reason.
_MOST_WORDS = 3
# A phase is taken for a fact where it is more likely than not.
CERTAIN = 0.5
# Probabilities are whole parts of this, so that products of two are exact.
GRID = 1024

_BACKGROUND = re.compile(
    r"""[,;:\u2013\u2014-]?\s*\b(?:after|following|despite|in\ spite\ of|since|because\ of|due\ to
        |thanks\ to|as\ a\ result\ of|in\ the\ wake\ of|on\ the\ heels\ of
        |when(?!\ (?:to|is|are|will))|as\ (?:it|he|she|they))\b.*""",
    re.IGNORECASE | re.VERBOSE,
)
# A title may open with its background: "After ten years, Webb finds ...".
_OPENING = re.compile(
    r"^(?:after|following|despite|since|when(?! (?:to|is|are|will)))\b[^,]*,?\s*", re.IGNORECASE
)


_TABLE = json.loads((files("transforms.stories") / "phases.json").read_text(encoding="utf-8"))
WEIGHTS: Mapping[str, Sequence[float]] = _TABLE["weights"]
BIAS: Sequence[float] = _TABLE["bias"]


def read_phases(
    title: str, sentences: Sequence[str], gazetteer: Gazetteer
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return how likely each of `PHASES` is, together one, and what speaks most for the likeliest.

    Args:
        title: Cleaned, as are `sentences`.
        sentences: The first two of the summary.
        gazetteer: Names count as their kind: a word of one mission says nothing of the next.
    """
    clues = phase_clues(title, sentences, gazetteer)
    told = {clue: (strength, WEIGHTS[clue]) for clue, strength in clues.items() if clue in WEIGHTS}
    scores = list(BIAS)
    for strength, weights in told.values():
        for at, weight in enumerate(weights):
            scores[at] += strength * weight
    odds = [math.exp(score - max(scores)) for score in scores]
    phases = tuple(round(part / sum(odds) * GRID) / GRID for part in odds)
    likely = phases.index(max(phases))
    spoken = {clue: strength * weights[likely] for clue, (strength, weights) in told.items()}
    most = sorted(spoken, key=lambda clue: (-spoken[clue], clue))[:_MOST_WORDS]
    return phases, tuple(clue for clue in most if spoken[clue] > 0)


def phase_clues(title: str, sentences: Sequence[str], gazetteer: Gazetteer) -> dict[str, float]:
    """Return what may speak for a phase: words by where they stand, and what the patterns find."""
    clues: dict[str, float] = {}
    for (place, weight), text in zip(_PLACES, (title, *sentences), strict=False):
        for word in (*mask_names(text, gazetteer), *(mark for mark in _MARKS if mark in text)):
            clue = "<date>" if word in CALENDAR else "<number>" if _has_digit(word) else word
            clues[clue] = max(weight, clues.get(clue, 0.0))
        for phase, found in match_phases(text).items():
            clue = f"{phase} in {place}"
            clues[clue] = clues.get(clue, 0.0) + weight * found
    return clues


def match_phases(text: str) -> dict[str, float]:
    """Return how much the patterns find for each phase in what `text` tells in its foreground."""
    told = foreground(text).lower()
    found = {
        phase: sum(weight for weight, pattern in patterns if pattern.search(told))
        for phase, patterns in PHASE_PATTERNS.items()
    }
    return {phase: min(weight, _MOST_PER_CLAUSE) for phase, weight in found.items() if weight}


def foreground(text: str) -> str:
    """Return `text` without its background clauses.

    >>> foreground("How To Watch Starship Launch Thursday After Scrubbed Attempt")
    'How To Watch Starship Launch Thursday'
    """
    rest = _OPENING.sub("", text)
    return _BACKGROUND.sub("", rest) or rest or text


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))
