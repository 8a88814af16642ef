"""An editor's actions, applied: the same rows give the same issue, the last word counts."""

from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest
from factories import NOON, WEEK, a_report, a_story, a_week, an_article

from transforms import desk
from transforms.desk import (
    create_desk_table,
    delayed_stories,
    in_force,
    keep_action,
    newest_approval,
    read_actions,
    told_first,
    words_of,
)
from transforms.records import Action

STORIES = [
    a_story(f"Story {letter}", ["X", "Y"] if letter == "A" else ["X"], ["lunar", "mars"])
    for letter in "ABCDE"
]
IDS = {story.lead.title[-1]: story.lead.article_id for story in STORIES}


def did(*deeds):
    """Return actions such as `("pin", "C")` or `("move", "A", "3")`, a minute apart."""
    return tuple(
        Action(
            acted_at=NOON + timedelta(minutes=number),
            who="Ada",
            edition="weekly",
            week="2026-W47",
            article_id=IDS.get(letter, letter),
            action=action,
            value=value[0] if value else "",
            action_id=number,
        )
        for number, (action, letter, *value) in enumerate(deeds, 1)
    )


def apply_actions(news, actions):
    return desk.apply_actions(news, actions, WEEK, "UTC")


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
        ([("pin", "D"), ("pin", "B"), ("note", "D", "x")], "DBACE"),
        ([("drop", "A")], "BCDE"),
        ([("delay", "A")], "BCDE"),
        ([("move", "E", "2")], "AEBCD"),
        ([("move", "A", "5")], "BCDEA"),
        ([("move", "A", "99")], "BCDEA"),
        ([("move", "A", "3"), ("move", "E", "1")], "EBACD"),
        ([("move", "A", "3"), ("move", "E", "3")], "BCEAD"),
        ([("pin", "D"), ("move", "A", "1")], "ADBCE"),
        ([("drop", "A"), ("pin", "A")], "ABCDE"),
        ([("pin", "D"), ("drop", "D")], "ABCE"),
        ([("pin", "D"), ("reset", "D")], "ABCDE"),
        ([("move", "E", "1"), ("pin", "D")], "EDABC"),
        ([("pin", "a story that there is not")], "ABCDE"),
        ([("pin", "D"), ("undo", "", "1")], "ABCDE"),
        ([("pin", "D"), ("undo", "", "1"), ("undo", "", "2")], "DABCE"),
        ([("pin", "D"), ("drop", "D"), ("undo", "", "2")], "DABCE"),
    ],
)
def test_order_is_as_the_editor_wants_it(deeds, expected):
    assert order(*deeds) == expected


def test_note_stands_with_its_story_until_it_is_taken_away():
    noted = apply_actions(a_week(STORIES), did(("note", "B", "Seen by us.")))
    bare = apply_actions(a_week(STORIES), did(("note", "B", "Seen by us."), ("note", "B")))

    assert [story.note for story in noted.stories] == [None, "Seen by us.", None, None, None]
    assert {story.note for story in bare.stories} == {None}


def test_what_is_out_is_counted_as_such_and_nowhere_else():
    news = apply_actions(a_week(STORIES), did(("drop", "A"), ("delay", "B")))
    funnel = news.funnel

    assert (funnel.told, funnel.dropped, funnel.delayed, funnel.stories) == (3, 2, 1, 3)
    assert funnel.articles == funnel.told + funnel.left_out == 6
    assert news.tag_counts == {"lunar": 5 - 2 - 1, "mars": 5 - 2 - 1}
    assert news.days == (0, 0, 3, 0, 0, 0, 0)


def test_week_that_nobody_touched_stays_the_very_same():
    news = a_week(STORIES)

    assert apply_actions(news, did(("pin", "A"), ("undo", "", "1"))) is news


