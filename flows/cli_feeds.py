"""`perigee feeds`: what is polled, and how it goes."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(help="The feeds that are polled, and how they do.", no_args_is_help=True)
out = Console(highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON record a line.")]


@app.command("list")
def list_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the configured feeds."""
    rows = _rows(context)
    if as_json:
        _print(rows, ("feed_id", "title", "url", "kind", "publisher"))
        return
    table = Table("id", "title", "kind", "publisher", "url", box=None)
    for row in rows:
        table.add_row(*(escape(row[k]) for k in ("feed_id", "title", "kind", "publisher", "url")))
    out.print(table)
    out.print(f"{len(rows)} feeds")


@app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show each feed's last outcome, its last good poll and its next one."""
    rows = _rows(context)
    if as_json:
        _print(rows)
        return
    table = Table("feed", "outcome", "last good", "next poll", "articles", "detail", box=None)
    for row in rows:
        outcome = row["outcome"] or "never polled"
        colour = "green" if outcome in ("ok", "not_modified") else "yellow"
        table.add_row(
            escape(row["feed_id"]),
            f"[{colour}]{'paused: ' if row['paused_at'] else ''}{outcome}[/{colour}]",
            _moment(row["last_ok_at"]),
            _moment(row["next_poll_at"]),
            f"{row['articles']:,}",
            escape(row["detail"] or ""),
        )
    out.print(table)


def _rows(context: typer.Context) -> list[dict[str, Any]]:
    from flows.cli_context import settings_of
    from flows.listing import list_feeds

    return list_feeds(settings_of(context))


def _print(rows: list[dict[str, Any]], keys: tuple[str, ...] | None = None) -> None:
    from flows.showing import print_json

    for row in rows:
        print_json({key: row[key] for key in keys} if keys else row)


def _moment(moment: Any) -> str:  # noqa: ANN401 a datetime or None
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
