"""The reading process: `python -m flows.reader` answers each document with a line of JSON.

A document comes as a line of JSON that says whose it is and how long, and then its bytes.
The process never opens a connection or a file; its memory is limited before the first one.
"""

import json
import resource
import sys
from datetime import datetime
from typing import Any

from transforms.errors import PageError, ParseError
from transforms.normalise import normalise_entries
from transforms.parse import parse_feed
from transforms.schema import article_record
from transforms.text import one_line

MAX_MEMORY_BYTES = 1 << 30


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        body = sys.stdin.buffer.read(request["length"])
        answer = json.dumps(_answer(request, body), ensure_ascii=False, separators=(",", ":"))
        # A lone surrogate, should one get so far, must not stop the others.
        sys.stdout.buffer.write(answer.encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()


def _answer(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Return what the document holds, or how reading it ended: never silently."""
    try:
        return _page(request, body) if request["kind"] == "page" else _feed(request, body)
    except ParseError as error:
        return {"outcome": error.outcome, "error": str(error)}
    except PageError as error:
        return {"outcome": "no_article", "error": str(error)}
    except Exception as error:  # noqa: BLE001 whatever a document provokes is its own outcome
        what = f"{type(error).__name__}: {error}"[:200]
        message = f"feed {request['feed_id']!r}: {request['url']} ended in a {what}"
        return {"outcome": "malformed", "error": message}


def _feed(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    feed_id, url = request["feed_id"], request["url"]
    parsed = parse_feed(body, feed_id=feed_id, url=url, content_type=request["content_type"])
    now = datetime.fromisoformat(request["read_at"])
    articles = normalise_entries(parsed, feed_id=feed_id, url=url, now=now)
    if parsed.entries and not articles:
        message = f"feed {feed_id!r}: {url} has entries, but nothing can be read in them"
        raise ParseError(message, feed_id=feed_id, outcome="malformed")
    return {
        "articles": [article_record(article) for article in articles],
        "entries": len(parsed.entries),
        "format": parsed.format,
        "title": one_line(parsed.title) or None,
        "flags": parsed.flags,
        "ttl": parsed.ttl,
        "skip_hours": parsed.skip_hours,
        "skip_days": parsed.skip_days,
    }


def _page(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    from transforms.page import read_page  # noqa: PLC0415 most runs read no page

    now = datetime.fromisoformat(request["read_at"])
    return {"article": article_record(read_page(body, request["url"], now))}


if __name__ == "__main__":
    main()
