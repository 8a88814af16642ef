"""The same-story score of a pair: features times weights, as log-odds."""

import numpy as np

from transforms.stories.features import FEATURES
from transforms.stories.phase import CERTAIN
from transforms.stories.vectors import Floats, Ints

# Fitted by logistic regression (L2, C = 1), those set by hand held as they are: on the compared
# pairs of seven labelled sets (1,507 articles of 2022 to 2024; docs/stories.md), where each article
# counts as much as another, and on those that the launches of 2022 label: one story if they tell of
# one launch without 36 hours of silence between, else two. The fitted bias is 0.32. Fitted again
# with the facts that came later, the crowd (-4.2) and own words (2.2) count less: more is joined.
# Own words leaned less on what is rare in all of the time then, and all hours counted.
_FITTED = {
    "likeness": 7.15,
    "names": 3.17,
    "own_words": 4.52,
    "crowded": -5.06,
    "gap": -0.84,
    "over_48h": -0.72,
    "same_publisher": -1.64,
}
# Set by hand: few topics have all phases, so that training cannot learn what keeps them apart. A
# fact outweighs what likeness earns in the crowd of one topic; a difference in kind costs about as
# much as half a day between two articles.
_BY_HAND = {
    "strangers": -4.0,
    "phase_apart": -4.0,
    "event_after": -1.5,
    "ahead_none": -0.75,
    "angle_apart": -1.5,
    "genre_apart": -4.0,
    "actors_apart": -4.0,
    "missions_apart": -5.0,
    "milestones_apart": -4.0,
    "sites_apart": -4.0,
    "numbers_apart": -6.0,
    "days_apart": -3.0,
    "roundup": -8.0,
}
WEIGHTS = {**_FITTED, **_BY_HAND}
BIAS = 0.3

# Facts that keep two articles apart; a story holds few pairs that differ in one.
CANNOT_JOIN = (
    "phase_apart",
    "genre_apart",
    "actors_apart",
    "missions_apart",
    "milestones_apart",
    "sites_apart",
    "numbers_apart",
    "days_apart",
    "roundup",
)

_VECTOR = np.array([WEIGHTS[name] for name in FEATURES], dtype=np.float64)
_CONFLICTS = np.array([FEATURES.index(name) for name in CANNOT_JOIN])

# Scores are whole thousandths of log-odds, so that sums of them are exact.
UNIT = 1000


def score_pairs(values: Floats) -> Ints:
    """Return the log-odds, in thousandths, that pairs with these features are one story."""
    log_odds = values.astype(np.float64) @ _VECTOR + BIAS
    return np.asarray(np.rint(log_odds * UNIT), dtype=np.int64)


def conflicts(values: Floats) -> Ints:
    """Return 1 for each pair that a fact keeps apart, else 0."""
    facts = values[:, _CONFLICTS] > CERTAIN
    return np.asarray(facts.any(axis=1), dtype=np.int64)
