"""Thread context: what similar articles say about an article's phase, and what happened between.

A thread is a subject with its whole week: previews, a scrub, more previews, the flight. An article
that does not tell its phase is most likely of the phase that its thread is in at that hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.stories.phase import DELAY, EVENT, PHASES, clear_phase
from transforms.stories.records import Reading
from transforms.stories.vectors import Floats, Ints, both_ways

UNCLEAR = -1

# How alike two articles' neighbours must be for them to be of one thread.
_SAME_THREAD = 0.5
# An unclear article borrows from the articles of its thread within so many hours, if so many have
# a phase and so large a part of their votes agrees. Nearer ones count more.
_BORROW_HOURS = 10.0
_FEWEST_VOTERS = 2
_MAJORITY = 0.6
_SOFTEN_HOURS = 2.0
# How far from both articles a report must lie to lie between them: clocks of feeds are off.
_MARGIN_HOURS = 1.0

Hours = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Threads:
    """What the thread says of each article.

    Attributes:
        phases: Phase of each article, own or borrowed; `UNCLEAR` if neither.
        is_borrowed: Whether the phase is not the article's own.
        happenings: For each article the hours of its thread's clear reports of a delay or event.
    """

    phases: Ints
    is_borrowed: NDArray[np.bool_]
    happenings: tuple[Hours, ...]


def read_threads(
    readings: Sequence[Reading], first: Ints, second: Ints, likeness: Floats
) -> Threads:
    """Return the thread context of every article, from pairs of articles and their likeness."""
    clear = [clear_phase(reading.phases) for reading in readings]
    own = np.array([UNCLEAR if phase is None else phase for phase in clear], dtype=np.int64)
    hours = np.array([reading.hours for reading in readings], dtype=np.float64)
    same = likeness >= _SAME_THREAD
    alike = both_ways(len(readings), first[same], second[same], likeness[same])

    phases, is_borrowed = own.copy(), np.zeros(len(readings), dtype=np.bool_)
    happenings = []
    for article in range(len(readings)):
        members = alike.columns[alike.starts[article] : alike.starts[article + 1]]
        told = members[np.isin(own[members], (DELAY, EVENT))]
        happenings.append(np.sort(hours[told]))
        if own[article] == UNCLEAR:
            phases[article] = _borrow(own[members], np.abs(hours[members] - hours[article]))
            is_borrowed[article] = phases[article] != UNCLEAR
    return Threads(phases, is_borrowed, tuple(happenings))


def reports_between(threads: Threads, hours: Hours, first: Ints, second: Ints) -> Ints:
    """Return for each pair how many reports of a delay or event both threads have between them."""
    early = np.minimum(hours[first], hours[second]) + _MARGIN_HOURS
    late = np.maximum(hours[first], hours[second]) - _MARGIN_HOURS
    seen_by = [
        _count_reports(threads.happenings, articles, early, late) for articles in (first, second)
    ]
    return np.minimum(*seen_by)


def _count_reports(happenings: Sequence[Hours], articles: Ints, early: Hours, late: Hours) -> Ints:
    """Return how many reports of each article's thread lie from `early` to `late`."""
    counts = np.zeros(len(articles), dtype=np.int64)
    order = np.argsort(articles, kind="stable")
    distinct, starts = np.unique(articles[order], return_index=True)
    for article, pairs in zip(distinct.tolist(), np.split(order, starts[1:]), strict=True):
        told = happenings[article]
        found = np.searchsorted(told, late[pairs]) - np.searchsorted(told, early[pairs])
        counts[pairs] = np.maximum(found, 0)
    return counts


def _borrow(phases: Ints, gaps: Hours) -> int:
    """Return the phase that most near members of the thread have, or `UNCLEAR`."""
    near = (gaps <= _BORROW_HOURS) & (phases != UNCLEAR)
    if int(near.sum()) < _FEWEST_VOTERS:
        return UNCLEAR
    votes = np.bincount(
        phases[near], weights=1.0 / (_SOFTEN_HOURS + gaps[near]), minlength=len(PHASES)
    )
    best = int(np.argmax(votes))
    return best if votes[best] >= _MAJORITY * votes.sum() else UNCLEAR
