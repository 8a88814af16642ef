"""The phase an article tells of: a preview, a delay, the event itself, what came after.

English headlines say it by tense and verb. "SpaceX to launch" and "how to watch" look ahead,
"scrubs" and "waves off" put off, "lifts off" and "explodes minutes after launch" tell, "damages"
and "grounds" look back. What stands behind "after", "despite" or "following" is background:
"how to watch the launch after the scrubbed attempt" is still a preview.
"""

import re
from collections.abc import Sequence

from transforms.stories.lexicon import PHASE_PATTERNS

PHASES = ("preview", "delay", "event", "after")
PREVIEW, DELAY, EVENT, AFTER = range(len(PHASES))

# The title counts twice, the summary's first sentence fully, its second one half.
_TITLE_WEIGHT = 2.0
_SENTENCE_WEIGHTS = (1.0, 0.5)
# No clause says more than this of one phase, however many words it uses for it.
_MOST_PER_CLAUSE = 2.0
# Phases that exclude each other: only the event and what came after are told together.
EXCLUSIVE = ((PREVIEW, DELAY), (PREVIEW, EVENT), (DELAY, EVENT), (PREVIEW, AFTER), (DELAY, AFTER))
# Evidence at which an article's phase is clear, and the lead it must have over the next phase.
_CLEAR = 1.5
_LEAD = 1.0

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


def weigh_phases(title: str, sentences: Sequence[str]) -> tuple[float, ...]:
    """Return the evidence for each of `PHASES` in a title and its summary's sentences."""
    totals = [0.0] * len(PHASES)
    weighted = zip((_TITLE_WEIGHT, *_SENTENCE_WEIGHTS), (title, *sentences), strict=False)
    for weight, text in weighted:
        told = foreground(text).lower()
        for at, phase in enumerate(PHASES):
            found = sum(part for part, pattern in PHASE_PATTERNS[phase] if pattern.search(told))
            totals[at] += weight * min(found, _MOST_PER_CLAUSE)
    return tuple(totals)


def foreground(text: str) -> str:
    """Return `text` without its background clauses.

    >>> foreground("How To Watch Starship Launch Thursday After Scrubbed Attempt")
    'How To Watch Starship Launch Thursday'
    """
    rest = _OPENING.sub("", text)
    return _BACKGROUND.sub("", rest) or rest or text


def clear_phase(evidence: Sequence[float]) -> int | None:
    """Return the phase that stands out in `evidence`, or None if none does."""
    best, second = sorted(range(len(evidence)), key=lambda phase: (-evidence[phase], phase))[:2]
    is_clear = evidence[best] >= _CLEAR and evidence[best] - evidence[second] >= _LEAD
    return best if is_clear else None
