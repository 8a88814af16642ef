"""Add feeds to `config/feeds.toml`; what stands there stays, comments and line ends and all."""

import json
import re
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from flows.settings import load_feeds
from transforms.errors import ConfigError
from transforms.records import Feed
from transforms.text import one_line

MAX_ID = 40
MAX_TEXT = 200


def append_feeds(path: Path, feeds: Sequence[Feed]) -> None:
    """Write `feeds` at the end of `path`, as a whole or not at all.

    Raises:
        ConfigError: The file cannot be written, or would not be valid with them.
    """
    path = path.resolve()  # what a link leads to is changed, and not replaced by a file
    part = path.with_name(f"{path.name}.part")
    try:
        before = path.read_bytes() if path.exists() else b""
        newline = "\r\n" if b"\r\n" in before else "\n"
        added = newline.join(_table(feed, newline) for feed in feeds)
        gap = (newline if before.endswith(b"\n") else newline * 2) if before else ""
        part.write_bytes(before + f"{gap}{added}".encode())
        load_feeds(part)
        if before:
            shutil.copymode(path, part)
        part.replace(path)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
    except ConfigError as error:
        why = str(error).removeprefix(f"{part}: ")
        message = f"{path}: nothing was added, for it would not be valid: {why}"
        raise ConfigError(message) from error
    finally:
        part.unlink(missing_ok=True)


def _table(feed: Feed, newline: str) -> str:
    values: dict[str, object] = {
        "id": feed.feed_id,
        "title": one_line(feed.title, MAX_TEXT),
        "url": feed.url,
        "kind": feed.kind,
        "publisher": one_line(feed.publisher, MAX_TEXT),
    }
    if feed.weight != 1.0:
        values["weight"] = feed.weight
    if feed.pages:
        values["pages"] = True
    # JSON's strings are TOML's: both escape quotes, backslashes and controls in the same way.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return newline.join(["[[feed]]", *lines, ""])


def free_id(title: str, taken: set[str]) -> str:
    """Return a short id made of `title` that no feed has yet.

    >>> free_id("Très Loin: Space & Sky", {"tres-loin-space-sky"})
    'tres-loin-space-sky-2'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_ID].strip("-") or "feed"
    number, chosen = 1, slug
    while chosen in taken:
        number += 1
        chosen = f"{slug}-{number}"
    return chosen
