"""Commit the steps of several threads together: the database is opened once for all that wait."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from flows.database import PATIENCE, open_database

Result = TypeVar("Result")

# Between two commits other processes get a chance; meanwhile more steps gather for the next one.
GAP = 0.01  # seconds


class Ledger:
    """The database, held only for as long as a step takes.

    A step is on disk when `write` returns. Opening the file costs more than most steps, so the
    first thread in takes along what the others have brought by then.
    """

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Write to the DuckDB file at `path`, waiting so many seconds for other processes."""
        self._path = path
        self._patience = patience
        self._door = threading.Lock()
        self._desk = threading.Lock()
        self._free_at = 0.0
        self._waiting: list[tuple[Callable[[duckdb.DuckDBPyConnection], Any], Future[Any]]] = []

    def write(self, step: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        """Run `step` in a transaction and return its result once that is committed."""
        future: Future[Result] = Future()
        with self._desk:
            self._waiting.append((step, future))
        with self._door:
            # Who finds its own step done goes: the others' steps gather for the next in line.
            if not future.done():
                time.sleep(max(0.0, self._free_at - time.monotonic()))
                with self._desk:
                    batch, self._waiting = self._waiting, []
                self._commit(batch)
                self._free_at = time.monotonic() + GAP
        return future.result()

    def _commit(
        self, batch: list[tuple[Callable[[duckdb.DuckDBPyConnection], Any], Future[Any]]]
    ) -> None:
        try:
            with open_database(self._path, patience=self._patience) as connection:
                connection.execute("BEGIN")
                results = [step(connection) for step, _ in batch]
                connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 handed to every thread that waits
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
