"""Sort articles into stories: read, compare, score, merge, and keep why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from transforms.errors import ConfigError
from transforms.stories.explain import explain_indices, say_link
from transforms.stories.features import Evidence, gather_evidence, measure
from transforms.stories.linkage import Links, Wishes, merge_articles
from transforms.stories.names import Gazetteer
from transforms.stories.reading import read_article
from transforms.stories.records import (
    ALONE,
    Background,
    Explanation,
    Membership,
    StoryArticle,
)
from transforms.stories.score import UNIT, conflicts, score_pairs
from transforms.stories.vectors import Ints

_PAIRS_AT_ONCE = 200_000


@dataclass(frozen=True, slots=True)
class Clustering:
    """Every article in its one story.

    Attributes:
        members: Article id → its membership, in the order of time.
        evidence: What the decision was made on, for `explain_pair`.
    """

    members: Mapping[str, Membership]
    evidence: Evidence

    def stories(self) -> dict[str, tuple[str, ...]]:
        """Return story id → the ids of its articles, both in the order of time."""
        found: dict[str, list[str]] = {}
        for member in self.members.values():
            found.setdefault(member.story_id, []).append(member.article_id)
        return {story_id: tuple(articles) for story_id, articles in found.items()}


def cluster_articles(
    articles: Sequence[StoryArticle],
    gazetteer: Gazetteer,
    background: Background,
    must_join: Sequence[tuple[str, str]] = (),
    must_split: Sequence[tuple[str, str]] = (),
) -> Clustering:
    """Return `articles` sorted into stories; their order does not matter.

    Relevance and duplicates are the caller's: every article given is sorted. The id of a story is
    that of its earliest article (ties: the smaller id), the same from run to run and, while that
    article is among those given, from week to week.

    Args:
        articles: Those of one issue's time, in any order.
        gazetteer: See `read_gazetteer`.
        background: See `read_background`.
        must_join: Pairs of article ids that an editor makes one story.
        must_split: Pairs that an editor keeps apart. Pairs with an id that is not among
            `articles` are passed over: they are about another week.

    Raises:
        ConfigError: `must_join` and `must_split` contradict each other.
    """
    readings = [read_article(article, gazetteer) for article in articles]
    evidence = gather_evidence(readings, background)
    index = {r.article.article_id: at for at, r in enumerate(evidence.readings)}
    wishes = Wishes(_known(must_join, index), _known(must_split, index))

    links = _score_links(evidence)
    labels = merge_articles(len(readings), links, wishes)
    for one, other in wishes.apart:
        if labels[one] == labels[other]:
            articles = [evidence.readings[at].article for at in (one, other)]
            named = " and ".join(f"{a.title!r} ({a.article_id})" for a in articles)
            message = f"overrides: {named} are both joined and split; drop one of the two"
            raise ConfigError(message)
    return Clustering(_members(evidence, links, labels, wishes), evidence)


def explain_pair(clustering: Clustering, first: str, second: str, decided: str = "") -> Explanation:
    """Return why two articles are one story or two.

    Args:
        clustering: Of both.
        first: An article's id.
        second: Another one's.
        decided: What an editor did to the two and why, if any did.

    Raises:
        KeyError: One of them is not among the articles that were clustered.
    """
    members = clustering.members
    joined = members[first].story_id == members[second].story_id
    index = {r.article.article_id: at for at, r in enumerate(clustering.evidence.readings)}
    return explain_indices(
        clustering.evidence, index[first], index[second], joined=joined, decided=decided
    )


def _known(
    pairs: Iterable[tuple[str, str]], index: Mapping[str, int]
) -> tuple[tuple[int, int], ...]:
    return tuple((index[a], index[b]) for a, b in pairs if a in index and b in index)


def _score_links(evidence: Evidence) -> Links:
    """Return the score of every pair; the features themselves would not fit into memory."""
    pairs = evidence.pairs
    scores, apart = np.zeros_like(pairs.first), np.zeros_like(pairs.first)
    for begin in range(0, len(scores), _PAIRS_AT_ONCE):
        part = slice(begin, begin + _PAIRS_AT_ONCE)
        values = measure(evidence, pairs.where(part))
        scores[part], apart[part] = score_pairs(values), conflicts(values)
    return Links(pairs.first, pairs.second, scores, apart)


def _members(
    evidence: Evidence, links: Links, labels: Ints, wishes: Wishes
) -> dict[str, Membership]:
    """Return each article's membership with its strongest link inside its story."""
    ids = [reading.article.article_id for reading in evidence.readings]
    strongest = _strongest(links, labels)
    told = np.array(sorted(set(strongest.values())), dtype=np.int64)
    values = dict(zip(told.tolist(), measure(evidence, evidence.pairs.where(told)), strict=True))
    wished = {a: b for pair in wishes.together for a, b in (pair, pair[::-1])}
    sizes = np.bincount(labels, minlength=len(labels))
    members = {}
    for article, (article_id, label) in enumerate(zip(ids, labels.tolist(), strict=True)):
        joined, score, why = None, None, ALONE
        if article in wished:
            joined, why = ids[wished[article]], "joined by an editor"
        elif sizes[label] > 1:
            pair = strongest[article]
            one, other = int(links.first[pair]), int(links.second[pair])
            joined = ids[one + other - article]
            score = int(links.scores[pair]) / UNIT
            why = say_link(evidence, one, other, values[pair])
        members[article_id] = Membership(article_id, ids[label], joined, score, why)
    return members


def _strongest(links: Links, labels: Ints) -> dict[int, int]:
    """Return for each article the pair that links it most strongly inside its story."""
    inside = np.flatnonzero(labels[links.first] == labels[links.second])
    order = inside[np.argsort(-links.scores[inside], kind="stable")]
    best: dict[int, int] = {}
    for pair, one, other in zip(
        order.tolist(), links.first[order].tolist(), links.second[order].tolist(), strict=True
    ):
        best.setdefault(one, pair)
        best.setdefault(other, pair)
    return best
