"""The editor's desk in a browser: a page on loopback for as long as the command runs.

Four locks: it binds 127.0.0.1 only; it answers only where the Host header says so, so that no other
site's name can lead here; its addresses and every form carry a token of this run; and a form that
another site has sent is refused by its Origin.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from flows.approving import Contents, approval_words, contents_of, differences, rule_words
from flows.desking import Desk, act, approve, draw, find_story, join, open_desk, split, undo
from flows.settings import Settings
from flows.telling import BuiltIssue
from reports.desk import DeskPage, LetterState, draw_desk, story_anchor
from reports.render import pictures_of
from transforms.desk import NOTE_LIMIT, homes_of, in_force, wishes_of, words_of
from transforms.errors import ConfigError, PerigeeError
from transforms.weeks import Week

LOOPBACK = "127.0.0.1"
MAX_FORM_BYTES = 64_000
TIMEOUT = 20.0  # seconds for the next piece of a request
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
CLOSED = "default-src 'none'; base-uri 'none'; "
POLICIES = {
    "page": f"{CLOSED}style-src 'unsafe-inline'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'",
    "letter": f"{CLOSED}style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; "
    "frame-ancestors 'self'",
}
HEADERS = {
    "Cache-Control": "no-store",
    # Not "no-referrer": with that, browsers hide from us where a form comes from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class View:
    """The issue and its letter, as they are now.

    Attributes:
        mark: What they were built from; as long as that is the same, so are they.
    """

    mark: str
    desk: Desk
    built: BuiltIssue
    contents: Contents


class DeskServer(ThreadingHTTPServer):
    """Serves one issue's desk.

    Attributes:
        token: What every request must know; new in every run.
    """

    daemon_threads = True

    def __init__(self, settings: Settings, week: Week, who: str, port: int) -> None:
        """Bind loopback; port 0 takes a free one.

        Raises:
            ConfigError: The port is taken.
        """
        try:
            super().__init__((LOOPBACK, port), _Handler)
        except OSError as error:
            message = f"cannot listen at {LOOPBACK}:{port}: {error}; give another --port"
            raise ConfigError(message) from error
        self.settings, self.week, self.who = settings, week, who
        self.token = secrets.token_urlsafe(24)
        self._lock = Lock()
        self._view: View | None = None

    @property
    def host(self) -> str:
        """Where it is, as a Host header says it."""
        return f"{LOOPBACK}:{self.server_address[1]}"

    @property
    def origin(self) -> str:
        """Where it is, without a path."""
        return f"http://{self.host}"

    @property
    def address(self) -> str:
        """What to open."""
        return f"{self.origin}/{self.token}/"

    def view(self) -> View:
        """Return the issue as it is now; told anew only where something has changed."""
        with self._lock:
            mark = _mark(self.settings)
            if self._view is None or self._view.mark != mark:
                desk = open_desk(self.settings, self.week)
                built = draw(desk)
                self._view = View(mark, desk, built, contents_of(built.issue, built.letter))
            return self._view

    def page(self, said: str) -> str:
        """Return the desk's page."""
        view = self.view()
        desk, issue = view.desk, view.built.issue
        approval, standing = desk.approval, in_force(desk.actions)
        return draw_desk(
            DeskPage(
                issue_id=desk.issue_id,
                title=issue.title,
                who=self.who,
                token=self.token,
                said=said,
                zone=desk.settings.time_zone,
                cards=desk.settings.digest.cards,
                vocabulary=desk.judgement.vocabulary.tags,
                ranked=desk.ranked,
                edited=desk.edited,
                wishes=wishes_of(desk.actions, homes_of(desk.stories)),
                log=tuple((a, words_of(a), a in standing) for a in desk.actions),
                note_limit=NOTE_LIMIT,
                letter=LetterState(
                    mark=view.contents.letter,
                    week=issue.week,
                    subject=issue.subject,
                    funnel=issue.colophon.funnel,
                    size=len(view.built.letter.html.encode()),
                    approval=approval_words(approval, desk.settings) if approval else "",
                    changes=differences(approval.contents, view.contents) if approval else (),
                    rule=rule_words(desk.settings),
                ),
            )
        )

    def do(self, form: dict[str, list[str]]) -> tuple[str, str]:
        """Do what a form asks for; return what was done, in words, and where on the page that is.

        Raises:
            PerigeeError: It cannot be done.
        """
        view, now = self.view(), datetime.now(UTC)
        desk, who = view.desk, self.who
        action, value, why = (form.get(name, [""])[0] for name in ("action", "value", "why"))
        if action == "approve":
            if value != view.contents.letter:
                return "Not approved: the letter has changed meanwhile. Look at it again.", ""
            approve(desk, view.contents, who, now)
            return f"{desk.issue_id} is approved as it stands.", ""
        if action == "undo":
            number = int(value) if value.isdecimal() else 0
            undo(desk.settings, number, who, now)
            return f"No. {number} is taken back.", "log"
        story, article = find_story(desk, form.get("story", [""])[0])
        if action == "join":
            done = join(desk, [article, value], why, who, now)
        elif action == "split":
            done = split(desk, form.get("article", []), why, who, now)
        else:
            done = act(desk, action, article, value, who, now)
        titles = {report.article_id: report.title for report in story.coverage}
        about = titles.get(done.article_id, story.lead.title)
        return f"{about}: {words_of(done)}", self._place_of(article, story.rank)

    def _place_of(self, article: str, rank: int) -> str:
        """Return where an article's story stands now; where it is gone, what has taken its rank."""
        edited = self.view().desk.edited
        for story in (*edited.stories, *edited.late):
            if any(report.article_id == article for report in story.coverage):
                return story_anchor(story.lead.article_id)
        here = edited.stories[rank - 1 : rank] or edited.stories[-1:]
        return story_anchor(here[0].lead.article_id) if here else ""


