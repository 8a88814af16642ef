"""Two articles that name other actors, missions, numbers or days are two stories."""

from datetime import UTC, datetime

import numpy as np
import pytest

from transforms.stories import StoryArticle, read_gazetteer
from transforms.stories.apart import (
    actors_apart,
    days_apart,
    gather_facts,
    milestones_apart,
    missions_apart,
    numbers_apart,
    sites_apart,
)
from transforms.stories.reading import read_article

GAZETTEER = read_gazetteer(
    {
        "companies": {f"Firm {n}": [] for n in "ABCDEFGH"},
        "agencies": {f"A{n}": [] for n in range(100)},
        "missions": {"Hera": [], "Juice": []},
        "places": {"Florida": ["Cape Canaveral"], "California": [], "Ohio": []},
        "launch_sites": ["Florida", "California"],
    }
)
WEDNESDAY = datetime(2024, 5, 8, 12, tzinfo=UTC)


def is_apart(test, one, other):
    readings = [
        read_article(StoryArticle(str(at), "f", "p", title, dek, "", WEDNESDAY), GAZETTEER)
        for at, (title, dek) in enumerate((one, other))
    ]
    facts = gather_facts(readings)
    forth, back = (test(facts, np.array([a]), np.array([b])).tolist() for a, b in ((0, 1), (1, 0)))
    assert forth == back
    return forth[0]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Firm A wins", ""), ("Firm B wins", ""), True),
        (("Firm A wins", ""), ("Firm A loses", ""), False),
        (("Firm A wins", ""), ("Firm B loses", "It went to Firm A."), False),
        (("Firm A wins", ""), ("Who wins", ""), False),
    ],
)
def test_other_actors_in_the_titles_keep_apart_unless_a_summary_names_both(one, other, expected):
    assert is_apart(actors_apart, one, other) is expected


def test_actors_are_told_apart_however_many_there_are():
    many = " ".join(f"A{n}" for n in range(70))

    assert is_apart(actors_apart, (many, ""), ("A69 alone", "")) is False
    assert is_apart(actors_apart, (many, ""), ("A70 alone", "")) is True


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Hera wakes", ""), ("Juice wakes", ""), True),
        (("Hera wakes", ""), ("A probe wakes", "Juice is well."), True),
        (("Hera wakes", ""), ("Juice wakes", "So did Hera."), False),
        (("A probe wakes", "Hera is well."), ("A probe sleeps", "Juice is well."), False),
        (("Hera wakes", ""), ("A probe wakes", ""), False),
    ],
)
def test_a_title_about_a_mission_keeps_from_an_article_about_another(one, other, expected):
    assert is_apart(missions_apart, one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Crew-5 returns", "Crew-6 returns", True),
        ("Crew-5 returns", "Crew-5 and Crew-6 return", False),
        ("Crew-5 returns", "Soyuz MS-23 returns", False),
        ("Crew-5 meets Soyuz MS-22", "Crew-5 meets Soyuz MS-23", True),
        ("Asteroid 2024 YR4 passes", "Asteroid 2023 DW passes", True),
        ("Asteroid 2024 YR4 passes", "An asteroid passes", False),
        ("29 Starlink satellites up", "24 more Starlinks up", True),
    ],
)
def test_other_numbers_of_one_series_and_other_objects_keep_apart(one, other, expected):
    assert is_apart(numbers_apart, (one, ""), (other, "")) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("A rocket leaves Florida", ""), ("A rocket leaves California", ""), True),
        (("A rocket lifts off", "From Cape Canaveral."), ("It left California", ""), True),
        (("A rocket leaves Florida", ""), ("One from Cape Canaveral", "Not California."), False),
        (("A rocket leaves Florida", ""), ("A rocket seen in Ohio", ""), False),
    ],
)
def test_rockets_that_leave_from_elsewhere_are_of_two_flights(one, other, expected):
    assert is_apart(sites_apart, one, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Probe to launch on Thursday", "Probe to launch on Saturday", True),
        ("Probe to launch on Thursday", "Probe to launch on Friday", False),
        ("Probe to launch on Thursday", "Probe to launch soon", False),
    ],
)
def test_days_more_than_one_apart_keep_apart(one, other, expected):
    assert is_apart(days_apart, (one, ""), (other, "")) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Crew lifts off for the moon", "Crew flies past the moon", True),
        ("Crew flies past the moon", "Crew splashes down", True),
        ("Crew lifts off for the moon", "Crew is launched to the moon", False),
        ("Crew splashes down", "Crew meets the press", False),
    ],
)
def test_titles_about_two_steps_of_a_flight_are_two_developments(one, other, expected):
    assert is_apart(milestones_apart, (one, ""), (other, "")) is expected
