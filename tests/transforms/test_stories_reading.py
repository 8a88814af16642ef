"""An article is read for names, numbers, days and words; feed text is hostile."""

import time
import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from transforms.errors import ConfigError
from transforms.stories import StoryArticle, read_gazetteer
from transforms.stories.facts import (
    announced_days,
    designations,
    genres,
    is_roundup,
    milestones,
    numbered,
    sights,
)
from transforms.stories.lexicon import ANGLE_PATTERNS, CONCEPTS
from transforms.stories.names import find_names, with_implied
from transforms.stories.reading import read_article
from transforms.stories.words import clean, sentences, stem

WEDNESDAY = datetime(2024, 5, 8, 12, tzinfo=UTC)
GAZETTEER = read_gazetteer(
    {
        "agencies": {"ESA": ["European Space Agency"]},
        "companies": {"SpaceX": ["Elon Musk"]},
        "vehicles": {"Falcon 9": []},
        "missions": {"Hera": [], "Artemis I": [], "Artemis II": [], "Artemis": []},
        "objects": {"Tiangong": ["Chinese space station"], "ISS": ["space station"]},
        "places": {"Kyiv": ["Kiev"], "Ukraine": []},
        "series": {"Crew": []},
        "implies": {
            "Falcon 9": ["SpaceX"],
            "Artemis II": ["Artemis"],
            "Kyiv": ["Ukraine"],
        },
    }
)


def read(title, dek="", text=""):
    return read_article(StoryArticle("a", "f", "p", title, dek, text, WEDNESDAY), GAZETTEER)


def test_aggregators_and_picture_credits_are_no_part_of_the_summary():
    feed = (
        "Article URL: https://a.example/x Comments URL: https://b.example/y Points: 5 # Comments: 2"
    )

    assert clean(feed) == ""
    assert clean("Photo by Jo Doe/AFP via Getty Images The probe\u2019s home") == "The probe's home"
    assert clean("APOD: 2026 May 8 \u2013 Comet over Rome") == "Comet over Rome"
    assert clean("Comet over Rome | Space photo of the day for May 8") == "Comet over Rome"
    assert clean("It landed. The post It landed appeared first on Moon News.") == "It landed."


def test_forms_of_a_word_share_a_stem():
    assert {stem(word) for word in ("launch", "launches", "launched", "launching")} == {"launch"}
    assert stem("station") == "station"
    assert stem("debris") == "debris"


def test_sentences_end_at_their_stops():
    assert sentences("It flew. It landed! Then what?", 2) == ["It flew.", "It landed!"]


def test_the_longest_name_wins_and_each_is_found_by_any_spelling():
    text = "Elon Musk's Falcon 9 and the Chinese space station"

    assert set(find_names(text, GAZETTEER)) == {"SpaceX", "Falcon 9", "Tiangong"}


def test_a_name_in_small_letters_is_a_word_unless_listed_so():
    assert set(find_names("hera saw a space station", GAZETTEER)) == {"ISS"}


def test_a_rocket_names_its_maker_and_a_city_its_country():
    assert with_implied(["Falcon 9", "Kyiv"], GAZETTEER) == {
        "Falcon 9",
        "SpaceX",
        "Kyiv",
        "Ukraine",
    }


def test_missions_of_a_title_are_named_or_numbered_and_no_rockets():
    assert read("Falcon 9 launches Crew-9 after Hera").missions == {"Crew", "Hera"}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"planets": {"Mars": []}}, "unknown table 'planets'"),
        ({"places": {"Mars": "Red Planet"}}, "'Mars' must be a list"),
        ({"implies": {"Falcon 9": ["SpaceX"]}}, "names 'Falcon 9', which is not listed"),
        ({"implies": 5}, "'implies' must be a table"),
        ({"series": ["Crew"]}, "'series' must be a table"),
        ({"places": 5}, "'places' must be a table"),
        ({"places": {"": []}}, "'' in .places. has an empty spelling"),
        ({"places": {"Mars": ["Ares"], "Ares": []}}, "'Ares' stands for both 'Mars' and 'Ares'"),
        ({"launch_sites": ["Florida"]}, "launch_sites names 'Florida', which is not listed"),
    ],
)
def test_a_wrong_gazetteer_says_what_is_wrong(data, complaint):
    with pytest.raises(ConfigError, match=complaint):
        read_gazetteer(data)


def test_missions_and_flights_carry_their_numbers():
    assert numbered("Artemis II follows Artemis 1") == {("artemis", "1"), ("artemis", "2")}
    assert numbered("Starlink 6-35 and Soyuz MS-25") == {("starlink", "6-35"), ("soyuz ms", "25")}
    assert numbered("In 2024 the Top 10 grew by About 5% until May 8 at 9 a.m.") == set()


def test_a_batch_of_satellites_carries_its_size_and_a_company_no_roman_numeral():
    assert numbered("SpaceX lifts 29 more Starlinks") == {("batch of starlink", "29")}


def test_a_year_before_a_word_is_no_designation():
    assert designations("In 2022 NASA flew, in 2023 ESA; the 2024 US election") == frozenset()
    assert designations("2023 BU and 2019 OK passed") == {"2023BU", "2019OK"}


def test_on_monday_may_be_the_day_that_has_just_ended():
    after_midnight = datetime(2022, 8, 30, 1, tzinfo=UTC)

    days = {date.fromordinal(d) for d in announced_days("to launch Monday", after_midnight)}

    assert days == {date(2022, 8, 29), date(2022, 9, 5)}


def test_objects_carry_their_designations():
    assert designations("Asteroid 2024 YR4, comet C/2023 A3 and SN 2023ixf") == {
        "2024YR4",
        "C/2023A3",
        "SN2023IXF",
    }


