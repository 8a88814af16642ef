"""Hand one message to an SMTP server, and know afterwards whether it has it."""

import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from flows.recipients import mask_all
from flows.settings import Settings
from reports.links import sender_address
from transforms.errors import ConfigError, DeliveryError

Result = Literal["sent", "later", "dead", "too_large", "uncertain", "stopped"]

OK, START_MAIL_INPUT, CLOSING, TOO_LARGE = 250, 354, 421, 552
PORTS = {("smtps", False): 465, ("smtp", False): 25, ("smtp", True): 587}
# Relays count, and some close the door at a hundred.
MESSAGES_PER_CONNECTION = 100

_WORDS_LIMIT = 300


class UnreachableError(DeliveryError):
    """No connection to the server came about; no message was touched."""


class UnwelcomeError(DeliveryError):
    """The server does not want mail from us: login, sender or letter. No reader's fault."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how messages are handed over.

    Attributes:
        has_tls: TLS from the first byte on (`smtps`).
        needs_starttls: Nothing is said before STARTTLS has succeeded.
        helo: The name we greet with.
        timeout: Seconds for each answer.
        answer_timeout: Seconds for the answer to a message.
    """

    host: str
    port: int
    has_tls: bool
    needs_starttls: bool
    user: str | None
    password: str | None = field(repr=False)
    helo: str
    ca_file: str | None
    timeout: float
    answer_timeout: float


@dataclass(frozen=True, slots=True)
class Answer:
    """How handing over one message ended.

    Attributes:
        result: `sent`, `later` (4xx, or lost before its end), `dead` (5xx), `too_large`,
            `uncertain` (lost between its end and the answer), `stopped` (we did not send it).
        code: The server's; None where the connection broke.
        words: The server's, or what broke.
        is_lost: The connection is of no more use.
        is_about_reader: The server refused this reader, not the message.
    """

    result: Result
    code: int | None
    words: str
    is_lost: bool = False
    is_about_reader: bool = False


def smtp_server(settings: Settings) -> Server:
    """Return the server that `[delivery] smtp_url` names.

    Raises:
        ConfigError: There is none, its address is wrong, or a password would travel in clear.
    """
    delivery = settings.delivery
    if not delivery.smtp_url:
        message = "[delivery] smtp_url: no mail server is set; nothing can be sent"
        raise ConfigError(message)
    try:
        url = urlsplit(delivery.smtp_url)
        host, port = url.hostname or "", url.port
    except ValueError as error:
        message = f"[delivery] smtp_url: not an address: {error}"
        raise ConfigError(message) from error
    if url.scheme not in ("smtp", "smtps") or not host:
        message = "[delivery] smtp_url: write it like smtp://user@host:587 or smtps://user@host"
        raise ConfigError(message)
    if url.password is not None:
        message = "[delivery] smtp_url: take the password out and set PERIGEE_SMTP_PASSWORD"
        raise ConfigError(message)
    user = unquote(url.username) if url.username else None
    if user and not settings.smtp_password:
        message = f"[delivery] smtp_url names user {user!r}, but PERIGEE_SMTP_PASSWORD is not set"
        raise ConfigError(message)
    has_tls = url.scheme == "smtps"
    needs_starttls = not has_tls and _needs_starttls(url.query, host)
    if user and not (has_tls or needs_starttls or is_loopback(host)):
        message = (
            "[delivery] smtp_url: the password would travel in clear; "
            "use smtps:// or ?starttls=required"
        )
        raise ConfigError(message)
    return Server(
        host=host,
        port=port or PORTS[url.scheme, bool(user) and not has_tls],
        has_tls=has_tls,
        needs_starttls=needs_starttls,
        user=user,
        password=settings.smtp_password if user else None,
        helo=_ascii_domain(sender_address(delivery.sender)),
        ca_file=str(delivery.ca_file) if delivery.ca_file else None,
        timeout=delivery.timeout,
        answer_timeout=delivery.answer_timeout,
    )


