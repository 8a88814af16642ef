"""The editor's desk in a browser: a page on loopback for as long as the command runs.

Three locks: it binds 127.0.0.1 only; it answers only where the Host header says so, so that no
other site's name can lead here; and every address and form carries a token of this run.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlencode, urlsplit

from flows.desking import Desk, act, file_override, find_story, open_desk
from flows.settings import Settings
from reports.desk import DeskPage, draw_desk
from transforms.desk import (
    ACTIONS,
    FILED_ACTIONS,
    ISSUE_ACTIONS,
    NOTE_LIMIT,
    approval_of,
    wishes_by_story,
)
from transforms.errors import PerigeeError
from transforms.weeks import Week

LOOPBACK = "127.0.0.1"
MAX_FORM_BYTES = 64_000
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    # With "no-referrer" browsers would hide our own forms' origin from us too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class DeskServer(ThreadingHTTPServer):
    """Serves one issue's desk.

    Attributes:
        token: What every request must know; new in every run.
    """

    daemon_threads = True

    def __init__(self, settings: Settings, week: Week, who: str, port: int) -> None:
        """Bind loopback; port 0 takes a free one."""
        super().__init__((LOOPBACK, port), _Handler)
        self.settings, self.week, self.who = settings, week, who
        self.token = secrets.token_urlsafe(24)
        self.lock = Lock()

    @property
    def origin(self) -> str:
        """Where it is, without a path."""
        return f"http://{LOOPBACK}:{self.server_address[1]}"

    @property
    def address(self) -> str:
        """What to open."""
        return f"{self.origin}/?{urlencode({'token': self.token})}"

    def desk(self) -> Desk:
        """Return the issue as it is now."""
        return open_desk(self.settings, self.week)

    def do(self, form: dict[str, str]) -> str:
        """Do what a form asks for; return what was done, in words.

        Raises:
            PerigeeError: It cannot be done.
        """
        desk, action = self.desk(), form.get("action", "")
        now = datetime.now(UTC)
        if action in ISSUE_ACTIONS:
            act(desk, None, action, "", self.who, now)
            return f"{desk.issue_id} is approved."
        story = find_story(desk, form.get("story", ""))
        value = form.get("value", "")
        if action == "join":
            value = find_story(desk, value).lead.article_id
        if action in FILED_ACTIONS:
            file_override(desk, story, action, [value], form.get("why", ""), self.who, now)
        else:
            act(desk, story, action, value, self.who, now)
        return f"{action}: {story.lead.title}"


class _Handler(BaseHTTPRequestHandler):
    server: DeskServer

    def do_GET(self) -> None:
        """Show the desk."""
        query = parse_qs(urlsplit(self.path).query)
        if self._is_allowed(query.get("token", [""])[0]):
            self._show(query.get("said", [""])[0])

    def do_POST(self) -> None:
        """Do something, then lead back to the desk, so that a reload does nothing twice."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_FORM_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        form = {name: values[0] for name, values in parse_qs(body).items()}
        origin = self.headers.get("Origin", self.server.origin)
        if origin != self.server.origin:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        if not self._is_allowed(form.get("token", "")):
            return
        try:
            with self.server.lock:
                said = self.server.do(form)
        except PerigeeError as error:
            said = f"Not done: {error}"
        self.send_response(HTTPStatus.SEE_OTHER)
        query = urlencode({"token": self.server.token, "said": said})
        self.send_header("Location", f"/?{query}")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        """Log nothing: an address holds the token."""

    def _is_allowed(self, token: str) -> bool:
        host = self.headers.get("Host", "")
        is_here = host == f"{LOOPBACK}:{self.server.server_address[1]}"
        if is_here and hmac.compare_digest(token.encode(), self.server.token.encode()):
            return True
        self._refuse(HTTPStatus.FORBIDDEN)
        return False

    def _show(self, said: str) -> None:
        desk = self.server.desk()
        page = draw_desk(
            DeskPage(
                issue_id=desk.issue_id,
                who=self.server.who,
                token=self.server.token,
                said=said,
                ranked=desk.ranked,
                edited=desk.edited,
                actions=desk.actions,
                wishes=wishes_by_story(desk.ranked.stories, desk.actions),
                approval=approval_of(desk.actions),
                words=ACTIONS,
                note_limit=NOTE_LIMIT,
                zone=desk.settings.time_zone,
            )
        ).encode()
        self.send_response(HTTPStatus.OK)
        self._send(page)

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self._send(
            f"{status.value} {status.phrase}: open the address that the command shows".encode()
        )

    def _send(self, body: bytes) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve_desk(
    settings: Settings, week: Week, who: str, port: int, on_ready: Callable[[str], None]
) -> None:
    """Serve the desk until Ctrl-C.

    Args:
        settings: Those of the edition.
        week: Which issue.
        who: Who acts.
        port: Where; 0 takes a free one.
        on_ready: Told the address, which holds the token.
    """
    with DeskServer(settings, week, who, port) as server:
        on_ready(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
