"""What a correction shows: the words that changed, and no others."""

import pytest
from factories import NOON, SETTINGS, a_report, an_article, paragraphs

from reports.corrections import changed_words, corrections_of
from transforms.records import Rewrite


def test_correction_names_the_issue_that_told_it_before():
    before = an_article("Probe carries 12 instruments", published_at=NOON)
    after = an_article("Probe carries 14 instruments", published_at=NOON)

    [told] = corrections_of([Rewrite(a_report(before), before, after, ("title",))], SETTINGS)

    assert (told.headline, told.sent_in) == ("Probe carries 14 instruments", "2026-W47")
    assert told.before == "Probe carries 12 instruments"
    assert told.after == "Probe carries 14 instruments"
    assert told.report.outlet == "Farside Daily"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "It flew. It carries 12 tools. It rests.",
            "It flew. It carries 14 tools. It rests.",
            ("It carries 12 tools.", "It carries 14 tools."),
        ),
        (
            "It flew. It rests.",
            "It flew. It was lost. It rests.",
            ("It flew.", "It flew. It was lost."),
        ),
        ("It flew. It was not lost.", "It flew.", ("It flew. It was not lost.", "It flew.")),
        ("It rests.", "It was lost. It rests.", ("It rests.", "It was lost. It rests.")),
    ],
    ids=["replaced", "added", "taken out", "added in front"],
)
def test_only_the_sentences_that_differ_are_shown(old, new, told):
    before, after = (an_article("Probe", body=paragraphs(text)) for text in (old, new))

    assert changed_words(before, after, "body") == told


def test_words_are_cut_to_what_a_letter_has_room_for():
    before, after = an_article("a " * 400), an_article("b " * 400)

    [told] = corrections_of([Rewrite(a_report(before), before, after, ("title",))], SETTINGS)

    assert len(told.before) <= 260
    assert told.before.endswith("…")
