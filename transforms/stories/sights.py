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

# So many titles must name one day for it to be the sight's.
_FEWEST_NAMING = 2
_DAY_HOURS = 24.0
# The night that follows the day belongs to it, and so do the clocks west of ours.
_OVER_AFTER_HOURS = 36.0
_EPOCH_ORDINAL = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def sight_days(readings: Sequence[Reading]) -> dict[str, int]:
    """Return the day of each sight, as an ordinal: the one that most titles name, if any do."""
    named: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for reading in readings:
        for sight in reading.sights:
            named[sight].update(reading.days)
    most = {
        sight: min(days.items(), key=lambda item: (-item[1], item[0]))
        for sight, days in named.items()
        if days
    }
    return {sight: day for sight, (day, titles) in most.items() if titles >= _FEWEST_NAMING}


def date_sights(readings: Sequence[Reading], hours: Hours, phases: Likelihoods) -> Likelihoods:
    """Return `phases` where no sight is previewed after its day, or seen before it."""
    days = sight_days(readings)
    dated = phases.copy()
    for article, reading in enumerate(readings):
        known = {days[sight] for sight in reading.sights if sight in days}
        if not known or any(day not in known for day in reading.days):
            continue
        begins = (max(known) - _EPOCH_ORDINAL) * _DAY_HOURS
        if hours[article] >= begins + _OVER_AFTER_HOURS:
            dated[article, EVENT] += dated[article, PREVIEW]
            dated[article, PREVIEW] = 0.0
        elif hours[article] < begins:
            dated[article, PREVIEW] += dated[article, EVENT] + dated[article, AFTER]
            dated[article, [EVENT, AFTER]] = 0.0
    return np.asarray(np.rint(dated * GRID) / GRID)
