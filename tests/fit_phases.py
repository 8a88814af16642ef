"""Fit how much each word speaks for a phase (`transforms/stories/phases.json`), or test the fit.

    python tests/fit_phases.py LABELLED...          is it right on each file, fitted on the others?
    python tests/fit_phases.py LABELLED... --write  fit on all of them and write the table

A file has a JSON object a line: title, dek, and phase as somebody labelled it. The fit is a
multinomial logistic regression, by gradient descent: the same labels give the same table. Each
article counts once as it is, and a little once more without its summary: some feeds have none.
"""
# ruff: noqa: T201 it is a command that turns the inner screws

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from fitting import Floats, descend, table_of
from quality import ROOT, shipped_gazetteer

from transforms.stories.phase import PHASES, phase_clues
from transforms.stories.reading import clean_dek, clean_title
from transforms.stories.words import sentences

TABLE = ROOT / "transforms" / "stories" / "phases.json"
# A clue in fewer articles is left out, and of the others all but those that tell most.
FEWEST, MOST = 5, 1500
# Pulls weights to zero, as if each were drawn from a normal distribution of this variance.
VARIANCE = 0.2
# What an article without its summary counts beside the whole one.
BARE = 0.3

Clues = dict[str, float]


class Article(NamedTuple):
    """What may tell the phase of an article, and what does where it has no summary."""

    clues: Clues
    bare: Clues
    phase: int


def main() -> None:
    """Print how well the phases of each file are told by the others, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labelled", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folds = {path.stem: read_articles(path) for path in options.labelled}
    if options.write:
        words, weights = fit([article for fold in folds.values() for article in fold])
        write_table(words, weights)
        return
    for name, fold in folds.items():
        words, weights = fit([a for other in folds if other != name for a in folds[other]])
        truth = np.array([article.phase for article in fold])
        whole = guess(words, weights, [article.clues for article in fold]).argmax(axis=1)
        bare = guess(words, weights, [article.bare for article in fold]).argmax(axis=1)
        print(
            f"{name:20} {len(fold):5} articles, {np.mean(whole == truth):.3f} right, "
            f"{np.mean(bare == truth):.3f} by their titles alone",
            flush=True,
        )


def read_articles(path: Path) -> list[Article]:
    """Return the clues of each article of a file, and its phase."""
    gazetteer, articles = shipped_gazetteer(), []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        title, opening = clean_title(row["title"]), sentences(clean_dek(row["dek"] or ""), 2)
        clues = phase_clues(title, opening, gazetteer)
        bare = phase_clues(title, [], gazetteer)
        articles.append(Article(clues, bare, PHASES.index(row["phase"])))
    return articles


def fit(articles: Sequence[Article]) -> tuple[list[str], Floats]:
    """Return the clues that tell most, and their weights: shape (1 + clues, phases), bias first."""
    counts = Counter(clue for article in articles for clue in article.clues)
    words = sorted(clue for clue, count in counts.items() if count >= FEWEST)
    weights = _descend(words, articles)
    telling = np.abs(weights[1:]).max(axis=1) * np.sqrt([counts[word] for word in words])
    kept = np.sort(np.argsort(-telling, kind="stable")[:MOST])
    words = [words[at] for at in kept]
    return words, _descend(words, articles)


def guess(words: Sequence[str], weights: Floats, articles: Sequence[Clues]) -> Floats:
    """Return how likely each phase is of each article."""
    return _softmax(table_of(words, articles) @ weights)


def write_table(words: Sequence[str], weights: Floats) -> None:
    """Write the weights in hundredths: nobody needs more."""
    rounded = np.round(weights, 2).tolist()
    lines = ",\n".join(
        f"{json.dumps(word)}: {json.dumps(row)}"
        for word, row in zip(words, rounded[1:], strict=True)
    )
    text = f'{{"bias": {json.dumps(rounded[0])},\n"weights": {{\n{lines}\n}}}}\n'
    TABLE.write_text(text, encoding="utf-8")


def _descend(words: Sequence[str], articles: Sequence[Article]) -> Floats:
    """Return the weights at which the labels are likeliest."""
    table = table_of(words, [a.clues for a in articles] + [a.bare for a in articles])
    truth = np.eye(len(PHASES))[[a.phase for a in articles] * 2]
    counts = np.repeat((1.0, BARE), len(articles))[:, np.newaxis]
    pull = np.full((table.shape[1], 1), 1 / VARIANCE)
    pull[0] = 0.0  # the bias is free
    step = 1 / (0.5 * np.linalg.norm(table * np.sqrt(counts), 2) ** 2 + 1 / VARIANCE)

    def slope(weights: Floats) -> Floats:
        off: Floats = table.T @ (counts * (_softmax(table @ weights) - truth)) + pull * weights
        return off

    return descend(slope, np.zeros((table.shape[1], len(PHASES))), step)


def _softmax(scores: Floats) -> Floats:
    odds: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    main()
