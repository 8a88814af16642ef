"""The desk's page over HTTP: what it shows, what its forms do, and whom it refuses."""

import re
import threading
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup

from flows.demo import SAMPLE_WEEK
from flows.desk_server import DeskServer
from flows.desking import open_desk
from transforms.errors import ConfigError


@pytest.fixture
def served(settings):
    server = DeskServer(settings, SAMPLE_WEEK, "Ada", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def get(server, place=""):
    return requests.get(f"{server.address}{place}", timeout=30)


def page_of(server):
    return BeautifulSoup(get(server).text, "lxml")


def submit(server, form, **filled):
    """Send a form of the page as a browser would."""
    fields = [
        (f["name"], f.get("value", "")) for f in form.select("[name]") if f["name"] not in filled
    ]
    more = [
        (name, v)
        for name, value in filled.items()
        for v in ([value] if isinstance(value, str) else value)
    ]
    return requests.post(
        server.address, data=[*fields, *more], headers={"Origin": server.origin}, timeout=30
    )


def form_of(element, action):
    return element.select_one(f'input[name=action][value="{action}"]').find_parent("form")


def said(answer):
    return BeautifulSoup(answer.text, "lxml").select_one(".said").text


def post(server, headers=None, **form):
    form = {"token": server.token} | form
    return requests.post(server.address, data=form, headers=headers or {}, timeout=30)


def test_page_shows_every_story_with_its_arithmetic_its_members_and_its_actions(served, settings):
    desk = open_desk(settings, SAMPLE_WEEK)

    page = page_of(served)

    stories = page.select("main ol .story")
    first = desk.edited.stories[0]
    assert [row.h3.text for row in stories[:3]] == [s.lead.title for s in desk.edited.stories[:3]]
    assert len(stories) == len(desk.edited.stories)
    parts = [float(cell.text) for cell in stories[0].select(".sum tr td:last-child")]
    assert parts[-1] == pytest.approx(first.score, abs=0.01)
    assert sum(parts[:-1]) == pytest.approx(parts[-1], abs=0.03)
    assert "independent outlets" in stories[0].select_one(".sum").text
    assert len(stories[0].select(".members li")) == len(first.coverage)
    assert [b.text for b in stories[0].select(".acts button")] == ["Pin", "Move", "Drop", "Delay"]
    assert page.select("script, link, img") == []


def test_every_form_holds_the_token_and_leads_to_this_page(served):
    forms = page_of(served).select("form")

    assert len(forms) > 300
    assert {form["method"] for form in forms} == {"post"}
    assert {form["action"] for form in forms} == {"./"}
    assert {form.select_one("[name=token]")["value"] for form in forms} == {served.token}


@pytest.mark.parametrize(
    ("action", "value", "place"),
    [("pin", None, 0), ("move", "2", 1), ("drop", None, None), ("delay", None, None)],
)
def test_forms_of_the_page_do_what_they_say(served, settings, action, value, place):
    third = page_of(served).select("main ol .story")[2]
    form = form_of(third, action)

    submit(served, form, **({"value": value} if value else {}))

    after = open_desk(settings, SAMPLE_WEEK)
    order = [story.lead.article_id for story in after.edited.stories]
    key = form.select_one("[name=story]")["value"]
    assert (order.index(key) if key in order else None) == place
    assert [(a.who, a.action, a.article_id) for a in after.actions] == [("Ada", action, key)]


def test_what_is_left_out_and_what_was_done_is_listed_and_can_be_taken_back(served):
    form = form_of(page_of(served).select("main ol .story")[1], "drop")
    page = BeautifulSoup(submit(served, form).text, "lxml")

    out = page.find("h2", string="Left out").find_parent("section")
    log = page.select_one(".log")
    assert "dropped" in out.text
    assert "is left out" in log.text
    again = BeautifulSoup(submit(served, form_of(log, "undo")).text, "lxml")
    assert again.find("h2", string="Left out") is None
    assert "taken back" in again.select_one(".log .gone").text


def test_note_is_printed_escaped_and_comes_back_for_editing(served):
    form = form_of(page_of(served).select("main ol .story")[0], "note")
    words = "We <b>saw</b> “it” & averylongword" + "x" * 60

    submit(served, form, value=words)

    page = page_of(served)
    assert page.select("main ol .story")[0].textarea.text == words
    assert "We &lt;b&gt;saw" in get(served, "letter/").text
    assert "Editor's note: We <" in get(served, "text").text


def test_ticked_articles_are_split_off_and_stories_are_joined(served, settings):
    first = page_of(served).select("main ol .story")[0]
    boxes = [box["value"] for box in first.select("input[type=checkbox]")]
    parted = submit(served, form_of(first, "split"), article=boxes[1:3], why="another event")
    assert said(parted).startswith(f"{first.select('.members li span')[1].text}: was split from ")

    page = page_of(served)
    stories = page.select("main ol .story")
    keys = [story.select_one("[name=story]")["value"] for story in stories]
    answer = submit(served, form_of(stories[4], "join"), value=keys[5][:12], why="one event")

    assert ": was joined with " in said(answer)
    homes = {
        r.article_id: s.story_id
        for s in open_desk(settings, SAMPLE_WEEK).edited.stories
        for r in s.coverage
    }
    assert homes[boxes[1]] == homes[boxes[2]] != homes[boxes[0]]
    assert homes[keys[4]] == homes[keys[5]]
    assert 'who = "Ada"\nwhy = "one event"' in (settings.config / "overrides.toml").read_text()


def test_letter_of_the_page_is_the_letter_with_its_pictures(served):
    html = get(served, "letter/")
    text = get(served, "text")

    pictures = re.findall(r'src="(pictures/[^"]+)"', html.text)
    assert pictures
    for name in pictures:
        picture = get(served, f"letter/{name}")
        assert picture.headers["Content-Type"].startswith("image/")
        assert len(picture.content) > 1_000
    assert "img-src 'self'" in html.headers["Content-Security-Policy"]
    assert text.headers["Content-Type"].startswith("text/plain")
    assert get(served, "letter/pictures/..%2f..%2fetc").status_code == 404


def test_exactly_the_letter_that_was_shown_is_approved(served, settings):
    stale = form_of(page_of(served), "approve")
    submit(served, form_of(page_of(served).select("main ol .story")[2], "pin"))

    assert said(submit(served, stale)).startswith("Not approved: the letter has changed")
    fresh = form_of(page_of(served), "approve")
    page = BeautifulSoup(submit(served, fresh).text, "lxml")

    assert page.select_one(".state h2").text == "Approved"
    actions = open_desk(settings, SAMPLE_WEEK).actions
    assert [action.action for action in actions] == ["pin", "approve"]
    submit(served, form_of(page_of(served).select("main ol .story")[3], "drop"))
    state = page_of(served).select_one(".state")
    assert state.h2.text == "Changed since its approval"
    assert "gone: “" in state.text


def test_page_comes_back_where_the_story_is_now(served, settings):
    def place_after(action, rank, **value):
        form = form_of(page_of(served).select("main ol .story")[rank - 1], action)
        return urlsplit(submit(served, form, **value).history[0].headers["Location"]).fragment

    def anchors():
        return [story["id"] for story in page_of(served).select("main ol .story")]

    before = anchors()
    assert place_after("move", 9, value="4") == before[8] == anchors()[3]
    assert place_after("drop", 2) == before[2]  # the next one has taken its place
    answer = post(served, action="move", story=before[5].removeprefix("s-"), value="nowhere")
    assert urlsplit(answer.history[0].headers["Location"]).fragment == before[5]


def test_what_cannot_be_done_is_told_on_the_page(served):
    assert said(post(served, action="move", story="1", value="nowhere")).startswith(
        "Not done: 'nowhere' is no place"
    )
    assert said(post(served, action="fly", story="1")).startswith("Not done: 'fly' is nothing")
    assert said(post(served, action="undo", value="7")).startswith("Not done: there is no action")


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
    answer = post(served, headers, action="pin", story="1", **form)

    assert answer.status_code == 403
    assert open_desk(settings, SAMPLE_WEEK).actions == ()


@pytest.mark.parametrize("place", ["", "letter/", "text", "x"])
def test_nothing_is_shown_to_whoever_does_not_know_the_address(served, place):
    assert requests.get(f"{served.origin}/{place}", timeout=20).status_code == 403
    rebound = requests.get(f"{served.address}{place}", headers={"Host": "evil.example"}, timeout=20)
    assert rebound.status_code == 403
    assert served.token not in rebound.text


def test_form_that_is_too_large_is_not_read(served):
    assert post(served, action="note", story="1", value="x" * 70_000).status_code == 413


def test_token_is_another_one_in_every_run_and_only_this_machine_is_served(served, settings):
    with DeskServer(settings, SAMPLE_WEEK, "Ada", 0) as other:
        assert re.fullmatch(r"[\w-]{32}", served.token)
        assert other.token != served.token
        assert other.server_address[0] == "127.0.0.1"


def test_port_that_is_taken_is_told(served, settings):
    with pytest.raises(ConfigError, match="give another --port"):
        DeskServer(settings, SAMPLE_WEEK, "Ada", served.server_address[1])


def test_week_without_stories_has_a_desk_too(settings):
    quiet = SAMPLE_WEEK.next().next().next()
    with DeskServer(settings, quiet, "Ada", 0) as server:
        assert "No story this week." in server.page("")
