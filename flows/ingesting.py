"""One pass over the feeds that are due, without Prefect: fetch → parse → normalise → store."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows.database import open_database
from flows.polling import Poller
from flows.settings import Settings
from transforms.records import GOOD_OUTCOMES
from transforms.schedule import Bounds
from transforms.store import FeedState, Poll, Stored, due_feeds, store_polls, sync_feeds
from transforms.weeks import Week

if TYPE_CHECKING:
    from flows.paging import PageRead

log = logging.getLogger(__name__)

BATCH = 50  # polls that are stored in one transaction


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a pass did; the outcomes add up to the feeds asked.

    Attributes:
        feeds: Configured.
        asked: Due, and polled.
        outcomes: Polls per word of the vocabulary.
        entries: Entries in the documents that were read.
        stored: What they changed.
        failures: `(feed_id, outcome, detail)` of each poll that failed.
        pages: Articles' own pages that were read.
    """

    feeds: int
    asked: int
    outcomes: dict[str, int]
    entries: int
    stored: Stored
    failures: tuple[tuple[str, str, str], ...]
    pages: "tuple[PageRead, ...]" = ()


def ingest_feeds(
    settings: Settings,
    now: datetime,
    *,
    on_start: Callable[[int], None] = lambda _: None,
    on_done: Callable[[Poll], None] = lambda _: None,
) -> Ingested:
    """Poll what is due and keep what it brings; return the counts.

    A feed that fails is an outcome beside the others. Safe to repeat and to interrupt.

    Args:
        settings: All of them.
        now: The moment of this pass, aware.
        on_start: Told how many feeds will be asked.
        on_done: Told each poll as it ends, from a worker's thread.
    """
    due = plan_polls(settings, now)
    on_start(len(due))
    polls: list[Poll] = []
    total = Stored()
    with Poller(settings.fetch, settings.config, now) as poller:
        batch: list[Poll] = []
        for poll in poller.poll(due, on_done):
            batch.append(poll)
            if len(batch) == BATCH:
                total += keep_polls(settings, batch, now)
                batch = []
            polls.append(poll)
        total += keep_polls(settings, batch, now)
    summary = summarise(len(settings.feeds), polls, total)
    summary = replace(summary, pages=read_wanted_pages(settings, now))
    log.info(
        "ingested asked=%d new=%d changed=%d same=%d failed=%d",
        summary.asked,
        total.new,
        total.changed,
        total.same,
        len(summary.failures),
    )
    return summary


def read_wanted_pages(settings: Settings, now: datetime) -> "tuple[PageRead, ...]":
    """Read the pages of the running week's best articles, where the settings want that."""
    if not settings.wants_pages:
        return ()
    from flows.paging import read_pages  # noqa: PLC0415 it imports all that tells a week

    return read_pages(settings, Week.of(now, settings.time_zone), now)


def plan_polls(settings: Settings, now: datetime) -> list[FeedState]:
    """Bring the configured feeds into the database and return those to ask now."""
    with open_database(settings.database) as connection:
        sync_feeds(connection, settings.feeds, now)
        return due_feeds(
            connection, settings.feeds, now, respect_schedule=settings.fetch.respect_schedule
        )


def keep_polls(settings: Settings, polls: Sequence[Poll], now: datetime) -> Stored:
    """Store `polls` in one transaction."""
    if not polls:
        return Stored()
    bounds = Bounds(
        floor=timedelta(minutes=settings.fetch.min_interval),
        cap=timedelta(minutes=settings.fetch.max_interval),
    )
    with open_database(settings.database) as connection:
        return store_polls(connection, polls, now, bounds)


def summarise(feeds: int, polls: Iterable[Poll], stored: Stored) -> Ingested:
    """Return the counts of a pass."""
    polls = list(polls)
    return Ingested(
        feeds=feeds,
        asked=len(polls),
        outcomes=dict(Counter(poll.outcome for poll in polls).most_common()),
        entries=sum(poll.entries for poll in polls),
        stored=stored,
        failures=tuple(
            (poll.feed.feed_id, poll.outcome, poll.detail or "")
            for poll in polls
            if poll.outcome not in GOOD_OUTCOMES
        ),
    )
