"""Names: the gazetteer's, and words that stand capitalised in mid-sentence."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from transforms.errors import ConfigError

_FILE = "config/gazetteer.toml"
KINDS = ("agencies", "companies", "vehicles", "missions", "objects", "places")
_ACTOR_KINDS = frozenset({"agencies", "companies"})
_IMPLIES = "implies"
_SERIES = "series"
_LAUNCH_SITES = "launch_sites"
_WORD = re.compile(r"[^\W_]+(?:[.'*-][^\W_]+)*\.?")
_MOSTLY_LOWER = 0.4


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """`config/gazetteer.toml`, ready to be looked up.

    Attributes:
        spellings: First word of a spelling (lower case) → (its words, name, whether it is found in
            lower case too), longest first.
        kinds: Name → kind.
        series: Spelling (lower case) of a series of numbered missions → its name.
        implied: Name → what an article also names when it names this.
        launch_sites: The names of places that rockets leave from.
    """

    spellings: Mapping[str, tuple[tuple[tuple[str, ...], str, bool], ...]]
    kinds: Mapping[str, str]
    series: Mapping[str, str]
    implied: Mapping[str, frozenset[str]]
    launch_sites: frozenset[str]

    def is_actor(self, name: str) -> bool:
        """Return whether `name` is an agency or company."""
        return self.kinds.get(name) in _ACTOR_KINDS


def read_gazetteer(data: Mapping[str, object]) -> Gazetteer:
    """Return the gazetteer that a parsed `config/gazetteer.toml` describes.

    Raises:
        ConfigError: A kind is unknown, a value is of the wrong type, a spelling is empty or stands
            for two names of one kind, a name implies one that is not listed, or a launch site is
            not listed.
    """
    kinds: dict[str, str] = {}
    spellings: dict[str, dict[tuple[str, ...], tuple[str, bool]]] = defaultdict(dict)
    for kind, names in data.items():
        if kind in {_IMPLIES, _SERIES, _LAUNCH_SITES}:
            continue
        if kind not in KINDS:
            message = f"{_FILE}: unknown table {kind!r}; use one of {', '.join(KINDS)}"
            raise ConfigError(message)
        for name, others in _table(kind, names).items():
            kinds.setdefault(name, kind)
            for spelling in (name, *_texts(name, others)):
                words = tuple(_words(spelling.lower()))
                if not words:
                    message = f"{_FILE}: {name!r} in [{kind}] has an empty spelling, {spelling!r}"
                    raise ConfigError(message)
                known, _ = spellings[words[0]].setdefault(words, (name, spelling[0].islower()))
                if known != name and kinds[known] == kind:
                    message = f"{_FILE}: {spelling!r} stands for both {known!r} and {name!r}"
                    raise ConfigError(message)
    implied = _read_implied(data.get(_IMPLIES, {}), kinds)
    by_length = {
        first: tuple(
            (words, *found[words])
            for words in sorted(found, key=lambda words: (-len(words), words))
        )
        for first, found in spellings.items()
    }
    series = _read_series(data.get(_SERIES, {}))
    sites = _read_sites(data.get(_LAUNCH_SITES, []), kinds)
    return Gazetteer(by_length, kinds, series, implied, sites)


def find_names(text: str, gazetteer: Gazetteer) -> dict[str, frozenset[str]]:
    """Return the names in cleaned `text` and the words (lower case) that each was found by.

    Names are in the gazetteer's own spelling; the longest match wins.
    """
    found: dict[str, frozenset[str]] = {}
    for words, name in _split(text, gazetteer):
        if name:
            spelling = frozenset(word.lower() for word in words)
            found[name] = found.get(name, frozenset()) | spelling
    return found


def mask_names(text: str, gazetteer: Gazetteer) -> list[str]:
    """Return the words of cleaned `text` in lower case, each name replaced by its kind.

    >>> mask_names("NASA readies Orion.", gazetteer)
    ['<agencies>', 'readies', '<vehicles>']
    """
    masked = []
    for words, name in _split(text, gazetteer):
        masked.append(f"<{gazetteer.kinds[name]}>" if name else words[0].lower())
    return masked


def _split(text: str, gazetteer: Gazetteer) -> Iterator[tuple[list[str], str | None]]:
    """Yield the words of `text`: those that spell a name together with it, the others alone."""
    written = _words(text)
    lowered = [word.lower() for word in written]
    at = 0
    while at < len(written):
        length, name = 1, None
        for words, known, any_case in gazetteer.spellings.get(lowered[at], ()):
            if not any_case and written[at][0].islower():
                continue
            if tuple(lowered[at : at + len(words)]) == words:
                length, name = len(words), known
                break
        yield written[at : at + length], name
        at += length


def with_implied(names: Iterable[str], gazetteer: Gazetteer) -> frozenset[str]:
    """Return `names` and everything that they imply, however indirectly."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(gazetteer.implied.get(name, ()))
    return frozenset(found)


def is_title_case(words: Sequence[str]) -> bool:
    """Return whether a title capitalises its common words too, so that capitals say nothing."""
    rest = [word for word in words[1:] if word[0].isalpha()]
    lower = sum(word[0].islower() for word in rest)
    return lower < _MOSTLY_LOWER * len(rest)


def capitals(sentences: Iterable[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Return for each lower-cased word how often it stands capitalised and not, in mid-sentence."""
    counts: dict[str, list[int]] = {}
    for words in sentences:
        for word in words[1:]:
            if word[0].isalpha():
                count = counts.setdefault(word.lower(), [0, 0])
                count[word[0].islower()] += 1
    return {word: (up, low) for word, (up, low) in counts.items()}


def _words(text: str) -> list[str]:
    """Return the words of `text`, possessive endings and sentence stops off."""
    return [
        word.removesuffix(".").removesuffix("'s")
        if len(word) > len("N.")
        else word.removesuffix(".")
        for word in _WORD.findall(text)
    ]


def _texts(name: str, others: object) -> list[str]:
    if isinstance(others, list) and all(isinstance(other, str) for other in others):
        return others
    message = f"{_FILE}: {name!r} must be a list of spellings, [] if there are none"
    raise ConfigError(message)


def _table(name: str, data: object) -> Mapping[str, object]:
    if isinstance(data, Mapping):
        return data
    message = f"{_FILE}: {name!r} must be a table, under [{name}]"
    raise ConfigError(message)


def _read_series(data: object) -> dict[str, str]:
    return {
        spelling.lower(): name
        for name, others in _table(_SERIES, data).items()
        for spelling in (name, *_texts(name, others))
    }


def _read_sites(data: object, kinds: Mapping[str, str]) -> frozenset[str]:
    sites = _texts(_LAUNCH_SITES, data)
    _refuse_unlisted(_LAUNCH_SITES, sites, kinds)
    return frozenset(sites)


def _read_implied(data: object, kinds: Mapping[str, str]) -> dict[str, frozenset[str]]:
    implied = {}
    for name, others in _table(_IMPLIES, data).items():
        listed = _texts(name, others)
        _refuse_unlisted(f"[{_IMPLIES}]", (name, *listed), kinds)
        implied[name] = frozenset(listed)
    return implied


def _refuse_unlisted(where: str, names: Iterable[str], kinds: Mapping[str, str]) -> None:
    unknown = next((name for name in names if name not in kinds), None)
    if unknown is not None:
        message = f"{_FILE}: {where} names {unknown!r}, which is not listed"
        raise ConfigError(message)
