"""`make up`: Prefect server, work pool, deployments and a worker on this machine, until Ctrl-C."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds for each part to be there
GRACE = 10.0  # seconds to end by itself
LOG_TAIL = 15  # lines


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
    def api(self) -> str:
        """The API's address."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def environment(self) -> dict[str, str]:
        """What every part is started with."""
        return os.environ | {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_CLI_PROMPT": "false",
            "DO_NOT_TRACK": "1",
            "PYTHONUNBUFFERED": "1",
        }


class PartError(Exception):
    """A part did not start; holds its last words."""


def main() -> int:
    """Start everything, say so, and wait for Ctrl-C; return the exit status."""
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--port", type=int, default=4200, help="of Prefect's API and UI")
    parser.add_argument("--home", type=Path, default=ROOT / "data" / "prefect")
    options = parser.parse_args()
    place = Place(options.home.absolute(), options.port)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as parts:
            return _run(place, parts)
    except PartError as error:
        _say(f"error  {error}")
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return 0


def _run(place: Place, parts: ExitStack) -> int:
    began = time.monotonic()
    place.home.mkdir(parents=True, exist_ok=True)
    if _is_taken(place.port):
        message = f"port {place.port} is taken; stop what runs there, or take another with --port"
        raise PartError(message)
    prefect = [sys.executable, "-m", "prefect"]
    started = [
        parts.enter_context(_part(place, "server", [*prefect, "server", "start", *_at(place)]))
    ]
    _wait_for(place, started, lambda: _answers(place))
    _say(f"server      {place.api.removesuffix('/api')}")

    worker = [*prefect, "worker", "start", "--pool", "perigee", "--type", "process"]
    started.append(parts.enter_context(_part(place, "worker", worker)))
    _wait_for(place, started, lambda: _get(place, "/work_pools/perigee") is not None)
    _say("work pool   perigee (process), with one worker")

    deploy = _start(place, "deploy", [*prefect, "--no-prompt", "deploy", "--all"])
    if deploy.wait(PATIENCE) != 0:
        raise _failed(place, "deploy")
    _wait_for(place, started, lambda: len(_scheduled(place)) >= 2)  # noqa: PLR2004 both deployments
    for name, moment in _scheduled(place).items():
        _say(f"deployment  {name}, next run {moment}")
    _say(f"logs        {place.home / 'logs'}")
    _say(f"ready in {time.monotonic() - began:.0f} s; Ctrl-C stops everything")
    while all(part.poll() is None for part in started):
        time.sleep(0.5)
    server, _worker = started
    raise _failed(place, "server" if server.poll() is not None else "worker")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _at(place: Place) -> tuple[str, ...]:
    return ("--host", HOST, "--port", str(place.port))


@contextmanager
def _part(place: Place, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part in a process group of its own; end the group with the block."""
    process = _start(place, name, command)
    try:
        yield process
    finally:
        for number, patience in ((signal.SIGINT, GRACE), (signal.SIGKILL, GRACE)):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind


def _start(place: Place, name: str, command: list[str]) -> subprocess.Popen[bytes]:
    logs = place.home / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 our own commands
            command,
            env=place.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_for(
    place: Place, parts: list[subprocess.Popen[bytes]], is_there: Callable[[], bool]
) -> None:
    """Wait until `is_there()`, as long as every part still runs."""
    deadline = time.monotonic() + PATIENCE
    while not is_there():
        if any(part.poll() is not None for part in parts) or time.monotonic() > deadline:
            raise _failed(place, "server" if parts[0].poll() is not None else "worker")
        time.sleep(0.2)


def _failed(place: Place, name: str) -> PartError:
    log = place.home / "logs" / f"{name}.log"
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_TAIL:])
    return PartError(f"the {name} did not start or has ended; its last words ({log}):\n{tail}")


def _answers(place: Place) -> bool:
    return _get(place, "/health") is not None


def _scheduled(place: Place) -> dict[str, str]:
    """Return the next scheduled run of each deployment: proof that the scheduler works."""
    runs = _get(
        place,
        "/flow_runs/filter",
        {
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "sort": "EXPECTED_START_TIME_ASC",
        },
    )
    names = {d["id"]: d for d in _get(place, "/deployments/filter", {}) or []}
    found: dict[str, str] = {}
    for run in runs or []:
        deployment = names.get(run["deployment_id"])
        if deployment and run["auto_scheduled"]:
            flow = "digest" if deployment["name"] == "weekly" else "ingest"
            found.setdefault(f"{flow}/{deployment['name']}", run["expected_start_time"])
    return found


def _get(place: Place, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
    """Return what the API answers; None where it does not."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 our own server
        place.api + path, data, {"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return json.load(answer)
    except (urllib.error.URLError, TimeoutError, OSError, ValueError):
        return None


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 it is a command


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
