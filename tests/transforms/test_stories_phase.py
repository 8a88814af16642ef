"""A headline tells by tense and verb whether it previews, puts off, tells or looks back."""

import pytest

from transforms.stories import read_gazetteer
from transforms.stories.phase import (
    NONE,
    PHASES,
    foreground,
    match_phases,
    phase_clues,
    read_phases,
)
from transforms.stories.words import clean

GAZETTEER = read_gazetteer({"vehicles": {"Falcon 9": []}, "missions": {"Hera": []}})


def phases_of(title, *sentences):
    phases, _ = read_phases(clean(title), sentences, GAZETTEER)
    return phases


def phase_of(title, *sentences):
    phases = phases_of(title, *sentences)
    return PHASES[phases.index(max(phases))]


@pytest.mark.parametrize(
    "title",
    [
        "Blue Origin to launch first New Glenn rocket on Sunday",
        "How to watch the lunar lander touch down",
        "Comet may become visible to the naked eye next week",
        "Astronauts are about to leave the space station",
        "When to see the Geminid meteor shower peak",
        "Watch live: cargo ship departs for orbit tonight",
        "Countdown begins for the telescope's launch after scrubbed attempt",
        "Long-delayed rocket ready for its first launch",
    ],
)
def test_what_looks_ahead_is_a_preview(title):
    assert phase_of(title) == "preview"


@pytest.mark.parametrize(
    "title",
    [
        "Moon rocket launch scrubbed over hydrogen leak",
        "Agency postpones spacewalk",
        "Crew's return is called off because of wind",
        "Weather delays launch of weather satellite",
        "Leaking valve delays moon crew by a week",
    ],
)
def test_what_is_put_off_is_a_delay(title):
    assert phase_of(title) == "delay"


@pytest.mark.parametrize(
    "title",
    [
        "Lander touches down near the lunar south pole",
        "Rocket explodes minutes after launch",
        "India becomes first nation to land near the south pole",
        "Capsule splashes down in the Pacific",
        "Eclipse wows crowds across Mexico",
        "Lander failed to send a signal",
        "Helicopter ends its last flight with a broken blade",
        "Probe whips around the far side of the moon",
        "Four astronauts leave the space station",
        "Astronauts set distance record beyond the moon",
        "Rover safe on Mars",
    ],
)
def test_what_has_happened_is_an_event(title):
    assert phase_of(title) == "event"


@pytest.mark.parametrize(
    "title",
    [
        "Regulators open investigation into rocket mishap",
        "Debris from the rocket damages homes",
    ],
)
def test_what_came_of_it_is_the_aftermath(title):
    assert phase_of(title) == "after"


@pytest.mark.parametrize(
    "title",
    [
        "The long road of a small telescope",
        "Astronomers may have found a moon of a distant planet",
        "Startup wins contract for radar satellites",
    ],
)
def test_what_is_on_no_timeline_has_no_phase(title):
    assert phase_of(title) == "none"


def test_phases_are_as_likely_as_the_words_are_telling_and_together_they_are_certain():
    told = phases_of("Capsule splashes down in the Pacific")
    told_twice = phases_of("Capsule splashes down in the Pacific", "It splashed down safely today.")

    assert sum(told) == pytest.approx(1, abs=0.01)
    assert max(told_twice) > max(told) > max(phases_of("A capsule in the Pacific")[:NONE])


def test_the_words_that_speak_for_a_phase_are_told():
    _, words = read_phases("Launch of weather satellite scrubbed", [], GAZETTEER)

    assert "delay in title" in words
    assert "weather" in words


def test_names_dates_and_numbers_count_as_their_kind():
    clues = phase_clues("Falcon 9 to lift Hera on Monday, 12 days late", ["It waits?"], GAZETTEER)

    assert {"<vehicles>", "<missions>", "<date>", "<number>", "late", "?"} <= clues.keys()
    assert clues["late"] > clues["waits"]
    assert not {"hera", "monday", "12"} & clues.keys()


def test_patterns_are_clues_by_where_they_match():
    clues = phase_clues("Launch scrubbed", ["They scrubbed it.", "It is scrubbed."], GAZETTEER)

    assert clues["delay in title"] == match_phases("scrubbed")["delay"]
    assert 0 < clues["delay in summary"] < 2 * clues["delay in title"]


def test_the_title_outweighs_the_summary():
    assert phase_of("Starship lifts off", "The company will try to catch the booster.") == "event"


@pytest.mark.parametrize(
    ("told", "rest"),
    [
        ("Watch the launch after Monday's scrub", "Watch the launch"),
        ("After ten years, the probe sleeps", "the probe sleeps"),
        ("When to see the eclipse", "When to see the eclipse"),
    ],
)
def test_what_stands_behind_after_is_background(told, rest):
    assert foreground(told) == rest
