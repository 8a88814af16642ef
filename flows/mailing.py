"""Mail an issue: each reader once, whatever breaks in between."""

import fcntl
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from flows import copies, outbox
from flows.copies import Delivery, StoredIssue
from flows.courier import Run, Writer
from flows.delivery import Connection, Server, smtp_server
from flows.ledger import Ledger
from flows.letters import pack_letter
from flows.mailbox import find_archived
from flows.recipients import EDITION, checked_address, mask, reader_id
from flows.settings import Settings
from reports.records import Letter
from transforms.errors import ConfigError, DeliveryError

log = logging.getLogger(__name__)

LOCK_PATIENCE = 60.0  # seconds
# What the server has taken is known only here until it is written down: that may wait for long.
LEDGER_PATIENCE = 600.0  # seconds
# An archive gets its copy a little after the reader.
LOOKUP_AFTER = timedelta(minutes=10)
UNSETTLED = (*copies.OPEN_STATES, "uncertain")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A copy that did not arrive, as it may be shown.

    Attributes:
        key: What `perigee outbox` calls it.
        address: Masked.
        words: The server's, or what happened.
        next_try_at: When it is due again, if it is queued.
    """

    key: str
    address: str
    words: str
    next_try_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the copies of an issue stand after a run.

    Attributes:
        sent: Masked addresses whose copy the server took in this run.
        already: How many had theirs before.
        queued_for_later: Put off; `deliver_due` sends them when they are due.
        dead: Refused for good, or given up, with the server's words.
        uncertain: Nobody knows whether they arrived; a person decides (`perigee outbox resolve`).
        stopped: Why the run ended early; None where it came to its end.
        is_older_letter: An earlier run has begun to send another letter as this issue, and all
            readers got that one.
    """

    issue_id: str
    sent: tuple[str, ...]
    already: int
    queued_for_later: tuple[Trouble, ...]
    dead: tuple[Trouble, ...]
    uncertain: tuple[Trouble, ...]
    stopped: str | None = None
    is_older_letter: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every reader has the issue."""
        return not (self.queued_for_later or self.dead or self.uncertain or self.stopped)


def deliver_issue(  # noqa: PLR0913 hooks by keyword
    settings: Settings,
    letter: Letter,
    issue_id: str,
    now: datetime,
    *,
    smaller: Letter | None = None,
    edition: str | None = None,
    on_start: Callable[[int], None] = lambda _: None,
    on_done: Callable[[Delivery], None] = lambda _: None,
    fault: Callable[[str], None] = lambda _: None,
) -> Receipt:
    """Mail an issue to every confirmed reader of its edition who has not got it yet.

    It may be repeated and may die at any instant: nobody gets it twice, nobody is forgotten.

    Args:
        settings: All of them.
        letter: What every reader gets. Once a first copy may have left, it is kept as it was,
            and a later one under the same id is not sent.
        issue_id: Which issue; the key of the outbox.
        now: The present; also the `Date` of every copy.
        smaller: The same without pictures inside (`images = "remote"` or `"none"`), for a server
            that finds the letter too large.
        edition: Whose readers; default: those of the edition that is being told.
        on_start: Told how many copies are due.
        on_done: Told each copy in its new state, in the caller's thread.
        fault: Told each phase as it is reached; for tests that end the process there.

    Raises:
        ConfigError: What is configured cannot send.
        DeliveryError: The server wants no mail from us, or another process is sending.
        DatabaseBusyError: Another process kept the database for too long.
    """
    server = _checked_server(settings)
    offered = StoredIssue(
        issue_id=issue_id,
        edition=edition or settings.edition_id,
        subject=letter.subject,
        dated_at=now.replace(microsecond=0),
        frozen_at=None,
        letter=pack_letter(letter),
        smaller=pack_letter(smaller) if smaller else None,
    )

    def register(connection: duckdb.DuckDBPyConnection) -> StoredIssue:
        outbox.recover(connection, now)
        kept = outbox.keep_issue(connection, offered)
        outbox.enqueue(connection, issue_id, now)
        return kept

    ledger = Ledger(settings.database, LEDGER_PATIENCE)
    with sending_lock(settings.database):
        kept = ledger.write(register)
        fault("queued")
        run = Run(settings, server, ledger, kept, now, fault)
        receipt = _send(settings, run, on_start, on_done)
    return replace(receipt, is_older_letter=kept.letter != offered.letter)


def deliver_due(
    settings: Settings,
    now: datetime,
    *,
    on_start: Callable[[int], None] = lambda _: None,
    on_done: Callable[[Delivery], None] = lambda _: None,
    fault: Callable[[str], None] = lambda _: None,
) -> tuple[Receipt, ...]:
    """Send what waits in the outbox and is due: put off by a server, or left by a run that died.

    What has waited past the deadline stays: nothing old leaves by itself. Returns one receipt an
    issue; none where nothing was due.

    Raises:
        ConfigError: What is configured cannot send.
        DeliveryError: The server wants no mail from us, or another process is sending.
        DatabaseBusyError: Another process kept the database for too long.
    """
    if not settings.delivery.smtp_url or not settings.database.exists():
        return ()
    ledger = Ledger(settings.database, LEDGER_PATIENCE)
    waiting = ledger.write(partial(copies.list_deliveries, states=UNSETTLED))
    if not waiting:
        return ()
    server = _checked_server(settings)
    deadline = timedelta(hours=settings.delivery.deadline)

    def take_stock(connection: duckdb.DuckDBPyConnection) -> list[StoredIssue]:
        outbox.recover(connection, now)
        due = set(copies.due_issues(connection, now, deadline))
        if settings.delivery.on_uncertain != "hold":
            due |= {d.issue_id for d in copies.list_deliveries(connection, states=("uncertain",))}
        found = (copies.find_issue(connection, issue_id) for issue_id in sorted(due))
        return [issue for issue in found if issue]

    with sending_lock(settings.database):
        return tuple(
            _send(settings, Run(settings, server, ledger, issue, now, fault), on_start, on_done)
            for issue in ledger.write(take_stock)
        )


def send_test(settings: Settings, letter: Letter, address: str, now: datetime) -> str:
    """Send exactly what would go, marked as a test, to one address; return the server's words.

    Nothing is stored. It has an id of its own: a mailbox that has seen a Message-ID may hide the
    real letter later.

    Raises:
        AddressError: `address` is none.
        ConfigError: What is configured cannot send.
        DeliveryError: The server did not take it.
    """
    server = _checked_server(settings)
    to = checked_address(address)
    test = replace(
        letter,
        subject=f"[Test] {letter.subject}",
        issue_id=f"test-{hashlib.sha256(now.isoformat().encode()).hexdigest()[:8]}.{letter.issue_id}",
    )
    writer = Writer(settings)
    _, message = writer.write(test, reader_id(to, EDITION), to, None, now)
    connection = Connection(server)
    try:
        answer = connection.hand_over(message, writer.sender, to, lambda: True)
    finally:
        connection.close()
    if answer.result != "sent":
        message_ = f"the test to {mask(to)} was not taken: {answer.code or ''} {answer.words}"
        raise DeliveryError(message_)
    return f"{answer.code} {answer.words}"


@contextmanager
def sending_lock(database: Path, patience: float = LOCK_PATIENCE) -> Iterator[None]:
    """Let one process at a time send from a database; the system lets go for one that died.

    So whoever holds it knows that copies found half-way were left by a dead run.

    Raises:
        DeliveryError: Another process is sending for longer than we wait.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    until, has_said_so = time.monotonic() + patience, False
    with database.with_name(f"{database.name}.sending").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if time.monotonic() > until:
                    message = f"another process is sending from {database}; let it finish"
                    raise DeliveryError(message) from error
                if not has_said_so:
                    log.warning("waiting for another process that is sending from %s", database)
                    has_said_so = True
                time.sleep(0.2)
        yield


