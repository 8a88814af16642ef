"""Ask one feed, politely and safely: a conditional GET with limits, redirects by hand."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, LocationParseError

from flows.answers import (
    GZIP_MAGIC,
    Decoder,
    RefusedError,
    causes_of,
    evidence_of,
    fresh_for,
    retry_after,
    short,
    validator,
)
from flows.guard import Deadline, GuardPolicy, check_url, deadline_of
from transforms.errors import InvalidURLError, UnsafeAddressError
from transforms.urls import clean_url
from transforms.walls import WALL

MAX_REDIRECTS = 5
MAX_TRIES = 3
MAX_PATIENCE = 5.0  # seconds of Retry-After that we wait within a run
CHUNK = 65_536
WORTH_ANOTHER_TRY = frozenset({500, 502, 503, 504})
PERMANENT = frozenset({301, 308})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OUTCOME_OF_STATUS = {
    401: "forbidden",
    403: "forbidden",
    404: "not_found",
    410: "gone",
    429: "rate_limited",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a server.

    Attributes:
        url: Where; `file:` addresses are read below `files`.
        etag: Sent back as If-None-Match, verbatim.
        last_modified: Sent back as If-Modified-Since, verbatim.
        timeout: Seconds of asking in all; waiting for a polite moment does not count.
        files: The folder that `file:` addresses are relative to.
    """

    feed_id: str
    url: str
    etag: str | None
    last_modified: str | None
    timeout: float
    max_body_bytes: int
    files: Path


@dataclass(frozen=True, slots=True)
class Response:
    """How it went: an outcome always, a body where there is a new one.

    Attributes:
        outcome: A word of the vocabulary; `ok` means only that a body came.
        detail: What a person needs to know beyond it.
        evidence: The first bytes of a page that stood where a feed was due.
        url: Where the answer came from, redirects followed.
        permanent_url: The same, where every hop said that it is for good.
        fresh_for: Seconds for which the server calls the answer fresh.
        retry_after: Seconds after which it wants to be asked again, capped at a day.
        wire_bytes: Body bytes as they came, over all tries.
    """

    feed_id: str
    asked_url: str
    url: str
    outcome: str
    detail: str | None = None
    evidence: str | None = None
    status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None
    fresh_for: float | None = None
    retry_after: float | None = None
    requests: int = 0
    wire_bytes: int = 0
    seconds: float = 0.0


class HostGate:
    """Lets one request at a time through to each host, some seconds apart."""

    def __init__(self, delay: float) -> None:
        """Let requests to one host start `delay` seconds after the one before has ended."""
        self._delay = delay
        self._lock = threading.Lock()
        self._hosts: dict[str, threading.Lock] = {}
        self._next: dict[str, float] = {}
        self._delays: dict[str, float] = {}

    def slow_down(self, url: str, delay: float) -> None:
        """Ask the host of `url` no more often than every `delay` seconds."""
        host = _host(url)
        self._delays[host] = max(delay, self._delay)
        self._next[host] = max(self._next.get(host, 0.0), time.monotonic() + delay)

    @contextmanager
    def turn(self, url: str) -> Iterator[None]:
        """Wait for a polite moment at the host of `url`, and hold it for the block."""
        host = _host(url)
        with self._lock:
            gate = self._hosts.setdefault(host, threading.Lock())
        with gate:
            wait = self._next.get(host, 0.0) - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                yield
            finally:
                delay = self._delays.get(host, self._delay)
                self._next[host] = time.monotonic() + delay


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def fetch_feed(
    session: requests.Session,
    question: Question,
    policy: GuardPolicy,
    gate: HostGate,
    may_follow: Callable[[str], bool] = lambda _: True,
) -> Response:
    """Return how the feed answered; every failure is an outcome, none is raised.

    Transport failures and 500, 502, 503 and 504 are tried up to three times within the run.

    Args:
        session: From `flows.guard.make_session`, under the same policy.
        question: What to ask.
        policy: What may be asked besides the public web.
        gate: Keeps requests to one host apart.
        may_follow: Asked about each redirect's target; a refusal ends in `robots_denied`.
    """
    if question.url.startswith("file:"):
        return _read_file(question)
    exchange = _Exchange(session, question, policy, gate, may_follow)
    began = time.monotonic()
    for attempt in range(1, MAX_TRIES + 1):
        try:
            response = exchange.ask()
        except RefusedError as refused:
            response = exchange.response(refused.outcome, refused.detail)
            if not refused.may_pass or attempt == MAX_TRIES:
                break
        else:
            patience = response.retry_after or 0.0
            is_passing = response.status in WORTH_ANOTHER_TRY and response.outcome != "bot_wall"
            if not is_passing or attempt == MAX_TRIES or patience > MAX_PATIENCE:
                break
            time.sleep(patience)
        if exchange.left <= 0:
            break
        time.sleep(0.1 * attempt)
    return replace(response, seconds=round(time.monotonic() - began, 3))