def test_action_holds_for_the_story_that_its_article_has_become_part_of():
    old = an_article("Story A, told first by another")
    grown = replace(STORIES[0], coverage=(a_report(old), *STORIES[0].coverage), story_id="new")
    action = replace(did(("drop", "A"))[0], article_id=old.article_id)

    news = apply_actions(a_week([grown, *STORIES[1:]]), (action,))

    assert news.stories[0].lead.title == "Story B"


def test_of_several_articles_of_one_story_the_last_action_decides():
    other = STORIES[0].coverage[1].article_id

    assert order(("drop", "A"), ("pin", other)) == "ABCDE"
    assert order(("note", "A", "x"), ("drop", other)) == "BCDE"


def test_late_stories_obey_too_and_are_in_no_count():
    late = (a_story("Late 1"), a_story("Late 2"), a_story("Late 3"))
    actions = tuple(
        replace(action, article_id=story.lead.article_id)
        for action, story in zip(
            did(("drop", ""), ("note", "", "At last."), ("pin", "")), late, strict=True
        )
    )

    news = apply_actions(a_week(STORIES, late=late), actions)

    assert [(s.lead.title, s.note) for s in news.late] == [("Late 3", None), ("Late 2", "At last.")]
    assert news.funnel == a_week(STORIES).funnel


def workspace(homes):
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE memberships (article_id VARCHAR, story_id VARCHAR)")
    for article_id, story_id in homes.items():
        connection.execute("INSERT INTO memberships VALUES (?, ?)", [article_id, story_id])
    return connection


def test_only_what_was_last_delayed_waits_for_the_next_issue():
    actions = did(("delay", "A"), ("delay", "B"), ("reset", "B"), ("drop", "C"), ("delay", "D"))
    stories = workspace({IDS["A"]: "a", IDS["B"]: "b", IDS["C"]: "c", IDS["D"]: "d"})

    assert delayed_stories(stories, actions, "2026-W47") == ("a", "d")
    assert delayed_stories(stories, actions, "2026-W46") == ()
    undone = (*actions, replace(did(("undo", "", "1"))[0], action_id=9))
    assert delayed_stories(stories, undone, "2026-W47") == ("d",)


def test_story_that_was_delayed_and_goes_on_is_told_for_the_first_time():
    stories = [replace(story, continues=True) for story in STORIES[:2]]

    told = told_first(stories, [stories[0].story_id])

    assert [story.continues for story in told] == [False, True]


def test_newest_approval_that_was_not_taken_back_counts():
    actions = did(("approve", "", "one"), ("pin", "A"), ("approve", "", "two"))

    assert newest_approval(actions).value == "two"
    undone = (*actions, replace(did(("undo", "", "3"))[0], action_id=4))
    assert newest_approval(undone).value == "one"
    assert newest_approval(()) is None


def test_order_of_the_rows_does_not_matter_their_numbers_do():
    actions = did(("pin", "A"), ("undo", "", "1"), ("drop", "B"))

    assert in_force(reversed(actions)) == in_force(actions) == actions[1:]


def test_log_says_what_was_done_without_what_an_approval_holds():
    told = [words_of(a) for a in did(("move", "A", "3"), ("approve", "", "{}"), ("undo", "", "7"))]

    assert told == ["moves to place 3", "is approved", "takes back no. 7"]


def test_rows_come_back_as_they_were_kept_each_edition_its_own():
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    create_desk_table(connection)
    actions = did(("pin", "A"), ("note", "A", "It's ; DROP TABLE desk_actions"), ("approve", ""))

    kept = [keep_action(connection, replace(action, action_id=0)) for action in actions]
    lunar = keep_action(connection, replace(actions[0], edition="lunar"))

    assert read_actions(connection, "weekly") == actions == tuple(kept)
    create_desk_table(connection)
    assert read_actions(connection, "lunar") == (lunar,)
    assert lunar.action_id == 4


def test_database_without_the_table_has_no_actions():
    assert read_actions(duckdb.connect(":memory:"), "weekly") == ()
