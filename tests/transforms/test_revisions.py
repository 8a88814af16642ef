"""Revisions: what changed between two texts of an article, and whether it matters."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.revisions import RevisionText, compare, word_diff

# Invented texts, labelled by hand before the rules were written: before, after.
COSMETIC = [
    ("The probe landed.", "The probe  landed."),
    ("The probe landed\nat dawn.", "The probe landed at dawn."),
    ("The probe landed, at dawn.", "The probe landed at dawn."),
    ("The “Swift” probe’s camera", 'The "Swift" probe\'s camera'),
    ("The probe - now silent - landed.", "The probe — now silent — landed."),
    ("The re-entry went well.", "The reentry went well."),
    ("A low-Earth orbit", "A low Earth orbit"),
    ("Nasa picked the crew.", "NASA picked the crew."),
    ("The Probe Landed On Time", "The probe landed on time"),
    ("It landed. Updated Nov. 3, 2026 at 4:15 pm", "It landed. Updated Nov. 4, 2026 at 9:02 am"),
    ("Last updated: 3 November 2026\nIt landed.", "Last updated: 5 November 2026\nIt landed."),
    ("It landed.", "It landed.\nUpdated 2026-11-05"),
    ("It landed. (Updated 2 hours ago)", "It landed. (Updated 3 hours ago)"),
    ("Published 11/3/26\nIt landed.", "Published 11/4/26\nIt landed."),
    ("Updated 9/26/22 It landed.", "Updated 9/27/22 It landed."),
    ("It landed.\n10 comments", "It landed.\n57 comments"),
    ("It landed. | 1,204 views", "It landed. | 98,120 views"),
    ("It landed.\n4 min read", "It landed.\n5 min read"),
    ("It landed (12 comments)", "It landed (3 comments)"),
    ("It landed.\nAdvertisement\nIt beeped.", "It landed.\nIt beeped."),
    ("It landed.\nIt beeped.", "It landed.\nStory continues below advertisement\nIt beeped."),
    ("It landed. <div class='ad'></div> It beeped.", "It landed. It beeped."),
    ("It landed.\n[ad]\nIt beeped.", "It landed.\nIt beeped."),
    ("It landed.\nSubscribe to our newsletter.", "It landed.\nSign up for our daily newsletter!"),
    ("It landed.\nSponsored content", "It landed."),
    ("It landed.", "It landed.\nThe post It landed appeared first on Moonwire."),
    ("The proble landed on the Moon.", "The probe landed on the Moon."),
    ("It was lanuched last week.", "It was launched last week."),
    ("The colour camera works.", "The color camera works."),
    ("It isn't ready.", "It is not ready."),
    ("It can’t fly.", "It cannot fly."),
    ("It carries three cameras.", "It carries 3 cameras."),
    ("It weighs 3,000 kg.", "It weighs 3000 kg."),
    ("Some 40 percent of the fuel", "Some 40% of the fuel"),
    ("The probe landed in a crater", "The probe landed in the crater"),
    ("He said that the probe landed.", "He said the probe landed."),
    ("R&amp;D at the centre", "R&D at the centre"),
    ("The first stage landed.", "The 1st stage landed."),
    ("The probe landed at …", "The probe landed at dawn on the rim of a crater."),
    ("One.\nThe crew is well.\nThe ship is not.", "The crew is well.\nThe ship is not.\nOne."),
    # Written after the rules, to measure them.
    ("NASA says the capsule is healthy.", "NASA said the capsule is healthy."),
    (
        "The spacecraft, which launched in May, is healthy.",
        "The spacecraft, launched in May, is healthy.",
    ),
    ("The launch was at 9 a.m. EST.", "The launch was at 9 am EST."),
    ("The launch was at 09:00.", "The launch was at 9:00."),
    ("Rocket Lab's Electron", "Rocket Lab’s Electron"),
    ("Space X's Starship flew.", "SpaceX's Starship flew."),
    ("It flew on Nov. 3.", "It flew on November 3."),
    ("It weighs 5km.", "It weighs 5 km."),
    ("It travelled 5 km.", "It travelled 5 kilometers."),
    ("Image credit: NASA\nIt flew.", "It flew.\nImage credit: NASA"),
    ("It flew. Read more", "It flew."),
    ("It flew.\n\n\n\nIt landed.", "It flew.\nIt landed."),
    (
        "UPDATED: Nov. 3, 2026, 4:15 p.m. EDT\nIt flew.",
        "UPDATED: Nov. 4, 2026, 5:15 p.m. EDT\nIt flew.",
    ),
    ("It flew.\nFollow us on Twitter", "It flew.\nFollow us on Bluesky"),
    ("It flew.\n1 comment", "It flew.\n2 comments"),
    ("It flew.\nComments (12)", "It flew.\nComments (14)"),
    ("It flew.\nShare this article", "It flew."),
    ("Posted by A. Ruiz on 3 May 2026\nIt flew.", "Posted by A. Ruiz on 4 May 2026\nIt flew."),
    ("The USA's probe", "The U.S.A.'s probe"),
    ("The crew members are well.", "The crew members are  well ."),
    ("It's ready.", "It is ready."),
    ("A team-mate of hers", "A teammate of hers"),
    ("Astronomers has found a comet.", "Astronomers have found a comet."),
    ("The orbitor is well.", "The orbiter is well."),
    ("The agency's rover, Ivy, rolled away.", "The agency’s rover Ivy rolled away."),
    ("Engineers are analysing the data.", "Engineers are analyzing the data."),
    ("It rolled away.\n3 likes", "It rolled away.\n8 likes"),
    ("Reading time: 3 minutes\nIt rolled away.", "Reading time: 4 minutes\nIt rolled away."),
    ("It rolled away at 3:05 pm.", "It rolled away at 3:05 p.m."),
    ("It rolled away (see photo).", "It rolled away – see photo."),
    (
        "This story was updated on 3 May 2026.\nIt rolled away.",
        "This story was updated on 5 May 2026.\nIt rolled away.",
    ),
    ("It was recieved well.", "It was received well."),
    ("It rolled away. Last updated 5:02 p.m. ET", "It rolled away. Last updated 6:40 p.m. ET"),
    ("It rolled away.\n[Advertisement]\nThen it stopped.", "It rolled away.\nThen it stopped."),
    ("It rolled away.\nAdvertisement: buy a telescope", "It rolled away."),
    ("Rover rolls.", "Rover rolls…"),
    ("The rover’s wheel-bearings", "The rover's wheel bearings"),
    ("They don't know.", "They do not know."),
    ("Eleven rovers rolled.", "11 rovers rolled."),
    ("The rover rolled, and it beeped.", "The rover rolled and it beeped."),
    ("It rolled 1200 m.", "It rolled 1,200 m."),
    ("It rolled away.\nThe post Rover rolls first appeared on Dustwire.", "It rolled away."),
    ("Its temprature fell.", "Its temperature fell."),
    ("It ROLLED away.", "It rolled away."),
    ("Nov 24, 2026 - It rolled away.", "Nov 25, 2026 - It rolled away."),
    ("It rolled away.\nRelated: ten comets", "It rolled away."),
]
MATERIAL = [
    ("It carries 12 instruments.", "It carries 14 instruments."),
    ("The launch is on 3 March.", "The launch is on 5 March."),
    ("It costs $1.2 billion.", "It costs $2.1 billion."),
    ("It costs $1.2 million.", "It costs $1.2 billion."),
    ("It flew at -5 degrees.", "It flew at 5 degrees."),
    ("It lifts off at 10:30 UTC.", "It lifts off at 11:30 UTC."),
    ("Artemis II flies in spring.", "Artemis III flies in spring."),
    ("The pilot is Ana Ruiz.", "The pilot is Eva Ruiz."),
    ("Officials of NASA confirmed it.", "Officials of ESA confirmed it."),
    ("It was built in Toulouse.", "It was built in Bremen."),
    ("The engine worked.", "The engine never worked."),
    ("The test was not a success.", "The test was a success."),
    ("It flew without fuel.", "It flew with fuel."),
    ("All engines were lit.", "Some engines were lit."),
    ("Dozens of satellites failed.", "Hundreds of satellites failed."),
    ("Half of the crew is well.", "Most of the crew is well."),
    ("It will fly in spring.", "It may fly in spring."),
    ("It could fail.", "It would fail."),
    ("The test was successful.", "The test was unsuccessful."),
    ("The rocket launched at noon.", "The rocket exploded at noon."),
    ("Costs increased last year.", "Costs decreased last year."),
    ("It landed.", "It landed.\nTwo hours later it fell silent."),
    ("It landed.\nIt then fell silent.", "It landed."),
    ("Update, Nov. 3: it is fuelled.", "Update, Nov. 3: it is scrubbed."),
    ("Updated plans call for 3 flights.", "Updated plans call for 4 flights."),
    ("She sold 5,000 shares of the firm.", "She sold 9,000 shares of the firm."),
    ("The record has 12 views of Mars in it.", "The record has 15 views of Mars in it."),
    ("It was the first landing.", "It was the second landing."),
    ("The crew is safe.", "The crew is missing."),
    ("Three astronauts flew.", "Four astronauts flew."),
    ("It is due on Tuesday.", "It is due on Thursday."),
    ("It is due in March.", "It is due in May."),
    ("It flew before the storm.", "It flew after the storm."),
    ("About 40% of the fuel is left.", "About 4.0% of the fuel is left."),
    ("Only the probe survived.", "The probe survived."),
    ("It carries 12 to 14 probes.", "It carries 14 to 12 probes."),
    ("Correction: it flew in 2019.", "It flew in 2019."),
    ("The star ate the planet.", "The planet ate the star."),
    # Written after the rules, to measure them.
    ("The flight to Mars begins.", "The flight from Mars begins."),
    ("The crew is alive.", "The crew is dead."),
    ("The vote was 5-4.", "The vote was 6-3."),
    ("The rocket was built by Blue Origin.", "The rocket was built by Relativity."),
    ("It lands today.", "It lands tomorrow."),
    ("It is the largest comet.", "It is the smallest comet."),
    ("The company denied the report.", "The company confirmed the report."),
    ("It reached orbit.", "It failed to reach orbit."),
    ("It has 12 moons.", "It has twelve new moons."),
    ("It flew in 2019.", "It flew in 2020."),
    ("The probe lost power.", "The probe lost contact."),
    ("The planet is habitable.", "The planet is uninhabitable."),
    ("It flew on Falcon 9.", "It flew on Falcon Heavy."),
    ("Its mass is 3.1 tons.", "Its mass is 31 tons."),
    ("The launch is now Monday.", "The launch is not Monday."),
    ("Ruiz, 41, will fly.", "Ruiz, 42, will fly."),
    ("It cost €3 million.", "It cost $3 million."),
    ("The crew was unharmed.", "The crew was harmed."),
    ("It is older than the Sun.", "It is colder than the Sun."),
    ("It burned in the north.", "It turned in the north."),
    ("Two crew died.", "Two crew members died."),
    ("The signal came from Jupiter.", "The signal came from Saturn."),
    ("Editor's note: the mass was corrected.\nIt flew.", "It flew."),
    ("It was once a star.", "It was a star."),
    ("Ivy found water.", "Ivy found no water."),
    ("It rolled 10 m.", "It rolled 100 m."),
    ("Its battery holds 40 Wh.", "Its battery holds 40 kWh."),
    ("Its launch slips to June.", "Its launch slips to July."),
    ("Most wheels turn.", "Few wheels turn."),
    ("A fire was seen.", "A flash was seen."),
    ("It can roll.", "It cannot roll."),
    ("The chief, Bo Lind, left.", "The chief, Bo Lund, left."),
    ("ESA and JAXA agreed.", "JAXA and ISRO agreed."),
    ("It rolled uphill.", "It rolled downhill."),
    ("The budget rose 3%.", "The budget rose 3 points."),
    ("It rolled away.", "It rolled away. Its makers went bankrupt."),
    ("It is bound for Mars.", "It is bound for the Moon."),
    ("The rover was lost.", "The rover was found."),
    ("Nobody was hurt.", "Two people were hurt."),
    ("It may roll in May.", "It will roll in May."),
    ("The launch window opens Monday.", "The launch window closes Monday."),
    ("The planet has a thin atmosphere.", "The planet has a thick atmosphere."),
    ("The comet will miss Earth.", "The comet will hit Earth."),
    ("It rolled for 3 hours.", "It rolled for 3 days."),
    ("Sols 12 and 13", "Sols 12 and 18"),
    ("The plan was approved.", "The plan was rejected."),
    ("The part was removed.", "The part was renewed."),
    ("Its signal is weak.", "Its signal is weaker."),
]
# What the rules get wrong: 2 of 172, both on the careful side. When they were last measured on
# rows that they had not seen, it was 3 of 46.
MISJUDGED = {"Nov 24, 2026 - It rolled away.", "It rolled away.\nRelated: ten comets"}


def judged(before: str, after: str) -> bool:
    change = compare(RevisionText("T", None, before), RevisionText("T", None, after))
    assert change is not None
    return change.is_material


def test_cosmetic_changes_are_told_from_material_ones():
    rows = [(*pair, False) for pair in COSMETIC] + [(*pair, True) for pair in MATERIAL]

    wrong = [
        (before, after)
        for before, after, is_material in rows
        if judged(before, after) is not is_material
    ]

    assert len(rows) == 172
    assert len(wrong) == len(MISJUDGED)
    assert all(MISJUDGED.intersection(pair) for pair in wrong)


@pytest.mark.parametrize(
    ("before", "after", "is_material", "why"),
    [
        ("Probe lands", "Probe crashes", True, "the headline"),
        ("Probe lands on Moon", "Probe lands on the Moon", True, "the headline"),
        ("probe lands", "Probe Lands", False, "case"),
        ("Probe lands!", "Probe lands", False, "punctuation"),
        ("Probe  lands", "Probe lands", False, "white space"),
        ("3 probes land", "4 probes land", True, "the headline, a number"),
    ],
)
def test_a_headlines_words_are_material(before, after, is_material, why):
    change = compare(RevisionText(before, None, ""), RevisionText(after, None, ""))

    assert (change.is_material, change.why, change.fields) == (is_material, why, ("title",))


def test_the_reason_says_what_kind_of_change_it_is():
    def why(before, after):
        return compare(RevisionText("T", None, before), RevisionText("T", None, after)).why

    assert why("It flew 12 times.", "It flew 14 times.") == "a number"
    assert why("The engine worked.", "The engine never worked.") == "a negation"
    assert why("All engines were lit.", "Some engines were lit.") == "a quantity"
    assert why("It will fly.", "It may fly.") == "a certainty"
    assert why("The pilot is Ana Ruiz.", "The pilot is Eva Ruiz.") == "a name"
    assert why("The crew is safe.", "The crew is missing.") == "wording"
    assert why("It flew.\n10 comments", "It flew.\n12 comments") == "a counter"
    assert why("It flew.\nAdvertisement", "It flew.") == "an advertisement"
    assert why("It flew. Updated May 3, 2026", "It flew. Updated May 4, 2026") == "an update line"
    assert why("It was lanuched.", "It was launched.") == "spelling"


def test_a_dek_or_body_given_for_the_first_time_is_no_change_of_mind():
    change = compare(
        RevisionText("T", None, ""), RevisionText("T", "The probe landed.", "It carries 3 cameras.")
    )

    assert change.fields == ("dek", "body")
    assert not change.is_material
    assert change.why == "text given for the first time"


def test_the_same_text_is_no_change():
    assert compare(RevisionText("T", None, "b"), RevisionText("T", "", "b")) is None


def test_the_diff_shows_words_with_some_context_and_goes_into_json():
    words = " ".join(f"w{number}" for number in range(100))

    change = compare(
        RevisionText("Probe lands", "d", f"{words} 12 {words}"),
        RevisionText("Probe lands", "e", f"{words} 14 {words}"),
    )

    assert change.diff["dek"] == (("-", "d"), ("+", "e"))
    assert change.diff["body"] == (
        ("=", "w0 w1 w2 w3 … w96 w97 w98 w99"),
        ("-", "12"),
        ("+", "14"),
        ("=", "w0 w1 w2 w3 … w96 w97 w98 w99"),
    )
    assert json.loads(json.dumps(change.diff))["dek"] == [["-", "d"], ["+", "e"]]


WORDS = st.lists(st.sampled_from(["a", "b", "c", "1", "2", "A,", "."]))


@given(WORDS, WORDS)
def test_a_diff_of_short_texts_holds_both_of_them(old, new):
    runs = word_diff(" ".join(old), " ".join(new))

    if "…" not in "".join(text for _, text in runs):
        assert " ".join(text for sign, text in runs if sign != "+") == " ".join(old)
        assert " ".join(text for sign, text in runs if sign != "-") == " ".join(new)


def test_two_bodies_at_the_cap_are_compared_within_two_seconds():
    hostile = [
        (" ".join(["a", "b"] * 25_000), " ".join(["b", "a"] * 25_000)),
        ("x" * 200_000, "y" * 200_000),
        ("Updated " * 25_000, "Updated 1 " * 20_000),
        ("<a" * 100_000, "<b" * 100_000),
        ("a b " * 150, "b b a " * 100),
        ("a b c " * 500, "a b c b " * 400),
        ("The post " * 20_000, "The post " * 20_001),
        ("1 comments " * 18_000, "1, " * 60_000),
        ("\n" * 200_000, " " * 200_000),
        ("[ad " * 50_000, "(ad" * 60_000),
        (
            "\n".join(f"w{n % 700}" for n in range(30_000)),
            " ".join(f"w{n % 701}" for n in range(30_000)),
        ),
    ]

    for before, after in hostile:
        began = time.perf_counter()
        compare(RevisionText("T", None, before), RevisionText("T", None, after))
        assert time.perf_counter() - began < 2, before[:20]
