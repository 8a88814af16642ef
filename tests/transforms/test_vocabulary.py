"""The vocabulary: what an editor may write, and what the shipped one makes of news."""

import tomllib
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from transforms.errors import ConfigError
from transforms.models import build_model
from transforms.vocabulary import Phrase, Vocabulary, load_vocabulary, parse_vocabulary
from transforms.week_news import Window
from transforms.weeks import Week

SHIPPED = Path(__file__).resolve().parents[2] / "config" / "tags.toml"
PARAMETERS = Window.of(Week.parse("2026-W47"), "UTC").parameters
MODELS = ("phrase_hits", "relevance", "tag_points", "tag_opinions", "article_tags")

HEADLINES = [
    ("Artemis III crew named", {"lunar"}),
    ("Two firms win CLPS deliveries", {"lunar", "business"}),
    ("A quiet month for sunspots", {"sun"}),
    ("SLS rolls back to its hangar", {"lunar", "launch"}),
    ("LIGO hears two black holes merge", {"telescope", "cosmos"}),
    ("A plan to lift the orbit of NASA's Swift mission", {"telescope", "satellites"}),
    ("Who needs orbital data centers?", {"satellites"}),
    ("JWST looks at a distant galaxy", {"telescope", "cosmos"}),
    ("A second moon of Mars is photographed by a passing probe", {"mars"}),
    ("A rover for the Martian moon Phobos", {"mars"}),
    ("New moons for Saturn", {"planets"}),
    ("Solar eclipse crosses Spain: when the moon covers the sun", {"sun"}),
    ("A lunar eclipse over Chile", {"lunar"}),
    ("A hot Jupiter seen from a mountain observatory", {"exoplanet", "planets", "telescope"}),
    ("Falcon 9 lifts 22 Starlink satellites", {"launch", "satellites"}),
    ("Cosmonauts end a seven-hour spacewalk", {"station"}),
    ("Meteor shower peaks tonight", {"asteroid"}),
    ("Comet brightens as it nears the Sun", {"asteroid", "sun"}),
    ("Rocket maker raises $120 million", {"launch", "business"}),
    ("Senate panel questions the Space Force on its satellites", {"policy", "satellites"}),
    ("FAA closes its mishap investigation of a rocket launch", {"policy", "launch"}),
    ("Satellite operator files for bankruptcy", {"satellites", "business"}),
    ("Shares of a moon lander maker tumble", {"lunar", "business"}),
    ("Virgin Galactic orders a third mothership", {"business"}),
    ("Starlink is now available on a fleet of ferries", {"satellites", "business"}),
    ("Licence for a launch pad after a public consultation", {"policy", "launch"}),
    ("Security Council meets over a spy satellite", {"policy", "satellites"}),
    ("Head of the NASA centre steps down: a centre director departs", {"policy"}),
    ("Spy satellite rides into orbit on a Long March rocket", {"satellites", "launch", "policy"}),
    ("Starship splashes down in the Indian Ocean", {"launch"}),
    ("Capsule with four astronauts splashes down", {"station"}),
    ("Orion splashes down after its test flight around the moon", {"lunar"}),
    ("Leaky Soyuz docked at the space station fires its thrusters", {"station"}),
    ("Soyuz rocket lifts off with a weather satellite", {"launch", "satellites"}),
    ("US launches Space Force unit in South Korea", {"policy"}),
    ("Chang'e 6 completes docking in lunar orbit", {"lunar"}),
    ("Probe lifts off from the Moon with samples", {"lunar"}),
    ("Crescent moon meets Jupiter and Saturn", {"planets"}),
    ("JPL lays off engineers as NASA's budget shrinks", {"policy"}),
    ("Rocket stage makes an uncontrolled re-entry", {"launch", "satellites"}),
    ("A lunar cubesat falls silent", {"lunar"}),
    ("Crewed lunar lander passes its review", {"lunar"}),
    ("Gaganyaan astronauts train in the snow", set()),
    ("Polaris Dawn mission is fuelled", {"station"}),
    ("Apollo group asteroid passes at a safe distance", {"asteroid"}),
    ("NASA packs its Jupiter moon mission", {"planets"}),
    ("Capsule heats up while reentering the atmosphere", set()),
    ("Defunct satellite reenters over the Pacific", {"satellites"}),
    ("Voyager 1 answers after a week", {"planets"}),
    ("A ring of fire galaxy, far away", {"cosmos"}),
    ("Two satellite galaxies of ours drift apart", {"cosmos"}),
    ("Autumn equinox: day and night of one length", {"sun"}),
    ("Sols 5012-5014: uphill again", {"mars"}),
    ("A neutrino telescope under the ice", {"telescope"}),
    ("Probe pictures the Earth and Moon on its way to an asteroid", {"asteroid"}),
    ("ISRO chairman honoured with World Space Award", set()),
    ("Virgin Galactic crew sees the edge of space", {"launch", "station", "business"}),
    ("A quasar that outweighs a billion suns", {"cosmos"}),
    ("Gamma-ray burst shakes the ionosphere", {"cosmos"}),
    ("Iron rain on an exoplanet, a planet of two suns", {"exoplanet", "planets", "cosmos"}),
    ("Astronomers spot a ring around a dwarf planet", {"planets"}),
    ("Astronomers using a radio telescope find a cloud of dust", {"telescope"}),
    ("Spacecraft carries solar panels the size of a tennis court", set()),
    ("Spaceplane shaken at the Neil Armstrong Test Facility", set()),
    ("An SLS rocket for the Mars sample return", {"mars", "launch"}),
    ("Meteor shower peaks at a new moon", {"asteroid"}),
    ("What an asteroid between Mars and Jupiter is made of", {"asteroid"}),
    ("Black holes about to merge", {"cosmos"}),
    ("Two satellite operators merge", {"satellites", "business"}),
    ("How an ice giant's bow shock may expand and contract", {"planets"}),
    ("SpaceX lifts Ship 43 onto Booster 20", {"launch"}),
    ("Cygnus brings fruit to the space station", {"station"}),
    ("Gamma rays from a bubble in Cygnus", set()),
    ("Pluto drifts away from the Sun", {"planets"}),
    ("Firefly shows the first stage of Eclipse", {"launch"}),
    ("Module maker lays off staff after Gateway's end", {"business"}),
    ("Contract for a satellite launch", {"launch", "satellites", "business"}),
    ("Neptune's tiny moons were larger once", {"planets"}),
    ("An impact crater on the planet Mercury", {"planets"}),
    ("How the moon Deimos got its crater", {"mars"}),
    ("An impact crater under the ice of Greenland", {"asteroid"}),
    ("Under the ice of Europa: the moon's ocean", {"planets"}),
    ("Harvest Moon rises over the harbor", {"lunar"}),
    ("A catalog of 300 nebulas", {"cosmos"}),
    ("The Milky Way as a particle accelerator", {"cosmos"}),
    ("A Mars-sized world hit the young Earth", set()),
    ("Rover sees Phobos eclipse from Mars", {"mars"}),
    ("A radio receiver bound for the dark side of the Moon", {"lunar"}),
    ("Hubble Network talks to sixty satellites", {"satellites"}),
    ("Hubble sees a galaxy's last stars", {"telescope", "cosmos"}),
    ("Tug sent out to save Swift loses its grip", {"telescope"}),
    ("An X-ray view of a galaxy cluster", {"telescope", "cosmos"}),
    ("Team that lands boosters gets Neil Armstrong Space Prize", {"launch"}),
    ("Auroras over Mars mapped by an orbiter", {"mars"}),
    ("Jupiter's magnetosphere stirs", {"planets"}),
    ("Solar eclipse draws crowds", {"sun"}),
    ("Venus Aerospace opens a test stand for engines of rockets", {"launch"}),
    ("Planetary scientists meet in Vienna", set()),
    ("Fire nears a NASA ground station", {"satellites"}),
    ("Rocket fails after second-stage shutdown", {"launch"}),
    ("Federal shutdown closes a NASA centre's gates", {"policy"}),
    ("An asteroid with a moon", {"asteroid"}),
    ("Did Venus swallow its moon?", {"planets"}),
    ("How Charon, that icy moon, slowed down", {"planets"}),
    ("What becomes of the moon of an exoplanet", {"exoplanet", "planets"}),
    ("Brighter than the full moon: a comet in daylight", {"asteroid"}),
    ("A Mars meteorite older than expected", {"mars", "asteroid"}),
    ("Gaia finds a stream of stars in the Milky Way", {"telescope", "cosmos"}),
]
LOOK_ALIKES = [
    ("Pink Floyd play The Dark Side of the Moon", "look-alike: 'pink floyd'"),
    ("Moon Jae-in speaks in Seoul", "look-alike: 'moon jae in'"),
    ("Bruno Mars adds two nights", "look-alike: 'bruno mars'"),
    ("Sailor Moon returns to the stage", "look-alike: 'sailor moon'"),
    ("Galaxy S31 Ultra: what we know of its camera", "look-alike: 'galaxy s# ultra'"),
    ("The Samsung Galaxy of next year", "look-alike: 'samsung galaxy'"),
    ("These Gateway laptops are back", "look-alike: 'gateway laptop'"),
    ("Treasury finds a black hole in the budget", "no space term"),
    ("Captain over the moon after cup win", "no space term"),
    ("Satellite images show a longer runway", "look-alike: 'satellite images show'"),
    ("The best telescopes for kids", "no space term"),
    ("Late-night hosts on the Starship launch", "format: 'late night hosts'"),
    ("New moon in Leo: what it asks of you", "look-alike: 'new moon in leo'"),
    ("Lunar New Year fills the streets", "look-alike: 'lunar new year'"),
    ("City council meets on bus lanes", "no space term"),
]
SPACE_NEWS = [
    "Probe enters orbit around Venus",
    "Astronauts move into the new module",
    "What the asteroid left behind",
    "A rocket launch wakes the coast",
    "Why the satellite fell",
    "A telescope for the far side",
    "Northern lights seen from Rome",
]


