"""`perigee feeds add`, `import` and `export`: change the list of feeds."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from flows.cli_context import err, out, settings_of
from flows.cli_feeds import app
from transforms.records import FEED_KINDS

__all__ = ["app"]  # that of `perigee feeds`, with the commands of this file

PREVIEWED = 5

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _kind(text: str) -> str:
    if text not in FEED_KINDS:
        message = f"{text!r} is no kind; take one of {', '.join(FEED_KINDS)}"
        raise typer.BadParameter(message)
    return text


@app.command()
def add(
    context: typer.Context,
    address: Annotated[
        str, typer.Argument(help="A feed's address, or a page of its site.", metavar="URL")
    ],
    feed_id: Annotated[str | None, typer.Option("--id", help="Its short id.")] = None,
    kind: Annotated[
        str, typer.Option(help=f"One of {', '.join(FEED_KINDS)}.", callback=_kind)
    ] = "press",
    publisher: Annotated[str | None, typer.Option(help="Who stands behind it.")] = None,
    yes: Yes = False,
) -> None:
    """Find a feed, show its newest entries, and subscribe to it."""
    from flows.feeds_file import append_feeds
    from flows.subscribing import find_feed, new_feed

    settings = settings_of(context)
    found = find_feed(settings, address, datetime.now(UTC))
    taken = (feed.feed_id for feed in settings.feeds)
    feed = new_feed(found, taken, feed_id=feed_id, kind=kind, publisher=publisher)
    out.print(f"[bold]{escape(found.title)}[/bold]  {escape(found.url)}")
    out.print(f"{found.reading.format}, {found.reading.entries} entries; the newest:")
    for article in found.reading.articles[:PREVIEWED]:
        day = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date   "
        out.print(f"  {day}  {escape(article.title)}")
    if found.known:
        other, count = found.known
        words = f"{count} of its articles are known already, from {other}"
        out.print(f"[yellow]{escape(words)}[/yellow]")
    if not yes:
        typer.confirm(f"Subscribe to it as {feed.feed_id!r}?", abort=True)
    append_feeds(settings.config / "feeds.toml", [feed])
    out.print(f"subscribed: {feed.feed_id}, in {settings.config / 'feeds.toml'}")


@app.command("import")
def import_command(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FILE.opml", exists=True, dir_okay=False)],
    yes: Yes = False,
) -> None:
    """Subscribe to the feeds of another reader's list that are not there yet."""
    from flows.feeds_file import append_feeds
    from flows.subscribing import import_feeds
    from transforms.decode import decode_page

    settings = settings_of(context)
    imported = import_feeds(settings, decode_page(source.read_bytes()))
    for feed in imported.feeds:
        out.print(
            f"  {escape(feed.feed_id)}  {escape(feed.title)}  {escape(feed.url)}", soft_wrap=True
        )
    for url, why in imported.refused:
        out.print(f"  [yellow]refused[/yellow] {escape(url)}: {escape(why)}")
    count = len(imported.feeds)
    if count and not yes:
        typer.confirm(f"Subscribe to these {count} feeds?", abort=True)
    if count:
        append_feeds(settings.config / "feeds.toml", imported.feeds)
    out.print(f"{count} feeds added, {imported.subscribed} were there already")


@app.command("export")
def export_command(
    context: typer.Context,
    target: Annotated[
        Path | None, typer.Argument(help="Default: the screen.", metavar="FILE.opml")
    ] = None,
) -> None:
    """Write the feeds as OPML, which other readers can take."""
    from transforms.opml import write_opml

    settings = settings_of(context)
    feeds = [feed for feed in settings.feeds if not feed.url.startswith("file:")]
    text = write_opml(feeds, settings.digest.title)
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text, encoding="utf-8")
        out.print(f"{len(feeds)} feeds: {escape(str(target))}")
    if local := len(settings.feeds) - len(feeds):
        err.print(f"{local} feeds that are files of this machine were left out")
