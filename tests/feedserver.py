"""Servers of feeds on loopback: a scripted one, and the one that replays captured feeds."""

import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Answer:
    """What a scripted server says: a status, a body and headers, or raw bytes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass
class Scripted:
    """A server whose answers a test writes; it remembers what it was asked.

    Attributes:
        answers: By path: an answer, a list of them in turn (the last one stays), or a function
            of the request's headers.
        asked: `(path, headers)` of each request, oldest first.
    """

    port: int
    answers: dict[str, Answer | list[Answer] | Callable[[dict[str, str]], Answer]]
    asked: list[tuple[str, dict[str, str]]]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The same as `allow_addresses` wants it."""
        return f"127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """The paths that were asked for, oldest first."""
        return [path for path, _ in self.asked]


@contextmanager
def scripted(**answers: Any) -> Iterator[Scripted]:
    """Run a scripted server for the block; `answers` are by path without the slash."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append((self.path, headers))
            answer = server.answers.get(self.path, Answer(404, b"not here"))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if callable(answer):
                answer = answer(headers)
            if answer.raw is not None:
                self.wfile.write(answer.raw)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body if answer.status not in (204, 304) else b"")

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up is part of the game."""

    listener = Quiet(("127.0.0.1", 0), Handler)
    server = Scripted(listener.server_address[1], {f"/{k}": v for k, v in answers.items()}, [])
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()


class Replay:
    """Captured feeds, served as they stood at a moment."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, path: str) -> str:
        """Return what the server answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
        return text

    def end(self) -> datetime:
        """Return the last moment that there is anything of."""
        return datetime.fromisoformat(self.ask("/_ctl"))

    def turn_to(self, moment: datetime) -> None:
        """Serve everything as it stood at `moment`."""
        self.ask(f"/_ctl?at={urllib.parse.quote(moment.isoformat())}")


@contextmanager
def replaying(shared: Path, folder: str) -> Iterator[Replay]:
    """Serve a folder of `shared/feeds` for the block."""
    command = [sys.executable, "-B", str(shared / "feeds" / "serve.py"), folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Replay(int(process.stdout.readline().split()[1]))
        finally:
            process.terminate()


def write_config(folder: Path, feeds: str, *, allow: str, **fetch: object) -> Path:
    """Write a configuration that may ask `allow` without pauses; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    values = {"per_host_delay": 0, "respect_schedule": "false"} | fetch
    table = "".join(f"{key} = {value}\n" for key, value in values.items())
    (folder / "perigee.toml").write_text(
        f'time_zone = "UTC"\n[fetch]\nallow_addresses = ["{allow}"]\n{table}', encoding="utf-8"
    )
    return folder