class Verdict(NamedTuple):
    tags: set[str]
    is_relevant: bool
    reason: str


def a_vocabulary(text):
    return parse_vocabulary(tomllib.loads(text))


@pytest.fixture(scope="module")
def shipped():
    return a_vocabulary(SHIPPED.read_text("utf-8"))


def a_workspace(vocabulary, titles, dek=None, kind="general"):
    """Return a workspace that holds one article per title, and the models built over it."""
    connection = duckdb.connect(":memory:")
    schema = (files("transforms") / "sql" / "week_schema.sql").read_text("utf-8")
    connection.execute(schema)
    connection.execute(
        """
        INSERT INTO articles BY NAME
        SELECT i::VARCHAR AS article_id, 'feed' || i AS feed_id, 'them' AS publisher,
            $kind AS kind, 1 AS weight, $titles[i] AS title, '' AS title_key, $dek AS dek,
            '' AS text, [] AS related_topics, false AS has_picture,
            TIMESTAMPTZ '2026-11-18 12:00+00' AS told_at, true AS is_this_week
        FROM range(1, len($titles) + 1) AS numbers (i)
        """,
        {"titles": list(titles), "dek": dek, "kind": kind},
    ).fetchall()
    load_vocabulary(connection, vocabulary)
    for model in MODELS:
        build_model(connection, model, PARAMETERS)
    return connection


