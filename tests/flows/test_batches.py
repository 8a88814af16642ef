"""Feeds are polled in batches that never part one host's feeds."""

from urllib.parse import urlsplit

import pytest

from flows.batches import batches_of
from transforms.records import Feed
from transforms.store import FeedState


def feeds_of(**hosts: int) -> list[FeedState]:
    """Return so many feeds of each host."""
    return [
        FeedState(Feed(f"{host}-{n}", host, url, "press", host), url, None, None, None, 0)
        for host, count in hosts.items()
        for n in range(count)
        for url in [f"https://{host}.example/{n}"]
    ]


def test_every_feed_is_in_one_batch_and_no_host_in_two():
    states = feeds_of(nasa=30, esa=12, jaxa=12, **{f"blog{n}": 1 for n in range(40)})

    batches = batches_of(states, 25)

    assert sorted(s.feed.feed_id for b in batches for s in b.states) == sorted(
        s.feed.feed_id for s in states
    )
    hosts = [{urlsplit(s.poll_url).hostname for s in batch.states} for batch in batches]
    assert sum(map(len, hosts)) == len(set.union(*hosts))


def test_batches_are_filled_unless_one_host_alone_is_larger():
    sizes = [len(b.states) for b in batches_of(feeds_of(nasa=30, esa=12, jaxa=12, blog=1), 25)]

    assert sizes == [30, 25]


def test_no_feeds_make_no_batch():
    assert batches_of([]) == []


@pytest.mark.parametrize("batches", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("workers", [4, 7, 32])
def test_batches_side_by_side_have_no_more_workers_than_are_configured(batches, workers):
    states = feeds_of(**{f"host{n}": 1 for n in range(batches)})

    shares = [batch.share_of(workers) for batch in batches_of(states, 1)]

    assert sum(shares[:4]) <= workers
    assert min(shares) >= 1
