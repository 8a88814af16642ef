import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import invented_week
import pytest
from factories import SENDER, SETTINGS, VOCABULARY, WEEK, a_story, a_week

from reports.issue import assemble_issue
from reports.message import compose_message, message_bytes
from reports.records import Recipient
from reports.render import render_letter
from transforms.errors import ConfigError, DeliveryError

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
READER = Recipient("reader@example.org", "Réa Der", token="a+b/c=")


@pytest.fixture(scope="module")
def issue():
    return assemble_issue(
        invented_week.news(), WEEK, VOCABULARY, SETTINGS, invented_week.pictures()
    )


def sent(issue, recipient=READER, settings=SETTINGS, sent_at=MONDAY):
    letter = render_letter(issue, settings)
    raw = message_bytes(compose_message(letter, recipient, settings, sent_at))
    return raw, email.message_from_bytes(raw, policy=email.policy.default)


def test_the_same_issue_and_reader_give_the_same_bytes(issue):
    assert sent(issue)[0] == sent(issue)[0]


def test_another_reader_gets_another_message_id_and_address_to_leave_by(issue):
    one, other = sent(issue)[1], sent(issue, Recipient("other@example.org", token="x"))[1]

    assert one["Message-ID"] != other["Message-ID"]
    assert one["List-Unsubscribe"] != other["List-Unsubscribe"]


def test_a_message_has_the_headers_of_a_bulk_letter(issue):
    _, message = sent(issue)

    headers = {name: str(message[name]) for name in message}
    del headers["Content-Type"], headers["Message-ID"]
    assert headers == {
        "From": "Perigee <perigee@perigee.example>",
        "To": "Réa Der <reader@example.org>",
        "Subject": "Meridian lander wakes after its second lunar night…",
        "List-Id": "Perigee <weekly.perigee.example>",
        "List-Archive": "<https://perigee.example/letters>",
        "Archived-At": "<https://perigee.example/letters/2026-W47/>",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "Date": "Mon, 23 Nov 2026 06:00:00 +0000",
        "List-Unsubscribe": (
            "<https://perigee.example/unsubscribe?t=a%2Bb%2Fc%3D>, "
            "<mailto:leave@perigee.example?subject=unsubscribe%20a%2Bb%2Fc%3D>"
        ),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Language": "en",
    }


def test_text_comes_first_and_pictures_travel_with_the_html(issue):
    _, message = sent(issue)

    plain, related = message.iter_parts()
    html, *pictures = related.iter_parts()
    assert message.get_content_type() == "multipart/alternative"
    assert plain.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert html.get_content_type() == "text/html"
    assert [p["Content-ID"][1:-1] for p in pictures] == [
        f"{p.name}@perigee.example" for p in render_letter(issue, SETTINGS).pictures
    ]


def test_without_pictures_the_html_stands_alone(issue):
    _, message = sent(issue, settings=replace(SETTINGS, images="none"))

    assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]


def test_both_bodies_carry_the_readers_own_address_to_leave_by(issue):
    _, message = sent(issue)
    leave = "https://perigee.example/unsubscribe?t=a%2Bb%2Fc%3D"

    html = message.get_body(("html",)).get_content()
    text = message.get_body(("plain",)).get_content()
    assert f'href="{leave}"' in html
    assert f"Unsubscribe: {leave}" in text
    assert "unsubscribe.invalid" not in html + text


def test_an_addressed_letter_is_still_small_enough(issue):
    settings = replace(SETTINGS, max_html_bytes=30_000)

    _, message = sent(issue, replace(READER, token="t" * 300), settings)

    assert len(message.get_body(("html",)).get_content().encode()) <= 30_000


def test_a_long_token_stays_in_one_piece(issue):
    raw, _ = sent(issue, replace(READER, token="t" * 300))

    assert b"unsubscribe?t=" + b"t" * 300 + b">," in raw.partition(b"\r\n\r\n")[0]


def test_lines_end_as_the_wire_wants_and_are_short(issue):
    raw, _ = sent(issue)

    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_headline_in_any_script_becomes_a_clean_subject():
    title = "探测器 🚀 مسبار\r\nBcc: all@example.org"
    issue = assemble_issue(a_week([a_story(title)]), WEEK, VOCABULARY, SETTINGS, {})

    raw, message = sent(issue)

    assert raw.partition(b"\r\n\r\n")[0].isascii()
    assert str(message["Subject"]) == "探测器 🚀 مسبار Bcc: all@example.org"
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "recipient",
    [
        Recipient("reader@example.org\r\nBcc: all@example.org"),
        Recipient("reader@example.org", "Rea\r\nBcc: all@example.org"),
        Recipient("no address"),
        Recipient(""),
        Recipient("a@example.org, b@example.org"),
    ],
)
def test_a_reader_who_cannot_be_addressed_is_an_error(issue, recipient):
    letter = render_letter(issue, SETTINGS)

    with pytest.raises(DeliveryError, match="2026-W47"):
        compose_message(letter, recipient, SETTINGS, MONDAY)


def test_without_a_page_to_leave_at_readers_leave_by_mail(issue):
    settings = replace(SETTINGS, sender=replace(SENDER, unsubscribe_url=None))

    _, message = sent(issue, settings=settings)

    leave = "mailto:leave@perigee.example?subject=unsubscribe%20a%2Bb%2Fc%3D"
    assert message["List-Unsubscribe"] == f"<{leave}>"
    assert message["List-Unsubscribe-Post"] is None
    assert f'href="{leave}"' in message.get_body(("html",)).get_content()
    assert f"Unsubscribe: {leave}" in message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("url", ["http://perigee.example/u", "mailto:x@example.org", ""])
def test_a_page_to_leave_at_that_is_not_https_is_refused(issue, url):
    settings = replace(SETTINGS, sender=replace(SENDER, unsubscribe_url=url))

    with pytest.raises(ConfigError, match="unsubscribe_url"):
        compose_message(render_letter(issue, settings), READER, settings, MONDAY)


def test_without_a_list_id_the_senders_domain_makes_one(issue):
    settings = replace(SETTINGS, sender=replace(SENDER, list_id=None))

    _, message = sent(issue, settings=settings)

    assert message["List-Id"] == "Perigee <weekly.perigee.example>"


def test_a_sender_without_an_address_is_an_error(issue):
    settings = replace(SETTINGS, sender=replace(SENDER, sender="Perigee"))

    with pytest.raises(ConfigError, match="'Perigee' has no address"):
        sent(issue, settings=settings)
