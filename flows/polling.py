"""Poll many feeds side by side: fetch, read, and hand each poll on in the order of the feeds."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flows.answers import evidence_of
from flows.asking import Asker
from flows.fetching import Response
from flows.reading import Document, ReaderPool
from flows.settings import FetchSettings
from transforms.errors import ParseError
from transforms.schedule import Wishes
from transforms.store import FeedState, Poll

log = logging.getLogger(__name__)


class Poller:
    """Asks feeds and reads their answers; holds the asker and the readers."""

    def __init__(self, settings: FetchSettings, files: Path, now: datetime) -> None:
        """Prepare to poll.

        Args:
            settings: `[fetch]`.
            files: The configuration folder; `file:` feeds are read below it.
            now: The time that dates are judged by.
        """
        self._settings = settings
        self._now = now
        self._asker = Asker(settings, files, settings.workers)
        self._readers = ReaderPool(timeout=settings.parse_timeout)

    def __enter__(self) -> "Poller":
        """Return the poller."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close connections and end the reading processes."""
        self._asker.__exit__()
        self._readers.__exit__()

    def poll(
        self, states: Sequence[FeedState], on_done: Callable[[Poll], None] = lambda _: None
    ) -> Iterator[Poll]:
        """Yield a poll of each feed, in their order, whatever order they finish in.

        Feeds of one host are asked one after the other by one worker, so that a slow host keeps
        one worker busy and not all.

        Args:
            states: The feeds to ask.
            on_done: Called from the workers as each poll ends, for a progress bar.
        """
        hosts: dict[str, list[FeedState]] = {}
        for state in states:
            hosts.setdefault(urlsplit(state.poll_url).hostname or "", []).append(state)
        futures = {state.feed.feed_id: Future[Poll]() for state in states}

        def work(group: list[FeedState]) -> None:
            for state in group:
                future = futures[state.feed.feed_id]
                try:
                    poll = self._poll_one(state)
                    on_done(poll)
                except BaseException as error:  # noqa: BLE001 raised where the poll is waited for
                    future.set_exception(error)
                else:
                    future.set_result(poll)

        with ThreadPoolExecutor(self._settings.workers, "poll") as pool:
            for group in hosts.values():
                pool.submit(work, group)
            for state in states:
                yield futures[state.feed.feed_id].result()
                del futures[state.feed.feed_id]  # a hundred feeds' articles are not kept twice

    def _poll_one(self, state: FeedState) -> Poll:
        """Return the poll of one feed; a mistake of ours is an outcome, not the hour's end."""
        try:
            response = self._asker.ask(
                state.poll_url,
                feed_id=state.feed.feed_id,
                etag=state.etag,
                last_modified=state.last_modified,
            )
            poll = self._read(state, response)
        except Exception as error:
            log.exception("poll failed feed=%s", state.feed.feed_id)
            poll = Poll(
                state.feed,
                state.poll_url,
                "malformed",
                detail=f"could not be read: {type(error).__name__}: {error}",
            )
        log.info(
            "polled feed=%s outcome=%s status=%s entries=%d bytes=%d in=%.1fs%s",
            state.feed.feed_id,
            poll.outcome,
            poll.status,
            poll.entries,
            poll.wire_bytes,
            poll.seconds,
            f" detail={poll.detail!r}" if poll.detail else "",
        )
        return poll

    def _read(self, state: FeedState, response: Response) -> Poll:
        """Read a new body; validators are worth keeping only when it parsed."""
        poll = _as_poll(state, response)
        if response.body is None:
            return poll
        body_hash = hashlib.sha256(response.body).hexdigest()
        moved = "moved" if response.permanent_url else "ok"
        if body_hash == state.body_hash:
            return replace(poll, outcome=moved)
        document = Document(
            state.feed.feed_id, response.url, response.content_type, response.body, self._now
        )
        try:
            reading = self._readers.read(document)
        except ParseError as error:
            return replace(
                poll,
                outcome=error.outcome,
                detail=str(error).partition(": ")[2],
                evidence=evidence_of(response.body),
                permanent_url=None,
                etag=None,
                last_modified=None,
            )
        wishes = replace(
            poll.wishes,
            ttl=reading.ttl,
            skip_hours=reading.skip_hours,
            skip_days=reading.skip_days,
        )
        return replace(
            poll,
            outcome=moved,
            wishes=wishes,
            body_hash=body_hash,
            is_read=True,
            entries=reading.entries,
            flags=reading.flags,
            articles=reading.articles,
        )


def _as_poll(state: FeedState, response: Response) -> Poll:
    return Poll(
        feed=state.feed,
        asked_url=response.asked_url,
        outcome=response.outcome,
        wishes=Wishes(fresh_for=response.fresh_for, retry_after=response.retry_after),
        detail=response.detail,
        evidence=response.evidence,
        status=response.status,
        permanent_url=response.permanent_url,
        etag=response.etag,
        last_modified=response.last_modified,
        requests=response.requests,
        wire_bytes=response.wire_bytes,
        seconds=response.seconds,
    )
