"""What each part of story-finding is worth, and its worst errors, on the labelled articles.

    python tests/ablation.py GOLD_FOLDER             each part left out in turn
    python tests/ablation.py GOLD_FOLDER --weights   each weight a fifth smaller and larger
    python tests/ablation.py GOLD_FOLDER --launches  the same on the launches; with --weights too
    python tests/ablation.py GOLD_FOLDER --errors    the ten errors that cost most pairs

`make quality` scores the whole; `docs/stories.md` keeps what these print.
"""
# ruff: noqa: T201 it is a command that turns the inner screws

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import combinations
from pathlib import Path
from statistics import mean
from types import ModuleType
from typing import Any

import numpy as np
from quality import scorer, shipped_gazetteer

from transforms.stories import (
    Background,
    Gazetteer,
    StoryArticle,
    features,
    linkage,
    read_background,
    read_gazetteer,
    reading,
    score,
    thread,
)
from transforms.stories.features import FEATURES, Evidence, gather_evidence, measure

WEEK, LAUNCHES = "week-2023-04-17", "launches-2022"
TOGETHER = {
    "any phase": ("phase_apart", "event_after", "ahead_none"),
    "all facts that keep apart": score.CANNOT_JOIN,
}
Labels = Mapping[str, str]


def main() -> None:
    """Print the table that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    for flag in ("weights", "launches", "errors"):
        parser.add_argument(f"--{flag}", action="store_true")
    options = parser.parse_args()
    labelled = Labelled(options.gold, LAUNCHES if options.launches else WEEK)
    if options.errors:
        labelled.print_errors(labelled.sort())
        return
    show = labelled.print_launches if options.launches else labelled.print_scores
    print(" " * 34, "wrong joins   of" if options.launches else "B³ F1   B³ P    pairwise F1")
    show("everything", labelled.sort())
    for name, labels in labelled.weights() if options.weights else labelled.ablations():
        show(name, labels)


class Labelled:
    """Labelled articles, read once."""

    def __init__(self, gold: Path, name: str) -> None:
        self._score = scorer(gold)
        self._rows = {row["id"]: row for row in _read(gold / f"{name}.gold.jsonl")}
        packed = ".gz" if name == LAUNCHES else ""
        self._articles = [
            _article(row)
            for row in _read(gold / f"{name}.articles.jsonl{packed}")
            if name == LAUNCHES or self._rows[row["id"]]["relevant"]
        ]
        self._gazetteer = shipped_gazetteer()
        self._background = read_background()
        self._evidence = self._gather()
        self._values = measure(self._evidence, self._evidence.pairs)

    def sort(
        self, without: tuple[str, ...] = (), weights: Mapping[str, float] | None = None
    ) -> Labels:
        """Return article → story without these features, or with other weights."""
        values = self._values.copy()
        values[:, [FEATURES.index(name) for name in without]] = 0
        return _merge(self._evidence, values, weights or {})

    def ablations(self) -> Iterator[tuple[str, Labels]]:
        """Yield what is left out, and the stories without it."""
        for name, left_out in {**{f: (f,) for f in FEATURES}, **TOGETHER}.items():
            yield f"without {name}", self.sort(left_out)
        yield "without the gazetteer", self._again(gazetteer=read_gazetteer({}))
        yield "without background counts", self._again(background=Background(1, {}, {}))
        with _set(thread, "_HEARD_HOURS", -1.0):
            yield "without borrowed phases", self._again()
        with _set(reading, "CONCEPTS", {}):
            yield "without concepts", self._again()
        with _set(features, "date_sights", lambda _readings, _hours, phases: phases):
            yield "without the day of a sight", self._again()
        with _set(reading, "sights", lambda _: frozenset()):
            yield "without sights in the sky", self._again()
        with _set(linkage, "MOST_CONFLICTS", 1.0):
            yield "without the share of conflicts", self.sort()

    def weights(self) -> Iterator[tuple[str, Labels]]:
        """Yield what is changed, and the stories that it makes."""
        for name, weight in score.WEIGHTS.items():
            for factor in (0.8, 1.2):
                yield f"{name} × {factor}", self.sort(weights={name: weight * factor})

    def print_scores(self, name: str, found: Labels) -> None:
        """Print the mean of the scores against the two people."""
        results = [
            self._score.cluster_scores(
                {i: self._rows[i][person] for i in found if self._rows[i][person]}, dict(found)
            )
            for person in ("story", "second_story")
        ]
        b_cubed, precision, pairwise = (
            mean(result[kind][part] for result in results)
            for kind, part in (("b_cubed", "f1"), ("b_cubed", "p"), ("pairwise", "f1"))
        )
        print(f"{name:34} {b_cubed:.3f}   {precision:.3f}   {pairwise:.3f}", flush=True)

    def print_launches(self, name: str, found: Labels) -> None:
        """Print the share of joined pairs that are two launches, and how many pairs there are."""
        labels = {i: {"story": story} for i, story in found.items()}
        share, joined = self._score.wrong_launches(self._rows, labels)
        print(f"{name:34} {share:.4f}        {joined}", flush=True)

    def print_errors(self, found: Labels, most: int = 10) -> None:
        """Print the errors that cost most pairs: stories torn apart, stories thrown together."""
        errors: Counter[str] = Counter()
        examples: dict[str, tuple[str, str]] = {}
        for pair in combinations(sorted(found), 2):
            names = sorted({str(self._rows[i]["story"]) for i in pair})
            is_one, is_found = len(names) == 1, found[pair[0]] == found[pair[1]]
            if is_one != is_found:
                error = f"{'torn  ' if is_one else 'joined'} {' + '.join(names)}"
                errors[error] += 1
                examples.setdefault(error, pair)
        for error, pairs in errors.most_common(most):
            print(f"{pairs:4} pairs {error}, such as {' and '.join(examples[error])}")

    def _gather(
        self, gazetteer: Gazetteer | None = None, background: Background | None = None
    ) -> Evidence:
        names = gazetteer or self._gazetteer
        readings = [reading.read_article(article, names) for article in self._articles]
        return gather_evidence(readings, background or self._background)

    def _again(
        self, gazetteer: Gazetteer | None = None, background: Background | None = None
    ) -> Labels:
        evidence = self._gather(gazetteer, background)
        return _merge(evidence, measure(evidence, evidence.pairs), {})


def _merge(evidence: Evidence, values: Any, weights: Mapping[str, float]) -> Labels:
    pairs = evidence.pairs
    vector = np.array([{**score.WEIGHTS, **weights}[name] for name in FEATURES])
    with _set(score, "_VECTOR", vector):
        scores = score.score_pairs(values)
    links = linkage.Links(pairs.first, pairs.second, scores, score.conflicts(values))
    labels = linkage.merge_articles(len(evidence.readings), links, linkage.Wishes())
    ids = [reading.article.article_id for reading in evidence.readings]
    return {i: ids[label] for i, label in zip(ids, labels.tolist(), strict=True)}


@contextmanager
def _set(module: ModuleType, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _read(path: Path) -> list[dict[str, Any]]:
    packed = path.read_bytes()
    text = gzip.decompress(packed) if path.suffix == ".gz" else packed
    return [json.loads(line) for line in text.splitlines()]


def _article(row: dict[str, Any]) -> StoryArticle:
    return StoryArticle(
        article_id=row["id"],
        feed_id=row["feed_id"],
        publisher=row["feed_id"],
        title=row["title"],
        dek=row["dek"] or "",
        text="",
        published_at=datetime.fromisoformat(row["published_at"]),
    )


if __name__ == "__main__":
    main()
