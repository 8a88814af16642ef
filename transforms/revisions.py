"""What a publisher changed in an article, and whether it now says something else.

Cosmetic: white space, punctuation, case, spelling, "Updated ..." lines, counters, advertisements.
Material: the headline's words, a number, a name, a negation, a quantity, a certainty, or wording.
Words are compared by rules for English; in other languages numbers, names and wording still are.
"""
# ruff: noqa: RUF001 the patterns name look-alike characters

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

# `SequenceMatcher` can take cubic time. A changed passage of more words, or with more pairs of
# equal words, is shown as replaced whole. Wholly rewritten, 1,500 words have some 20,000 pairs.
MAX_DIFF_WORDS = 2_000
MAX_DIFF_PAIRS = 40_000
# Of a passage that stayed, so many words are shown on either side of a change.
CONTEXT_WORDS = 4

T = TypeVar("T")
Runs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RevisionText:
    """The text of an article at one time.

    Attributes:
        dek: May be missing.
        body: Its paragraphs, one a line; empty where the feed gave none.
    """

    title: str
    dek: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Change:
    """How two texts of one article differ.

    Attributes:
        fields: Which of `title`, `dek` and `body` changed, in this order.
        is_material: Whether it says something else now.
        why: What changed, in words: `the headline, a number`.
        diff: Per field, runs of words: `=` kept, `-` removed, `+` added. What was kept is cut
            to some words beside each change.
    """

    fields: tuple[str, ...]
    is_material: bool
    why: str
    diff: dict[str, Runs]


def compare(before: RevisionText, after: RevisionText) -> Change | None:
    """Return what changed from `before` to `after`; None where nothing did.

    >>> change = compare(
    ...     RevisionText("Probe lands", None, "It carries 12 instruments."),
    ...     RevisionText("Probe lands", None, "It carries 14 instruments."),
    ... )
    >>> change.fields, change.is_material, change.why
    (('body',), True, 'a number')
    >>> change.diff
    {'body': (('=', 'It carries'), ('-', '12'), ('+', '14'), ('=', 'instruments.'))}
    """
    pairs = {
        "title": (before.title, after.title),
        "dek": (before.dek or "", after.dek or ""),
        "body": (before.body, after.body),
    }
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not changed:
        return None
    reasons: dict[str, bool] = {}
    for name, (old, new) in changed.items():
        reasons |= _reasons(name, old, new)
    is_material = any(reasons.values())
    kinds = [kind for kind, material in reasons.items() if material or not is_material]
    diff = {name: word_diff(old, new) for name, (old, new) in changed.items()}
    return Change(tuple(changed), is_material, ", ".join(kinds), diff)


def word_diff(old: str, new: str) -> Runs:
    """Return the runs of words that were kept (`=`), removed (`-`) and added (`+`)."""
    runs: list[tuple[str, str]] = []
    for kept, removed, added in _passages(old.split(), new.split()):
        runs += [("=", _context(kept)), ("-", " ".join(removed)), ("+", " ".join(added))]
    return tuple(run for run in runs if run[1])


