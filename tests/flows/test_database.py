import logging
import subprocess
import sys
import time

import duckdb
import pytest

from flows.database import attach_read_only, memory_database, open_database
from transforms.errors import ConfigError, DatabaseBusyError

HOLD = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


def held(path, seconds):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_the_tables_are_there_when_it_is_open(tmp_path):
    with open_database(tmp_path / "new" / "p.duckdb") as connection:
        tables = {row[0] for row in connection.execute("SHOW TABLES").fetchall()}

    assert {"feeds", "fetches", "articles", "sightings", "revisions", "page_fetches"} <= tables


def test_opening_it_again_changes_nothing(tmp_path):
    path = tmp_path / "p.duckdb"
    with open_database(path) as connection:
        connection.execute("INSERT INTO feeds (feed_id, title, url, kind, publisher) VALUES "
                           "('a', 'A', 'https://a.example/', 'press', 'A')")  # fmt: skip

    with open_database(path) as connection:
        assert connection.execute("SELECT count(*) FROM feeds").fetchone() == (1,)


def test_a_second_process_waits_for_the_first_and_says_so(tmp_path, caplog):
    path = tmp_path / "p.duckdb"
    with open_database(path):
        pass

    with held(path, 1.0), caplog.at_level(logging.WARNING):
        began = time.monotonic()
        with open_database(path, patience=20) as connection:
            assert connection.execute("SELECT count(*) FROM feeds").fetchone() == (0,)
        waited = time.monotonic() - began

    assert waited > 0.3
    [said] = [r.message for r in caplog.records]
    assert "waiting for the database" in said
    assert str(path) in said


def test_who_waits_for_too_long_gives_up_with_the_reason(tmp_path):
    path = tmp_path / "p.duckdb"
    with open_database(path):
        pass

    with held(path, 5) as process:
        with (
            pytest.raises(DatabaseBusyError, match="another process"),
            open_database(path, patience=0.2),
        ):
            pass
        process.terminate()


def test_a_reader_waits_as_well(tmp_path, caplog):
    path = tmp_path / "p.duckdb"
    with open_database(path):
        pass

    with (
        held(path, 0.8),
        memory_database() as connection,
        attach_read_only(connection, path, patience=20),
    ):
        rows = connection.execute("SELECT count(*) FROM durable.articles").fetchall()

    assert rows == [(0,)]
    assert "waiting" in caplog.text


def test_what_is_no_database_says_so(tmp_path):
    path = tmp_path / "p.duckdb"
    path.write_bytes(b"not a database, but long enough to look at" * 200)

    with pytest.raises(ConfigError, match=r"p\.duckdb"), open_database(path):
        pass


def test_a_reader_without_a_database_is_told_what_to_do(tmp_path):
    with (
        memory_database() as connection,
        pytest.raises(ConfigError, match="perigee ingest"),
        attach_read_only(connection, tmp_path / "none.duckdb"),
    ):
        pass


def test_nothing_can_be_written_through_a_reader(tmp_path):
    path = tmp_path / "p.duckdb"
    with open_database(path):
        pass

    with (
        memory_database() as connection,
        attach_read_only(connection, path),
        pytest.raises(duckdb.Error),
    ):
        connection.execute("DELETE FROM durable.feeds")
