"""A headline tells by tense and verb whether it previews, puts off, tells or looks back."""

import pytest

from transforms.stories.phase import PHASES, clear_phase, foreground, weigh_phases
from transforms.stories.words import clean


def phase_of(title, *sentences):
    phase = clear_phase(weigh_phases(clean(title), sentences))
    return None if phase is None else PHASES[phase]


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
        "Valve keeps moon crew on the ground",
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
        "Helicopter will never fly again",
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


def test_a_title_without_tense_has_no_clear_phase():
    assert phase_of("The long road of a small telescope") is None


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
