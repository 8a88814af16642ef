"""A letter → one reader's message: the same bytes whenever they are composed."""

import hashlib
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from markupsafe import escape

from reports.links import sender_address, unsubscribe_mailto
from reports.records import IssueSettings, Letter, Recipient
from reports.render import content_id
from transforms.errors import ConfigError, DeliveryError

# Long header values stay on one line: a folded address would be cut to pieces that some clients
# do not join again. RFC 5322 allows 998 characters.
WIRE = SMTP.clone(max_line_length=900)


def compose_message(
    letter: Letter, recipient: Recipient, settings: IssueSettings, sent_at: datetime
) -> EmailMessage:
    """Return the message that `recipient` gets; equal arguments give equal bytes.

    multipart/alternative: plain text, then HTML, which is multipart/related where pictures travel
    with it.

    Args:
        letter: The rendered issue.
        recipient: Who gets it.
        settings: Who sends it.
        sent_at: The moment of its `Date`, aware; the same on every try.

    Raises:
        ConfigError: The address to unsubscribe at is not https, or there is none to send from.
        DeliveryError: The recipient's name or address cannot stand in a header.
    """
    page, mailto = _unsubscribe_url(settings, recipient), _unsubscribe_mailto(settings, recipient)
    leave = page or mailto
    message = EmailMessage(policy=SMTP)
    _write_headers(message, letter, recipient, settings)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id(letter, recipient, settings)
    if page:
        message["List-Unsubscribe"] = f"<{page}>, <{mailto}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        message["List-Unsubscribe"] = f"<{mailto}>"

    html = letter.html.replace(str(escape(letter.unsubscribe_mark)), str(escape(leave)))
    message.set_content(letter.text.replace(letter.unsubscribe_mark, leave), cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    _add_pictures(message, letter, settings)
    # The bodies' own headers come with them; one set before would be lost.
    message["Content-Language"] = letter.language
    _set_boundaries(message, _digest(letter, recipient))
    return message


def message_bytes(message: EmailMessage) -> bytes:
    """Return the message as it goes over the wire: CRLF, no line over 998 octets."""
    return message.as_bytes(policy=WIRE)


def message_id(letter: Letter, recipient: Recipient, settings: IssueSettings) -> str:
    """Return the id that this issue has for this reader, whenever it is composed."""
    domain = sender_address(settings.sender.sender).rpartition("@")[2]
    return f"<{letter.issue_id}.{_digest(letter, recipient)[:16]}@{domain}>"


def _write_headers(
    message: EmailMessage, letter: Letter, recipient: Recipient, settings: IssueSettings
) -> None:
    name, sender = parseaddr(settings.sender.sender)
    if "@" not in sender:
        message_ = f"[delivery] from: {settings.sender.sender!r} has no address to send from"
        raise ConfigError(message_)
    try:
        message["From"] = Address(name or settings.title, addr_spec=sender)
        message["To"] = Address(recipient.name or "", addr_spec=recipient.address)
        message["Subject"] = letter.subject
    except (ValueError, IndexError, HeaderParseError) as error:
        problem = f"issue {letter.issue_id}: a message cannot be addressed: {error}"
        raise DeliveryError(problem) from error
    list_id = (
        settings.sender.list_id or f"{settings.edition or 'weekly'}.{sender.partition('@')[2]}"
    )
    message["List-Id"] = f"{settings.title} <{list_id}>"
    if letter.web_url and settings.archive_url:
        message["List-Archive"] = f"<{settings.archive_url}>"
        message["Archived-At"] = f"<{letter.web_url}>"
    message["Precedence"] = "bulk"
    message["Auto-Submitted"] = "auto-generated"


def _unsubscribe_url(settings: IssueSettings, recipient: Recipient) -> str | None:
    """Return the page at which a reader leaves; None where leaving is by mail only."""
    template = settings.sender.unsubscribe_url
    if template is None:
        return None
    if not template.startswith("https://"):
        message = (
            "[delivery] unsubscribe_url: the page at which readers leave has to be https "
            f"(RFC 8058), not {template!r}"
        )
        raise ConfigError(message)
    return template.replace("{token}", quote(recipient.token, safe=""))


def _unsubscribe_mailto(settings: IssueSettings, recipient: Recipient) -> str:
    """Return the mail by which a reader leaves, signed where there is a token."""
    mailto = unsubscribe_mailto(settings.sender)
    return f"{mailto}%20{quote(recipient.token, safe='')}" if recipient.token else mailto


def _add_pictures(message: EmailMessage, letter: Letter, settings: IssueSettings) -> None:
    _, html = message.iter_parts()
    for picture in letter.pictures:
        kind, _, subtype = picture.media_type.partition("/")
        html.add_related(
            picture.data,
            maintype=kind,
            subtype=subtype,
            cid=f"<{content_id(picture, settings)}>",
            filename=picture.name,
            disposition="inline",
        )


def _set_boundaries(message: MIMEPart, digest: str) -> None:
    """Name the parts' boundaries, which are random otherwise."""
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for n, part in enumerate(multiparts):
        part.set_boundary(f"=_{digest[:32]}_{n}")


def _digest(letter: Letter, recipient: Recipient) -> str:
    facts = f"{letter.issue_id}|{recipient.address.casefold()}"
    return hashlib.sha256(facts.encode()).hexdigest()
