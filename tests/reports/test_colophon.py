from dataclasses import replace

import pytest
from factories import NOON, SETTINGS, WEEK, a_story, a_week

from reports.colophon import check_funnel, colophon_of, introduction, numbers_of
from transforms.errors import RenderError
from transforms.records import FeedHealth, Funnel


def test_counts_that_do_not_add_up_stop_the_issue():
    news = a_week([a_story()])
    wrong = replace(news, funnel=replace(news.funnel, duplicates=1))

    with pytest.raises(RenderError, match="2026-W47: the funnel does not add up: 1 articles"):
        check_funnel(wrong, WEEK)


def test_a_story_that_is_missing_stops_the_issue():
    news = a_week([a_story()])
    wrong = replace(news, funnel=replace(news.funnel, stories=2))

    with pytest.raises(RenderError, match="2 stories, but 1 given"):
        check_funnel(wrong, WEEK)


def test_the_funnel_is_told_in_a_sentence():
    funnel = Funnel(40, 1300, 338, 41, 30, 267, 1)
    news = replace(a_week([a_story()]), funnel=funnel)

    assert colophon_of(news, SETTINGS).funnel == (
        "40 feeds gave 338 articles (1,300 sightings): 41 repeated another, 30 only sounded like "
        "space, and 267 became one story."
    )


def test_broken_and_quiet_feeds_are_named_with_what_happened():
    health = (
        FeedHealth("a", "Well", "A", "not_modified"),
        FeedHealth("b", "Broken", "B", "timeout", last_ok_at=NOON),
        FeedHealth("c", "Gone", "C", "gone"),
        FeedHealth("d", "Silent", "D", "ok", newest_at=NOON, is_quiet=True),
        FeedHealth("e", "New", "E"),
    )

    colophon = colophon_of(a_week([a_story()], health=health), SETTINGS)

    assert colophon.feeds == "Two of four feeds answered."
    assert colophon.broken == (
        ("Broken", "took too long; last read Wed 18 Nov"),
        ("Gone", "is gone; never read yet"),
    )
    assert colophon.quiet == (("Silent", "nothing since Wed 18 Nov"),)


def test_the_introduction_is_made_of_counts():
    news = a_week([a_story("A", ["X", "Y"]), a_story("B", ["Y"])])

    assert introduction(news) == (
        "Three articles from two outlets, told as two stories, the most widely covered first."
    )


def test_the_big_numbers_count_outlets_once():
    news = a_week([a_story("A", ["X", "Y"]), a_story("B", ["Y"])])

    assert [(n.value, n.label) for n in numbers_of(news)] == [
        ("3", "articles read"),
        ("2", "stories told"),
        ("2", "outlets"),
        ("2", "outlets on one story"),
    ]
    assert numbers_of(a_week()) == ()
