"""Read the dates of feeds: a moment in UTC or nothing, never a guess.

Feeds write RFC 822 (RSS), RFC 3339 (Atom, JSON Feed) and what their software makes of either.
Libraries for dates read too much: feedparser answers 2016-06-06 to "1615896000" and takes BST for
UTC, email.utils makes 2000 of year -1, dateparser takes "1e309" for today. So the forms are
spelt out here, and everything else is no date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from transforms.text import one_line

MAX_RAW_CHARACTERS = 200

# The epoch and year 1 are how software writes "no date"; no feed is older than 1991.
FIRST_YEAR = 1991
# Clocks and zones are wrong by hours; an embargo or a typing error by more.
MAX_AHEAD = timedelta(hours=48)
# RFC 2822, section 4.3: 00-49 are this century's.
PIVOT_YEAR = 50
MAX_OFFSET = timedelta(hours=14)

REJECTED = frozenset({"date_unreadable", "date_implausible", "date_future"})


@dataclass(frozen=True, slots=True)
class Moment:
    """What a feed's date says.

    Attributes:
        at: UTC. Midnight where only the day is known. None where nothing is known.
        precision: `second` if a time of day was given (with or without seconds), `day`, or None.
        raw: The text as given, on one line; None where the feed gave none.
        flag: Why `at` is missing (`date_unreadable`, `date_implausible`: before 1991 or no such
            day, `date_future`: more than 48 h ahead) or doubtful (`zone_ambiguous`: only the day
            is kept, `zone_assumed`: read as UTC). None where all is well.
    """

    at: datetime | None = None
    precision: str | None = None
    raw: str | None = None
    flag: str | None = None


# RFC 822 section 5.1, and the zones of where space news is written. Not here, because they name
# several zones and only the day can be kept: IST (India, Israel, Ireland), AST, BRT, ...
_ZONE_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "west": 1, "cest": 2,
    "eet": 2, "sast": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9,
    "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?\s*,?\s*)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
_ZONE = r"(?P<zone>(?:utc|gmt)?[+-]\d\d?:?(?:\d\d)?|[a-z]{1,5})"
_TIME = rf"{_CLOCK}(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*{_ZONE})?(?:\s*\([a-z ]*\))?"

_DAY = r"(?P<day>\d\d?)"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        # RFC 3339, ISO 8601: 2021-03-16T12:00:00.5-04:00, 2021-03-16 12:00, 2021/03/16
        rf"(?P<year>\d{{4}})(?P<dash>[-/])(?P<number>\d\d)(?P=dash){_DAY}(?:(?:T|\s+){_TIME})?",
        # ISO 8601 basic: 20210316T120000Z
        (
            r"(?P<year>\d{4})(?P<number>\d\d)(?P<day>\d\d)"
            rf"T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d){_ZONE}?"
        ),
        # RFC 822, RFC 850: Tue, 16 Mar 2021 12:00:00 GMT, 16-Mar-21
        (
            rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th)?[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}}|\d\d)"
            rf"(?:,?\s+{_TIME})?"
        ),
        # American: Tuesday, March 16, 2021 at 12:00 PM EDT
        (
            rf"{_WEEKDAY}{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{{4}})"
            rf"(?:,?\s+(?:at\s+|-\s+)?{_TIME})?"
        ),
        # C's asctime and date(1): Tue Mar 16 12:00:00 UTC 2021
        rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_CLOCK}(?:\s+{_ZONE})?\s+(?P<year>\d{{4}})",
    )
)


def parse_date(raw: str | None, now: datetime) -> Moment:
    """Return the moment that `raw` states, as far as it is certain and plausible.

    A wrong weekday does not count. A leap second is the next minute, 24:00 the next day. Digits
    alone, local forms (16/03/2021), week dates, words and offsets beyond 14 h are no dates.

    Args:
        raw: A feed's text; None or white space where it gave no date.
        now: Aware; dates more than 48 h after it are refused.

    >>> parse_date("Tue, 16 Mar 2021 12:00:00 EDT", datetime(2026, 11, 22, tzinfo=UTC)).at
    datetime.datetime(2021, 3, 16, 16, 0, tzinfo=datetime.timezone.utc)
    """
    text = one_line(raw, MAX_RAW_CHARACTERS)
    if not text:
        return Moment()
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _moment(found.groupdict(), text, now)
    return Moment(raw=text, flag="date_unreadable")


def iso_z(moment: datetime) -> str:
    """Return an aware `moment` in RFC 3339 with Z: `2021-03-16T12:00:00Z`.

    Microseconds are written only where there are some.
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(parts: dict[str, str | None], raw: str, now: datetime) -> Moment:
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == len("21"):
        year += 2000 if year < PIVOT_YEAR else 1900
    # Before any arithmetic: year 9999 overflows when it moves to UTC.
    if year < FIRST_YEAR:
        return Moment(raw=raw, flag="date_implausible")
    if year > now.year + 1:
        return Moment(raw=raw, flag="date_future")

    month = int(parts.get("number") or _MONTHS.get((parts.get("month") or "").lower(), 0))
    try:
        day = datetime(year, month, int(parts["day"] or 0), tzinfo=UTC)
        time_of_day = _time_of_day(parts)
        at, precision, flag = _in_utc(day, time_of_day, parts.get("zone"))
    except ValueError:
        return Moment(raw=raw, flag="date_implausible")
    if at > now + MAX_AHEAD:
        return Moment(raw=raw, flag="date_future")
    return Moment(at, precision, raw, flag)


def _time_of_day(parts: dict[str, str | None]) -> timedelta | None:
    """Return the time since midnight, or None where only a day was given."""
    if parts.get("hour") is None:
        return None
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    # Digits after the sixth are cut: 23:59:59.9999999 stays on its day.
    microsecond = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:  # noqa: PLR2004 the clock's face
            message = f"no such hour of half a day: {hour}"
            raise ValueError(message)
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    is_end_of_day = (hour, minute, second, microsecond) == (24, 0, 0, 0)
    if (hour > 23 and not is_end_of_day) or minute > 59 or second > 60:  # noqa: PLR2004 a clock
        message = f"no such time: {hour}:{minute}:{second}"
        raise ValueError(message)
    if second == 60:  # noqa: PLR2004 a leap second
        microsecond = 0
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microsecond)


def _in_utc(
    day: datetime, time_of_day: timedelta | None, zone: str | None
) -> tuple[datetime, str, str | None]:
    """Return moment, precision and flag.

    Raises:
        ValueError: The offset does not exist.
    """
    if time_of_day is None:
        return day, "day", None
    if zone is None:
        return day + time_of_day, "second", "zone_assumed"
    offset = _offset(zone.lower())
    if offset is None:
        return day, "day", "zone_ambiguous"
    local = (day + time_of_day).replace(tzinfo=timezone(offset))
    return local.astimezone(UTC), "second", None


def _offset(zone: str) -> timedelta | None:
    """Return the offset that `zone` names; None if its name is unknown or names several."""
    digits = zone.removeprefix("utc").removeprefix("gmt")
    if digits[:1] not in {"+", "-"}:
        hours = _ZONE_HOURS.get(zone)
        return None if hours is None else timedelta(hours=hours)
    number = digits[1:].replace(":", "")
    if len(number) == len("530"):
        number = f"0{number}"  # +5:30
    hours, minutes = int(number[:2]), int(number[2:] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > MAX_OFFSET or minutes > 59:  # noqa: PLR2004 a clock
        message = f"no such offset: {zone}"
        raise ValueError(message)
    return -offset if digits[0] == "-" else offset
