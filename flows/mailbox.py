"""Read the letter's mailbox over IMAP: readers who leave, confirm or bounce; archived copies."""

import email.policy
import imaplib
import logging
import re
import ssl
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import getaddresses
from functools import partial
from typing import Literal
from urllib.parse import unquote, urlsplit

import duckdb

from flows import copies, outbox
from flows.delivery import is_loopback
from flows.ledger import Ledger
from flows.recipients import confirm_reader, find_by_address, mask_all, note_bounce, set_status
from flows.settings import Settings
from flows.tokens import find_token
from transforms.errors import ConfigError, DeliveryError

log = logging.getLogger(__name__)

AT_ONCE = 500  # messages; the rest waits for the next time
MAX_BYTES = 1_000_000  # of a message; a bounce may bring the whole letter back

Kind = Literal["left", "confirmed", "bounced", "delayed", "other"]

_LEAVE = re.compile(r"\W*(?:(?:re|aw|fwd?)\s*:\s*)?(?:unsubscribe|abmelden)\b", re.IGNORECASE)
_CONFIRM = re.compile(r"\W*(?:(?:re|aw)\s*:\s*)?confirm\b", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class MailboxCounts:
    """What was found; together all messages that were unseen.

    Attributes:
        left: Readers who wrote that they leave.
        confirmed: Readers who wrote that they want the letter.
        bounced: Copies that a server gave up.
        delayed: Copies that a server is still trying to deliver; nothing to be done.
        other: Messages for a person; flagged in the mailbox.
    """

    left: int = 0
    confirmed: int = 0
    bounced: int = 0
    delayed: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An IMAP account."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    has_tls: bool
    ca_file: str | None
    timeout: float


def imap_account(settings: Settings) -> Account:
    """Return the account that `[delivery] imap_url` names.

    Raises:
        ConfigError: There is none, its address is wrong, or a password would travel in clear.
    """
    delivery = settings.delivery
    try:
        url = urlsplit(delivery.imap_url or "")
        host, port = url.hostname or "", url.port
    except ValueError as error:
        message = f"[delivery] imap_url: not an address: {error}"
        raise ConfigError(message) from error
    if url.scheme not in ("imap", "imaps") or not host or not url.username or url.password:
        message = (
            "[delivery] imap_url: write it like imaps://user@host/INBOX; the password comes from "
            "PERIGEE_IMAP_PASSWORD"
        )
        raise ConfigError(message)
    password = delivery.imap_password
    if not password:
        message = "[delivery] imap_url names a user, but PERIGEE_IMAP_PASSWORD is not set"
        raise ConfigError(message)
    has_tls = url.scheme == "imaps"
    if not has_tls and not is_loopback(host):
        message = "[delivery] imap_url: the password would travel in clear; use imaps://"
        raise ConfigError(message)
    return Account(
        host=host,
        port=port or (993 if has_tls else 143),
        user=unquote(url.username),
        password=password,
        folder=unquote(url.path.strip("/")) or "INBOX",
        has_tls=has_tls,
        ca_file=str(delivery.ca_file) if delivery.ca_file else None,
        timeout=delivery.timeout,
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """What a message says.

    Attributes:
        kind: What it is.
        reader_id: Whose token it carries.
        address: Who wrote it, where it carries none.
        message_id: The copy that a server writes about.
        words: That server's.
    """

    kind: Kind
    reader_id: str | None = None
    address: str | None = None
    message_id: str | None = None
    words: str = ""


def read_mailbox(settings: Settings, now: datetime) -> MailboxCounts:
    """Act on every unseen message, and mark it as seen once that is on disk.

    Dying in between is harmless: what is read again changes nothing more.

    Raises:
        ConfigError: `imap_url` is wrong.
        DeliveryError: The mailbox cannot be read.
    """
    account, ledger = imap_account(settings), Ledger(settings.database)
    counts: Counter[str] = Counter()
    with _selected(account, account.folder) as imap:
        for uid in _search(imap, "UNSEEN")[:AT_ONCE]:
            finding = judge(_fetched(imap, uid), settings.secret)
            kind = ledger.write(partial(act, finding=finding, now=now))
            counts[kind] += 1
            flags = r"(\Seen \Flagged)" if kind == "other" else r"(\Seen)"
            imap.uid("STORE", uid, "+FLAGS.SILENT", flags)
            log.info("mailbox: message %s is %s", uid, kind)
    return MailboxCounts(**counts)


def find_archived(settings: Settings, message_ids: Iterable[str]) -> set[str]:
    """Return those of the Message-IDs that are in the archive folder.

    Raises:
        ConfigError: `imap_url` is wrong.
        DeliveryError: The mailbox cannot be read.
    """
    account = imap_account(settings)
    with _selected(account, settings.delivery.archive_folder, is_read_only=True) as imap:
        return {
            identity
            for identity in message_ids
            if _search(imap, "HEADER", "Message-ID", f'"{identity}"')
        }


def judge(data: bytes, secret: str | None) -> Finding:
    """Return what a message says. It may hold anything."""
    try:
        message = message_from_bytes(data, policy=email.policy.default)
        if message.get_content_type() == "multipart/report":
            return _judge_report(message, secret)
        return _judge_letter(message, secret)
    except Exception as error:  # noqa: BLE001 the parser raises whatever strange mail leads it to
        log.info("mailbox: a message cannot be read: %s", type(error).__name__)
        return Finding("other")


def act(connection: duckdb.DuckDBPyConnection, finding: Finding, now: datetime) -> Kind:
    """Do what a message asks for; return what it turned out to be."""
    if finding.message_id:
        delivery = copies.find_by_message_id(connection, finding.message_id)
        is_ours = delivery and finding.reader_id in (None, delivery.reader_id)
        if delivery is None or not is_ours:
            return "other"
        if finding.kind == "bounced" and outbox.note_returned(
            connection, delivery, finding.words, now
        ):
            note_bounce(connection, delivery.reader_id, finding.words, now)
        return finding.kind
    if finding.kind == "confirmed" and finding.reader_id:
        reader = confirm_reader(connection, finding.reader_id, "confirmed by mail", now)
        return "confirmed" if reader else "other"
    if finding.kind != "left":
        return finding.kind
    readers = [finding.reader_id] if finding.reader_id else []
    if finding.address:
        readers = [r.reader_id for r in find_by_address(connection, finding.address)]
    for reader_id in readers:
        set_status(connection, reader_id, "unsubscribed", "left by mail", now)
    return "left" if readers else "other"


def _judge_letter(message: EmailMessage, secret: str | None) -> Finding:
    """Read a mail that a person has written, or a mail program at a click."""
    subject = str(message.get("Subject", ""))
    body = message.get_body(("plain",))
    text = str(body.get_content()).strip()[:2_000] if body else ""
    lines = (subject, text.partition("\n")[0])
    token = find_token(secret, f"{subject}\n{text}") if secret else None
    if token and not token.is_leaving and any(map(_CONFIRM.match, lines)):
        return Finding("confirmed", reader_id=token.reader_id)
    if not any(map(_LEAVE.match, lines)):
        return Finding("other")
    if token and token.is_leaving:
        return Finding("left", reader_id=token.reader_id)
    # Nothing signed: the sender's word is taken. Who forges it takes a letter from somebody; not
    # to believe it would keep sending to people who asked us not to.
    is_automatic = str(message.get("Auto-Submitted", "no")).strip().lower() != "no"
    senders = getaddresses([str(message.get("From", ""))])
    if is_automatic or len(senders) != 1 or not senders[0][1]:
        return Finding("other")
    return Finding("left", address=senders[0][1])


def _judge_report(message: EmailMessage, secret: str | None) -> Finding:
    """Read a delivery status notification (RFC 3464) about a copy of ours.

    Where letters carry signed links, a report has to bring one back with the letter's headers:
    otherwise anybody could make anybody bounce.
    """
    kind: Kind = "other"
    words = ""
    original: Message | None = None
    for part in message.walk():
        content_type = part.get_content_type()
        if content_type == "message/delivery-status" and kind == "other":
            kind, words = _status(part)
        elif content_type == "text/rfc822-headers" and original is None:
            headers = part.get_payload(decode=True)
            original = message_from_bytes(headers if isinstance(headers, bytes) else b"")
        elif content_type == "message/rfc822" and original is None:
            original = next(iter(_messages_in(part)), None)
    found = _MESSAGE_ID.search(str(original.get("Message-ID", ""))) if original else None
    if kind == "other" or original is None or found is None:
        return Finding("other")
    if not secret:
        return Finding(kind, message_id=found[0], words=words)
    links = re.sub(r"\s", "", str(original.get("List-Unsubscribe", "")))
    token = find_token(secret, unquote(links))
    if token is None:
        return Finding("other")
    return Finding(kind, reader_id=token.reader_id, message_id=found[0], words=words)


def _status(part: Message) -> tuple[Kind, str]:
    """Return what the first recipient's fields say: kind, and the server's words."""
    for block in _messages_in(part):
        action = str(block.get("Action", "")).strip().lower()
        if action not in ("failed", "delayed"):
            continue
        status = str(block.get("Status", "")).strip()
        reason = str(block.get("Diagnostic-Code", "")).partition(";")[2]
        words = mask_all(re.sub(r"\s+", " ", f"{status} {reason}").strip()[:300])
        return ("bounced" if action == "failed" else "delayed"), words
    return "other", ""


def _messages_in(part: Message) -> list[Message]:
    """Return what is parsed as messages of its own: a letter, or blocks of fields."""
    inner = part.get_payload()
    return [m for m in inner if isinstance(m, Message)] if isinstance(inner, list) else []


@contextmanager
def _selected(
    account: Account, folder: str, *, is_read_only: bool = False
) -> Iterator[imaplib.IMAP4]:
    """Yield a session with the folder open."""
    where = f"mailbox {account.host}:{account.port}/{folder}"
    if not folder.isascii():
        message = f"{where}: name the folder in ASCII (IMAP's modified UTF-7)"
        raise ConfigError(message)
    quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
    try:
        with _connected(account) as imap:
            imap.login(account.user, account.password)
            answer, words = imap.select(f'"{quoted}"', readonly=is_read_only)
            if answer != "OK":
                message = f"{where} cannot be opened: {words[0]!r}"
                raise DeliveryError(message)
            yield imap
    except (imaplib.IMAP4.error, OSError) as error:
        message = f"{where} cannot be read: {error}"
        raise DeliveryError(message) from error


def _connected(account: Account) -> imaplib.IMAP4:
    if not account.has_tls:
        return imaplib.IMAP4(account.host, account.port, timeout=account.timeout)
    return imaplib.IMAP4_SSL(
        account.host,
        account.port,
        ssl_context=ssl.create_default_context(cafile=account.ca_file),
        timeout=account.timeout,
    )


def _search(imap: imaplib.IMAP4, *criteria: str) -> list[str]:
    answer, found = imap.uid("SEARCH", *criteria)
    if answer != "OK":
        message = f"search refused: {found[0]!r}"
        raise imaplib.IMAP4.error(message)
    return [uid.decode("ascii") for uid in (found[0] or b"").split()]


def _fetched(imap: imaplib.IMAP4, uid: str) -> bytes:
    """Return the message's beginning, without marking it as seen."""
    _, parts = imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")
