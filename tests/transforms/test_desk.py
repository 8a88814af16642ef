"""An editor's actions, applied: the same rows give the same issue, the last word counts."""

from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
from factories import NOON, a_report, a_story, a_week, an_article

from transforms.desk import (
    apply_actions,
    approval_of,
    create_desk_table,
    delayed_stories,
    keep_action,
    read_actions,
)
from transforms.records import Action

# A story is named by its earliest article.
STORIES = [
    a_story(f"Story {letter}", story_id=an_article(f"Story {letter}").article_id)
    for letter in "ABCDE"
]
IDS = {story.lead.title[-1]: story.story_id for story in STORIES}


def did(*deeds):
    """Return actions such as `("pin", "C")` or `("move", "A", "3")`, a minute apart."""
    return tuple(
        Action(
            acted_at=NOON + timedelta(minutes=minute),
            who="Ada",
            edition="weekly",
            week="2026-W47",
            story_id=IDS.get(letter, letter),
            action=action,
            value=value[0] if value else "",
        )
        for minute, (action, letter, *value) in enumerate(deeds)
    )


def order(*deeds):
    news = apply_actions(a_week(STORIES), did(*deeds))
    assert [story.rank for story in news.stories] == list(range(1, len(news.stories) + 1))
    return "".join(story.lead.title[-1] for story in news.stories)


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        ([], "ABCDE"),
        ([("pin", "D")], "DABCE"),
        ([("pin", "D"), ("pin", "B")], "DBACE"),
        ([("drop", "A")], "BCDE"),
        ([("delay", "A")], "BCDE"),
        ([("move", "E", "2")], "AEBCD"),
        ([("move", "A", "5")], "BCDEA"),
        ([("move", "A", "99")], "BCDEA"),
        ([("move", "A", "3"), ("move", "E", "1")], "EBACD"),
        ([("pin", "D"), ("move", "A", "1")], "ADBCE"),
        ([("drop", "A"), ("pin", "A")], "ABCDE"),
        ([("pin", "D"), ("drop", "D")], "ABCE"),
        ([("pin", "D"), ("reset", "D")], "ABCDE"),
        ([("move", "E", "1"), ("pin", "D")], "EDABC"),
        ([("pin", "a story that there is not")], "ABCDE"),
    ],
)
def test_order_is_as_the_editor_wants_it(deeds, expected):
    assert order(*deeds) == expected


def test_note_stands_with_its_story_until_it_is_taken_away():
    noted = apply_actions(a_week(STORIES), did(("note", "B", "Seen by us.")))
    bare = apply_actions(a_week(STORIES), did(("note", "B", "Seen by us."), ("note", "B")))

    assert [story.note for story in noted.stories] == [None, "Seen by us.", None, None, None]
    assert {story.note for story in bare.stories} == {None}


def test_dropped_story_is_counted_and_the_funnel_adds_up():
    funnel = apply_actions(a_week(STORIES), did(("drop", "A"), ("delay", "B"))).funnel

    assert (funnel.told, funnel.others, funnel.stories) == (3, 2, 3)
    assert funnel.articles == funnel.told + funnel.others


def test_action_holds_for_the_story_that_its_article_has_become_part_of():
    old = an_article("Story A, told first by another")
    grown = replace(STORIES[0], coverage=(a_report(old), *STORIES[0].coverage), story_id="new")
    action = replace(did(("drop", "A"))[0], story_id=old.article_id)

    news = apply_actions(a_week([grown, *STORIES[1:]]), (action,))

    assert news.stories[0].lead.title == "Story B"


def test_only_what_was_last_delayed_waits_for_the_next_issue():
    actions = did(("delay", "A"), ("delay", "B"), ("reset", "B"), ("drop", "C"))

    assert delayed_stories(actions, "2026-W47") == [IDS["A"]]
    assert delayed_stories(actions, "2026-W46") == []


def test_what_is_done_after_an_approval_takes_it_back():
    approved = did(("pin", "A"), ("approve", ""))

    assert approval_of(approved) == approved[-1]
    assert approval_of((*approved, *did(("drop", "B")))) is None
    assert approval_of(()) is None


def test_rows_come_back_as_they_were_kept_each_edition_its_own():
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    create_desk_table(connection)
    actions = did(("pin", "A"), ("note", "A", "It's ; DROP TABLE desk_actions"), ("approve", ""))
    for action in (*actions, replace(actions[0], edition="lunar")):
        keep_action(connection, action)

    assert read_actions(connection, "weekly") == actions
    create_desk_table(connection)
    assert len(read_actions(connection, "lunar")) == 1
