"""Handing letters to a mail server that behaves, and to servers that do not."""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from checker import failures
from factories import VOCABULARY, WEEK, a_picture, a_story, a_week
from mailroom import (
    ISSUE,
    MONDAY,
    MailServer,
    a_letter,
    a_mail_server,
    a_scripted_server,
    deliveries,
    some_settings,
    states,
    with_readers,
)

from flows.database import open_database
from flows.delivery import UnwelcomeError, smtp_server
from flows.mailing import deliver_due, deliver_issue, send_test
from flows.recipients import list_readers
from flows.telling import issue_settings
from reports.issue import assemble_issue
from reports.render import render_letter
from transforms.errors import ConfigError, DeliveryError

LATER = MONDAY + timedelta(minutes=6)


@pytest.fixture
def server(shared: Path, tmp_path: Path) -> Iterator[MailServer]:
    with a_mail_server(shared, tmp_path / "mail") as running:
        yield running


def test_every_reader_gets_one_message_addressed_to_nobody_else(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 12)

    receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert len(receipt.sent) == 12
    assert receipt.is_complete
    assert len(server.readers()) == len(set(server.readers())) == 12
    assert [len(envelope["to"]) for envelope in server.envelopes()] == [1] * 12
    assert sorted(m["To"] for m in server.messages()) == server.readers()
    assert not any(m["Bcc"] or m["Cc"] for m in server.messages())


def test_a_second_run_sends_nothing(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 3)
    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    receipt = deliver_issue(settings, a_letter(), ISSUE, LATER)

    assert (receipt.sent, receipt.already) == ((), 3)
    assert len(server.readers()) == 3


def test_the_message_arrives_byte_for_byte_with_its_dots(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 1)

    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    (message,) = server.messages()
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/jpeg",
    ]
    text = message.get_body(("plain",))
    assert text
    assert ".a line that begins with a dot" in text.get_content().splitlines()


def test_what_the_server_received_passes_the_checker(
    server: MailServer, tmp_path: Path, shared: Path
):
    settings = with_readers(
        some_settings(
            tmp_path,
            server.url,
            unsubscribe_url="https://digest.example.org/leave?token={token}",
            secret="s" * 32,
        ),
        1,
    )
    probe = a_story()
    issue = assemble_issue(
        a_week([probe, a_story("Lander sends a postcard")]),
        WEEK,
        VOCABULARY,
        issue_settings(settings),
        {probe.lead.article_id: a_picture(credit="A. Tester")},
    )
    letter = render_letter(issue, issue_settings(settings))

    deliver_issue(settings, letter, ISSUE, MONDAY)

    (file,) = server.folder.glob("*.eml")
    assert letter.pictures
    assert failures(shared, file) == []


def test_without_a_page_to_leave_at_the_letter_offers_a_mail(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 1)

    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    (message,) = server.messages()
    assert message["List-Unsubscribe"] == "<mailto:digest@example.org?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] is None
    html = message.get_body(("html",))
    assert html
    assert 'href="mailto:digest@example.org?subject=unsubscribe"' in html.get_content()


def test_greylisted_readers_get_it_later_under_the_same_message_id(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "greylist") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 4)

        first = deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        too_early = deliver_due(settings, MONDAY + timedelta(minutes=1))
        (later,) = deliver_due(settings, LATER)

        assert (len(first.sent), len(first.queued_for_later)) == (0, 4)
        assert "451" not in first.queued_for_later[0].words
        assert "Greylisted" in first.queued_for_later[0].words
        assert too_early == ()
        assert len(later.sent) == len(server.readers()) == 4


