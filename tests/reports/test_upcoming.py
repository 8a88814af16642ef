from dataclasses import replace
from datetime import date

import pytest
from factories import SETTINGS, WEEK, a_report, a_story, an_article, paragraphs

from reports.upcoming import SENTENCE_LIMIT, dates_ahead, future_mentions

TOLD_ON = date(2026, 11, 18)
SUNDAY = date(2026, 11, 22)


def mentioned(text):
    return [(m.day.isoformat(), m.kind) for m in future_mentions([text], TOLD_ON, SUNDAY)]


@pytest.mark.parametrize(
    ("text", "day", "kind"),
    [
        ("It will launch on November 28.", "2026-11-28", "Launch"),
        ("Liftoff is set for Nov. 28 at 9:30 a.m.", "2026-11-28", "Launch"),
        ("The flyby on 28 November is a close one.", "2026-11-28", "Flyby"),
        ("A total eclipse follows on 12th of August, 2027.", "2027-08-12", "Eclipse"),
        ("Bids are due by January 15.", "2027-01-15", "Deadline"),
        ("The Geminids, a meteor shower, peak on December 13-14.", "2026-12-13", "In the sky"),
        ("Docking: 2026-12-01.", "2026-12-01", "Docking"),
        ("A spacewalk is planned for Sept 3, 2027.", "2027-09-03", "Spacewalk"),
        ("The launch was moved to December 4.", "2026-12-04", "Launch"),
        ("A hearing is set for 9 December, before either may launch.", "2026-12-09", "Meeting"),
        ("Applications for the launch close on 26 February.", "2027-02-26", "Deadline"),
        ("The capsule will splash down on 1 December 2026.", "2026-12-01", "Landing"),
    ],
)
def test_a_day_ahead_is_found_with_what_happens_then(text, day, kind):
    assert mentioned(text) == [(day, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "It launched on November 17.",  # before the week's end
        "The first launch was on March 3.",  # the last one, though the next is nearer
        "It lifted off on April 12, 1961.",
        "It may launch in November 2027.",  # no day
        "It will fly by on April 13, 2029.",  # beyond the horizon
        "The launch window opens next Tuesday.",
        "The book on eclipses appears in two volumes of May 400 pages.",
        "The minister speaks on December 1.",  # no event
        "A launch on February 30 is unlikely.",
    ],
)
def test_what_is_no_day_ahead_with_an_event_is_left_out(text):
    assert mentioned(text) == []


def test_a_day_without_year_is_the_nearest_to_its_article():
    told_on, sunday = date(2026, 12, 30), date(2027, 1, 3)

    [mention] = future_mentions(["It launches on January 9."], told_on, sunday)

    assert mention.day == date(2027, 1, 9)


def test_a_long_sentence_is_cut_around_its_date():
    text = "and so on, " * 40 + "the launch is on December 4, " + "and so forth, " * 40

    [mention] = future_mentions([text], TOLD_ON, SUNDAY)

    assert "December 4" in mention.sentence
    assert len(mention.sentence) <= SENTENCE_LIMIT + 2
    assert mention.sentence.strip("…") in text


def test_the_issue_lists_dates_in_their_order_with_who_says_so():
    later = a_story(an_article("Later", dek="It launches on 9 December."), ["Perihelion"])
    sooner = a_story(an_article("Sooner", body=paragraphs("The flyby is on 1 December.")))

    first, second = dates_ahead([later, sooner], WEEK, SETTINGS)

    assert (first.day, first.kind, first.report.outlet) == ("Tue 1 Dec", "Flyby", "Farside Daily")
    assert (second.day, second.sentence) == ("Wed 9 Dec", "It launches on 9 December.")


def test_a_date_in_another_year_says_which():
    story = a_story(an_article(dek="Comments are due by 15 January."))

    [date_ahead] = dates_ahead([story], WEEK, SETTINGS)

    assert date_ahead.day == "Fri 15 Jan 2027"


def test_a_date_that_only_another_outlet_names_is_signed_by_it():
    story = a_story("Probe wakes", ["Farside Daily"])
    other = an_article("Probe wakes", url="https://deep.example/1", dek="It lands on 3 December.")
    report = a_report(replace(other, article_id="0" * 32), "Deep Field")

    [date_ahead] = dates_ahead([replace(story, coverage=(*story.coverage, report))], WEEK, SETTINGS)

    assert date_ahead.report.outlet == "Deep Field"
    assert date_ahead.report.url == "https://deep.example/1"


def test_two_stories_that_name_one_launch_day_are_told_once():
    stories = [a_story(an_article(f"Story {n}", dek="It launches on 9 December.")) for n in "ab"]

    assert len(dates_ahead(stories, WEEK, SETTINGS)) == 1
