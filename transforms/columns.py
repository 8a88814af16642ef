"""Rows as parallel lists: how many values enter DuckDB in one statement."""

from collections.abc import Sequence
from typing import Any


def unnested(columns: dict[str, str]) -> str:
    """Return the select list that makes rows of parallel lists, each a `$name` parameter."""
    return ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in columns.items())


def columns_of(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    """Return `rows` as parallel lists, for `unnested`."""
    return {name: [row[name] for row in rows] for name in names}
