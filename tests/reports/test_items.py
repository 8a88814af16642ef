from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOON, SETTINGS, VOCABULARY, a_report, a_story, an_article

from reports.items import HEADLINE_LIMIT, labels_of, tell_story
from transforms.records import Tag

LABELS = labels_of(VOCABULARY)


def told(story, dek_limit=200):
    return tell_story(story, SETTINGS, LABELS, dek_limit)


def test_a_story_names_who_told_it_first_and_who_else():
    item = told(a_story("Probe wakes", ["Farside Daily", "Perihelion", "Deep Field"]))

    assert (item.first.outlet, item.first.day) == ("Farside Daily", "Wed 18 Nov")
    assert [report.outlet for report in item.others] == ["Perihelion", "Deep Field"]
    assert item.others[0].url.startswith("https://perihelion.example/")
    assert item.outlets == 3


def test_a_headline_is_signed_by_its_own_outlet_even_if_another_was_first():
    story = a_story("Probe wakes", ["Farside Daily", "Perihelion", "Deep Field"])
    second = story.coverage[1]
    lead = replace(story.lead, article_id=second.article_id, title="It wakes", url=second.url)

    item = told(replace(story, lead=lead))

    assert (item.headline, item.told_by.outlet) == ("It wakes", "Perihelion")
    assert item.first.outlet == "Farside Daily"
    assert [report.outlet for report in item.others] == ["Deep Field"]


def test_the_first_report_is_this_weeks():
    story = a_story("Probe wakes", ["Farside Daily"])
    old = a_report(
        an_article("Probe sleeps", url="https://old.example/"),
        is_this_week=False,
        told_at=NOON - timedelta(days=7),
    )

    item = told(replace(story, coverage=(old, *story.coverage)))

    assert item.first.url == story.lead.url


def test_a_dek_is_the_articles_own_and_shortened():
    item = told(a_story(an_article(dek="It answered. Nobody knows why it did so.")), 20)

    assert item.dek == "It answered."


def test_a_long_headline_is_shortened_at_a_word():
    item = told(a_story("Another long day in the desert " * 10))

    assert len(item.headline) <= HEADLINE_LIMIT
    assert item.headline.endswith(("day…", "desert…", "long…", "the…", "in…", "Another…"))


def test_a_link_has_no_tracking_parameters():
    article = an_article(url="https://farside.example/1?utm_source=rss&id=2")

    item = told(a_story(article))

    assert item.url == item.told_by.url == "https://farside.example/1?id=2"


def test_a_lead_without_a_safe_address_leads_to_another_report():
    story = a_story(an_article(url="javascript:alert(1)"), ["Farside Daily", "Perihelion"])

    item = told(story)

    assert item.told_by.url is None
    assert item.url.startswith("https://perihelion.example/")


@pytest.mark.parametrize(
    ("language", "marked"), [("en-US", None), ("de", "de"), (None, None), ('"><b>', None)]
)
def test_a_foreign_language_is_marked(language, marked):
    assert told(a_story(an_article(language=language))).language == marked


def test_a_tag_that_is_not_in_the_vocabulary_is_not_shown():
    item = tell_story(a_story(tags=["retired", "mars"]), SETTINGS, LABELS, 100)

    assert item.tag.label == "Mars"


def test_labels_are_numbered_so_that_no_id_reaches_the_style_sheet():
    labels = labels_of((Tag("a{}b", "A"), Tag("<c>", "C")))

    assert [label.style for label in labels.values()] == ["t0", "t1"]
