"""`perigee label`: a file of articles in, a file of labels out, and what feeds append is off."""

import json
import re

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


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"id": "a2"', "it is no JSON: Expecting ',' delimiter at column 12"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[1, 2]", "it is no JSON object"),
        ('{"id": "a2"}', "'feed_id' is missing; a line needs id, feed_id, title, published_at"),
        ({"id": ""}, "'id' is empty"),
        ({"title": 3}, "'title' must be a text"),
        ({"dek": ["Stars fall."]}, "'dek' must be a text"),
        ({"related_topics": "moon"}, "'related_topics' must be a list of texts"),
        ({"published_at": "yesterday"}, "'published_at' is 'yesterday'; write it like 2026-11"),
        ({"published_at": "9999-12-31T23:59:59+00:00"}, "no year of space news"),
    ],
)
def test_a_line_that_is_no_article_is_named(settings, tmp_path, line, complaint):
    source = tmp_path / "articles.jsonl"
    good = an_article(1, "Meteors", "", 9)
    bad = line if isinstance(line, str) else json.dumps({**good, "id": "a2", **line})
    source.write_text(f"{json.dumps(good)}\n{bad}\n")

    with pytest.raises(ConfigError, match=re.escape(complaint)) as caught:
        label_articles(settings, source, tmp_path / "labels.jsonl")

    assert str(caught.value).startswith(f"{source}: line 2 is no article: ")


@pytest.mark.parametrize("title", ["", None])
def test_a_picture_without_a_title_is_an_article(settings, tmp_path, title):
    (label,) = labelled(settings, tmp_path, [an_article(1, title, "A comet over Lapland.", 9)])

    assert label["id"] == "a1"


def test_space_news_is_told_though_a_look_alike_came_first(settings, tmp_path):
    title = "Small teams race to save the Swift project"
    general = an_article(1, title, "They have one summer.", 8)
    space = an_article(2, title, "They have one summer.", 9) | {
        "url": "https://spacenews.com/swift-project"
    }

    labels = labelled(settings, tmp_path, [general, space])

    assert [label["relevant"] for label in labels] == [False, True]
    assert [label["story"] for label in labels] == ["a2", "a2"]


def test_articles_are_not_overwritten_by_their_labels(settings, tmp_path):
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps(an_article(1, "Meteors", "", 9)))

    with pytest.raises(ConfigError, match="into another file"):
        label_articles(settings, source, tmp_path / "." / "articles.jsonl")


def test_two_articles_of_one_id_are_named(settings, tmp_path):
    article = an_article(1, "Meteors", "", 9)

    with pytest.raises(ConfigError, match="lines 1 and 2 have one id, 'a1'"):
        labelled(settings, tmp_path, [article, article])


def test_a_file_that_cannot_be_read_or_written_is_named(settings, tmp_path):
    source, target = tmp_path / "articles.jsonl", tmp_path / "nowhere" / "labels.jsonl"
    with pytest.raises(ConfigError, match=r"articles\.jsonl: cannot be read: No such file"):
        label_articles(settings, source, target)
    source.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"articles\.jsonl: is not UTF-8"):
        label_articles(settings, source, target)
    source.write_text(json.dumps(an_article(1, "Meteors", "", 9)))
    with pytest.raises(ConfigError, match=r"labels\.jsonl: cannot be written: No such file"):
        label_articles(settings, source, target)


def test_a_title_may_hold_what_unicode_takes_for_the_end_of_a_line(settings, tmp_path):
    article = an_article(7, "Meteors\u2028over\u0085Lapland", "", 9)
    source, target = tmp_path / "articles.jsonl", tmp_path / "labels.jsonl"
    source.write_text(json.dumps(article | {"id": 7}, ensure_ascii=False), encoding="utf-8")

    assert label_articles(settings, source, target) == 1
    assert json.loads(target.read_text("utf-8"))["id"] == "7"
