"""The editor's desk without its face: from the action to the letter, and whether that may leave."""

import errno
import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from checker import failures
from rich.console import Console
from typer.testing import CliRunner

from flows import desking
from flows.approving import released
from flows.cli import app
from flows.database import open_database
from flows.deciding import Decision
from flows.demo import SAMPLE_WEEK
from flows.desking import (
    DeskError,
    act,
    approve_letter,
    coming_week,
    draw,
    find_story,
    join,
    open_desk,
    split,
    undo,
)
from flows.sending import send_issue
from flows.telling import build_issue, write_issue
from transforms.errors import ConfigError

DUE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
EARLY = DUE - timedelta(hours=2)
GO = Decision("send", "2026-W47 is mailed")


@pytest.fixture
def desk(settings):
    return open_desk(settings, SAMPLE_WEEK)


def do(desk, action, key, value="", now=EARLY):
    return act(desk, action, find_story(desk, key)[1], value, "Ada", now)


def wanting_approval(settings, on_cutoff="hold", cutoff=1.0):
    asked = {"approval": "required", "on_cutoff": on_cutoff, "cutoff": cutoff}
    return settings.model_copy(update={"digest": settings.digest.model_copy(update=asked)})


def test_letter_is_built_as_the_desk_left_it(desk, settings, shared, tmp_path):
    first, second, third = desk.edited.stories[:3]
    do(desk, "pin", third.lead.url)
    do(desk, "drop", first.lead.article_id)
    do(desk, "note", second.lead.article_id[:10], "We saw it <b>ourselves</b>.")

    built = build_issue(settings, SAMPLE_WEEK)

    assert built.issue.lead.story_id == third.story_id
    assert built.issue.cards[0].story_id == second.story_id
    assert first.story_id not in {story.story_id for story in built.news.stories}
    assert "Editor’s note:</b> We saw it &lt;" in built.letter.html
    assert "Editor's note: We saw it" in built.letter.text
    assert "were dropped by the editor" in " ".join(built.letter.text.split())
    written = write_issue(settings, built, tmp_path)
    assert failures(shared, written.page) == []
    assert failures(shared, written.message) == []


def test_same_actions_give_the_same_bytes_and_building_changes_nothing(desk, settings):
    do(desk, "pin", "3")
    do(desk, "note", "2", "Twice the same.")
    before = settings.database.read_bytes()

    one, two = build_issue(settings, SAMPLE_WEEK), build_issue(settings, SAMPLE_WEEK)

    assert (one.letter, one.page, one.full) == (two.letter, two.page, two.full)
    assert draw(open_desk(settings, SAMPLE_WEEK)).letter == one.letter
    assert settings.database.read_bytes() == before


def test_delayed_story_is_told_in_the_next_issue_and_in_no_later_one(desk, settings):
    story = desk.edited.stories[0]
    do(desk, "delay", "1")

    this, following, later = (
        build_issue(settings, week)
        for week in (SAMPLE_WEEK, SAMPLE_WEEK.next(), SAMPLE_WEEK.next().next())
    )

    assert story.story_id not in {s.story_id for s in this.news.stories}
    assert "the next issue" in this.issue.colophon.funnel
    assert [late.story_id for late in following.issue.late] == [story.story_id]
    assert following.issue.late[0].outlets == len(story.publishers)
    assert later.issue.late == ()


def test_delayed_again_it_waits_for_another_week(desk, settings):
    story = desk.edited.stories[0]
    do(desk, "delay", "1")
    following = open_desk(settings, SAMPLE_WEEK.next())
    do(following, "delay", story.lead.article_id)

    assert open_desk(settings, SAMPLE_WEEK.next()).edited.late == ()
    later = open_desk(settings, SAMPLE_WEEK.next().next())
    assert [late.story_id for late in later.edited.late] == [story.story_id]


def test_story_is_found_by_its_place_and_by_any_of_its_articles(desk):
    third = desk.edited.stories[2]

    assert find_story(desk, "3") == (third, third.lead.article_id)
    for report in third.coverage:
        assert find_story(desk, report.article_id[:8]) == (third, report.article_id)
        assert find_story(desk, f"{report.url}?utm_source=x#top") == (third, report.article_id)
    too_short = next(letter for letter in third.story_id if letter.isalpha())
    for key in ("0", "9999", "zzzzzz", too_short, "", "https://nowhere.example/"):
        with pytest.raises(DeskError, match="see `perigee issue show`"):
            find_story(desk, key)


