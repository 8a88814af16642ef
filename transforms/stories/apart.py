"""Facts in which two articles differ, asked of a million pairs at once.

The facts of an article are sets of a few names or numbers. They are held as bits, one row of
articles for each 64 facts, so that "do these two share one?" is a single AND.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from transforms.stories.records import Reading
from transforms.stories.vectors import Ints

Bools = NDArray[np.bool_]
Bits = NDArray[np.uint64]
Numbers = tuple[frozenset[tuple[str, str]], frozenset[str]]
Fact = TypeVar("Fact", bound=Hashable)

_DAYS_APART = 2
_WORD = 64


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of all articles, by index.

    Attributes:
        publishers: A number for each publisher; so are `titles`, `angles`, `genres` and
            `roundups`, where all articles that are no roundups have the same.
        actors: Bits of the actors in its title; `names` has the same actors in its summary too.
        subjects: Bits of the missions it is about: in its title, else anywhere.
        mentioned: Bits of the missions that it names at all.
        titled: Whether its title names a mission.
        milestones: Bits of the steps of a flight in its title.
        sights: Bits of the sights in the sky that its title announces.
        sites: Bits of the places that rockets leave from among its names.
        days: Bits of the days it announces; `near_days` has those next to them too.
        series: Bits of the series it numbers.
        objects: Bits of the designations it gives.
        numbers: Where its numbers and designations stand in `numberings`.
    """

    publishers: Ints
    titles: Ints
    angles: Ints
    genres: Ints
    roundups: Ints
    actors: Bits
    names: Bits
    subjects: Bits
    mentioned: Bits
    titled: Bools
    milestones: Bits
    sights: Bits
    sites: Bits
    days: Bits
    near_days: Bits
    series: Bits
    objects: Bits
    numbers: Ints
    numberings: tuple[Numbers, ...]


def gather_facts(readings: Sequence[Reading]) -> Facts:
    """Return the facts of `readings`."""
    actors, names = _bits([r.actors for r in readings], [r.names for r in readings])
    subjects, mentioned = _bits(
        [r.missions or r.mentioned for r in readings], [r.mentioned for r in readings]
    )
    days, near_days = _bits(
        [r.days for r in readings],
        [
            {day + step for day in r.days for step in range(1 - _DAYS_APART, _DAYS_APART)}
            for r in readings
        ],
    )
    (steps,) = _bits([r.milestones for r in readings])
    (sights,) = _bits([r.sights for r in readings])
    (sites,) = _bits([r.sites for r in readings])
    (series,) = _bits([{name for name, _ in r.numbers} for r in readings])
    (objects,) = _bits([r.designations for r in readings])
    numberings = [(r.numbers, r.designations) for r in readings]
    return Facts(
        publishers=_codes(r.article.publisher for r in readings),
        titles=_codes(r.title_key for r in readings),
        angles=_codes(r.angles for r in readings),
        genres=_codes(r.genres for r in readings),
        roundups=_codes(r.title_key if r.is_roundup else "" for r in readings),
        actors=actors,
        names=names,
        subjects=subjects,
        mentioned=mentioned,
        titled=np.array([bool(r.missions) for r in readings], dtype=np.bool_),
        milestones=steps,
        sights=sights,
        sites=sites,
        days=days,
        near_days=near_days,
        series=series,
        objects=objects,
        numbers=_codes(numberings),
        numberings=tuple(dict.fromkeys(numberings)),
    )


def actors_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where titles name different actors and neither article names the other's."""
    actors, names = facts.actors, facts.names
    return (
        _both(actors, first, second)
        & ~_share(actors, names, first, second)
        & ~_share(names, actors, first, second)
    )


def missions_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where a title is about a mission, and the other article about another."""
    subjects, mentioned = facts.subjects, facts.mentioned
    return (
        (facts.titled[first] | facts.titled[second])
        & _both(subjects, first, second)
        & ~_share(subjects, mentioned, first, second)
        & ~_share(mentioned, subjects, first, second)
    )


def milestones_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where the titles tell of different steps of a flight."""
    steps = facts.milestones
    return _both(steps, first, second) & ~_share(steps, steps, first, second)


def days_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where both announce days, and none of them are the same or next to each other."""
    is_near = _share(facts.days, facts.near_days, first, second)
    return _both(facts.days, first, second) & ~is_near


def sites_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where both name places that rockets leave from, and none in common."""
    sites = facts.sites
    return _both(sites, first, second) & ~_share(sites, sites, first, second)


def sights_shared(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where both titles are of one sight in the sky."""
    return _share(facts.sights, facts.sights, first, second)


def numbers_apart(facts: Facts, first: Ints, second: Ints) -> Bools:
    """Return where two number one series differently, or name different objects."""
    out = _share(facts.series, facts.series, first, second) | _both(facts.objects, first, second)
    asked = np.flatnonzero(out)
    known = len(facts.numberings)
    keys = facts.numbers[first[asked]] * known + facts.numbers[second[asked]]
    distinct, where = np.unique(keys, return_inverse=True)
    told = [
        _other_numbers(facts.numberings[key // known], facts.numberings[key % known])
        for key in distinct.tolist()
    ]
    out[asked] = np.array(told, dtype=np.bool_)[where]
    return out


def _other_numbers(one: Numbers, other: Numbers) -> bool:
    agreed = {series for series, _ in one[0] & other[0]}
    shared = {series for series, _ in one[0]} & {series for series, _ in other[0]}
    return bool(shared - agreed) or (bool(one[1] and other[1]) and not one[1] & other[1])


def _codes(facts: Iterable[Hashable]) -> Ints:
    """Return a number for each fact, the same for equal ones."""
    codes: dict[Hashable, int] = {}
    return np.array([codes.setdefault(fact, len(codes)) for fact in facts], dtype=np.int64)


def _bits(leading: Sequence[Iterable[Fact]], *others: Sequence[Iterable[Fact]]) -> tuple[Bits, ...]:
    """Return sets as bits, shape (words, articles): only facts that are in `leading` count."""
    place: dict[Fact, int] = {}
    for fact in (fact for found in leading for fact in found):
        place.setdefault(fact, len(place))
    words = -(-len(place) // _WORD)
    packed = []
    for sets in (leading, *others):
        bits = np.zeros((words, len(leading)), dtype=np.uint64)
        for article, found in enumerate(sets):
            for at in {place[fact] for fact in found if fact in place}:
                bits[at // _WORD, article] |= np.uint64(1 << at % _WORD)
        packed.append(bits)
    return tuple(packed)


def _both(bits: Bits, first: Ints, second: Ints) -> Bools:
    """Return where both articles of a pair have facts of this kind."""
    is_told = np.asarray(bits.any(axis=0))
    both: Bools = is_told[first] & is_told[second]
    return both


def _share(one: Bits, other: Bits, first: Ints, second: Ints) -> Bools:
    """Return where `one` of the first article and `other` of the second have a fact in common."""
    found = np.zeros(len(first), dtype=np.bool_)
    for left, right in zip(one, other, strict=True):
        found |= (left[first] & right[second]) != 0
    return found
