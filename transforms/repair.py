"""Mend what commonly makes a feed ill-formed, so that its entries need not be guessed.

feedparser's loose reader handles the rest, but reads "R&D at NASA" as "R&D; at NASA".
"""

import re
from html.entities import name2codepoint

CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
CDATA_OR_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:#\d{1,8};|#[xX][0-9a-fA-F]{1,8};|(\w{1,31});)?", re.DOTALL
)
XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})


def repair_xml(body: bytes) -> bytes:
    r"""Return `body` without control characters, bare ampersands and HTML's named entities.

    For encodings in which ASCII is ASCII; text in CDATA stays as it is.

    >>> repair_xml(b"\n<title>R&D at NASA&nbsp;</title>")
    b'<title>R&amp;D at NASA&#160;</title>'
    """
    return CDATA_OR_AMPERSAND.sub(_mended, CONTROLS.sub(b"", body.lstrip()))


def _mended(found: re.Match[bytes]) -> bytes:
    name = found[1]
    if found[0] == b"&":
        return b"&amp;"
    if name is None or name in XML_ENTITIES:
        return found[0]
    code = name2codepoint.get(name.decode("ascii", "ignore"))
    return b"&#%d;" % code if code else b"&amp;" + found[0][1:]
