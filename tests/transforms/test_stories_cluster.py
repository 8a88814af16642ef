"""Articles become stories: each development once, the same from run to run, and explained."""

import random
import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from transforms.errors import ConfigError
from transforms.stories import (
    StoryArticle,
    cluster_articles,
    explain_pair,
    features,
    read_background,
    read_gazetteer,
)
from transforms.week_news import Window
from transforms.weeks import Week

CONFIG = Path(__file__).parents[2] / "config"
MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def gazetteer():
    return read_gazetteer(tomllib.loads((CONFIG / "gazetteer.toml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def background():
    return read_background()


def an_article(number, title, dek="", hours=0.0, publisher=None):
    return StoryArticle(
        article_id=f"a{number:02}",
        feed_id=f"feed{number}",
        publisher=publisher or f"publisher{number}",
        title=title,
        dek=dek,
        text="",
        published_at=MONDAY + timedelta(hours=hours),
    )


PREVIEWS = [
    an_article(1, "Rocket Lab to launch Kestrel weather satellite on Electron", hours=0),
    an_article(
        2,
        "How to watch Rocket Lab launch the Kestrel satellite",
        "An Electron rocket is set to carry the weather satellite Kestrel from New Zealand.",
        hours=3,
    ),
]
LAUNCH = [
    an_article(
        3,
        "Rocket Lab launches Kestrel weather satellite",
        "An Electron rocket lifted off from New Zealand and deployed Kestrel.",
        hours=30,
    ),
    an_article(
        4,
        "Electron lifts off with Kestrel satellite for weather forecasts",
        "Rocket Lab's Electron reached orbit minutes after launch.",
        hours=32,
    ),
]
OTHERS = [
    an_article(5, "Lawmakers question budget of lunar sample archive", hours=8),
    an_article(6, "Astronomers find water ice on distant dwarf planet", hours=20),
]
WEEK = [*PREVIEWS, *LAUNCH, *OTHERS]


def test_the_preview_and_the_launch_are_two_stories(gazetteer, background):
    clustering = cluster_articles(WEEK, gazetteer, background)

    assert clustering.stories() == {
        "a01": ("a01", "a02"),
        "a03": ("a03", "a04"),
        "a05": ("a05",),
        "a06": ("a06",),
    }


def test_the_order_of_the_articles_does_not_matter(gazetteer, background):
    shuffled = WEEK.copy()
    random.Random(5).shuffle(shuffled)

    assert (
        cluster_articles(shuffled, gazetteer, background).members
        == cluster_articles(WEEK, gazetteer, background).members
    )


def test_an_editor_joins_what_the_score_keeps_apart(gazetteer, background):
    clustering = cluster_articles(WEEK, gazetteer, background, must_join=[("a05", "a06")])

    assert clustering.stories()["a05"] == ("a05", "a06")
    assert clustering.members["a06"].why == "joined by an editor"


def test_an_editor_splits_what_the_score_joins(gazetteer, background):
    clustering = cluster_articles(WEEK, gazetteer, background, must_split=[("a03", "a04")])

    assert clustering.members["a03"].story_id != clustering.members["a04"].story_id


def test_an_override_about_another_week_is_passed_over(gazetteer, background):
    clustering = cluster_articles(WEEK, gazetteer, background, must_join=[("a05", "gone")])

    assert clustering.stories()["a05"] == ("a05",)


def test_overrides_that_contradict_each_other_are_an_error(gazetteer, background):
    with pytest.raises(ConfigError, match="both joined and split"):
        cluster_articles(
            WEEK,
            gazetteer,
            background,
            must_join=[("a01", "a02"), ("a02", "a03")],
            must_split=[("a01", "a03")],
        )


def test_every_member_says_whom_it_joined_and_why(gazetteer, background):
    clustering = cluster_articles(WEEK, gazetteer, background)

    member = clustering.members["a04"]
    assert member.joined == "a03"
    assert member.score > 0
    assert "Electron" in member.why
    assert clustering.members["a05"].why == "stands alone"


def test_an_explanation_adds_up_and_names_what_keeps_two_articles_apart(gazetteer, background):
    from transforms.stories.score import BIAS  # noqa: PLC0415

    clustering = cluster_articles(WEEK, gazetteer, background)

    explanation = explain_pair(clustering, "a02", "a03")
    assert explanation.decision == "two stories"
    assert [re.sub(r" \(\d+% for [^)]+\)", "", fact) for fact in explanation.cannot_join] == [
        "phase preview against event"
    ]
    assert '"launches"' in explanation.cannot_join[0]
    assert explanation.score == pytest.approx(BIAS + sum(explanation.weights.values()), abs=0.01)
    assert explanation.cannot_join[0] in explanation.words


def test_the_news_and_what_it_did_to_the_shares_are_two_stories(gazetteer, background):
    landing = [
        an_article(
            number,
            f"Kestrel lands on the moon {place}",
            "The lander touched down at noon.",
            hours=number,
        )
        for number, place in enumerate(("near its pole", "at the pole", "after a scare"), start=1)
    ]
    shares = [
        an_article(
            number,
            f"Shares in Kestrel's maker {verb} as it lands on the moon",
            "The lander touched down at noon.",
            hours=number,
        )
        for number, verb in ((4, "soar"), (5, "surge"))
    ]

    clustering = cluster_articles([*landing, *shares], gazetteer, background)

    assert sorted(map(sorted, clustering.stories().values())) == [
        ["a01", "a02", "a03"],
        ["a04", "a05"],
    ]
    explanation = explain_pair(clustering, "a02", "a04")
    assert "a plain title against a title of market" in explanation.cannot_join


def test_hours_between_two_guides_to_one_sight_hardly_count(gazetteer, background):
    def guides(what):
        return [
            an_article(1, f"How to watch Sunday's {what}", "It begins at dusk."),
            an_article(2, f"{what} on Sunday: when and where to see it", "", hours=50),
            an_article(3, f"What to pack for the {what} this Sunday", "Bring a chair.", hours=96),
        ]

    def cost_of_hours(what):
        clustering = cluster_articles(guides(what), gazetteer, background)
        weights = explain_pair(clustering, "a01", "a03").weights
        return weights["gap"] + weights["over_48h"]

    sight = cluster_articles(guides("lunar eclipse"), gazetteer, background)

    assert list(sight.stories()) == ["a01"]
    # A rocket that was put off is announced again in the same words.
    assert cost_of_hours("rocket launch") < 3 * cost_of_hours("lunar eclipse") < 0


def test_views_of_a_sight_are_one_story_for_days_whatever_their_titles_sound_like(
    gazetteer, background
):
    eclipse = "The total solar eclipse was seen from Iceland to Spain."
    guides = [
        an_article(1, "How to watch the total solar eclipse on March 6", "Where to stand."),
        an_article(2, "Total solar eclipse on March 6: when and where to see it", "", hours=20),
        an_article(3, "What to pack for the total solar eclipse on March 6", "A chair.", hours=30),
    ]
    views = [
        an_article(4, "Total solar eclipse darkens Spain", eclipse, hours=60),
        an_article(5, "Did you see the total solar eclipse? Here is how to share it", eclipse, 90),
        an_article(6, "Total solar eclipse over a Spanish field of poppies", eclipse, hours=140),
    ]

    clustering = cluster_articles([*guides, *views], gazetteer, background)

    assert sorted(map(sorted, clustering.stories().values())) == [
        ["a01", "a02", "a03"],
        ["a04", "a05", "a06"],
    ]
    assert "by its thread or the day of the solar eclipse" in (
        explain_pair(clustering, "a02", "a05").words
    )


def test_hours_between_previews_of_one_launch_hardly_count_unless_it_was_put_off(
    gazetteer, background
):
    titles = (
        "Electron to launch the Kestrel weather satellite for Rocket Lab",
        "Rocket Lab to launch its Kestrel weather satellite on Electron",
        "Kestrel weather satellite set to launch on Rocket Lab's Electron",
    )
    previews = [an_article(at, title, hours=at * 30) for at, title in enumerate(titles, start=1)]
    delay = an_article(
        4,
        "Rocket Lab postpones launch of Kestrel weather satellite on Electron",
        "The launch was scrubbed.",
        hours=45,
    )

    def cost_of_hours(articles, one, other):
        clustering = cluster_articles(articles, gazetteer, background)
        weights = explain_pair(clustering, one, other).weights
        return weights["gap"] + weights["over_48h"]

    assert cost_of_hours(previews, "a01", "a03") > -1.5
    assert cost_of_hours([*previews, delay], "a01", "a03") < -3
    assert cost_of_hours([*previews, delay], "a02", "a03") > -1.5


def test_of_two_findings_no_more_than_a_day_and_a_half_counts(gazetteer, background):
    findings = [
        an_article(1, "Astronomers find water ice on a distant dwarf planet"),
        an_article(2, "Water ice is found on a distant dwarf planet, say astronomers", hours=100),
    ]

    clustering = cluster_articles(findings, gazetteer, background)

    words = explain_pair(clustering, "a01", "a02").words
    assert "100 hours lie between them, which count as 36 (-3.0)" in words


def test_two_articles_that_only_each_other_resembles_must_share_more(gazetteer, background):
    notes = [
        an_article(7, "Two halves of a probe meet", "From the agency's notebook."),
        an_article(8, "A river at its lowest", "From the agency's notebook.", hours=5),
    ]

    clustering = cluster_articles([*WEEK, *notes], gazetteer, background)

    assert {"a07", "a08"} <= clustering.stories().keys()
    words = explain_pair(clustering, "a07", "a08").words
    assert "they share little, and no third article resembles both (-4.0)" in words


# A story that goes on: told on Saturday and Sunday of 2024-W11, Monday and Tuesday of W12.
GOES_ON = [
    an_article(20, "Kestrel satellite loses contact with Rocket Lab", hours=12 * 24),
    an_article(21, "Rocket Lab's Kestrel satellite falls silent, contact lost", hours=13 * 24),
    an_article(22, "Contact lost with Kestrel, Rocket Lab's silent satellite", hours=14 * 24),
    an_article(23, "Kestrel satellite lost: Rocket Lab ends contact attempts", hours=15 * 24),
]


def told(articles, week, gazetteer, background):
    window = Window.of(Week.parse(week), "UTC")
    seen = [a for a in articles if window.lookback <= a.published_at < window.end]
    return cluster_articles(seen, gazetteer, background).stories()


def test_a_story_that_goes_on_next_week_keeps_its_id(gazetteer, background):
    articles = [*WEEK, *GOES_ON]

    this_week = told(articles, "2024-W11", gazetteer, background)
    next_week = told(articles, "2024-W12", gazetteer, background)

    assert this_week["a20"] == ("a20", "a21")
    assert next_week["a20"] == ("a20", "a21", "a22", "a23")
    assert this_week["a03"] == next_week["a03"] == ("a03", "a04")


def test_a_story_is_renamed_once_its_first_article_is_too_long_ago(gazetteer, background):
    articles = [*WEEK, *GOES_ON]

    after_three_weeks = told(articles, "2024-W14", gazetteer, background)
    after_four = told(articles, "2024-W15", gazetteer, background)

    assert after_three_weeks["a20"] == ("a20", "a21", "a22", "a23")
    assert after_four == {"a22": ("a22", "a23")}


def test_thousands_of_articles_that_are_all_alike_are_compared_with_their_nearest(
    gazetteer, background
):
    flood = [
        an_article(100 + n, "Rocket Lab launches Kestrel satellite", f"Number n{n % 7}.", n / 60)
        for n in range(600)
    ]

    clustering = cluster_articles(flood, gazetteer, background)

    most = features._MOST_NEIGHBOURS  # noqa: SLF001 what the test is about
    assert len(clustering.evidence.pairs.first) <= most * len(flood)
    assert len(clustering.members) == len(flood)


def test_nothing_in_gives_nothing_out(gazetteer, background):
    assert cluster_articles([], gazetteer, background).members == {}


def test_empty_titles_and_foreign_scripts_are_sorted_too(gazetteer, background):
    odd = [
        an_article(1, ""),
        an_article(2, "火星探测器传回照片", hours=1),
        an_article(3, "\u202e((((" * 200, "\x00[" * 500, hours=2),
    ]

    clustering = cluster_articles(odd, gazetteer, background)

    assert len(clustering.members) == len(odd)
