"""`perigee label`: a file of articles in, a file of labels out, and what feeds append is off."""

import json

import pytest

from flows.demo import SAMPLE
from flows.labelling import label_articles
from flows.settings import load_settings
from transforms.errors import ConfigError


def an_article(number, title, dek, hour):
    return {
        "id": f"a{number}",
        "feed_id": f"outlet{number}",
        "url": f"https://outlet{number}.example/news/{number}",
        "title": title,
        "dek": dek,
        "published_at": f"2026-03-02T{hour:02}:00:00+00:00",
    }


@pytest.fixture(scope="module")
def settings():
    return load_settings(SAMPLE)


def labelled(settings, tmp_path, articles):
    source, target = tmp_path / "articles.jsonl", tmp_path / "labels.jsonl"
    source.write_text("".join(json.dumps(article) + "\n" for article in articles))
    assert label_articles(settings, source, target) == len(articles)
    return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]


def test_two_reports_of_one_launch_are_labelled_as_one_story(settings, tmp_path):
    launch = "Rocket Lab launches Kestrel weather satellite"
    labels = labelled(
        settings,
        tmp_path,
        [
            an_article(1, launch, "An Electron rocket lifted off and deployed Kestrel.", 9),
            an_article(2, "Electron lifts off with Kestrel satellite", "It reached orbit.", 10),
            an_article(3, "Captain over the moon after cup win", "", 11),
        ],
    )

    assert [label["story"] for label in labels] == ["a1", "a1", None]
    assert [label["relevant"] for label in labels] == [True, True, False]
    assert labels[0]["tags"] == ["launch", "satellites"]


def test_what_an_outlet_appends_to_its_summaries_earns_no_tag(settings, tmp_path):
    appended = "It rains stars. The post Meteors tonight appeared first on Sky & Telescope ."

    (label,) = labelled(settings, tmp_path, [an_article(1, "Meteor shower", appended, 9)])

    assert label["tags"] == ["asteroid"]


def test_a_line_that_is_no_article_is_named(settings, tmp_path):
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps(an_article(1, "Meteors", "", 9)) + '\n{"id": "a2"}\n')

    with pytest.raises(ConfigError, match="line 2 is no article: KeyError"):
        label_articles(settings, source, tmp_path / "labels.jsonl")
