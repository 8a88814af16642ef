"""Sights in the sky: one comes on a day known long before, which parts its guides from its views.

An eclipse is previewed for months, seen once and pictured for days. Launches slip, so that only
words tell whether one has been; of an eclipse the day does, however its pictures are headed.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from transforms.stories.phase import AFTER, EVENT, GRID, PREVIEW
from transforms.stories.records import Reading
from transforms.stories.thread import Hours, Likelihoods

# So many titles must name a day for the sight to be on it.
_FEWEST_NAMING = 2
# A day this far off is another sight's: of the next full moon, of another shower of meteors.
_FARTHEST_HOURS = 8 * 24.0
# The night that follows the day belongs to it, and so do the clocks west of ours.
_OVER_AFTER_HOURS = 36.0
_DAY_HOURS = 24.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def sight_days(readings: Sequence[Reading]) -> dict[str, list[float]]:
    """Return when the days that titles name for each sight begin, in hours since the epoch."""
    named: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for reading in readings:
        for sight in reading.sights:
            named[sight].update(reading.days)
    return {
        sight: [_beginning(day) for day, titles in days.items() if titles >= _FEWEST_NAMING]
        for sight, days in named.items()
    }


def date_sights(readings: Sequence[Reading], hours: Hours, phases: Likelihoods) -> Likelihoods:
    """Return `phases` where no sight is previewed after its days, or seen before them."""
    days = sight_days(readings)
    dated = phases.copy()
    for article, reading in enumerate(readings):
        begins = [
            begin
            for sight in reading.sights
            for begin in days[sight]
            if abs(begin - hours[article]) <= _FARTHEST_HOURS
        ]
        if not begins or not set(map(_beginning, reading.days)).issubset(begins):
            continue
        if hours[article] >= max(begins) + _OVER_AFTER_HOURS:
            dated[article, EVENT] += dated[article, PREVIEW]
            dated[article, PREVIEW] = 0.0
        elif hours[article] < min(begins):
            dated[article, PREVIEW] += dated[article, EVENT] + dated[article, AFTER]
            dated[article, [EVENT, AFTER]] = 0.0
    return np.asarray(np.rint(dated * GRID) / GRID)


def _beginning(day: int) -> float:
    """Return when a day begins, in hours since the epoch."""
    return (day - _EPOCH) * _DAY_HOURS
