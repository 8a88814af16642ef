import gzip
import socket
import threading
import time
import zlib
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from feedserver import Answer, scripted

from flows.answers import evidence_of, fresh_for, retry_after, validator
from flows.fetching import HostGate, Question, fetch_feed
from flows.guard import GuardPolicy, make_session

FEED = b"<rss><channel><title>t</title></channel></rss>"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def ask(server, path="feed", *, tmp_path=None, gate=None, allow=None, **changes):
    policy = GuardPolicy(allow_addresses=frozenset(allow or [server.address]))
    values = {
        "feed_id": "farside",
        "url": f"{server.url}/{path}" if server else "",
        "etag": None,
        "last_modified": None,
        "timeout": 2.0,
        "max_body_bytes": 100_000,
        "files": tmp_path,
    } | changes
    with make_session(policy, 2, "Perigee/test (+editor@perigee.example)") as session:
        return fetch_feed(session, Question(**values), policy, gate or HostGate(0))


# --- what is sent


def test_a_request_says_who_asks_and_takes_only_what_it_can_unpack():
    with scripted(feed=Answer(body=FEED)) as server:
        ask(server)

    [(_, headers)] = server.asked
    assert headers["user-agent"] == "Perigee/test (+editor@perigee.example)"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in headers
    assert "if-none-match" not in headers


def test_validators_go_back_word_for_word():
    with scripted(feed=Answer(304)) as server:
        response = ask(server, etag='W/"a b"', last_modified="Tue, 16 Mar 2021 12:00:00 GMT")

    [(_, headers)] = server.asked
    assert response.outcome == "not_modified"
    assert headers["if-none-match"] == 'W/"a b"'
    assert headers["if-modified-since"] == "Tue, 16 Mar 2021 12:00:00 GMT"


def test_cookies_are_not_kept_from_one_request_to_the_next():
    with scripted(feed=Answer(body=FEED, headers={"Set-Cookie": "sid=1"})) as server:
        policy = GuardPolicy(allow_addresses=frozenset([server.address]))
        with make_session(policy, 1, "Perigee/test") as session:
            for _ in range(2):
                question = Question("f", f"{server.url}/feed", None, None, 2.0, 10_000, None)
                fetch_feed(session, question, policy, HostGate(0))

    assert len(server.asked) == 2
    assert "cookie" not in server.asked[1][1]


# --- answers


@pytest.mark.parametrize(
    ("status", "outcome", "requests"),
    [
        (401, "forbidden", 1),
        (403, "forbidden", 1),
        (404, "not_found", 1),
        (410, "gone", 1),
        (429, "rate_limited", 1),
        (418, "server_error", 1),
        (500, "server_error", 3),
        (503, "server_error", 3),
        (204, "empty", 1),
    ],
)
def test_each_status_has_its_outcome_and_only_passing_ones_are_tried_again(
    status, outcome, requests
):
    with scripted(feed=Answer(status, b"words")) as server:
        response = ask(server)

    assert (response.outcome, response.status) == (outcome, status)
    assert len(server.asked) == response.requests == requests
    assert response.body is None


def test_a_server_that_stumbles_once_is_asked_again_in_the_same_run():
    with scripted(feed=[Answer(503, headers={"Retry-After": "0"}), Answer(body=FEED)]) as server:
        response = ask(server)

    assert (response.outcome, response.body, response.requests) == ("ok", FEED, 2)


def test_a_long_retry_after_is_not_waited_for():
    began = time.monotonic()
    with scripted(feed=Answer(503, headers={"Retry-After": "120"})) as server:
        response = ask(server)

    assert time.monotonic() - began < 1
    assert (response.requests, response.retry_after) == (1, 120.0)


@pytest.mark.parametrize(
    "page",
    [b"<title>Just a moment...</title>", b"Please log in", b"<input type='password'>"],
)
def test_a_refusal_with_a_page_for_people_is_a_wall_with_its_first_words_as_evidence(page):
    with scripted(feed=Answer(403, page)) as server:
        response = ask(server)

    assert response.outcome == "bot_wall"
    assert response.evidence == page.decode()


def test_a_304_that_nobody_asked_for_is_the_servers_error():
    with scripted(feed=Answer(304)) as server:
        assert ask(server).outcome == "server_error"


def test_a_status_counts_even_where_its_page_is_broken():
    broken = Answer(429, b"\x1f\x8bnonsense", {"Content-Encoding": "gzip", "Retry-After": "60"})
    with scripted(feed=broken) as server:
        response = ask(server)

    assert (response.outcome, response.retry_after) == ("rate_limited", 60.0)


