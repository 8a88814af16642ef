"""One week of space news that never happened: every part of the letter has something to show.

All outlets, craft and quotations are made up.
"""

import base64
from dataclasses import replace
from datetime import UTC, datetime

from factories import a_report, a_story, a_week, an_article, paragraphs

from reports.records import Correction, Picture, Report
from transforms.records import FeedHealth, Funnel, Story, WeekNews

TIDE, PERI, FAR, LEDGER, ORBIT, NIGHT, DEEP = (
    "Tidewater Space",
    "Perihelion",
    "Farside Daily",
    "The Launch Ledger",
    "Orbital Bulletin",
    "Nightsky Weekly",
    "Deep Field",
)
SOCIETY, COUNCIL, ALTIPLANO = (
    "Southern Sky Society",
    "Lunar Exploration Council",
    "Altiplano Observatory",
)


def at(day: int, hour: int = 9) -> datetime:
    """Return a moment of November 2026, the week being the 16th to the 22nd."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def told(
    title: str,
    dek: str | None,
    day: int,
    publishers: str | tuple[str, ...],
    *tags: str,
    body: tuple[str, ...] = (),
    kind: str = "press",
) -> Story:
    names = (publishers,) if isinstance(publishers, str) else publishers
    article = an_article(title, dek=dek, published_at=at(day), body=paragraphs(*body))
    story = a_story(article, names, tags)
    return replace(story, coverage=tuple(replace(r, kind=kind) for r in story.coverage))


MERIDIAN = told(
    "Meridian lander wakes after its second lunar night, against its makers’ bets",
    "The craft was rated for one fourteen-day night. A heater loop it was never meant to need kept "
    "the battery above minus 41 °C, and on Thursday it called home with a full picture of the rim.",
    19,
    (TIDE, PERI, FAR, LEDGER, ORBIT, NIGHT, DEEP),
    "lunar",
    body=(
        "The team learned of it from a single packet, 38 seconds late.",
        "A third night begins on December 3, just before the total eclipse.",
    ),
)
ASTEROID = told(
    "Survey finds a 60-metre asteroid twelve days before it passes inside the Moon’s orbit",
    "No risk of impact, but 2026 WQ4 is a rehearsal: six observatories tested the alert chain and "
    "timed every hand-over. Its closest approach is on November 28.",
    17,
    (PERI, FAR, DEEP, NIGHT, ORBIT),
    "asteroid",
    "telescope",
)
MIRROR = told(
    "Last mirror segment goes in at the Altiplano Great Telescope",
    "The 18th segment was seated to within a fraction of a hair. First light is now pencilled in "
    "for March.",
    18,
    (DEEP, PERI, NIGHT, TIDE),
    "telescope",
)
CORVID = told(
    "Corvid 3 reaches orbit on its fifth attempt and brings its booster back",
    "Four scrubs in nine days ended with a clean dusk ascent. The company says that the next "
    "vehicle is already on the stand, and that it is to launch on 1 December.",
    21,
    (LEDGER, ORBIT, TIDE, FAR),
    "launch",
    "business",
)
SPACEWALK = told(
    "Crew replaces a cooling pump in seven hours outside the station",
    None,
    20,
    (ORBIT, LEDGER, TIDE),
    "station",
    body=(
        "Two astronauts swapped the failing pump for the spare that had waited on the truss.",
        "A second spacewalk is set for Wednesday, November 25, to route its cables.",
    ),
)
ROVER = told(
    "Rover crosses into the clay unit after a two-year climb",
    "The first core is due before the winter pause, and with it an answer to how long the lake "
    "stood there.",
    17,
    (PERI, DEEP, FAR),
    "mars",
)
FLARE = told(
    "A quiet-looking sunspot throws the year’s fastest flare",
    "Radio blackouts lasted under an hour on the day side. Forecasters had given it one chance in "
    "twenty.",
    20,
    (NIGHT, FAR, SOCIETY),
    "sun",
)
CLOCK = told(
    "Three agencies agree on one clock for the Moon",
    "A draft standard sets the tick; who runs it is still open. Comments on the draft are due by "
    "15 January 2027.",
    16,
    (COUNCIL, ORBIT),
    "lunar",
    "policy",
    kind="agency",
)
BURST = told(
    "Radio array hears a repeating burst from inside our own galaxy",
    "The source is the nearest of its kind by a factor of thirty.",
    19,
    (DEEP, NIGHT),
    "cosmos",
    "telescope",
)

SMALLER = (
    told(
        "Water-ice drill reaches one metre, then jams",
        "Engineers will try a slow reverse on Monday.",
        20,
        (FAR, TIDE),
        "lunar",
    ),
    told("Relay satellite doubles its data rate with a software update", None, 18, TIDE, "lunar"),
    told(
        "The other side of the dust: what four landers say about static",
        "Charged grains climb higher than the models allow, and the suits will have to cope.",
        21,
        DEEP,
        "lunar",
    ),
    told("A crater gets the name of a cartographer", None, 17, NIGHT, "lunar"),
    told(
        "Balloon observatory circles Antarctica for a 40th day",
        "Every further day costs the next flight a week of preparation.",
        22,
        NIGHT,
        "telescope",
    ),
    told(
        "Old survey plates give up 300 forgotten variables",
        "A scanner built from a pasteboard cutter did in a winter what a decade of grants had not.",
        18,
        SOCIETY,
        "telescope",
        kind="observatory",
    ),
    told(
        "The astronomer who catalogues planets that turned out not to exist",
        "There are 214 so far, and she is fond of most of them.",
        18,
        DEEP,
        "exoplanet",
    ),
    told(
        "How a village observatory kept its dome turning through a blackout",
        "A bicycle, two car batteries and the whole choir.",
        22,
        NIGHT,
        "telescope",
    ),
    told("Dust season starts early over the southern highlands", None, 21, ORBIT, "mars"),
    told(
        "Sample tubes get a new ride, and a new bill",
        "The committee asks for the money first and the craft afterwards.",
        19,
        (LEDGER, COUNCIL),
        "mars",
        "policy",
    ),
    told(
        "Two start-ups, one pad: the quarrel over Site 9 goes to arbitration",
        "Both hold a letter that calls theirs the first. A hearing is set for 9 December, before "
        "either may launch.",
        19,
        LEDGER,
        "launch",
        "business",
    ),
    told("Kestrel engine runs for its full 300 seconds", None, 16, LEDGER, "launch"),
    told(
        "Sea platform rides out the storm that broke its mooring",
        "The rocket on it was a mock-up. The insurers say so, too.",
        17,
        ORBIT,
        "launch",
    ),
    told("Station’s greenhouse sends down its first ripe peppers", None, 17, TIDE, "station"),
    told(
        "A ring around a ring: Saturn’s faintest band has a twin",
        "It shows only when the Sun is straight behind the planet.",
        18,
        (PERI, SOCIETY),
        "planets",
    ),
    told(
        "Venus orbiter finds a warm spot that was not there in spring",
        "Lava is the dull explanation. There is no other yet.",
        20,
        DEEP,
        "planets",
    ),
    told(
        "A planet that rains sand, seen from the side",
        "The evening limb is clear, the morning one is not.",
        16,
        (DEEP, ALTIPLANO),
        "exoplanet",
    ),
    told("Fourth world found around the quiet dwarf next door", None, 21, PERI, "exoplanet"),
    told(
        "Forecast centre adds a two-day aurora outlook",
        None,
        16,
        DEEP,
        "sun",
    ),
    told(
        "Galaxy without dark matter turns out to be two galaxies",
        "One stood in front of the other, politely, for ten years.",
        17,
        PERI,
        "cosmos",
    ),
    told(
        "Weather satellite falls silent after a gyroscope swap",
        "The spare is twelve years old and was built for another bus.",
        19,
        (ORBIT, FAR),
        "satellites",
    ),
    told("Broadband fleet dims its newest batch by half", None, 20, NIGHT, "satellites"),
    told(
        "Parliament asks who pays when a dead stage comes down",
        "The answer, in 1972 as now, is the launching state. Which one that is takes 40 pages.",
        18,
        (COUNCIL, LEDGER),
        "policy",
    ),
    told("Rocket maker files for a listing, and shows its losses", None, 19, LEDGER, "business"),
    told(
        "What a meteor sounds like on an old cable",
        "A disused line along the coast heard last week’s fireball before anyone saw it.",
        21,
        FAR,
        "asteroid",
    ),
    told("Double asteroid’s moonlet has slowed again", None, 18, SOCIETY, "asteroid"),
    told("A museum borrows a capsule and finds a sandwich", None, 22, TIDE),
)


def continuing(story: Story, before: str, publisher: str, day: int) -> Story:
    """Return `story` as one that `publisher` had told of in the week before."""
    old = a_report(
        an_article(before, published_at=at(day)), publisher, is_this_week=False, told_at=at(day)
    )
    return replace(story, continues=True, coverage=(old, *story.coverage))


STORIES = (
    MERIDIAN,
    ASTEROID,
    MIRROR,
    continuing(CORVID, "Corvid 3 scrubbed again, a valve short of orbit", LEDGER, 13),
    SPACEWALK,
    ROVER,
    FLARE,
    CLOCK,
    BURST,
    *SMALLER,
)


def news() -> WeekNews:
    """Return the whole week."""
    week = a_week(STORIES)
    told_articles = week.funnel.told
    return replace(
        week,
        previous_tag_counts={
            "lunar": 9,
            "asteroid": 3,
            "telescope": 14,
            "mars": 8,
            "launch": 15,
            "station": 6,
            "planets": 4,
            "exoplanet": 6,
            "sun": 3,
            "cosmos": 4,
            "satellites": 5,
            "policy": 2,
        },
        tag_counts={
            "lunar": 16,
            "asteroid": 9,
            "telescope": 15,
            "mars": 7,
            "launch": 8,
            "station": 5,
            "planets": 4,
            "exoplanet": 5,
            "sun": 5,
            "cosmos": 4,
            "satellites": 4,
            "policy": 7,
            "business": 6,
        },
        funnel=Funnel(
            feeds=14,
            sightings=told_articles + 60,
            articles=told_articles + 24,
            duplicates=15,
            look_alikes=9,
            told=told_articles,
            stories=len(STORIES),
        ),
        health=health(),
    )


def health() -> tuple[FeedHealth, ...]:
    """Return how fourteen feeds did: two broken, one quiet."""
    well = tuple(
        FeedHealth(f"feed-{n}", f"Feed {n}", f"Outlet {n}", "ok", articles=5) for n in range(11)
    )
    return (
        *well,
        FeedHealth("orbital", "Orbital Bulletin (video)", ORBIT, "server_error", last_ok_at=at(18)),
        FeedHealth("relay", "Relay Notes", "Relay Notes", "not_found"),
        FeedHealth("dome", "Dome & Slit", "Dome & Slit", "ok", newest_at=at(1), is_quiet=True),
    )


# Eight grey pixels: what a picture shows does not matter here, and its name, which is made of its
# content, must not depend on the version of a library.
TINY_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqM"
    "yP/L2u71////m8H////6/+b9//j/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAA"
    "AAAAAAAAAAD/2gAIAQEAAD8ANf/Z"
)


def pictures() -> dict[str, Picture]:
    """Return pictures of the lead, three cards, and one for the picture of the week."""
    shown = (
        (MERIDIAN, "Tidewater Space / Meridian team, CC BY 4.0", "A cratered limb", 1280, 720),
        (ASTEROID, "Farside Daily / radar model", "A lump of rock", 640, 480),
        (MIRROR, "AGT Consortium, CC BY-SA 4.0", "Golden hexagons", 640, 640),
        (CORVID, "The Launch Ledger / R. Okafor", "A streak of light", 480, 720),
        (SMALLER[14], "Ines Varga / Perihelion", "Two thin rings", 1280, 853),
    )
    return {
        story.lead.article_id: Picture(
            data=TINY_JPEG + bytes([n]),  # what follows the end of a JPEG is ignored
            media_type="image/jpeg",
            width=width,
            height=height,
            alt=f"{alt} against a black sky",
            credit=credit,
            caption=f"{alt}, seen on Thursday.",
        )
        for n, (story, credit, alt, width, height) in enumerate(shown)
    }


CORRECTIONS = (
    Correction(
        headline="Fireball over the strait was a rocket stage",
        report=Report(FAR, "https://farside.example/fireball", "Tue 17 Nov"),
        sent_in="2026-W46",
        before="A meteor of some two metres broke up over the strait on Friday.",
        after="The upper stage of a Kestrel rocket broke up over the strait on Friday.",
    ),
)

LATE = (
    told(
        "The comet that nobody ordered",
        "Its discoverer was looking for a lost cat, with a very good camera.",
        12,
        SOCIETY,
        "asteroid",
    ),
)
