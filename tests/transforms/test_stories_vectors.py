"""Cosines are exact, of many neighbours the nearest stay, and neither order nor size matters."""

from itertools import pairwise

import numpy as np
import pytest

from transforms.stories import vectors
from transforms.stories.vectors import neighbours, pair_cosines, weigh_rows

WEIGHT = {"moon": 2.0, "probe": 1.5, "launch": 1.0, "crew": 3.0}
DOCUMENTS = [
    {"moon": 1.0, "probe": 2.0},
    {"moon": 1.0, "launch": 1.0},
    {},
    {"crew": 1.0, "launch": 3.0},
    {"moon": 1.0, "probe": 2.0},
]


def all_of(rows):
    return np.zeros(rows.height, dtype=np.int64), np.full(rows.height, rows.height)


def dense(rows):
    table = np.zeros((rows.height, rows.width))
    for row, (begin, end) in enumerate(pairwise(rows.starts.tolist())):
        table[row, rows.columns[begin:end]] = rows.values[begin:end]
    return table


def test_neighbours_are_the_rows_that_are_alike():
    rows = weigh_rows(DOCUMENTS, WEIGHT)
    expected = dense(rows) @ dense(rows).T

    found = neighbours(rows, *all_of(rows), floor=0.1, most=10)

    assert np.array_equal(dense(found), np.where(expected >= 0.1, expected, 0.0))


def test_pairs_have_the_same_cosines_as_neighbours():
    rows = weigh_rows(DOCUMENTS, WEIGHT)
    first, second = np.triu_indices(rows.height)

    found = pair_cosines(rows, first, second)

    assert np.array_equal(found, (dense(rows) @ dense(rows).T)[first, second].astype(np.float32))


def test_no_rows_have_no_neighbours_and_no_pairs():
    rows = weigh_rows([], {})
    none = np.zeros(0, dtype=np.int64)

    assert neighbours(rows, none, none, floor=0.1, most=10).height == 0
    assert pair_cosines(rows, none, none).tolist() == []


def test_neighbours_outside_the_time_do_not_count():
    rows = weigh_rows([{"moon": 1.0}] * 4, WEIGHT)

    found = neighbours(rows, np.array([0, 0, 1, 2]), np.array([2, 3, 4, 4]), floor=0.1, most=10)

    assert [columns.tolist() for columns in np.split(found.columns, found.starts[1:-1])] == [
        [0, 1],
        [0, 1, 2],
        [1, 2, 3],
        [2, 3],
    ]


def test_of_too_many_neighbours_the_nearest_stay_and_of_equal_ones_the_first():
    near, far = {"moon": 1.0, "probe": 2.0}, {"moon": 1.0, "launch": 1.0}
    rows = weigh_rows([near, far, near, far, near], WEIGHT)

    found = neighbours(rows, *all_of(rows), floor=0.1, most=4)

    assert found.columns[found.starts[0] : found.starts[1]].tolist() == [0, 1, 2, 4]
    assert found.columns[found.starts[1] : found.starts[2]].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_work_cut_into_pieces_gives_the_same(monkeypatch, at_once):
    rows = weigh_rows(DOCUMENTS, WEIGHT)
    whole = neighbours(rows, *all_of(rows), floor=0.1, most=3)

    monkeypatch.setattr(vectors, "_ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(vectors, "_COLUMNS_AT_ONCE", at_once)
    pieces = neighbours(rows, *all_of(rows), floor=0.1, most=3)

    assert np.array_equal(pieces.starts, whole.starts)
    assert np.array_equal(pieces.columns, whole.columns)
    assert np.array_equal(pieces.values, whole.values)
