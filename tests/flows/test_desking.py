"""The editor's desk: by command line and by browser, from the action to the letter."""

import re
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest
import requests
from bs4 import BeautifulSoup
from checker import failures

from flows.database import open_database
from flows.deciding import decide
from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.desk_server import DeskServer
from flows.desking import (
    DeskError,
    act,
    coming_week,
    file_override,
    find_story,
    may_send,
    open_desk,
)
from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from flows.telling import build_issue, write_issue

DUE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(SAMPLE, folder / "config")
    ingest_feeds(load_settings(folder / "config", folder / "perigee.duckdb"), SAMPLE_NOW)
    return folder


@pytest.fixture
def settings(ingested, tmp_path):
    """The ingested sample, to be changed at will."""
    shutil.copytree(ingested, tmp_path / "own")
    return load_settings(tmp_path / "own" / "config", tmp_path / "own" / "perigee.duckdb")


@pytest.fixture
def desk(settings):
    return open_desk(settings, SAMPLE_WEEK)


def do(desk, action, key=None, value="", now=DUE - timedelta(hours=2)):
    story = find_story(desk, key) if key else None
    return act(desk, story, action, value, "Ada", now)


def wanting_approval(settings, on_cutoff):
    path = settings.config / "perigee.toml"
    digest = f'[digest]\napproval = "required"\ncutoff = 30\non_cutoff = "{on_cutoff}"'
    path.write_text(path.read_text("utf-8").replace("[digest]", digest), "utf-8")
    return load_settings(settings.config, settings.database)


def test_letter_is_built_as_the_desk_left_it(desk, settings, shared, tmp_path):
    first, second, third = desk.edited.stories[:3]
    do(desk, "pin", third.story_id)
    do(desk, "drop", first.story_id)
    do(desk, "note", second.story_id, "We saw it <b>ourselves</b>.")

    built = build_issue(settings, SAMPLE_WEEK)

    assert built.issue.lead.story_id == third.story_id
    assert built.issue.cards[0].story_id == second.story_id
    assert first.story_id not in {story.story_id for story in built.news.stories}
    assert "Editor’s note:</b> We saw it &lt;" in built.letter.html
    assert "Editor's note: We saw it" in built.letter.text
    written = write_issue(settings, built, tmp_path)
    assert failures(shared, written.page) == []


def test_delayed_story_is_told_in_the_next_issue(desk, settings):
    story = desk.edited.stories[0]
    do(desk, "delay", story.story_id)

    this = build_issue(settings, SAMPLE_WEEK)
    following = build_issue(settings, SAMPLE_WEEK.next())

    assert story.story_id not in {s.story_id for s in this.news.stories}
    assert [late.story_id for late in following.issue.late] == [story.story_id]
    assert following.issue.late[0].outlets == len(story.publishers)


def test_story_is_found_by_its_place_and_by_the_beginning_of_its_id(desk):
    third = desk.edited.stories[2]

    assert find_story(desk, "3") == third
    assert find_story(desk, third.story_id[:8]) == third
    for key in ("0", "9999", "zzzzzz", third.story_id[:1], ""):
        with pytest.raises(DeskError, match="see `perigee issue show`"):
            find_story(desk, key)


@pytest.mark.parametrize(
    ("action", "key", "value"),
    [("move", "1", "0"), ("move", "1", "x"), ("note", "1", "x" * 401), ("fly", "1", "")],
)
def test_what_makes_no_sense_is_refused_and_not_kept(desk, settings, action, key, value):
    with pytest.raises(DeskError):
        do(desk, action, key, value)

    assert open_desk(settings, SAMPLE_WEEK).actions == ()


def test_coming_issue_is_the_last_whole_week_until_that_is_mailed(settings):
    assert coming_week(settings, DUE) == SAMPLE_WEEK
    mail(settings, "2026-W47")
    assert coming_week(settings, DUE) == SAMPLE_WEEK.next()


def test_joined_stories_are_one_from_then_on(desk, settings):
    one, two = desk.edited.stories[5:7]
    now = DUE - timedelta(hours=1)

    file_override(desk, one, "join", [two.lead.article_id], 'the "same" event', "Ada", now)

    after = open_desk(settings, SAMPLE_WEEK)
    joined = next(
        story
        for story in after.ranked.stories
        if one.lead.article_id in {report.article_id for report in story.coverage}
    )
    assert two.lead.article_id in {report.article_id for report in joined.coverage}
    assert [action.action for action in after.actions] == ["join"]


def test_split_article_is_another_story_and_comments_in_the_file_stay(desk, settings):
    path = settings.config / "overrides.toml"
    path.write_text("# ours\n", "utf-8")
    story = desk.edited.stories[0]
    other = next(r for r in story.coverage if r.article_id != story.lead.article_id)

    file_override(desk, story, "split", [other.article_id], "not it", "Ada", DUE)

    for told in open_desk(settings, SAMPLE_WEEK).ranked.stories:
        members = {report.article_id for report in told.coverage}
        assert not {story.lead.article_id, other.article_id} <= members
    assert path.read_text("utf-8").startswith("# ours\n\n[[split]]\n")


