"""Merge articles into stories: k-nearest-neighbour average link over pair scores.

Two clusters merge while the mean over the smaller one's members of their three best scores into
the larger is above zero, best first, unless too many of the pairs between them are kept apart by
a fact. A member needs a few good links, not good links to all: a story of fifty articles is told
in many words. All sums are of whole numbers, so that every machine merges in the same order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.stories.vectors import Ints

NEIGHBOURS = 3
# Refuse a merge when more of the pairs between two clusters than this conflict.
MOST_CONFLICTS = 0.25
# The score, in thousandths, of a pair that was not compared.
_ABSENT = -8000
# Scores times six divide by one, two or three without rest.
_PARTS = 6
# No score at all: a cluster has fewer than three members.
_NOTHING = np.iinfo(np.int32).min // 2
# Counts as so many conflicts that no share of pairs outweighs it.
_FORBIDDEN = 10**8
# Components larger than this are cut at their weaker links first: memory grows with the square.
_LARGEST = 4000
_CUT_STEP = 500


@dataclass(frozen=True, slots=True)
class Links:
    """Scored pairs of articles: indices, log-odds in thousandths, 1 where a fact keeps apart."""

    first: Ints
    second: Ints
    scores: Ints
    conflicts: Ints

    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return the four columns in their order."""
        return self.first, self.second, self.scores, self.conflicts

    def where(self, kept: NDArray[np.bool_] | slice) -> "Links":
        """Return the links that `kept` picks."""
        return Links(*(column[kept] for column in self.columns()))


@dataclass(frozen=True, slots=True)
class Wishes:
    """Pairs of indices that an editor joins or keeps apart, whatever their score."""

    together: Sequence[tuple[int, int]] = ()
    apart: Sequence[tuple[int, int]] = ()


def merge_articles(articles: int, links: Links, wishes: Wishes) -> Ints:
    """Return for each article the smallest index in its story."""
    labels = np.arange(articles)
    piece_of = np.full(articles, -1, dtype=np.int64)
    pieces = [p for p in _pieces(range(articles), links, 0, wishes.together) if len(p) > 1]
    for number, members in enumerate(pieces):
        piece_of[members] = number
    inside = (piece_of[links.first] >= 0) & (piece_of[links.first] == piece_of[links.second])
    links = links.where(inside)
    order = np.argsort(piece_of[links.first], kind="stable")
    links = Links(*(column[order] for column in links.columns()))
    bounds = np.searchsorted(piece_of[links.first], np.arange(len(pieces) + 1))
    for number, members in enumerate(pieces):
        part = links.where(slice(bounds[number], bounds[number + 1]))
        labels[members] = _merge_piece(members, part, wishes)
    return labels


def _pieces(
    articles: Iterable[int], links: Links, floor: int, together: Sequence[tuple[int, int]]
) -> list[Ints]:
    """Return the connected parts of `articles`, each small enough to be merged at once."""
    parent = {article: article for article in articles}

    def root(article: int) -> int:
        while parent[article] != article:
            parent[article] = parent[parent[article]]
            article = parent[article]
        return article

    strong = links.scores > floor
    pairs = zip(links.first[strong].tolist(), links.second[strong].tolist(), strict=True)
    for one, other in (*pairs, *together):
        if one in parent and other in parent:
            low, high = sorted((root(one), root(other)))
            parent[high] = low
    groups: dict[int, list[int]] = {}
    for article in parent:
        groups.setdefault(root(article), []).append(article)
    out = []
    for members in groups.values():
        if len(members) <= _LARGEST:
            out.append(np.array(members, dtype=np.int64))
        else:
            out.extend(_pieces(members, links, floor + _CUT_STEP, together))
    return out


def _merge_piece(members: Ints, links: Links, wishes: Wishes) -> Ints:
    """Return for each of `members` the smallest member of its story."""
    state = _Clusters(len(members))
    first = np.searchsorted(members, links.first)
    second = np.searchsorted(members, links.second)
    state.set_scores(first, second, links)
    place = {int(member): at for at, member in enumerate(members)}
    for one, other in wishes.apart:
        if one in place and other in place:
            state.forbid(place[one], place[other])
    joined = {article for pair in wishes.together for article in pair if article in place}
    for group in _pieces(sorted(joined), links.where(slice(0)), 0, wishes.together):
        state.join(np.searchsorted(members, group))
    while (pair := state.best_pair()) is not None:
        state.merge(*pair)
    return members[state.labels]


