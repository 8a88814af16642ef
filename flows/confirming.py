"""Ask new readers by mail whether they want the letter (double opt-in)."""

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from functools import partial
from urllib.parse import quote

import duckdb

from flows.courier import Writer
from flows.delivery import Connection, smtp_server
from flows.ledger import Ledger
from flows.recipients import Reader, list_readers, mask
from flows.settings import Settings
from flows.tokens import confirming_token
from reports.links import sender_address
from reports.message import WIRE, message_bytes
from transforms.errors import ConfigError, DeliveryError

_TEXT = """\
Hello,

somebody, you we hope, has asked for {title} to be sent to this address.

If you want it, confirm here:

{link}

If not, do nothing: you will not hear from us again.
"""


def ask_pending(
    settings: Settings, now: datetime, on_done: Callable[[Reader], None] = lambda _: None
) -> dict[str, str]:
    """Ask every pending reader who has not been asked; return who could not be, masked, and why.

    Raises:
        ConfigError: Links cannot be signed, or nothing can be sent.
        DeliveryError: The server cannot be reached or wants no mail from us.
    """
    ledger = Ledger(settings.database)
    readers = ledger.write(_not_asked)
    if not readers:
        return {}
    if not settings.secret:
        message = "[delivery] confirm: its links are signed; set PERIGEE_SECRET to a random text"
        raise ConfigError(message)
    writer, failures = Writer(settings), {}
    connection = Connection(smtp_server(settings))
    try:
        for reader in readers:
            message_ = message_bytes(compose_question(settings, reader, now))
            answer = connection.hand_over(
                writer.sign(message_), writer.sender, reader.address, lambda: True
            )
            if answer.result == "sent":
                ledger.write(partial(_note_asked, reader=reader, now=now))
            else:
                failures[mask(reader.address)] = answer.words
            if answer.is_lost:
                raise DeliveryError(answer.words)
            on_done(reader)
    finally:
        connection.close()
    return failures


def compose_question(settings: Settings, reader: Reader, now: datetime) -> EmailMessage:
    """Return the mail that asks; it holds no more than the question."""
    delivery = settings.delivery
    name, sender = parseaddr(delivery.sender)
    message = EmailMessage(policy=WIRE)
    message["From"] = Address(name or settings.digest.title, addr_spec=sender)
    message["To"] = Address(reader.name or "", addr_spec=reader.address)
    message["Subject"] = f"Please confirm: {settings.digest.title}"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid("confirm", sender_address(delivery.sender).partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    link = confirming_link(settings, reader.reader_id)
    message.set_content(
        _TEXT.format(title=settings.digest.title, link=link), cte="quoted-printable"
    )
    return message


def confirming_link(settings: Settings, reader_id: str) -> str:
    """Return where a reader confirms: the page that also takes unsubscribing, else a mail."""
    token = confirming_token(settings.secret or "", reader_id)
    if template := settings.delivery.unsubscribe_url:
        return template.replace("{token}", token)
    address = settings.delivery.unsubscribe_mailto or sender_address(settings.delivery.sender)
    return f"mailto:{quote(address, safe='@')}?subject=confirm%20{token}"


def _not_asked(connection: duckdb.DuckDBPyConnection) -> list[Reader]:
    rows = connection.execute(
        "SELECT reader_id FROM recipients WHERE status = 'pending' AND asked_at IS NULL"
    ).fetchall()
    waiting = {row[0] for row in rows}
    return [r for r in list_readers(connection, status="pending") if r.reader_id in waiting]


def _note_asked(connection: duckdb.DuckDBPyConnection, reader: Reader, now: datetime) -> None:
    connection.execute(
        "UPDATE recipients SET asked_at = $now WHERE reader_id = $reader_id",
        {"now": now, "reader_id": reader.reader_id},
    )
