"""What tests of delivery share: a mail server in a process of its own, a letter, settings."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, BinaryIO

from flows.copies import Delivery, list_deliveries
from flows.database import open_database
from flows.recipients import add_reader
from flows.settings import DeliverySettings, DigestSettings, FetchSettings, Settings
from reports.records import Letter, ShownPicture

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ISSUE = "2026-W47"
MARK = "https://unsubscribe.invalid/0123456789abcdef"
# The smallest JPEG is no picture to look at; here only its bytes travel.
PIXELS = bytes(range(256)) * 8


@dataclass(frozen=True)
class MailServer:
    """A running `smtp_server.py`."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def messages(self) -> list[EmailMessage]:
        """Return what it has kept, oldest first."""
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(f.read_bytes(), policy=default) for f in files]  # type: ignore[misc]

    def envelopes(self) -> list[dict[str, Any]]:
        return [_whole(path) for path in sorted(self.folder.glob("*.json"))]

    def readers(self) -> list[str]:
        """Return who got a message, once per message, in alphabetical order."""
        return sorted(to for envelope in self.envelopes() for to in envelope["to"])


def _whole(path: Path) -> dict[str, Any]:
    """Return what a file holds, once the server, which may be at it, has written it whole."""
    until = time.monotonic() + 5
    while True:
        try:
            return dict(json.loads(path.read_text()))
        except json.JSONDecodeError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


@contextmanager
def a_mail_server(shared: Path, folder: Path, *arguments: str) -> Iterator[MailServer]:
    """Run the scriptable server in the modes that `arguments` name."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-B", str(shared / "checks" / "smtp_server.py")]
    with subprocess.Popen(
        [*command, "--dir", str(folder), *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            word, port = process.stdout.readline().split()
            assert word == "READY"
            yield MailServer(int(port), folder)
        finally:
            process.terminate()


@contextmanager
def a_scripted_server(**answers: str) -> Iterator[tuple[str, list[str]]]:
    """Serve connections that answer each verb as told; yield the URL and the verbs that were said.

    `MAIL="550 No"` answers MAIL so, `END=...` a message, which counts as the verb `END`; the word
    `drop` closes the connection instead. `HALF="drop"` closes it in the middle of a message.
    """
    said: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))
    # With the usual buffers a whole letter can be under way before a drop is noticed.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), connection, connection.makefile("rb") as lines:
                _converse(connection, lines, answers, said)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", said
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _converse(
    connection: socket.socket, lines: BinaryIO, answers: dict[str, str], said: list[str]
) -> None:
    connection.sendall(b"220 mail.test\r\n")
    for line in lines:
        verb = line.split()[0].decode().upper()
        said.append(verb)
        answer = answers.get(verb, "354 Go on" if verb == "DATA" else "250 OK")
        if answer.startswith("354"):
            connection.sendall(f"{answer}\r\n".encode())
            if answers.get("HALF") == "drop":
                lines.readline()
                return
            while lines.readline() not in (b".\r\n", b""):
                pass
            said.append("END")
            answer = answers.get("END", "250 Taken")
        if answer == "drop":
            return
        connection.sendall(f"{answer}\r\n".encode())


def a_letter(**changes: Any) -> Letter:
    """Return a letter with one picture inside."""
    parts: dict[str, Any] = {
        "issue_id": ISSUE,
        "subject": "Probe wakes from its long sleep",
        "language": "en",
        "html": (
            "<!doctype html><html lang=en><title>Week 47</title><h1>Probe wakes</h1>"
            f'<img src="cid:p.jpg@example.org" alt="Far side"><a href="{MARK}">Unsubscribe</a>'
        ),
        "text": f"Probe wakes\n\n.a line that begins with a dot\n\nUnsubscribe: {MARK}\n",
        "pictures": (
            ShownPicture(
                name="p.jpg",
                data=PIXELS,
                media_type="image/jpeg",
                width=600,
                alt="Far side",
                credit="A. Tester",
                caption=None,
                is_wide=True,
                is_tall=False,
            ),
        ),
        "web_url": None,
        "unsubscribe_mark": MARK,
    }
    return Letter(**parts | changes)


def some_settings(folder: Path, smtp_url: str | None, **delivery: Any) -> Settings:
    """Return settings that send through `smtp_url`, with a database in `folder`."""
    chosen = {"sender": "Perigee <digest@example.org>", "timeout": 5.0, "answer_timeout": 5.0}
    own = {key: delivery.pop(key) for key in ("secret", "smtp_password") if key in delivery}
    return Settings(
        config=folder,
        database=folder / "perigee.duckdb",
        time_zone="UTC",
        fetch=FetchSettings(),
        digest=DigestSettings(),
        delivery=DeliverySettings(**chosen | {"smtp_url": smtp_url} | delivery),
        feeds=(),
        **own,
    )


def with_readers(settings: Settings, readers: int | Sequence[str]) -> Settings:
    """Add confirmed readers: so many, or these."""
    addresses = (
        [f"reader-{n:03}@example.org" for n in range(readers)]
        if isinstance(readers, int)
        else readers
    )
    with open_database(settings.database) as connection:
        for address in addresses:
            add_reader(connection, address, MONDAY)
    return settings


def deliveries(settings: Settings) -> list[Delivery]:
    """Return the outbox."""
    with open_database(settings.database) as connection:
        return list_deliveries(connection)


def states(settings: Settings) -> dict[str, str]:
    """Return the state of each reader's copy."""
    return {delivery.address: delivery.state for delivery in deliveries(settings)}
