"""`perigee feeds`: what is polled, how it goes, and what a person can do about it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(help="The feeds that are polled, and how they do.", no_args_is_help=True)
out = Console(highlight=False)

DAYS_SHOWN = 5

AsJson = Annotated[bool, typer.Option("--json", help="One JSON record a line.")]
FeedId = Annotated[str, typer.Argument(help="The feed's id.", metavar="ID")]


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
    """Show each feed's last outcome, its last good poll, its next one, and what to do."""
    rows = _rows(context)
    if as_json:
        _print(rows)
        return
    table = Table("feed", "outcome", "last good", "next poll", "articles", "detail", box=None)
    for row in rows:
        outcome = row["outcome"] or "never polled"
        colour = "green" if outcome in ("ok", "not_modified") else "yellow"
        if row["moved_to"]:
            outcome += ", moved"
        said = "; ".join(filter(None, [row["detail"], row["advice"]]))
        table.add_row(
            escape(row["feed_id"]),
            f"[{colour}]{'paused: ' if row['paused_at'] else ''}{outcome}[/{colour}]",
            _moment(row["last_ok_at"]),
            _moment(row["next_poll_at"]),
            f"{row['articles']:,}",
            escape(said),
        )
    out.print(table)
    for row in rows:
        if row["to_webmaster"]:
            out.print(f"\nto the webmaster of {escape(row['feed_id'])}:")
            out.print(escape(row["to_webmaster"]))


@app.command()
def moves(context: typer.Context, as_json: AsJson = False) -> None:
    """List the addresses that feeds have moved to, and those that are not yet believed."""
    from flows.cli_context import settings_of
    from flows.listing import list_moves

    rows = list_moves(settings_of(context))
    if as_json:
        _print(rows)
        return
    table = Table("feed", "from", "to", "state", "since", "said on", box=None)
    for row in rows:
        table.add_row(
            escape(row["feed_id"]),
            escape(row["from"]),
            escape(row["to"]),
            row["state"],
            _moment(row["since"]),
            ", ".join(f"{day:%Y-%m-%d}" for day in row["days"][-DAYS_SHOWN:]) or "-",
        )
    out.print(table if rows else "no feed has moved")


@app.command("undo-move")
def undo_move_command(context: typer.Context, feed_id: FeedId) -> None:
    """Poll a feed at its configured address again, and refuse the other one from now on."""
    from flows.cli_context import settings_of
    from flows.database import open_database
    from transforms.errors import ConfigError
    from transforms.moves import undo_move

    with open_database(settings_of(context).database) as connection:
        target = undo_move(connection, feed_id)
    if target is None:
        message = f"feed {feed_id!r} has not moved; `perigee feeds moves` lists those that have"
        raise ConfigError(message)
    out.print(f"{escape(feed_id)} is polled at its configured address again, not at {target}")


@app.command()
def pause(context: typer.Context, feed_id: FeedId) -> None:
    """Poll a feed no more until it is resumed; what it gave stays."""
    from datetime import UTC, datetime

    from flows.cli_context import settings_of
    from flows.database import open_database
    from transforms.errors import ConfigError
    from transforms.polls import pause_feed, sync_feeds

    settings, now = settings_of(context), datetime.now(UTC)
    with open_database(settings.database) as connection:
        sync_feeds(connection, settings.feeds, now)
        is_paused = pause_feed(connection, feed_id, now)
    if not is_paused:
        message = f"feed {feed_id!r} is not there, or paused already; see `perigee feeds status`"
        raise ConfigError(message)
    out.print(f"{escape(feed_id)} is polled no more until `perigee feeds resume {escape(feed_id)}`")


@app.command()
def resume(context: typer.Context, feed_id: FeedId) -> None:
    """Poll a feed again that was paused: by a person, or because its server called it gone."""
    from flows.cli_context import settings_of
    from flows.database import open_database
    from transforms.errors import ConfigError
    from transforms.polls import resume_feed

    with open_database(settings_of(context).database) as connection:
        is_resumed = resume_feed(connection, feed_id)
    if not is_resumed:
        message = f"feed {feed_id!r} is not paused; see `perigee feeds status`"
        raise ConfigError(message)
    out.print(f"{escape(feed_id)} is due at the next `perigee ingest`")


@app.command()
def ledger(
    context: typer.Context,
    days: Annotated[int | None, typer.Option(help="Only the last so many days.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Show how polite we were: per host requests, the share answered 304, bytes and seconds."""
    from datetime import UTC, datetime

    from flows.cli_context import settings_of
    from flows.listing import list_ledger

    rows = list_ledger(settings_of(context), days, datetime.now(UTC))
    if as_json:
        _print(rows)
        return
    table = Table("host", box=None)
    for name in ("feeds", "polls", "304", "share", "pages", "requests", "bytes", "seconds"):
        table.add_column(name, justify="right")
    for row in [*rows, _total(rows)]:
        table.add_row(
            escape(row["host"]),
            *(f"{row[key]:,}" for key in ("feeds", "polls", "not_modified")),
            f"{row['share_not_modified']:.0%}",
            *(f"{row[key]:,}" for key in ("pages", "requests", "wire_bytes")),
            f"{row['seconds']:,.1f}",
        )
    out.print(table)


def _total(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    keys = ("feeds", "polls", "not_modified", "pages", "requests", "wire_bytes", "seconds")
    total: dict[str, Any] = {key: sum(row[key] for row in rows) for key in keys}
    share = total["not_modified"] / max(total["polls"], 1)
    return total | {"host": "all hosts", "share_not_modified": share}


def _rows(context: typer.Context) -> list[dict[str, Any]]:
    from flows.cli_context import settings_of
    from flows.listing import list_feeds

    return list_feeds(settings_of(context))


def _print(rows: Sequence[dict[str, Any]], keys: tuple[str, ...] | None = None) -> None:
    from flows.showing import print_json

    for row in rows:
        print_json({key: row[key] for key in keys} if keys else row)


def _moment(moment: Any) -> str:  # noqa: ANN401 a datetime or None
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-"
