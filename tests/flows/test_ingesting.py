from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from feedserver import Answer, scripted, write_config

from flows.ingesting import ingest_feeds
from flows.settings import load_settings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def a_document(*numbers, summary="It answered."):
    items = "".join(
        f"<item><title>Probe {n} wakes</title><link>https://farside.example/{n}</link>"
        f"<guid isPermaLink='false'>{n}</guid><description>{summary}</description>"
        f"<pubDate>Mon, 23 Nov 2026 0{n}:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Farside</title>{items}</channel></rss>".encode()


def conditional(body, etag):
    def answer(headers):
        known = headers.get("if-none-match") == etag
        return Answer(304) if known else Answer(body=body, headers={"ETag": etag})

    return answer


@pytest.fixture
def server():
    with scripted(a=conditional(a_document(1, 2), '"1"'), b=Answer(503)) as server:
        yield server


def settings_for(server, tmp_path: Path, *paths, **fetch):
    feeds = "".join(
        f'[[feed]]\nid = "{path}"\ntitle = "{path}"\nurl = "{server.url}/{path}"\n'
        for path in paths
    )
    config = write_config(tmp_path / "config", feeds, allow=server.address, timeout=2, **fetch)
    return load_settings(config, tmp_path / "perigee.duckdb")


def rows(settings, query):
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_pass_counts_what_it_did_and_a_failing_feed_is_one_outcome_among_others(server, tmp_path):
    settings = settings_for(server, tmp_path, "a", "b")

    ingested = ingest_feeds(settings, NOW)

    assert (ingested.feeds, ingested.asked, ingested.entries) == (2, 2, 2)
    assert ingested.outcomes == {"ok": 1, "server_error": 1}
    assert (ingested.stored.new, ingested.stored.same) == (2, 0)
    [(feed_id, outcome, detail)] = ingested.failures
    assert (feed_id, outcome, "503" in detail) == ("b", "server_error", True)


def test_a_second_pass_is_answered_304_and_adds_nothing(server, tmp_path):
    settings = settings_for(server, tmp_path, "a")
    ingest_feeds(settings, NOW)

    again = ingest_feeds(settings, NOW + DAY)

    assert again.outcomes == {"not_modified": 1}
    assert rows(settings, "SELECT count(*) FROM articles") == [(2,)]


def test_validators_survive_a_304_that_does_not_repeat_them(server, tmp_path):
    settings = settings_for(server, tmp_path, "a")

    outcomes = [ingest_feeds(settings, NOW + n * DAY).outcomes for n in range(3)]

    assert outcomes[1:] == [{"not_modified": 1}] * 2


def test_only_what_is_due_is_asked_also_after_a_restart(server, tmp_path):
    settings = settings_for(server, tmp_path, "a", respect_schedule="true")
    ingest_feeds(settings, NOW)

    early = ingest_feeds(load_settings(settings.config, settings.database), NOW + 5 * MINUTE)
    late = ingest_feeds(settings, NOW + 2 * DAY)

    assert (early.asked, late.asked) == (0, 1)


def test_a_changed_summary_is_a_revision(server, tmp_path):
    settings = settings_for(server, tmp_path, "a")
    ingest_feeds(settings, NOW)
    server.answers["/a"] = Answer(body=a_document(1, 2, summary="It answered 3 calls."))

    ingested = ingest_feeds(settings, NOW + DAY)

    assert ingested.stored.changed == 2
    assert rows(settings, "SELECT DISTINCT is_material FROM revisions") == [(True,)]


def test_a_failure_keeps_the_articles_and_the_reason(server, tmp_path):
    settings = settings_for(server, tmp_path, "a")
    ingest_feeds(settings, NOW)
    server.answers["/a"] = Answer(body=b"<html>Just a moment...</html>")

    ingest_feeds(settings, NOW + DAY)

    assert rows(settings, "SELECT count(*) FROM articles") == [(2,)]
    [(outcome, evidence)] = rows(
        settings, "SELECT outcome, evidence FROM fetches ORDER BY fetched_at DESC LIMIT 1"
    )
    assert (outcome, evidence) == ("bot_wall", "<html>Just a moment...</html>")


def test_a_feed_taken_out_of_the_configuration_is_asked_no_more(server, tmp_path):
    settings = settings_for(server, tmp_path, "a", "b")
    ingest_feeds(settings, NOW)

    ingested = ingest_feeds(settings_for(server, tmp_path, "b"), NOW + DAY)

    assert (ingested.feeds, ingested.asked) == (1, 1)


def test_nothing_configured_is_nothing_asked(tmp_path):
    with scripted() as server:
        ingested = ingest_feeds(settings_for(server, tmp_path), NOW)

    assert (ingested.asked, ingested.outcomes) == (0, {})
