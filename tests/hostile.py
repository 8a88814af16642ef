"""The hostile feeds beside the checkout: their server, their judge, our answers in its words."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from transforms.dates import iso_z
from transforms.records import GOOD_OUTCOMES, Article
from transforms.store import Poll

# Our outcomes in the judge's words; "server_error" depends on what went wrong.
WORDS = {
    "not_a_feed": "not_a_feed",
    "bot_wall": "not_a_feed",
    "malformed": "not_a_feed",
    "too_large": "too_large",
    "connection_error": "transport",
    "tls_error": "transport",
    "dns_error": "transport",
    "timeout": "deadline",
    "unsafe_address": "refused",
    "rate_limited": "throttled",
    "gone": "gone",
    "not_found": "http",
    "forbidden": "http",
    "empty": "empty",
}


def judge(folder: Path) -> ModuleType:
    """Return the module that holds results against expectations."""
    return _module(folder, "expectations")


def guard(folder: Path) -> ModuleType:
    """Return the module that keeps this process on loopback, at work from now on."""
    return _module(folder, "loopback_only")


def _module(folder: Path, name: str) -> ModuleType:
    sys.path.insert(0, str(folder))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(folder))


class Server:
    """The hostile server, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        catalogue = self.ask("/cases")
        self.cases: list[dict[str, Any]] = [*catalogue["cases"], *catalogue["special"]]

    def ask(self, path: str) -> Any:
        """Return what the server answers; JSON is read."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body[:1] in (b"{", b"[") else body

    def config(self, folder: Path, names: Sequence[str], **fetch: Any) -> Path:
        """Write a configuration whose feeds are the cases of `names`, each under its name."""
        paths = {case["name"]: case["path"] for case in self.cases}
        folder.mkdir(parents=True)
        feeds = (
            f'[[feed]]\nid = "{name}"\ntitle = "{name}"\nurl = "{self.url}{paths[name]}"\n'
            for name in names
        )
        (folder / "feeds.toml").write_text("\n".join(feeds), encoding="utf-8")
        values = {
            "allow_addresses": [f"127.0.0.1:{self.port}"],
            "per_host_delay": 0.0,
            "timeout": 2.5,
            "respect_schedule": False,
        } | fetch
        table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
        (folder / "perigee.toml").write_text(f"[fetch]\n{table}", encoding="utf-8")
        return folder


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run the server of `folder` for the block."""
    command = [sys.executable, "-B", str(folder / "server.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Server(int(process.stdout.readline().split()[1]))
        finally:
            process.terminate()


def result_of(poll: Poll, **measured: Any) -> dict[str, Any]:
    """Return a poll as the judge reads it."""
    is_good = poll.outcome in GOOD_OUTCOMES
    result: dict[str, Any] = {
        "outcome": ("ok_with_warning" if poll.flags else "ok") if is_good else "failed",
        "error": None if is_good else _word(poll),
        "entries": [_entry(article) for article in poll.articles],
        "permanent_url": urlsplit(poll.permanent_url).path if poll.permanent_url else None,
        "retry_after": poll.wishes.retry_after,
    }
    return result | measured


def _word(poll: Poll) -> str:
    if poll.outcome != "server_error":
        return WORDS[poll.outcome]
    if "more than" in (poll.detail or ""):
        return "redirects"
    return "server" if poll.status in range(500, 600) else "http"


def _entry(article: Article) -> dict[str, Any]:
    figures = [article.hero, *(block.figure for block in article.body)]
    return {
        "id": article.guid,
        "url": article.url,
        "title": article.title,
        "summary": article.dek,
        "body": [block.text for block in article.body if block.text],
        "published_at": iso_z(article.published_at) if article.published_at else None,
        "tags": list(article.related_topics),
        "images": [{"url": f.url, "credit": f.credit} for f in figures if f and f.url],
        "authors": list(article.authors),
    }


class Meter:
    """Time and memory of each poll of a pass over one host, whose feeds are asked in turn."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self.polls: dict[str, Poll] = {}
        self.seconds: dict[str, float] = {}
        self.megabytes: dict[str, int] = {}

    def step(self, poll: Poll) -> None:
        """Keep what `poll` took, and begin anew."""
        name = poll.feed.feed_id
        self.polls[name] = poll
        self.seconds[name] = self._clock() - self._began
        self.megabytes[name] = max((_peak_growth(pid) for pid in _readers()), default=0)
        self._began = self._clock()


_at_rest: dict[int, int] = {}


def _peak_growth(pid: int) -> int:
    """Return by how many MB the process `pid` outgrew its resting size since it was last asked."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").split("\n")
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in status if line.startswith("Vm")}
    rest = _at_rest.setdefault(pid, 45_000)
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")  # forget the peak
    return max(0, sizes["VmHWM"] - rest) // 1024


def _readers() -> list[int]:
    children: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        children += map(int, (task / "children").read_text(encoding="ascii").split())
    return [p for p in children if b"flows.reader" in Path(f"/proc/{p}/cmdline").read_bytes()]
