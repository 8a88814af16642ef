"""Ask the web as Perigee does: one session, one guard, one pace, whatever is asked for."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from flows.fetching import HostGate, Question, Response, fetch_feed
from flows.guard import GuardPolicy, make_session
from flows.settings import FetchSettings


class Asker:
    """Asks for feeds, pages and pictures under `[fetch]`; several threads may share it."""

    def __init__(self, settings: FetchSettings, files: Path, workers: int) -> None:
        """Prepare to ask; no connection is opened yet.

        Args:
            settings: `[fetch]`.
            files: The configuration folder; `file:` addresses are read below it.
            workers: How many threads share the asker.
        """
        self._settings = settings
        self._files = files
        self._policy = GuardPolicy(
            allow_private=settings.allow_private_addresses,
            allow_addresses=settings.allow_addresses,
        )
        self._gate = HostGate(settings.per_host_delay)
        self._session = make_session(self._policy, workers, user_agent(settings))

    def __enter__(self) -> "Asker":
        """Return the asker."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._session.close()

    def ask(
        self,
        url: str,
        *,
        feed_id: str = "",
        etag: str | None = None,
        last_modified: str | None = None,
        max_body_bytes: int | None = None,
        may_follow: Callable[[str], bool] = lambda _: True,
    ) -> Response:
        """Return how `url` answered; every failure is an outcome, none is raised.

        Args:
            url: What to ask for.
            feed_id: For the sake of the response.
            etag: Of an earlier answer.
            last_modified: Of an earlier answer.
            max_body_bytes: Default: as configured.
            may_follow: Asked about each redirect's target.
        """
        question = Question(
            feed_id=feed_id,
            url=url,
            etag=etag,
            last_modified=last_modified,
            timeout=self._settings.timeout,
            max_body_bytes=max_body_bytes or self._settings.max_body_bytes,
            files=self._files,
        )
        return fetch_feed(self._session, question, self._policy, self._gate, may_follow)

    def slow_down(self, url: str, delay: float) -> None:
        """Leave at least `delay` seconds between two requests to the host of `url`."""
        self._gate.slow_down(url, delay)


def user_agent(settings: FetchSettings) -> str:
    """Return who we say we are: name, version and where to reach the person behind it."""
    contact = settings.user_agent_contact.strip()
    more = f"; +{contact}" if contact else ""
    return f"Perigee/{version('perigee')} (weekly space-news digest{more})"
