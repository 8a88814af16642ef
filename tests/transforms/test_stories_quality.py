"""On the labelled articles, stories are as good as an editor was promised."""

import gzip
import importlib.util
import json
import tomllib
from datetime import datetime
from pathlib import Path
from statistics import mean

import pytest

from transforms.stories import StoryArticle, cluster_articles, read_background, read_gazetteer

GAZETTEER = Path(__file__).parents[2] / "config" / "gazetteer.toml"


@pytest.fixture(scope="module")
def gazetteer():
    return read_gazetteer(tomllib.loads(GAZETTEER.read_text(encoding="utf-8")))


def read_lines(path):
    packed = path.read_bytes()
    text = gzip.decompress(packed) if path.suffix == ".gz" else packed
    return [json.loads(line) for line in text.splitlines()]


def predict(rows, gazetteer):
    articles = [
        StoryArticle(
            article_id=row["id"],
            feed_id=row["feed_id"],
            publisher=row["feed_id"],
            title=row["title"],
            dek=row["dek"] or "",
            text="",
            published_at=datetime.fromisoformat(row["published_at"]),
        )
        for row in rows
    ]
    members = cluster_articles(articles, gazetteer, read_background()).members
    return {article_id: {"story": member.story_id} for article_id, member in members.items()}


def load_scorer(shared):
    spec = importlib.util.spec_from_file_location("score", shared / "gold" / "score.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


def test_the_labelled_week_is_sorted_as_two_people_sorted_it(shared, gazetteer):
    gold = {row["id"]: row for row in read_lines(shared / "gold" / "week-2023-04-17.gold.jsonl")}
    rows = read_lines(shared / "gold" / "week-2023-04-17.articles.jsonl")
    scorer = load_scorer(shared)

    predicted = predict([row for row in rows if gold[row["id"]]["relevant"]], gazetteer)

    people = [gold, {i: {**row, "story": row["second_story"]} for i, row in gold.items()}]
    scores = [scorer.score(labels, predicted)["stories"] for labels in people]
    assert mean(score["b_cubed"]["f1"] for score in scores) >= 0.92
    assert mean(score["b_cubed"]["p"] for score in scores) >= 0.93
    assert mean(score["pairwise"]["f1"] for score in scores) >= 0.84


def test_two_launches_are_hardly_ever_one_story(shared, gazetteer):
    gold = {row["id"]: row for row in read_lines(shared / "gold" / "launches-2022.gold.jsonl")}
    rows = read_lines(shared / "gold" / "launches-2022.articles.jsonl.gz")

    predicted = predict(rows, gazetteer)

    share, joined = load_scorer(shared).wrong_launches(gold, predicted)
    # The label holds a launch and the docking a day later as one, and often its preview too: these
    # are three stories, so that fewer of its pairs are joined than it has.
    assert joined > 400
    assert share <= 0.02
