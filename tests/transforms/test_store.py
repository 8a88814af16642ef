import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polled import (
    BOUNDS,
    MONDAY,
    a_database,
    a_failure,
    a_feed,
    a_poll,
    an_entry,
    rows_of,
    store,
)

from transforms.moves import undo_move
from transforms.polls import due_feeds, resume_feed
from transforms.store import Stored, store_polls, sync_feeds

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FARSIDE, NEARSIDE = a_feed("farside"), a_feed("nearside")


@pytest.fixture
def database():
    with closing(a_database(FARSIDE, NEARSIDE)) as connection:
        yield connection


def value(connection, query, *parameters):
    row = connection.execute(query, list(parameters)).fetchone()
    return row[0] if row else None


def count(connection, table):
    return value(connection, f"SELECT count(*) FROM {table}")


# --- identity


@pytest.mark.parametrize(
    "other",
    [
        "http://farside.example/1",
        "https://www.farside.example/1/",
        "https://amp.farside.example/1/",
        "https://m.farside.example/1",
        "https://farside.example/1/amp/",
        "https://farside.example/1/?utm_source=rss&utm_medium=feed",
        "https://farside.example/1/?fbclid=x#comments",
        "https://www.google.com/url?q=https%3A%2F%2Ffarside.example%2F1%2F&sa=t",
    ],
)
def test_one_article_under_two_spellings_is_one_article_with_two_sightings(database, other):
    store(database, a_poll(an_entry(1), feed=FARSIDE))

    store(database, a_poll(an_entry(1, url=other, guid="x"), feed=NEARSIDE), at=MONDAY + HOUR)

    assert count(database, "articles") == 1
    assert count(database, "sightings") == 2


def test_a_feed_that_changes_its_ids_brings_nothing_back(database):
    store(database, a_poll(an_entry(1), an_entry(2)))

    stored = store(database, a_poll(an_entry(1, guid="a"), an_entry(2, guid="b")), at=MONDAY + HOUR)

    assert stored == Stored(same=2)
    assert count(database, "sightings") == 2


def test_a_wrapped_address_is_opened_by_what_the_feed_says_of_it(database):
    wrapped = an_entry(
        1,
        url="https://feedproxy.google.com/~r/farside/~3/abc/",
        orig_url="https://farside.example/1/",
    )

    store(database, a_poll(an_entry(1)), a_poll(wrapped, feed=NEARSIDE))

    assert count(database, "articles") == 1


def test_a_wrapped_address_is_opened_by_a_guid_that_is_one(database):
    wrapped = an_entry(
        1,
        url="https://feedproxy.google.com/~r/farside/~3/abc/",
        guid="https://farside.example/1/",
    )

    store(database, a_poll(an_entry(1)), a_poll(wrapped, feed=NEARSIDE))

    assert count(database, "articles") == 1


def test_a_wrapper_that_hides_where_it_leads_is_kept_with_a_flag(database):
    store(database, a_poll(an_entry(1, url="https://news.google.com/rss/articles/CBMiabc")))

    assert value(database, "SELECT flags FROM articles") == ["url_wrapped"]


def test_an_id_used_again_for_another_address_is_another_article(database):
    store(database, a_poll(an_entry(1)))

    other = an_entry(2, guid=an_entry(1).guid)
    stored = store(database, a_poll(other), at=MONDAY + HOUR)

    assert stored.new == 1
    assert count(database, "articles") == 2


def test_an_article_whose_address_was_corrected_stays_the_same_article(database):
    store(database, a_poll(an_entry(1)))

    stored = store(
        database, a_poll(an_entry(1, url="https://farside.example/1-corrected")), at=MONDAY + HOUR
    )

    assert stored == Stored(same=1)
    assert value(database, "SELECT url FROM articles") == "https://farside.example/1/"
    assert count(database, "sightings") == 2


def test_entries_that_all_link_to_one_page_are_articles_of_their_own(database):
    page = "https://farside.example/picture-of-the-day"
    entries = [an_entry(n, url=page) for n in (1, 2, 3)]

    first = store(database, a_poll(*entries))
    second = store(database, a_poll(*entries), at=MONDAY + HOUR)

    assert (first.new, second) == (3, Stored(same=3))


