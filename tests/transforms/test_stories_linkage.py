"""Articles merge by their few best links, and never across facts that keep them apart."""

import numpy as np

from transforms.stories import linkage
from transforms.stories.linkage import Links, Wishes, merge_articles


def links(*rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Links(*table.T)


def stories(articles, found, wishes=None):
    return merge_articles(articles, found, wishes or Wishes()).tolist()


def test_a_good_link_makes_one_story_named_by_its_first_article():
    assert stories(3, links((0, 2, 1500, 0))) == [0, 1, 0]


def test_a_bad_link_makes_none():
    assert stories(2, links((0, 1, -10, 0))) == [0, 1]


def test_an_article_needs_a_few_good_links_not_links_to_all():
    chain = [(a, b, 2000 if b - a <= 3 else -4000, 0) for a in range(8) for b in range(a + 1, 8)]

    assert stories(8, links(*chain)) == [0] * 8


def test_one_good_link_does_not_chain_two_stories():
    first = [(a, b, 3000, 0) for a in range(4) for b in range(a + 1, 4)]
    second = [(a, b, 3000, 0) for a in range(4, 8) for b in range(a + 1, 8)]

    assert stories(8, links(*first, (3, 4, 2500, 0), *second)) == [0] * 4 + [4] * 4


def test_facts_that_conflict_outweigh_good_links():
    assert stories(2, links((0, 1, 5000, 1))) == [0, 1]


def test_equal_scores_merge_in_the_order_of_the_articles():
    tie = links((0, 1, 1000, 0), (0, 2, -8000, 1), (1, 2, 1000, 0))

    assert stories(3, tie) == [0, 0, 2]


def test_an_editor_joins_and_splits():
    found = links((0, 1, 3000, 0), (0, 2, 3000, 0), (1, 2, 3000, 0))

    assert stories(4, found, Wishes(together=[(0, 3)])) == [0, 0, 0, 0]
    assert len(set(stories(3, found, Wishes(apart=[(0, 1)])))) == 2


def test_an_article_split_from_many_stays_apart():
    pairs = [(a, b, 3000, 0) for a in range(46) for b in range(a + 1, 46)]
    apart = [(0, other) for other in range(1, 46)]

    assert stories(46, links(*pairs), Wishes(apart=apart)) == [0] + [1] * 45


def test_a_part_that_is_too_large_is_cut_at_its_weak_links(monkeypatch):
    monkeypatch.setattr(linkage, "_LARGEST", 3)
    found = links((0, 1, 3000, 0), (1, 2, 400, 0), (2, 3, 3000, 0))

    assert stories(4, found) == [0, 0, 2, 2]
