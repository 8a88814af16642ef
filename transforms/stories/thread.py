"""Thread context: what similar articles say about an article's phase, and when they were put off.

A thread is a subject with its whole week: previews, a scrub, more previews, the flight. The less
an article tells its phase itself, the likelier is the phase that its thread is in at that hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.stories.phase import CERTAIN, DELAY, GRID, PHASES
from transforms.stories.records import Reading
from transforms.stories.vectors import Floats, Ints, Rows, both_ways

# How alike two articles' neighbours must be for them to be of one thread.
_SAME_THREAD = 0.5
# An article hears those of its thread within so many hours, if they are so many. Nearer ones count
# more, and all of them together less than itself.
_HEARD_HOURS = 6.0
_FEWEST_HEARD = 2
_SOFTEN_HOURS = 2.0
_HEARD = 0.6
# No phase is quite impossible, whatever an article or its thread says.
_LEAST_OWN, _LEAST_HEARD = 1e-3, 1e-2

Hours = NDArray[np.float64]
Likelihoods = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Delays:
    """When the thread of each article told that something was put off.

    Attributes:
        last: The last such hour before the article; minus infinity if there was none.
        next: The first such hour after it; infinity if there was none.
    """

    last: Hours
    next: Hours


def gather_threads(articles: int, first: Ints, second: Ints, likeness: Floats) -> Rows:
    """Return the thread of each article: those that are alike enough.

    Args:
        articles: How many there are.
        first: Pairs of articles that are alike, by index, with `second`, each once.
        second: See `first`.
        likeness: How alike they are.
    """
    same = likeness >= _SAME_THREAD
    return both_ways(articles, first[same], second[same], likeness[same])


def hear_threads(readings: Sequence[Reading], hours: Hours, threads: Rows) -> Likelihoods:
    """Return how likely each phase is of each article, its thread heard: (articles, phases)."""
    own = np.array([reading.phases for reading in readings], dtype=np.float64)
    own = own.reshape(len(readings), len(PHASES))

    phases = own.copy()
    for article in range(len(readings)):
        members = threads.columns[threads.row(article)]
        gaps = np.abs(hours[members] - hours[article])
        near = gaps <= _HEARD_HOURS
        if near.sum() >= _FEWEST_HEARD:
            phases[article] = _hear(own[article], own[members[near]], gaps[near])
    return phases


def find_delays(hours: Hours, phases: Likelihoods, threads: Rows) -> Delays:
    """Return when the thread of each article told of a delay, before and after the article."""
    is_delay = phases[:, DELAY] > CERTAIN
    last, following = np.full(len(hours), -np.inf), np.full(len(hours), np.inf)
    for article in range(len(hours)):
        members = threads.columns[threads.row(article)]
        told = hours[members[is_delay[members]]]
        last[article] = told[told < hours[article]].max(initial=-np.inf)
        following[article] = told[told > hours[article]].min(initial=np.inf)
    return Delays(last, following)


def _hear(own: Likelihoods, others: Likelihoods, gaps: Hours) -> Likelihoods:
    """Return an article's phases where those of its thread, so many hours off, are heard too."""
    heard = np.average(others, axis=0, weights=1.0 / (_SOFTEN_HOURS + gaps))
    odds = (own + _LEAST_OWN) * (heard + _LEAST_HEARD) ** _HEARD
    return np.asarray(np.rint(odds / odds.sum() * GRID) / GRID)