def test_a_page_that_shows_another_entry_each_day_is_another_article_each_day(database):
    page = "https://farside.example/picture-of-the-day"

    for n in (1, 2, 3):
        store(database, a_poll(an_entry(n, url=page)), at=MONDAY + n * DAY)

    assert count(database, "articles") == 3
    assert count(database, "revisions") == 0


def test_a_new_headline_under_the_same_address_and_id_is_a_revision(database):
    store(database, a_poll(an_entry(1)))

    renamed = an_entry(1, title="Probe lost", published_raw="Mon, 16 Nov 2026 05:30:00 GMT")
    stored = store(database, a_poll(renamed), at=MONDAY + HOUR)

    assert stored == Stored(changed=1)
    assert count(database, "articles") == 1


def test_an_entry_that_a_document_holds_twice_under_one_address_is_one_article(database):
    """Seen in the wild: once with a tracking fragment, once without, under two headlines."""
    url = "https://farside.example/1/"
    tracked = an_entry(1, url=f"{url}#ftag=RSS", guid=f"{url}#ftag=RSS")
    edited = an_entry(1, url=url, guid=url, title="Probe 1 is awake")

    store(database, a_poll(tracked, edited))

    assert (count(database, "articles"), count(database, "sightings")) == (1, 2)


def test_two_feeds_that_use_the_same_ids_have_articles_of_their_own(database):
    mine = an_entry(1, guid="1", url="https://a.example/1")
    theirs = an_entry(2, guid="1", url="https://b.example/1")

    store(database, a_poll(mine, feed=FARSIDE), a_poll(theirs, feed=NEARSIDE))

    assert count(database, "articles") == 2


def test_an_entry_without_address_or_id_is_known_by_its_words(database):
    entry = an_entry(1, guid=None, url=None)

    store(database, a_poll(entry))
    stored = store(database, a_poll(entry), at=MONDAY + HOUR)

    assert stored == Stored(same=1)


# --- revisions


def test_a_changed_number_is_kept_as_a_material_revision_with_the_text_before(database):
    store(database, a_poll(an_entry(1, summary="It carries 12 instruments.")))

    stored = store(
        database, a_poll(an_entry(1, summary="It carries 14 instruments.")), at=MONDAY + HOUR
    )

    assert stored == Stored(changed=1)
    fields, is_material, why, diff, before = database.execute(
        "SELECT fields, is_material, why, diff, before FROM revisions"
    ).fetchone()
    assert (fields, is_material, why) == (["dek"], True, "a number")
    assert ["-", "12"] in json.loads(diff)["dek"]
    assert json.loads(before)["dek"] == "It carries 12 instruments."
    assert value(database, "SELECT dek FROM articles") == "It carries 14 instruments."


def test_a_bumped_date_is_no_revision(database):
    store(database, a_poll(an_entry(1)))

    stored = store(
        database,
        a_poll(an_entry(1, published_raw="Mon, 16 Nov 2026 05:59:00 GMT")),
        at=MONDAY + HOUR,
    )

    assert stored == Stored(same=1)
    assert value(database, "SELECT published_at FROM articles").minute == 1


def test_another_feeds_summary_of_the_article_is_no_revision(database):
    store(database, a_poll(an_entry(1)))

    store(database, a_poll(an_entry(1, summary="Other words."), feed=NEARSIDE), at=MONDAY + HOUR)

    assert count(database, "revisions") == 0


# --- what polling teaches


def test_a_304_without_validators_keeps_those_that_were_there(database):
    store(database, a_poll(an_entry(1), etag='"a"', last_modified="Mon"))

    store(database, a_failure("not_modified"), at=MONDAY + HOUR)

    [state] = due_feeds(database, [FARSIDE], MONDAY + 2 * DAY)
    assert (state.etag, state.last_modified) == ('"a"', "Mon")


