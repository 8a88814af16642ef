"""Feed text made fit to print: cleaned, cut at word and sentence ends; counts and days in words."""

import re
import unicodedata
from datetime import date, datetime
from zoneinfo import ZoneInfo

from transforms.records import Article

ELLIPSIS = "…"
DASH = "\u2013"

# Controls, bidi marks and overrides (one unclosed override would turn the rest of the letter
# around), soft hyphens, lone surrogates. Joiners stay: emoji and several scripts need them.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”\u2019»)\]]*\s+|[。\uff01\uff1f]+[」』”\u2019\uff09]*\s*")
_OPENERS = "\"'“\u2018«([「『"
# A full stop behind one of these ends no sentence.
_ABBREVIATIONS = re.compile(
    r"mrs?|ms|[dfjms]r|prof|ste?|mt|ft|nos?|vs|inc|ltd|co|corp|gen|col|lt|sen|rep|gov|approx|fig|eq"
    r"|ed|al|cf|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
    re.IGNORECASE,
)
# A shortened text keeps at least this share of what it may have; else the end is not worth it.
_WORTH_KEEPING = 0.5
# It rather ends with a clause, if that costs little.
_WORTH_A_CLAUSE = 0.75
_TRAILING = " \t,;:\u2013—-/([{&+“\u2018«\"'"

_SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES = _DAYS


def clean(text: str | None) -> str:
    """Return `text` as one line without anything invisible; empty for None.

    >>> clean(f"  Two {chr(0x202E)}lines{chr(0)} ")
    'Two lines'
    """
    return _INVISIBLE.sub("", " ".join((text or "").split())).strip()


def sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph; joined by spaces they are its words again.

    A full stop behind an abbreviation or an initial ends none, nor one before a small letter.

    >>> sentences("The U.S. craft flew. Dr. Li saw it (twice). It landed.")
    ['The U.S. craft flew.', 'Dr. Li saw it (twice).', 'It landed.']
    """
    found, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        if _ends_sentence(text, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    rest = text[start:].strip()
    return [*found, rest] if rest else found


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    following = text[end.end() :].lstrip(_OPENERS)[:1]
    if not following or following.islower():
        return not following
    if not end.group().startswith(".") or end.group().startswith(".."):
        return True
    word = text[: end.start()].rsplit(None, 1)[-1:] or [""]
    bare = word[0].lstrip(_OPENERS)
    is_initial = len(bare) == 1 and bare.isupper()
    return not (is_initial or "." in bare or _ABBREVIATIONS.fullmatch(bare))


def shorten(text: str, limit: int) -> str:
    """Return `text`, or as much of it as fits `limit` characters, cut where a reader would.

    Whole sentences stand as they are; a cut within one is at a word's end and shows as `…`. Text
    without spaces is cut between characters, never within one that is built of several.

    >>> shorten("Lander wakes after its second night, against all bets", 45)
    'Lander wakes after its second night…'
    """
    if len(text) <= limit:
        return text
    whole = ""
    for sentence in sentences(text):
        longer = f"{whole} {sentence}".strip()
        if len(longer) > limit or not text.startswith(longer):
            break
        whole = longer
    if len(whole) >= limit * _WORTH_KEEPING:
        return whole
    head = text[:limit]
    at_word = head[:-1] if head[-1].isspace() else head.rpartition(" ")[0]
    if len(at_word) < limit * _WORTH_KEEPING:
        at_word = text[: _character_end(text, limit - 1)]
    clause = at_word.rpartition(", ")[0]
    at_end = clause if len(clause) >= limit * _WORTH_A_CLAUSE else at_word
    return at_end.rstrip(_TRAILING) + ELLIPSIS


def _character_end(text: str, at: int) -> int:
    """Return the last place up to `at` that does not split a character built of several."""
    while at > 1 and (_continues(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return at


def _continues(character: str) -> bool:
    is_mark = unicodedata.category(character) in ("Mn", "Me", "Mc")
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return is_mark or is_skin_tone or character == "\u200d"


def summary(article: Article, limit: int) -> str | None:
    """Return the article's dek, or the first sentences of its body, in at most `limit` characters.

    What only repeats the title, or the caption of a picture that feeds give for a description, is
    passed over. None where nothing is left.
    """
    figures = [article.hero, *(block.figure for block in article.body)]
    captions = [text for f in figures if f for text in (f.caption, f.alt)]
    told = {_bare(text) for text in (article.title, *captions)}
    paragraphs = (block.text for block in article.body if block.type == "p")
    own_words = (clean(text) for text in (article.dek, *paragraphs))
    first = next((text for text in own_words if text and _bare(text) not in told), None)
    return shorten(first, limit) if first else None


def _bare(text: str | None) -> str:
    return clean(text).casefold().rstrip(".…")


def occurs_in(told: str, article: Article) -> bool:
    """Whether `told`, but for a `…` at its end, stands in the stored title, dek or body."""
    words = told.strip().removeprefix(ELLIPSIS).removesuffix(ELLIPSIS).strip()
    stored = [article.title, article.dek, *(block.text for block in article.body)]
    return any(words in clean(text) for text in stored if text)


def spelled(count: int) -> str:
    """Return a count as running text has it: words up to ten, then figures.

    >>> spelled(9), spelled(1234)
    ('nine', '1,234')
    """
    return _SPELLED[count] if 0 <= count < len(_SPELLED) else f"{count:,}"


def count_of(count: int, one: str, many: str | None = None) -> str:
    """Return the count with its noun.

    >>> count_of(1, "story", "stories"), count_of(12, "outlet")
    ('one story', '12 outlets')
    """
    return f"{spelled(count)} {one if count == 1 else many or one + 's'}"


def capitalised(text: str) -> str:
    """Return `text` with its first letter as at a sentence's beginning."""
    return text[:1].upper() + text[1:]


def day_of(moment: datetime, zone: str) -> str:
    """Return the day of `moment` in `zone`: `Thu 19 Nov`."""
    return day_name(moment.astimezone(ZoneInfo(zone)).date())


def day_name(day: date, *, year: bool = False) -> str:
    """Return `Thu 19 Nov`, or with its year `Thu 19 Nov 2026`; the same on every system.

    >>> day_name(date(2026, 11, 19))
    'Thu 19 Nov'
    """
    name = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1][:3]}"
    return f"{name} {day.year}" if year else name


def span_of(first: date, last: date) -> str:
    """Return the days from `first` to `last` with their month and year, each named once."""
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first.month == last.month:
        return f"{first.day}{DASH}{end}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {_MONTHS[first.month - 1]}{year} {DASH} {end}"
