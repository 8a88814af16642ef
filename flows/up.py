"""`make up`: Prefect server, work pool, deployments and a worker on this machine, until Ctrl-C."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
POOL = "perigee"
DEPLOYMENTS = ("ingest/hourly", "digest/weekly")
PATIENCE = 60.0  # seconds for each part to be there
GRACE = 40.0  # seconds to end by itself: the worker gives a running flow 30
LOG_TAIL = 15  # lines
# What DuckDB's bindings say when a process ends; it means nothing.
NOISE = re.compile(r"nanobind: | - (leaked|\.\.\.) |See https://nanobind")
LOOK_AGAIN = 2.0  # seconds between two looks at the runs
TICK = 0.2  # seconds


class PartError(Exception):
    """A part did not start, or has ended; holds its last words."""


class StoppedError(Exception):
    """Ctrl-C was pressed, or the system wants us to end."""


class Interrupts:
    """Counts Ctrl-C and the like; nothing is torn out of what it is doing.

    Attributes:
        count: The first asks every part to end, the second ends them at once.
    """

    def __init__(self) -> None:
        """Listen, also where a shell has switched Ctrl-C off for its background jobs."""
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where this Prefect lives.

    Attributes:
        home: Its folder; a Prefect of your own is not touched.
        port: Of API and UI.
    """

    home: Path
    port: int

    @property
    def url(self) -> str:
        """The UI's address."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every part is started with: yours, but for settings of a Prefect of your own."""
        own = {name: v for name, v in os.environ.items() if not name.startswith("PREFECT_")}
        direct = ",".join(filter(None, (own.get("NO_PROXY") or own.get("no_proxy"), HOST)))
        return own | {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": f"{self.url}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "3",  # who starts a run by hand is waiting
            "DO_NOT_TRACK": "1",
            "NO_PROXY": direct,
            "no_proxy": direct,
            "PYTHONUNBUFFERED": "1",
        }

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """Return what the API answers; None where it does not."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 our own server
            f"{self.url}/api{path}", data, {"Content-Type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None


class Parts:
    """The running processes; leaving the block ends them all, the last one first."""

    def __init__(self, place: Place, interrupts: Interrupts) -> None:
        """Start nothing yet."""
        self._place = place
        self._interrupts = interrupts
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Parts":
        """Return the parts."""
        return self

    def __exit__(self, *_: object) -> None:
        """End every part, and wait for it."""
        for process in reversed(self._running.values()):
            self._end(process)

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Run `prefect` with `arguments` in a session of its own, with a log of its own."""
        logs = self._place.home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 our own commands
                [sys.executable, "-m", "prefect", "--no-prompt", *arguments],
                env=self._place.environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[name] = process
        return process

    def wait_for(
        self, name: str, is_there: Callable[[], bool], lack: str = "did not get ready"
    ) -> None:
        """Wait until `is_there()`, for as long as all parts run.

        Args:
            name: Whose log tells why, if it takes too long.
            is_there: Asked again and again.
            lack: What is wrong with part `name` then.

        Raises:
            PartError: A part has ended, or part `name` took too long.
            StoppedError: Ctrl-C.
        """
        deadline = time.monotonic() + PATIENCE
        while not is_there():
            if time.monotonic() > deadline:
                raise self._failed(name, f"{lack} within {PATIENCE:g} s")
            self.watch(TICK)

    def watch(self, seconds: float) -> None:
        """Wait so long; raise the same errors as `wait_for`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for name, process in self._running.items():
                status = process.poll()
                if status or (status == 0 and name != "deploy"):
                    raise self._failed(name, f"has ended with status {status}")
            if self._interrupts.count:
                raise StoppedError
            time.sleep(TICK)

    def _failed(self, name: str, what: str) -> PartError:
        log = self._place.home / "logs" / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        lines = [line for line in lines if line.strip() and not NOISE.match(line)]
        tail = "\n".join(lines[-LOG_TAIL:])
        return PartError(f"the {name} {what}; the end of {log}:\n{tail}")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End a part and all it has started: it may tidy up first, unless Ctrl-C comes twice."""
        if process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + GRACE
        while process.poll() is None:
            if self._interrupts.count > 1 or time.monotonic() > deadline:
                for member in _family(process.pid):
                    with suppress(ProcessLookupError):
                        os.kill(member, signal.SIGKILL)
                process.wait()
            time.sleep(TICK)


