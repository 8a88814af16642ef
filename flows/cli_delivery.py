"""`perigee recipients`, `outbox`, `unsubscribe`, `mailbox`: who gets the letter, and what became of it."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import duckdb

    from flows.mailing import Receipt
    from flows.outbox import Delivery
    from flows.settings import Settings

Result = TypeVar("Result")

app = typer.Typer()
recipients = typer.Typer(help="Who gets the letter.", no_args_is_help=True)
outbox = typer.Typer(
    help="What became of each reader's copy, and what a person decides about it.",
    no_args_is_help=True,
)
app.add_typer(recipients, name="recipients")
app.add_typer(outbox, name="outbox")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON record a line.")]
Edition = Annotated[str, typer.Option(help="Which series of issues.")]
Keys = Annotated[list[str], typer.Argument(help="As `outbox list` shows them.", metavar="KEY...")]
SomeKeys = Annotated[
    list[str] | None, typer.Argument(help="As `outbox list` shows them.", metavar="[KEY...]")
]
InFull = Annotated[bool, typer.Option("--full", help="Show addresses in full.")]

STATE_COLOURS = {"sent": "green", "dead": "red", "uncertain": "yellow"}


@recipients.command("add")
def add_command(
    context: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...")],
    name: Annotated[str | None, typer.Option(help="Stands before the address.")] = None,
    edition: Edition = "weekly",
) -> None:
    """Add readers; with `confirm = true` each is asked by mail first."""
    from flows.recipients import add_reader, checked_address, mask

    settings, now = _settings(context), _now()
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


@recipients.command("remove")
def remove_command(
    context: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...")],
    edition: Edition = "weekly",
) -> None:
    """Erase readers, and their addresses wherever they stand."""
    from flows.recipients import mask, remove_reader

    settings, now = _settings(context), _now()
    removed = _write(
        settings, lambda c: [remove_reader(c, a, now, edition=edition) for a in addresses]
    )
    for address, was_there in zip(addresses, removed, strict=True):
        out.print(f"{escape(mask(address))} {'removed' if was_there else 'was not there'}")
    if not all(removed):
        raise typer.Exit(1)


@recipients.command("import")
def import_command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="CSV", exists=True, dir_okay=False)],
    edition: Edition = "weekly",
) -> None:
    """Add the readers of a CSV: columns address, name, edition, status; only the first is needed."""
    from flows.recipients import import_readers

    settings, now = _settings(context), _now()
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


@recipients.command("export")
def export_command(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[CSV]", dir_okay=False)] = None,
    edition: Annotated[str | None, typer.Option(help="Only this one.")] = None,
) -> None:
    """Write the readers as CSV, addresses in full: to FILE, or to the standard output."""
    from flows.recipients import export_readers, list_readers

    readers = _write(_settings(context), lambda c: list_readers(c, edition=edition))
    if file is None:
        export_readers(readers, sys.stdout)
        return
    with file.open("w", encoding="utf-8", newline="") as rows:
        export_readers(readers, rows)
    out.print(f"{len(readers):,} readers: {file}", soft_wrap=True)


@recipients.command("list")
def list_command(
    context: typer.Context,
    edition: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    status: Annotated[
        str | None, typer.Option(help="Only pending, confirmed, unsubscribed or bounced ones.")
    ] = None,
    in_full: InFull = False,
    as_json: AsJson = False,
) -> None:
    """List the readers, addresses masked."""
    from flows.recipients import FIELDS, list_readers, mask

    readers = _write(_settings(context), lambda c: list_readers(c, edition=edition, status=status))
    rows = [{field: getattr(reader, field) for field in FIELDS} for reader in readers]
    for row in rows:
        row["address"] = row["address"] if in_full else mask(row["address"])
    if as_json:
        _print_json(rows)
        return
    table = Table("address", "name", "edition", "status", "since", "how", box=None)
    for row in rows:
        table.add_row(
            escape(row["address"]),
            escape(row["name"] or "") if in_full else "",
            escape(row["edition"]),
            row["status"],
            _moment(row["status_at"]),
            escape(row["how"]),
        )
    out.print(table)
    out.print(f"{len(rows):,} readers")


@outbox.command("list")
def outbox_list(
    context: typer.Context,
    issue: Annotated[str | None, typer.Option(help="Such as 2026-W47.")] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="queued, sending, data, sent, dead, uncertain; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List copies and their states; by default all that are not sent."""
    from flows.outbox import NOT_SENT, STATES, list_deliveries

    if unknown := set(state or ()) - set(STATES):
        message = f"{min(unknown)!r} is no state; take one of {', '.join(STATES)}"
        raise typer.BadParameter(message)
    states = state or NOT_SENT
    found = _write(_settings(context), lambda c: list_deliveries(c, issue_id=issue, states=states))
    if as_json:
        _print_json([_record(d) for d in found])
        return
    out.print(_table(found))
    out.print(f"{len(found):,} copies")


