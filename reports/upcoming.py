"""Dates that articles mention: only future ones, each with the sentence that says so.

Only days that are written out ("28 April", "Apr. 28, 2027", "2027-04-28") count, and only in a
sentence that names an event. Weekdays ("next Tuesday") are left alone: whose Tuesday?
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from reports.items import foreign_language, report_of, report_of_lead
from reports.records import IssueSettings, Report, Upcoming
from reports.words import ELLIPSIS, clean, day_name, sentences
from transforms.records import Story
from transforms.weeks import Week

# How many dates the issue has room for, and how many of them one story may take.
DATES = 8
DATES_PER_STORY = 2

# Farther dates would stand in the letter for years.
HORIZON = timedelta(days=366)
# A day without a year is the one nearest to its article.
HALF_A_YEAR = timedelta(days=183)
SENTENCE_LIMIT = 200

# What may happen on a day; where two of them are named as near to it, the first one.
_KINDS = (
    ("Eclipse", r"eclipses?"),
    (
        "Deadline",
        r"deadline|due (?:by|on)|apply by|clos(?:e|es|ing) on|comments? (?:by|until)|bids?\b.*\bby",
    ),
    ("Spacewalk", r"space ?walks?|extravehicular"),
    ("Landing", r"land(?:s|ing)?\b|touch ?down|splash ?down|return to earth|re-?ent(?:er|ry)"),
    ("Docking", r"dock(?:s|ing)?\b|undock\w*|berth\w*"),
    ("Flyby", r"fly-?bys?|fl(?:y|ies) (?:by|past)|closest approach|close approach|swing ?by"),
    ("Launch", r"launch(?:es|ing)?\b|lift ?-?off|lifts? off|blast ?off|maiden flight|test flight"),
    ("In the sky", r"meteors?|shower|conjunction|occultation|transit|opposition|(?:full|new) moon"),
    ("Arrival", r"arriv(?:e|es|al)\b|orbit insertion|rendezvous"),
    ("Meeting", r"meets?\b|meeting|conference|symposium|hearing"),
)
KINDS = tuple((kind, re.compile(rf"\b(?:{pattern})", re.IGNORECASE)) for kind, pattern in _KINDS)

_MONTHS_AT_ALL = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_MONTHS = [name.lower() for name in _MONTHS_AT_ALL.split("|")]
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\d,.:]?\d)"
_TO_ANOTHER = r"(?:\s?[-\u2013]\s?\d\d?)"
_YEAR = r"(?P<year>20\d\d)(?!\d)"
# "The first launch was on March 3" means the last March, not the next one; "was moved to" does not.
_PAST = re.compile(
    r"\b(?:was|were|launched|lifted off|blasted off|landed|docked|flew|occurred|took place"
    r"|happened|began|crashed|exploded)\b[^.;]{0,40}$"
)
_AHEAD = re.compile(
    r"\b(?:will|would|set|due|scheduled|planned|slated|expected|targeted|delayed|postponed"
    r"|rescheduled|moved|pushed|slipped|until|no earlier)\b"
)
# Most texts name no day at all; this is quick to tell.
_LOOKS_DATED = re.compile(r"20\d\d-[01]\d-[0-3]\d|" + _MONTHS_AT_ALL)
_DATES = (
    re.compile(r"(?<![\d/-])(?P<year>20\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?![\d/-])"),
    re.compile(rf"\b{_MONTH}\s+{_DAY}(?:{_TO_ANOTHER}?,?\s+{_YEAR})?"),
    re.compile(rf"(?<![\d.,:-])\b{_DAY}{_TO_ANOTHER}?(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?"),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A future day that an article names; `sentence` is its own words around it."""

    day: date
    kind: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Source:
    """A text that may name days, and who told it when."""

    report: Report
    told_on: date
    language: str | None
    texts: tuple[str | None, ...]


def dates_ahead(
    stories: Iterable[Story], week: Week, settings: IssueSettings
) -> tuple[Upcoming, ...]:
    """Return future days with an event that the stories name, the best stories' first, in order.

    Two stories that name the same kind of event on the same day mean, as a rule, the same one.
    """
    found: dict[tuple[date, str], Upcoming] = {}
    for story in stories:
        mentions = _mentions_of(story, week, settings)
        fresh = [(m, source) for m, source in mentions if (m.day, m.kind) not in found]
        for mention, source in fresh[: min(DATES_PER_STORY, DATES - len(found))]:
            day = day_name(mention.day, year=mention.day.year != week.sunday.year)
            found[mention.day, mention.kind] = Upcoming(
                day, mention.kind, mention.sentence, source.language, source.report
            )
    return tuple(found[key] for key in sorted(found))


