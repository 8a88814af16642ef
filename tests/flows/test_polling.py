import threading
import time
from datetime import UTC, datetime

import pytest
from feedserver import Answer, scripted
from polled import a_feed

from flows.asking import user_agent
from flows.polling import Poller
from flows.settings import FetchSettings
from transforms.store import FeedState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><title>Farside</title><ttl>90</ttl>"
    b"<skipDays><day>Sunday</day></skipDays><item><title>One</title>"
    b"<link>https://farside.example/1</link></item></channel></rss>"
)


@pytest.fixture
def server():
    with scripted(feed=Answer(body=FEED, headers={"ETag": '"1"'})) as server:
        yield server


def polled(server, tmp_path, *paths, on_done=lambda _: None, **known):
    settings = FetchSettings(
        allow_addresses=frozenset([server.address]), per_host_delay=0, timeout=2, workers=4
    )
    values = {"etag": None, "last_modified": None, "body_hash": None, "failures": 0} | known
    states = [
        FeedState(a_feed(path, url=f"{server.url}/{path}"), f"{server.url}/{path}", **values)
        for path in paths
    ]
    with Poller(settings, tmp_path, NOW) as poller:
        return list(poller.poll(states, on_done))


def test_a_new_document_is_read_with_what_it_wishes(server, tmp_path):
    [poll] = polled(server, tmp_path, "feed")

    assert (poll.outcome, poll.is_read, poll.entries, poll.etag) == ("ok", True, 1, '"1"')
    assert (poll.wishes.ttl, poll.wishes.skip_days) == (90, ("Sunday",))
    assert [a.title for a in poll.articles] == ["One"]


def test_an_unchanged_document_is_not_read_again(server, tmp_path):
    [first] = polled(server, tmp_path, "feed")

    [again] = polled(server, tmp_path, "feed", body_hash=first.body_hash)

    assert (again.outcome, again.is_read, again.articles) == ("ok", False, ())


def test_a_page_in_a_feeds_place_leaves_evidence_and_no_validators(server, tmp_path):
    page = b"<html><title>Just a moment...</title>Checking your browser</html>"
    server.answers["/feed"] = Answer(body=page, headers={"ETag": '"wall"'})

    [poll] = polled(server, tmp_path, "feed")

    assert (poll.outcome, poll.etag, poll.body_hash) == ("bot_wall", None, None)
    assert "Checking your browser" in poll.evidence


def test_a_permanent_redirect_to_a_page_is_no_move(server, tmp_path):
    server.answers["/old"] = Answer(301, headers={"Location": "/page"})
    server.answers["/page"] = Answer(body=b"<html><body>All new!</body></html>")

    [poll] = polled(server, tmp_path, "old")

    assert (poll.outcome, poll.permanent_url) == ("not_a_feed", None)


def test_a_permanent_redirect_to_a_feed_is_reported(server, tmp_path):
    server.answers["/old"] = Answer(301, headers={"Location": "/feed"})

    [poll] = polled(server, tmp_path, "old")

    assert (poll.outcome, poll.permanent_url) == ("moved", f"{server.url}/feed")


def test_one_failing_feed_leaves_the_others_alone_and_the_order_is_kept(server, tmp_path):
    server.answers["/bad"] = Answer(body=b"<rss><channel>")
    done = []

    polls = polled(server, tmp_path, "feed", "bad", "gone", "feed2", on_done=done.append)

    assert [p.outcome for p in polls] == ["ok", "malformed", "not_found", "not_found"]
    assert len(done) == 4


def test_one_host_is_never_asked_twice_at_a_time(tmp_path):
    open_now, most = 0, 0
    lock = threading.Lock()

    def slow(_headers):
        nonlocal open_now, most
        with lock:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.05)
        with lock:
            open_now -= 1
        return Answer(body=FEED)

    with scripted(**{f"f{n}": slow for n in range(6)}) as server:
        polled(server, tmp_path, *[f"f{n}" for n in range(6)])

    assert most == 1


def test_the_user_agent_names_version_and_contact():
    settings = FetchSettings(user_agent_contact="editor@perigee.example")

    assert user_agent(settings).startswith("Perigee/")
    assert "+editor@perigee.example" in user_agent(settings)
    assert "+" not in user_agent(FetchSettings())


def test_mistake_in_a_progress_bar_is_raised_and_not_waited_for(server, tmp_path):
    def broken(_poll):
        message = "the bar broke"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="the bar broke"):
        polled(server, tmp_path, "feed", on_done=broken)
