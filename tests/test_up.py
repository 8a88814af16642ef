"""`make up` for real: server, work pool, deployments, worker, schedules, and their end."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.prefect, pytest.mark.xdist_group("prefect")]

PATIENCE = 120  # seconds; it takes some twelve on two idle cores


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def lines_until(process: subprocess.Popen[str], word: str) -> list[str]:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith((word, "error")):
            break
    return lines


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


@pytest.fixture
def up(tmp_path: Path):
    """A running `make up`, in a home of its own."""
    home = tmp_path / "home"
    command = [sys.executable, "-m", "flows.up", "--port", str(a_free_port()), "--home", str(home)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            yield process, home
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the process list of Linux")
def test_make_up_schedules_both_deployments_and_ends_with_ctrl_c(up):
    process, home = up

    said = lines_until(process, "ready in")
    process.send_signal(signal.SIGINT)
    status = process.wait(60)

    # The scheduler made runs: SQLAlchemy 2.1 stops it silently, and no manual run would show it.
    assert any(line.startswith("deployment  ingest/hourly, next run 20") for line in said), said
    assert any(line.startswith("deployment  digest/weekly, next run 20") for line in said), said
    assert said[-1].startswith("ready in")
    assert status == 0
    assert processes_of(home) == []


def test_taken_port_is_told_and_nothing_is_left(tmp_path: Path):
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
    assert processes_of(tmp_path) == []
