"""The reading process: `python -m flows.reader` answers each line of JSON with one.

It never opens a connection or a file; its memory is limited before the first document.
"""

import base64
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
    for line in sys.stdin.buffer:
        answer = json.dumps(_answer(json.loads(line)), ensure_ascii=False)
        sys.stdout.buffer.write(answer.encode() + b"\n")
        sys.stdout.buffer.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    feed_id, url = request["feed_id"], request["url"]
    try:
        parsed = parse_feed(
            base64.b64decode(request["body"]),
            feed_id=feed_id,
            url=url,
            content_type=request["content_type"],
        )
        now = datetime.fromisoformat(request["read_at"])
        articles = normalise_entries(parsed, feed_id=feed_id, url=url, now=now)
    except ParseError as error:
        return {"outcome": error.outcome, "error": str(error)}
    except (MemoryError, RecursionError) as error:
        what = type(error).__name__
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
