"""The letter's mailbox: readers who leave by mail, bounces, and copies found in the archive."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapd import PASSWORD, ImapServer, an_imap_server
from mailroom import (
    ISSUE,
    MONDAY,
    a_letter,
    a_mail_server,
    a_scripted_server,
    deliveries,
    some_settings,
    states,
    with_readers,
)
from typer.testing import CliRunner

from flows.cli import app
from flows.database import open_database
from flows.mailbox import MailboxCounts, find_archived, imap_account, judge, read_mailbox
from flows.mailing import deliver_due, deliver_issue
from flows.recipients import list_readers, reader_id
from flows.settings import Settings
from flows.tokens import confirming_token, leaving_token
from transforms.errors import ConfigError, DeliveryError

SECRET = "a long random text, or so they say"
READER = reader_id("reader@example.org", "weekly")
TOKEN = leaving_token(SECRET, READER)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[ImapServer]:
    with an_imap_server() as running:
        yield running


@pytest.fixture
def imap(
    dovecot: ImapServer, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> ImapServer:
    """A mailbox of this test's own."""
    monkeypatch.setenv("PERIGEE_IMAP_PASSWORD", PASSWORD)
    return replace(dovecot, user=hashlib.sha256(request.node.name.encode()).hexdigest()[:8])


def with_mailbox(folder: Path, imap: ImapServer, smtp_url: str | None = None, **delivery: object):
    return some_settings(
        folder,
        smtp_url,
        secret=SECRET,
        imap_url=imap.url,
        ca_file=None if smtp_url is None else imap.ca_file,
        **delivery,
    )


