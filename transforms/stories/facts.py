"""Facts that two reports of one story share: numbers, designations, announced days, its angle."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from transforms.stories.lexicon import (
    ANGLE_PATTERNS,
    GENRE_PATTERNS,
    MILESTONE_PATTERNS,
    NO_SERIES,
    SIGHT_PATTERNS,
)

# "Crew-5", "Starlink 4-12", "Artemis II", "Falcon 9", "Soyuz MS-22": a series and its number,
# which is no amount ("1,000"), share ("5%") or time ("9 a.m.").
_SERIES = re.compile(
    r"""\b([A-Z][A-Za-z'+]*)
        (?:\s+(MS|NG|Mission|Flight|Group|SV|F))?
        [\s\#-]?\s?
        (\d{1,4}(?:-\d{1,3})?[A-Z]?|(?<=[\s-])(?:I|II|III|IV|V|VI|VII|VIII|IX|X))\b
        (?![.,]?\d|\s?%|\s?(?:a|p)\.?m)""",
    re.VERBOSE,
)
# "24 more Starlink satellites": a batch, which says of which launch a title tells.
_BATCH = re.compile(r"\b(\d{1,3}) (?:[a-z0-9-]+ ){0,2}(Starlink|OneWeb|Kuiper|Guowang|Qianfan)s?\b")
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8"}
_ROMAN |= {"IX": "9", "X": "10"}
# English, whatever the locale says.
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NOON = 12
_SHORT_MONTHS = [month[:3] for month in _MONTHS]
CALENDAR = frozenset((*_MONTHS, *_SHORT_MONTHS, *_WEEKDAYS, "sept"))
_NO_NAMES = NO_SERIES | CALENDAR

# Asteroids, comets, supernovae, bursts and waves, stars and their planets, galaxies.
_DESIGNATION = re.compile(
    r"""\b(?:(?:19|20)\d\d\s(?!(?:US|UN|UK|EU|AI)\b)[A-HJ-Y][A-HJ-Z]\d{0,3}\b
      | [CPDX]/(?:19|20)\d\d\s[A-Z]\d{1,2}
      | SN\s?(?:19|20)\d\d\w{1,4}
      | GRB\s?\d{6}\w? | GW\d{6}
      | (?:TOI|GJ|HD|NGC|K2|WASP|LHS|LTT)[-\s]?\d+(?:\s?[b-h]\b)?
      | M\d{2,3}\b | Arp\s\d+)""",
    re.VERBOSE,
)
_DAY = re.compile(
    rf"""\b(?:(?P<weekday>{"|".join(_WEEKDAYS)})\b
      | (?P<word>today|tonight|tomorrow)\b
      | (?P<month>{"|".join((*_MONTHS, "sept", *_SHORT_MONTHS))})\.?\s(?P<day>\d{{1,2}})\b
      | (?P<month_number>\d{{1,2}})/(?P<day_number>\d{{1,2}})(?!/|\d))""",
    re.IGNORECASE | re.VERBOSE,
)
_FARTHEST_DAYS = 60

_ROUNDUP = re.compile(
    r"""\b(?: (?:this|the)\ (?:week|month)\ in
      | (?:week|month|year|day)\ in\ (?:review|space|pictures|photos)
      | rocket\ report | round-?up | news\ ?letter | lightning\ round | digest | podcast
      | sky\ (?:this\ (?:week|month|weekend)|for\ the\ week) | (?:sky|stargazing)\ guide
      | what's\ (?:up|in\ the\ (?:night\ )?sky) | skywatching\ (?:tips|guide)
      | the\ downlink | (?:space|launch)\ calendar | news\ in\ brief
      | (?:images|pictures|photos)\ of\ the\ (?:day|week|month|year)
      | top\ (?:\d+|five|ten)\ (?:space|stories|news) | this\ week's\ (?:best|top|news|sky)
      | (?:morning|evening|daily|weekly)\ (?:space\ )?(?:brief|briefing|update|recap|digest)
      | (?:daily|weekly)\ download
      | sky\ at\ a\ glance | what's\ happening\ in | what\ you\ missed | latest\ space\ news
      | on\ this\ day | this\ day\ in | (?:live|more)\ coverage\ from )\b
      | :\s*the\ (?:night\ )?sky\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ROUNDUP_OPENING = re.compile(
    r"\b(?:lightning round|in today's (?:episode|show)|this week's (?:issue|edition)"
    r"|here are some of the stories"
    r"|more coverage from)\b",
    re.IGNORECASE,
)


def numbered(text: str) -> frozenset[tuple[str, str]]:
    """Return series and number of missions, flights, vehicles and batches of satellites in `text`.

    >>> sorted(numbered("Crew-5 and Artemis II wait for Soyuz MS-22"))
    [('artemis', '2'), ('crew', '5'), ('soyuz ms', '22')]
    """
    found = {(f"batch of {name.lower()}", number) for number, name in _BATCH.findall(text)}
    for series, kind, number in _SERIES.findall(text):
        name = series.lower().removesuffix("'s")
        if name not in _NO_NAMES and not _is_year(number):
            found.add((f"{name} {kind.lower()}".strip(), _ROMAN.get(number, number).lower()))
    return frozenset(found)


def designations(text: str) -> frozenset[str]:
    """Return the catalogue names in `text`: of asteroids, comets, supernovae, planets, galaxies."""
    return frozenset(re.sub(r"[- ]", "", found).upper() for found in _DESIGNATION.findall(text))


def announced_days(text: str, published_at: datetime) -> frozenset[int]:
    """Return the days, as ordinals, that `text` names.

    A weekday is the next one of that name, the day of publication included; in the first half of a
    day it may be the day before as well, which the clock of the outlet may still have shown.
    """
    today = published_at.date()
    days: set[int | None] = set()
    for found in _DAY.finditer(text):
        if found["weekday"]:
            ahead = (_WEEKDAYS.index(found["weekday"].lower()) - today.weekday()) % len(_WEEKDAYS)
            days.add(today.toordinal() + ahead)
            if ahead == len(_WEEKDAYS) - 1 and published_at.hour < _NOON:
                days.add(today.toordinal() - 1)
        elif found["word"]:
            days.add(today.toordinal() + (found["word"].lower() == "tomorrow"))
        else:
            month = found["month_number"] or _month(found["month"])
            days.add(_nearest(today, int(month), int(found["day"] or found["day_number"])))
    return frozenset(day for day in days if day)


def is_roundup(title: str, opening: str) -> bool:
    """Return whether an article tells several stories: by its title, or how its summary opens."""
    return bool(_ROUNDUP.search(title) or _ROUNDUP_OPENING.search(opening))


def angles(title: str) -> frozenset[str]:
    """Return what a title is about beside its subject."""
    return _said(title, ANGLE_PATTERNS)


def genres(title: str) -> frozenset[str]:
    """Return what kind of report a title is: of share prices, people, traffic ..."""
    return _said(title, GENRE_PATTERNS)


def milestones(title: str) -> frozenset[str]:
    """Return the steps of a mission that a title tells of."""
    return _said(title, MILESTONE_PATTERNS)


def sights(title: str) -> frozenset[str]:
    """Return the sights in the sky that a title names: they come on a day known long before.

    >>> sights("Lunar eclipse live: when does the eclipse begin?")
    frozenset({'lunar eclipse'})
    """
    named = _said(title, SIGHT_PATTERNS)
    # An eclipse without a name is the Sun's, unless the title has named the Moon's.
    if "lunar eclipse" in named and "solar" not in title.lower():
        named -= {"solar eclipse"}
    return named


def _said(title: str, patterns: Mapping[str, re.Pattern[str]]) -> frozenset[str]:
    lowered = title.lower()
    return frozenset(name for name, pattern in patterns.items() if pattern.search(lowered))


def _is_year(number: str) -> bool:
    return number.isdigit() and len(number) == len("2022") and number[:2] in {"19", "20"}


def _month(name: str) -> int:
    return _SHORT_MONTHS.index(name.lower()[:3]) + 1


def _nearest(today: date, month: int, day: int) -> int | None:
    """Return the ordinal of that day in the year nearest; None if far off or impossible."""
    for year in (today.year, today.year + 1, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if abs(found - today) <= timedelta(days=_FARTHEST_DAYS):
            return found.toordinal()
    return None
