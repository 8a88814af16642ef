"""Signed tokens that stand in a reader's links: no address in them, and none can be made up."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass

# 24 hex digits of the reader's id, what the link is for, 128 bits of signature.
_TOKEN = re.compile(r"(?<![\w.-])([0-9a-f]{24})([lc])([A-Za-z0-9_-]{22})(?![\w-])")


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token says.

    Attributes:
        reader_id: Whose it is.
        is_leaving: It ends the subscription; otherwise it confirms it.
    """

    reader_id: str
    is_leaving: bool


def leaving_token(secret: str, reader_id: str) -> str:
    """Return what an unsubscribe link carries; the same in every letter."""
    return _signed(secret, reader_id, "l")


def confirming_token(secret: str, reader_id: str) -> str:
    """Return what the link carries by which a reader confirms."""
    return _signed(secret, reader_id, "c")


def find_token(secret: str, text: str) -> Token | None:
    """Return what the first valid token in `text` says; None where there is none."""
    for found in _TOKEN.finditer(text):
        expected = _signed(secret, found[1], found[2])
        if hmac.compare_digest(found[0], expected):
            return Token(found[1], is_leaving=found[2] == "l")
    return None


def _signed(secret: str, reader_id: str, purpose: str) -> str:
    facts = f"perigee|{purpose}|{reader_id}".encode()
    signature = hmac.digest(secret.encode(), facts, "sha256")[:16]
    return f"{reader_id}{purpose}{urlsafe_b64encode(signature).decode().rstrip('=')}"
