"""Mailing a built issue from the command line."""

from io import StringIO
from pathlib import Path

import pytest
from factories import WEEK, a_picture, a_story, a_week
from mailroom import MailServer, a_mail_server, some_settings, states, with_readers
from rich.console import Console

from flows.sending import send_issue, smaller_letter
from flows.settings import DEFAULT_CONFIG, Settings
from flows.telling import BuiltIssue, draw_issue, load_judgement
from transforms.errors import DeliveryError


def a_built_issue(settings: Settings) -> BuiltIssue:
    """Draw a week of one story with a picture of 1280 by 720 pixels."""
    story = a_story()
    judgement = load_judgement(settings.model_copy(update={"config": DEFAULT_CONFIG}))
    pictures = {story.lead.article_id: a_picture(credit="A. Tester")}
    return draw_issue(settings, judgement, WEEK, a_week([story]), pictures)


def sent(settings: Settings) -> tuple[bool, str]:
    """Mail the issue; return whether that went well, and what was shown."""
    out = Console(file=StringIO(), width=200)
    is_good = send_issue(settings, a_built_issue(settings), Console(file=StringIO()), out)
    return is_good, out.file.getvalue()


def test_what_was_sent_is_shown_with_masked_addresses(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "refuse") as server:
        readers = ["reader@example.org", "nobody@example.org", "full@example.org"]
        settings = with_readers(some_settings(tmp_path, server.url), readers)

        is_good, shown = sent(settings)

    assert is_good
    assert "2026-W47  1 sent · 0 had it · 1 later · 1 dead · 0 uncertain" in shown
    assert "n…y@example.org 5.1.1 No such user here" in shown
    assert "nobody@" not in shown


def test_a_server_that_is_away_is_no_success(tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, "smtp://127.0.0.1:1"), 1)

    is_good, shown = sent(settings)

    assert not is_good
    assert "stopped mail server 127.0.0.1:1 cannot be reached" in shown


def test_a_copy_of_unknown_fate_is_no_success(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)

        is_good, shown = sent(settings)

    assert not is_good
    assert "uncertain 2026-W47/" in shown


def test_an_issue_without_stories_is_mailed_to_nobody(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)
        judgement = load_judgement(settings.model_copy(update={"config": DEFAULT_CONFIG}))
        built = draw_issue(settings, judgement, WEEK, a_week([]), {})
        console = Console(file=StringIO())

        with pytest.raises(DeliveryError, match="2026-W47 has no story, so nothing is mailed"):
            send_issue(settings, built, console, console)

        assert server.messages() == []


@pytest.mark.parametrize(
    ("archive_url", "source"),
    [
        (None, None),
        ("https://digest.example.org/", "https://digest.example.org/2026-W47/pictures/"),
    ],
)
def test_a_letter_too_large_for_the_server_goes_with_its_pictures_linked_or_without(
    shared: Path, tmp_path: Path, archive_url: str | None, source: str | None
):
    with a_mail_server(shared, tmp_path / "mail", "--size-limit", "20000") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)
        digest = settings.digest.model_copy(update={"archive_url": archive_url})
        settings = settings.model_copy(update={"digest": digest})

        is_good, _ = sent(settings)

        html = arrived_html(server)
        assert is_good
        assert states(settings) == {"reader-000@example.org": "sent"}
        assert "cid:" not in html
        assert (source in html) if source else ("<img" not in html)


def arrived_html(server: MailServer) -> str:
    (message,) = server.messages()
    body = message.get_body(("html",))
    assert body is not None
    assert not list(message.iter_attachments())
    return body.get_content()


def test_a_letter_without_pictures_has_no_smaller_form(tmp_path: Path):
    settings = some_settings(tmp_path, None)
    judgement = load_judgement(settings.model_copy(update={"config": DEFAULT_CONFIG}))

    built = draw_issue(settings, judgement, WEEK, a_week([a_story()]), {})

    assert smaller_letter(settings, built) is None
