"""Open the DuckDB file: one process at a time, the others wait and say so."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from flows.recipients import create_delivery_tables
from transforms.desk import create_desk_table
from transforms.errors import ConfigError, DatabaseBusyError
from transforms.store import create_tables

Opened = TypeVar("Opened")

log = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds
# Nothing is downloaded behind anybody's back.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@contextmanager
def open_database(
    path: Path, *, is_read_only: bool = False, patience: float = PATIENCE
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to `path` with its tables in place, and close it.

    DuckDB lets one process in. Keep the block short: what others wait for is its end.

    Args:
        path: The file; made where it does not exist.
        is_read_only: For looking only; the file must exist.
        patience: Seconds to wait for another process.

    Raises:
        DatabaseBusyError: Another process kept it for longer than that.
        ConfigError: It cannot be opened at all.
    """
    if not is_read_only:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(path, is_read_only=is_read_only, patience=patience)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        if not is_read_only:
            create_tables(connection)
            create_delivery_tables(connection)
            create_desk_table(connection)
        yield connection
    finally:
        connection.close()


def memory_database() -> duckdb.DuckDBPyConnection:
    """Return a fresh database in memory."""
    connection = duckdb.connect(":memory:", config=OFFLINE)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def attach_read_only(
    connection: duckdb.DuckDBPyConnection, path: Path, patience: float = PATIENCE
) -> Iterator[None]:
    """Attach the file as schema `durable`, for looking only, and let it go after the block.

    Raises:
        DatabaseBusyError: Another process kept it for too long.
        ConfigError: There is no such file: nothing was ever ingested.
    """
    if not path.is_file():
        message = f"there is no database {str(path)!r} yet; run `perigee ingest` first"
        raise ConfigError(message)
    name = str(path).replace("'", "''")
    _patiently(
        path, patience, lambda: connection.execute(f"ATTACH '{name}' AS durable (READ_ONLY)")
    )
    try:
        yield
    finally:
        connection.execute("DETACH durable")


def _connect(path: Path, *, is_read_only: bool, patience: float) -> duckdb.DuckDBPyConnection:
    return _patiently(
        path,
        patience,
        lambda: duckdb.connect(str(path), read_only=is_read_only, config=OFFLINE),
    )


def _patiently(path: Path, patience: float, attempt: Callable[[], Opened]) -> Opened:
    """Return what `attempt` does, once no other process holds the file."""
    deadline = time.monotonic() + patience
    wait, has_said_so = 0.05, False
    while True:
        try:
            return attempt()
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                message = f"database {str(path)!r} cannot be opened: {error}"
                raise ConfigError(message) from error
            if time.monotonic() > deadline:
                message = (
                    f"database {str(path)!r} was held by another process for {patience:g} s; "
                    f"see which one, or try again later: {error}"
                )
                raise DatabaseBusyError(message) from error
            if not has_said_so:
                log.warning("waiting for the database, another process holds it: %s", path)
                has_said_so = True
            time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 no secret
            wait = min(wait * 1.5, 1.0)
