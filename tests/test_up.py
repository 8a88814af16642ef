"""`make up` for real: server, work pool, deployments, worker, schedules, runs, and their end."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mailroom import a_scripted_server

from flows.database import open_database
from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.recipients import add_reader

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

PATIENCE = 120  # seconds; to start takes some twelve on two idle cores


@dataclass(frozen=True)
class Up:
    """A `make up` that says what it does, in a home of its own."""

    process: subprocess.Popen[str]
    port: int
    home: Path

    def lines_until(self, *words: str) -> list[str]:
        """Return what it says until a line holds one of `words`, or `error`."""
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if any(word in line for word in (*words, "error")):
                break
        return lines

    def stop(self, number: int = signal.SIGINT) -> int:
        """Press Ctrl-C; return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a deployment as its user does, and watch it."""
        own = {name: v for name, v in os.environ.items() if not name.startswith("PREFECT_")}
        return subprocess.run(
            [sys.executable, "-m", "prefect", "deployment", "run", *arguments, "--watch"],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=own
            | {
                "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
                "PREFECT_HOME": str(self.home.with_name("user")),
            },
        )


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def make_up(home: Path, **environment: str) -> Iterator[Up]:
    """Run `make up`; whatever the test does, it has ended after the block."""
    port = a_free_port()
    command = [sys.executable, "-m", "flows.up", "--port", str(port), "--home", str(home)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=os.environ | environment,
    ) as process:
        up = Up(process, port, home)
        try:
            yield up
        finally:
            if process.poll() is None:
                up.stop()


def processes_of(home: Path) -> list[str]:
    """Return the command lines of processes that were started with this Prefect home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if f"PREFECT_HOME={home}".encode() in environment:
            found.append(command)
    return found


def a_sample(folder: Path) -> dict[str, str]:
    """Return the environment in which the sample is what is configured."""
    config, database = folder / "config", folder / "perigee.duckdb"
    shutil.copytree(SAMPLE, config)
    file = config / "perigee.toml"
    file.write_text(file.read_text().replace("[digest]", f'[digest]\nout = "{folder / "out"}"'))
    with open_database(database) as connection:
        add_reader(connection, "reader@example.org", now=SAMPLE_NOW)
    return {
        "PERIGEE_CONFIG": str(config),
        "PERIGEE_DATABASE": str(database),
        "PERIGEE_SECRET": "a long random text for this test",
    }


BEGUN = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CRASHED"]

needs_proc = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="reads the process list of Linux"
)


@needs_proc
def test_make_up_schedules_and_runs_both_deployments_and_ends_with_ctrl_c(tmp_path: Path):
    sample = a_sample(tmp_path)
    with (
        a_scripted_server() as (smtp_url, said_to_the_mail_server),
        make_up(tmp_path / "home", PERIGEE_SMTP_URL=smtp_url, **sample) as up,
    ):
        said = up.lines_until("ready in")
        scheduled = up.ask(
            "/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        )

        # SQLAlchemy 2.1 stops the scheduler silently, and no run by hand would show it.
        assert said[-1].startswith("ready in"), said
        assert {line.split(",")[0] for line in said if ", next run 20" in line} == {
            "deployment  ingest/hourly",
            "deployment  digest/weekly",
        }
        assert len({run["deployment_id"] for run in scheduled if run["auto_scheduled"]}) == 2

        ingested = up.run("ingest/hourly", "--param", f'now="{SAMPLE_NOW.isoformat()}"')
        told = up.run("digest/weekly", "--param", f'week="{SAMPLE_WEEK}"')

        assert ingested.returncode == 0, ingested.stdout + ingested.stderr
        assert told.returncode == 0, told.stdout + told.stderr
        assert (tmp_path / "out" / str(SAMPLE_WEEK) / "index.html").exists()
        assert said_to_the_mail_server.count("END") == 1  # one reader, one message
        assert "digest 2026-W47: completed in" in up.lines_until("digest 2026-W47")[-1]

        assert up.stop() == 0
        assert up.process.stdout.read().endswith("stopped\n")
    assert processes_of(tmp_path / "home") == []


@needs_proc
def test_run_that_a_stop_cut_off_does_not_hold_up_the_next_ones(tmp_path: Path):
    home = tmp_path / "home"
    with make_up(home) as up:
        up.lines_until("ready in")
        deployment = up.ask("/deployments/name/ingest/hourly")
        # A run that nobody picks up; it holds the deployment's one place.
        run = up.ask(f"/deployments/{deployment['id']}/create_flow_run", {"name": "cut-short"})
        up.ask(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "PENDING"}})
        assert up.ask("/deployments/name/ingest/hourly")["global_concurrency_limit"]["active_slots"]

        assert up.stop(signal.SIGTERM) == 0

    with make_up(home) as up:
        said = up.lines_until("ready in")
        limit = up.ask("/deployments/name/ingest/hourly")["global_concurrency_limit"]
        begun = up.ask("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": BEGUN}}}})

        assert any("cut-short" in line for line in said), said
        assert said[-1].startswith("ready in"), said
        # At the minute of the schedule the place is taken again, by the run that falls due.
        assert limit["active_slots"] <= len([r for r in begun if r["name"] != "cut-short"])
    assert processes_of(home) == []


def miss_a_morning(home: Path, morning: str) -> None:
    """Make the next scheduled run of the letters one of a morning on which all was switched off."""
    with closing(sqlite3.connect(home / "prefect.db")) as connection, connection:
        [(run, state)] = connection.execute(
            """
            SELECT flow_run.id, flow_run.state_id FROM flow_run
            INNER JOIN deployment ON flow_run.deployment_id = deployment.id
            WHERE deployment.name = 'weekly' AND flow_run.auto_scheduled
            ORDER BY expected_start_time LIMIT 1
            """
        ).fetchall()
        connection.execute(
            "UPDATE flow_run SET expected_start_time = ?, next_scheduled_start_time = ? "
            "WHERE id = ?",
            (morning, morning, run),
        )
        connection.execute(
            "UPDATE flow_run_state "
            "SET state_details = json_set(state_details, '$.scheduled_time', ?) WHERE id = ?",
            (f"{morning}+00:00", state),
        )


@needs_proc
def test_morning_that_was_missed_is_made_up_for_with_the_editions_of_that_day(tmp_path: Path):
    sample, home = a_sample(tmp_path), tmp_path / "home"
    with make_up(home, **sample) as up:
        up.lines_until("ready in")
        up.stop()
    miss_a_morning(home, "2024-11-25 06:00:00.000000")  # a Monday of long ago

    with make_up(home, **sample) as up:
        said = up.lines_until("digest due 2024-11-25")

        assert "DeliveryError: weekly: 2024-W47 has no story" in said[-1], said
    assert processes_of(home) == []


@needs_proc
def test_part_that_dies_is_told_with_its_last_words_and_takes_the_others_along(tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "prefect.db").write_bytes(b"no database, and too long for an empty one" * 100)
    with make_up(home) as up:
        said = up.process.stdout.read()
        status = up.process.wait(PATIENCE)

    assert status == 1
    assert "error  the server has ended with status" in said
    assert "file is not a database" in said
    assert processes_of(home) == []


@needs_proc
def test_taken_port_is_told_and_nothing_is_started(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "flows.up", "--port", str(port), "--home", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    assert result.returncode == 1
    assert f"port {port} is taken" in result.stdout
    assert list(tmp_path.iterdir()) == []