@outbox.command("show")
def outbox_show(context: typer.Context, keys: Keys, as_json: AsJson = False) -> None:
    """Show all that is known of a copy."""
    found = _found(_settings(context), keys)
    if as_json:
        _print_json([_record(d) for d in found])
        return
    for delivery in found:
        table = Table(box=None, show_header=False)
        for name, value in _record(delivery).items():
            shown = _moment(value) if isinstance(value, datetime) else str(value or "–")
            table.add_row(name, escape(shown))
        out.print(table)


@outbox.command("resolve")
def outbox_resolve(
    context: typer.Context,
    keys: Keys,
    fate: Annotated[
        str, typer.Option("--as", help="sent: it arrived; queued: send it again; dead: never.")
    ],
) -> None:
    """Decide about copies whose fate is unknown."""
    from flows.outbox import resolve

    if fate not in ("sent", "queued", "dead"):
        message = f"{fate!r} is no decision; take sent, queued or dead"
        raise typer.BadParameter(message)
    settings, now = _settings(context), _now()
    found = _found(settings, keys)
    done = _write(
        settings, lambda c: [resolve(c, d, fate, "decided by a person", now) for d in found]
    )
    for delivery, is_changed in zip(found, done, strict=True):
        now_is = fate if is_changed else f"stays {delivery.state}: it is being sent just now"
        out.print(f"{delivery.key} {escape(delivery.masked)} {now_is}")
    if not all(done):
        raise typer.Exit(1)


