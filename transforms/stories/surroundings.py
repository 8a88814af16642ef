"""An article among its neighbours: how crowded it is there, and which words are its own.

In a week of one giant topic all its articles resemble the same articles. What tells its stories
apart is what is rare there: "moon" says nothing among eighty reports of a landing, "shares" does.
"""

import math

import numpy as np

from transforms.stories.vectors import Floats, Ints, Rows, both_ways, unit_rows

# The mean over so many nearest articles tells how crowded it is.
_NEAREST = 10
# As if each article had so many neighbours more, each with the words of an article of the whole
# time: where few are alike, it decides how rare a word is there.
_BALLAST = 8.0
# No word is rarer than this among neighbours.
_RAREST = 1e-3


def crowding(nearest: Rows) -> Floats:
    """Return for each article its mean cosine with the ten nearest others; absent ones are 0.

    Args:
        nearest: Cosines of each article with its neighbours, itself among them.
    """
    out = np.zeros(nearest.height, dtype=np.float32)
    for article in range(nearest.height):
        part = nearest.row(article)
        others = nearest.values[part][nearest.columns[part] != article]
        highest = np.sort(others)[-_NEAREST:].astype(np.float64)
        out[article] = highest.sum() / _NEAREST
    return out


def own_words(words: Rows, first: Ints, second: Ints, likeness: Floats) -> Rows:
    """Return `words` weighed anew by how rare each is among the articles most like its own.

    Args:
        words: The words of each article, weighed by how rare they are in all of the time.
        first: Pairs of articles that are alike, by index, with `second`, each once.
        second: See `first`.
        likeness: How alike they are: what a neighbour counts.
    """
    lengths = np.diff(words.starts)
    commonness = np.bincount(words.columns, minlength=words.width) / max(words.height, 1)
    values = np.zeros_like(words.values)
    neighbours = both_ways(words.height, first, second, likeness)
    for article in range(words.height):
        near = neighbours.row(article)
        others, weights = neighbours.columns[near], neighbours.values[near].astype(np.float64)
        own = words.row(article)
        theirs = [words.columns[words.row(at)] for at in others.tolist()]
        found = np.bincount(
            np.concatenate([words.columns[:0], *theirs]),
            weights=np.repeat(weights, lengths[others]),
            minlength=words.width,
        )[words.columns[own]]
        share = (found + _BALLAST * commonness[words.columns[own]]) / (weights.sum() + _BALLAST)
        rarity = [math.log(1 / max(part, _RAREST)) for part in share.tolist()]
        values[own] = np.round(words.values[own] * np.array(rarity), 6)
    return unit_rows(Rows(words.starts, words.columns, values, words.width))
