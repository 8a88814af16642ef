"""An edition tells its own part of the week, and its counts still add up."""

from dataclasses import replace

from factories import WEEK, a_report, a_story, a_week, an_article

from transforms.editions import Selection, select_news
from transforms.records import Rewrite

MOON = a_story("Lander wakes", ("Farside Daily", "Deep Field"), tags=["lunar"])
MARS = a_story("Rover rests", tags=["mars", "launch"])
SUN = a_story("Sunspot grows", tags=["sun"])


def selected(news, **chosen):
    selection = Selection(**{name: frozenset(ids) for name, ids in chosen.items()})
    return select_news(news, selection, WEEK, "UTC")


def titles(news):
    return [(story.rank, story.lead.title) for story in news.stories]


def test_edition_tells_the_stories_of_its_tags_ranked_anew():
    news = selected(a_week([MARS, SUN, MOON]), tags=["lunar", "launch"])

    assert titles(news) == [(1, "Rover rests"), (2, "Lander wakes")]


def test_edition_tells_the_stories_of_its_feeds():
    news = selected(a_week([MARS, MOON]), feeds=["deepfield"])

    assert titles(news) == [(1, "Lander wakes")]


def test_edition_with_tags_and_feeds_wants_both():
    assert selected(a_week([MARS, MOON]), tags=["mars"], feeds=["deepfield"]).stories == ()


def test_edition_without_a_choice_tells_everything():
    news = a_week([MARS, SUN, MOON])

    assert selected(news) == news


def test_funnel_of_an_edition_says_what_went_to_the_others():
    whole = a_week([MARS, SUN, MOON])

    funnel = selected(whole, tags=["lunar"]).funnel

    assert (funnel.articles, funnel.told, funnel.others, funnel.stories) == (4, 2, 2, 1)


def test_repeats_count_in_no_edition_as_told():
    copy = a_report(an_article("Copy"), duplicate_of=MOON.lead.article_id)
    story = replace(MOON, coverage=(*MOON.coverage, copy))
    whole = a_week([story, MARS])
    whole = replace(whole, funnel=replace(whole.funnel, duplicates=1, told=whole.funnel.told - 1))

    funnel = selected(whole, tags=["lunar"]).funnel

    parts = funnel.duplicates + funnel.look_alikes + funnel.others + funnel.told
    assert (funnel.told, parts) == (2, funnel.articles)


def test_corrections_and_late_stories_are_those_of_the_edition():
    kept = Rewrite(a_report(MOON.lead), MOON.lead, MOON.lead, ("title",), tags=("lunar",))
    other = Rewrite(a_report(MARS.lead), MARS.lead, MARS.lead, ("title",), tags=("mars",))
    news = replace(a_week([SUN]), late=(MOON, MARS), rewrites=(kept, other))

    found = selected(news, tags=["lunar"])

    assert (found.late, found.rewrites) == ((MOON,), (kept,))
