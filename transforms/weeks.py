"""The ISO week that an issue tells, in the editor's time zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week, half-open: from Monday 00:00 to the next Monday 00:00 in a named zone.

    >>> Week.parse("2026-W47").monday
    datetime.date(2026, 11, 16)
    """

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Return the week that `2026-W47` names.

        Raises:
            ValueError: `text` is not of that form, or the year has no such week.
        """
        found = re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip(), re.IGNORECASE)
        if not found:
            message = f"{text!r} is no ISO week; write it like 2026-W47"
            raise ValueError(message)
        year, number = int(found[1]), int(found[2])
        date.fromisocalendar(year, number, 1)
        return cls(year, number)

    @classmethod
    def of(cls, moment: datetime, zone: str) -> "Week":
        """Return the week that `moment` falls into, seen in `zone`."""
        year, number, _ = moment.astimezone(ZoneInfo(zone)).isocalendar()
        return cls(year, number)

    @classmethod
    def last_whole(cls, now: datetime, zone: str) -> "Week":
        """Return the newest week that has ended by `now` in `zone`."""
        return cls.of(now, zone).previous()

    def __str__(self) -> str:
        """Return the week as `2026-W47`."""
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return self.monday + timedelta(days=DAYS_PER_WEEK - 1)

    def start(self, zone: str) -> datetime:
        """Return its first moment as UTC."""
        return datetime.combine(self.monday, time(), ZoneInfo(zone)).astimezone(UTC)

    def end(self, zone: str) -> datetime:
        """Return the first moment after it as UTC."""
        return self.next().start(zone)

    def previous(self) -> "Week":
        """Return the week before."""
        return self._shifted(-DAYS_PER_WEEK)

    def next(self) -> "Week":
        """Return the week after."""
        return self._shifted(DAYS_PER_WEEK)

    def _shifted(self, days: int) -> "Week":
        year, number, _ = (self.monday + timedelta(days=days)).isocalendar()
        return Week(year, number)
