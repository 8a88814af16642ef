"""The words by which stories are told apart, from `lexicon.toml`."""

import re
import tomllib
from importlib.resources import files

from transforms.stories.words import stem

_TABLE = tomllib.loads((files("transforms.stories") / "lexicon.toml").read_text(encoding="utf-8"))


def _pattern(text: str) -> str:
    """Return a pattern on one line, with the lists that it names filled in."""
    joined = "".join(line.strip() for line in text.splitlines())
    behind = "".join(rf"(?<!\b{word}\s)" for word in _TABLE["no_outlook"].split())
    return joined.replace("{acts}", "|".join(_TABLE["acts"].split())).replace(
        "{no_outlook}", behind
    )


def _by_name(table: str) -> dict[str, re.Pattern[str]]:
    """Return the patterns of a table, each to be found at the beginning of a word."""
    return {
        name: re.compile(rf"\b(?:{_pattern(pattern)})") for name, pattern in _TABLE[table].items()
    }


# Words that say nothing of a story.
STOP_WORDS = frozenset(_TABLE["stop_words"].split())

# Words before a number that make it no mission: "Top 10", "Page 3".
NO_SERIES = frozenset(_TABLE["no_series"].split())

# Phase → (weight, pattern): each pattern that matches a clause in lower case adds its weight once.
PHASE_PATTERNS = {
    phase: tuple(
        (float(entry["weight"]), re.compile(_pattern(entry["pattern"]))) for entry in entries
    )
    for phase, entries in _TABLE["phases"].items()
}

# Angle → what a title in lower case says that has it.
ANGLE_PATTERNS = _by_name("angles")

# Genre → what a title in lower case says that has it.
GENRE_PATTERNS = _by_name("genres")

# Step of a flight → what a title in lower case says that tells of it.
MILESTONE_PATTERNS = _by_name("milestones")

# Sight in the sky → what a title in lower case says that names it.
SIGHT_PATTERNS = _by_name("sights")

# Stem → the concept that it stands for, marked with `=`.
CONCEPTS = {
    stem(word): f"={concept}"
    for concept, words in _TABLE["concepts"].items()
    for word in words.split()
}
