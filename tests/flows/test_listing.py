from datetime import UTC, datetime, timedelta

import pytest
from polled import a_failure, a_feed, a_poll, an_entry, store

from flows.database import open_database
from flows.listing import history_of, list_feeds, list_ledger, list_moves
from flows.settings import load_settings
from transforms.errors import ConfigError
from transforms.moves import undo_move
from transforms.polls import pause_feed
from transforms.store import sync_feeds

NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FARSIDE, NEARSIDE = a_feed("farside"), a_feed("nearside")


@pytest.fixture
def settings(tmp_path):
    feeds = "".join(
        f'[[feed]]\nid = "{f.feed_id}"\ntitle = "{f.title}"\nurl = "{f.url}"\n'
        for f in (FARSIDE, NEARSIDE)
    )
    (tmp_path / "feeds.toml").write_text(feeds, encoding="utf-8")
    return load_settings(tmp_path, tmp_path / "p.duckdb")


def kept(settings, *polls, at=NOW):
    with open_database(settings.database) as connection:
        sync_feeds(connection, [FARSIDE, NEARSIDE], at)
        return store(connection, *polls, at=at)


def test_feeds_that_were_never_polled_are_listed_all_the_same(settings):
    rows = list_feeds(settings)

    assert [(r["feed_id"], r["outcome"], r["articles"]) for r in rows] == [
        ("farside", None, 0),
        ("nearside", None, 0),
    ]


def test_each_feed_tells_its_last_outcome_with_detail_advice_and_evidence(settings):
    kept(settings, a_poll(an_entry(1)))
    kept(
        settings,
        a_failure("bot_wall", detail="answered 403", evidence="Just a moment"),
        at=NOW + HOUR,
    )

    farside, _ = list_feeds(settings)

    assert (farside["outcome"], farside["detail"]) == ("bot_wall", "answered 403")
    assert "webmaster" in farside["advice"]
    assert farside["evidence"] == "Just a moment"
    assert (farside["last_ok_at"], farside["last_polled_at"]) == (NOW, NOW + HOUR)
    assert farside["next_poll_at"] > NOW + HOUR
    assert (farside["failures"], farside["articles"]) == (1, 1)


def test_the_same_fields_are_there_before_and_after_the_first_poll(settings):
    before = [set(row) for row in list_feeds(settings)]

    kept(settings, a_poll(an_entry(1)))

    assert [set(row) for row in list_feeds(settings)] == before


def test_the_ledger_adds_up_requests_and_answers_per_host(settings):
    kept(settings, a_poll(an_entry(1), requests=2, wire_bytes=900))
    kept(settings, a_failure("not_modified", wire_bytes=0), at=NOW + HOUR)
    kept(settings, a_failure("timeout", feed=NEARSIDE), at=NOW + HOUR)

    rows = {row["host"]: row for row in list_ledger(settings)}

    farside = rows["farside.example"]
    assert (farside["polls"], farside["requests"], farside["wire_bytes"]) == (2, 3, 900)
    assert (farside["not_modified"], farside["share_not_modified"]) == (1, 0.5)
    assert rows["nearside.example"]["share_not_modified"] == 0


def moved_on(settings, *days, target="https://moved.example/feed"):
    for day in days:
        moved = a_poll(an_entry(1), outcome="moved", permanent_url=target)
        kept(settings, moved, at=NOW + day * DAY)


def test_a_move_is_listed_as_seen_until_it_was_said_on_three_days(settings):
    kept(settings, a_poll(an_entry(1)))
    moved_on(settings, 1, 1.5, 2)

    [seen] = list_moves(settings)
    moved_on(settings, 3)
    [taken] = list_moves(settings)

    assert (seen["feed_id"], seen["from"], seen["to"]) == (
        "farside",
        FARSIDE.url,
        "https://moved.example/feed",
    )
    assert (seen["state"], seen["since"]) == ("seen", NOW + DAY)
    assert [f"{day:%d}" for day in seen["days"]] == ["17", "18"]
    assert (taken["state"], taken["since"]) == ("taken", NOW + 3 * DAY)
    assert [f"{day:%d}" for day in taken["days"]] == ["17", "18", "19"]


def test_a_move_that_was_undone_is_listed_as_refused(settings):
    kept(settings, a_poll(an_entry(1)))
    moved_on(settings, 1, 2, 3)
    with open_database(settings.database) as connection:
        undo_move(connection, "farside")
    kept(settings, a_poll(an_entry(1)), at=NOW + 4 * DAY)

    [move] = list_moves(settings)

    assert (move["state"], move["to"]) == ("refused", "https://moved.example/feed")


def test_a_move_is_no_longer_listed_once_the_old_address_answers_by_itself(settings):
    kept(settings, a_poll(an_entry(1)))
    moved_on(settings, 1, 2)
    kept(settings, a_poll(an_entry(1)), at=NOW + 3 * DAY)

    assert list_moves(settings) == []


def test_the_ledger_of_the_last_days_leaves_out_what_was_before(settings):
    kept(settings, a_poll(an_entry(1), seconds=0.5))
    kept(settings, a_failure("not_modified", seconds=0.25), at=NOW + 5 * DAY)

    [everything] = list_ledger(settings)
    [lately] = list_ledger(settings, 2, NOW + 6 * DAY)

    assert (everything["polls"], everything["seconds"]) == (2, 0.75)
    assert (lately["polls"], lately["seconds"], lately["share_not_modified"]) == (1, 0.25, 1.0)


def test_a_wall_comes_with_a_text_for_its_webmaster(settings):
    kept(settings, a_failure("bot_wall"), a_failure("timeout", feed=NEARSIDE))

    farside, nearside = list_feeds(settings)

    assert FARSIDE.url in farside["to_webmaster"]
    assert "Perigee/" in farside["to_webmaster"]
    assert nearside["to_webmaster"] is None


def test_a_feed_that_a_person_paused_says_how_it_is_resumed(settings):
    kept(settings, a_poll(an_entry(1)))
    with open_database(settings.database) as connection:
        assert pause_feed(connection, "farside", NOW + HOUR)
        assert not pause_feed(connection, "farside", NOW + 2 * HOUR)

    farside, _ = list_feeds(settings)

    assert farside["paused_at"] == NOW + HOUR
    assert "perigee feeds resume farside" in farside["advice"]


def test_an_articles_history_is_found_by_id_by_its_beginning_and_by_any_spelling(settings):
    kept(settings, a_poll(an_entry(1, summary="12 instruments.")))
    kept(settings, a_poll(an_entry(1, summary="14 instruments.")), at=NOW + HOUR)

    by_address = history_of(settings, "http://www.farside.example/1?utm_source=x")
    by_id = history_of(settings, by_address["article_id"])
    by_start = history_of(settings, by_address["article_id"][:8])

    assert by_address == by_id == by_start
    [revision] = by_id["revisions"]
    assert (revision["fields"], revision["is_material"]) == (["dek"], True)
    assert ["+", "14"] in revision["diff"]["dek"]
    assert revision["before"]["dek"] == "12 instruments."


@pytest.mark.parametrize("article", ["", "zz", "https://nowhere.example/"])
def test_an_article_that_is_not_meant_clearly_is_an_error(settings, article):
    kept(settings, a_poll(an_entry(1), an_entry(2)))

    with pytest.raises(ConfigError, match="perigee articles"):
        history_of(settings, article)