def test_issue_leaves_freely_where_no_approval_is_wanted(settings):
    assert may_send(settings, SAMPLE_WEEK, DUE, DUE).may_send


@pytest.mark.parametrize(
    ("on_cutoff", "minutes_before", "leaves", "words"),
    [
        ("hold", 31, False, "was not approved; it waits until 2026-11-23 06:30"),
        ("send", 31, False, "was not approved; it waits until 2026-11-23 06:30"),
        ("hold", 0, False, "on_cutoff = 'hold': it waits for `perigee issue approve"),
        ("send", 0, True, "on_cutoff = 'send': it leaves as it is"),
    ],
)
def test_without_approval_the_setting_decides_at_the_cutoff(
    settings, on_cutoff, minutes_before, leaves, words
):
    chosen = wanting_approval(settings, on_cutoff)

    verdict = may_send(chosen, SAMPLE_WEEK, DUE, DUE - timedelta(minutes=minutes_before))

    assert verdict.may_send == leaves
    assert words in verdict.words


def test_approved_issue_leaves_and_names_who_approved_it(settings):
    chosen = wanting_approval(settings, "hold")
    do(open_desk(chosen, SAMPLE_WEEK), "approve")

    decision = decide(chosen, "2026-W47", week="2026-W47", due_at=DUE, now=DUE)

    assert (decision.verdict, decision.words) == (
        "send",
        "2026-W47 was approved by Ada, 2026-11-23 05:00",
    )


def test_change_after_the_approval_holds_the_issue_again(settings):
    chosen = wanting_approval(settings, "hold")
    desk = open_desk(chosen, SAMPLE_WEEK)
    do(desk, "approve")
    do(desk, "pin", "3", now=DUE - timedelta(hours=1))

    decision = decide(chosen, "2026-W47", week="2026-W47", due_at=DUE, now=DUE)

    assert decision.verdict == "not approved"
    assert "was changed after its approval" in decision.words


def mail(settings, issue_id):
    with open_database(settings.database) as connection:
        connection.execute(
            "INSERT INTO issues VALUES ($id, 'weekly', 'A subject', $now, $now, ''::BLOB, NULL)",
            {"id": issue_id, "now": DUE},
        )


@pytest.fixture
def served(settings):
    server = DeskServer(settings, SAMPLE_WEEK, "Ada", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def post(server, headers=None, **form):
    form = {"token": server.token} | form
    return requests.post(server.origin, data=form, headers=headers or {}, timeout=20)


def test_page_shows_every_story_with_its_arithmetic_and_its_actions(served, desk):
    page = BeautifulSoup(requests.get(served.address, timeout=20).text, "lxml")

    stories = page.select("section ol .story")
    first = desk.edited.stories[0]
    assert len(stories) == len(desk.edited.stories)
    assert stories[0].h3.text == first.lead.title
    assert f"{first.score:.2f} = +13.29 independent outlets" in stories[0].text
    assert [b.text for b in stories[0].select(".acts button")] == ["Pin", "Drop", "Delay", "Move"]
    assert page.select("script, link, img") == []


def test_forms_of_the_page_do_what_they_say(served, settings):
    page = BeautifulSoup(requests.get(served.address, timeout=20).text, "lxml")
    form = page.select("section ol .story")[2].select(".acts form")[0]
    fields = {field["name"]: field["value"] for field in form.select("input")}

    answer = post(served, **fields)

    assert "pin: " in answer.text
    after = open_desk(settings, SAMPLE_WEEK)
    assert after.edited.stories[0].story_id == fields["story"]
    assert [(a.who, a.action) for a in after.actions] == [("Ada", "pin")]


def test_what_cannot_be_done_is_told_on_the_page(served):
    answer = post(served, action="move", story="1", value="nowhere")

    said = BeautifulSoup(answer.text, "lxml").select_one(".said").text
    assert said.startswith("Not done: 'nowhere' is no place")


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        ({}, {"token": "guessed"}),
        ({}, {"token": ""}),
        ({"Host": "evil.example"}, {}),
        ({"Host": "127.0.0.1"}, {}),
        ({"Origin": "https://evil.example"}, {}),
        ({"Origin": "null"}, {}),
    ],
    ids=["wrong token", "no token", "other host", "no port", "other origin", "opaque origin"],
)
def test_request_from_elsewhere_is_refused_and_does_nothing(served, settings, headers, form):
    answer = post(served, headers, action="approve", **form)

    assert answer.status_code == 403
    assert open_desk(settings, SAMPLE_WEEK).actions == ()


def test_page_is_shown_to_nobody_without_the_token(served):
    assert requests.get(served.origin, timeout=20).status_code == 403
    rebound = requests.get(served.address, headers={"Host": "evil.example"}, timeout=20)
    assert rebound.status_code == 403
    assert served.token not in rebound.text


def test_form_that_is_too_large_is_not_read(served):
    assert post(served, action="note", story="1", value="x" * 70_000).status_code == 413


def test_token_is_another_one_in_every_run(served, settings):
    with DeskServer(settings, SAMPLE_WEEK, "Ada", 0) as other:
        assert re.fullmatch(r"[\w-]{32}", served.token)
        assert other.token != served.token
        assert other.server_address[0] == "127.0.0.1"