def test_a_refused_reader_is_given_up_and_a_full_one_tried_again(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        readers = ["nobody@example.org", "full@example.org", "reader@example.org"]
        settings = with_readers(some_settings(tmp_path, server.url), readers)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        deliver_due(settings, LATER)

        assert server.readers() == ["reader@example.org"]
        assert states(settings) == {
            "nobody@example.org": "dead",
            "full@example.org": "queued",
            "reader@example.org": "sent",
        }
        assert receipt.dead[0].words == "5.1.1 No such user here"
        assert receipt.dead[0].address == "n…y@example.org"
        full = next(d for d in deliveries(settings) if d.address.startswith("full"))
        assert (full.attempts, full.code) == (2, 452)
        assert full.next_try_at >= LATER + timedelta(minutes=15)


def test_an_address_that_does_not_exist_gets_no_further_issues(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        settings = with_readers(some_settings(tmp_path, server.url), ["nobody@example.org"])

        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        following = deliver_issue(settings, a_letter(), "2026-W48", MONDAY + timedelta(days=7))

        assert (following.dead, following.queued_for_later, following.sent) == ((), (), ())
        assert server.readers() == []


def test_whoever_is_full_for_three_days_is_given_up(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        settings = with_readers(some_settings(tmp_path, server.url), ["full@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY + timedelta(days=3))

        assert receipt.queued_for_later == ()
        assert receipt.dead[0].words.startswith("given up after 72 hours; at last: 4.2.2")


def test_a_drop_after_the_message_is_held_for_a_person(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = with_readers(some_settings(tmp_path, server.url, connections=1), 3)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        again = deliver_issue(settings, a_letter(), ISSUE, MONDAY + timedelta(days=1))

        assert len(receipt.sent) == 2
        assert len(receipt.uncertain) == len(again.uncertain) == 1
        assert len(server.readers()) == len(set(server.readers())) == 3


def test_with_retry_a_drop_after_the_message_may_send_a_twin_with_the_same_id(
    shared: Path, tmp_path: Path
):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = with_readers(some_settings(tmp_path, server.url, on_uncertain="retry"), 1)

        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        deliver_due(settings, LATER)

        twins = server.messages()
        assert len(twins) == 2
        assert twins[0]["Message-ID"] == twins[1]["Message-ID"]
        assert twins[0].as_bytes() == twins[1].as_bytes()


def test_a_server_that_goes_down_gets_the_message_over_a_new_connection(
    shared: Path, tmp_path: Path
):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "421") as server:
        settings = with_readers(some_settings(tmp_path, server.url, connections=1), 3)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert len(receipt.sent) == 3
        assert len(server.readers()) == len(set(server.readers())) == 3


def test_a_slow_answer_is_waited_for(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "slow", "--delay", "2") as server:
        settings = some_settings(tmp_path, server.url, timeout=1.5, answer_timeout=10)
        settings = with_readers(settings, 2)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert len(receipt.sent) == 2


def test_an_answer_that_does_not_come_in_time_leaves_the_copy_uncertain(
    shared: Path, tmp_path: Path
):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "slow", "--delay", "3") as server:
        settings = with_readers(some_settings(tmp_path, server.url, answer_timeout=0.5), 1)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert len(receipt.uncertain) == 1
        assert server.readers() == ["reader-000@example.org"]


def test_a_letter_that_is_too_large_goes_without_its_pictures(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--size-limit", "3500") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 2)
        smaller = a_letter(pictures=(), html="<h1>Probe wakes</h1>")

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY, smaller=smaller)

        assert len(receipt.sent) == 2
        kinds = [p.get_content_type() for p in server.messages()[0].walk()]
        assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_a_letter_that_is_too_large_in_any_form_is_given_up_and_says_so(
    shared: Path, tmp_path: Path
):
    with a_mail_server(shared, tmp_path / "mail", "--size-limit", "500") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert receipt.dead[0].words == "the server takes 500 bytes"
        assert deliver_due(settings, LATER) == ()


def test_a_server_that_finds_it_too_large_only_at_the_end_gets_the_smaller_letter(tmp_path: Path):
    answers = {"END": "552 5.3.4 Message too big for system"}
    with a_scripted_server(**answers) as (url, said):
        settings = with_readers(some_settings(tmp_path, url), 1)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY, smaller=a_letter(pictures=()))

        assert said.count("END") == 2
        assert receipt.dead[0].words == "5.3.4 Message too big for system"


def test_tls_and_login_carry_the_letter_and_the_password(shared: Path, tmp_path: Path):
    modes = ("--mode", "tls", "--mode", "auth")
    with a_mail_server(shared, tmp_path / "mail", *modes) as server:
        settings = with_readers(
            some_settings(
                tmp_path,
                f"smtp://perigee@localhost:{server.port}?starttls=required",
                smtp_password="secret",
                ca_file=server.folder / "ca.pem",
            ),
            2,
        )

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert len(receipt.sent) == 2
        assert all(envelope["tls"] and envelope["auth"] for envelope in server.envelopes())


def test_a_certificate_of_an_unknown_authority_is_an_error(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "tls") as server:
        settings = with_readers(
            some_settings(tmp_path, f"smtp://localhost:{server.port}?starttls=required"), 1
        )

        with pytest.raises(DeliveryError, match="certificate is not trusted"):
            deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert states(settings) == {"reader-000@example.org": "queued"}
        assert server.readers() == []


def test_a_wrong_password_stops_the_mailing_and_blames_no_reader(shared: Path, tmp_path: Path):
    modes = ("--mode", "tls", "--mode", "auth")
    with a_mail_server(shared, tmp_path / "mail", *modes) as server:
        settings = with_readers(
            some_settings(
                tmp_path,
                f"smtp://perigee@localhost:{server.port}?starttls=required",
                smtp_password="wrong",
                ca_file=server.folder / "ca.pem",
            ),
            2,
        )

        with pytest.raises(DeliveryError, match="refuses the login: 535") as refused:
            deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert "wrong" not in str(refused.value)
        assert set(states(settings).values()) == {"queued"}


def test_required_starttls_that_is_not_offered_sends_nothing(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, f"{server.url}?starttls=required"), 1)

    with pytest.raises(DeliveryError, match="offers no STARTTLS"):
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert server.readers() == []


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("smtp://user@mail.example.org?starttls=never", "password would travel in clear"),
        ("smtp://user:pass@mail.example.org", "take the password out"),
        ("http://mail.example.org", "write it like smtp://"),
        ("smtp://mail.example.org?startls=required", "is unknown"),
        ("smtp://mail.example.org:99999", "not an address"),
        (None, "no mail server is set"),
    ],
)
def test_a_wrong_smtp_url_is_told_before_anything_is_sent(
    tmp_path: Path, url: str | None, complaint: str
):
    settings = some_settings(tmp_path, url, smtp_password="pass")

    with pytest.raises(ConfigError, match=complaint) as told:
        smtp_server(settings)

    assert ":pass@" not in str(told.value)


