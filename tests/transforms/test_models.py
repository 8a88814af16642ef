"""Every SQL model, by example: `tests/models/<model>/<case>/` holds tables and what they give.

Each `<table>.csv` of a case is a table that the model reads, `durable.<table>.csv` a kept
one; `expect.csv` holds the columns of the result that matter, in any order of rows;
`params.json` its parameters, if it takes any. An empty field is NULL. Lists are written like
`[one, two]`.
"""

import csv
import json
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from transforms.models import build_model

MODELS = Path(__file__).resolve().parent.parent / "models"
SCHEMAS = ("week_schema.sql", "vocabulary_schema.sql")


def cases():
    """Yield a parameter per case, named after its folders."""
    for folder in sorted(MODELS.glob("*/*/")):
        yield pytest.param(folder, id=f"{folder.parent.name}: {folder.name.replace('-', ' ')}")


def a_workspace():
    """Return a database with the workspace's tables and, in schema `durable`, the kept ones."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA durable; USE durable")
    connection.execute((files("transforms") / "sql" / "schema.sql").read_text("utf-8"))
    connection.execute("USE main")
    for schema in SCHEMAS:
        connection.execute((files("transforms") / "sql" / schema).read_text("utf-8"))
    return connection


def columns_of(connection, table):
    """Return the columns of a table of the workspace, `{name: type}`; empty for a model's own."""
    rows = connection.execute(
        """
        SELECT column_name, data_type FROM duckdb_columns()
        WHERE (schema_name || '.' || table_name) IN ($table, 'main.' || $table)
        """,
        {"table": table},
    ).fetchall()
    return dict(rows)


def load_table(connection, path):
    """Make the table that `path` holds; one of the workspace keeps its types and columns."""
    known = columns_of(connection, path.stem)
    read = f"read_csv('{path}', header = true, nullstr = '', all_varchar = {bool(known)}"
    if not known:
        # An id is text, even where all ids of a case look like numbers or like "t" and "f".
        header = path.read_text("utf-8").partition("\n")[0].split(",")
        ids = {name: "VARCHAR" for name in header if name.endswith("_id")}
        connection.execute(f"CREATE TABLE {path.stem} AS FROM {read}, types = {ids})").fetchall()
        return
    # Without its constraints: a case spells out only the columns that matter to it.
    columns = ", ".join(f"{name} {kind}" for name, kind in known.items())
    connection.execute(f"CREATE OR REPLACE TABLE {path.stem} ({columns})").fetchall()
    connection.execute(f"INSERT INTO {path.stem} BY NAME FROM {read})").fetchall()


def parameters_of(folder):
    """Return the parameters of a case: moments in ISO 8601 with their zone, spans in hours."""
    path = folder / "params.json"
    given = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: parameter_of(name, value) for name, value in given.items()}


def parameter_of(name, value):
    if name.endswith(("_start", "_end")):
        return datetime.fromisoformat(value)
    return timedelta(hours=value) if name.endswith("_within") else value


@pytest.mark.parametrize("folder", list(cases()))
def test_model_gives_what_its_case_expects(folder):
    connection = a_workspace()
    for path in sorted(folder.glob("*.csv")):
        if path.name != "expect.csv":
            load_table(connection, path)
    with (folder / "expect.csv").open(encoding="utf-8", newline="") as lines:
        names, *expected = csv.reader(lines)

    build_model(connection, folder.parent.name, parameters_of(folder))

    chosen = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in names)
    rows = connection.execute(f"SELECT {chosen} FROM {folder.parent.name}").fetchall()
    assert sorted(map(list, rows)) == sorted(expected)


@pytest.mark.parametrize("dek", ["'one'", "article_id"], ids=["same standfirst", "its own"])
def test_a_feed_that_repeats_one_headline_thousands_of_times_costs_no_time_or_memory(dek):
    connection = a_workspace()
    connection.execute("SET memory_limit = '512MB'; SET threads = 2")
    connection.execute(
        f"""
        INSERT INTO articles BY NAME
        SELECT
            'a' || lpad(i::VARCHAR, 6, '0') AS article_id, 'one' AS feed_id, 'One' AS publisher,
            'press' AS kind, 1 AS weight, 'one guid' AS guid, 'https://one.example/' || i AS url,
            'The same report again' AS title, 'the same report again' AS title_key,
            {dek} AS dek, '' AS text, [] AS related_topics,
            FALSE AS has_picture, TRUE AS is_this_week,
            TIMESTAMPTZ '2026-11-17 00:00:00Z' + INTERVAL (i) SECOND AS told_at
        FROM range(20_000) AS numbers (i)
        """
    )
    connection.execute(
        "CREATE TABLE relevance AS SELECT article_id, TRUE AS is_relevant FROM articles"
    )
    connection.execute(
        "CREATE TABLE near_duplicates (article_id VARCHAR, other_id VARCHAR, jaccard DOUBLE);"
        "CREATE TABLE foreign_articles (article_id VARCHAR)"
    )

    repeats = build_model(
        connection, "duplicates", {"same_title_within": timedelta(days=3), "most_versions": 20}
    )

    assert repeats == (19_999 if dek == "'one'" else 0)
