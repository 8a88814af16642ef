"""Leaving at one click: the page behind the links, over HTTP."""

import http.client
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailroom import ISSUE, MONDAY, a_letter, a_mail_server, some_settings, with_readers

from flows.database import open_database
from flows.mailing import deliver_issue
from flows.recipients import add_reader, list_readers, reader_id
from flows.settings import Settings
from flows.tokens import Token, confirming_token, find_token, leaving_token
from flows.unsubscribing import unsubscribe_server
from transforms.errors import ConfigError

SECRET = "a long random text, or so they say"
READER = reader_id("reader@example.org", "weekly")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_readers(some_settings(tmp_path, None, secret=SECRET), ["reader@example.org"])


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    server = unsubscribe_server(settings, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def ask(port: int, method: str, target: str, body: bytes | None = None, **headers: str):
    """Return status, headers and page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def status(settings: Settings) -> str:
    with open_database(settings.database) as connection:
        (reader,) = list_readers(connection)
    return reader.status


def test_looking_at_the_link_changes_nothing(settings: Settings, port: int):
    code, headers, page = ask(port, "GET", f"/leave?token={leaving_token(SECRET, READER)}")

    assert (code, status(settings)) == (200, "confirmed")
    assert '<form method="post">' in page
    assert "r…r@example.org" in page
    assert "reader@example.org" not in page
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Set-Cookie"] is None


def test_a_mail_providers_click_unsubscribes_without_cookies(settings: Settings, port: int):
    target = f"/leave?token={leaving_token(SECRET, READER)}"
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    code, _, page = ask(port, "POST", target, b"List-Unsubscribe=One-Click", **form)
    again, _, _ = ask(port, "POST", target, b"List-Unsubscribe=One-Click", **form)

    assert (code, again, status(settings)) == (200, 200, "unsubscribed")
    assert "You have left" in page
    assert "<form" not in page


def test_the_token_may_be_a_part_of_the_path(settings: Settings, port: int):
    code, _, _ = ask(port, "POST", f"/leave/{leaving_token(SECRET, READER)}/")

    assert (code, status(settings)) == (200, "unsubscribed")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/leave?token=",
        f"/leave?token={leaving_token('another secret', READER)}",
        f"/leave?token={leaving_token(SECRET, READER)[:-1]}",
        f"/leave?token={leaving_token(SECRET, READER)}x",
        f"/leave?token={READER}l{'A' * 22}",
        "/leave?token=%3Cscript%3E",
    ],
)
def test_a_link_that_we_did_not_sign_does_nothing(settings: Settings, port: int, target: str):
    codes = [ask(port, method, target)[0] for method in ("GET", "POST")]

    assert (codes, status(settings)) == ([404, 404], "confirmed")


def test_a_confirming_link_does_not_unsubscribe_nor_the_other_way(settings: Settings, port: int):
    ask(port, "POST", f"/?t={confirming_token(SECRET, READER)}")
    assert status(settings) == "confirmed"
    ask(port, "POST", f"/?t={leaving_token(SECRET, READER)}")
    code, _, _ = ask(port, "POST", f"/?t={confirming_token(SECRET, READER)}")

    assert (code, status(settings)) == (404, "unsubscribed")


def test_a_pending_reader_confirms_by_post_and_not_by_looking(settings: Settings, port: int):
    with open_database(settings.database) as connection:
        connection.execute("DELETE FROM recipients")
        add_reader(connection, "reader@example.org", MONDAY, status="pending")
    target = f"/?t={confirming_token(SECRET, READER)}"

    _, _, page = ask(port, "GET", target)
    before = status(settings)
    ask(port, "POST", target)

    assert "Confirm" in page
    assert (before, status(settings)) == ("pending", "confirmed")


def test_one_who_was_removed_is_told_that_nothing_comes(settings: Settings, port: int):
    with open_database(settings.database) as connection:
        connection.execute("DELETE FROM recipients")

    code, _, page = ask(port, "POST", f"/?t={leaving_token(SECRET, READER)}")

    assert code == 200
    assert "You have left" in page


def test_a_huge_body_is_not_read(settings: Settings, port: int):
    target = f"/?t={leaving_token(SECRET, READER)}"

    code, _, _ = ask(port, "POST", target, b"", **{"Content-Length": "99999999"})

    assert (code, status(settings)) == (413, "confirmed")


def test_head_answers_like_get_without_the_page(settings: Settings, port: int):
    code, headers, page = ask(port, "HEAD", f"/?t={leaving_token(SECRET, READER)}")

    assert (code, page, status(settings)) == (200, "", "confirmed")
    assert int(headers["Content-Length"]) > 100


def test_neither_the_link_nor_the_reader_is_logged(
    port: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
):
    caplog.set_level(logging.DEBUG)
    token = leaving_token(SECRET, READER)

    ask(port, "POST", f"/?t={token}")

    told = caplog.text + "".join(capsys.readouterr())
    assert "POST answered 200" in told
    assert token not in told
    assert "example.org" not in told


def test_without_a_secret_nothing_is_served(tmp_path: Path):
    with pytest.raises(ConfigError, match="PERIGEE_SECRET"):
        unsubscribe_server(some_settings(tmp_path, None), "127.0.0.1", 0)


def test_a_taken_port_is_told(settings: Settings, port: int):
    with pytest.raises(ConfigError, match="give another --port"):
        unsubscribe_server(settings, "127.0.0.1", port)


def test_the_link_in_a_letter_that_arrived_unsubscribes_its_reader(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail") as mail:
        settings = some_settings(
            tmp_path,
            mail.url,
            secret=SECRET,
            unsubscribe_url="https://digest.example.org/leave?token={token}",
        )
        with_readers(settings, 2)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        messages = {message["To"]: message for message in mail.messages()}
    letter = messages["reader-001@example.org"]
    page, mailto = (uri.strip(" <>") for uri in letter["List-Unsubscribe"].split(","))
    body = letter.get_body(("html",))
    server = unsubscribe_server(settings, "127.0.0.1", 0)
    thread = threading.Thread(target=server.handle_request)
    thread.start()

    code, _, _ = ask(server.server_port, "POST", page.removeprefix("https://digest.example.org"))

    thread.join()
    server.server_close()
    with open_database(settings.database) as connection:
        statuses = {r.address: r.status for r in list_readers(connection)}
    assert code == 200
    assert statuses == {
        "reader-000@example.org": "confirmed",
        "reader-001@example.org": "unsubscribed",
    }
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert body
    assert page in body.get_content()
    assert find_token(SECRET, unquote(mailto)) == find_token(SECRET, page)


def test_the_command_serves_until_it_is_interrupted(settings: Settings, tmp_path: Path):
    (tmp_path / "feeds.toml").touch()
    command = [sys.executable, "-m", "flows.cli", "--config", str(tmp_path)]
    arguments = ["--database", str(settings.database), "unsubscribe", "--serve", "--port", "0"]
    with subprocess.Popen(
        [*command, *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PERIGEE_SECRET": SECRET},
    ) as process:
        told = process.stderr.readline()
        port = int(re.search(r":(\d+)/", told)[1])

        code, _, _ = ask(port, "POST", f"/?t={leaving_token(SECRET, READER)}")
        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 0
    assert (code, status(settings)) == (200, "unsubscribed")


@given(st.text())
def test_no_text_is_taken_for_a_token(text: str):
    assert find_token(SECRET, text) is None


def test_a_token_is_found_wherever_a_mail_program_puts_it():
    token = leaving_token(SECRET, READER)

    for text in (token, f"?token={token}&x=1", f"unsubscribe {token}", f"<https://x/{token}>"):
        assert find_token(SECRET, text) == Token(READER, is_leaving=True)
