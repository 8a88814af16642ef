from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOON, SETTINGS, VOCABULARY, WEEK, a_story, a_week, an_article

from reports.charts import column_head, topic_bars, week_chart, who_covered_what
from reports.items import labels_of, tell_story

LABELS = labels_of(VOCABULARY)


def items(*stories):
    return [tell_story(story, SETTINGS, LABELS, 200) for story in stories]


def test_the_matrix_shows_who_covered_what_and_who_was_first():
    matrix = who_covered_what(items(a_story("One", ["A", "B"]), a_story("Two", ["B", "C"])))

    assert [whole for _, whole in matrix.outlets] == ["B", "A", "C"]
    assert [row.cells for row in matrix.rows] == [("yes", "first", ""), ("first", "", "yes")]


def test_outlets_beyond_the_columns_are_counted():
    outlets = [f"Outlet {n}" for n in range(9)]

    matrix = who_covered_what(items(a_story("One", outlets), a_story("Two", outlets[:2])))

    assert [row.more for row in matrix.rows] == [3, 0]


@pytest.mark.parametrize(
    "stories",
    [[], [a_story("One", ["A", "B", "C"])], [a_story("One", ["A"]), a_story("Two", ["B"])]],
)
def test_there_is_no_matrix_where_nothing_compares(stories):
    assert who_covered_what(items(*stories)) is None


@pytest.mark.parametrize(
    ("outlet", "head"),
    [
        ("Perihelion", "Perihelion"),
        ("The Launch Ledger", "Launch Ledger"),
        ("European Southern Observatory", "ESO"),
        ("www.washingtonpost.example", "washington…"),
        ("news.sky.example", "sky"),
        ('&"<>', '&"<>'),
    ],
)
def test_a_column_is_headed_by_a_name_that_fits(outlet, head):
    assert column_head(outlet) == head


def test_no_two_columns_are_headed_alike():
    twins = ["Space Telescope Institute", "Solar Terrestrial Institute", "Other"]

    matrix = who_covered_what(items(a_story("One", twins), a_story("Two", twins)))

    heads = [head for head, _ in matrix.outlets]
    assert len(set(heads)) == 3


def test_the_week_chart_counts_an_outlet_once_a_day_in_the_readers_zone():
    late = NOON.replace(hour=23, minute=30)  # Wednesday in London, Thursday in Berlin
    story = a_story("One", ["A"], ["lunar", "mars"])
    again = replace(story.coverage[0], told_at=late)
    news = a_week([replace(story, coverage=(story.coverage[0], again, again))])

    london = week_chart(news, LABELS, WEEK, "Europe/London")
    berlin = week_chart(news, LABELS, WEEK, "Europe/Berlin")

    assert [dot.count for dot in london.rows[0][1]] == [0, 0, 1, 0, 0, 0, 0]
    assert [dot.count for dot in berlin.rows[1][1]] == [0, 0, 1, 1, 0, 0, 0]


def test_a_repeat_and_last_weeks_report_make_no_dot():
    story = a_story("One", ["A", "B"])
    first, second = story.coverage
    coverage = (
        replace(first, is_this_week=False, told_at=NOON - timedelta(days=7)),
        replace(second, duplicate_of=first.article_id),
    )

    assert week_chart(a_week([replace(story, coverage=coverage)]), LABELS, WEEK, "UTC") is None


def test_the_week_chart_counts_the_stories_that_each_day_brought():
    wednesday = a_story("One", ["A", "B"])
    friday = a_story(an_article("Two", published_at=NOON + timedelta(days=2)), ["A"])
    begun = a_story("Three", ["A", "B"])
    first, second = begun.coverage
    goes_on = replace(begun, coverage=(replace(first, is_this_week=False), second), continues=True)

    chart = week_chart(a_week([wednesday, friday, goes_on]), LABELS, WEEK, "UTC")

    assert chart.firsts == (0, 0, 1, 0, 1, 0, 0)
    assert chart.picture.alt.count("1 first") == 2


def test_larger_dots_mean_more_reports():
    busy = a_story("One", [f"O{n}" for n in range(9)])
    calm = a_story(replace(busy.lead, title="Two", published_at=NOON + timedelta(days=1)), ["O1"])

    chart = week_chart(a_week([busy, calm]), LABELS, WEEK, "UTC")

    [(_, dots)] = chart.rows
    assert dots[2].size > dots[3].size > dots[4].size == 0
    assert (
        chart.caption == "Reports by topic and day. Most at once: Moon on Wed, with nine reports."
    )


def test_bars_compare_with_the_week_before():
    news = a_week(
        [a_story()],
        tag_counts={"lunar": 20, "mars": 5, "gone from the vocabulary": 99},
        previous_tag_counts={"lunar": 10, "mars": 8, "sun": 3},
    )

    bars = topic_bars(news, LABELS)

    assert [(b.tag.tag_id, b.count, b.previous, b.width) for b in bars.rows] == [
        ("lunar", 20, 10, 100),
        ("mars", 5, 8, 25),
        ("sun", 0, 3, 0),
    ]
    assert bars.caption == (
        "Articles this week and last. Moon rose most, from 10 to 20; Mars fell most, from 8 to 5."
    )


def test_bars_say_nothing_of_a_week_before_that_is_unknown():
    bars = topic_bars(a_week([a_story()]), LABELS)

    assert not bars.has_previous
    assert bars.caption == "Articles this week."
    assert topic_bars(a_week(), LABELS) is None


def test_a_last_week_that_was_hardly_read_is_not_compared_with():
    news = a_week([a_story()], tag_counts={"lunar": 127}, previous_tag_counts={"lunar": 4})

    assert not topic_bars(news, LABELS).has_previous
