"""Keep a letter as bytes, so that every reader of an issue gets the same one."""

import json
import zlib
from base64 import b64decode, b64encode

from reports.records import Letter, ShownPicture


def pack_letter(letter: Letter) -> bytes:
    """Return the letter as compressed JSON; equal letters give equal bytes.

    Of a picture only what travels is kept: how it is drawn stands in the HTML.
    """
    record = {
        "issue_id": letter.issue_id,
        "subject": letter.subject,
        "language": letter.language,
        "html": letter.html,
        "text": letter.text,
        "web_url": letter.web_url,
        "unsubscribe_mark": letter.unsubscribe_mark,
        "pictures": [
            {
                "name": picture.name,
                "media_type": picture.media_type,
                "data": b64encode(picture.data).decode("ascii"),
            }
            for picture in letter.pictures
        ],
    }
    return zlib.compress(json.dumps(record, ensure_ascii=False).encode("utf-8"))


def unpack_letter(packed: bytes) -> Letter:
    """Return the letter that `pack_letter` packed, ready to be composed."""
    record = json.loads(zlib.decompress(packed))
    pictures = tuple(
        ShownPicture(
            name=picture["name"],
            data=b64decode(picture["data"]),
            media_type=picture["media_type"],
            width=0,
            alt="",
            credit="",
            caption=None,
            is_wide=False,
            is_tall=False,
        )
        for picture in record.pop("pictures")
    )
    return Letter(**record, pictures=pictures)
