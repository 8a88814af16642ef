"""The page behind a letter's links: GET shows it and changes nothing, POST leaves or confirms."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import duckdb

from flows.database import open_database
from flows.recipients import Reader, confirm_reader, find_reader, mask, set_status
from flows.settings import Settings
from flows.tokens import Token, find_token
from transforms.errors import ConfigError, DatabaseBusyError

log = logging.getLogger(__name__)

MAX_BODY = 65_536  # bytes; mail providers send some thirty, some as multipart/form-data
TIMEOUT = 20.0  # seconds for a whole line of a request
PATIENCE = 15.0  # seconds for the database

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>
"""
_FORM = '<form method="post"><button name="List-Unsubscribe" value="One-Click">{}</button></form>'


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered."""

    status: HTTPStatus
    title: str
    text: str
    button: str | None = None

    def html(self) -> str:
        """Return the page."""
        form = _FORM.format(escape(self.button)) if self.button else ""
        return _PAGE.format(title=escape(self.title), text=escape(self.text), form=form)


def show_page(settings: Settings, target: str) -> Page:
    """Return what a link leads to; changes nothing.

    Mail scanners and link previews open links with GET, so that opening one must not mean anything
    (RFC 8058, section 3.1).
    """
    return _answer(settings, target, lambda connection, token: find_reader(connection, token.reader_id))


def take_click(settings: Settings, target: str, now: datetime) -> Page:
    """Do what a link is for, and return what to tell; repeating it changes nothing more."""

    def act(connection: duckdb.DuckDBPyConnection, token: Token) -> Reader | None:
        if token.is_leaving:
            return set_status(connection, token.reader_id, "unsubscribed", "one click", now)
        return confirm_reader(connection, token.reader_id, "one click", now)

    return _answer(settings, target, act, is_done=True)