def _mentions_of(
    story: Story, week: Week, settings: IssueSettings
) -> list[tuple[Mention, _Source]]:
    """Return each future day of a story once, by the first of its texts that names it."""
    found: dict[date, tuple[Mention, _Source]] = {}
    for source in _sources_of(story, week, settings):
        for mention in future_mentions(source.texts, source.told_on, week.sunday):
            found.setdefault(mention.day, (mention, source))
    return list(found.values())


def _sources_of(story: Story, week: Week, settings: IssueSettings) -> Iterator[_Source]:
    """Yield the lead article, whole, then what is known of this week's other ones."""
    lead, zone = story.lead, ZoneInfo(settings.time_zone)
    told_on = lead.published_at.astimezone(zone).date() if lead.published_at else week.sunday
    paragraphs = (block.text for block in lead.body if block.type == "p")
    yield _Source(
        report_of_lead(story, settings),
        told_on,
        foreign_language(lead, settings),
        (lead.title, lead.dek, *paragraphs),
    )
    for report in story.coverage:
        if report.is_this_week and report.article_id != lead.article_id:
            day = report.told_at.astimezone(zone).date()
            yield _Source(report_of(report, settings), day, None, (report.title, report.dek))


def future_mentions(texts: Iterable[str | None], told_on: date, last_day: date) -> list[Mention]:
    """Return the days after `last_day` that the texts name with an event, earliest first.

    Each day is told once, by the first sentence that has it.

    Args:
        texts: Where to look: an article's title, dek and paragraphs.
        told_on: When they were published; decides the year where they name none.
        last_day: The last day of the week that the issue tells.
    """
    found: dict[date, Mention] = {}
    dated = (text for text in texts if text and _LOOKS_DATED.search(text))
    for sentence in (s for text in dated for s in sentences(clean(text))):
        for day, start, end in days_in(sentence, told_on):
            kind = _kind_of(sentence, start, end)
            if kind and last_day < day <= last_day + HORIZON and day not in found:
                found[day] = Mention(day, kind, around(sentence, start, end, SENTENCE_LIMIT))
    return sorted(found.values(), key=lambda mention: mention.day)


def _kind_of(sentence: str, start: int, end: int) -> str | None:
    """Return what happens on the day at start to end: the event that is named nearest to it."""
    distances = [
        (max(match.start() - end, start - match.end()), order, kind)
        for order, (kind, pattern) in enumerate(KINDS)
        for match in pattern.finditer(sentence)
    ]
    return min(distances)[2] if distances else None


def days_in(sentence: str, told_on: date) -> Iterator[tuple[date, int, int]]:
    """Yield `(day, start, end)` for every day that is written out in `sentence`.

    >>> list(days_in("It flies on April 28.", date(2026, 4, 20)))
    [(datetime.date(2026, 4, 28), 12, 20)]
    """
    for pattern in _DATES:
        for match in pattern.finditer(sentence):
            if (day := _day(match, told_on)) and not _is_past(match):
                yield day, match.start(), match.end()


def _is_past(match: re.Match[str]) -> bool:
    """Whether the words before a day without a year put it into the past."""
    before = match.string[: match.start()]
    return not match["year"] and bool(_PAST.search(before)) and not _AHEAD.search(match.string)


def _day(match: re.Match[str], told_on: date) -> date | None:
    name = match["month"]
    month = int(name) if name.isdigit() else _MONTHS.index(name[:3].lower()) + 1
    years = [int(match["year"])] if match["year"] else [told_on.year + n for n in (-1, 0, 1)]
    days = []
    for year in years:
        try:
            days.append(date(year, month, int(match["day"])))
        except ValueError:  # 30 February, or 29 in a common year
            continue
    if match["year"] or not days:
        return days[0] if days else None
    nearest = min(days, key=lambda day: abs(day - told_on))
    return nearest if abs(nearest - told_on) <= HALF_A_YEAR else None


def around(sentence: str, start: int, end: int, limit: int) -> str:
    """Return the sentence, cut at words' ends to some `limit` characters around start to end."""
    if len(sentence) <= limit:
        return sentence
    left = 0
    if end > limit:  # it cannot begin at its beginning
        left = min(start - (limit - (end - start)) // 2, len(sentence) - limit)
        left = sentence.find(" ", left, start) + 1 or start
    right = min(len(sentence), left + limit)
    if right < len(sentence):
        right = max(end, sentence.rfind(" ", end, right))
    before, after = ELLIPSIS if left else "", ELLIPSIS if right < len(sentence) else ""
    return before + sentence[left:right].rstrip(" ,;:\u2013-") + after
