"""Named features of every pair of articles that is near enough to be one story."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.stories.apart import (
    Facts,
    actors_apart,
    days_apart,
    gather_facts,
    milestones_apart,
    missions_apart,
    numbers_apart,
    sights_shared,
    sites_apart,
)
from transforms.stories.names import capitals
from transforms.stories.phase import (
    AFTER,
    CERTAIN,
    DELAY,
    EVENT,
    EXCLUSIVE,
    NONE,
    PHASES,
    PREVIEW,
)
from transforms.stories.records import Background, Reading
from transforms.stories.sights import date_sights
from transforms.stories.surroundings import crowding, own_words
from transforms.stories.thread import (
    Delays,
    Hours,
    Likelihoods,
    find_delays,
    gather_threads,
    hear_threads,
)
from transforms.stories.vectors import (
    Floats,
    Ints,
    Rows,
    lengths,
    neighbours,
    pair_cosines,
    unit_rows,
    weigh_rows,
)

Column = NDArray[np.generic]

FEATURES = (
    "likeness",  # cosine of the two articles' neighbours: do they resemble the same articles?
    "names",  # idf-weighted cosine of the names in both
    "own_words",  # cosine of their words, weighed by how rare each is among like articles
    "crowded",  # for both, the mean cosine with the ten nearest articles: many are as alike
    "gap",  # log(1 + hours between them), as far as time matters
    "over_48h",  # 1 if more than 48 hours lie between them, as far as time matters
    "same_publisher",  # 1 if one publisher wrote both: it seldom tells one thing twice
    "strangers",  # 1 if they share little and no third article resembles both
    "phase_apart",  # how likely one previews or delays what the other tells of otherwise
    "event_after",  # how likely one tells the event and the other its aftermath
    "ahead_none",  # how likely one looks ahead and the other is on no timeline
    "angle_apart",  # 1 if the titles have different angles: damage, inquiry, money, ...
    "genre_apart",  # 1 if one title is of share prices, people, traffic, ... and the other is not
    "actors_apart",  # 1 if the titles name different agencies or companies
    "missions_apart",  # 1 if they are about different missions
    "milestones_apart",  # 1 if the titles tell of different steps of a flight
    "sites_apart",  # 1 if they name different places that rockets leave from
    "numbers_apart",  # 1 if they number one series differently, or name different objects
    "days_apart",  # 1 if the titles announce different days
    "roundup",  # 1 if either tells several stories
)
# A story that goes on for longer is told again as another.
WINDOW_HOURS = 8 * 24.0
# Cosines below the first are noise in an article's neighbourhood; neighbours less alike than the
# second are not compared.
_NOISE = 0.03
_COMPARED = 0.25
# An article has so many neighbours at most, the nearest ones. In the labelled weeks none has more
# than 160: it bounds time and memory where thousands of articles are alike.
_MOST_NEIGHBOURS = 384
# A word is a name if it stands capitalised in mid-sentence so much more often than not.
_NAME_RATIO = 4
# As if every article had one more name that nobody shares, as rare as most.
_NAME_BALLAST = 12.0
# How common a concept is taken to be: it is no word that could be counted.
_CONCEPT_RATE = 0.05
_LONG_GAP_HOURS = 48.0
# Two previews this much alike await one event, if it was not put off between them.
_ONE_EVENT = 0.75
# Between two articles on no timeline no more hours count than this: a paper is told for a week.
_MOST_UNTIMED_HOURS = 36.0
# Two articles share little below this cosine of their words; what third articles add to their
# likeness is little below the other.
_LITTLE, _LITTLE_VOUCHED = 0.25, 0.1


def _between(*pairs: tuple[int, int]) -> NDArray[np.float64]:
    """Return a table of phases by phases with 1 for these pairs, either way round."""
    table = np.zeros((len(PHASES), len(PHASES)))
    for one, other in pairs:
        table[one, other] = table[other, one] = 1.0
    return table


_EXCLUDES = _between(*EXCLUSIVE)
_LOOKS_BACK = _between((EVENT, AFTER))
_AHEAD_OF_NONE = _between((PREVIEW, NONE), (DELAY, NONE))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of articles by index, `first` ascending and below `second`, and how alike they are."""

    first: Ints
    second: Ints
    likeness: Floats

    def where(self, kept: Ints | slice) -> "Pairs":
        """Return the pairs that `kept` picks."""
        return Pairs(self.first[kept], self.second[kept], self.likeness[kept])