def main() -> int:
    """Start everything, say so, and wait for Ctrl-C; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m flows.up", description=__doc__)
    port = int(os.environ.get("PORT") or 4200)
    parser.add_argument("--port", type=int, default=port, help="of Prefect's API and UI; or $PORT")
    parser.add_argument(
        "--home", type=Path, default=ROOT / "data" / "prefect", help="the folder Prefect keeps"
    )
    options = parser.parse_args()
    place = Place(options.home.absolute(), options.port)
    try:
        with Parts(place, Interrupts()) as parts:
            _run(place, parts)
    except (PartError, OSError) as error:
        _say(f"error  {error}")
        return 1
    except StoppedError:
        _say("stopped")
        return 0


def _run(place: Place, parts: Parts) -> NoReturn:
    began = datetime.now(UTC)
    if _is_taken(place.port):
        message = (
            f"port {place.port} is taken; stop what runs there, or take another: "
            f"make up PORT={place.port + 1}"
        )
        raise PartError(message)

    parts.start("server", "server", "start", "--host", HOST, "--port", str(place.port))
    parts.wait_for("server", lambda: place.ask("/health") is not None)
    _say(f"server      {place.url}")
    for name in _bury_dead_runs(place):
        _say(f"cut off     {name}: the last stop ended it; now marked as crashed")

    since = datetime.now(UTC)  # a run that fell due meanwhile may end before all is ready
    parts.start("worker", "worker", "start", "--pool", POOL, "--type", "process", "--name", POOL)
    parts.wait_for("worker", lambda: _is_at_work(place, began))
    _say(f"work pool   {POOL} (process), with one worker")

    deploy = parts.start("deploy", "deploy", "--all")
    parts.wait_for("deploy", lambda: deploy.poll() == 0)
    # Waiting for the runs proves that the scheduler works, which no manual run does.
    parts.wait_for(
        "server",
        lambda: _next_runs(place).keys() >= set(DEPLOYMENTS),
        "scheduled no runs of " + " and ".join(DEPLOYMENTS),
    )
    for name, moment in _next_runs(place).items():
        _say(f"deployment  {name}, next run {moment:%Y-%m-%d %H:%M} UTC")
    _say(f"logs        {place.home / 'logs'}")
    _say(f"ready in {(datetime.now(UTC) - began).total_seconds():.0f} s; Ctrl-C stops everything")
    _tell_runs(place, parts, since)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _bury_dead_runs(place: Place) -> list[str]:
    """Mark runs that were under way when everything was stopped as crashed; return their names.

    With them goes their place in the deployment's concurrency limit. Prefect keeps the lease on
    it in the server's memory and the count on disk, so that without this one power cut during a
    run would cancel all later ones.
    """
    under_way = {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}
    runs = place.ask("/flow_runs/filter", {"flow_runs": under_way}) or []
    crashed = {"type": "CRASHED", "message": "It was under way when everything was stopped."}
    for run in runs:
        place.ask(f"/flow_runs/{run['id']}/set_state", {"state": crashed, "force": True})
    return [str(run["name"]) for run in runs]


def _is_at_work(place: Place, since: datetime) -> bool:
    """Return whether the worker has reported; one of an earlier start does not count."""
    workers = place.ask(f"/work_pools/{POOL}/workers/filter", {}) or []
    return any(_moment(worker["last_heartbeat_time"]) > since for worker in workers)


def _next_runs(place: Place) -> dict[str, datetime]:
    """Return when each deployment is scheduled to run next."""
    flows = {flow["id"]: flow["name"] for flow in place.ask("/flows/filter", {}) or []}
    names = {
        deployment["id"]: f"{flows.get(deployment['flow_id'])}/{deployment['name']}"
        for deployment in place.ask("/deployments/filter", {}) or []
    }
    scheduled = {"state": {"type": {"any_": ["SCHEDULED"]}}}
    runs = place.ask(
        "/flow_runs/filter", {"flow_runs": scheduled, "sort": "EXPECTED_START_TIME_ASC"}
    )
    found: dict[str, datetime] = {}
    for run in runs or []:
        if run["auto_scheduled"] and run["deployment_id"] in names:
            found.setdefault(names[run["deployment_id"]], _moment(run["expected_start_time"]))
    return found


def _tell_runs(place: Place, parts: Parts, since: datetime) -> NoReturn:
    """Print a line for each run that has ended `since`, until a part ends or Ctrl-C."""
    told: set[str] = set()
    ended = {"end_time": {"after_": since.isoformat()}}
    while True:
        runs = place.ask("/flow_runs/filter", {"flow_runs": ended, "sort": "END_TIME_DESC"}) or []
        for run in reversed([run for run in runs if run["id"] not in told]):
            told.add(run["id"])
            _say(_told(run))
        parts.watch(LOOK_AGAIN)


def _told(run: Mapping[str, Any]) -> str:
    """Return how a run ended, in a line."""
    line = f"{_moment(run['end_time']).astimezone():%H:%M:%S}    {run['name']}: "
    if run["state_name"] == "Completed":
        return f"{line}completed in {run['total_run_time']:.0f} s"
    message = (run["state"]["message"] or "").strip()
    return f"{line}{run['state_name'].lower()}: {message.splitlines()[0] if message else '?'}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it; flow runs have sessions of their own."""
    try:
        table = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="],  # noqa: S607 wherever it lies
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    except OSError:  # a machine without `ps`
        return [pid]
    children: dict[int, list[int]] = {}
    for line in table.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    family = [pid]
    for member in family:
        family.extend(children.get(member, []))
    return family


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 it is a command


if __name__ == "__main__":
    sys.exit(main())
