"""Carry the due copies of one issue to the server, over a few connections side by side."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from queue import SimpleQueue

import duckdb

from flows import outbox
from flows.copies import Delivery, StoredIssue
from flows.delivery import Answer, Connection, Server, UnreachableError
from flows.ledger import Ledger
from flows.letters import unpack_letter
from flows.recipients import checked_address, mask_all, note_bounce
from flows.settings import Settings
from flows.signing import signer_of
from flows.telling import issue_settings
from flows.tokens import leaving_token
from reports.links import sender_address
from reports.message import compose_message, message_bytes, message_id
from reports.records import Letter, Recipient
from transforms.errors import DeliveryError

log = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 10
# So many refusals of the message itself in a row: it is the letter, not the readers.
REFUSALS_THAT_STOP = 10


class Writer:
    """Composes each reader's message; equal copies give equal bytes."""

    def __init__(self, settings: Settings) -> None:
        """Read what stands in every message.

        Raises:
            ConfigError: The key to sign with, or the sender, is wrong.
        """
        delivery = settings.delivery
        self._settings = issue_settings(settings)
        self._secret = settings.secret
        self.sign = signer_of(settings)
        # The envelope's sender: bounces go to it.
        self.sender = checked_address(delivery.bounce_address or sender_address(delivery.sender))

    def write(
        self, letter: Letter, reader: str, address: str, name: str | None, dated_at: datetime
    ) -> tuple[str, bytes]:
        """Return Message-ID and message of one reader's copy.

        Raises:
            DeliveryError: Name or address cannot stand in a header.
        """
        token = leaving_token(self._secret, reader) if self._secret else ""
        recipient = Recipient(address, name, token)
        message = compose_message(letter, recipient, self._settings, dated_at)
        identity = message_id(letter, recipient, self._settings)
        return identity, self.sign(message_bytes(message))


class Run:
    """One run over the due copies of one issue: what its couriers share.

    Attributes:
        run_id: Stands at each copy that this run has in hand.
        stopped: Why it ended early.
    """

    def __init__(
        self,
        settings: Settings,
        server: Server,
        ledger: Ledger,
        issue: StoredIssue,
        now: datetime,
        fault: Callable[[str], None],
    ) -> None:
        """Prepare to send `issue`; see `flows.mailing.deliver_issue`."""
        delivery = settings.delivery
        self.server = server
        self.ledger = ledger
        self.issue = issue
        self.fault = fault
        self.run_id = secrets.token_hex(8)
        self.writer = Writer(settings)
        self.forms = [unpack_letter(form) for form in (issue.letter, issue.smaller) if form]
        self.retries_uncertain = delivery.on_uncertain == "retry"
        self.deadline = timedelta(hours=delivery.deadline)
        self.pace = Pace(delivery.max_per_minute)
        self.stop = threading.Event()
        self.stopped: str | None = None
        self.done: SimpleQueue[Delivery | None] = SimpleQueue()
        self.error: BaseException | None = None
        self._connections = delivery.connections
        self._refused_in_a_row = 0
        self._start, self._started = now, time.monotonic()

    def clock(self) -> datetime:
        """Return the present, counted from the moment the caller gave."""
        return self._start + timedelta(seconds=time.monotonic() - self._started)

    def send(self, due: int, on_done: Callable[[Delivery], None]) -> tuple[str, ...]:
        """Send until nothing is due; return the masked addresses whose copy was taken.

        Raises:
            PerigeeError: What ended a courier, unless it was only its connection.
        """
        sent: list[str] = []
        couriers = [
            threading.Thread(target=_Courier(self).work, name=f"courier-{n}")
            for n in range(min(self._connections, due))
        ]
        try:
            for courier in couriers:
                courier.start()
            for _ in couriers:
                while delivery := self.done.get():
                    if delivery.state == "sent":
                        sent.append(delivery.masked)
                    on_done(delivery)
        finally:
            # Also where the caller is interrupted: what is in DATA is seen through to its answer.
            self.stop.set()
            for courier in couriers:
                if courier.ident:
                    courier.join()
            self.ledger.write(lambda c: outbox.release(c, self.run_id, self.clock()))
        if self.error:
            raise self.error
        return tuple(sent)

    def watch(self, answer: Answer) -> None:
        """Stop before every reader is given up for the letter's fault."""
        if answer.result == "sent":
            self._refused_in_a_row = 0
        elif answer.result in ("dead", "too_large") and not answer.is_about_reader:
            self._refused_in_a_row += 1
        if self._refused_in_a_row >= REFUSALS_THAT_STOP:
            self.stopped = f"the server refuses the letter itself: {answer.words}"
            self.stop.set()