@pytest.mark.parametrize(
    ("action", "value"),
    [("move", "0"), ("move", "x"), ("note", "x" * 401), ("fly", ""), ("approve", ""), ("undo", "")],
)
def test_what_makes_no_sense_is_refused_and_not_kept(desk, settings, action, value):
    with pytest.raises(DeskError):
        do(desk, action, "1", value)

    assert open_desk(settings, SAMPLE_WEEK).actions == ()


def test_every_action_can_be_taken_back_once(desk, settings):
    before = build_issue(settings, SAMPLE_WEEK).letter
    third = desk.edited.stories[2].lead.article_id
    for action, value in (
        ("pin", ""),
        ("drop", ""),
        ("move", "5"),
        ("note", "x"),
        ("delay", ""),
        ("reset", ""),
    ):
        row = do(desk, action, third, value)
        undo(settings, row.action_id, "Bo", EARLY)

    after = open_desk(settings, SAMPLE_WEEK)
    assert len(after.actions) == 12
    assert draw(after).letter == before
    with pytest.raises(DeskError, match=r"no. 1 was taken back before"):
        undo(settings, 1, "Bo", EARLY)
    with pytest.raises(DeskError, match=r"there is no action no. 99"):
        undo(settings, 99, "Bo", EARLY)


def test_coming_issue_is_the_last_whole_week_until_that_is_mailed(settings):
    assert coming_week(settings, DUE) == SAMPLE_WEEK
    mail(settings, "2026-W47")
    assert coming_week(settings, DUE) == SAMPLE_WEEK.next()


def test_joined_stories_are_one_with_all_of_their_articles(desk, settings):
    # A launch and a docking: what was not named itself would stay behind, as another story.
    wide = [s for s in desk.edited.stories if len(s.publishers) > 1]
    first = next(s for s in wide if "Lattice" in s.lead.title)
    second = next(s for s in wide if s.lead.title.startswith("Petrel-9"))

    join(desk, [first.lead.article_id, second.lead.article_id], "one trip", "Ada", EARLY)

    after = open_desk(settings, SAMPLE_WEEK)
    members = {report.article_id for story in (first, second) for report in story.coverage}
    homes = {find_story(after, article)[0].story_id for article in members}
    assert len(homes) == 1
    assert len(after.edited.stories) == len(desk.edited.stories) - 1


def test_joined_stories_are_one_from_then_on(desk, settings):
    one, two = (story.lead.article_id for story in desk.edited.stories[5:7])

    row = join(desk, [one, two], 'the "same" event', "Ada", EARLY)

    after = open_desk(settings, SAMPLE_WEEK)
    assert find_story(after, one)[0] == find_story(after, two)[0]
    assert [action.action for action in after.actions] == ["join"]
    with pytest.raises(DeskError, match="one story already"):
        join(after, [one, two], "again", "Ada", EARLY)
    with pytest.raises(DeskError, match=r"overrides\.toml; take it out there"):
        undo(settings, row.action_id, "Ada", EARLY)


def test_split_articles_are_a_story_of_their_own_and_the_rest_stays_one(desk, settings):
    path = settings.config / "overrides.toml"
    path.write_text("# ours\n", "utf-8")
    story = desk.edited.stories[0]
    originals = [r.article_id for r in story.coverage if r.duplicate_of is None]
    go, stay = originals[1:3], [originals[0], *originals[3:]]

    split(desk, go, "not it", "Ada", EARLY)

    after = open_desk(settings, SAMPLE_WEEK)
    homes = [{find_story(after, article)[0].story_id for article in part} for part in (go, stay)]
    assert [len(ids) for ids in homes] == [1, 1]
    assert homes[0] != homes[1]
    assert path.read_text("utf-8").startswith("# ours\n\n[[join]]\n")


