"""Sparse vectors of articles, their cosines, and which pairs are near enough to compare.

Weights are rounded to 1/1024 before they are multiplied. A product is then a whole number of
2^-20 and a sum of them below 16 fits the 24 bits of a float32: the result is exact, the same on
every machine, whatever the order in which its linear algebra adds up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_GRID = 1024.0
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row `i` holds `values[starts[i]:starts[i + 1]]` in those `columns`."""

    starts: Ints
    columns: Ints
    values: Floats
    width: int

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1


def weigh_rows(
    documents: Sequence[Mapping[str, float]], weight: Mapping[str, float], ballast: float = 0.0
) -> Rows:
    """Return vectors of `documents`, scaled to length one.

    Each term's value is its damped count times its `weight`.

    With `ballast`, added to every squared length, short documents stay shorter than one: two that
    share their only name are then less alike than two that share three of three.
    """
    index = {term: column for column, term in enumerate(sorted(weight))}
    starts = [0]
    columns: list[int] = []
    values: list[float] = []
    for document in documents:
        items = sorted((index[term], term) for term in document if term in index)
        found = [(1.0 + math.log(document[term])) * weight[term] for _, term in items]
        length = math.sqrt(ballast + sum(value * value for value in found)) or 1.0
        columns.extend(column for column, _ in items)
        values.extend(round(value / length * _GRID) / _GRID for value in found)
        starts.append(len(columns))
    return Rows(
        starts=np.array(starts, dtype=np.int64),
        columns=np.array(columns, dtype=np.int64),
        values=np.array(values, dtype=np.float32),
        width=len(index),
    )


def neighbours(rows: Rows, begins: Ints, ends: Ints, floor: float) -> Rows:
    """Return each row's cosines of at least `floor` with rows `begins[i]` to `ends[i]`."""
    starts = [0]
    columns: list[Ints] = []
    values: list[Floats] = []
    for begin in range(0, rows.height, _ROWS_AT_ONCE):
        end = min(begin + _ROWS_AT_ONCE, rows.height)
        first, last = int(begins[begin]), int(ends[end - 1])
        cosines = _product(rows, rows, (begin, end), (first, last))
        for row in range(begin, end):
            line = cosines[row - begin]
            found = np.flatnonzero(line >= floor)
            found = found[(found + first >= begins[row]) & (found + first < ends[row])]
            columns.append(found + first)
            values.append(line[found])
            starts.append(starts[-1] + len(found))
    return Rows(
        starts=np.array(starts, dtype=np.int64),
        columns=np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64),
        values=np.concatenate(values) if values else np.zeros(0, dtype=np.float32),
        width=rows.height,
    )


def unit_rows(rows: Rows) -> Rows:
    """Return `rows` scaled to length one and rounded to the grid."""
    squares = np.rint(rows.values.astype(np.float64) ** 2 * 2**20)
    sums = np.add.reduceat(np.append(squares, 0.0), rows.starts[:-1]) / 2**20
    lengths = np.diff(rows.starts)
    scale = np.repeat(
        np.where((sums > 0) & (lengths > 0), np.sqrt(np.maximum(sums, 1e-12)), 1.0), lengths
    )
    values = (np.rint(rows.values / scale * _GRID) / _GRID).astype(np.float32)
    return Rows(rows.starts, rows.columns, values, rows.width)


def pair_cosines(rows: Rows, first: Ints, second: Ints) -> Floats:
    """Return the cosine of rows `first[k]` and `second[k]` for each k; `first` ascending."""
    out = np.zeros(len(first), dtype=np.float32)
    for begin in range(0, rows.height, _ROWS_AT_ONCE):
        end = min(begin + _ROWS_AT_ONCE, rows.height)
        low, high = np.searchsorted(first, (begin, end))
        if low == high:
            continue
        left, right = int(second[low:high].min()), int(second[low:high].max()) + 1
        product = _product(rows, rows, (begin, end), (left, right))
        out[low:high] = product[first[low:high] - begin, second[low:high] - left]
    return out


def _product(left: Rows, right: Rows, here: tuple[int, int], there: tuple[int, int]) -> Floats:
    """Return the dot products of rows `here` of `left` with rows `there` of `right`."""
    used = np.unique(left.columns[left.starts[here[0]] : left.starts[here[1]]])
    place = np.full(left.width, -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return _packed(left, here, place, len(used)) @ _packed(right, there, place, len(used)).T


def _packed(rows: Rows, span: tuple[int, int], place: Ints, width: int) -> Floats:
    low, high = rows.starts[span[0]], rows.starts[span[1]]
    row = np.repeat(np.arange(span[1] - span[0]), np.diff(rows.starts[span[0] : span[1] + 1]))
    column = place[rows.columns[low:high]]
    inside = column >= 0
    out = np.zeros((span[1] - span[0], width), dtype=np.float32)
    out[row[inside], column[inside]] = rows.values[low:high][inside]
    return out
