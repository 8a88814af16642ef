"""Corrections and late stories, from two weeks of feeds to the letter that tells them."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.database import open_database
from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from flows.telling import build_issue
from transforms.weeks import Week

W46, W47 = Week(2026, 46), Week(2026, 47)
BEFORE = datetime(2026, 11, 9, 6, tzinfo=UTC)  # the Monday that begins week 46
DURING = datetime(2026, 11, 13, 6, tzinfo=UTC)  # its Friday
SUNDAY = datetime(2026, 11, 15, 18, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 6, tzinfo=UTC)  # when its letter is approved and leaves
AFTER = datetime(2026, 11, 18, 6, tzinfo=UTC)  # the Wednesday of week 47

FEEDS = """
[[feed]]
id = "farside"
title = "Farside Daily"
url = "file:farside.xml"

[[feed]]
id = "deep"
title = "Deep Field"
url = "file:deep.xml"
"""
CRATER = "The lunar lander Meridian carries {n} instruments to the south pole crater of the Moon."
OLD = ("old", "Old telescope opens its dome", "A telescope opened its dome again.", 9)
ORBITER = "The Mars orbiter Calypso entered orbit around Mars after a burn of nineteen minutes."

ALSO = "After nineteen minutes of burning, the orbiter Calypso was caught by the gravity of Mars."


def feed(*entries):
    items = "".join(
        f"<item><guid>{guid}</guid><link>https://{guid}.example/</link><title>{title}</title>"
        f"<description>{dek}</description><pubDate>{day} Nov 2026 08:00:00 GMT</pubDate></item>"
        for guid, title, dek, day in entries
    )
    return f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'


@pytest.fixture
def desk(tmp_path):
    """Poll feeds at moments: `desk(now, farside=[...], deep=[...])`."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "feeds.toml").write_text(FEEDS)
    (config / "perigee.toml").write_text("[fetch]\nrespect_schedule = false\n")
    settings = load_settings(config, tmp_path / "perigee.duckdb")

    def poll(now, **feeds):
        for name in ("farside", "deep"):
            (config / f"{name}.xml").write_text(feed(OLD, *feeds.get(name, ())))
        ingest_feeds(settings, now)
        return settings

    return poll


def lander(n):
    return ("lander", f"Lunar lander carries {n} instruments", CRATER.format(n=n), 12)


def test_number_that_an_outlet_corrects_after_our_issue_is_told_in_the_next(desk):
    desk(DURING, farside=[lander(12)])
    settings = desk(AFTER, farside=[lander(14)])

    [told] = build_issue(settings, W47).issue.corrections

    assert told.sent_in == "2026-W46"
    assert told.before == "Lunar lander carries 12 instruments"
    assert told.after == "Lunar lander carries 14 instruments"
    assert build_issue(settings, W46).issue.corrections == ()


def test_correction_that_was_taken_back_is_not_told(desk):
    desk(DURING, farside=[lander(12)])
    desk(AFTER, farside=[lander(14)])
    settings = desk(AFTER + timedelta(hours=1), farside=[lander(12)])

    assert build_issue(settings, W47).issue.corrections == ()


def test_correction_before_our_issue_left_is_in_that_issue_already(desk):
    desk(DURING, farside=[lander(12)])
    settings = desk(AFTER, farside=[lander(14)])
    mail(settings, "2026-W46", made_at=AFTER + timedelta(hours=2))

    assert build_issue(settings, W47).issue.corrections == ()


def test_correction_stands_in_the_letter_with_its_words(desk):
    desk(DURING, farside=[lander(12)])
    letter = build_issue(desk(AFTER, farside=[lander(14)]), W47).letter

    for form in (letter.html, letter.text):
        assert "Lunar lander carries 12 instruments" in form
        assert "Lunar lander carries 14 instruments" in form


def test_story_of_two_outlets_that_came_in_after_its_issue_is_told_late(desk):
    desk(BEFORE)
    orbiter = ("orbiter", "Calypso enters orbit around Mars", ORBITER, 12)
    also = ("also", "Calypso is in orbit around Mars", ALSO, 12)
    settings = desk(AFTER, farside=[orbiter], deep=[also])

    issue = build_issue(settings, W47).issue

    [late] = issue.late
    assert "Calypso" in late.headline
    assert issue.stories == 0


def test_past_that_a_feed_brings_at_its_first_poll_is_not_late(desk):
    orbiter = ("orbiter", "Calypso enters orbit around Mars", ORBITER, 12)
    also = ("also", "Calypso is in orbit around Mars", ALSO, 12)
    settings = desk(AFTER, farside=[orbiter], deep=[also])

    assert build_issue(settings, W47).issue.late == ()


def test_polls_after_the_week_do_not_change_its_letter(desk):
    desk(DURING, farside=[lander(12)], deep=[OLD])
    settings = desk(SUNDAY, farside=[lander(12)], deep=[OLD])
    before = build_issue(settings, W46)

    (settings.config / "deep.xml").write_text("<html>We are moving house.</html>")
    ingest_feeds(settings, MONDAY)  # Deep Field breaks after the week
    desk(MONDAY + timedelta(hours=1), farside=[lander(12)], deep=[lander(12)])  # it repeats

    after = build_issue(settings, W46)
    assert "All two feeds answered" in after.letter.text
    assert (after.letter, after.page, after.full) == (before.letter, before.page, before.full)


def test_week_that_was_read_only_later_is_told_by_each_feeds_first_poll(desk):
    settings = desk(MONDAY, farside=[lander(12)])
    (settings.config / "deep.xml").write_text("<html>We are moving house.</html>")
    before = build_issue(settings, W46)

    ingest_feeds(settings, MONDAY + timedelta(hours=1))

    assert "All two feeds answered" in before.letter.text
    assert build_issue(settings, W46).letter == before.letter


def mail(settings, issue_id, made_at):
    with open_database(settings.database) as connection:
        connection.execute(
            "INSERT INTO issues VALUES ($id, 'weekly', 'A subject', $now, $now, ''::BLOB, NULL)",
            {"id": issue_id, "now": made_at},
        )
