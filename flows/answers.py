"""What the headers, bodies and errors of an answer say."""

import email.utils
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from requests.structures import CaseInsensitiveDict

MAX_RETRY_AFTER = 86_400.0
MAX_VALIDATOR = 1_024
EVIDENCE_BYTES = 400
MAX_DETAIL = 200
GZIP_MAGIC = b"\x1f\x8b"
TRANSPORT = "connection_error"


class RefusedError(Exception):
    """The exchange ends here, with this outcome."""

    def __init__(self, outcome: str, detail: str, *, may_pass: bool = False) -> None:
        """Keep how it ended, why, and whether trying again may help."""
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.may_pass = may_pass


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, in either form, at most a day.

    None where there is none, or where it is garbage (RFC 9110, section 10.2.3).
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_RETRY_AFTER)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER)


def evidence_of(body: bytes) -> str | None:
    """Return the first bytes of a page, as text for a person, on one line."""
    text = " ".join(body[:EVIDENCE_BYTES].decode("utf-8", "replace").split())
    return "".join(c for c in text if c.isprintable()) or None


def fresh_for(headers: CaseInsensitiveDict[str]) -> float | None:
    """Return the seconds of Cache-Control max-age or, without it, until Expires."""
    control = headers.get("Cache-Control", "").lower()
    if found := re.search(r"max-age\s*=\s*\"?(\d{1,9})", control):
        return float(found[1])
    try:
        expires = email.utils.parsedate_to_datetime(headers.get("Expires", ""))
    except (TypeError, ValueError):
        return None
    expires = expires if expires.tzinfo else expires.replace(tzinfo=UTC)
    return max((expires - datetime.now(UTC)).total_seconds(), 0.0)


class Decoder:
    """Undoes a body's Content-Encoding, never to more than a limit at a time."""

    def __init__(self, encoding: str, limit: int) -> None:
        """Prepare for `encoding`, in lower case; the empty string is none.

        Raises:
            KeyError: We do not ask for that one, nor for two on top of each other.
        """
        self._limit = limit
        self._encoding = encoding
        self._bits = {"": 0, "identity": 0, "gzip": 31, "x-gzip": 31, "deflate": 15}[encoding]
        self._inflate = zlib.decompressobj(self._bits) if self._bits else None
        self._has_begun = False

    def decode(self, chunk: bytes) -> bytes:
        """Return what is in `chunk`; cut where it is more than the limit.

        Raises:
            RefusedError: It is broken.
        """
        if self._inflate is None:
            return chunk
        try:
            part = self._inflated(chunk)
        except zlib.error as error:
            detail = f"a broken compressed body: {error}"
            raise RefusedError(TRANSPORT, detail) from error
        self._has_begun = True
        return part

    def finish(self) -> None:
        """Check that the body was whole.

        Raises:
            RefusedError: It was cut off.
        """
        if self._has_begun and self._inflate and not self._inflate.eof:
            detail = "a compressed body that was cut off"
            raise RefusedError(TRANSPORT, detail, may_pass=True)

    def _inflated(self, chunk: bytes) -> bytes:
        assert self._inflate is not None  # noqa: S101 the caller looked
        try:
            part = self._inflate.decompress(chunk, self._limit + 1)
        except zlib.error:
            if self._encoding != "deflate" or self._has_begun:
                raise
            # Some servers leave out the zlib header.
            self._inflate = zlib.decompressobj(-15)
            return self._inflate.decompress(chunk, self._limit + 1)
        while self._inflate.eof and self._inflate.unused_data.startswith(GZIP_MAGIC):
            # RFC 1952, section 2.2: a file may be several members, one after the other.
            rest = self._inflate.unused_data
            self._inflate = zlib.decompressobj(self._bits)
            part += self._inflate.decompress(rest, max(1, self._limit + 1 - len(part)))
            if len(part) > self._limit:
                break
        return part


def validator(header: str | None) -> str | None:
    """Return what can go back verbatim in a request header, or nothing at all."""
    if not header or len(header) > MAX_VALIDATOR or not header.isprintable():
        return None
    return header.strip() or None


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what is behind it: its cause, context, `reason` or first argument."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        inner = [getattr(current, "reason", None), *current.args, current.__cause__]
        inner.append(current.__context__)
        current = next(
            (i for i in inner if isinstance(i, BaseException) and id(i) not in seen), None
        )


def short(text: str) -> str:
    """Return `text` on one line, without controls, cut to what a table can show."""
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return line if len(line) <= MAX_DETAIL else line[: MAX_DETAIL - 1] + "…"