def a_mail(subject: str, text: str = "", sender: str = "reader@example.org", **headers: str):
    """Return a mail that a person writes."""
    message = EmailMessage()
    message["From"] = f"Jo Reader <{sender}>"
    message["To"] = "digest@example.org"
    message["Subject"] = subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def a_bounce(original: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return a report (RFC 3464) that brings back the headers `original`."""
    return (
        "From: MAILER-DAEMON@relay.example\r\n"
        "To: digest@example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nunsubscribe? No: I could not deliver it.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\n\r\n"
        "Final-Recipient: rfc822; reader@example.org\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 <reader@example.org>: no such\r\n   user here\r\n"
        "\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n--b--\r\n"
    ).encode()


def status(settings: Settings) -> str:
    with open_database(settings.database) as connection:
        (reader,) = list_readers(connection)
    return reader.status


@pytest.fixture
def sent(tmp_path: Path, imap: ImapServer) -> tuple[Settings, str]:
    """A letter on its way to one reader: settings, and its headers."""
    with a_scripted_server() as (url, _):
        settings = with_mailbox(tmp_path, imap, url)
        with_readers(settings, ["reader@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
    (copy,) = deliveries(settings)
    headers = (
        f"Subject: Probe\r\nMessage-ID: {copy.message_id}\r\n"
        f"List-Unsubscribe: <mailto:digest@example.org?subject=unsubscribe%20{TOKEN}>\r\n"
    )
    return settings, headers


def test_a_reader_leaves_by_the_mail_that_the_letter_offers(
    imap: ImapServer, sent: tuple[Settings, str]
):
    settings, _ = sent
    # Some mail programs send as somebody else than the reader.
    imap.put(a_mail(f"unsubscribe {TOKEN}", sender="other@example.org"))

    counts = read_mailbox(settings, MONDAY)

    assert counts == MailboxCounts(left=1)
    assert status(settings) == "unsubscribed"
    assert read_mailbox(settings, MONDAY) == MailboxCounts()


def test_a_bounced_address_gets_nothing_more_and_its_copy_counts_as_dead(
    imap: ImapServer, sent: tuple[Settings, str]
):
    settings, headers = sent
    imap.put(a_bounce(headers))
    imap.put(a_bounce(headers))

    counts = read_mailbox(settings, MONDAY)

    (copy,) = deliveries(settings)
    assert counts == MailboxCounts(bounced=2)
    assert status(settings) == "bounced"
    assert copy.state == "dead"
    assert copy.words == "bounced: 5.1.1 550 <r…r@example.org>: no such user here"


def test_a_mailbox_that_was_full_once_still_gets_the_next_letter(
    imap: ImapServer, sent: tuple[Settings, str]
):
    settings, headers = sent
    for _ in range(4):
        imap.put(a_bounce(headers, status="5.2.2"))

    read_mailbox(settings, MONDAY)

    # One copy came back, however often the server says so.
    assert (status(settings), states(settings)) == ("confirmed", {"reader@example.org": "dead"})


def test_a_server_that_is_still_trying_changes_nothing(
    imap: ImapServer, sent: tuple[Settings, str]
):
    settings, headers = sent
    imap.put(a_bounce(headers, status="4.4.1", action="delayed"))

    assert read_mailbox(settings, MONDAY) == MailboxCounts(delayed=1)
    assert (status(settings), states(settings)) == ("confirmed", {"reader@example.org": "sent"})


def test_a_made_up_bounce_bounces_nobody(imap: ImapServer, sent: tuple[Settings, str]):
    settings, headers = sent
    message_id = headers.splitlines()[1]
    other = leaving_token(SECRET, reader_id("other@example.org", "weekly"))
    imap.put(a_bounce(f"{message_id}\r\n"))
    imap.put(a_bounce(f"{message_id}\r\nList-Unsubscribe: <mailto:x@y.z?subject={other}>\r\n"))
    imap.put(a_bounce(headers.replace(ISSUE, "2026-W01")))

    assert read_mailbox(settings, MONDAY) == MailboxCounts(other=3)
    assert status(settings) == "confirmed"


def test_mail_for_a_person_is_flagged_and_read_once(imap: ImapServer, sent: tuple[Settings, str]):
    settings, _ = sent
    imap.put(a_mail("I loved the far side", "Please unsubscribe my neighbour, he laughs."))

    counts = read_mailbox(settings, MONDAY)

    assert counts == MailboxCounts(other=1)
    assert read_mailbox(settings, MONDAY) == MailboxCounts()
    assert r"\Flagged" in imap.flags()[0]
    assert status(settings) == "confirmed"


def test_what_arrived_is_read_back_over_imap_with_its_structure(
    shared: Path, tmp_path: Path, imap: ImapServer
):
    with a_mail_server(shared, tmp_path / "mail") as server:
        settings = with_mailbox(tmp_path, imap, server.url)
        with_readers(settings, ["reader@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        (file,) = server.folder.glob("*.eml")
    imap.put(file.read_bytes(), "Archive")
    (copy,) = deliveries(settings)

    with imap.session() as session:
        session.select("Archive", readonly=True)
        _, found = session.fetch("1", "(BODYSTRUCTURE)")
    structure = found[0].decode().upper()

    assert find_archived(settings, [copy.message_id, "<other@example.org>"]) == {copy.message_id}
    assert structure.index('"TEXT" "PLAIN"') < structure.index('"TEXT" "HTML"')
    assert structure.index('"IMAGE" "JPEG"') < structure.index('"RELATED"')
    assert structure.index('"RELATED"') < structure.index('"ALTERNATIVE"')


@pytest.mark.parametrize(("is_archived", "mails"), [(True, 1), (False, 2)])
def test_with_lookup_the_archive_decides_about_an_uncertain_copy(
    shared: Path, tmp_path: Path, imap: ImapServer, is_archived: bool, mails: int
):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = with_mailbox(tmp_path, imap, server.url, on_uncertain="lookup")
        with_readers(settings, 1)
        first = deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        if is_archived:
            imap.put(server.messages()[0].as_bytes(), "Archive")

        too_early = deliver_due(settings, MONDAY + timedelta(minutes=1))
        deliver_due(settings, MONDAY + timedelta(minutes=11))

        assert len(first.uncertain) == 1
        assert len(too_early[0].uncertain) == (0 if is_archived else 1)
        assert set(states(settings).values()) == {"sent"}
        assert len(server.messages()) == mails


def test_an_archive_that_cannot_be_asked_leaves_the_copy_uncertain(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PERIGEE_IMAP_PASSWORD", "x")
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = some_settings(
            tmp_path, server.url, on_uncertain="lookup", imap_url="imaps://u@127.0.0.1:1/INBOX"
        )
        with_readers(settings, 1)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        deliver_due(settings, MONDAY + timedelta(hours=1))

        assert set(states(settings).values()) == {"uncertain"}
        assert len(server.messages()) == 1


def test_a_mailbox_with_a_strange_certificate_or_password_is_not_read(
    tmp_path: Path, imap: ImapServer, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(DeliveryError, match="certificate verify failed"):
        read_mailbox(with_mailbox(tmp_path, imap), MONDAY)
    monkeypatch.setenv("PERIGEE_IMAP_PASSWORD", "wrong")
    with pytest.raises(DeliveryError, match="cannot be read") as refused:
        read_mailbox(with_mailbox(tmp_path, imap, "smtp://127.0.0.1:1"), MONDAY)
    assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        (None, "write it like imaps://"),
        ("imaps://mail.example.org", "write it like imaps://"),
        ("imaps://user:pass@mail.example.org", "password comes from"),
        ("imap://user@mail.example.org", "would travel in clear"),
        ("imaps://user@mail.example.org:x", "not an address"),
    ],
)
def test_a_wrong_imap_url_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, complaint: str
):
    monkeypatch.setenv("PERIGEE_IMAP_PASSWORD", "x")

    with pytest.raises(ConfigError, match=complaint):
        imap_account(some_settings(tmp_path, None, imap_url=url))


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (a_mail("unsubscribe"), "left"),
        (a_mail("Re: Unsubscribe please"), "left"),
        (a_mail("", "unsubscribe\n\n-- \nJo"), "left"),
        (a_mail("Abmelden"), "left"),
        (a_mail(f"unsubscribe {TOKEN}"), "left"),
        (a_mail("confirm", f"\n{confirming_token(SECRET, READER)}"), "confirmed"),
        (a_mail(f"unsubscribe {confirming_token(SECRET, READER)}"), "left"),
        (a_mail(f"confirm {TOKEN}"), "other"),
        (a_mail("confirm"), "other"),
        (a_mail("Out of office", "Unsubscribed from work", Auto_Submitted="auto-replied"), "other"),
        (a_mail("unsubscribe", Auto_Submitted="auto-generated"), "other"),
        (a_mail("unsubscribed souls"), "other"),
        (a_mail("A question", "How do I unsubscribe?"), "other"),
        (b"Subject: unsubscribe\r\n\r\n", "other"),
        (b"", "other"),
        (b"Content-Type: multipart/report\r\n\r\n--\r\n", "other"),
    ],
)
def test_mails_are_told_apart(mail: bytes, kind: str):
    assert judge(mail, SECRET).kind == kind


def test_without_a_secret_the_senders_address_is_taken():
    assert judge(a_mail(f"unsubscribe {TOKEN}"), None).address == "reader@example.org"


@given(st.binary(max_size=300))
def test_nothing_that_arrives_can_stop_the_reading(data: bytes):
    header = b"Subject: =?x?q?unsubscribe?=\r\nFrom: "

    assert judge(data, SECRET).kind in ("other", "left")
    assert judge(header + data, SECRET).kind in ("other", "left")


def test_the_command_tells_what_it_found(imap: ImapServer, tmp_path: Path):
    imap.put(a_mail("I loved the far side"))
    (tmp_path / "feeds.toml").touch()
    (tmp_path / "perigee.toml").write_text(
        f'[delivery]\nimap_url = "{imap.url}"\nca_file = "{imap.ca_file}"\n'
    )
    options = ["--config", str(tmp_path), "--database", str(tmp_path / "p.duckdb")]

    told = CliRunner().invoke(app, [*options, "mailbox"])
    again = CliRunner().invoke(app, [*options, "mailbox", "--json"])

    assert told.output == "0 left · 0 confirmed · 0 bounced · 0 delayed · 1 other\n"
    assert json.loads(again.output) == asdict(MailboxCounts())