def test_validators_of_a_body_that_could_not_be_read_are_not_kept(database):
    store(database, a_poll(an_entry(1), etag='"good"'))

    store(database, a_failure("malformed", etag='"bad"'), at=MONDAY + HOUR)

    [state] = due_feeds(database, [FARSIDE], MONDAY + 8 * DAY)
    assert (state.etag, state.failures) == ('"good"', 1)


def test_a_new_body_without_validators_forgets_the_old_ones(database):
    store(database, a_poll(an_entry(1), etag='"a"'))

    store(database, a_poll(an_entry(1), an_entry(2)), at=MONDAY + HOUR)

    [state] = due_feeds(database, [FARSIDE], MONDAY + 2 * DAY)
    assert state.etag is None


def test_only_what_is_due_is_asked_and_a_restart_asks_nothing_early(database):
    store(database, a_poll(an_entry(1)))

    assert due_feeds(database, [FARSIDE, NEARSIDE], MONDAY + timedelta(minutes=5)) == due_feeds(
        database, [NEARSIDE], MONDAY
    )


def test_a_second_410_pauses_a_feed_until_a_person_resumes_it(database):
    store(database, a_failure("timeout"))
    store(database, a_failure("gone"), at=MONDAY + DAY)
    once = due_feeds(database, [FARSIDE], MONDAY + 30 * DAY)

    store(database, a_failure("gone"), at=MONDAY + 9 * DAY)
    twice = due_feeds(database, [FARSIDE], MONDAY + 30 * DAY)

    assert (len(once), len(twice)) == (1, 0)
    assert resume_feed(database, "farside")
    assert len(due_feeds(database, [FARSIDE], MONDAY + 9 * DAY)) == 1
    assert not resume_feed(database, "farside")


def test_a_410_between_other_answers_pauses_nothing(database):
    for day, outcome in enumerate(("gone", "not_found", "gone")):
        store(database, a_failure(outcome), at=MONDAY + day * DAY)

    assert len(due_feeds(database, [FARSIDE], MONDAY + 30 * DAY)) == 1


def test_a_gap_is_recorded_with_its_time_span_and_shortens_the_interval(database):
    store(database, a_poll(an_entry(1), an_entry(2)))

    store(database, a_poll(an_entry(8), an_entry(9)), at=MONDAY + DAY)

    since, at = database.execute(
        "SELECT gap_since, fetched_at FROM fetches WHERE gap_since IS NOT NULL"
    ).fetchone()
    assert (since, at) == (MONDAY, MONDAY + DAY)
    next_poll = value(database, "SELECT next_poll_at FROM feeds WHERE feed_id = 'farside'")
    assert next_poll <= MONDAY + DAY + BOUNDS.floor * 1.1


def test_articles_that_only_another_feed_had_are_a_gap_too(database):
    store(database, a_poll(an_entry(1)), a_poll(an_entry(5), feed=NEARSIDE))

    store(database, a_poll(an_entry(5)), at=MONDAY + DAY)

    assert value(database, "SELECT count(*) FROM fetches WHERE gap_since IS NOT NULL") == 1


def test_a_feed_that_was_taken_out_is_not_asked_and_keeps_what_it_gave(database):
    store(database, a_poll(an_entry(1)))

    sync_feeds(database, [NEARSIDE], MONDAY + DAY)

    assert due_feeds(database, [NEARSIDE], MONDAY + 9 * DAY)[0].feed == NEARSIDE
    assert value(database, "SELECT removed_at FROM feeds WHERE feed_id = 'farside'")
    assert count(database, "articles") == 1


# --- moves


TARGET = "https://moved.example/feed"


def moved(*entries, **changes):
    return a_poll(*entries, outcome="moved", permanent_url=TARGET, **changes)


def address(database):
    return due_feeds(database, [FARSIDE], MONDAY + 90 * DAY)[0].poll_url


