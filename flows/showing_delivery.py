"""Show mailing: its progress, its receipts, the copies of the outbox. For programs, as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

from flows.copies import Delivery
from flows.mailing import Receipt
from flows.showing import print_json

TROUBLES_SHOWN = 20
_COLOURS = {"sent": "green", "dead": "red", "uncertain": "yellow"}


class DeliveryProgress:
    """A bar over the copies being sent, with those that were not taken."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`; nothing where it is no terminal."""
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

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._progress.stop()

    def start(self, total: int) -> None:
        """Tell how many copies there are."""
        self._progress.update(self._task, total=total, completed=0)

    def step(self, delivery: Delivery) -> None:
        """Count one copy."""
        self._troubles += delivery.state != "sent"
        self._progress.update(self._task, advance=1, troubles=self._troubles)


def show_receipts(console: Console, receipts: Sequence[Receipt], *, as_json: bool) -> None:
    """Print what a run has sent and what it has not."""
    if as_json:
        for receipt in receipts:
            print_json(asdict(receipt))
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
            for trouble in getattr(receipt, what)[:TROUBLES_SHOWN]:
                line = f"  {what.replace('_', ' ')} {trouble.key} {trouble.address} {trouble.words}"
                console.print(escape(line), soft_wrap=True)


def delivery_record(delivery: Delivery) -> dict[str, Any]:
    """Return a copy as a program may read it."""
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


def delivery_table(deliveries: Iterable[Delivery]) -> Table:
    """Return copies as a table."""
    rows = list(deliveries)
    # Keys and addresses are there to be copied: they stay whole, whatever the terminal's width.
    key, address = (
        Column(name, no_wrap=True, min_width=max(map(len, values), default=0))
        for name, values in (("copy", [d.key for d in rows]), ("address", [d.masked for d in rows]))
    )
    table = Table(key, address, "state", "tries", "since", "next try", "why", box=None)
    for d in rows:
        colour = _COLOURS.get(d.state, "white")
        table.add_row(
            d.key,
            escape(d.masked),
            f"[{colour}]{d.state}[/{colour}]",
            str(d.attempts),
            moment(d.changed_at),
            moment(d.next_try_at) if d.state == "queued" else "",
            escape(f"{d.code or ''} {d.words or ''}".strip()),
        )
    return table


def moment(moment: datetime) -> str:
    """Return a moment as it is shown."""
    return f"{moment:%Y-%m-%d %H:%M}"


def delivery_rows(receipt: Receipt) -> list[dict[str, str]]:
    """Return a row per copy of a run, with masked addresses: a table for people."""
    rows = [{"reader": address, "state": "sent", "words": ""} for address in receipt.sent]
    for what in ("queued_for_later", "dead", "uncertain"):
        state = what.replace("_", " ")
        rows += [
            {"reader": trouble.address, "state": state, "words": trouble.words}
            for trouble in getattr(receipt, what)
        ]
    return rows or [{"reader": "", "state": "nothing was due", "words": ""}]