def _needs_starttls(query: str, host: str) -> bool:
    options = parse_qs(query, keep_blank_values=True)
    wish = options.pop("starttls", [""])[0]
    if options or wish not in ("", "required", "never"):
        message = f"[delivery] smtp_url: ?{query} is unknown; take ?starttls=required (or never)"
        raise ConfigError(message)
    return wish == "required" or (not wish and not is_loopback(host))


def is_loopback(host: str) -> bool:
    """Return whether a server's name is this machine's, where nobody listens in."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ascii_domain(address: str) -> str:
    domain = address.rpartition("@")[2]
    return domain.encode("idna").decode("ascii") if domain else "localhost"


class Connection:
    """An SMTP connection, ready for messages."""

    def __init__(self, server: Server) -> None:
        """Connect, secure, greet and log in.

        Raises:
            UnreachableError: No connection, or the server has no time for us now.
            UnwelcomeError: It has no certificate that we trust, no STARTTLS, or refuses the login.
        """
        self._server = server
        self.handed_over = 0
        with _told(server):
            self._smtp = self._connected()
            try:
                self._secure()
            except BaseException:
                self._smtp.close()
                raise

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.has_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=server.helo,
                timeout=server.timeout,
                context=ssl.create_default_context(cafile=server.ca_file),
            )
        else:
            smtp = smtplib.SMTP(
                server.host, server.port, local_hostname=server.helo, timeout=server.timeout
            )
        # The end of a message is a packet of its own (see `_say_message`); it must not wait.
        self._socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return smtp

    def _secure(self) -> None:
        server = self._server
        self._smtp.ehlo_or_helo_if_needed()
        if server.needs_starttls:
            self._smtp.starttls(context=ssl.create_default_context(cafile=server.ca_file))
            self._smtp.ehlo_or_helo_if_needed()
        if server.user and server.password:
            self._smtp.login(server.user, server.password)

    @property
    def is_worn(self) -> bool:
        """Whether it has carried as much as a relay may like."""
        return self.handed_over >= MESSAGES_PER_CONNECTION

    def hand_over(  # noqa: PLR0911 one for each way it can end
        self, message: bytes, sender: str, address: str, may_leave: Callable[[], bool]
    ) -> Answer:
        """Hand over one message for one reader.

        Args:
            message: As it goes over the wire, with CRLF.
            sender: The envelope's sender.
            address: The envelope's recipient.
            may_leave: Asked once the server has agreed to the reader, before the message leaves;
                if it says no, nothing does.

        Raises:
            UnwelcomeError: The server refuses our sender for good.
        """
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdecimal() and 0 < int(limit) < len(message):
            return Answer("too_large", TOO_LARGE, f"the server takes {int(limit):,} bytes")
        try:
            refusal = self._say_envelope(len(message), sender, address)
        except (smtplib.SMTPException, OSError) as error:
            return _lost("later", error)
        if refusal:
            return self._after_refusal(refusal)
        if not may_leave():
            left = Answer("stopped", None, "the reader left, or another process has it in hand")
            return self._after_refusal(left)
        try:
            code, words = self._smtp.docmd("DATA")
        except (smtplib.SMTPException, OSError) as error:
            return _lost("later", error)
        if code != START_MAIL_INPUT:
            return self._after_refusal(_answer(code, words))
        return self._say_message(message)

    def _say_envelope(self, size: int, sender: str, address: str) -> Answer | None:
        """Name sender and reader; return an answer where that is the end of it."""
        options = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        code, words = self._smtp.mail(sender, options)
        if code != OK:
            if _is_too_large(code, _text(words)) or code < 500:  # noqa: PLR2004
                return _answer(code, words)
            message = f"the server refuses mail from {sender!r}: {code} {_text(words)}"
            raise UnwelcomeError(message)
        code, words = self._smtp.rcpt(address)
        if code in (250, 251):
            return None
        found = _answer(code, words)
        # Here 552 tells of a full mailbox, whatever the letter's size.
        result: Result = "dead" if found.result == "too_large" else found.result
        return Answer(result, code, found.words, found.is_lost, is_about_reader=True)

    def _say_message(self, message: bytes) -> Answer:
        """Say the message after 354.

        `smtplib.SMTP.data` says it and hears the answer in one go, so that nobody knows what a
        broken connection means. A server may not keep a message whose end has not come (RFC 5321,
        4.1.1.4): as long as its end could not be said, nothing is lost and nothing comes twice.
        """
        body = re.sub(rb"(?m)^\.", b"..", message)
        try:
            self._smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
            self._smtp.send(b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            return _lost("later", error)
        try:
            self._socket(self._smtp).settimeout(self._server.answer_timeout)
            code, words = self._smtp.getreply()
            self._socket(self._smtp).settimeout(self._server.timeout)
        except (smtplib.SMTPException, OSError) as error:
            return _lost("uncertain", error)
        if code == OK:
            self.handed_over += 1
            return Answer("sent", code, _text(words))
        return self._after_refusal(_answer(code, words))

    def _after_refusal(self, answer: Answer) -> Answer:
        """Make the connection ready for the next message, or give it up."""
        if answer.code == CLOSING:
            self.close()
            return replace(answer, is_lost=True)
        try:
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            return replace(answer, is_lost=True)
        return answer

    def _socket(self, smtp: smtplib.SMTP) -> socket.socket:
        if smtp.sock is None:
            message = "connection is closed"
            raise smtplib.SMTPServerDisconnected(message)
        return smtp.sock

    def close(self) -> None:
        """Say good-bye; whatever the server answers."""
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """Turn what can go wrong with a connection into what a caller may do about it."""
    where = f"mail server {server.host}:{server.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        message = f"{where}: its certificate is not trusted: {error.verify_message}"
        raise UnwelcomeError(message) from error
    except smtplib.SMTPNotSupportedError as error:
        what = "offers no STARTTLS" if server.needs_starttls else "takes no login"
        message = f"{where} {what}; nothing was sent"
        raise UnwelcomeError(message) from error
    except smtplib.SMTPAuthenticationError as error:
        refusal = f"{where} refuses the login: {error.smtp_code} {_text(error.smtp_error)}"
        if error.smtp_code < 500:  # noqa: PLR2004 a server that cannot look passwords up now
            raise UnreachableError(refusal) from error
        raise UnwelcomeError(refusal) from error
    except smtplib.SMTPResponseException as error:
        message = f"{where}: {error.smtp_code} {_text(error.smtp_error)}"
        raise UnreachableError(message) from error
    except (smtplib.SMTPException, OSError) as error:
        message = f"{where} cannot be reached: {error}"
        raise UnreachableError(message) from error


def _answer(code: int, reply: bytes) -> Answer:
    words = _text(reply)
    if _is_too_large(code, words):
        return Answer("too_large", code, words)
    # An answer that RFC 5321 does not know is read by its first digit; a strange one is no 5.
    return Answer("dead" if 500 <= code < 600 else "later", code, words)  # noqa: PLR2004


def _is_too_large(code: int, words: str) -> bool:
    """Tell a message over the size limit from a mailbox that is full (RFC 3463: 5.2.2)."""
    return "5.3.4" in words or "5.2.3" in words or (code == TOO_LARGE and "5.2.2" not in words)


def _lost(result: Result, error: Exception) -> Answer:
    return Answer(result, None, f"the connection broke: {error}"[:_WORDS_LIMIT], is_lost=True)


def _text(reply: bytes | str) -> str:
    """Return the server's words as one printable line, addresses masked."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    plain = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)[:_WORDS_LIMIT].strip()
    return mask_all(plain)
