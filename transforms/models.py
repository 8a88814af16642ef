"""Build the week's derived tables, in order: one SQL file (or pure function) a table."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import duckdb

from transforms.errors import ModelError

SQL = files("transforms") / "sql"


def dicts_of(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return what is left of a result, a dict a row."""
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert `rows` column by column: far faster than row by row."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    values = ", ".join("unnest(?)" for _ in columns)
    connection.execute(f"INSERT INTO {table} SELECT {values}", columns)


def build_model(
    connection: duckdb.DuckDBPyConnection, name: str, parameters: dict[str, Any]
) -> int:
    """Create or replace table `name` from `transforms/sql/<name>.sql` and return its row count.

    The file is one bare SELECT, so that it can be pasted into the DuckDB shell and tested with
    CSVs. It takes from `parameters` what it names (`$week_start`, ...) and nothing else.

    Raises:
        ModelError: DuckDB refused it, or a parameter is missing.
    """
    select = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    try:
        wanted = duckdb.extract_statements(select)[0].named_parameters
        values = {key: parameters[key] for key in wanted}
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS\n{select}", values)
        row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608 our own file's stem
    except (duckdb.Error, KeyError) as error:
        message = f"model {name!r} could not be built: {error}"
        raise ModelError(message) from error
    return int(row[0]) if row else 0
