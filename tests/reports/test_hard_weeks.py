from datetime import UTC, datetime

import pytest
from checker import failures
from factories import SETTINGS, VOCABULARY, WEEK
from hard_weeks import HARD_WEEKS, pictures_for

from reports.columns import WIDTH, width_of
from reports.issue import assemble_issue
from reports.message import compose_message, message_bytes
from reports.records import Recipient
from reports.render import pictures_of, render_html, render_letter, render_text

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
# The titles of this week are placeholders and stand in the letter as they are: what the checker
# takes for a template that nobody rendered is what the publisher wrote.
LITERAL = {"template": "template: unrendered template"}
READER = Recipient("reader@example.org", "Rea Der", token="t" * 80)


@pytest.fixture(params=HARD_WEEKS, scope="module")
def week(request):
    return request.param


@pytest.fixture(scope="module")
def issue(week):
    news = HARD_WEEKS[week]
    return assemble_issue(news, WEEK, VOCABULARY, SETTINGS, pictures_for(news))


def test_its_page_passes_the_checker(week, issue, shared, tmp_path):
    (tmp_path / "pictures").mkdir()
    for picture in pictures_of(issue):
        (tmp_path / "pictures" / picture.name).write_bytes(picture.data)
    page = tmp_path / "index.html"
    page.write_text(render_html(issue, SETTINGS, images="file"), encoding="utf-8")

    assert _unexplained(week, failures(shared, page)) == []


def test_its_message_passes_the_checker(week, issue, shared, tmp_path):
    letter = render_letter(issue, SETTINGS)
    mail = tmp_path / "digest.eml"
    mail.write_bytes(message_bytes(compose_message(letter, READER, SETTINGS, MONDAY)))

    assert _unexplained(week, failures(shared, mail)) == []


def test_its_text_fits_78_columns(issue):
    lines = render_text(issue, SETTINGS).splitlines()

    wide = [line for line in lines if width_of(line) > WIDTH and "://" not in line]
    assert wide == []


def test_its_letter_fits_the_mailbox(issue):
    html = render_html(issue, SETTINGS)

    assert len(html.encode()) <= SETTINGS.max_html_bytes


def test_its_web_page_tells_every_story(issue):
    html = render_html(issue, SETTINGS, full=True)

    assert html.count('id="s-') == issue.stories


def _unexplained(week, found):
    return [failure for failure in found if not failure.startswith(LITERAL.get(week, "\0"))]
