"""Fit what each word says of each tag (`transforms/tag_words.json`), or test the fit.

    python tests/fit_tags.py WEEK...          mean F1 on each week, fitted on the others
    python tests/fit_tags.py WEEK... --write  fit on all of them and write the table

A week is a file NAME.articles.jsonl, as `perigee label` reads it, with labels of each annotator in
a file NAME.*.jsonl beside it: id, relevant, tags. The fit is one logistic regression a tag, on
what the phrases of config/tags.toml say of it and on every word. Where annotators differ, each
counts a part.
"""
# ruff: noqa: T201 it is a command that turns the inner screws

import argparse
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from fitting import Floats, descend, table_of
from quality import ROOT

from flows.articles_file import read_rows
from flows.database import memory_database
from flows.labelling import label_rows
from flows.settings import load_settings
from transforms.stories.lexicon import STOP_WORDS
from transforms.tag_words import PRIORS

TABLE = ROOT / "transforms" / "tag_words.json"
# A word in fewer articles is left out.
FEWEST = 12
# Pulls weights to zero, as if each were drawn from a normal distribution of this variance.
VARIANCE = 1.0
# Weights nearer to zero than this are left out: half of them, and no score is worse for it.
LEAST = 0.1
# As in tag_opinions.sql: a word in the title and in the dek, and how much of the dek is read.
TITLE, DEK, LONGEST_DEK = 1.0, 0.7, 400
# As in article_tags.sql: log-odds from which the words overrule the phrases.
SURE = 0.5
# A tag with fewer articles in a week says nothing of the fit.
FEWEST_TAGGED = 5


@dataclass(frozen=True, slots=True)
class Article:
    """What is said of an article, and its tags.

    Attributes:
        words: How strongly it says each.
        priors: For each tag, in the order of `PRIORS` but for the bias.
        titled: The tags of which a phrase stands in the title.
        tags: Which part of the annotators gave each.
    """

    words: Mapping[str, float]
    priors: Mapping[str, tuple[float, float, float]]
    titled: frozenset[str]
    tags: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights: of words by tags, shape (1 + words, tags), bias first; of priors, (3, tags)."""

    tags: tuple[str, ...]
    words: tuple[str, ...]
    by_word: Floats
    by_prior: Floats

    def opinions(self, articles: Sequence[Article]) -> Floats:
        """Return the log-odds of each tag of each article."""
        said = table_of(self.words, [article.words for article in articles]) @ self.by_word
        prior: Floats = np.einsum("atp,pt->at", _priors(self.tags, articles), self.by_prior)
        return said + prior

    def told(self, articles: Sequence[Article]) -> np.ndarray:
        """Return which tags each article gets: by its phrases, unless its words are sure."""
        opinions, earned = self.opinions(articles), _priors(self.tags, articles)[:, :, 0] > 0
        titled = np.array([[tag in article.titled for tag in self.tags] for article in articles])
        return np.where(earned, titled | (opinions > -SURE), opinions >= SURE)


def main() -> None:
    """Print how well the tags of each week are told with what the others taught, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weeks", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folds = {path.name.partition(".")[0]: read_articles(path) for path in options.weeks}
    if options.write:
        write_table(fit([article for fold in folds.values() for article in fold]))
        return
    for name, fold in folds.items():
        found = fit([a for other in folds if other != name for a in folds[other]])
        truth = np.array([[a.tags.get(tag, 0.0) for tag in found.tags] for a in fold])
        earned = _priors(found.tags, fold)[:, :, 0] > 0
        print(
            f"{name:12} {len(fold):4} articles, mean F1 by phrases {_mean_f1(truth, earned):.3f}, "
            f"with all words {_mean_f1(truth, found.told(fold)):.3f}",
            flush=True,
        )