@dataclass(frozen=True, slots=True)
class Evidence:
    """All readings side by side, ready for pairs to be measured.

    Attributes:
        readings: In the order of time, then of id.
        words: The words and names of each.
        profiles: How like each other article it is, as a vector of length one.
        spread: The length of that vector before: how many articles it is like, and how much.
        pairs: The pairs that are worth comparing.
    """

    readings: tuple[Reading, ...]
    hours: Hours
    words: Rows
    profiles: Rows
    spread: NDArray[np.float64]
    names: Rows
    own_words: Rows
    crowding: Floats
    named: tuple[frozenset[str], ...]
    phases: Likelihoods
    delays: Delays
    facts: Facts
    pairs: Pairs


def gather_evidence(readings: Sequence[Reading], background: Background) -> Evidence:
    """Return the evidence on `readings`, which may come in any order."""
    ordered = tuple(sorted(readings, key=lambda r: (r.hours, r.article.article_id)))
    hours = np.array([reading.hours for reading in ordered], dtype=np.float64)
    begins = np.searchsorted(hours, hours - WINDOW_HOURS, side="left")
    ends = np.searchsorted(hours, hours + WINDOW_HOURS, side="right")

    named = _name_articles(ordered, background)
    name_weights = _local_weights(named)
    documents = [
        {**reading.terms, **dict.fromkeys(names, 1.0)}
        for reading, names in zip(ordered, named, strict=True)
    ]
    words = weigh_rows(documents, {**_term_weights(ordered, background), **name_weights})
    names = weigh_rows([dict.fromkeys(names, 1.0) for names in named], name_weights, _NAME_BALLAST)
    nearest = neighbours(words, begins, ends, _NOISE, _MOST_NEIGHBOURS)
    profiles = unit_rows(nearest)
    pairs = _pair_neighbours(nearest, profiles)
    own = own_words(words, pairs.first, pairs.second, pairs.likeness)
    threads = gather_threads(len(ordered), pairs.first, pairs.second, pairs.likeness)
    phases = date_sights(ordered, hours, hear_threads(ordered, hours, threads))
    facts = gather_facts(ordered)
    return Evidence(
        readings=ordered,
        hours=hours,
        words=words,
        profiles=profiles,
        spread=lengths(nearest),
        names=names,
        own_words=own,
        crowding=crowding(nearest),
        named=named,
        phases=phases,
        delays=find_delays(hours, phases, threads),
        facts=facts,
        pairs=pairs,
    )


def _pair_neighbours(nearest: Rows, profiles: Rows) -> Pairs:
    """Return the neighbours that are alike enough to be compared."""
    one = np.repeat(np.arange(nearest.height), np.diff(nearest.starts))
    low, high = np.minimum(one, nearest.columns), np.maximum(one, nearest.columns)
    keys = np.sort(low[low < high] * nearest.height + high[low < high])
    once = keys[np.diff(keys, prepend=-1) > 0]
    first, second = np.divmod(once, max(nearest.height, 1))
    pairs = Pairs(first, second, pair_cosines(profiles, first, second))
    return pairs.where(np.flatnonzero(pairs.likeness >= _COMPARED))


def pair_up(evidence: Evidence, one: int, other: int) -> Pairs:
    """Return two articles as the only pair, however little alike."""
    first, second = np.array([min(one, other)]), np.array([max(one, other)])
    return Pairs(first, second, pair_cosines(evidence.profiles, first, second))


def measure(evidence: Evidence, pairs: Pairs) -> Floats:
    """Return the features of pairs, shape (pairs, features)."""
    first, second = pairs.first, pairs.second
    facts, phases = evidence.facts, evidence.phases
    hours, timely = _hours_apart(evidence, pairs)
    same_publisher = facts.publishers[first] == facts.publishers[second]
    same_title = facts.titles[first] == facts.titles[second]
    columns: dict[str, Column] = {
        "likeness": pairs.likeness,
        "names": pair_cosines(evidence.names, first, second),
        "own_words": pair_cosines(evidence.own_words, first, second),
        "crowded": evidence.crowding[first] + evidence.crowding[second],
        "gap": np.round(np.log1p(hours) * timely, 3),
        "over_48h": np.round((hours > _LONG_GAP_HOURS) * timely, 3),
        "same_publisher": same_publisher & ~same_title,
        "strangers": _are_strangers(evidence, pairs),
        "phase_apart": _likely(_EXCLUDES, phases, first, second),
        "event_after": _likely(_LOOKS_BACK, phases, first, second),
        "ahead_none": _likely(_AHEAD_OF_NONE, phases, first, second),
        "angle_apart": facts.angles[first] != facts.angles[second],
        "genre_apart": facts.genres[first] != facts.genres[second],
        "actors_apart": actors_apart(facts, first, second),
        "missions_apart": missions_apart(facts, first, second),
        "milestones_apart": milestones_apart(facts, first, second),
        "sites_apart": sites_apart(facts, first, second),
        "numbers_apart": numbers_apart(facts, first, second),
        "days_apart": days_apart(facts, first, second),
        "roundup": facts.roundups[first] != facts.roundups[second],
    }
    return np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)


