"""The vocabulary of `config/tags.toml`: parsed into records, loaded as tables."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb

from transforms.errors import ConfigError, refuse_unknown
from transforms.models import insert_rows
from transforms.records import Tag
from transforms.tag_words import load_tag_words

FILE = "config/tags.toml"
SCHEMA = files("transforms") / "sql" / "vocabulary_schema.sql"

# What an editor calls a list of phrases, and the role that its phrases have.
TAG_ROLES = {"names": "name", "words": "word", "terms": "term", "hints": "hint"}
SPACE_ROLES = {"names": "name", "words": "word"}
OTHER_ROLES = {
    "idioms": "idiom",
    "lookalikes": "lookalike",
    "topics": "topic",
    "formats": "format",
}

TAG_KEYS = ("id", "label", "taught", "weighed", "context", *TAG_ROLES)
CONTEXT_KEYS = ("phrase", "with", "without", "as")

MAX_WORDS = 6  # phrase_hits.sql looks at runs of up to six words
MIN_PLURAL_LENGTH = 3  # shorter words ("x", "ii") have no plural that we would look for


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for in an article, and what it speaks for.

    Attributes:
        phrase: As the editor wrote it.
        role: `name`, `word`, `term` or `hint`; `idiom`, `lookalike`, `topic`, `format` or
            `condition`.
        tag_id: The tag of a name, word, term or hint; None where it speaks for space only.
        wanted: It counts only with one of these in the article; empty: always.
        unwanted: It does not count with one of these in the article.
    """

    phrase: str
    role: str
    tag_id: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What tags there are and which phrases earn them.

    Attributes:
        tags: In the order of the issue's sections.
        hosts: Hosts that write about space and nothing else.
        taught: The tags that an article's other words may add or take away.
        unweighed: The tags that an article keeps however much it says of another.
    """

    tags: tuple[Tag, ...]
    phrases: tuple[Phrase, ...]
    hosts: tuple[str, ...]
    taught: tuple[str, ...] = ()
    unweighed: tuple[str, ...] = ()


def parse_vocabulary(data: dict[str, Any]) -> Vocabulary:
    """Return the vocabulary in `data`, the decoded `config/tags.toml`.

    Raises:
        ConfigError: A key is unknown or missing, a value has the wrong type, or a phrase cannot
            be looked for; names file, tag and key.
    """
    refuse_unknown(data, ("tag", "space", "other"), f"{FILE}: the file")
    tags: list[Tag] = []
    taught: list[str] = []
    unweighed: list[str] = []
    phrases: list[Phrase] = []
    for entry in _list(data, "tag", dict, "the file"):
        tag_id = _text(entry, "id", "a [[tag]]")
        place = f"tag {tag_id!r}"
        for tag in tags:
            if _spelling(tag.tag_id) == _spelling(tag_id):
                raise _error(place, f"stands there twice, first as {tag.tag_id!r}; merge the two")
        refuse_unknown(entry, TAG_KEYS, f"{FILE}: {place}")
        tags.append(Tag(tag_id, _text(entry, "label", place)))
        if _flag(entry, "taught", place):
            taught.append(tag_id)
        if not _flag(entry, "weighed", place):
            unweighed.append(tag_id)
        own = [*_phrases(entry, TAG_ROLES, place, tag_id), *_context(entry, place, tag_id)]
        if not own:
            raise _error(place, "has no phrases; give it at least one")
        phrases += own
    if not tags:
        raise _error("the file", "has no [[tag]]; give it at least one")

    space, other = _table(data, "space"), _table(data, "other")
    refuse_unknown(space, ("hosts", *SPACE_ROLES), f"{FILE}: [space]")
    refuse_unknown(other, tuple(OTHER_ROLES), f"{FILE}: [other]")
    phrases += _phrases(space, SPACE_ROLES, "[space]")
    phrases += _phrases(other, OTHER_ROLES, "[other]")
    hosts = [host.lower() for host in _list(space, "hosts", str, "[space]")]
    return Vocabulary(
        tuple(tags),
        tuple(phrases),
        tuple(dict.fromkeys(hosts)),
        tuple(taught),
        tuple(unweighed),
    )


def load_vocabulary(connection: duckdb.DuckDBPyConnection, vocabulary: Vocabulary) -> None:
    """Fill `tags` and the tables of `sql/vocabulary_schema.sql`, replacing what they held."""
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    connection.execute("DELETE FROM tags")
    insert_rows(
        connection,
        "tags",
        [(tag.tag_id, tag.label, at) for at, tag in enumerate(vocabulary.tags)],
    )
    insert_rows(connection, "space_hosts", [(host,) for host in vocabulary.hosts])
    insert_rows(connection, "unweighed_tags", [(tag_id,) for tag_id in vocabulary.unweighed])

    listed = {_words(phrase.phrase) for phrase in vocabulary.phrases}
    ids: dict[Phrase, int] = {}
    conditions: list[tuple[int, int, bool]] = []
    for phrase in vocabulary.phrases:
        ids.setdefault(phrase, len(ids))
        for condition, is_wanted in (
            *((text, True) for text in phrase.wanted),
            *((text, False) for text in phrase.unwanted),
        ):
            condition_id = ids.setdefault(Phrase(condition, "condition"), len(ids))
            conditions.append((ids[phrase], condition_id, is_wanted))
    forms = [
        (form, at, phrase.phrase.isupper())
        for phrase, at in ids.items()
        for form in _forms(phrase.phrase, listed)
    ]
    rows = [(at, phrase.phrase, phrase.role, phrase.tag_id) for phrase, at in ids.items()]
    insert_rows(connection, "phrases", rows)
    insert_rows(connection, "phrase_forms", forms)
    insert_rows(connection, "phrase_conditions", list(dict.fromkeys(conditions)))
    load_tag_words(connection, vocabulary.taught)


def _spelling(tag_id: str) -> str:
    """Return what no two tags may share: a page of the archive is named after it."""
    return re.sub(r"[^a-z0-9_-]", "-", tag_id.lower())


def _words(text: str) -> str:
    """Return `text` as phrase_hits.sql reads it.

    >>> _words("Moon's far-side, Chang'e #")
    'moon far side chang e #'
    """
    apart = unicodedata.normalize("NFD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    bare = "".join(c for c in apart if not unicodedata.category(c).startswith("M"))
    plain = unicodedata.normalize("NFC", bare).lower()
    plain = re.sub(r"'s\b", "", plain)
    plain = re.sub(r"\b([a-z])\.([a-z])\b\.?", r"\1\2", plain)  # "U.S." is one word
    return " ".join(re.findall(r"[^\W_#$€£]*[#$€£][^\W_]*#?[^\W_]*|\d+(?:[.,]\d+)+|[^\W_]+", plain))


def _forms(phrase: str, listed: set[str]) -> list[str]:
    """Return the spellings of `phrase` to look for: itself and the plural of its last word.

    A plural that is `listed` for itself has a meaning of its own: "moons" are not the Moon.
    """
    form = _words(phrase)
    last = form.rsplit(" ", 1)[-1]
    if not last.isalpha() or len(last) < MIN_PLURAL_LENGTH or last.endswith("s"):
        return [form]
    if last.endswith("y") and last[-2] not in "aeiou":
        plural = form[:-1] + "ies"
    elif last.endswith(("x", "z", "ch", "sh")):
        plural = form + "es"
    else:
        plural = form + "s"
    return [form] if plural in listed else [form, plural]


def _phrases(
    table: dict[str, Any], roles: dict[str, str], place: str, tag_id: str | None = None
) -> Iterable[Phrase]:
    """Yield the phrases of the lists in `table` whose keys are in `roles`."""
    for key, role in roles.items():
        for text in _list(table, key, str, place):
            yield Phrase(_checked(text, place, key), role, tag_id)


def _context(entry: dict[str, Any], place: str, tag_id: str) -> Iterable[Phrase]:
    """Yield the phrases of a tag that count only with, or without, others; some share that."""
    for context in _list(entry, "context", dict, place):
        refuse_unknown(context, CONTEXT_KEYS, f"{FILE}: {place}, context")
        here = f"{place}, context {context.get('phrase')!r}"
        if context.get("phrase") and isinstance(context["phrase"], list):
            listed = _list(context, "phrase", str, here)
        else:
            listed = [_text(context, "phrase", f"{place}, context")]
        wanted, unwanted = (
            tuple(_checked(text, here, key) for text in _list(context, key, str, here))
            for key in ("with", "without")
        )
        if not wanted and not unwanted:
            raise _error(here, "has neither 'with' nor 'without'; move it to 'names'")
        if both := {_words(text) for text in wanted} & {_words(text) for text in unwanted}:
            raise _error(here, f"has {min(both)!r} both in 'with' and in 'without'; drop one")
        kind = context.get("as", "names")
        if not isinstance(kind, str) or kind not in TAG_ROLES:
            raise _error(here, f"'as' is {kind!r}; it can be one of {', '.join(TAG_ROLES)}")
        for phrase in listed:
            checked = _checked(phrase, here, "phrase")
            yield Phrase(checked, TAG_ROLES[kind], tag_id, wanted, unwanted)


def _checked(text: str, place: str, key: str) -> str:
    """Return `text`, which can be looked for."""
    words = _words(text).split()
    if not 1 <= len(words) <= MAX_WORDS:
        raise _error(place, f"{key!r} has {text!r}: a phrase has one to {MAX_WORDS} words")
    if re.search(r"\w[.!?:;|()\[\]…]+\s+\w", re.sub(r"\b\w\.", "", text)):
        raise _error(place, f"{key!r} has {text!r}: no phrase reaches over the end of a sentence")
    if "#" in text and re.search(r"\d", text):
        raise _error(place, f"{key!r} has {text!r}: write every number as #, or none")
    return text


def _list(table: dict[str, Any], key: str, kind: type, place: str) -> list[Any]:
    """Return the list `key` of `table`, whose members are all of `kind`; empty if missing."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(member, kind) for member in value):
        noun = "tables" if kind is dict else "texts"
        raise _error(place, f"{key!r} must be a list of {noun}")
    return value


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the table `key` of `data`; empty if missing."""
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise _error(f"[{key}]", "must be a table")
    return value


def _text(table: dict[str, Any], key: str, place: str) -> str:
    """Return the text `key` of `table`, which must be there."""
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _error(place, f"has no {key!r}; give it a text")
    return value


def _flag(table: dict[str, Any], key: str, place: str) -> bool:
    """Return the switch `key` of `table`; on if missing."""
    value = table.get(key, True)
    if not isinstance(value, bool):
        raise _error(place, f"{key!r} must be true or false")
    return value


def _error(place: str, what: str) -> ConfigError:
    return ConfigError(f"{FILE}: {place} {what}")