class _Exchange:
    """Tries and hops of one question, and what they cost so far."""

    def __init__(
        self,
        session: requests.Session,
        question: Question,
        policy: GuardPolicy,
        gate: HostGate,
        may_follow: Callable[[str], bool],
    ) -> None:
        self._session = session
        self._question = question
        self._policy = policy
        self._gate = gate
        self._may_follow = may_follow
        self._requests = 0
        self._wire_bytes = 0
        self._url = question.url
        self.left = question.timeout

    def ask(self) -> Response:
        """Follow redirects until there is an answer.

        Raises:
            RefusedError: There is none.
        """
        url, is_permanent = self._question.url, True
        for _ in range(MAX_REDIRECTS + 1):
            self._url = url
            answer = self._hop(url)
            if isinstance(answer, Response):
                is_whole = answer.outcome in ("ok", "not_modified")
                moved = url if is_permanent and is_whole and url != self._question.url else None
                return replace(answer, permanent_url=moved)
            status, location = answer
            is_permanent = is_permanent and status in PERMANENT
            url = self._next_url(url, location)
        detail = f"more than {MAX_REDIRECTS} redirects"
        raise RefusedError("server_error", detail)

    def _next_url(self, url: str, location: str | None) -> str:
        if not location:
            raise RefusedError("server_error", "a redirect that does not say where to")
        target = urljoin(url, location.strip())
        try:
            check_url(target, self._policy)
            target = clean_url(target)
        except (UnsafeAddressError, InvalidURLError) as error:
            raise RefusedError(
                "unsafe_address", f"redirected to an address we refuse: {error}"
            ) from error
        if url.startswith("https:") and target.startswith("http:"):
            raise RefusedError("unsafe_address", f"redirected from https to {target!r}")
        if not self._may_follow(target):
            raise RefusedError("robots_denied", f"redirected to {target!r}, against robots.txt")
        return target

    def _hop(self, url: str) -> Response | tuple[int, str | None]:
        """Make one request; return its answer, or status and place of a redirect."""
        if self.left <= 0:
            raise RefusedError("timeout", f"no answer within {self._question.timeout:g} s")
        with self._gate.turn(url), deadline_of(self.left) as deadline:
            began = time.monotonic()
            try:
                check_url(url, self._policy)
                self._requests += 1
                return self._request(url)
            except RefusedError:
                raise
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise self._reason(error, deadline) from error
            except (UnsafeAddressError, InvalidURLError) as error:
                raise RefusedError("unsafe_address", str(error)) from error
            finally:
                self.left -= time.monotonic() - began

    def _request(self, url: str) -> Response | tuple[int, str | None]:
        headers = {}
        if self._question.etag:
            headers["If-None-Match"] = self._question.etag
        if self._question.last_modified:
            headers["If-Modified-Since"] = self._question.last_modified
        raw = self._session.get(
            url,
            headers=headers,
            stream=True,
            allow_redirects=False,
            timeout=(min(10.0, self.left), min(15.0, self.left)),
        )
        with raw:
            if raw.status_code in REDIRECTS:
                return raw.status_code, raw.headers.get("Location")
            return self._judge(raw, has_validators=bool(headers))

    def _judge(self, raw: requests.Response, *, has_validators: bool) -> Response:
        status = raw.status_code
        common = {
            "status": status,
            "content_type": raw.headers.get("Content-Type"),
            "etag": validator(raw.headers.get("ETag")),
            "last_modified": validator(raw.headers.get("Last-Modified")),
            "fresh_for": fresh_for(raw.headers),
            "retry_after": retry_after(raw.headers.get("Retry-After"), datetime.now(UTC)),
        }
        if status == requests.codes.not_modified:
            if has_validators:
                return self.response("not_modified", None, **common)
            return self.response("server_error", "answered 304, though nothing was asked", **common)
        if status == requests.codes.ok:
            body = self._body(raw)
            if not body.strip():
                return self.response("empty", "answered with an empty body", **common)
            return self.response("ok", None, body=body, **common)
        if status == requests.codes.no_content:
            return self.response("empty", "answered 204 No Content", **common)
        try:
            page = self._body(raw, max_bytes=CHUNK, may_be_cut=True)
        except (RefusedError, HTTPError, OSError):
            page = b""  # the status says enough
        detail = short(f"answered {status} {raw.reason or ''}")
        outcome = OUTCOME_OF_STATUS.get(status, "server_error")
        if outcome in ("forbidden", "server_error") and WALL.search(page):
            outcome, detail = "bot_wall", f"{detail} with a page that asks for a person or a login"
        return self.response(outcome, detail, evidence=evidence_of(page), **common)

    def _body(
        self, raw: requests.Response, *, max_bytes: int = 0, may_be_cut: bool = False
    ) -> bytes:
        """Return the decoded body; both its forms are capped."""
        limit = max_bytes or self._question.max_body_bytes
        encoding = raw.headers.get("Content-Encoding", "").strip().lower()
        try:
            decoder = Decoder(encoding, limit)
        except KeyError:
            if may_be_cut:
                return b""
            detail = f"answered in the encoding {encoding!r}, which was not asked for"
            raise RefusedError("malformed", detail) from None
        parts: list[bytes] = []
        wire = size = 0
        for chunk in raw.raw.stream(CHUNK, decode_content=False):
            wire += len(chunk)
            self._wire_bytes += len(chunk)
            part = decoder.decode(chunk)
            parts.append(part)
            size += len(part)
            if max(wire, size) > limit:
                if may_be_cut:
                    break
                raise RefusedError("too_large", f"a body of more than {limit:,} bytes")
        decoder.finish()
        body = b"".join(parts)
        if not encoding and body.startswith(GZIP_MAGIC):
            unpack = Decoder("gzip", limit)
            body = unpack.decode(body)
            if len(body) > limit:
                raise RefusedError("too_large", f"a body of more than {limit:,} bytes")
            unpack.finish()
        return body

    def _reason(  # noqa: PLR0911 one return per outcome
        self, error: Exception, deadline: Deadline
    ) -> RefusedError:
        """Tell apart what requests throws into one basket."""
        causes = list(causes_of(error))
        unsafe = next((c for c in causes if isinstance(c, UnsafeAddressError)), None)
        text = short(str(causes[-1]) or type(causes[-1]).__name__)
        if unsafe:
            return RefusedError("unsafe_address", str(unsafe))
        if deadline.expired:
            return RefusedError("timeout", f"no answer within {self._question.timeout:g} s")
        kinds = " ".join(type(cause).__name__ for cause in causes)
        if "Timeout" in kinds or "timed out" in text:
            return RefusedError("timeout", text, may_pass=True)
        if re.search(r"SSL|Certificate", kinds):
            return RefusedError("tls_error", text)
        if re.search(r"gaierror|NameResolution", kinds):
            return RefusedError("dns_error", text, may_pass=True)
        if isinstance(error, ValueError | LocationParseError) and not isinstance(
            error, requests.RequestException | HTTPError
        ):
            return RefusedError("connection_error", text)
        return RefusedError("connection_error", text, may_pass=True)

    def response(self, outcome: str, detail: str | None, **facts: object) -> Response:
        """Return a response with the costs of the exchange so far."""
        return Response(
            feed_id=self._question.feed_id,
            asked_url=self._question.url,
            url=self._url,
            outcome=outcome,
            detail=detail,
            requests=self._requests,
            wire_bytes=self._wire_bytes,
            **facts,  # type: ignore[arg-type]
        )


def _read_file(question: Question) -> Response:
    """Read a feed that a program of the editor's own wrote below the configuration."""
    name = question.url.removeprefix("file:")
    path = (question.files / name).resolve()

    def answer(outcome: str, detail: str | None, **facts: object) -> Response:
        return Response(
            question.feed_id,
            question.url,
            question.url,
            outcome,
            detail,
            **facts,  # type: ignore[arg-type]
        )

    if not path.is_relative_to(question.files.resolve()):
        return answer("unsafe_address", f"{name!r} lies outside the configuration folder")
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return answer("not_found", f"there is no file {name!r} in the configuration folder")
    except OSError as error:
        return answer("connection_error", f"{name!r}: {error.strerror}")
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if etag == question.etag:
        return answer("not_modified", None, etag=etag)
    if len(body) > question.max_body_bytes:
        return answer("too_large", f"a file of more than {question.max_body_bytes:,} bytes")
    return answer("ok", None, body=body, etag=etag, wire_bytes=len(body))