def _hours_apart(evidence: Evidence, pairs: Pairs) -> tuple[Hours, Likelihoods]:
    """Return the hours between two articles, and how far they matter.

    They hardly do between two previews of one event that was not put off between them, between two
    guides to one sight in the sky, and between two views of it. Between two articles on no
    timeline, those past a day and a half don't count.
    """
    first, second = pairs.first, pairs.second
    phases, delays, at = evidence.phases, evidence.delays, evidence.hours
    hours = np.abs(at[first] - at[second])
    untimed = phases[first, NONE] * phases[second, NONE] > CERTAIN
    hours = np.where(untimed, np.minimum(hours, _MOST_UNTIMED_HOURS), hours)
    put_off = (delays.next[first] < at[second]) | (delays.last[second] > at[first])
    one_event = (pairs.likeness >= _ONE_EVENT) & ~put_off
    one_sight = sights_shared(evidence.facts, first, second)
    seen = phases[:, EVENT] + phases[:, AFTER]
    ahead = (one_event | one_sight) * phases[first, PREVIEW] * phases[second, PREVIEW]
    return hours, 1 - ahead - one_sight * seen[first] * seen[second]


def _are_strangers(evidence: Evidence, pairs: Pairs) -> NDArray[np.bool_]:
    """Return which pairs share few words and are not like the same third articles either."""
    out = np.zeros(len(pairs.first), dtype=np.bool_)
    # What two articles with a cosine of one add to their likeness; the rest is third articles'.
    own = 2 / (evidence.spread[pairs.first] * evidence.spread[pairs.second])
    asked = np.flatnonzero(pairs.likeness < _LITTLE * own + _LITTLE_VOUCHED)
    cosine = pair_cosines(evidence.words, pairs.first[asked], pairs.second[asked])
    vouched = pairs.likeness[asked] - cosine * own[asked]
    out[asked] = (cosine < _LITTLE) & (vouched < _LITTLE_VOUCHED)
    return out


def _likely(
    table: NDArray[np.float64], phases: Likelihoods, first: Ints, second: Ints
) -> NDArray[np.float64]:
    """Return how likely the phases of each pair are two that have 1 in `table`."""
    likely: NDArray[np.float64] = ((phases[first] @ table) * phases[second]).sum(axis=1)
    return likely


def _name_articles(
    readings: Sequence[Reading], background: Background
) -> tuple[frozenset[str], ...]:
    """Return each article's names, marked with `@`: the gazetteer's and capitalised words."""
    counts = dict(background.capitals)
    for word, (up, low) in capitals(s for r in readings for s in r.sentences).items():
        known = counts.get(word, (0, 0))
        counts[word] = (known[0] + up, known[1] + low)
    proper = {word for word, (up, low) in counts.items() if up > _NAME_RATIO * low}
    return tuple(
        frozenset(f"@{name}" for name in (*reading.names, *(reading.proper & proper)))
        for reading in readings
    )


def _term_weights(readings: Sequence[Reading], background: Background) -> dict[str, float]:
    """Return the mean of a term's idf among these articles and in the background."""
    local = Counter(term for reading in readings for term in reading.terms)
    weights = {}
    for term, count in local.items():
        here = count / (len(readings) + 1)
        is_concept = term.startswith("=")
        known = background.counts.get(term, 0.5) / (background.documents + 1)
        there = _CONCEPT_RATE if is_concept else known
        weights[term] = _idf(math.sqrt(here * there))
    return weights


def _local_weights(named: Sequence[frozenset[str]]) -> dict[str, float]:
    local = Counter(name for names in named for name in names)
    return {name: _idf(count / (len(named) + 1)) for name, count in local.items()}


def _idf(rate: float) -> float:
    """Return the weight of what occurs in this part of all articles; never quite nothing."""
    return math.log(1 / min(rate, 1.0)) + 0.1