class _Clusters:
    """The clusters of one piece while they are merged; a cluster is named by its first member."""

    def __init__(self, size: int) -> None:
        self.labels = np.arange(size)
        self._sizes = np.ones(size, dtype=np.int64)
        self._is_active = np.ones(size, dtype=np.bool_)
        # Into each cluster, the best scores of each member of the piece, best first.
        self._best = np.full((size, NEIGHBOURS, size), _NOTHING, dtype=np.int32)
        self._best[:, 0] = _ABSENT
        # For clusters c and d: sum over c's members of their mean best score into d, in sixths.
        self._sums = np.full((size, size), _ABSENT * _PARTS, dtype=np.int32)
        self._conflicts = np.zeros((size, size), dtype=np.int32)
        # What merging two clusters is worth; the best other cluster of each, and its worth.
        self._scores = np.full((size, size), -np.inf)
        self._nearest = np.zeros(size, dtype=np.int64)
        self._worth = np.full(size, -np.inf)

    def set_scores(self, first: Ints, second: Ints, links: Links) -> None:
        """Fill in the scores and conflicts of single articles."""
        scores = np.maximum(links.scores, _ABSENT)
        for a, b in ((first, second), (second, first)):
            self._best[b, 0, a] = scores
            self._sums[a, b] = scores * _PARTS
            self._conflicts[a, b] = links.conflicts
            self._scores[a, b] = scores
        for at in range(len(self.labels)):
            self._find_nearest(at)

    def best_pair(self) -> tuple[int, int] | None:
        """Return the two clusters to merge next, smaller name first; None if none should."""
        while True:
            one = int(np.argmax(self._worth))
            other = int(self._nearest[one])
            if self._worth[one] <= 0:
                return None
            low, high = min(one, other), max(one, other)
            pairs = self._sizes[low] * self._sizes[high]
            if self._conflicts[low, high] <= MOST_CONFLICTS * pairs:
                return low, high
            self._scores[low, high] = self._scores[high, low] = -np.inf
            self._find_nearest(low)
            self._find_nearest(high)

    def forbid(self, one: int, other: int) -> None:
        """Keep two articles apart, however many good links their clusters have."""
        self._conflicts[one, other] = self._conflicts[other, one] = _FORBIDDEN

    def join(self, group: Ints) -> None:
        """Merge articles whatever their scores; each then has the best links of them all."""
        rest = np.setdiff1d(np.arange(len(self.labels)), group)
        best = self._best[:, 0][np.ix_(rest, group)].max(axis=1)
        fewest = self._conflicts[np.ix_(group, rest)].min(axis=0)
        for at in group.tolist():
            self._best[at, 0, rest] = self._best[rest, 0, at] = best
            self._sums[at, rest] = self._sums[rest, at] = best * _PARTS
            kept = np.where(self._conflicts[at, rest] >= _FORBIDDEN, _FORBIDDEN, fewest)
            self._conflicts[at, rest] = self._conflicts[rest, at] = kept
        for at in group.tolist()[1:]:
            self.merge(int(group[0]), at)

    def merge(self, kept: int, gone: int) -> None:
        """Merge cluster `gone` into cluster `kept`."""
        self.labels[self.labels == gone] = kept
        self._is_active[gone] = False
        self._sizes[kept] += self._sizes[gone]
        conflicts = self._conflicts[kept] + self._conflicts[gone]
        self._conflicts[kept] = np.minimum(conflicts, _FORBIDDEN)  # more would overflow in the end
        self._conflicts[:, kept] = self._conflicts[kept]

        self._best[kept] = _best_of(self._best[kept], self._best[gone])
        means = _means(self._best[kept])
        into = np.bincount(self.labels, weights=means, minlength=len(means)).astype(np.int32)
        self._sums[:, kept] = into
        self._sums[kept] += self._sums[gone]
        self._rescore(kept, gone, into)

    def _rescore(self, kept: int, gone: int, into: NDArray[np.int32]) -> None:
        smaller = self._sizes <= self._sizes[kept]
        row = np.where(smaller, into / self._sizes, self._sums[kept] / self._sizes[kept])
        row /= _PARTS
        row[~self._is_active] = -np.inf
        row[kept] = -np.inf
        self._scores[kept] = self._scores[:, kept] = row
        self._scores[gone] = self._scores[:, gone] = -np.inf
        closer = (row > self._worth) | ((row == self._worth) & (kept < self._nearest))
        stale = ((self._nearest == kept) | (self._nearest == gone)) & self._is_active & ~closer
        self._nearest[closer] = kept
        self._worth[closer] = row[closer]
        self._worth[gone] = -np.inf
        for at in (kept, *np.flatnonzero(stale).tolist()):
            self._find_nearest(at)

    def _find_nearest(self, cluster: int) -> None:
        nearest = int(np.argmax(self._scores[cluster]))
        self._nearest[cluster] = nearest
        self._worth[cluster] = self._scores[cluster, nearest]


def _best_of(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the three highest of three and three, each in falling order along the first axis."""
    crossed = np.minimum(one[:2], other[1::-1])  # what can be the third: first here, second there
    first = np.maximum(one[0], other[0])
    second = np.maximum(np.minimum(one[0], other[0]), np.maximum(one[1], other[1]))
    third = np.maximum(np.maximum(one[2], other[2]), np.maximum(crossed[0], crossed[1]))
    return np.stack([first, second, third])


def _means(best: NDArray[np.int32]) -> Ints:
    """Return the means of each article's best scores, in sixths: whole numbers."""
    scores = best.astype(np.int64)
    there = scores > _NOTHING
    sums: Ints = np.where(there, scores, 0).sum(axis=0)
    shares: Ints = _PARTS // np.maximum(there.sum(axis=0), 1)
    return sums * shares
