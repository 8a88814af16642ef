from dataclasses import replace
from datetime import timedelta

import invented_week
import pytest
from factories import (
    NOON,
    SETTINGS,
    VOCABULARY,
    WEEK,
    a_picture,
    a_report,
    a_story,
    a_week,
    an_article,
)

from reports.fit import told_in
from reports.issue import assemble_issue
from transforms.errors import RenderError


def assembled(*stories, settings=SETTINGS, pictures=None, **optional):
    return assemble_issue(a_week(stories), WEEK, VOCABULARY, settings, pictures or {}, **optional)


def numbered(count, **changes):
    return [a_story(f"Story number {n}", **changes) for n in range(count)]


def test_the_best_story_leads_and_the_next_are_cards():
    stories = numbered(12)

    issue = assembled(*stories, settings=replace(SETTINGS, cards=3))

    assert issue.lead.headline == "Story number 0"
    assert [card.headline for card in issue.cards] == [f"Story number {n}" for n in (1, 2, 3)]
    assert issue.sections[0].items[0].headline == "Story number 4"


def test_every_story_is_told_exactly_once():
    week = invented_week.news()

    issue = assemble_issue(week, WEEK, VOCABULARY, SETTINGS, invented_week.pictures())

    parts = [
        issue.lead,
        *issue.cards,
        *issue.only_one,
        issue.picture_of_the_week,
        *(item for section in issue.sections for item in section.items),
    ]
    assert sorted(item.story_id for item in parts) == sorted(s.story_id for s in week.stories)
    assert told_in(issue) == {story.story_id for story in week.stories}


def test_a_section_counts_all_of_its_tags_stories_wherever_they_are_told():
    both = a_story("Both", tags=["lunar", "policy"])
    stories = [*numbered(3, tags=["policy"]), both]

    issue = assembled(*stories, settings=replace(SETTINGS, cards=1))

    moon, policy = issue.sections
    assert (moon.tag.label, moon.total, [i.headline for i in moon.items]) == ("Moon", 1, ["Both"])
    assert (policy.total, [i.headline for i in policy.items]) == (4, ["Story number 2"])
    assert [i.headline for i in policy.elsewhere] == ["Story number 0", "Story number 1", "Both"]


def test_sections_follow_the_vocabulary_and_end_with_what_has_no_tag():
    stories = [a_story("C", tags=[]), a_story("B", tags=["mars"]), a_story("A", tags=["lunar"])]

    issue = assembled(*numbered(1), *stories, settings=replace(SETTINGS, cards=0))

    assert [s.tag and s.tag.label for s in issue.sections] == ["Moon", "Mars", None]


def test_only_what_one_reporter_alone_had_is_called_so():
    shared = a_story("Shared", ["Perihelion", "Deep Field"])
    release = a_story("A release", ["Agency"])
    release = replace(release, coverage=(replace(release.coverage[0], kind="agency"),))
    scoop, second = a_story("A scoop", ["Perihelion"]), a_story("Another", ["Perihelion"])

    issue = assembled(shared, release, scoop, second, settings=replace(SETTINGS, cards=0))

    assert [item.headline for item in issue.only_one] == ["A scoop"]


def test_where_every_story_has_one_outlet_none_is_called_the_only_one():
    assert assembled(*numbered(12)).only_one == ()


def test_a_continuing_story_says_what_last_week_told():
    story = a_story("Probe wakes")
    old = a_report(
        an_article("Probe sleeps"),
        "Perihelion",
        is_this_week=False,
        told_at=NOON - timedelta(days=5),
    )
    repeat = replace(old, title="A repeat", duplicate_of=old.article_id)

    issue = assembled(replace(story, continues=True, coverage=(old, repeat, *story.coverage)))

    [thread] = issue.continuing
    assert (thread.before_headline, thread.before.outlet) == ("Probe sleeps", "Perihelion")
    assert (thread.before.day, thread.now_headline) == ("Fri 13 Nov", "Probe wakes")


def test_the_picture_of_the_week_is_the_best_that_no_card_shows():
    stories = numbered(6)
    ids = [story.lead.article_id for story in stories]
    pictures = {
        ids[0]: a_picture(shade=10),
        ids[2]: a_picture(shade=10),  # the lead's again
        ids[3]: a_picture(400, 900, shade=30),  # upright
        ids[4]: a_picture(shade=40, credit=None),
        ids[5]: a_picture(shade=50),
    }

    issue = assembled(*stories, settings=replace(SETTINGS, cards=1), pictures=pictures)

    assert issue.picture_of_the_week.headline == "Story number 5"


def test_two_cards_never_show_the_same_picture():
    stories = numbered(3)
    pictures = {story.lead.article_id: a_picture(400, 300) for story in stories}

    issue = assembled(*stories, pictures=pictures)

    assert issue.lead.picture
    assert [card.picture for card in issue.cards] == [None, None]


def test_the_subject_is_the_leading_headline():
    assert assembled(a_story("Probe wakes")).subject == "Probe wakes"
    assert assembled().subject == "No space news in week 47"


@pytest.mark.parametrize("stories", [[], [a_story()], numbered(3), [*numbered(2, tags=[])]])
def test_the_preheader_says_enough_and_not_too_much(stories):
    assert 40 <= len(assembled(*stories).preheader) <= 130


def test_a_weeks_issue_has_an_address_where_issues_are_published():
    assert assembled().web_url == "https://perigee.example/letters/2026-W47/"
    assert assembled(settings=replace(SETTINGS, archive_url=None)).web_url is None


def test_an_edition_has_issues_of_its_own():
    issue = assembled(settings=replace(SETTINGS, edition="lunar"))

    assert issue.issue_id == "lunar-2026-W47"
    assert issue.web_url.endswith("/lunar-2026-W47/")


def test_late_stories_and_corrections_are_told_when_there_are_any():
    issue = assembled(late=invented_week.LATE, corrections=invented_week.CORRECTIONS)

    assert [item.headline for item in issue.late] == ["The comet that nobody ordered"]
    assert issue.corrections == invented_week.CORRECTIONS


def test_the_same_week_makes_the_same_issue():
    first, second = (
        assemble_issue(invented_week.news(), WEEK, VOCABULARY, SETTINGS, invented_week.pictures())
        for _ in range(2)
    )

    assert first == second


def test_counts_that_do_not_add_up_make_no_issue():
    news = a_week([a_story()])

    with pytest.raises(RenderError, match="does not add up"):
        assemble_issue(
            replace(news, funnel=replace(news.funnel, told=7)), WEEK, VOCABULARY, SETTINGS, {}
        )