def test_articles_that_share_a_page_are_told_apart_by_their_ids(settings, desk):
    story = desk.edited.stories[0]
    stays, goes = [r for r in story.coverage if r.duplicate_of is None][:2]
    with open_database(settings.database) as connection:
        connection.execute(
            "UPDATE articles SET url = $url, canonical_url = NULL WHERE article_id = $goes",
            {"url": stays.url, "goes": goes.article_id},
        )

    split(open_desk(settings, SAMPLE_WEEK), [goes.article_id], "not it", "Ada", EARLY)

    after = open_desk(settings, SAMPLE_WEEK)
    homes = [find_story(after, report.article_id)[0].story_id for report in (stays, goes)]
    assert homes[0] != homes[1]
    written = (settings.config / "overrides.toml").read_text("utf-8")
    assert f'articles = ["{goes.article_id}", "{stays.url}"]' in written


def test_decision_that_cannot_be_written_whole_leaves_the_file_as_it_was(
    settings, desk, monkeypatch
):
    path = settings.config / "overrides.toml"
    path.write_text("# ours\n", "utf-8")
    originals = [r.article_id for r in desk.edited.stories[0].coverage if r.duplicate_of is None]
    append = desking.append_override

    def append_until_the_disk_is_full(where, kind, *rest):
        if kind == "split":
            raise OSError(errno.ENOSPC, "No space left on device")
        append(where, kind, *rest)

    monkeypatch.setattr(desking, "append_override", append_until_the_disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        split(desk, originals[1:3], "not it", "Ada", EARLY)

    assert path.read_text("utf-8") == "# ours\n"


def test_decision_without_a_reason_is_told_as_such_and_changes_nothing(settings, desk):
    one, two = (story.lead.article_id for story in desk.edited.stories[5:7])

    with pytest.raises(ConfigError, match="a decision needs a kind") as caught:
        join(desk, [one, two], "", "Ada", EARLY)

    assert "contradicts" not in str(caught.value)
    assert not (settings.config / "overrides.toml").exists()


def test_split_that_leaves_nothing_or_takes_a_repeat_is_refused(desk, settings):
    story = next(s for s in desk.edited.stories if any(r.duplicate_of for r in s.coverage))
    repeat = next(r.article_id for r in story.coverage if r.duplicate_of)
    everything = [r.article_id for r in story.coverage if not r.duplicate_of]

    for articles in (everything, [repeat]):
        with pytest.raises(DeskError, match="some of the story must stay"):
            split(desk, articles, "no", "Ada", EARLY)
    assert not (settings.config / "overrides.toml").exists()


def test_decision_that_contradicts_the_file_leaves_it_as_it_was(desk, settings):
    one, two = (story.lead.article_id for story in desk.edited.stories[5:7])
    path = settings.config / "overrides.toml"
    text = f'[[split]]\narticles = ["{one}", "{two}"]\nwho = "Bo"\nwhy = "two events"\n'
    path.write_text(text, "utf-8")

    with pytest.raises(DeskError, match="both joined and split"):
        join(open_desk(settings, SAMPLE_WEEK), [one, two], "one", "Ada", EARLY)

    assert path.read_text("utf-8") == text
    assert open_desk(settings, SAMPLE_WEEK).actions == ()


def test_approved_letter_leaves_and_its_approval_is_named(settings):
    chosen = wanting_approval(settings)
    approve_letter(open_desk(chosen, SAMPLE_WEEK), "Ada", EARLY)

    decision = released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE)

    assert (decision.verdict, decision.words) == (
        "send",
        "2026-W47 leaves: Ada approved it 2026-11-23 05:00 CET",
    )


@pytest.mark.parametrize(("on_cutoff", "leaves"), [("hold", False), ("send", True)])
def test_without_approval_the_setting_decides_and_the_words_are_logged(
    settings, caplog, on_cutoff, leaves
):
    chosen = wanting_approval(settings, on_cutoff)

    with caplog.at_level("INFO"):
        decision = released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE)

    assert decision.may_send == leaves
    assert f'on_cutoff = "{on_cutoff}"' in decision.words
    assert decision.words in caplog.messages


def test_what_is_done_after_the_approval_holds_the_letter_and_is_named(settings):
    chosen = wanting_approval(settings)
    desk = open_desk(chosen, SAMPLE_WEEK)
    approve_letter(desk, "Ada", EARLY)
    row = do(desk, "drop", "2")

    held = released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE)
    undo(chosen, row.action_id, "Ada", EARLY)
    freed = released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE)

    assert held.verdict == "not approved"
    assert f"gone: “{desk.edited.stories[1].lead.title}" in held.words
    assert freed.may_send


