"""What the command line shows of an article's changes, and of pages that were read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from flows.paging import PageRead
from flows.showing import print_json

STYLES = {"-": "red strike", "+": "green", "=": ""}


def show_history(console: Console, history: dict[str, Any], *, as_json: bool) -> None:
    """Print the revisions of an article, oldest first, what was removed and added in colour."""
    if as_json:
        print_json(history)
        return
    console.print(f"[bold]{escape(history['title'])}[/bold]")
    console.print(escape(history["url"] or history["article_id"]))
    console.print(f"first seen {history['first_seen_at']:%Y-%m-%d %H:%M} UTC")
    if not history["revisions"]:
        console.print("never changed since")
    for revision in history["revisions"]:
        kind = "[yellow]material[/yellow]" if revision["is_material"] else "cosmetic"
        when = f"{revision['seen_at']:%Y-%m-%d %H:%M}"
        console.print(f"\n{when} UTC  {kind}: {escape(revision['why'])}")
        for name, runs in revision["diff"].items():
            console.print(f"  {name}: {' '.join(_marked(mark, text) for mark, text in runs)}")


def _marked(mark: str, text: str) -> str:
    # Without colours, as in a file, the marks tell it.
    words = {"-": f"[-{text}-]", "+": f"{{+{text}+}}"}.get(mark, text)
    style = STYLES[mark]
    return f"[{style}]{escape(words)}[/{style}]" if style else escape(words)


def show_pages(console: Console, pages: Sequence[PageRead], new: int, *, as_json: bool) -> None:
    """Print what reading a week's pages brought; `new` of them were read just now."""
    if as_json:
        for page in pages:
            print_json(asdict(page))
        return
    console.print(f"{new} pages read" + (f", {len(pages)} of this week in all" if pages else ""))
    for line in page_lines(pages):
        console.print(line)


def page_lines(pages: Sequence[PageRead]) -> Iterator[str]:
    """Yield the outcomes of reading pages: their counts, then one line each; marked up."""
    counts = Counter(page.outcome for page in pages)
    if counts:
        yield " · ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    for page in pages:
        if page.outcome == "ok":
            yield f"  {escape(page.title)}: {', '.join(page.fields) or 'nothing new'}"
        else:
            detail = f": {page.detail}" if page.detail else ""
            yield f"  [yellow]{page.outcome}[/yellow] {escape(page.url + detail)}"
