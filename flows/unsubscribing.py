"""The page behind a letter's links: GET shows it and changes nothing, POST leaves or confirms."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flows.database import open_database
from flows.recipients import Reader, confirm_reader, find_reader, mask, set_status
from flows.settings import Settings
from flows.tokens import find_token
from transforms.errors import ConfigError, DatabaseBusyError

log = logging.getLogger(__name__)

MAX_BODY = 65_536  # bytes; a mail provider sends some thirty
TIMEOUT = 20.0  # seconds for the next piece of a request
PATIENCE = 15.0  # seconds for the database

# Nothing is loaded, nothing is kept, and the link does not travel on in a Referer.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{title}</h1>
<p>{text}</p>{form}
</main></body></html>
"""
_FORM = '\n<form method="post"><button name="List-Unsubscribe" value="One-Click">{}</button></form>'


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered; with a button, the page asks for the step that POST takes."""

    status: HTTPStatus
    title: str
    text: str
    button: str | None = None

    def html(self) -> bytes:
        """Return the page."""
        form = _FORM.format(escape(self.button)) if self.button else ""
        page = _PAGE.format(title=escape(self.title), text=escape(self.text), form=form)
        return page.encode("utf-8")


def answer_click(settings: Settings, target: str, now: datetime, *, is_post: bool) -> Page:
    """Return what a link leads to, and with POST do what it is for.

    Mail scanners and previews open links with GET, so that opening one must not mean anything;
    mail providers POST without cookies and without anybody looking (RFC 8058). Repeating a POST
    changes nothing more.

    Args:
        settings: All of them; `secret` is set.
        target: Path and query of the request; the token may stand anywhere in it.
        now: The present.
        is_post: Whether somebody has decided.
    """
    token = find_token(settings.secret or "", target)
    if token is None:
        text = "It may have been cut on its way. Take the link of the newest letter, or answer it."
        return Page(HTTPStatus.NOT_FOUND, "This link is not valid", text)
    try:
        with open_database(settings.database, patience=PATIENCE) as connection:
            if not is_post:
                reader = find_reader(connection, token.reader_id)
            elif token.is_leaving:
                reader = set_status(connection, token.reader_id, "unsubscribed", "one click", now)
            else:
                reader = confirm_reader(connection, token.reader_id, "one click", now)
    except DatabaseBusyError:
        text = "We are busy just now. Please try again in a minute."
        return Page(HTTPStatus.SERVICE_UNAVAILABLE, "One moment", text)
    title = settings.digest.title
    return _leaving_page(reader, title) if token.is_leaving else _confirming_page(reader, title)


def _leaving_page(reader: Reader | None, title: str) -> Page:
    if reader is None:
        return Page(HTTPStatus.OK, "You have left", f"You do not get {title}.")
    who = mask(reader.address)
    if reader.status == "unsubscribed":
        return Page(HTTPStatus.OK, "You have left", f"{who} gets {title} no more.")
    return Page(HTTPStatus.OK, f"Leave {title}?", f"It is sent to {who}.", "Unsubscribe")


def _confirming_page(reader: Reader | None, title: str) -> Page:
    if reader is None or reader.status in ("unsubscribed", "bounced"):
        text = "Nobody with this link waits to be confirmed. Please subscribe again."
        return Page(HTTPStatus.NOT_FOUND, "This link is over", text)
    who = mask(reader.address)
    if reader.status == "confirmed":
        return Page(HTTPStatus.OK, "Welcome", f"{title} is sent to {who}.")
    return Page(HTTPStatus.OK, f"Get {title}?", f"It would be sent to {who}.", "Confirm")


def unsubscribe_server(settings: Settings, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of the page, bound and ready for `serve_forever`.

    It speaks plain HTTP: an https proxy stands before it.

    Raises:
        ConfigError: Links cannot be checked, or the address is taken.
    """
    if not settings.secret:
        message = "links are signed: set PERIGEE_SECRET to the same text as where letters are sent"
        raise ConfigError(message)
    handler = type("Handler", (_Handler,), {"settings": settings})
    try:
        return ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        message = f"cannot listen at {host}:{port}: {error}; give another --port"
        raise ConfigError(message) from error


class _Handler(BaseHTTPRequestHandler):
    settings: Settings
    timeout = TIMEOUT
    server_version = "perigee"
    sys_version = ""

    def do_GET(self) -> None:
        """Show the page."""
        self._answer(is_post=False)

    do_HEAD = do_GET  # noqa: N815 the base's name

    def do_POST(self) -> None:
        """Take the step."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(Page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large", "Send less."))
            return
        self.rfile.read(int(length))
        self._answer(is_post=True)

    def _answer(self, *, is_post: bool) -> None:
        self._send(answer_click(self.settings, self.path, datetime.now(UTC), is_post=is_post))

    def _send(self, page: Page) -> None:
        body = page.html()
        self.send_response(page.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if page.status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.send_header("Retry-After", "60")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: int | str = "-", _: int | str = "-") -> None:
        """Say what was asked, without the link: who has it can act for the reader."""
        log.info("%s answered %s", self.command, code)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 the base's name
        """Say what went wrong, without what the client sent."""
        log.info("a request was not answered: %s", format)
