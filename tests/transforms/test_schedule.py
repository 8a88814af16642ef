from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.records import GOOD_OUTCOMES, OUTCOMES
from transforms.schedule import SLOWEST, Bounds, Wishes, next_poll_at, rhythm_of

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
BOUNDS = Bounds(floor=timedelta(minutes=30), cap=timedelta(days=1))
JITTER = 1.1


def interval(outcome="ok", **reasons):
    known = {"wishes": Wishes(), "rhythm": None, "failures": 0} | reasons
    return next_poll_at("farside", NOW, outcome, BOUNDS, **known) - NOW


def test_a_feed_is_asked_twice_per_entry_of_its_own_rhythm():
    assert 4 * HOUR <= interval(rhythm=8 * HOUR) <= 4 * HOUR * JITTER


@pytest.mark.parametrize(
    ("rhythm", "low"), [(timedelta(minutes=1), BOUNDS.floor), (timedelta(days=30), BOUNDS.cap)]
)
def test_the_interval_stays_between_floor_and_cap(rhythm, low):
    assert low <= interval(rhythm=rhythm) <= low * JITTER


@pytest.mark.parametrize("wishes", [Wishes(ttl=360), Wishes(fresh_for=6 * 3600.0)])
def test_what_feed_and_server_wish_makes_it_longer(wishes):
    assert 6 * HOUR <= interval(wishes=wishes, rhythm=HOUR) <= 6 * HOUR * JITTER


def test_an_absurd_wish_is_capped():
    assert interval(wishes=Wishes(ttl=10**9)) <= BOUNDS.cap * JITTER


def test_after_a_gap_a_feed_is_asked_as_often_as_allowed():
    assert interval(rhythm=8 * HOUR, has_gap=True) <= BOUNDS.floor * JITTER


def test_failures_double_the_interval_without_an_end_but_a_week():
    intervals = [interval("not_found", failures=n) for n in range(1, 30)]

    assert intervals[0] < intervals[2] < intervals[4]
    assert intervals[-1] <= SLOWEST * JITTER


def test_what_may_mend_itself_is_asked_again_within_the_cap():
    assert interval("timeout", failures=20) <= BOUNDS.cap * JITTER


@pytest.mark.parametrize("outcome", ["rate_limited", "server_error"])
def test_retry_after_moves_the_next_poll(outcome):
    wishes = Wishes(retry_after=5 * 3600.0)

    assert interval(outcome, wishes=wishes, failures=1) >= 5 * HOUR


def test_hours_and_days_of_quiet_are_kept():
    wishes = Wishes(skip_hours=tuple(range(12, 20)), skip_days=("thursday",))

    moment = next_poll_at("farside", NOW, "ok", BOUNDS, wishes=wishes, rhythm=HOUR, failures=0)

    assert (moment.hour >= 20, f"{moment:%A}") == (True, "Wednesday")


def test_a_feed_that_never_wants_to_be_asked_is_asked_all_the_same():
    wishes = Wishes(skip_hours=tuple(range(24)))

    assert interval(wishes=wishes, rhythm=HOUR) < HOUR


def test_feeds_do_not_come_due_all_at_once():
    moments = {
        next_poll_at(f"f{n}", NOW, "ok", BOUNDS, wishes=Wishes(), rhythm=8 * HOUR, failures=0)
        for n in range(50)
    }

    assert len(moments) == 50


@given(
    st.sampled_from(OUTCOMES),
    st.builds(
        Wishes,
        fresh_for=st.none() | st.floats(0, 1e9),
        retry_after=st.none() | st.floats(0, 86_400),
        ttl=st.none() | st.integers(0, 10**9),
    ),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=900)),
    st.integers(1, 10_000),
    st.booleans(),
)
def test_every_feed_is_asked_again_some_day_and_never_before_the_floor(
    outcome, wishes, rhythm, failures, has_gap
):
    found = interval(outcome, wishes=wishes, rhythm=rhythm, failures=failures, has_gap=has_gap)

    longest = BOUNDS.cap if outcome in GOOD_OUTCOMES else SLOWEST
    assert BOUNDS.floor <= found <= longest * JITTER


def test_the_rhythm_is_the_usual_time_between_the_newest_entries():
    moments = [NOW - n * HOUR for n in range(10)] + [NOW - timedelta(days=400)]

    assert rhythm_of(moments) == HOUR
    assert rhythm_of(moments[:2]) is None
