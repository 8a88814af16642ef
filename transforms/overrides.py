"""An editor's decisions about stories, from `config/overrides.toml`: they hold through everything.

They name articles by address (or id), not by story, so that they outlive a re-clustering and a
rebuilt database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from transforms.errors import ConfigError, did_you_mean, refuse_unknown
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
    refuse_unknown(data, KEYS, f"{FILE}: the file")
    found = []
    for kind, keys in KEYS.items():
        tables = data.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise _error(kind, "must be tables, each under [[...]] with two brackets on each side")
        for number, table in enumerate(tables, 1):
            place = f"[[{kind}]] #{number}"
            refuse_unknown(table, keys, f"{FILE}: {place}")
            found.append(_parse_one(kind, table, place, known))
    return tuple(found)


def _parse_one(kind: str, table: dict[str, Any], place: str, known: set[str]) -> Override:
    given = table.get("articles") if "articles" in KEYS[kind] else [table.get("article")]
    least = LEAST_ARTICLES if kind in ("join", "split") else 1
    if not isinstance(given, list) or not given or not all(_is_text(a) for a in given):
        what = "'articles': a list of addresses" if least > 1 else "'article': one address"
        raise _error(place, f"needs {what}")
    articles = tuple(dict.fromkeys(_key(article) for article in given))
    if len(articles) < least:
        raise _error(place, "needs 'articles': two different addresses or more")
    for key in ("who", "why"):
        if not _is_text(table.get(key)):
            raise _error(place, f"has no {key!r}; say it, for whoever reads this in a year")
    add, remove = (_tags(table, key, place, known) for key in ("add", "remove"))
    if kind == "retag" and not add and not remove:
        raise _error(place, "neither adds nor removes a tag")
    if both := set(add) & set(remove):
        raise _error(place, f"both adds and removes {min(both)!r}; drop one of the two")
    return Override(kind, articles, table["who"], table["why"], add, remove)


def _tags(table: dict[str, Any], key: str, place: str, known: set[str]) -> tuple[str, ...]:
    tags = table.get(key, [])
    if not isinstance(tags, list):
        raise _error(place, f"{key!r} must be a list of tags")
    for tag in tags:
        if tag not in known:
            raise _error(place, f"names the unknown tag {tag!r}{did_you_mean(str(tag), known)}")
    return tuple(dict.fromkeys(tags))


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


def unknown_articles(
    connection: duckdb.DuckDBPyConnection, overrides: Overrides
) -> list[tuple[str, str]]:
    """Return the kind and the address of decisions on what is not in schema `durable`."""
    return connection.execute(
        """
        WITH named AS (
            SELECT unnest($kinds::VARCHAR[]) AS kind, unnest($keys::VARCHAR[]) AS key
        )
        SELECT DISTINCT kind, key FROM named
        WHERE key NOT IN (SELECT article_id FROM durable.articles)
            AND key NOT IN (
                SELECT canonical_url FROM durable.articles WHERE canonical_url IS NOT NULL
            )
        ORDER BY ALL
        """,
        {
            "kinds": [override.kind for override in overrides for _ in override.articles],
            "keys": [key for override in overrides for key in override.articles],
        },
    ).fetchall()


def judge_articles(connection: duckdb.DuckDBPyConnection, overrides: Overrides) -> None:
    """Take what an editor dropped out of table `relevance`, and what an editor joined or tagged in.

    What repeats a dropped article is dropped, too; a dropped article itself repeats no other, else
    it would stand on that one's card.
    """
    for override in overrides:
        if override.kind == "join" or override.add:
            verb = "joined" if override.kind == "join" else "tagged"
            for key in override.articles:
                _judge(connection, _kept_id(connection, key), _said(verb, override), relevant=True)
    for override in overrides:
        if override.kind == "drop":
            found = _article_id(connection, override.articles[0])
            repeats = connection.execute(
                "SELECT article_id FROM duplicates WHERE duplicate_of = ?", [found]
            ).fetchall()
            for article_id in (found, *(row[0] for row in repeats)):
                _judge(connection, article_id, _said("dropped", override), relevant=False)
            connection.execute("DELETE FROM duplicates WHERE article_id = ?", [found])


def _judge(
    connection: duckdb.DuckDBPyConnection, article_id: str | None, reason: str, *, relevant: bool
) -> None:
    connection.execute(
        "UPDATE relevance SET is_relevant = $relevant, reason = $reason "
        "WHERE article_id = $article_id AND is_relevant <> $relevant",
        {"article_id": article_id, "reason": reason, "relevant": relevant},
    )


def kept_copy(connection: duckdb.DuckDBPyConnection, article_id: str) -> str:
    """Return the id of the article that was kept of its copies: another one, if it repeats that."""
    row = connection.execute(
        "SELECT duplicate_of FROM duplicates WHERE article_id = ?", [article_id]
    ).fetchone()
    return str(row[0]) if row else article_id


def decisions_on(
    connection: duckdb.DuckDBPyConnection, overrides: Overrides, articles: Iterable[str]
) -> list[tuple[Override, set[str]]]:
    """Return the decisions that name any of `articles` (ids), each with the ids that it names."""
    wanted = set(articles)
    named = [(o, {i for key in o.articles if (i := _kept_id(connection, key))}) for o in overrides]
    return [(override, ids) for override, ids in named if ids & wanted]


def say_decision(override: Override) -> str:
    """Return in words what was done, by whom and why."""
    verb = {"join": "joined", "split": "split", "drop": "dropped", "retag": "retagged"}
    tags = [*(f"+{tag}" for tag in override.add), *(f"-{tag}" for tag in override.remove)]
    return _said(" ".join([verb[override.kind], *tags]), override)


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


def _article_id(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Return the id of the article with that address or id; None: it is of another week."""
    row = connection.execute(
        "SELECT article_id FROM articles WHERE article_id = $key OR canonical_url = $key",
        {"key": key},
    ).fetchone()
    return row[0] if row else None


def _kept_id(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Return the id of the article with that address or id, or of the copy that was kept of it."""
    found = _article_id(connection, key)
    return kept_copy(connection, found) if found else None


def _said(verb: str, override: Override) -> str:
    return f"{verb} by {override.who}: {override.why}"


def _key(article: str) -> str:
    """Return what an article is found by: its canonical address, or the id as given."""
    return canonical_or(article, article)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _error(place: str, what: str) -> ConfigError:
    return ConfigError(f"{FILE}: {place} {what}")
