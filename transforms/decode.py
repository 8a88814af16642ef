"""The bytes of an HTML page → its text."""

import codecs
import re

MAX_BYTES = 5_000_000
# HTML, "prescan a byte stream": a declaration counts within the first 1,024 bytes; pages with
# long comments in front need more.
MAX_PRESCAN = 4_096

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,30})", re.IGNORECASE)
# What a label means on the web (WHATWG Encoding), for those where Python means less.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
}
# Python has codecs that are no encodings of text, and UTF-7 hides markup.
_PAGES = re.compile(r"(?:iso8859-\d+|cp\d+|koi8-[ru]|gb18030|euc_jp|mac-\w+|utf-8)")


def decode_page(body: bytes) -> str:
    """Return the text of at most `MAX_BYTES` of a page; broken bytes become U+FFFD.

    A byte order mark decides, else valid UTF-8 is UTF-8, else the page's own declaration counts,
    else it is windows-1252.
    """
    body = body[:MAX_BYTES]
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    try:
        # The end may have been cut within a character.
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return body.decode(_declared(body) or "cp1252", "replace")


def _declared(body: bytes) -> str | None:
    found = _DECLARED.search(body[:MAX_PRESCAN])
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else ""
    except LookupError:
        return None
    name = _WIDER.get(name, name)
    return name if _PAGES.fullmatch(name) else None
