"""Feeds in batches of one host's feeds together, so that politeness needs no word between tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from transforms.store import FeedState

BATCH = 25
# So many are polled at a time.
SIDE_BY_SIDE = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """Some feeds to be polled by one task.

    Attributes:
        number: Counted from 1.
        of: How many batches there are.
    """

    number: int
    of: int
    states: tuple[FeedState, ...]

    def share_of(self, workers: int) -> int:
        """Return how many of `workers` this batch may have, so that all together have no more."""
        return max(1, workers // min(self.of, SIDE_BY_SIDE))


def batches_of(states: Sequence[FeedState], size: int = BATCH) -> list[Batch]:
    """Return `states` in batches of about `size`; the feeds of one host are never parted."""
    hosts: dict[str, list[FeedState]] = {}
    for state in states:
        hosts.setdefault(urlsplit(state.poll_url).hostname or "", []).append(state)
    groups: list[list[FeedState]] = []
    for feeds in sorted(hosts.values(), key=len, reverse=True):
        fitting = next((g for g in groups if len(g) + len(feeds) <= size), None)
        if fitting is None:
            groups.append(list(feeds))
        else:
            fitting.extend(feeds)
    return [Batch(n, len(groups), tuple(group)) for n, group in enumerate(groups, 1)]
