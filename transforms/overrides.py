"""An editor's decisions about stories, from `config/overrides.toml`: they hold through everything.

They name articles by address (or id), not by story, so that they outlive a re-clustering and a
rebuilt database.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from transforms.errors import ConfigError
from transforms.urls import canonical_or

FILE = "config/overrides.toml"
KEYS = {
    "join": ("articles", "who", "why"),
    "split": ("articles", "who", "why"),
    "drop": ("article", "who", "why"),
    "retag": ("article", "add", "remove", "who", "why"),
}
LEAST_ARTICLES = 2


@dataclass(frozen=True, slots=True)
class Override:
    """One decision.

    Attributes:
        kind: `join`, `split`, `drop` or `retag`.
        articles: Addresses (canonical) or ids.
        who: Who decided.
        why: The reason, in words.
        add: Tags that the article's story gets.
        remove: Tags that it loses.
    """

    kind: str
    articles: tuple[str, ...]
    who: str
    why: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


Overrides = tuple[Override, ...]


def parse_overrides(data: dict[str, Any], tags: Iterable[str]) -> Overrides:
    """Return the decisions in `data`, the decoded `config/overrides.toml`.

    Args:
        data: Its tables; an empty one has none.
        tags: The ids of the vocabulary.

    Raises:
        ConfigError: A key is unknown or missing, or a tag is; names file and place.
    """
    known = set(tags)
    _refuse_unknown(data, KEYS, "the file")
    found = []
    for kind, keys in KEYS.items():
        for number, table in enumerate(data.get(kind, []), 1):
            place = f"[[{kind}]] #{number}"
            _refuse_unknown(table, keys, place)
            found.append(_parse_one(kind, table, place, known))
    return tuple(found)


def _parse_one(kind: str, table: dict[str, Any], place: str, known: set[str]) -> Override:
    given = table.get("articles") if "articles" in KEYS[kind] else [table.get("article")]
    least = LEAST_ARTICLES if kind in ("join", "split") else 1
    if not isinstance(given, list) or len(given) < least or not all(_is_text(a) for a in given):
        what = "'articles': two addresses or more" if least > 1 else "'article': one address"
        raise _error(place, f"needs {what}")
    for key in ("who", "why"):
        if not _is_text(table.get(key)):
            raise _error(place, f"has no {key!r}; say it, for whoever reads this in a year")
    changes = {key: tuple(table.get(key, ())) for key in ("add", "remove")}
    for tag in (*changes["add"], *changes["remove"]):
        if tag not in known:
            near = difflib.get_close_matches(str(tag), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise _error(place, f"names the unknown tag {tag!r}{hint}")
    articles = tuple(_key(article) for article in given)
    return Override(kind, articles, table["who"], table["why"], changes["add"], changes["remove"])


def pairs_of(
    connection: duckdb.DuckDBPyConnection, overrides: Overrides, kind: str
) -> list[tuple[str, str]]:
    """Return the pairs of article ids that `kind` (`join` or `split`) is about.

    A repeat stands for the copy that was kept; articles of other weeks are passed over.
    """
    pairs = []
    for override in overrides:
        if override.kind != kind:
            continue
        ids = [i for key in override.articles if (i := _kept_id(connection, key))]
        first, *others = ids or [""]
        if kind == "join":
            pairs += [(first, other) for other in others if other != first]
        else:
            pairs += [(a, b) for at, a in enumerate(ids) for b in ids[at + 1 :] if a != b]
    return pairs


def drop_articles(connection: duckdb.DuckDBPyConnection, overrides: Overrides) -> None:
    """Take the dropped articles out of table `relevance`."""
    for override in overrides:
        if override.kind == "drop":
            connection.execute(
                """
                UPDATE relevance SET is_relevant = FALSE, reason = $reason
                WHERE article_id IN (
                    SELECT article_id FROM articles
                    WHERE article_id = $key OR canonical_url = $key
                )
                """,
                {"key": override.articles[0], "reason": _said("dropped", override)},
            )


def retag_stories(connection: duckdb.DuckDBPyConnection, overrides: Overrides) -> None:
    """Add and remove tags in table `story_tags`; the reason stands where a phrase would."""
    for override in overrides:
        if override.kind != "retag":
            continue
        kept = _kept_id(connection, override.articles[0])
        row = connection.execute(
            "SELECT story_id FROM memberships WHERE article_id = ?", [kept]
        ).fetchone()
        if row is None:
            continue
        _remove_tags(connection, row[0], (*override.remove, *override.add))
        for tag in override.add:
            connection.execute(
                "INSERT INTO story_tags BY NAME "
                "SELECT $story AS story_id, $tag AS tag_id, $phrase AS phrase, 1.0 AS share",
                {"story": row[0], "tag": tag, "phrase": _said("set", override)},
            )


def _remove_tags(connection: duckdb.DuckDBPyConnection, story_id: str, tags: Sequence[str]) -> None:
    connection.execute(
        "DELETE FROM story_tags WHERE story_id = $story "
        "AND tag_id IN (SELECT unnest($tags::VARCHAR[]))",
        {"story": story_id, "tags": list(tags)},
    )


def _kept_id(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    row = connection.execute(
        """
        SELECT coalesce(d.duplicate_of, a.article_id)
        FROM articles AS a LEFT JOIN duplicates AS d ON a.article_id = d.article_id
        WHERE a.article_id = $key OR a.canonical_url = $key
        """,
        {"key": key},
    ).fetchone()
    return row[0] if row else None


def _said(verb: str, override: Override) -> str:
    return f"{verb} by {override.who}: {override.why}"


def _key(article: str) -> str:
    """Return what an article is found by: its canonical address, or the id as given."""
    return canonical_or(article, article)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _refuse_unknown(table: dict[str, Any], known: Iterable[str], place: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, list(known), n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise _error(place, f"has an unknown key {key!r}; {hint}")


def _error(place: str, what: str) -> ConfigError:
    return ConfigError(f"{FILE}: {place} {what}")