def _passages(a: Sequence[T], b: Sequence[T]) -> Iterator[tuple[Sequence[T], ...]]:
    """Yield what is kept, removed and added, in turns."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    a_end, b_end = len(a) - tail, len(b) - tail
    if _is_costly(a[head:a_end], b[head:b_end]):
        yield a[:head], a[head:a_end], b[head:b_end]
        yield a[a_end:], (), ()
        return
    matcher = SequenceMatcher(None, a[head:a_end], b[head:b_end], autojunk=False)
    kept_from, a_from, b_from = 0, head, head
    for found in matcher.get_matching_blocks():
        a_to, b_to = head + found.a, head + found.b
        if (a_from, b_from) != (a_to, b_to):
            yield a[kept_from:a_from], a[a_from:a_to], b[b_from:b_to]
            kept_from = a_to
        a_from, b_from = a_to + found.size, b_to + found.size
    yield a[kept_from:], (), ()


def _is_costly(a: Sequence[T], b: Sequence[T]) -> bool:
    counts = Counter(b)
    is_long = max(len(a), len(b)) > MAX_DIFF_WORDS
    return is_long or sum(counts[word] for word in a) > MAX_DIFF_PAIRS


def _common(a: Sequence[T], b: Sequence[T]) -> int:
    """Return how many items both start with."""
    for number, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return number
    return min(len(a), len(b))


def _context(words: Sequence[str]) -> str:
    if len(words) > 2 * CONTEXT_WORDS:
        words = [*words[:CONTEXT_WORDS], "…", *words[-CONTEXT_WORDS:]]
    return " ".join(words)


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
    rf"(?:{_MONTH}\s+{_DAY}|{_DAY}\s+{_MONTH}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}})"
    rf"(?:,?\s+\d{{4}})?"
)
_TIME = (
    r"(?:\d{1,2}(?::\d\d){1,2}(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?)"
    r"(?:\s*(?:[ECMP][SD]?T|UTC|GMT|BST|CES?T|Z)\b)?"
)
_AGO = r"(?:\d+|an?)\s+(?:second|minute|min|hour|hr|day|week|month)s?\s+ago|yesterday|today"
_WHEN = rf"(?:{_DATE}(?:[T,\s]+(?:at\s+)?{_TIME})?|{_TIME}(?:,?\s+(?:on\s+)?{_DATE})?|{_AGO})"
_START = r"(?:^|(?<=[|·•(\[\n])|(?<=[.!?]\s))[ \t]*"
_END = r"[ \t]*(?=$|[|·•)\]\n])"
_COUNT = (
    r"\d[\d.,]*[km]?\s+(?:comments?|views?|shares?|likes?|reads?|replies|reactions|votes?|points?"
    r"|retweets|followers|min(?:ute)?s?\s+read)|comments?:?\s*\(?\d[\d.,]*\)?"
    r"|reading\s+time:?\s*\d+\s+min(?:ute)?s?"
)
_AD = (
    r"(?:\[?\(?(?:ad|advert|advertisement)s?\b\)?\]?(?:\s*[-–—:]\s*[^\n.]{0,60})?"
    r"|(?:story|article|post)?\s*continues?\s+(?:reading\s+)?(?:below|after)[^\n.]{0,40}"
    r"|sponsored(?:\s+(?:content|post|by\s+[^\n.]{1,60}))?|scroll\s+to\s+continue[^\n.]{0,40}"
    r"|share\s+(?:this|on)\b[^\n.]{0,60}|(?:subscribe|sign\s+up)\s+(?:to|for|now)\b[^\n.]{0,120}|follow\s+us\s+on\b[^\n.]{0,80})[.!]?"
)

# What stands beside an article's own text, by what it is called in `Change.why`.
_BESIDE = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        (
            "markup",
            (
                r"<!--[^<>]{0,300}-->|</?[a-z][^<>]{0,300}>|&(?:nbsp|amp|#\d{2,5});"
                r"|\[/?ad\w*\b[^\]\n]{0,100}\]"
            ),
        ),
        (
            "an update line",
            (
                r"\(?\b(?:(?:last|first)\s+)?(?:updated?|published|posted|modified|revised)\b"
                r"(?:\s+by\s+[^\n\d]{1,60}?(?=\s+on\b))?"
                rf"\s*(?:on|at)?\s*[:\-–—|,]?\s*{_WHEN}\)?:?"
            ),
        ),
        ("a counter", rf"{_START}(?:{_COUNT}){_END}"),
        ("an advertisement", rf"{_START}{_AD}{_END}"),
        (
            "a feed's footer",
            (
                r"\bThe post .{1,300}? (?:appeared first|first appeared) on [^\n]{1,100}"
                r"|\b(?:Continue reading|Read more)\b[^\n]{0,100}$"
            ),
        ),
    )
)

# One spelling for what newsrooms write in several ways.
_STYLES = (
    (re.compile(r"\bcan(?:['’]t|not)\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon['’]t\b", re.IGNORECASE), "will not"),
    (re.compile(r"n['’]t\b", re.IGNORECASE), " not"),
    (re.compile(r"['’]ll\b", re.IGNORECASE), " will"),
    (re.compile(r"['’]re\b", re.IGNORECASE), " are"),
    (re.compile(r"['’]ve\b", re.IGNORECASE), " have"),
    (re.compile(r"(?<=\b(?:it|he))['’]s\b|(?<=\b(?:that|what))['’]s\b", re.IGNORECASE), " is"),
    (re.compile(r"\b(?<![.:,\d])0(?=\d:\d\d)"), ""),
    (re.compile(r"(?<=\d)\s?(?:per\s?cent\b|%)", re.IGNORECASE), "%"),
    (re.compile(r"(?<=\d),(?=\d{3}(?!\d))"), ""),
)
# A number with its sign, currency and percent, or a word with its apostrophes.
_WORD = re.compile(
    r"(?:(?<![\w.])[-−+](?=[$€£]?\d))?[$€£]?\d+(?:[.,:/]\d+)*(?:(?:st|nd|rd|th)\b|%)?"
    r"|[^\W\d_](?:[^\W\d_]|['’](?=[^\W\d_]))*"
)
_SPELT_NUMBERS = (
    "zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11"
    " twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18"
    " nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80"
    " ninety=90 first=1st second=2nd third=3rd fourth=4th fifth=5th sixth=6th seventh=7th"
    " eighth=8th ninth=9th tenth=10th"
)
# One spelling of each word: numbers in digits, months and units short, speech in the past.
_SPELT_OTHERWISE = (
    "january=jan february=feb march=mar april=apr june=jun july=jul august=aug september=sep"
    " sept=sep october=oct november=nov december=dec kilometer=km kilometers=km kilometre=km"
    " kilometres=km kilogram=kg kilograms=kg says=said has=have was=were"
)
_ONE_SPELLING = dict(pair.split("=") for pair in f"{_SPELT_NUMBERS} {_SPELT_OTHERWISE}".split())
_KINDS = {
    "a negation": "no not nor neither never none nobody nothing nowhere without",
    "a quantity": (
        "all any both each every few fewer half least less many more most much only several some"
        " nearly almost about approximately roughly twice once double triple quarter pair dozen"
        " dozens hundred hundreds thousand thousands million millions billion billions trillion"
        " trillions"
    ),
    "a certainty": (
        "can could may might must shall should will would perhaps possibly probably likely"
        " unlikely reportedly allegedly apparently expected confirmed"
    ),
}
_WORDS_OF = {kind: frozenset(words.split()) for kind, words in _KINDS.items()}
_SMALL_WORDS = frozenset({"a", "an", "the", "that", "which", "and"})
_BARE = str.maketrans({"'": None, "’": None, "−": "-"})
# Shorter words are other words when a letter changes ("can", "car"), and so are longer ones when
# it is the first ("older", "colder"), which writers seldom miss (Pollock and Zamora, 1984).
_SHORTEST_MISSPELT = 4


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text as they are compared, and which of them are used as names."""

    keys: list[str]
    names: set[str]


