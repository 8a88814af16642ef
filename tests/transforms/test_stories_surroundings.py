"""What an article's neighbours make of it: how crowded it is there, which words are its own."""

import numpy as np
import pytest

from transforms.stories.surroundings import crowding, own_words
from transforms.stories.vectors import neighbours, pair_cosines, unit_rows, weigh_rows

# Six reports of one landing: all have the topic's words, two also "shares", two also "video".
TOPIC = dict.fromkeys(("moon", "lander", "touchdown"), 1.0)
LANDING = [
    {**TOPIC, "shares": 1.0},
    {**TOPIC, "shares": 1.0},
    {**TOPIC, "video": 1.0},
    {**TOPIC, "video": 1.0},
    dict(TOPIC),
    dict(TOPIC),
]
APART = {"comet": 1.0, "tail": 1.0}


def rows_of(documents):
    words = weigh_rows(documents, {word: 1.0 for document in documents for word in document})
    count = len(documents)
    begins, ends = np.zeros(count, dtype=np.int64), np.full(count, count)
    return words, neighbours(words, begins, ends, 0.03, 100)


def all_pairs(nearest):
    first, second = np.triu_indices(nearest.height, k=1)
    likeness = pair_cosines(unit_rows(nearest), first, second)
    return first.astype(np.int64), second.astype(np.int64), likeness


def test_among_many_alike_it_is_crowded_and_alone_it_is_not():
    _, nearest = rows_of([*LANDING, APART])

    crowded = crowding(nearest)

    assert crowded[0] > 0.3  # five others of ten, all much alike
    assert crowded[6] == 0


def test_ten_neighbours_count_however_many_there_are():
    _, nearest = rows_of([TOPIC] * 30)

    assert crowding(nearest) == pytest.approx(np.ones(30), abs=0.01)


def test_words_that_all_like_articles_have_say_little():
    words, nearest = rows_of([*LANDING, APART])
    first, second, likeness = all_pairs(nearest)

    own = own_words(words, first, second, likeness)

    plain = pair_cosines(words, np.array([0, 0]), np.array([1, 2]))
    weighed = pair_cosines(own, np.array([0, 0]), np.array([1, 2]))
    assert plain[0] - plain[1] < 0.3  # both of shares, shares and video
    assert weighed[0] - weighed[1] > 0.8


def test_an_article_without_neighbours_keeps_its_words():
    words, nearest = rows_of([*LANDING, APART])
    first, second, likeness = all_pairs(nearest)
    alone = (first != 6) & (second != 6)

    own = own_words(words, first[alone], second[alone], likeness[alone])

    assert own.values[own.starts[6] : own.starts[7]] == pytest.approx([0.707, 0.707], abs=0.01)


def test_no_articles_have_no_surroundings():
    words, nearest = rows_of([])
    none = np.zeros(0, dtype=np.int64)

    assert len(crowding(nearest)) == 0
    assert own_words(words, none, none, np.zeros(0, dtype=np.float32)).height == 0