def judged(vocabulary, titles, **given):
    """Return what becomes of an article of each title: `{title: Verdict}`."""
    with closing(a_workspace(vocabulary, titles, **given)) as connection:
        rows = connection.execute("""
            SELECT
                title,
                (SELECT list(tag_id) FROM article_tags AS t WHERE t.article_id = a.article_id),
                is_relevant,
                reason
            FROM articles AS a INNER JOIN relevance USING (article_id)
        """).fetchall()
    return {
        title: Verdict(set(tags or ()), is_relevant, reason)
        for title, tags, is_relevant, reason in rows
    }


# --- what an editor may write


def test_tags_keep_the_order_in_which_they_are_written():
    vocabulary = a_vocabulary("""
        [[tag]]
        id = "sun"
        label = "Sun & weather"
        names = ["solar flare"]
        [[tag]]
        id = "lunar"
        label = "Lunar"
        words = ["moon"]
        [space]
        hosts = ["Space.Example"]
        [other]
        idioms = ["over the moon"]
    """)

    assert [(tag.tag_id, tag.label) for tag in vocabulary.tags] == [
        ("sun", "Sun & weather"),
        ("lunar", "Lunar"),
    ]
    assert vocabulary.phrases == (
        Phrase("solar flare", "name", "sun"),
        Phrase("moon", "word", "lunar"),
        Phrase("over the moon", "idiom"),
    )
    assert vocabulary.hosts == ("space.example",)