def test_a_feed_moves_after_three_permanent_answers_on_three_days(database):
    store(database, a_poll(an_entry(1), an_entry(2)))

    seen = []
    for day in (1, 2, 3):
        store(database, moved(an_entry(2), an_entry(day + 2)), at=MONDAY + day * DAY)
        seen.append(address(database))

    assert seen == [FARSIDE.url, FARSIDE.url, TARGET]


def test_three_permanent_answers_on_one_day_move_nothing(database):
    store(database, a_poll(an_entry(1)))

    for hour in (1, 2, 3, 4):
        store(database, moved(an_entry(1)), at=MONDAY + hour * HOUR)

    assert address(database) == FARSIDE.url


def test_a_target_that_shares_no_entry_with_the_old_feed_is_never_taken(database):
    store(database, a_poll(an_entry(1), an_entry(2)))

    for day in range(1, 9):
        store(database, moved(an_entry(40), an_entry(41)), at=MONDAY + day * DAY)

    assert address(database) == FARSIDE.url


def test_a_target_with_the_same_bytes_is_the_same_feed(database):
    store(database, a_poll(an_entry(1)))

    for day in (1, 2, 3):
        unread = replace(moved(an_entry(1)), articles=(), is_read=False)
        store(database, unread, at=MONDAY + day * DAY)

    assert address(database) == TARGET


def test_days_before_the_old_address_answered_again_do_not_count(database):
    store(database, a_poll(an_entry(1)))
    for day in (1, 2):
        store(database, moved(an_entry(1)), at=MONDAY + day * DAY)
    store(database, a_poll(an_entry(1)), at=MONDAY + 3 * DAY)

    store(database, moved(an_entry(1)), at=MONDAY + 4 * DAY)

    assert address(database) == FARSIDE.url


def test_a_move_that_was_undone_is_not_made_again(database):
    store(database, a_poll(an_entry(1)))
    for day in (1, 2, 3):
        store(database, moved(an_entry(1)), at=MONDAY + day * DAY)

    target = undo_move(database, "farside")
    for day in (4, 5, 6, 7):
        store(database, moved(an_entry(1)), at=MONDAY + day * DAY)

    assert target == TARGET
    assert address(database) == FARSIDE.url
    assert undo_move(database, "farside") is None


def test_a_feed_that_moves_to_another_host_brings_no_old_article_in_again(database):
    store(database, a_poll(*[an_entry(n) for n in range(1, 6)]))

    there = [an_entry(n, url=f"https://moved.example/news/{n}") for n in range(1, 7)]
    stored = store(database, moved(*there), at=MONDAY + DAY)

    assert (stored.new, stored.same) == (1, 5)


# --- properties


ENTRIES = st.builds(
    an_entry,
    st.integers(1, 4),
    guid=st.sampled_from([None, "1", "2", "https://farside.example/1/"]),
    url=st.sampled_from(
        [
            None,
            "https://farside.example/1/",
            "http://www.farside.example/1?utm_source=rss",
            "https://farside.example/2",
        ]
    ),
    summary=st.sampled_from(["It answered.", "It answered 2 calls.", "<p>a</p><p>b</p>"]),
    published_raw=st.sampled_from([None, "Mon, 16 Nov 2026 05:00:00 GMT", "2026-11-15"]),
)
READ = st.builds(
    lambda entries, feed, outcome: a_poll(
        *entries,
        feed=feed,
        outcome=outcome,
        permanent_url=TARGET if outcome == "moved" else None,
    ),
    st.lists(ENTRIES, max_size=5),
    st.sampled_from([FARSIDE, NEARSIDE]),
    st.sampled_from(["ok", "moved"]),
)
FAILED = st.builds(
    a_failure,
    st.sampled_from(["gone", "timeout", "not_modified", "bot_wall"]),
    st.sampled_from([FARSIDE, NEARSIDE]),
)
PASSES = st.lists(
    st.lists(READ | FAILED, max_size=2, unique_by=lambda poll: poll.feed.feed_id), max_size=5
)
FEW = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def after(passes, times=1, faults=()):
    """The rows after each pass was stored `times` times, the first attempts ended by faults."""
    with closing(a_database(FARSIDE, NEARSIDE)) as connection:
        for number, polls in enumerate(passes):
            at = MONDAY + number * DAY
            for fault in faults:
                with pytest.raises(BrokenPipeError):
                    store_polls(_Faulty(connection, fault), polls, at, BOUNDS)
            for _ in range(times):
                store_polls(connection, polls, at, BOUNDS)
        return rows_of(connection)


