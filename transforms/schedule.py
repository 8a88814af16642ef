"""When a feed is asked again: what it and its server wish, its own rhythm, and how it failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from statistics import median

from transforms.records import GOOD_OUTCOMES

# Answers that will not mend themselves within hours: asked again ever more slowly, never dropped.
SLOW_FAILURES = frozenset({"not_found", "forbidden", "gone", "bot_wall", "not_a_feed"})
SLOWEST = timedelta(days=7)
JITTER = 0.1  # of the interval, so that feeds do not come due all at once
ENTRIES_PER_RHYTHM = 20
MAX_DOUBLINGS = 12


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which intervals feeds are asked."""

    floor: timedelta
    cap: timedelta


@dataclass(frozen=True, slots=True)
class Wishes:
    """What feed and server ask for.

    Attributes:
        fresh_for: Seconds for which the server calls its answer fresh.
        retry_after: Seconds until it wants to be asked again.
        ttl: Minutes between polls that the feed asks for.
        skip_hours: Hours of the day (UTC) in which it asks for quiet.
        skip_days: English names of the days on which it does.
    """

    fresh_for: float | None = None
    retry_after: float | None = None
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


def rhythm_of(moments: list[datetime]) -> timedelta | None:
    """Return the usual time between a feed's newest entries; None for fewer than three."""
    newest = sorted(moments, reverse=True)[:ENTRIES_PER_RHYTHM]
    gaps = [later - earlier for later, earlier in pairwise(newest)]
    return timedelta(seconds=median(g.total_seconds() for g in gaps)) if len(gaps) > 1 else None


def next_poll_at(  # noqa: PLR0913 each is one reason
    feed_id: str,
    now: datetime,
    outcome: str,
    bounds: Bounds,
    *,
    wishes: Wishes,
    rhythm: timedelta | None,
    failures: int,
    has_gap: bool = False,
) -> datetime:
    """Return when to ask the feed again.

    A healthy feed is asked twice per entry of its rhythm, but no more often than it wishes;
    after a gap, as often as allowed. Failures double the interval each time. The jitter is made
    of feed and moment, so that a repeated run plans the same.

    Args:
        feed_id: The feed's id.
        now: When it was just asked.
        outcome: How that went.
        bounds: Between which intervals to stay.
        wishes: What feed and server ask for.
        rhythm: The usual time between its entries, if known.
        failures: Polls that failed in a row, this one included.
        has_gap: This poll and the one before had no entry in common.
    """
    if outcome in GOOD_OUTCOMES:
        interval = bounds.floor if has_gap else (rhythm or bounds.cap / 4) / 2
        wished = max(wishes.fresh_for or 0.0, (wishes.ttl or 0) * 60.0)
        interval = min(max(interval, timedelta(seconds=wished), bounds.floor), bounds.cap)
    else:
        doubled = bounds.floor * 2 ** min(failures, MAX_DOUBLINGS)
        interval = min(doubled, SLOWEST if outcome in SLOW_FAILURES else bounds.cap)
        interval = max(interval, timedelta(seconds=wishes.retry_after or 0.0))
    return _out_of_quiet_hours(now + interval * (1 + JITTER * _fraction(feed_id, now)), wishes)


def _fraction(feed_id: str, now: datetime) -> float:
    digest = sha256(f"{feed_id}\0{now.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def _out_of_quiet_hours(moment: datetime, wishes: Wishes) -> datetime:
    """Move `moment` to the first hour in which the feed may be asked; at most a week ahead."""
    quiet_days = {day.strip().lower() for day in wishes.skip_days}
    for hours in range(24 * 7):
        candidate = moment + timedelta(hours=hours)
        day = f"{candidate:%A}".lower()
        if candidate.hour not in wishes.skip_hours and day not in quiet_days:
            return candidate
    return moment
