"""Write an editor's decision about stories to the end of `config/overrides.toml`."""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from flows.whole_files import write_whole
from transforms.errors import ConfigError
from transforms.overrides import LEAST_ARTICLES

KINDS = ("join", "split", "drop")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def append_override(path: Path, kind: str, articles: Sequence[str], who: str, why: str) -> None:
    """Append one decision, so that it holds from the next issue that is built.

    What is in the file stays as it is, comments and all; the file is replaced whole or not at all.

    Args:
        path: `overrides.toml`; made where it does not exist.
        kind: `join`, `split` or `drop`.
        articles: Addresses or ids: two or more, of a `drop` one.
        who: Who decided.
        why: The reason, for whoever reads it in a year.

    Raises:
        ConfigError: Something is missing, or the file is no TOML.
    """
    least = 1 if kind == "drop" else LEAST_ARTICLES
    if kind not in KINDS or len(set(articles)) < least or not who.strip() or not why.strip():
        message = (
            f"{path}: a decision needs a kind ({', '.join(KINDS)}), {least} different articles, "
            f"who and why; given: {kind!r}, {list(articles)!r}, {who!r}, {why!r}"
        )
        raise ConfigError(message)
    listed = ", ".join(map(_quoted, articles))
    named = f"article = {listed}" if kind == "drop" else f"articles = [{listed}]"
    entry = f"[[{kind}]]\n{named}\nwho = {_quoted(who)}\nwhy = {_quoted(why)}\n"
    # As bytes: to read as text would change the ends of an editor's lines.
    before = path.read_bytes() if path.is_file() else b""
    after = (before.rstrip() + b"\n\n" if before.strip() else b"") + entry.encode()
    try:
        tomllib.loads(after.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not valid TOML, so nothing was added: {error}"
        raise ConfigError(message) from error
    write_whole(path, after)


def restore(path: Path, before: bytes | None) -> None:
    """Give the file the bytes that it had; None: there was no file."""
    if before is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, before)


def _quoted(text: str) -> str:
    """Return a TOML basic string; JSON writes the same, once there is no control character."""
    return json.dumps(_CONTROL.sub(" ", text), ensure_ascii=False)