def test_a_phrase_in_context_counts_as_a_name_unless_told_otherwise():
    vocabulary = a_vocabulary("""
        [[tag]]
        id = "lunar"
        label = "Lunar"
        context = [
            { phrase = "gateway", with = ["artemis", "lunar"] },
            { phrase = "moon", as = "words", without = ["solar eclipse"] },
        ]
    """)

    assert vocabulary.phrases == (
        Phrase("gateway", "name", "lunar", wanted=("artemis", "lunar")),
        Phrase("moon", "word", "lunar", unwanted=("solar eclipse",)),
    )


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "the file has no [[tag]]; give it at least one"),
        ("tags = 3", "the file has an unknown key 'tags'; did you mean 'tag'?"),
        ("tag = 3", "the file 'tag' must be a list of tables"),
        ('[[tag]]\nlabel = "Sun"', "a [[tag]] has no 'id'; give it a text"),
        ('[[tag]]\nid = "sun"\nnames = ["sun"]', "tag 'sun' has no 'label'; give it a text"),
        ('{sun}\nnames = "flare"', "tag 'sun' 'names' must be a list of texts"),
        ("{sun}\nnames = []", "tag 'sun' has no phrases; give it at least one"),
        ("{sun}\nname = []", "tag 'sun' has an unknown key 'name'; did you mean 'names'?"),
        ('{sun}\nwords = [""]', "tag 'sun' 'words' has '': a phrase has one to 6 words"),
        (
            '{sun}\nhints = ["a b c d e f g"]',
            "tag 'sun' 'hints' has 'a b c d e f g': a phrase has one to 6 words",
        ),
        (
            '{sun}\nnames = ["St. Helens"]',
            "tag 'sun' 'names' has 'St. Helens': no phrase reaches over the end of a sentence",
        ),
        (
            '{sun}\nnames = ["sentinel #2"]',
            "tag 'sun' 'names' has 'sentinel #2': write every number as #, or none",
        ),
        (
            '{sun}\nnames = ["flare"]\n{sun}\nnames = ["flare"]',
            "tag 'sun' stands there twice, first as 'sun'; merge the two",
        ),
        (
            '{sun}\nnames = ["flare"]\n[[tag]]\nid = "Sun"\nlabel = "S"\nnames = ["flare"]',
            "tag 'Sun' stands there twice, first as 'sun'; merge the two",
        ),
        (
            '{sun}\ncontext = [{ phrase = [], with = ["sun"] }]',
            "tag 'sun', context has no 'phrase'; give it a text",
        ),
        (
            '{sun}\ncontext = [{ phrase = "flare" }]',
            "tag 'sun', context 'flare' has neither 'with' nor 'without'; move it to 'names'",
        ),
        (
            '{sun}\ncontext = [{ phrase = "flare", with = ["sun"], as = "all" }]',
            "tag 'sun', context 'flare' 'as' is 'all'; it can be one of names, words, terms, hints",
        ),
        (
            '{sun}\ncontext = [{ phrase = "flare", with = ["sun"], as = [1] }]',
            "tag 'sun', context 'flare' 'as' is [1]; it can be one of names, words, terms, hints",
        ),
        (
            '{sun}\ncontext = [{ phrase = "flare", with = ["Sun"], without = ["gas", "sun"] }]',
            "tag 'sun', context 'flare' has 'sun' both in 'with' and in 'without'; drop one",
        ),
        (
            '{sun}\nnames = ["flare"]\n[other]\nlookalike = []',
            "[other] has an unknown key 'lookalike'; did you mean 'lookalikes'?",
        ),
        ('{sun}\nnames = ["flare"]\n[[space]]\nhosts = []', "[space] must be a table"),
        ('{sun}\nnames = ["flare"]\nweighed = 0', "tag 'sun' 'weighed' must be true or false"),
    ],
)
def test_a_mistake_is_named_with_file_tag_and_key(written, complaint):
    text = written.replace("{sun}", '[[tag]]\nid = "sun"\nlabel = "Sun"')

    with pytest.raises(ConfigError) as caught:
        a_vocabulary(text)

    assert str(caught.value) == f"config/tags.toml: {complaint}"


# --- what becomes of it in the workspace


def test_a_plural_is_found_by_itself_unless_it_means_something_else():
    vocabulary = a_vocabulary("""
        [[tag]]
        id = "lunar"
        label = "Lunar"
        names = ["moon", "lunar landing", "galaxy"]
        [[tag]]
        id = "planets"
        label = "Planets"
        names = ["moons"]
    """)

    with closing(a_workspace(vocabulary, ["Two moons", "Lunar landings", "Galaxies"])) as found:
        tags = found.execute("SELECT article_id, tag_id FROM article_tags ORDER BY ALL").fetchall()

    assert tags == [("1", "planets"), ("2", "lunar"), ("3", "lunar")]


@pytest.mark.parametrize(
    "phrase",
    [
        "U.S. space budget",
        "1.5 meter dish",
        "1,000 tons",
        "H.E.S.S.",
        "Łódź",
        "İzmir",
        "Straße",
        "ガンマ線",
        "달 탐사선",
        "चंद्रयान",
        "x²",
        "Байконур",
        "Chang\N{RIGHT SINGLE QUOTATION MARK}e",
    ],
)
def test_a_phrase_is_found_as_it_is_written(phrase):
    mine = a_vocabulary(f'[[tag]]\nid = "mine"\nlabel = "Mine"\nnames = ["{phrase}"]')
    title = f"NASA and {phrase} today"

    assert judged(mine, [title])[title].tags == {"mine"}