def test_in_january_a_day_of_december_has_just_been():
    new_year = datetime(2027, 1, 2, 9, tzinfo=UTC)
    assert announced_days("launched on December 30", new_year) == {date(2026, 12, 30).toordinal()}


def test_a_weekday_is_the_next_of_its_name_and_a_date_is_of_this_year():
    days = {date.fromordinal(d) for d in announced_days("on Friday, tomorrow, June 2", WEDNESDAY)}

    assert days == {date(2024, 5, 10), date(2024, 5, 9), date(2024, 6, 2)}
    assert announced_days("on February 31, marked 5 times, December 1", WEDNESDAY) == set()


@pytest.mark.parametrize(
    ("title", "steps"),
    [
        ("Moon rocket rolls out to the pad", {"roll-out"}),
        ("Crew lifts off for the moon", {"launch"}),
        ("Engine burn sends crew to the moon", {"burn"}),
        ("Capsule swings past the moon's far side", {"flyby"}),
        ("Capsule leaves the leaking space station", {"undocking"}),
        ("Cargo ship docks with supplies", {"docking"}),
        ("Crew arrives at the space station", {"docking"}),
        ("Lander slips into lunar orbit", {"burn"}),
        ("Satellites sent into orbit", set()),
        ("Lander sends first pictures of its crater", {"pictures"}),
        ("Mission ends as the lander runs out of power", {"end"}),
        ("Crew splashes down after launch scare", {"landing", "launch"}),
        ("Firm recovers its first booster", {"landing"}),
        ("Launch pad repairs go on at the lander's maker", set()),
        ("A budget for the moon", set()),
    ],
)
def test_a_title_tells_which_step_of_a_flight_it_is_about(title, steps):
    assert milestones(title) == steps


@pytest.mark.parametrize(
    ("title", "seen"),
    [
        ("When to see the lunar eclipse", {"lunar eclipse"}),
        ("Where to go for the eclipse", {"solar eclipse"}),
        ("A blood moon and the Perseids in one night", {"lunar eclipse", "meteors"}),
        ("The harvest moon is a supermoon", {"moon"}),
        ("Six planets in alignment: a parade of planets", {"planets"}),
        ("Comet fades before it is seen", {"comet"}),
        ("Northern lights expected again tonight", set()),
        ("When is the next solar eclipse?", set()),
        ("Partial lunar eclipse live: what time is the eclipse?", {"lunar eclipse"}),
        ("After the solar eclipse a lunar eclipse", {"solar eclipse", "lunar eclipse"}),
        ("Rover watches a tiny eclipse on Mars", set()),
        ("How to watch the launch", set()),
    ],
)
def test_a_title_names_the_sights_in_the_sky(title, seen):
    assert sights(title) == seen


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Shares in the lander's maker soar", {"market"}),
        ("Rocket maker jumps 40% on its first day of trade", {"market"}),
        ("Agency shares pictures of the crater", set()),
        ("Ministers congratulate the lander's crew on the ground", set()),
        ("Meet the engineers behind the landing", {"people"}),
        ("Traffic jams on the way home from the eclipse", {"traffic"}),
        ("Agency drafts rules for space traffic management", set()),
        ("How zoo animals took the sudden night", {"animals"}),
        ("Where to leave your eclipse glasses", {"glasses"}),
        ("Maker eyes a second launch this week", set()),
        ("Lander touches down in the north", set()),
    ],
)
def test_a_title_of_another_kind_is_known_by_its_words(title, kinds):
    assert genres(title) == kinds


@pytest.mark.parametrize(
    "title",
    [
        "Rocket Report: two flights; one delay",
        "The sky this week",
        "Your sky at a glance, week 12",
        "Weekly space recap",
        "This week in spaceflight",
        "The week in launches: three flights, one lesson",
    ],
)
def test_a_roundup_is_known_by_its_title(title):
    assert is_roundup(title, "")


def test_one_story_is_no_roundup():
    assert not is_roundup("Photos of the rocket on its pad", "It launches this week.")
    assert not is_roundup("Lander is down; its makers cheer", "")
    assert not is_roundup("APOD: 2026 May 8 \u2013 Comet over Rome", "")


def test_the_lead_paragraph_speaks_where_the_summary_is_missing():
    reading = read("A small step", text="The Hera probe woke up.\nMuch later it slept.")
    told = read("A small step", dek="The Hera probe woke up. Much later it slept.")

    assert reading.terms["hera"] > 0
    assert reading.phases == told.phases


@pytest.mark.parametrize(
    "text",
    ["A" * 200_000, "to " * 100_000, "photo by " * 50_000, "(" * 100_000, "C/2023 A" * 50_000],
)
def test_endless_text_is_read_at_once(text):
    started = time.perf_counter()

    read(text, text, text)

    assert time.perf_counter() - started < 1


def test_no_word_stands_for_two_concepts():
    listed = tomllib.loads((files("transforms.stories") / "lexicon.toml").read_text("utf-8"))
    stems = [(stem(w), name) for name, words in listed["concepts"].items() for w in words.split()]

    assert {word for word, name in set(stems) if CONCEPTS[word] != f"={name}"} == set()


@pytest.mark.parametrize(
    ("title", "angles"),
    [
        ("NASA awards $4 million for a lander", {"money"}),
        ("A $300 million craft meets its comet", set()),
        ("Comet seen over Costa Rica", set()),
        ("Astronauts in costume for Biden", {"politics"}),
        ("A message in court", {"inquiry"}),
    ],
)
def test_the_angle_of_a_title_is_told_by_whole_words(title, angles):
    found = {name for name, pattern in ANGLE_PATTERNS.items() if pattern.search(title.lower())}
    assert found == angles
