"""`perigee recipients`: who gets the letter."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Column, Table

from flows.cli_context import err, out, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from flows.settings import Settings

Result = TypeVar("Result")

app = typer.Typer(help="Who gets the letter.", no_args_is_help=True)
Edition = Annotated[str, typer.Option(help="Which series of issues.")]
Addresses = Annotated[list[str], typer.Argument(metavar="ADDRESS...")]


@app.command("add")
def add_command(
    context: typer.Context,
    addresses: Addresses,
    name: Annotated[str | None, typer.Option(help="Stands before the address.")] = None,
    edition: Edition = "weekly",
) -> None:
    """Add readers; with `confirm = true` each is asked by mail first."""
    from flows.recipients import add_reader, checked_address, mask

    settings, now = settings_of(context), datetime.now(UTC)
    status = "pending" if settings.delivery.confirm else "confirmed"
    # All are looked at before the first is added.
    checked = [checked_address(address) for address in addresses]

    def add(connection: "duckdb.DuckDBPyConnection") -> list[bool]:
        return [
            add_reader(connection, a, now, name=name, edition=edition, status=status)
            for a in checked
        ]

    for address, is_new in zip(checked, _write(settings, add), strict=True):
        out.print(f"{escape(mask(address))} {'added, ' + status if is_new else 'was there'}")
    _ask(settings, now)


@app.command("remove")
def remove_command(
    context: typer.Context,
    addresses: Addresses,
    edition: Edition = "weekly",
) -> None:
    """Erase readers, and their addresses wherever they stand."""
    from flows.recipients import mask, remove_reader

    settings, now = settings_of(context), datetime.now(UTC)
    removed = _write(
        settings, lambda c: [remove_reader(c, a, now, edition=edition) for a in addresses]
    )
    for address, was_there in zip(addresses, removed, strict=True):
        out.print(f"{escape(mask(address))} {'removed' if was_there else 'was not there'}")
    if not all(removed):
        raise typer.Exit(1)


@app.command("import")
def import_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False)],
    edition: Edition = "weekly",
) -> None:
    """Add the readers of a CSV with the columns address, name, edition, status, or some of them."""
    from flows.recipients import import_readers

    settings, now = settings_of(context), datetime.now(UTC)
    status = "pending" if settings.delivery.confirm else "confirmed"
    with file.open(encoding="utf-8", newline="") as rows:
        imported = _write(
            settings,
            lambda c: import_readers(
                c, rows, now, edition=edition, status=status, how=f"imported from {file.name}"
            ),
        )
    out.print(f"{imported.added:,} added or changed, {imported.known:,} were there")
    for line, why in imported.refused:
        err.print(f"[yellow]line {line}[/yellow] {escape(why)}")
    _ask(settings, now)
    if imported.refused:
        raise typer.Exit(1)


@app.command("export")
def export_command(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[CSV]", dir_okay=False)] = None,
    edition: Annotated[str | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Write the readers as CSV, addresses in full: to FILE, or to the standard output."""
    from flows.recipients import export_readers, list_readers

    readers = _write(settings_of(context), lambda c: list_readers(c, edition=edition))
    if file is None:
        export_readers(readers, sys.stdout)
        return
    with file.open("w", encoding="utf-8", newline="") as rows:
        export_readers(readers, rows)
    out.print(f"{len(readers):,} readers: {file}", soft_wrap=True)


@app.command("list")
def list_command(
    context: typer.Context,
    edition: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    status: Annotated[
        str | None, typer.Option(help="Only pending, confirmed, unsubscribed or bounced ones.")
    ] = None,
    in_full: Annotated[bool, typer.Option("--full", help="Show addresses in full.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
) -> None:
    """List the readers, addresses masked."""
    from flows.recipients import FIELDS, list_readers, mask
    from flows.showing import print_json
    from flows.showing_delivery import moment

    readers = _write(
        settings_of(context), lambda c: list_readers(c, edition=edition, status=status)
    )
    rows = [{field: getattr(reader, field) for field in FIELDS} for reader in readers]
    if not in_full:
        rows = [row | {"address": mask(row["address"]), "name": None} for row in rows]
    if as_json:
        for row in rows:
            print_json(row)
        return
    widest = max((len(row["address"]) for row in rows), default=0)
    address = Column("address", no_wrap=True, min_width=widest)
    table = Table(address, "name", "edition", "status", "since", "how", box=None)
    for row in rows:
        table.add_row(
            escape(row["address"]),
            escape(row["name"] or ""),
            escape(row["edition"]),
            row["status"],
            moment(row["status_at"]),
            escape(row["how"]),
        )
    out.print(table)
    out.print(f"{len(rows):,} readers")


def _ask(settings: "Settings", now: datetime) -> None:
    """Ask those who were added whether they want the letter, where that is wished."""
    if not settings.delivery.confirm:
        return
    from flows.confirming import ask_pending

    failures = ask_pending(settings, now)
    for address, why in failures.items():
        err.print(f"[yellow]not asked[/yellow] {escape(address)}: {escape(why)}")
    if failures:
        raise typer.Exit(1)


def _write(settings: "Settings", step: "Callable[[duckdb.DuckDBPyConnection], Result]") -> Result:
    from flows.ledger import Ledger

    return Ledger(settings.database).write(step)