def test_controls_in_a_reason_never_reach_a_terminal():
    raw = Answer(raw=b"HTTP/1.1 404 \x1b[31mred\r\nContent-Length: 0\r\n\r\n")
    with scripted(feed=raw) as server:
        response = ask(server)

    assert response.detail.isprintable()


def test_what_server_and_cache_say_of_freshness_comes_along():
    headers = {"Cache-Control": "public, max-age=3600", "ETag": '"1"', "Last-Modified": "Mon"}
    with scripted(feed=Answer(body=FEED, headers=headers)) as server:
        response = ask(server)

    assert (response.fresh_for, response.etag, response.last_modified) == (3600.0, '"1"', "Mon")


# --- bodies


RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("gzip", gzip.compress(FEED[:9], mtime=0) + gzip.compress(FEED[9:], mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", RAW_DEFLATE.compress(FEED) + RAW_DEFLATE.flush()),
        ("identity", FEED),
    ],
)
def test_compressed_bodies_are_unpacked(encoding, body):
    with scripted(feed=Answer(body=body, headers={"Content-Encoding": encoding})) as server:
        response = ask(server)

    assert (response.body, response.wire_bytes) == (FEED, len(body))


def test_a_gzip_file_that_is_not_called_one_is_unpacked_once():
    with scripted(feed=Answer(body=gzip.compress(FEED, mtime=0))) as server:
        assert ask(server).body == FEED


@pytest.mark.parametrize(
    ("encoding", "body", "outcome"),
    [
        ("gzip", gzip.compress(b"a" * 200_000, mtime=0), "too_large"),
        ("", b"a" * 200_000, "too_large"),
        ("", gzip.compress(b"a" * 200_000, mtime=0), "too_large"),
        ("gzip", gzip.compress(b"a" * 90_000, mtime=0) * 3, "too_large"),
        ("gzip", gzip.compress(FEED, mtime=0)[:-12], "connection_error"),
        ("gzip", b"\x1f\x8bnonsense", "connection_error"),
        ("deflate", b"\xff\xff\xff nonsense", "connection_error"),
        ("br", FEED, "malformed"),
        ("gzip, gzip", gzip.compress(gzip.compress(FEED, mtime=0)), "malformed"),
        ("", b" \n ", "empty"),
    ],
)
def test_bodies_that_are_too_large_broken_or_empty_are_outcomes(encoding, body, outcome):
    with scripted(feed=Answer(body=body, headers={"Content-Encoding": encoding})) as server:
        response = ask(server)

    assert response.outcome == outcome
    assert response.detail


def test_a_body_that_ends_early_is_a_transport_error_and_tried_again():
    raw = Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + FEED)
    with scripted(feed=raw) as server:
        response = ask(server)

    assert (response.outcome, response.requests) == ("connection_error", 3)


# --- redirects


def to(path, status=302):
    return Answer(status, headers={"Location": path})


@pytest.mark.parametrize(
    ("hops", "is_permanent"),
    [((301,), True), ((308,), True), ((302,), False), ((307,), False), ((301, 302), False),
     ((308, 301), True)],
)  # fmt: skip
def test_a_move_is_permanent_only_if_every_hop_says_so(hops, is_permanent):
    with scripted(feed=Answer(body=FEED)) as server:
        for number, status in enumerate(hops):
            target = f"/{number + 1}" if number + 1 < len(hops) else "/feed"
            server.answers[f"/{number}"] = to(target, status)

        response = ask(server, "0")

        assert response.url == f"{server.url}/feed"
        assert response.permanent_url == (f"{server.url}/feed" if is_permanent else None)


def test_a_permanent_redirect_to_nothing_is_no_move():
    with scripted(feed=to("/nowhere", 301)) as server:
        response = ask(server)

    assert (response.outcome, response.permanent_url) == ("not_found", None)


def test_no_more_than_five_redirects_are_followed():
    with scripted(feed=to("/feed")) as server:
        response = ask(server)

    assert (response.outcome, len(server.asked)) == ("server_error", 6)
    assert "redirects" in response.detail


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://user:pw@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//169.254.169.254/latest/meta-data/",
        "javascript:alert(1)",
    ],
)
def test_a_redirect_to_an_address_that_we_would_not_ask_is_refused(location):
    with scripted(feed=to(location)) as server:
        response = ask(server)

    assert (response.outcome, len(server.asked)) == ("unsafe_address", 1)


def test_a_redirect_without_a_target_says_so():
    with scripted(feed=Answer(302)) as server:
        response = ask(server)

    assert (response.outcome, response.detail) == (
        "server_error",
        "a redirect that does not say where to",
    )


def test_an_address_that_is_not_allowed_is_never_connected_to():
    with scripted(feed=Answer(body=FEED)) as server:
        response = ask(server, allow=["127.0.0.1:9"])

    assert (response.outcome, server.asked) == ("unsafe_address", [])