def _reasons(name: str, old: str, new: str) -> dict[str, bool]:
    """Return the kinds of change from `old` to `new`, and whether each is material."""
    if not old or not new:
        # A feed that starts or stops to give a text says nothing else than before.
        return {f"text {'given for the first time' if new else 'no longer given'}": False}
    old, new = _tidy(old), _tidy(new)
    a, b = _own_text(old), _own_text(new)
    before, after = _words(a), _words(b)
    if before.keys == after.keys:
        return dict.fromkeys(_looks(old, new, a, b), False)
    if _is_cut(a, before.keys, after.keys) or _is_cut(b, after.keys, before.keys):
        return {"where the text is cut": False}
    if Counter(before.keys) == Counter(after.keys) and _lines(a) == _lines(b):
        return {"the order of paragraphs": False}
    return _wording(before, after, is_title=name == "title")


def _tidy(text: str) -> str:
    # Also for the patterns above: long runs of white space would cost them quadratic time.
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _own_text(text: str) -> str:
    """Return `text` without what stands beside it, in one style."""
    for _, beside in _BESIDE:
        text = beside.sub(" ", text)
    for style, one in _STYLES:
        text = style.sub(one, text)
    return text.strip()


def _words(text: str) -> _Words:
    keys: list[str] = []
    names: set[str] = set()
    for found in _WORD.finditer(text):
        word = found[0]
        key = word.casefold()
        if not key.isalnum():
            key = key.translate(_BARE)
        key = _ONE_SPELLING.get(key, key)
        keys.append(key)
        if word[0].isupper() and (_is_inside_sentence(text, found.start()) or _is_acronym(word)):
            names.add(key)
    return _Words(keys, names)