class _Faulty:
    """A connection that breaks at its `fault`-th statement, counted from the end if negative."""

    def __init__(self, connection, fault):
        self._connection, self._left = connection, fault

    def execute(self, statement, *parameters):
        self._left -= 1
        if self._left < 0 and statement != "ROLLBACK":
            raise BrokenPipeError(statement)
        return self._connection.execute(statement, *parameters)


@FEW
@given(PASSES)
def test_storing_every_poll_twice_leaves_the_rows_of_storing_it_once(passes):
    assert after(passes, times=2) == after(passes)


@FEW
@given(PASSES, st.lists(st.integers(0, 5), max_size=2))
def test_a_store_that_was_interrupted_anywhere_and_repeated_leaves_the_same_rows(passes, faults):
    assert after(passes, faults=faults) == after(passes)


@FEW
@given(st.lists(READ, min_size=1, max_size=4))
def test_an_unchanged_document_read_later_adds_no_article_and_no_sighting(polls):
    with closing(a_database(FARSIDE, NEARSIDE)) as connection:
        for number, poll in enumerate(polls):
            store(connection, poll, at=MONDAY + number * HOUR)
        before = (count(connection, "articles"), count(connection, "sightings"))

        stored = store(connection, polls[-1], at=MONDAY + DAY)

        assert (stored.new, stored.changed) == (0, 0)
        assert (count(connection, "articles"), count(connection, "sightings")) == before


def test_entry_without_an_address_keeps_its_article_when_it_gets_that_of_another():
    with closing(a_database(FARSIDE)) as connection:
        store(connection, a_poll(an_entry(1, guid="1", url=None)), at=MONDAY)
        address = "https://farside.example/1/"
        other = an_entry(1, guid=None, url=f"{address}?utm_source=rss")
        poll = a_poll(other, an_entry(1, guid="1", url=address))
        store(connection, poll, at=MONDAY + HOUR)
        before = (count(connection, "articles"), count(connection, "sightings"))

        stored = store(connection, poll, at=MONDAY + DAY)

        assert (stored.new, stored.changed) == (0, 0)
        assert (count(connection, "articles"), count(connection, "sightings")) == before


def test_address_used_again_under_one_guid_does_not_overwrite_another_article():
    first, latest = "https://farside.example/a/", "https://farside.example/latest/"
    with closing(a_database(FARSIDE, NEARSIDE)) as connection:
        for hour, url in enumerate((first, latest)):
            poll = a_poll(an_entry(1, guid="const", url=url))
            store(connection, poll, at=MONDAY + hour * HOUR)
        other = a_poll(an_entry(2, guid="z", url=latest), feed=NEARSIDE)
        store(connection, other, at=MONDAY + 2 * HOUR)

        entries = (an_entry(2, guid="const", url=latest), an_entry(1, guid="const", url=first))
        stored = store(connection, a_poll(*entries), at=MONDAY + DAY)

        assert (stored.new, stored.changed, stored.same) == (0, 0, 2)


@FEW
@given(st.lists(READ, max_size=4))
def test_every_entry_that_says_something_is_an_article_with_a_sighting(polls):
    with closing(a_database(FARSIDE, NEARSIDE)) as connection:
        for number, poll in enumerate(polls):
            store(connection, poll, at=MONDAY + number * HOUR)

        orphans = value(
            connection,
            "SELECT count(*) FROM articles AS a WHERE NOT EXISTS "
            "(SELECT 1 FROM sightings AS s WHERE s.article_id = a.article_id)",
        )
        assert orphans == 0
        seen = {row[0] for row in connection.execute("SELECT url FROM sightings").fetchall()}
        assert {a.url or "" for p in polls for a in p.articles} <= seen
