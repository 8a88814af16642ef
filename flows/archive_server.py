"""Show the archive at a loopback address, as a web server would."""

from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOOPBACK = "127.0.0.1"


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        """Log nothing."""


def archive_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of `folder` at 127.0.0.1 that is not yet running; port 0 takes a free one."""
    return ThreadingHTTPServer((LOOPBACK, port), partial(_Quiet, directory=str(folder)))


def serve_folder(folder: Path, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve `folder` until Ctrl-C.

    Args:
        folder: The site.
        port: Where; 0 takes a free one.
        on_ready: Told the address.
    """
    with archive_server(folder, port) as server:
        on_ready(f"http://{LOOPBACK}:{server.server_address[1]}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