@outbox.command("retry")
def outbox_retry(
    context: typer.Context,
    keys: SomeKeys = None,
    dead: Annotated[
        bool, typer.Option("--dead", help="With KEYs: also copies that were given up.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send what is due; with KEYs, send those at once."""
    from flows.mailing import deliver_due
    from flows.outbox import resolve

    settings, now = _settings(context), _now()
    if keys:
        found = _found(settings, keys)
        wanted = [d for d in found if d.state == "queued" or (dead and d.state == "dead")]
        _write(settings, lambda c: [resolve(c, d, "queued", "sent again", now) for d in wanted])
        for delivery in found:
            if delivery not in wanted:
                err.print(f"{delivery.key} stays {delivery.state}")
    with DeliveryProgress(err) as progress:
        receipts = deliver_due(settings, now, on_start=progress.start, on_done=progress.step)
    show_receipts(out, receipts, as_json=as_json)
    if any(receipt.stopped for receipt in receipts):
        raise typer.Exit(1)


@outbox.command("report")
def outbox_report(
    context: typer.Context,
    week: Annotated[
        str | None, typer.Option(help="Such as 2026-W47; default: the newest issue.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show how an issue stands: counts, and every copy that did not arrive."""
    from flows.outbox import report_issues

    reports = _write(_settings(context), lambda c: report_issues(c, week))
    if not reports:
        err.print(f"nothing was ever mailed{' for ' + escape(week) if week else ''}")
        raise typer.Exit(1)
    if as_json:
        _print_json(
            [
                {
                    "issue_id": report.issue_id,
                    "subject": report.subject,
                    "counts": report.counts,
                    "not_sent": [_record(delivery) for delivery in report.troubles],
                }
                for report in reports
            ]
        )
        return
    for report in reports:
        out.print(f"[bold]{escape(report.issue_id)}[/bold]  {escape(report.subject)}")
        out.print(
            " · ".join(f"{count:,} {state}" for state, count in report.counts.items() if count)
        )
        if report.troubles:
            out.print(_table(report.troubles))


@app.command()
def unsubscribe(
    context: typer.Context,
    serve: Annotated[bool, typer.Option("--serve", help="Run until Ctrl-C.")] = False,
    host: Annotated[str, typer.Option(help="Where it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8025,
) -> None:
    """Serve the page behind the letters' unsubscribe links; put an https proxy before it."""
    from flows.unsubscribing import unsubscribe_server

    if not serve:
        message = "say --serve"
        raise typer.BadParameter(message)
    server = unsubscribe_server(_settings(context), host, port)
    err.print(f"serving http://{host}:{server.server_port}/ until Ctrl-C")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        err.print("stopped")
    finally:
        server.server_close()


@app.command()
def mailbox(context: typer.Context, as_json: AsJson = False) -> None:
    """Read unsubscribe mails, confirmations and bounces from the mailbox of `imap_url`."""
    from dataclasses import asdict

    from flows.mailbox import read_mailbox

    counts = asdict(read_mailbox(_settings(context), _now()))
    if as_json:
        _print_json([counts])
        return
    out.print(" · ".join(f"{count:,} {what}" for what, count in counts.items()))


class DeliveryProgress:
    """A bar over the copies being sent, with those that were not taken."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`; nothing where it is no terminal."""
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("sending"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[troubles]} not taken"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("send", total=None, troubles=0)
        self._troubles = 0

    def __enter__(self) -> "DeliveryProgress":
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._progress.stop()

    def start(self, total: int) -> None:
        """Tell how many copies there are."""
        self._progress.update(self._task, total=total, completed=0)

    def step(self, delivery: "Delivery") -> None:
        """Count one copy."""
        self._troubles += delivery.state != "sent"
        self._progress.update(self._task, advance=1, troubles=self._troubles)


def show_receipts(console: Console, receipts: "tuple[Receipt, ...]", *, as_json: bool) -> None:
    """Print what a run has sent and what it has not."""
    from dataclasses import asdict

    if as_json:
        _print_json([asdict(receipt) for receipt in receipts])
        return
    if not receipts:
        console.print("nothing is due")
    for receipt in receipts:
        console.print(
            f"{escape(receipt.issue_id)}  {len(receipt.sent):,} sent · "
            f"{receipt.already:,} had it · {len(receipt.queued_for_later):,} later · "
            f"{len(receipt.dead):,} dead · {len(receipt.uncertain):,} uncertain"
        )
        if receipt.is_older_letter:
            console.print("  [yellow]readers get the letter that was begun to be sent[/yellow]")
        if receipt.stopped:
            console.print(f"  [red]stopped[/red] {escape(receipt.stopped)}")
        for what in ("queued_for_later", "dead", "uncertain"):
            for trouble in getattr(receipt, what)[:20]:
                line = f"  {what.replace('_', ' ')} {trouble.key} {trouble.address} {trouble.words}"
                console.print(escape(line), soft_wrap=True)


def _settings(context: typer.Context) -> "Settings":
    from flows.cli import settings_of

    return settings_of(context)


def _now() -> datetime:
    return datetime.now(UTC)


def _write(settings: "Settings", step: "Callable[[duckdb.DuckDBPyConnection], Result]") -> Result:
    from flows.ledger import Ledger

    return Ledger(settings.database).write(step)


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


def _found(settings: "Settings", keys: list[str]) -> "list[Delivery]":
    """Return the one copy that each key names."""
    from flows.outbox import find_deliveries

    found = _write(settings, lambda c: [find_deliveries(c, key) for key in keys])
    for key, deliveries in zip(keys, found, strict=True):
        if len(deliveries) != 1:
            what = "names more than one copy" if deliveries else "names no copy"
            message = f"{key!r} {what}; see `perigee outbox list`"
            raise typer.BadParameter(message)
    return [deliveries[0] for deliveries in found]


def _record(delivery: "Delivery") -> dict[str, Any]:
    return {
        "key": delivery.key,
        "issue_id": delivery.issue_id,
        "address": delivery.masked,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "queued_at": delivery.queued_at,
        "changed_at": delivery.changed_at,
        "next_try_at": delivery.next_try_at if delivery.state == "queued" else None,
        "message_id": delivery.message_id,
        "code": delivery.code,
        "words": delivery.words,
    }


def _table(deliveries: "Iterable[Delivery]") -> Table:
    table = Table("copy", "address", "state", "tries", "since", "next try", "why", box=None)
    for d in deliveries:
        colour = STATE_COLOURS.get(d.state, "white")
        table.add_row(
            d.key,
            escape(d.masked),
            f"[{colour}]{d.state}[/{colour}]",
            str(d.attempts),
            _moment(d.changed_at),
            _moment(d.next_try_at) if d.state == "queued" else "",
            escape(f"{d.code or ''} {d.words or ''}".strip()),
        )
    return table


def _print_json(rows: list[dict[str, Any]]) -> None:
    from flows.showing import print_json

    for row in rows:
        print_json(row)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
