"""May a letter leave: the rule in words, and what has changed since somebody approved it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from factories import SETTINGS, VOCABULARY, WEEK, a_story, a_week

from flows.approving import Approval, Contents, Rule, contents_of, differences, may_leave
from reports.issue import assemble_issue
from reports.render import render_letter

DUE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
REQUIRED = Rule("required", timedelta(hours=2), "hold")


def contents(*stories, **settings):
    """Return the contents of a letter that tells `stories`."""
    chosen = replace(SETTINGS, **settings)
    issue = assemble_issue(a_week(stories), WEEK, VOCABULARY, chosen, {})
    return contents_of(issue, render_letter(issue, chosen))


PROBE, CRATER = a_story("Probe wakes"), a_story("Crater found", ["A", "B"])
LETTER = contents(PROBE, CRATER)


def approved(hours_before: float, what: Contents = LETTER) -> Approval:
    return Approval("Ada", DUE - timedelta(hours=hours_before), what)


def decide(approval, what=LETTER, rule=REQUIRED, due_at=DUE):
    return may_leave(
        "2026-W47",
        rule,
        approval,
        what,
        options="--week 2026-W47",
        due_at=due_at,
        zone="Europe/Berlin",
    )


def test_without_the_rule_nobody_has_to_approve():
    decision = decide(None, rule=replace(REQUIRED, approval="none"))

    assert decision.may_send
    assert decision.words == "2026-W47 needs no approval"


def test_what_was_approved_in_time_leaves():
    decision = decide(approved(2))

    assert decision.may_send
    assert decision.words == "2026-W47 leaves: Ada approved it 2026-11-23 05:00 CET"


@pytest.mark.parametrize(("approval", "why"), [(None, "was not approved"), (approved(1), "late")])
def test_after_the_cut_off_the_setting_decides_and_says_so(approval, why):
    held = decide(approval)
    sent = decide(approval, rule=replace(REQUIRED, on_cutoff="send"))

    assert (held.may_send, held.verdict) == (False, "not approved")
    assert sent.may_send
    for decision in (held, sent):
        assert why in decision.words
        assert "the cut-off was 2026-11-23 05:00 CET" in decision.words
    assert 'on_cutoff = "hold": it waits' in held.words
    assert 'on_cutoff = "send": it leaves as it stands' in sent.words


def test_what_is_held_names_the_command_that_lets_it_go():
    assert "perigee issue approve --week 2026-W47" in decide(None).words
    assert "perigee digest --week 2026-W47 --send" in decide(approved(1)).words


def test_whoever_sends_by_hand_must_have_approved_whatever_the_cut_off_says():
    generous = replace(REQUIRED, on_cutoff="send")

    assert not decide(None, rule=generous, due_at=None).may_send
    assert decide(approved(0), rule=generous, due_at=None).may_send


@pytest.mark.parametrize("due_at", [DUE, None])
@pytest.mark.parametrize("on_cutoff", ["send", "hold"])
def test_a_letter_other_than_the_approved_one_never_leaves(due_at, on_cutoff):
    other = contents(CRATER, a_story("Storm ahead"))

    decision = decide(approved(3), other, replace(REQUIRED, on_cutoff=on_cutoff), due_at)

    assert decision.verdict == "not approved"
    assert "has changed since Ada approved it 2026-11-23 04:00 CET" in decision.words
    assert "the subject was 'Probe wakes' and is 'Crater found'" in decision.words
    assert "added: “Storm ahead”; gone: “Probe wakes”" in decision.words


def test_a_story_told_otherwise_and_another_order_are_named():
    noted = contents(replace(PROBE, note="We were there."), CRATER)
    turned = contents(CRATER, PROBE)

    assert differences(LETTER, noted) == ("told otherwise: “Probe wakes”",)
    assert differences(LETTER, turned)[-1] == "the stories stand in another order"
    assert differences(LETTER, LETTER) == ()


def test_a_difference_outside_the_stories_is_one_too():
    assert differences(LETTER, contents(PROBE, CRATER, tagline="Another line")) == (
        "pictures, counts, charts or the state of the feeds",
    )


def test_of_many_differences_the_first_are_named():
    many = contents(*(a_story(f"Story {n}") for n in range(10)))

    assert "“Story 5” and 4 more" in differences(contents(), many)[1]


def test_contents_are_the_same_when_they_come_back_from_the_database():
    assert Contents.from_json(LETTER.to_json()) == LETTER
    with pytest.raises(ValueError, match="no contents of a letter"):
        Contents.from_json('{"letter": "x"}')