class _Courier:
    """One connection's work, in a thread of its own."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._connection: Connection | None = None

    def work(self) -> None:
        """Send until nothing is due, the run stops, or no connection can be had."""
        run = self._run
        try:
            while not run.stop.is_set() and (batch := self._claim()):
                run.fault("sending")
                self._carry(batch)
        except UnreachableError as error:
            # The other couriers may have more luck: a server may allow fewer connections.
            run.stopped = str(error)
        except BaseException as error:  # noqa: BLE001 raised again in the caller's thread
            run.error = error
            run.stop.set()
        finally:
            self._hang_up()
            run.done.put(None)

    def _claim(self) -> list[Delivery]:
        run = self._run

        def step(connection: duckdb.DuckDBPyConnection) -> list[Delivery]:
            now, issue_id = run.clock(), run.issue.issue_id
            outbox.drop_hopeless(connection, issue_id, now, run.deadline)
            return outbox.claim(connection, issue_id, run.run_id, now, CLAIMED_AT_ONCE)

        return run.ledger.write(step)

    def _carry(self, batch: list[Delivery]) -> None:
        """Send a batch; whatever is not begun goes back into the queue."""
        waiting = list(batch)
        try:
            while waiting:
                self._run.pace.wait(self._run.stop)
                if self._run.stop.is_set():
                    return
                connection = self._connected()
                delivery = waiting.pop(0)
                answer = self._hand_over(connection, delivery)
                if answer.is_lost:
                    self._hang_up()
                self._conclude(delivery, answer)
        finally:
            if waiting:
                self._put_back(waiting)

    def _connected(self) -> Connection:
        if self._connection and self._connection.is_worn:
            self._hang_up()
        self._connection = self._connection or Connection(self._run.server)
        return self._connection

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _put_back(self, batch: list[Delivery]) -> None:
        run, readers = self._run, [delivery.reader_id for delivery in batch]
        run.ledger.write(lambda c: outbox.release(c, run.run_id, run.clock(), readers))

    def _hand_over(self, connection: Connection, delivery: Delivery) -> Answer:
        """Offer the letter, and where it is too large the smaller one."""
        run = self._run

        def may_leave() -> bool:
            now = run.clock()
            may = run.ledger.write(
                lambda c: outbox.enter_data(c, delivery, identity, run.run_id, now)
            )
            run.fault("data")
            return may

        answer = Answer("dead", None, "there is no letter")
        for letter in run.forms:
            try:
                identity, message = run.writer.write(
                    letter,
                    delivery.reader_id,
                    delivery.address,
                    delivery.name,
                    run.issue.dated_at,
                )
            except DeliveryError as error:
                return Answer("dead", None, mask_all(str(error)), is_about_reader=True)
            answer = connection.hand_over(message, run.writer.sender, delivery.address, may_leave)
            if answer.result != "too_large" or answer.is_lost:
                break
        return answer

    def _conclude(self, delivery: Delivery, answer: Answer) -> None:
        """Commit how an attempt ended, and tell."""
        run = self._run
        run.fault("answered")
        if answer.result == "stopped":
            self._put_back([delivery])
            return
        now, state = run.clock(), _state_after(answer, retries_uncertain=run.retries_uncertain)
        # A connection that broke is tried once more at once; who says 4xx wants to wait.
        is_at_once = state == "queued" and answer.is_lost and not delivery.attempts
        wait = timedelta(0) if is_at_once else outbox.back_off(delivery.attempts + 1)

        def step(connection: duckdb.DuckDBPyConnection) -> None:
            outbox.finish(
                connection,
                delivery,
                run.run_id,
                now,
                state=state,
                code=answer.code,
                words=answer.words,
                next_try_at=now + wait,
            )
            if state == "dead" and answer.is_about_reader:
                note_bounce(connection, delivery.reader_id, answer.words, now)

        run.ledger.write(step)
        run.fault("done")
        run.watch(answer)
        log.info("mail %s %s: %s %s", delivery.key, delivery.masked, state, answer.words)
        run.done.put(replace(delivery, state=state, code=answer.code, words=answer.words))


def _state_after(answer: Answer, *, retries_uncertain: bool) -> str:
    if answer.result == "sent":
        return "sent"
    if answer.result == "later" or (answer.result == "uncertain" and retries_uncertain):
        return "queued"
    return "uncertain" if answer.result == "uncertain" else "dead"


class Pace:
    """Spaces messages evenly, whichever connection carries them."""

    def __init__(self, per_minute: int | None) -> None:
        """Let at most so many through in a minute; all, where no number is given."""
        self._gap = 60 / per_minute if per_minute else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, stop: threading.Event) -> None:
        """Wait for this message's turn, or until the run stops."""
        if not self._gap:
            return
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        stop.wait(turn - time.monotonic())
