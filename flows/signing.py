"""Sign messages with DKIM (RFC 6376), where a key is set."""

import importlib
from collections.abc import Callable

from flows.settings import Settings
from reports.links import sender_address
from transforms.errors import ConfigError, DeliveryError

Signer = Callable[[bytes], bytes]

# All that a reader sees or acts on; without the last two, one-click does not count (RFC 8058).
SIGNED_HEADERS = (
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type",
    b"List-Id", b"List-Unsubscribe", b"List-Unsubscribe-Post",
)  # fmt: skip


def signer_of(settings: Settings) -> Signer:
    """Return what puts a `DKIM-Signature` before a message; nothing where no key is set.

    Raises:
        ConfigError: Only one of selector and key is set, dkimpy is missing, or no key is there.
    """
    selector, path = settings.delivery.dkim_selector, settings.delivery.dkim_key
    if not selector and not path:
        return lambda message: message
    if not selector or not path:
        message = "[delivery] dkim_selector and dkim_key: set both or neither"
        raise ConfigError(message)
    try:
        dkim = importlib.import_module("dkim")
        key = path.read_bytes()
    except ModuleNotFoundError as error:
        message = "[delivery] dkim_key: signing needs dkimpy; run `pip install dkimpy`"
        raise ConfigError(message) from error
    except OSError as error:
        message = f"[delivery] dkim_key: cannot be read: {error}"
        raise ConfigError(message) from error
    domain = sender_address(settings.delivery.sender).rpartition("@")[2].encode("idna")

    def sign(message: bytes) -> bytes:
        present = {
            line.partition(b":")[0].lower() for line in message.split(b"\r\n\r\n")[0].split(b"\r\n")
        }
        names = [name for name in SIGNED_HEADERS if name.lower() in present]
        try:
            signature: bytes = dkim.sign(
                message, selector.encode("ascii"), domain, key,
                canonicalize=(b"relaxed", b"relaxed"), include_headers=names,
            )  # fmt: skip
        except Exception as error:
            problem = f"[delivery] dkim_key: the message cannot be signed: {error}"
            raise DeliveryError(problem) from error
        return signature + message

    return sign