# --- time


@contextmanager
def listening(serve):
    """A server that handles one connection after the other with `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, nullcontext():
                    try:
                        connection.recv(10_000)
                        serve(connection)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def drip_body(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    for _ in range(50):
        connection.sendall(b"x")
        time.sleep(0.1)


def drip_headers(connection):
    for _ in range(50):
        connection.sendall(b"X")
        time.sleep(0.1)


def silence(_connection):
    time.sleep(3)


@pytest.mark.parametrize("serve", [drip_body, drip_headers, silence])
def test_no_server_can_outlast_the_total_time(serve):
    with listening(serve) as address:
        began = time.monotonic()
        response = ask(None, url=f"http://{address}/", allow=[address], timeout=0.8)

    assert response.outcome == "timeout"
    assert 0.7 < time.monotonic() - began < 2


def test_a_server_that_hangs_up_is_asked_three_times():
    with listening(lambda connection: connection.close()) as address:
        response = ask(None, url=f"http://{address}/", allow=[address])

    assert (response.outcome, response.requests) == ("connection_error", 3)


def test_nobody_listening_is_a_connection_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"

    response = ask(None, url=f"http://{address}/", allow=[address])

    assert response.outcome == "connection_error"


def test_a_kept_connection_is_clean_for_the_next_request():
    polluted = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 200 OK\r\n\r\npoison"
    raw = Answer(raw=polluted % (len(FEED), FEED))
    with scripted(feed=raw, good=Answer(body=b"<rss>good</rss>")) as server:
        policy = GuardPolicy(allow_addresses=frozenset([server.address]))
        with make_session(policy, 1, "Perigee/test") as session:
            bodies = [
                fetch_feed(
                    session,
                    Question("f", f"{server.url}/{path}", None, None, 2.0, 10_000, None),
                    policy,
                    HostGate(0),
                ).body
                for path in ("feed", "good")
            ]

    assert bodies == [FEED, b"<rss>good</rss>"]


def test_two_requests_to_one_host_start_apart_and_never_overlap():
    gate, moments = HostGate(0.2), []

    def turn(url):
        with gate.turn(url):
            moments.append(time.monotonic())
            time.sleep(0.05)

    threads = [
        threading.Thread(target=turn, args=(f"http://Farside.example/{n}",)) for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= 0.25 - 0.01


def test_a_host_that_wants_more_time_gets_it():
    gate = HostGate(0)
    gate.slow_down("http://farside.example/", 0.2)
    began = time.monotonic()

    with gate.turn("http://farside.example/a"):
        pass

    assert time.monotonic() - began >= 0.19


# --- files


def test_a_file_below_the_configuration_is_read_and_not_read_twice(tmp_path):
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "own.xml").write_bytes(FEED)

    first = ask(None, url="file:feeds/own.xml", tmp_path=tmp_path, allow=["x:1"])
    again = ask(None, url="file:feeds/own.xml", tmp_path=tmp_path, allow=["x:1"], etag=first.etag)

    assert (first.outcome, first.body) == ("ok", FEED)
    assert again.outcome == "not_modified"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("../secret.xml", "unsafe_address"),
        ("/etc/passwd", "unsafe_address"),
        ("missing.xml", "not_found"),
        (".", "connection_error"),
    ],
)
def test_files_elsewhere_are_refused(tmp_path, name, outcome):
    response = ask(None, url=f"file:{name}", tmp_path=tmp_path, allow=["x:1"])

    assert response.outcome == outcome


# --- headers


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        ("1000000000", 86_400.0),
        ("-5; soon", None),
        ("-5", None),
        ("\xb2", None),
        (format_datetime(NOW + timedelta(seconds=120)), 120.0),
        (format_datetime(NOW - timedelta(hours=1)), 0.0),
        (format_datetime(NOW + timedelta(days=30)), 86_400.0),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_capped_at_a_day(header, seconds):
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize("header", ["a\nb", "x" * 2_000, "", None, "caf\x1b"])
def test_a_validator_that_cannot_go_back_word_for_word_does_not_go_back(header):
    assert validator(header) is None


def test_expires_counts_where_there_is_no_max_age():
    later = datetime.now(UTC) + timedelta(hours=1)

    assert 3_500 < fresh_for({"Expires": format_datetime(later, usegmt=True)}) <= 3_600
    assert fresh_for({"Expires": "0"}) is None
    assert fresh_for({"Cache-Control": "no-store"}) is None


def test_evidence_is_short_and_printable():
    assert evidence_of(b"<p>\x1b[31m" + b"a b\n" * 500).isprintable()
    assert len(evidence_of(b"word " * 500)) <= 400
