"""A total deadline for what a thread asks of the network.

A read timeout is per read, so a server that drips one byte a second never meets it. Inside
`deadline_of` a watchdog shuts the sockets down when the time is over, whatever they are waiting
for: a connection, a TLS handshake, headers or a body.
"""

import contextlib
import heapq
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any


class Deadline:
    """A total time for everything that is asked inside `deadline_of`."""

    def __init__(self, seconds: float) -> None:
        """Start the time."""
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    @property
    def end(self) -> float:
        """When it is over, in `time.monotonic`'s seconds."""
        return self._end

    @property
    def left(self) -> float:
        """Seconds that are left; 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    @property
    def expired(self) -> bool:
        """Whether the time is over."""
        return self.left == 0.0

    def check(self) -> None:
        """Raise if the time is over.

        Raises:
            TimeoutError: It is.
        """
        if self.expired:
            message = "the total time is over"
            raise TimeoutError(message)

    def watch(self, sock: socket.socket) -> socket.socket:
        """Have `sock` shut down when the time is over; return the handle for `release`.

        The handle is a duplicate: TLS detaches the original, and a closed descriptor's number
        may by then belong to somebody else's socket.
        """
        handle = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._sockets.add(handle)
        if self.expired:  # the watchdog has passed already
            _shut_down(handle)
        return handle

    def release(self, handle: socket.socket) -> None:
        """Leave the socket behind `handle` alone from now on."""
        with self._lock:
            self._sockets.discard(handle)
        handle.close()

    def enforce(self) -> None:
        """Shut down every watched socket: reads that wait return, writes fail."""
        with self._lock:
            for handle in self._sockets:
                _shut_down(handle)

    def close(self) -> None:
        """Release all sockets."""
        with self._lock:
            while self._sockets:
                self._sockets.pop().close()


def _shut_down(handle: socket.socket) -> None:
    with contextlib.suppress(OSError):  # not connected any more
        handle.shutdown(socket.SHUT_RDWR)


class _Watchdog:
    """One thread that enforces all deadlines, earliest first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Deadline]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        with self._changed:
            heapq.heappush(self._waiting, (deadline.end, next(self._number), deadline))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._waiting[0][2] is deadline:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                wait = self._waiting[0][0] - time.monotonic()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                deadline = heapq.heappop(self._waiting)[2]
            deadline.enforce()


_watchdog = _Watchdog()
_of_thread = threading.local()


@contextlib.contextmanager
def deadline_of(seconds: float) -> Iterator[Deadline]:
    """Give everything that this thread asks inside the block `seconds` in all.

    Connections of a session from `make_session`, new and kept, are shut down when the time is
    over, and reads fail with `TimeoutError`. A block inside another ends no later than that one.
    Looking a name up can't be cut short: the resolver's own limit holds.
    """
    outer = current_deadline()
    deadline = Deadline(min(seconds, outer.left) if outer else seconds)
    _watchdog.add(deadline)
    _of_thread.deadline = deadline
    try:
        yield deadline
    finally:
        _of_thread.deadline = outer
        deadline.close()


def current_deadline() -> Deadline | None:
    """Return the deadline that this thread is under, if any."""
    return getattr(_of_thread, "deadline", None)


class WatchedSocket(socket.socket):
    """A socket whose reads fail when its thread's time is over.

    A socket that was shut down only looks ended, and `http.client` takes an end for the end of
    the headers, or of a body without a stated length: half an answer would pass for a whole one.
    """

    def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 socket's
        """Read, as `socket.recv_into`.

        Raises:
            TimeoutError: The time is over.
        """
        try:
            return super().recv_into(*args, **kwargs)
        finally:  # the other side may have reset what the watchdog has shut down
            if deadline := current_deadline():
                deadline.check()


class WatchedTLSSocket(WatchedSocket, ssl.SSLSocket):
    """The same under TLS; a context makes it that names it as its `sslsocket_class`."""
