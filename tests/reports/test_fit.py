from dataclasses import replace
from itertools import pairwise

import pytest
from factories import SETTINGS, VOCABULARY, WEEK, a_picture, a_story, a_week
from hard_weeks import HARD_WEEKS, pictures_for

from reports.fit import cut_to, lengths, told_in, without_pictures
from reports.issue import assemble_issue
from reports.render import render_html


@pytest.fixture(scope="module")
def issue():
    news = HARD_WEEKS["400 stories"]
    return assemble_issue(news, WEEK, VOCABULARY, SETTINGS, pictures_for(news))


def test_every_rung_of_the_ladder_tells_no_more_than_the_one_before(issue):
    ladder = [cut_to(issue, length) for length in lengths(issue, SETTINGS)]

    for longer, shorter in pairwise(ladder):
        assert told_in(shorter) <= told_in(longer)
        assert len(shorter.cards) <= len(longer.cards)


def test_every_rung_of_the_ladder_is_smaller(issue):
    roomy = replace(SETTINGS, max_html_bytes=10_000_000)
    ladder = lengths(issue, SETTINGS)
    some = [*ladder[::6], ladder[-1]]

    sizes = [len(render_html(cut_to(issue, rung), roomy, full=True)) for rung in some]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 20_000


def test_cards_become_one_liners_from_the_bottom_up(issue):
    ladder = lengths(issue, SETTINGS)
    length = next(rung for rung in ladder if rung.cards == 6)

    short = cut_to(issue, length)

    assert [c.story_id for c in short.cards] == [c.story_id for c in issue.cards[:6]]
    assert [c.story_id for c in short.one_liners] == [c.story_id for c in issue.cards[6:]]
    assert all(item.dek is None and item.picture is None for item in short.one_liners)


def test_what_is_left_out_is_counted(issue):
    short = cut_to(issue, lengths(issue, SETTINGS)[-1])

    assert told_in(short) == {issue.lead.story_id}
    assert short.left_out == 399


def test_outlets_beyond_the_listed_ones_are_counted():
    outlets = [f"Outlet {n}" for n in range(20)]
    news = a_week([a_story("Lead", outlets), a_story("Card", outlets)])
    issue = assemble_issue(news, WEEK, VOCABULARY, SETTINGS, {})

    short = cut_to(issue, lengths(issue, SETTINGS)[0])

    assert (len(short.lead.others), short.lead.more_outlets) == (12, 7)
    assert (len(short.cards[0].others), short.cards[0].more_outlets) == (7, 12)


@pytest.mark.parametrize("limit", [20_000, 40_000, 60_000, 99_000])
def test_a_letter_is_never_larger_than_its_limit(issue, limit):
    html = render_html(issue, replace(SETTINGS, max_html_bytes=limit))

    assert len(html.encode()) <= limit
    assert "did not fit into this letter" in html


def test_without_pictures_there_is_no_picture_of_the_week():
    stories = [a_story(f"Story {n}") for n in range(12)]
    pictures = {s.lead.article_id: a_picture(shade=20 + n) for n, s in enumerate(stories)}
    issue = assemble_issue(a_week(stories), WEEK, VOCABULARY, SETTINGS, pictures)

    bare = without_pictures(issue)

    assert issue.picture_of_the_week
    assert (bare.picture_of_the_week, bare.lead.picture) == (None, None)
