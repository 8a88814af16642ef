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
_ROWS_AT_ONCE = 256
_COLUMNS_AT_ONCE = 2048


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

    def row(self, at: int) -> slice:
        """Return where row `at` stands in `columns` and `values`."""
        return slice(self.starts[at], self.starts[at + 1])


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


def neighbours(rows: Rows, begins: Ints, ends: Ints, floor: float, most: int) -> Rows:
    """Return each row's cosines of at least `floor` with rows `begins[i]` to `ends[i]`.

    Of more than `most` the highest are kept; of equal ones the first.
    """
    starts = [np.zeros(1, dtype=np.int64)]
    columns = [np.zeros(0, dtype=np.int64)]
    values = [np.zeros(0, dtype=np.float32)]
    shared, own = _without_lonely(rows), _squares(rows).astype(np.float32)
    for begin in range(0, rows.height, _ROWS_AT_ONCE):
        end = min(begin + _ROWS_AT_ONCE, rows.height)
        first, last = int(begins[begin]), int(ends[end - 1])
        cosines = _product(shared, shared, (begin, end), (first, last))
        here = np.arange(begin, end)
        cosines[here - begin, here - first] = own[here]
        there = np.arange(first, last)
        early, late = begins[begin:end, np.newaxis], ends[begin:end, np.newaxis]
        cosines[(there < early) | (there >= late)] = -1.0
        row, column = _highest(cosines, floor, most)
        starts.append(starts[-1][-1] + np.cumsum(np.bincount(row, minlength=end - begin)))
        columns.append(column + first)
        values.append(cosines[row, column])
    return Rows(
        starts=np.concatenate(starts),
        columns=np.concatenate(columns),
        values=np.concatenate(values),
        width=rows.height,
    )


def _without_lonely(rows: Rows) -> Rows:
    """Return `rows` without the columns of one row alone: they add to no other row's product."""
    kept = np.bincount(rows.columns, minlength=rows.width)[rows.columns] > 1
    before = np.concatenate([[0], np.cumsum(kept)])
    return Rows(before[rows.starts], rows.columns[kept], rows.values[kept], rows.width)


def _squares(rows: Rows) -> NDArray[np.float64]:
    """Return each row's product with itself; exact, as whole numbers of 2^-20."""
    squares = np.rint(rows.values.astype(np.float64) ** 2 * 2**20)
    sums = np.add.reduceat(np.append(squares, 0.0), rows.starts[:-1]) / 2**20
    return np.where(np.diff(rows.starts) > 0, sums, 0.0)


def _highest(table: Floats, floor: float, most: int) -> tuple[Ints, Ints]:
    """Return where `table` is at least `floor`, in each row only its `most` highest places."""
    height, width = table.shape
    floors = np.full((height, 1), floor, dtype=np.float32)
    if width > most:
        ranked = np.partition(table, width - most, axis=1)
        floors = np.maximum(floors, ranked[:, width - most, np.newaxis])
    row, column = np.nonzero(table >= floors)
    is_last = table[row, column] == floors[row, 0]
    higher = np.bincount(row[~is_last], minlength=height)
    # Ties for the last place: count them off within their row.
    ties = np.cumsum(is_last)
    before = np.concatenate([[0], ties])[np.searchsorted(row, np.arange(height))]
    kept = ~is_last | (ties - before[row] + higher[row] <= most)
    return row[kept], column[kept]


def lengths(rows: Rows) -> NDArray[np.float64]:
    """Return the length of each row; one where it holds nothing."""
    squares = _squares(rows)
    return np.where(squares > 0, np.sqrt(np.maximum(squares, 1e-12)), 1.0)


def unit_rows(rows: Rows) -> Rows:
    """Return `rows` scaled to length one and rounded to the grid."""
    scale = np.repeat(lengths(rows), np.diff(rows.starts))
    values = (np.rint(rows.values / scale * _GRID) / _GRID).astype(np.float32)
    return Rows(rows.starts, rows.columns, values, rows.width)


def both_ways(height: int, first: Ints, second: Ints, values: Floats) -> Rows:
    """Return pairs, each given once, as rows: in each row its partners, in order, with values."""
    source, target = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((target, source))
    return Rows(
        starts=np.searchsorted(source[order], np.arange(height + 1)).astype(np.int64),
        columns=target[order],
        values=np.concatenate([values, values])[order],
        width=height,
    )


def pair_cosines(rows: Rows, first: Ints, second: Ints) -> Floats:
    """Return the cosine of rows `first[k]` and `second[k]` for each k; `first` ascending."""
    out = np.zeros(len(first), dtype=np.float32)
    columns, values = _padded(rows)
    spread = np.zeros(rows.width + 1, dtype=np.float32)
    runs = np.unique(first, return_index=True, return_counts=True)
    for row, begin, count in zip(*(run.tolist() for run in runs), strict=True):
        spread[columns[row]] = values[row]
        here = slice(begin, begin + count)
        others = second[here]
        np.einsum("ij,ij->i", spread[columns[others]], values[others], out=out[here])
        spread[columns[row]] = 0.0
    return out


def _padded(rows: Rows) -> tuple[NDArray[np.int32], Floats]:
    """Return columns and values with as many places in each row; the spare ones hold nothing."""
    lengths = np.diff(rows.starts)
    there = np.arange(lengths.max(initial=0)) < lengths[:, np.newaxis]
    columns = np.full(there.shape, rows.width, dtype=np.int32)
    values = np.zeros(there.shape, dtype=np.float32)
    columns[there], values[there] = rows.columns, rows.values
    return columns, values


def _product(left: Rows, right: Rows, here: tuple[int, int], there: tuple[int, int]) -> Floats:
    """Return the dot products of rows `here` of `left` with rows `there` of `right`."""
    is_used = np.zeros(left.width, dtype=np.bool_)
    is_used[left.columns[left.starts[here[0]] : left.starts[here[1]]]] = True
    used = np.flatnonzero(is_used)
    place = np.full(left.width, -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    packed = _packed(left, here, place, len(used))
    out = np.empty((here[1] - here[0], there[1] - there[0]), dtype=np.float32)
    # In strips: memory stays small however many rows lie within the time.
    for begin in range(there[0], there[1], _COLUMNS_AT_ONCE):
        end = min(begin + _COLUMNS_AT_ONCE, there[1])
        strip = _packed(right, (begin, end), place, len(used))
        np.matmul(packed, strip.T, out=out[:, begin - there[0] : end - there[0]])
    return out


def _packed(rows: Rows, span: tuple[int, int], place: Ints, width: int) -> Floats:
    low, high = rows.starts[span[0]], rows.starts[span[1]]
    row = np.repeat(np.arange(span[1] - span[0]), np.diff(rows.starts[span[0] : span[1] + 1]))
    column = place[rows.columns[low:high]]
    inside = column >= 0
    out = np.zeros((span[1] - span[0], width), dtype=np.float32)
    out[row[inside], column[inside]] = rows.values[low:high][inside]
    return out
