"""Logistic regressions of `fit_phases.py` and `fit_tags.py`: the same labels, the same weights."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS = 250


def descend(slope: Callable[[Floats], Floats], weights: Floats, step: float) -> Floats:
    """Return where `slope` is level, from `weights` on: Nesterov's accelerated gradient."""
    ahead = weights
    for turn in range(ROUNDS):
        last, weights = weights, ahead - step * slope(ahead)
        ahead = weights + turn / (turn + 3) * (weights - last)
    return weights


def table_of(words: Sequence[str], articles: Sequence[Mapping[str, float]]) -> Floats:
    """Return how strongly each article says each word; before them a column of ones."""
    place = {word: at for at, word in enumerate(words, 1)}
    table = np.zeros((len(articles), 1 + len(words)))
    table[:, 0] = 1.0
    for row, said in enumerate(articles):
        for word, strength in said.items():
            if word in place:
                table[row, place[word]] = strength
    return table