def read_articles(path: Path) -> list[Article]:
    """Return the articles of a week that all, annotators and program, take for space news."""
    name = path.name.removesuffix(".articles.jsonl")
    annotators = [
        {row["id"]: row for row in map(json.loads, labels.read_text("utf-8").splitlines())}
        for labels in sorted(path.parent.glob(f"{name}.*.jsonl"))
        if labels != path
    ]
    settings = load_settings(ROOT / "config")
    rows = list(read_rows(settings, path))
    with closing(memory_database()) as connection:
        found = label_rows(connection, settings, rows)
        priors = connection.execute(
            """
            SELECT article_id, tag_id, is_earned, beside_text / 3,
                beside_text / greatest(max(beside_text) OVER (PARTITION BY article_id), 1), in_title
            FROM tag_points
            """
        ).fetchall()
    said: dict[str, dict[str, tuple[float, float, float]]] = {}
    titled: dict[str, set[str]] = {}
    for article_id, tag, is_earned, points, share, in_title in priors:
        said.setdefault(article_id, {})[tag] = (float(is_earned), min(points, 2.0), share)
        if in_title:
            titled.setdefault(article_id, set()).add(tag)
    articles = []
    for row in rows:
        labels_of = [labels[row["article_id"]] for labels in annotators]
        if found[row["article_id"]]["relevant"] and all(x["relevant"] for x in labels_of):
            given = Counter(tag for labels in labels_of for tag in labels["tags"])
            articles.append(
                Article(
                    words=words_of(row["title"], row["dek"] or row["text"]),
                    priors=said.get(row["article_id"], {}),
                    titled=frozenset(titled.get(row["article_id"], ())),
                    tags={tag: count / len(labels_of) for tag, count in given.items()},
                )
            )
    return articles


def words_of(title: str, dek: str) -> dict[str, float]:
    """Return the words of an article as tag_opinions.sql reads them."""
    said: dict[str, float] = {}
    for text, strength in ((dek[:LONGEST_DEK], DEK), (title, TITLE)):
        apart = unicodedata.normalize("NFD", text)
        plain = "".join(c for c in apart if not unicodedata.combining(c)).lower()
        said.update(dict.fromkeys(re.findall("[a-z0-9]{2,}", plain), strength))
    return said


def is_empty(word: str) -> bool:
    """Return whether a word says nothing of a topic; as a reason it would convince nobody."""
    return word in STOP_WORDS or word.isdigit()


def fit(articles: Sequence[Article]) -> Fit:
    """Return the weights at which the labels are likeliest."""
    tags = tuple(sorted({tag for article in articles for tag in article.tags}))
    counts = Counter(word for article in articles for word in article.words)
    words = tuple(sorted(word for word, n in counts.items() if n >= FEWEST and not is_empty(word)))
    table = table_of(words, [article.words for article in articles])
    priors = _priors(tags, articles)
    truth = np.array([[article.tags.get(tag, 0.0) for tag in tags] for article in articles])
    width = table.shape[1]
    pull = np.full((width + priors.shape[2], 1), 1 / VARIANCE)
    pull[0] = 0.0  # the bias is free
    steepest = np.linalg.norm(table, 2) ** 2 + (priors**2).sum(axis=(0, 2)).max()

    def slope(weights: Floats) -> Floats:
        scores = table @ weights[:width] + np.einsum("atp,pt->at", priors, weights[width:])
        off = 1 / (1 + np.exp(-scores)) - truth
        return np.concatenate([table.T @ off, np.einsum("at,atp->pt", off, priors)]) + (
            pull * weights
        )

    weights = descend(
        slope,
        np.zeros((width + priors.shape[2], len(tags))),
        1 / (0.25 * steepest + 1 / VARIANCE),
    )
    return Fit(tags, words, weights[:width], weights[width:])


def write_table(found: Fit) -> None:
    """Write the weights in hundredths: nobody needs more."""
    by_word = np.where(np.abs(found.by_word[1:]) < LEAST, 0.0, found.by_word[1:])
    bias, by_prior = _hundredths(found.by_word[0]), _hundredths(found.by_prior)
    priors = dict(zip(PRIORS, [bias, *by_prior], strict=True))
    lines = ",\n".join(
        f"{json.dumps(word)}: {json.dumps(row)}"
        for word, row in zip(found.words, _hundredths(by_word), strict=True)
        if any(row)
    )
    text = (
        f'{{"tags": {json.dumps(found.tags)},\n"priors": {json.dumps(priors)},\n'
        f'"words": {{\n{lines}\n}}}}\n'
    )
    TABLE.write_text(text, encoding="utf-8")


def _hundredths(weights: Floats) -> list[Any]:
    hundredths: list[Any] = np.rint(weights * 100).astype(int).tolist()
    return hundredths


def _priors(tags: Sequence[str], articles: Sequence[Article]) -> Floats:
    """Return what the phrases say: shape (articles, tags, 3)."""
    nothing = (0.0, 0.0, 0.0)
    return np.array([[a.priors.get(tag, nothing) for tag in tags] for a in articles])


def _mean_f1(truth: Floats, told: np.ndarray) -> float:
    hits, given, found = (truth * told).sum(axis=0), truth.sum(axis=0), told.sum(axis=0)
    counted = given >= FEWEST_TAGGED
    return float(np.mean(2 * hits[counted] / (given + found)[counted]))


if __name__ == "__main__":
    main()