class _Handler(BaseHTTPRequestHandler):
    server: DeskServer
    timeout = TIMEOUT
    server_version = "perigee"
    sys_version = ""

    def do_GET(self) -> None:
        """Show the desk, the letter, its text, or one of its pictures."""
        url = urlsplit(self.path)
        token, _, place = url.path.removeprefix("/").partition("/")
        if not self._is_allowed(token):
            return
        try:
            self._show(place, parse_qs(url.query).get("said", [""])[0])
        except PerigeeError as error:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, str(error).encode(), TEXT)

    def do_POST(self) -> None:
        """Do something, then lead back to the desk, so that a reload does nothing twice."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_FORM_BYTES:
            self.close_connection = True
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
        if self.headers.get("Origin", self.server.origin) != self.server.origin:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        if not self._is_allowed(form.get("token", [""])[0]):
            return
        try:
            said, place = self.server.do(form)
        except PerigeeError as error:
            said, place = f"Not done: {error}", story_anchor(form.get("story", [""])[0])
        said = urlencode({"said": said})
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/{self.server.token}/?{said}#{quote(place, safe='')}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
        """Log nothing: an address holds the token."""

    def _is_allowed(self, token: str) -> bool:
        is_here = self.headers.get("Host", "") == self.server.host
        if is_here and hmac.compare_digest(token.encode(), self.server.token.encode()):
            return True
        self._refuse(HTTPStatus.FORBIDDEN)
        return False

    def _show(self, place: str, said: str) -> None:
        if place == "":
            self._send(HTTPStatus.OK, self.server.page(said).encode(), HTML, POLICIES["page"])
            return
        built = self.server.view().built
        pictures = {
            f"letter/pictures/{picture.name}": picture for picture in pictures_of(built.issue)
        }
        if place == "letter/":
            # Its links are for a tab of their own: in the frame they would lead nowhere.
            html = built.page.replace("<head>", '<head><base target="_blank">', 1)
            self._send(HTTPStatus.OK, html.encode(), HTML, POLICIES["letter"])
        elif place == "text":
            self._send(HTTPStatus.OK, built.letter.text.encode(), TEXT)
        elif picture := pictures.get(place):
            self._send(HTTPStatus.OK, picture.data, picture.media_type)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def _refuse(self, status: HTTPStatus) -> None:
        words = f"{status.value} {status.phrase}: open the address that the command shows"
        self._send(status, words.encode(), TEXT)

    def _send(self, status: HTTPStatus, body: bytes, media_type: str, policy: str = CLOSED) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _mark(settings: Settings) -> str:
    """Return a fingerprint of the files that an issue is built from."""
    files = [settings.database, *sorted(settings.config.glob("*.toml"))]
    stats = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return repr(stats)


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
