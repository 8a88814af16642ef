"""Words speak for and against tags as they were fitted; an editor's own tags are left alone."""

import json
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import duckdb
import fit_tags
import pytest

from flows.articles_file import read_rows
from flows.labelling import label_rows
from flows.settings import load_settings
from transforms import tag_words
from transforms.errors import ConfigError
from transforms.vocabulary import parse_vocabulary

CONFIG = Path(__file__).parents[2] / "config"
# Of each tag a title that names it and one in which no phrase of the vocabulary stands.
SAID = {
    "mars": ("Rover {} drills a hole in the dunes of Mars", "NASA likes the hole in dune {}"),
    "lunar": ("Lander {} digs a trench in lunar dust", "NASA likes the trench in dust {}"),
    "launch": ("Rocket {} lifts off in the morning", "NASA likes the morning of {}"),
}
UNSEEN = {"mars": "NASA and a hole in the sand", "lunar": "NASA and a trench in the sand"}


def write(path, rows):
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


@pytest.fixture(autouse=True)
def ready_learner(monkeypatch):
    """Learn from less than is shipped: thirty articles would teach little."""
    monkeypatch.setattr(fit_tags, "FEWEST", 3)
    monkeypatch.setattr(fit_tags, "LEAST", 0.0)
    monkeypatch.setattr(fit_tags, "VARIANCE", 100.0)


@pytest.fixture
def week(tmp_path):
    """Return a week of thirty articles whose tags two annotators gave."""
    articles, labels = [], []
    for at in range(30):
        tag = tuple(SAID)[at % len(SAID)]
        row = {"id": f"a{at}", "feed_id": "nasa", "url": f"https://nasa.example/{at}"}
        said = {"title": SAID[tag][at % 2].format(f"Alba {at}"), "dek": ""}
        articles.append(row | said | {"published_at": "2026-08-10T00:00:00+00:00"})
        labels.append({"id": row["id"], "relevant": True, "tags": [tag]})
    write(tmp_path / "own.articles.jsonl", articles)
    write(tmp_path / "own.a.jsonl", labels)
    write(tmp_path / "own.b.jsonl", labels)
    return tmp_path / "own.articles.jsonl"


@pytest.fixture
def taught(week, tmp_path, monkeypatch):
    """Return what a fit on that week found, written where the tags are told from."""
    monkeypatch.setattr(fit_tags, "TABLE", tmp_path / "tag_words.json")
    found = fit_tags.fit(fit_tags.read_articles(week))
    fit_tags.write_table(found)
    monkeypatch.setattr(tag_words, "_TABLE", json.loads(fit_tags.TABLE.read_text("utf-8")))
    return found


def opinions_of(path):
    """Return the tags of each article of a file, and the opinions on them, by the pipeline."""
    settings = load_settings(CONFIG)
    with closing(duckdb.connect(":memory:")) as connection:
        labels = label_rows(connection, settings, list(read_rows(settings, path)))
        rows = connection.execute("SELECT article_id, tag_id, opinion FROM tag_opinions").fetchall()
    return labels, {(article_id, tag): opinion for article_id, tag, opinion in rows}


def test_what_is_fitted_is_what_the_pipeline_says(week, taught):
    articles = fit_tags.read_articles(week)

    _, told = opinions_of(week)

    expected = taught.opinions(articles)
    assert len(told) == expected.size
    for at in range(len(articles)):
        for column, tag in enumerate(taught.tags):
            assert told[f"a{at}", tag] == pytest.approx(1000 * expected[at, column], abs=60)


def test_words_earn_a_tag_that_no_phrase_names(taught, tmp_path):
    path = tmp_path / "unseen.articles.jsonl"
    published = {"published_at": "2026-08-11T00:00:00+00:00", "dek": "", "feed_id": "nasa"}
    write(path, [{"id": tag, "title": title} | published for tag, title in UNSEEN.items()])

    labels, _ = opinions_of(path)

    assert {i: label["tags"] for i, label in labels.items()} == {tag: [tag] for tag in UNSEEN}


def test_each_week_is_told_by_the_others(week, capsys, monkeypatch):
    for kind in ("articles", "a", "b"):
        source = week.with_name(f"own.{kind}.jsonl")
        week.with_name(f"other.{kind}.jsonl").write_bytes(source.read_bytes())
    other = week.with_name("other.articles.jsonl")
    monkeypatch.setattr(sys, "argv", ["fit_tags.py", str(week), str(other)])

    fit_tags.main()

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["own", "other"]
    assert all(line.endswith("with all words 1.000") for line in lines)


def test_the_shipped_table_speaks_of_shipped_tags_and_has_a_weight_for_each():
    table = json.loads((Path(tag_words.__file__).parent / "tag_words.json").read_text("utf-8"))
    vocabulary = parse_vocabulary(tomllib.loads((CONFIG / "tags.toml").read_text("utf-8")))

    assert set(table["tags"]) <= set(vocabulary.taught)
    assert len(table["words"]) > 1000
    rows = (*table["words"].values(), *table["priors"].values())
    assert {len(row) for row in rows} == {len(table["tags"])}


def test_an_editor_may_leave_a_tag_to_its_phrases():
    text = '[[tag]]\nid = "mars"\nlabel = "Mars"\nnames = ["rover"]\ntaught = {}\n'

    assert parse_vocabulary(tomllib.loads(text.format("false"))).taught == ()
    assert parse_vocabulary(tomllib.loads(text.format("true"))).taught == ("mars",)
    with pytest.raises(ConfigError, match="'taught' must be true or false"):
        parse_vocabulary(tomllib.loads(text.format('"no"')))
