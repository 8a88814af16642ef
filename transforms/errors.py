"""What can go wrong.

PerigeeError
├── ConfigError          a file in config/ or a variable is wrong; names file and key
├── FeedError            one feed; carries feed_id and an outcome of the vocabulary
│   ├── FetchError       no usable response
│   └── ParseError       a response that is no feed
├── PageError            a page or saved text that holds no article
├── InvalidURLError      an address that is relative, is not http(s), or hides where it leads
├── UnsafeAddressError   an address that we do not connect to
├── ModelError           a SQL model did not build; names it
├── DatabaseBusyError    another process kept the database for too long
├── RenderError          an issue cannot be drawn
└── DeliveryError        the message was not accepted

Every message says what failed, which one, why, and what to do, in that order.

>>> try:
...     raise ParseError("feed 'noaa' is no feed: HTML", feed_id="noaa", outcome="not_a_feed")
... except PerigeeError as error:
...     print(error)
feed 'noaa' is no feed: HTML
"""

import difflib
from collections.abc import Collection, Iterable


class PerigeeError(Exception):
    """The base of all errors that Perigee raises on purpose."""


class ConfigError(PerigeeError):
    """A file in `config/` or an environment variable is wrong."""


class FeedError(PerigeeError):
    """One feed could not be read; the others go on.

    Attributes:
        feed_id: The feed's id in `config/feeds.toml`.
        outcome: A word of the outcome vocabulary (`transforms.records.OUTCOMES`).
    """

    def __init__(self, message: str, *, feed_id: str, outcome: str) -> None:
        """Keep which feed it was and how the poll ended."""
        super().__init__(message)
        self.feed_id = feed_id
        self.outcome = outcome


class FetchError(FeedError):
    """The server gave no usable response."""


class ParseError(FeedError):
    """The response is no feed that we can read."""


class PageError(PerigeeError):
    """A page, or a page saved as text, holds no article that we can read."""


class InvalidURLError(PerigeeError):
    """An address is relative, is not http(s), or hides where it leads."""


class UnsafeAddressError(PerigeeError):
    """An address leads into a private network, to another service, or hides where it leads."""


class ModelError(PerigeeError):
    """A SQL model could not be built."""


class DatabaseBusyError(PerigeeError):
    """Another process held the database for longer than we wait."""


class RenderError(PerigeeError):
    """An issue cannot be drawn."""


class DeliveryError(PerigeeError):
    """A message was not accepted."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown word: what was probably meant, if anything.

    >>> did_you_mean("lunra", ["lunar", "sun"]), did_you_mean("x", ["lunar"])
    ("; did you mean 'lunar'?", '')
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def refuse_unknown(table: Iterable[str], known: Collection[str], place: str) -> None:
    """Raise if `table` has a key that is not `known`, and say which was probably meant.

    Args:
        table: The keys of a table as the editor wrote them.
        known: Those it may have.
        place: Where it stands, file and all: what the message begins with.

    Raises:
        ConfigError: It has one.
    """
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"; known: {', '.join(known)}"
            message = f"{place} has an unknown key {key!r}{hint}"
            raise ConfigError(message)
