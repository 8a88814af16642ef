"""`perigee outbox`, `unsubscribe`, `mailbox`: what became of each copy, and who leaves."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from flows import cli_recipients
from flows.cli_context import err, out, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import duckdb

    from flows.copies import Delivery
    from flows.settings import Settings

Result = TypeVar("Result")

# Mounted without a name: `recipients`, `outbox`, `unsubscribe` and `mailbox` are commands.
app = typer.Typer()
outbox = typer.Typer(
    help="What became of each reader's copy, and what a person decides about it.",
    no_args_is_help=True,
)
app.add_typer(cli_recipients.app, name="recipients")
app.add_typer(outbox, name="outbox")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON record a line.")]
Keys = Annotated[list[str], typer.Argument(help="As `outbox list` shows them.", metavar="KEY...")]
SomeKeys = Annotated[
    list[str] | None, typer.Argument(help="As `outbox list` shows them.", metavar="[KEY...]")
]


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
    from flows.copies import NOT_SENT, STATES, list_deliveries
    from flows.showing_delivery import delivery_record, delivery_table

    if unknown := set(state or ()) - set(STATES):
        message = f"{min(unknown)!r} is no state; take one of {', '.join(STATES)}"
        raise typer.BadParameter(message)
    states = state or NOT_SENT
    found = _write(
        settings_of(context), lambda c: list_deliveries(c, issue_id=issue, states=states)
    )
    if as_json:
        _print_json(map(delivery_record, found))
        return
    out.print(delivery_table(found))
    out.print(f"{len(found):,} copies")


@outbox.command("show")
def outbox_show(context: typer.Context, keys: Keys, as_json: AsJson = False) -> None:
    """Show all that is known of a copy."""
    from flows.showing_delivery import delivery_record, moment

    found = _found(settings_of(context), keys)
    if as_json:
        _print_json(map(delivery_record, found))
        return
    for delivery in found:
        table = Table(box=None, show_header=False)
        for name, value in delivery_record(delivery).items():
            shown = moment(value) if isinstance(value, datetime) else str(value or "")
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
    settings, now = settings_of(context), datetime.now(UTC)
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
    from flows.showing_delivery import DeliveryProgress, show_receipts

    settings, now = settings_of(context), datetime.now(UTC)
    found = _found(settings, keys or [])
    wanted = [d for d in found if d.state == "queued" or (dead and d.state == "dead")]
    if wanted:
        _write(settings, lambda c: [resolve(c, d, "queued", "sent again", now) for d in wanted])
    left = [d for d in found if d not in wanted]
    for delivery in left:
        err.print(f"{delivery.key} stays {delivery.state}")
    with DeliveryProgress(err) as progress:
        receipts = deliver_due(settings, now, on_start=progress.start, on_done=progress.step)
    show_receipts(out, receipts, as_json=as_json)
    if left or any(receipt.stopped for receipt in receipts):
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
    from flows.copies import report_issues
    from flows.showing_delivery import delivery_record, delivery_table

    reports = _write(settings_of(context), lambda c: report_issues(c, week))
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
                    "not_sent": [delivery_record(delivery) for delivery in report.troubles],
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
            out.print(delivery_table(report.troubles))


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
    server = unsubscribe_server(settings_of(context), host, port)
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

    counts = asdict(read_mailbox(settings_of(context), datetime.now(UTC)))
    if as_json:
        _print_json([counts])
        return
    out.print(" · ".join(f"{count:,} {what}" for what, count in counts.items()))


def _found(settings: "Settings", keys: list[str]) -> "list[Delivery]":
    """Return the one copy that each key names."""
    from flows.copies import find_deliveries

    found = _write(settings, lambda c: [find_deliveries(c, key) for key in keys])
    for key, deliveries in zip(keys, found, strict=True):
        if len(deliveries) != 1:
            what = "names more than one copy" if deliveries else "names no copy"
            message = f"{key!r} {what}; see `perigee outbox list`"
            raise typer.BadParameter(message)
    return [deliveries[0] for deliveries in found]


def _write(settings: "Settings", step: "Callable[[duckdb.DuckDBPyConnection], Result]") -> Result:
    from flows.ledger import Ledger

    return Ledger(settings.database).write(step)


def _print_json(rows: "Iterable[dict[str, Any]]") -> None:
    from flows.showing import print_json

    for row in rows:
        print_json(row)
