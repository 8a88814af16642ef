"""Who gets the letter: adding, confirming, leaving, bouncing. Each address once per edition."""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import TextIO

import duckdb
from email_validator import EmailNotValidError, validate_email

from transforms.errors import PerigeeError

EDITION = "weekly"
STATUSES = ("pending", "confirmed", "unsubscribed", "bounced")
FIELDS = ("address", "name", "edition", "status", "status_at", "how", "added_at")

SOFT_BOUNCES = 3
# A mailbox that was full in spring and again in autumn is not a dead one.
BOUNCES_COUNT_FOR = timedelta(days=60)
# No such user, no such domain, bad syntax, moved without forwarding, null MX, disabled (RFC 3463
# and 7505).
_HARD = re.compile(r"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
_ADDRESS = re.compile(r"[^\s<>\"'(),:;=]+@[\w.-]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class AddressError(PerigeeError):
    """An address is none, or cannot be written to."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A row of table `recipients`.

    Attributes:
        reader_id: Opaque; stands in unsubscribe links instead of the address.
        address: ASCII; an international domain in its IDNA form.
        status: One of `STATUSES`; only `confirmed` readers get letters.
        how: What made it so.
    """

    reader_id: str
    edition: str
    address: str
    name: str | None
    status: str
    status_at: datetime
    how: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What a CSV brought: `added + known + len(refused)` is the number of its rows.

    Attributes:
        refused: Line number and why, per row that was not taken.
    """

    added: int
    known: int
    refused: tuple[tuple[int, str], ...]


def create_delivery_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of delivery that are not there yet."""
    schema = files("transforms") / "sql" / "delivery_schema.sql"
    connection.execute(schema.read_text(encoding="utf-8"))


def checked_address(text: str) -> str:
    """Return the ASCII form of an address that a letter can be sent to.

    The domain is lower-cased and IDNA-encoded; the part before the @ stays as it is spelled.

    Raises:
        AddressError: It is no address, or its local part needs SMTPUTF8, which much of the
            world's mail does not carry.

    >>> checked_address("Jo@BÜCHER.example")
    'Jo@xn--bcher-kva.example'
    """
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=True
        )
    except EmailNotValidError as error:
        message = f"{mask(text.strip())} is no address: {error}"
        raise AddressError(message) from error
    if found.ascii_email is None:
        message = f"{mask(text)}: letters before the @ must be ASCII; ask for another address"
        raise AddressError(message)
    return found.ascii_email


def mask(address: str) -> str:
    """Return an address as it may be shown: enough to recognise, too little to write to.

    >>> mask("reader@example.org")
    'r…r@example.org'
    """
    local, at, domain = _UNPRINTABLE.sub("", address).rpartition("@")
    if not at:
        return "…"
    # Of a short one even two letters would be all of it.
    shown = f"{local[0]}…{local[-1]}" if len(local) > 3 else f"{local[:1]}…"  # noqa: PLR2004
    return f"{shown}@{domain}"


def mask_all(text: str) -> str:
    """Return a text with every address in it masked; servers like to repeat them."""
    return _ADDRESS.sub(lambda found: mask(found[0]), text)


def reader_id(address: str, edition: str) -> str:
    """Return the id of a reader: the same for every spelling of upper and lower case."""
    return hashlib.sha256(f"{edition}|{address.casefold()}".encode()).hexdigest()[:24]


def add_reader(  # noqa: PLR0913 a row's parts by keyword
    connection: duckdb.DuckDBPyConnection,
    address: str,
    now: datetime,
    *,
    name: str | None = None,
    edition: str = EDITION,
    status: str = "confirmed",
    how: str = "added by hand",
    takes_back: bool = True,
) -> bool:
    """Add a reader; return whether anything changed.

    One who is there stays as is, but for a step that somebody takes: a pending one may be asked
    again or confirmed, a confirmed one may leave.

    Args:
        connection: The database.
        address: As a person types it.
        now: The present.
        name: Stands before the address in `To`.
        edition: Which series of issues.
        status: One of `STATUSES`.
        how: What makes it so.
        takes_back: Whether one who had left or bounced is a reader again. Only where that very
            reader is meant: an old list must not bring back those who left since.

    Raises:
        AddressError: See `checked_address`; or the name holds control characters.
    """
    checked, plain_name = checked_address(address), (name or "").strip() or None
    if plain_name and _UNPRINTABLE.search(plain_name):
        message = f"{mask(checked)}: the name holds control characters; take them out"
        raise AddressError(message)
    changed = connection.execute(
        """
        INSERT INTO recipients
            (reader_id, edition, address, name, status, status_at, how, added_at)
        VALUES ($reader_id, $edition, $address, $name, $status, $now, $how, $now)
        ON CONFLICT (reader_id) DO UPDATE SET
            name = coalesce(excluded.name, name), status = excluded.status,
            status_at = excluded.status_at, how = excluded.how, bounces = 0, asked_at = NULL
        WHERE CASE
            WHEN recipients.status IN ('unsubscribed', 'bounced')
                THEN $takes_back AND excluded.status IN ('pending', 'confirmed')
            WHEN recipients.status = 'pending' THEN $takes_back OR excluded.status != 'pending'
            ELSE excluded.status IN ('unsubscribed', 'bounced')
        END
        RETURNING 1
        """,
        {
            "reader_id": reader_id(checked, edition),
            "edition": edition,
            "address": checked,
            "name": plain_name,
            "status": status,
            "now": now,
            "how": how,
            "takes_back": takes_back,
        },
    ).fetchall()
    return bool(changed)


def remove_reader(
    connection: duckdb.DuckDBPyConnection, address: str, now: datetime, *, edition: str = EDITION
) -> bool:
    """Erase a reader and the address wherever it stands; return whether there was one.

    What was delivered stays on record under the masked address; what waits is not sent.
    """
    try:
        address = checked_address(address)
    except AddressError:
        address = address.strip()
    identity = {"reader_id": reader_id(address, edition)}
    gone = connection.execute(
        "DELETE FROM recipients WHERE reader_id = $reader_id RETURNING address", identity
    ).fetchall()
    connection.execute(
        """
        UPDATE deliveries SET
            address = $masked, name = NULL,
            words = CASE WHEN state = 'queued' THEN 'removed before it was sent' ELSE words END,
            changed_at = CASE WHEN state = 'queued' THEN $now ELSE changed_at END,
            state = CASE WHEN state = 'queued' THEN 'dead' ELSE state END
        WHERE reader_id = $reader_id
        """,
        identity | {"masked": mask(gone[0][0] if gone else address), "now": now},
    )
    return bool(gone)


def set_status(
    connection: duckdb.DuckDBPyConnection, reader: str, status: str, how: str, now: datetime
) -> Reader | None:
    """Note how a reader stands; return the row, or None where there is no such reader."""
    connection.execute(
        """
        UPDATE recipients SET status = $status, status_at = $now, how = $how
        WHERE reader_id = $reader AND status != $status
        """,
        {"reader": reader, "status": status, "how": how, "now": now},
    )
    return find_reader(connection, reader)


def confirm_reader(
    connection: duckdb.DuckDBPyConnection, reader: str, how: str, now: datetime
) -> Reader | None:
    """Confirm a pending reader; one who has left since stays away."""
    found = find_reader(connection, reader)
    if found is None or found.status != "pending":
        return found
    return set_status(connection, reader, "confirmed", how, now)


def note_bounce(
    connection: duckdb.DuckDBPyConnection, reader: str, words: str, now: datetime
) -> Reader | None:
    """Note that a reader's server refused a letter for good.

    An address that does not exist ends it at once; other refusals at the third within 60 days.

    Args:
        connection: The database.
        reader: A reader's id.
        words: The server's, with its status code (RFC 3463).
        now: The present.
    """
    is_hard = bool(_HARD.search(words))
    connection.execute(
        """
        UPDATE recipients SET
            bounces = CASE WHEN bounced_at > $since THEN bounces ELSE 0 END + 1, bounced_at = $now
        WHERE reader_id = $reader AND status = 'confirmed'
        """,
        {"reader": reader, "now": now, "since": now - BOUNCES_COUNT_FOR},
    )
    connection.execute(
        """
        UPDATE recipients SET status = 'bounced', status_at = $now, how = $words
        WHERE reader_id = $reader AND status = 'confirmed' AND ($is_hard OR bounces >= $soft)
        """,
        {"reader": reader, "now": now, "words": words, "is_hard": is_hard, "soft": SOFT_BOUNCES},
    )
    return find_reader(connection, reader)


def find_reader(connection: duckdb.DuckDBPyConnection, reader: str) -> Reader | None:
    """Return the reader with that id."""
    rows = _readers(connection, "reader_id = $reader", {"reader": reader})
    return next(iter(rows), None)


def find_by_address(connection: duckdb.DuckDBPyConnection, address: str) -> list[Reader]:
    """Return the readers with that address, one per edition."""
    return _readers(
        connection, "lower(address) = $address", {"address": address.strip().casefold()}
    )


def list_readers(
    connection: duckdb.DuckDBPyConnection,
    *,
    edition: str | None = None,
    status: str | None = None,
) -> list[Reader]:
    """Return the readers, by edition and address."""
    return _readers(
        connection,
        "($edition IS NULL OR edition = $edition) AND ($status IS NULL OR status = $status)",
        {"edition": edition, "status": status},
    )


def _readers(
    connection: duckdb.DuckDBPyConnection, condition: str, values: dict[str, str | None]
) -> list[Reader]:
    rows = connection.execute(
        "SELECT reader_id, edition, address, name, status, status_at, how, added_at "  # noqa: S608
        f"FROM recipients WHERE {condition} ORDER BY edition, lower(address)",
        values,
    ).fetchall()
    return [Reader(*row) for row in rows]


def import_readers(
    connection: duckdb.DuckDBPyConnection,
    file: TextIO,
    now: datetime,
    *,
    edition: str = EDITION,
    status: str = "confirmed",
    how: str = "imported",
) -> Imported:
    """Add the readers of a CSV; a broken row is told and left out.

    With a header it may have the columns `address` (or `email`), `name`, `edition` and `status`;
    without one, the first column is the address and the second the name. A row that says
    `unsubscribed` or `bounced` is kept as such, so that an export can be read back; who has left
    here stays away whatever the file says.
    """
    added, known, refused = 0, 0, []
    for line, row in _csv_rows(file):
        wanted = row.get("status") or status
        if wanted not in STATUSES:
            refused.append((line, f"status {wanted!r} is unknown; take {', '.join(STATUSES)}"))
            continue
        try:
            is_new = add_reader(
                connection,
                row.get("address", ""),
                now,
                name=row.get("name"),
                edition=row.get("edition") or edition,
                status=wanted,
                how=how,
                takes_back=False,
            )
        except AddressError as error:
            refused.append((line, str(error)))
        else:
            added, known = added + is_new, known + (not is_new)
    return Imported(added, known, tuple(refused))


def _csv_rows(file: TextIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row; blank lines are skipped."""
    reader = csv.reader(file)
    columns: list[str] = ["address", "name"]
    for number, raw in enumerate(reader):
        cells = [cell.strip("\ufeff \t") for cell in raw]
        if not any(cells):
            continue
        if number == 0 and "@" not in "".join(cells):
            named = [cell.casefold() for cell in cells]
            columns = ["address" if name in ("email", "e-mail") else name for name in named]
            continue
        yield reader.line_num, dict(zip(columns, cells, strict=False))


def export_readers(readers: Iterable[Reader], file: TextIO) -> None:
    """Write readers as CSV; `import_readers` reads it back."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FIELDS)
    for reader in readers:
        values = (getattr(reader, field) for field in FIELDS)
        writer.writerow(_cell(value) for value in values)


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value or "")
