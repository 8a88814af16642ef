"""Read a document in a process of its own, with limits, so that one feed cannot stop the others.

A child runs `flows.reader`: it is given one document at a time and answers with a line of JSON.
A child that is late, dies, or outgrows its memory is ended and replaced; what it was given is
recorded as malformed.
"""

import contextlib
import json
import os
import queue
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from transforms.errors import ParseError
from transforms.records import Article
from transforms.schema import article_from_record

MAX_ANSWER_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """A body to be read as a feed.

    Attributes:
        url: Where it came from.
        read_at: The time to judge its dates by.
    """

    feed_id: str
    url: str
    content_type: str | None
    body: bytes
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document held.

    Attributes:
        articles: In the document's order.
        entries: How many the document has.
        flags: What had to be repaired or cut.
        ttl: Minutes between polls that it asks for.
    """

    articles: tuple[Article, ...]
    entries: int
    format: str
    title: str | None
    flags: tuple[str, ...]
    ttl: int | None
    skip_hours: tuple[int, ...]
    skip_days: tuple[str, ...]


class ReaderPool:
    """Up to `size` reading processes, started when first needed."""

    def __init__(self, size: int | None = None, timeout: float = 10.0) -> None:
        """Prepare the pool; nothing is started yet.

        Args:
            size: Processes; default one per core, at most four.
            timeout: Seconds that one document may take.
        """
        self._timeout = timeout
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(size or min(4, os.cpu_count() or 1)):
            self._idle.put(None)

    def __enter__(self) -> "ReaderPool":
        """Return the pool."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        with contextlib.suppress(queue.Empty):
            while child := self._idle.get_nowait():
                child.end()

    def processes(self) -> list[int]:
        """Return the ids of the reading processes that wait for work."""
        return [child.pid for child in list(self._idle.queue) if child]

    def read(self, document: Document) -> Reading:
        """Return what `document` holds; waits for a free process.

        Raises:
            ParseError: It is no feed, or reading it took too long or too much.
        """
        answer = self._ask(document, "feed")
        articles = tuple(article_from_record(record) for record in answer["articles"])
        return Reading(
            articles=articles,
            entries=answer["entries"],
            format=answer["format"],
            title=answer["title"],
            flags=tuple(answer["flags"]),
            ttl=answer["ttl"],
            skip_hours=tuple(answer["skip_hours"]),
            skip_days=tuple(answer["skip_days"]),
        )

    def read_page(self, document: Document) -> Article:
        """Return the article of a page; waits for a free process.

        Raises:
            ParseError: It holds none (outcome `no_article`), or reading it took too long.
        """
        return article_from_record(self._ask(document, "page")["article"])

    def _ask(self, document: Document, kind: str) -> dict[str, Any]:
        with self._child() as child:
            answer = child.ask(_request(document, kind), self._timeout)
        if answer is None:
            message = (
                f"feed {document.feed_id!r}: {document.url} could not be read within "
                f"{self._timeout:g} s and the memory allowed"
            )
            raise ParseError(message, feed_id=document.feed_id, outcome="malformed")
        if "error" in answer:
            raise ParseError(
                answer["error"], feed_id=document.feed_id, outcome=str(answer["outcome"])
            )
        return answer

    @contextlib.contextmanager
    def _child(self) -> Iterator["_Child"]:
        child = self._idle.get()
        try:
            if child and child.is_dead:
                child.end()
                child = None
            child = child or _Child()
            yield child
        finally:
            self._idle.put(child)


class _Child:
    """One reading process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.reader"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def ask(self, request: tuple[bytes, bytes], timeout: float) -> dict[str, Any] | None:
        """Return the answer, or None after ending a process that gives none in time."""
        try:
            assert self._process.stdin  # noqa: S101 we asked for a pipe
            for part in request:
                self._process.stdin.write(part)
            self._process.stdin.flush()
            line = self._line(time.monotonic() + timeout)
        except OSError:
            line = None
        if line is None:
            self.end()
            return None
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _line(self, deadline: float) -> bytes | None:
        assert self._process.stdout  # noqa: S101
        handle = self._process.stdout.fileno()
        parts: list[bytes] = []
        size = 0
        while size <= MAX_ANSWER_BYTES:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                return None
            part = os.read(handle, 1 << 20)
            if not part:
                return None
            parts.append(part)
            size += len(part)
            if part.endswith(b"\n"):
                return b"".join(parts)
        return None

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()


def _request(document: Document, kind: str) -> tuple[bytes, bytes]:
    fields = {
        "kind": kind,
        "feed_id": document.feed_id,
        "url": document.url,
        "content_type": document.content_type,
        "read_at": document.read_at.isoformat(),
        "length": len(document.body),
    }
    return json.dumps(fields).encode() + b"\n", document.body
