"""A sight in the sky has a day, and what is told of it before and after is told apart by it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from transforms.stories import StoryArticle, read_gazetteer
from transforms.stories.phase import AFTER, EVENT, NONE, PREVIEW
from transforms.stories.reading import read_article
from transforms.stories.sights import date_sights, sight_days

NO_NAMES = read_gazetteer({})
MONDAY = datetime(2026, 8, 10, tzinfo=UTC)
THE_DAY = datetime(2026, 8, 12, tzinfo=UTC)
GUIDES = (
    "How to watch the solar eclipse on August 12",
    "When to see the solar eclipse this Wednesday",
    "What to pack for the solar eclipse on August 13",
)


def read(title, published_at=MONDAY):
    article = StoryArticle(
        article_id=title,
        feed_id="feed",
        publisher="publisher",
        title=title,
        dek="",
        text="",
        published_at=published_at,
    )
    return read_article(article, NO_NAMES)


def dated(title, days, phases):
    """Return the phases of an article told so many days after the sight's day begins."""
    readings = [*map(read, GUIDES), read(title, THE_DAY + timedelta(days=days))]
    told = np.array([[1.0, 0, 0, 0, 0]] * len(GUIDES) + [phases])
    hours = np.array([reading.hours for reading in readings])
    return date_sights(readings, hours, told)[-1].tolist()


def test_a_sight_is_on_the_days_that_several_titles_name():
    days = sight_days([read(title) for title in GUIDES])

    assert days == {"solar eclipse": [THE_DAY.timestamp() / 3600]}


def test_one_title_is_too_little_to_date_a_sight():
    assert sight_days([read(GUIDES[0])])["solar eclipse"] == []


@pytest.mark.parametrize(
    ("days", "phase"), [(-0.5, PREVIEW), (0.4, NONE), (1.4, NONE), (1.6, EVENT), (3, EVENT)]
)
def test_before_its_day_a_sight_is_previewed_and_afterwards_seen(days, phase):
    phases = [0.0] * 5
    phases[PREVIEW], phases[EVENT], phases[AFTER] = 0.375, 0.25, 0.125
    phases[NONE] = 0.25

    found = dated("Pictures of the solar eclipse", days, phases)

    assert sum(found) == 1
    assert found[NONE] == 0.25
    if phase is NONE:  # on the day itself, words alone say which
        assert found == phases
    elif phase == EVENT:
        assert (found[PREVIEW], found[EVENT], found[AFTER]) == (0, 0.625, 0.125)
    else:
        assert (found[PREVIEW], found[EVENT], found[AFTER]) == (0.75, 0, 0)


def test_an_article_that_announces_another_day_or_no_sight_keeps_its_phase():
    phases = [0.5, 0.0, 0.25, 0.25, 0.0]

    assert dated("How to see the solar eclipse on August 28", 4, phases) == phases
    assert dated("How to watch the launch", 4, phases) == phases


def test_a_day_far_off_is_of_another_sight_of_that_name():
    phases = [0.5, 0.0, 0.25, 0.25, 0.0]

    assert dated("What an eclipse does to birds", 7.9, phases) == [0.0, 0.0, 0.75, 0.25, 0.0]
    assert dated("What an eclipse does to birds", 8.1, phases) == phases
    assert dated("What an eclipse does to birds", -8.1, phases) == phases