def _is_inside_sentence(text: str, position: int) -> bool:
    """Whether a word at `position` would be in lower case if it were no name."""
    before = text[max(0, position - 4) : position].rstrip(" \t\"'“‘(")
    return before[-1:] not in {".", "!", "?", ":", "\n", ""}


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _lines(text: str) -> list[list[str]]:
    return sorted(_words(line).keys for line in text.splitlines())


def _is_cut(text: str, keys: list[str], longer: list[str]) -> bool:
    is_open = text.endswith(("…", "...", "[…]"))
    return is_open and keys == longer[: len(keys)]


def _looks(old: str, new: str, a: str, b: str) -> list[str]:
    """Return what differs between texts whose words are the same."""
    kinds = [name for name, beside in _BESIDE if beside.findall(old) != beside.findall(new)]
    if a.split() != b.split():
        letters, others = re.sub(r"[\W_]+", "", a), re.sub(r"[\W_]+", "", b)
        if letters == others:
            kinds.append("punctuation")
        else:
            kinds.append("case" if letters.casefold() == others.casefold() else "style")
    return kinds or ["white space"]


def _wording(before: _Words, after: _Words, *, is_title: bool) -> dict[str, bool]:
    """Return what differs between texts whose words differ."""
    passages = [
        (removed, added)
        for _, removed, added in _passages(before.keys, after.keys)
        if removed != added and ("".join(removed) != "".join(added) or _has_digit("".join(removed)))
    ]
    if not passages:
        return {"punctuation": False}  # "re-entry", "reentry"

    removed = Counter(key for passage, _ in passages for key in passage)
    added = Counter(key for _, passage in passages for key in passage)
    changed = {*(removed - added), *(added - removed)}
    material = ["the headline"] if is_title else []
    if any(map(_has_digit, changed)):
        material.append("a number")
    material += [kind for kind, words in _WORDS_OF.items() if changed & words]
    # Headlines are often written In Capitals.
    if not is_title and changed & (before.names | after.names):
        material.append("a name")
    if material:
        return dict.fromkeys(material, True)

    kinds = {_kind(*passage) for passage in passages}
    return {"wording": True} if "wording" in kinds else dict.fromkeys(sorted(kinds), False)


def _has_digit(key: str) -> bool:
    return any(character.isdigit() for character in key)


def _kind(removed: Sequence[str], added: Sequence[str]) -> str:
    if _SMALL_WORDS.issuperset([*removed, *added]):
        return "small words"
    if len(removed) == len(added) and all(map(_is_misspelt, removed, added)):
        return "spelling"
    return "wording"


def _is_misspelt(word: str, other: str) -> bool:
    """Whether one letter was added, dropped, replaced, or swapped with its neighbour."""
    if word == other:
        return True
    if min(len(word), len(other)) < _SHORTEST_MISSPELT or word[0] != other[0]:
        return False
    head = _common(word, other)
    tail = _common(word[head:][::-1], other[head:][::-1])
    old, new = word[head : len(word) - tail], other[head : len(other) - tail]
    return max(len(old), len(new)) <= 1 or (len(old) == len("ab") and old == new[::-1])