def test_article_that_came_in_after_the_approval_holds_the_letter(settings):
    chosen = wanting_approval(settings)
    desk = open_desk(chosen, SAMPLE_WEEK)
    approve_letter(desk, "Ada", EARLY)
    title = "A headline that was mended after the approval"
    with open_database(settings.database) as connection:
        connection.execute(
            "UPDATE articles SET title = ? WHERE article_id = ?",
            [title, desk.edited.stories[1].lead.article_id],
        )

    decision = released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE)

    assert decision.verdict == "not approved"
    assert f"“{title}”" in decision.words


def test_letter_of_which_copies_have_left_is_not_asked_about_again(settings):
    chosen = wanting_approval(settings)
    mail(settings, "2026-W47")

    assert released(chosen, build_issue(chosen, SAMPLE_WEEK), GO, DUE) == GO


def test_decision_not_to_send_is_left_alone(settings):
    late = Decision("late", "too late")
    chosen = wanting_approval(settings)

    assert released(chosen, build_issue(chosen, SAMPLE_WEEK), late, DUE) == late


def test_command_line_mails_nothing_that_was_not_approved(settings):
    chosen = wanting_approval(settings, "send")
    out = Console(file=StringIO(), width=300)

    went_well = send_issue(chosen, build_issue(chosen, SAMPLE_WEEK), out, out)

    assert not went_well
    assert "to approve it: perigee issue approve --week 2026-W47" in out.file.getvalue()


def mail(settings, issue_id):
    with open_database(settings.database) as connection:
        connection.execute(
            "INSERT INTO issues VALUES ($id, 'weekly', 'A subject', $now, $now, ''::BLOB, NULL)",
            {"id": issue_id, "now": DUE},
        )


def perigee(settings, *words, fails=False):
    """Run a command as Ada; return what it prints."""
    options = ["--config", str(settings.config), "--database", str(settings.database)]
    result = CliRunner().invoke(app, [*options, *words], env={"USER": "ada", "COLUMNS": "300"})
    assert (result.exit_code != 0) == fails, result.output
    return result.output


WEEK = ("--week", "2026-W47")


def test_whole_desk_works_from_the_command_line(settings, desk):
    first, second, third = (story.lead for story in desk.edited.stories[:3])

    assert f"{third.title}: stands first" in perigee(settings, "issue", "pin", third.url, *WEEK)
    perigee(settings, "issue", "drop", first.article_id, *WEEK, "--as", "Bo")
    perigee(settings, "issue", "note", second.article_id[:8], "Ours.", *WEEK)
    perigee(settings, "issue", "move", "3", "1", *WEEK)
    perigee(settings, "issue", "delay", "4", *WEEK)
    perigee(settings, "issue", "undo", "5")
    assert "2026-W47: is approved" in perigee(settings, "issue", "approve", *WEEK)
    shown = perigee(settings, "issue", "show", *WEEK)
    log = perigee(settings, "issue", "log", *WEEK)
    rows = [
        json.loads(line)
        for line in perigee(settings, "issue", "log", *WEEK, "--json").split("\n")
        if line
    ]

    assert "left out" in shown
    assert "Ours." in shown
    assert "(undone)" in log
    assert [(row["action"], row["who"], row["is_undone"]) for row in rows] == [
        ("pin", "ada", False),
        ("drop", "Bo", False),
        ("note", "ada", False),
        ("move", "ada", False),
        ("delay", "ada", True),
        ("undo", "ada", False),
        ("approve", "ada", False),
    ]
    assert rows[0]["article_id"] == third.article_id
    assert datetime.fromisoformat(rows[0]["acted_at"]).tzinfo


def test_command_about_an_unknown_story_fails(settings):
    perigee(settings, "issue", "pin", "nothing-such", *WEEK, fails=True)
    perigee(settings, "issue", "undo", "1", fails=True)


def test_scheduled_run_asks_the_desk(settings):
    from flows.steps import judge  # noqa: PLC0415 Prefect takes seconds to import

    chosen = wanting_approval(settings)
    built = build_issue(chosen, SAMPLE_WEEK)

    assert judge.fn(settings, built, DUE, DUE).may_send
    assert judge.fn(chosen, built, DUE, DUE).verdict == "not approved"
