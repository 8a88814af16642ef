"""Captured feeds through `ingest`, as they stood from one moment to the next."""

from datetime import UTC, datetime, timedelta

import duckdb
from feedserver import replaying, write_config

from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from transforms.records import OUTCOMES


def replay(shared, tmp_path, folder, start, step):
    """Ingest from `start` to the end of the data; return the passes and the database."""
    with replaying(shared, folder) as server:
        config = write_config(
            tmp_path / "config", server.ask("/feeds.toml"), allow=f"127.0.0.1:{server.port}"
        )
        settings = load_settings(config, tmp_path / "perigee.duckdb")
        end = server.end()
        moment = start or end
        passes = []
        while True:
            server.turn_to(moment)
            passes.append(ingest_feeds(settings, moment))
            if moment >= end:
                break
            moment = min(moment + step, end)
        passes.append(ingest_feeds(settings, moment + timedelta(hours=1)))
    return passes, settings.database


def count(database, table, where="true"):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]


def test_a_week_of_fifty_outlets_loses_nothing_and_ends_in_304_throughout(shared, tmp_path):
    start = datetime(2023, 4, 17, tzinfo=UTC)

    passes, database = replay(shared, tmp_path, "week-2023-04-17", start, timedelta(hours=12))

    assert {outcome for p in passes for outcome in p.outcomes} == {"ok", "not_modified"}
    assert passes[-1].outcomes == {"not_modified": 50}
    assert count(database, "sightings") == 338
    assert count(database, "articles") == 337
    assert count(database, "fetches", "gap_since IS NOT NULL") == 0


def test_every_captured_feed_has_an_outcome_and_entries(shared, tmp_path):
    passes, database = replay(shared, tmp_path, "captured", None, timedelta(hours=1))

    assert passes[0].outcomes == {"ok": 38}
    assert set(passes[0].outcomes) <= set(OUTCOMES)
    assert passes[-1].outcomes == {"not_modified": 38}
    stored = passes[0].stored
    assert stored.new == count(database, "articles")
    # Two of the documents repeat entries word for word: 22 and 8 of them.
    assert passes[0].entries - stored.new - stored.same == 30


def test_four_weeks_of_two_feeds_bring_each_article_once(shared, tmp_path):
    start = datetime(2026, 3, 22, tzinfo=UTC)

    passes, database = replay(shared, tmp_path, "series-2026-artemis2", start, timedelta(days=4))

    assert passes[-1].outcomes == {"not_modified": 2}
    assert count(database, "articles") == sum(p.stored.new for p in passes)
    assert count(database, "sightings", "TRUE") >= count(database, "articles")
    assert count(database, "revisions") == sum(p.stored.changed for p in passes)
