"""The reading process: `python -m flows.reader` answers each document with a line of JSON.

A document comes as a line of JSON that says whose it is and how long, and then its bytes.
The process never opens a connection or a file; its memory is limited before the first one.
"""

import json
import resource
import sys
from datetime import datetime
from typing import Any

from transforms.errors import ParseError
from transforms.normalise import normalise_entries
from transforms.parse import parse_feed
from transforms.schema import article_record

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
    feed_id, url = request["feed_id"], request["url"]
    try:
        parsed = parse_feed(body, feed_id=feed_id, url=url, content_type=request["content_type"])
        now = datetime.fromisoformat(request["read_at"])
        articles = normalise_entries(parsed, feed_id=feed_id, url=url, now=now)
        if parsed.entries and not articles:
            message = f"feed {feed_id!r}: {url} has entries, but nothing can be read in them"
            raise ParseError(message, feed_id=feed_id, outcome="malformed")  # noqa: TRY301
    except ParseError as error:
        return {"outcome": error.outcome, "error": str(error)}
    except Exception as error:  # noqa: BLE001 whatever a document provokes is that feed's outcome
        what = f"{type(error).__name__}: {error}"[:200]
        return {"outcome": "malformed", "error": f"feed {feed_id!r}: {url} ended in a {what}"}
    return {
        "articles": [article_record(article) for article in articles],
        "entries": len(parsed.entries),
        "format": parsed.format,
        "title": parsed.title,
        "flags": parsed.flags,
        "ttl": parsed.ttl,
        "skip_hours": parsed.skip_hours,
        "skip_days": parsed.skip_days,
    }


if __name__ == "__main__":
    main()
