"""What the command line shows: progress, tables, the funnel. For programs, the same as JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.ingesting import Ingested
from flows.telling import Written
from transforms.records import GOOD_OUTCOMES, WeekNews
from transforms.store import Poll


class PollProgress:
    """A bar over the feeds being polled, with the failures so far."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`; nothing where it is no terminal."""
        self._progress = Progress(
            TextColumn("polling"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("poll", total=None, failed=0)
        self._failed = 0

    def __enter__(self) -> "PollProgress":
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._progress.stop()

    def start(self, total: int) -> None:
        """Tell how many feeds there are."""
        self._progress.update(self._task, total=total)

    def step(self, poll: Poll) -> None:
        """Count one poll."""
        self._failed += poll.outcome not in GOOD_OUTCOMES
        self._progress.update(self._task, advance=1, failed=self._failed)


def show_ingested(console: Console, ingested: Ingested, *, as_json: bool) -> None:
    """Print what a pass did."""
    if as_json:
        print_json(asdict(ingested))
        return
    stored = ingested.stored
    console.print(
        f"{ingested.asked} of {ingested.feeds} feeds were due"
        + "".join(f" · {count} {outcome}" for outcome, count in ingested.outcomes.items())
    )
    console.print(
        f"{ingested.entries:,} entries read: {stored.new:,} new, {stored.changed:,} changed, "
        f"{stored.same:,} known"
    )
    for feed_id, outcome, detail in ingested.failures:
        console.print(f"  [yellow]{outcome}[/yellow] {escape(feed_id)}: {escape(detail)}")
    if ingested.pages:
        counts = Counter(page.outcome for page in ingested.pages).most_common()
        told = "".join(f" · {count} {outcome}" for outcome, count in counts)
        console.print(f"{len(ingested.pages)} pages of articles read{told}; see `perigee pages`")


def show_funnel(console: Console, news: WeekNews) -> None:
    """Print what became of the week's articles; the counts add up."""
    funnel = news.funnel
    rows = [
        ("seen in feeds", funnel.sightings, f"sightings in {funnel.feeds} feeds"),
        ("articles", funnel.articles, "each address once"),
        ("- repeats", funnel.duplicates, "the same text elsewhere"),
        ("- look-alikes", funnel.look_alikes, "not space news"),
        *([("- foreign", funnel.foreign, "in other languages")] if funnel.foreign else []),
        *([("- others", funnel.others, "for other editions")] if funnel.others else []),
        *([("- dropped", funnel.dropped, "by the editor")] if funnel.dropped else []),
        *([("- delayed", funnel.delayed, "to the next issue")] if funnel.delayed else []),
        ("= told", funnel.told, "articles"),
        ("in stories", funnel.stories, "each event once"),
    ]
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="left")
    table.add_column(justify="right", style="bold")
    table.add_column(style="dim")
    for name, count, what in rows:
        table.add_row(name, f"{count:,}", what)
    console.print(table)


def show_explained(console: Console, news: WeekNews) -> None:
    """Print each story's score as the sum of its parts."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right", style="dim")
    table.add_column(justify="right", style="bold")
    table.add_column()
    for story in news.stories:
        names = {"publishers": f"publishers ({len(story.publishers)})"}
        parts = [f"{part:.2f} {names.get(n, n)}" for n, part in story.score_parts.items() if part]
        table.add_row(str(story.rank), f"{story.score:.2f}", escape(story.lead.title))
        table.add_row("", "", f"[dim]{' + '.join(parts).replace('+ -', '- ')}[/dim]")
    console.print(table)


def show_written(console: Console, written: Written) -> None:
    """Print where the issue is."""
    for name, path in (
        ("page", written.page),
        ("full", written.full),
        ("text", written.text),
        ("mail", written.message),
    ):
        console.print(f"{name}  {path}", soft_wrap=True)


def show_articles(console: Console, rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print a week's articles."""
    if as_json:
        for row in rows:
            print_json(row)
        return
    listed = []
    for row in rows:
        story = f"story {row['story_id'][:12]}" if row["story_id"] else row["reason"]
        about = " · ".join(filter(None, (row["publisher"], ", ".join(row["tags"]), story)))
        listed.append((f"{row['told_at']:%a %d %b %H:%M}", row["title"], about))
    show_headlines(console, listed)
    console.print(f"{len(rows):,} articles")


def show_headlines(console: Console, rows: Iterable[tuple[str, str, str]]) -> None:
    """Print headlines, each behind its date or id, with what is said of it on the next line."""
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, headline, about in rows:
        table.add_row(name, escape(headline))
        table.add_row("", f"[dim]{escape(about)}[/dim]")
    console.print(table)


def print_json(value: object) -> None:
    """Print a value as one line of JSON; moments in RFC 3339."""
    print(json.dumps(value, ensure_ascii=False, default=_plain))  # noqa: T201


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