def test_a_password_is_kept_out_of_what_is_printed(tmp_path: Path):
    settings = some_settings(tmp_path, "smtps://u%40x@mail.example.org", smtp_password="hush")

    server = smtp_server(settings)

    assert (server.host, server.port, server.user, server.has_tls) == (
        "mail.example.org",
        465,
        "u@x",
        True,
    )
    assert "hush" not in repr(server)


def test_starttls_is_required_everywhere_but_on_this_machine(tmp_path: Path):
    def needs(url: str) -> bool:
        return smtp_server(some_settings(tmp_path, url)).needs_starttls

    assert needs("smtp://mail.example.org")
    assert not needs("smtp://localhost")
    assert not needs("smtp://[::1]:25")
    assert not needs("smtp://relay.example.org?starttls=never")


def test_a_server_that_is_away_leaves_every_copy_in_the_queue(tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, "smtp://127.0.0.1:1"), 3)

    receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert "cannot be reached" in (receipt.stopped or "")
    assert len(receipt.queued_for_later) == 3
    assert {d.attempts for d in deliveries(settings)} == {0}


def test_a_server_that_refuses_our_sender_blames_no_reader(tmp_path: Path):
    with a_scripted_server(MAIL="553 5.7.1 Not your address") as (url, said):
        settings = with_readers(some_settings(tmp_path, url, connections=1), 3)

        with pytest.raises(UnwelcomeError, match=r"refuses mail from 'digest@example\.org': 553"):
            deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert said.count("MAIL") == 1
        assert set(states(settings).values()) == {"queued"}


def test_a_letter_that_every_server_answer_refuses_does_not_use_up_all_readers(tmp_path: Path):
    with a_scripted_server(END="554 5.7.1 Looks like spam") as (url, said):
        settings = with_readers(some_settings(tmp_path, url, connections=1), 25)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert said.count("END") == 10
        assert "refuses the letter itself: 5.7.1 Looks like spam" in (receipt.stopped or "")
        assert (len(receipt.dead), len(receipt.queued_for_later)) == (10, 15)


@pytest.mark.parametrize("answers", [{"DATA": "drop"}, {"HALF": "drop"}, {"RCPT": "drop"}])
def test_a_drop_before_the_end_of_the_message_is_no_uncertainty(
    tmp_path: Path, answers: dict[str, str]
):
    with a_scripted_server(**answers) as (url, said):
        letter = a_letter(text="line\n" * 400_000)
        settings = with_readers(some_settings(tmp_path, url), 1)

        receipt = deliver_issue(settings, letter, ISSUE, MONDAY)

        # Once at once over a new connection, then later.
        assert said.count("MAIL") == 2
        assert (len(receipt.queued_for_later), len(receipt.uncertain)) == (1, 0)


