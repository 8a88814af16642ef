"""Addresses that are safe to print: no tracking, nothing that a client would not open."""

import re
from email.utils import parseaddr
from urllib.parse import quote, urlsplit

from reports.records import SenderSettings

MAX_URL = 2048

# What senders append to see who clicked; what is left leads to the same page.
_TRACKING = re.compile(
    r"(?<=[?&])(?:utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|igshid|mkt_tok"
    r"|mc_[ce]id|_hs(?:enc|mi)|vero_\w+|oly_(?:anon|enc)_id|wt\.mc_id)=[^&#?]*&?",
    re.IGNORECASE,
)
_DANGLING = re.compile(r"[?&]+(?=#)|[?&#]+$")
# Characters that an address may hold besides letters and digits (RFC 3986), "%" as it is escaped.
_SAFE = "%/:=&?~#+!$,;'@()*[]"


def reader_url(url: str | None) -> str | None:
    """Return the address that a reader may be sent to; None where it is none.

    Only absolute http(s) addresses without credentials are. Tracking parameters are taken out;
    all others, and their order, stay. The result is ASCII without white space.

    >>> reader_url("https://spacenews.com/a?utm_source=rss&page=2#top")
    'https://spacenews.com/a?page=2#top'
    """
    # Feeds escape "&" once too often; no address means "&amp;" by it.
    given = (url or "").strip().replace("&amp;", "&")
    try:
        parts = urlsplit(given)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    rest = quote(f"{parts.path}{query}{fragment}", safe=_SAFE, errors="replace")
    plain = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{rest}"
    direct = _DANGLING.sub("", _TRACKING.sub("", plain))
    return direct if len(direct) <= MAX_URL else None


def page_url(archive_url: str | None, issue_id: str) -> str | None:
    """Return the address of an issue's page; None where issues are not published."""
    return f"{archive_url.rstrip('/')}/{issue_id}/" if archive_url else None


def sender_address(sender: str) -> str:
    """Return the bare address of a `From`."""
    return parseaddr(sender)[1]


def unsubscribe_mailto(settings: SenderSettings) -> str:
    """Return the `mailto:` by which a reader without a browser leaves."""
    address = settings.unsubscribe_mailto or sender_address(settings.sender)
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe"