def test_what_a_telescope_saw_does_not_hide_the_telescope(shipped):
    title = "A quasar in the early universe feeds a supermassive black hole and its galaxy"

    found = judged(
        shipped, [title], dek="Seen by the James Webb Space Telescope on the way to Mars."
    )

    assert found[title].tags == {"cosmos", "telescope"}


def test_loading_again_replaces_what_was_there(shipped):
    small = Vocabulary(shipped.tags[:1], shipped.phrases[:1], ())

    with closing(a_workspace(shipped, ["A new telescope"])) as connection:
        load_vocabulary(connection, small)
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("tags", "phrases", "phrase_conditions", "space_hosts")
        ]

    assert counts == [1, 1, 0, 0]


# --- the shipped vocabulary


def test_the_shipped_vocabulary_has_every_section_in_order(shipped):
    assert [tag.tag_id for tag in shipped.tags] == [
        "lunar",
        "asteroid",
        "telescope",
        "mars",
        "launch",
        "station",
        "exoplanet",
        "planets",
        "sun",
        "cosmos",
        "satellites",
        "policy",
        "business",
    ]


def test_every_shipped_phrase_can_be_found_where_it_stands_alone(shipped):
    phrases = [p for p in shipped.phrases if not p.wanted and not p.unwanted]
    titles = [p.phrase.replace("#", "7") for p in phrases]

    with closing(a_workspace(shipped, titles)) as connection:
        hits = connection.execute(
            "SELECT article_id::INTEGER - 1, phrase, role, tag_id FROM phrase_hits"
        ).fetchall()

    found = {(at, Phrase(phrase, role, tag_id)) for at, phrase, role, tag_id in hits}
    assert [p for at, p in enumerate(phrases) if (at, p) not in found] == []


def test_no_shipped_phrase_is_listed_twice_for_the_same(shipped):
    seen = set()

    twice = [p for p in shipped.phrases if p in seen or seen.add(p)]

    assert twice == []


@pytest.fixture(scope="module")
def space_desk(shipped):
    """What becomes of the headlines in feeds of space news, by title."""
    return judged(shipped, [title for title, _ in HEADLINES], kind="press")


@pytest.fixture(scope="module")
def news_desk(shipped):
    """What becomes of headlines in feeds of general news, by title."""
    return judged(shipped, [title for title, _ in LOOK_ALIKES] + SPACE_NEWS)


@pytest.mark.parametrize(("title", "tags"), HEADLINES)
def test_a_headline_earns_its_tags(space_desk, title, tags):
    assert space_desk[title].tags == tags


@pytest.mark.parametrize(("title", "reason"), LOOK_ALIKES)
def test_a_look_alike_is_left_out_of_general_news_with_its_reason(news_desk, title, reason):
    assert news_desk[title] == Verdict(set(), is_relevant=False, reason=reason)


@pytest.mark.parametrize("title", SPACE_NEWS)
def test_space_news_is_found_in_general_news(news_desk, title):
    assert news_desk[title].is_relevant


def test_a_gateway_is_lunar_in_lunar_company_only(shipped):
    title = "Gateway gets its airlock"

    with_artemis = judged(shipped, [title], dek="NASA's Artemis crews need it.")
    alone = judged(shipped, [title], dek="The mall opens in spring.")

    assert "lunar" in with_artemis[title].tags
    assert "lunar" not in alone[title].tags


def test_the_flag_of_a_satellite_is_policy_where_it_flies_too(shipped):
    title = "North Korea shows a satellite"

    on_the_ground = judged(
        shipped, [title], dek="The spy satellite is ready, it says.", kind="press"
    )
    on_its_way = judged(shipped, [title], dek="The rocket is fuelled for launch.", kind="press")

    assert "policy" in on_the_ground[title].tags
    assert "policy" in on_its_way[title].tags


def test_a_destination_mentioned_beside_a_launch_is_no_topic(shipped):
    title = "Starship lifts off on its next test flight"
    dek = "The rocket is meant to carry people to the moon and Mars one day."

    verdicts = judged(shipped, [title], dek=dek)

    assert verdicts[title].tags == {"launch"}


def test_the_moon_in_passing_is_no_topic(shipped):
    title = "A view of totality over a field of sunflowers"
    dek = "The Moon slid between the Sun and the Earth for two minutes."

    verdicts = judged(shipped, [title], dek=dek, kind="agency")

    assert "lunar" not in verdicts[title].tags