def test_a_full_mailbox_told_with_552_is_not_taken_for_a_large_letter(tmp_path: Path):
    with a_scripted_server(RCPT="552 5.2.2 Mailbox full") as (url, said):
        settings = with_readers(some_settings(tmp_path, url), 1)

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY, smaller=a_letter(pictures=()))

        assert said.count("RCPT") == 1
        assert receipt.dead[0].words == "5.2.2 Mailbox full"


def test_no_more_than_so_many_a_minute_leave(server: MailServer, tmp_path: Path):
    settings = some_settings(tmp_path, server.url, max_per_minute=120)
    settings = with_readers(settings, 4)
    moments: list[float] = []

    def note(_: object) -> None:
        moments.append(server.folder.joinpath(f"{len(moments) + 1:04}.eml").stat().st_mtime)

    began = time.time()
    deliver_issue(settings, a_letter(), ISSUE, MONDAY, on_done=note)

    # The fourth leaves three half seconds after the first, and a file's moment is a tick coarse.
    assert moments[-1] - began >= 1.48


def test_addresses_are_masked_wherever_a_run_tells_of_itself(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    with a_scripted_server(RCPT="550 5.1.1 <reader@example.org>: unknown") as (url, _):
        settings = with_readers(some_settings(tmp_path, url), ["reader@example.org"])

        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert "r…r@example.org" in caplog.text
    assert "reader@example.org" not in caplog.text + repr(receipt)


def test_a_test_letter_is_marked_and_changes_nothing(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), ["reader@example.org"])

    send_test(settings, a_letter(), "Editor@example.org", MONDAY)
    receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    test, real = server.messages()
    assert test["Subject"] == "[Test] Probe wakes from its long sleep"
    assert test["Message-ID"] != real["Message-ID"]
    assert [p.get_content_type() for p in test.walk()] == [
        p.get_content_type() for p in real.walk()
    ]
    assert len(receipt.sent) == 1
    assert [d.address for d in deliveries(settings)] == ["reader@example.org"]


def test_a_test_letter_that_is_not_taken_is_an_error(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        settings = some_settings(tmp_path, server.url)

        with pytest.raises(DeliveryError, match=r"n…y@example.org was not taken: 550"):
            send_test(settings, a_letter(), "nobody@example.org", MONDAY)


def test_links_that_cannot_be_signed_are_not_sent(server: MailServer, tmp_path: Path):
    url = "https://digest.example.org/leave?token={token}"
    settings = with_readers(some_settings(tmp_path, server.url, unsubscribe_url=url), 1)

    with pytest.raises(ConfigError, match="PERIGEE_SECRET"):
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert deliveries(settings) == []


def test_a_reader_in_an_international_domain_is_written_to_in_ascii(
    server: MailServer, tmp_path: Path
):
    settings = with_readers(some_settings(tmp_path, server.url), ["jo@bücher.example"])

    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert server.readers() == ["jo@xn--bcher-kva.example"]
    assert server.envelopes()[0]["smtputf8"] is False


def test_bounces_go_to_an_address_of_their_own_where_one_is_set(server: MailServer, tmp_path: Path):
    settings = some_settings(tmp_path, server.url, bounce_address="bounces@example.org")
    settings = with_readers(settings, 1)

    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert server.envelopes()[0]["from"] == "bounces@example.org"
    assert server.messages()[0]["From"] == "Perigee <digest@example.org>"


def test_a_copy_that_was_put_off_is_the_same_bytes_when_it_leaves(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "a", "--mode", "greylist") as greylisting:
        settings = with_readers(some_settings(tmp_path / "a", greylisting.url), 1)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        deliver_due(settings, LATER)
        late = greylisting.messages()[0].as_bytes()
    with a_mail_server(shared, tmp_path / "b") as server:
        settings = with_readers(some_settings(tmp_path / "b", server.url), 1)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        assert server.messages()[0].as_bytes() == late


def test_who_bounces_hard_is_known_as_bounced(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        settings = with_readers(some_settings(tmp_path, server.url), ["nobody@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    with open_database(settings.database) as connection:
        (reader,) = list_readers(connection)
    assert (reader.status, reader.how) == ("bounced", "5.1.1 No such user here")