def _send(
    settings: Settings,
    run: Run,
    on_start: Callable[[int], None],
    on_done: Callable[[Delivery], None],
) -> Receipt:
    """Send what is due of one issue, and tell how it stands afterwards."""
    issue_id = run.issue.issue_id
    _settle_uncertain(settings, run)
    before = run.ledger.write(lambda c: copies.count_states(c, issue_id))
    on_start(before["queued"])
    sent = run.send(before["queued"], on_done)
    rows = run.ledger.write(
        partial(copies.list_deliveries, issue_id=issue_id, states=("queued", "dead", "uncertain"))
    )
    troubles: dict[str, list[Trouble]] = {"queued": [], "dead": [], "uncertain": []}
    for row in rows:
        troubles[row.state].append(Trouble(row.key, row.masked, row.words or "", row.next_try_at))
    return Receipt(
        issue_id=issue_id,
        sent=sent,
        already=before["sent"],
        queued_for_later=tuple(troubles["queued"]),
        dead=tuple(troubles["dead"]),
        uncertain=tuple(troubles["uncertain"]),
        stopped=run.stopped if troubles["queued"] else None,
    )


def _settle_uncertain(settings: Settings, run: Run) -> None:
    """Do with copies of unknown fate what `on_uncertain` says."""
    policy = settings.delivery.on_uncertain
    if policy == "hold":
        return
    uncertain = run.ledger.write(
        partial(copies.list_deliveries, issue_id=run.issue.issue_id, states=("uncertain",))
    )
    if policy == "lookup" and uncertain:
        decided = _looked_up(settings, uncertain, run.clock())
    else:
        decided = [
            (delivery, "queued", "its fate is unknown; sent again") for delivery in uncertain
        ]
    for delivery, state, why in decided:
        run.ledger.write(
            partial(outbox.resolve, delivery=delivery, state=state, why=why, now=run.clock())
        )


def _looked_up(
    settings: Settings, uncertain: list[Delivery], now: datetime
) -> list[tuple[Delivery, str, str]]:
    """Return what the archive says of each copy that is old enough to have reached it."""
    try:
        found = find_archived(settings, [d.message_id for d in uncertain if d.message_id])
    except DeliveryError as error:
        log.warning("what is uncertain stays so: %s", error)
        return []
    arrived = [(d, "sent", "found in the archive") for d in uncertain if d.message_id in found]
    missing = [d for d in uncertain if d.message_id not in found]
    return arrived + [
        (d, "queued", "not in the archive; sent again")
        for d in missing
        if d.changed_at <= now - LOOKUP_AFTER
    ]


def _checked_server(settings: Settings) -> Server:
    delivery = settings.delivery
    if delivery.unsubscribe_url and "{token}" not in delivery.unsubscribe_url:
        message = "[delivery] unsubscribe_url: has no {token} for the reader's own link"
        raise ConfigError(message)
    if delivery.unsubscribe_url and not settings.secret:
        message = (
            "[delivery] unsubscribe_url: its links are signed; set PERIGEE_SECRET to a long "
            "random text"
        )
        raise ConfigError(message)
    return smtp_server(settings)
