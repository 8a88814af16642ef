"""What the charts show: who covered what, the week's days, topics against the week before.

They are tables of words and numbers: they survive blocked pictures, follow dark mode, and can be
read aloud. No chart says anything by colour or size alone. One is a picture besides: see `drawing`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from zoneinfo import ZoneInfo

from reports.drawing import draw_days
from reports.records import Bar, Bars, Dot, Item, Matrix, MatrixRow, TagLabel, WeekChart
from reports.words import DAY_NAMES, capitalised, count_of, shorten
from transforms.records import Coverage, WeekNews
from transforms.weeks import DAYS_PER_WEEK, Week

MATRIX_STORIES = 8
MATRIX_OUTLETS = 6
# Fewer stories or outlets make no comparison.
MATRIX_AT_LEAST = 2
MATRIX_HEADLINE = 48
COLUMN_HEAD = 11
TWO_LINES = 2
# A publisher that is known by its address only.
_HOST = re.compile(r"(?:(?:www|news|blogs?|en|m)\.)?(?P<name>[\w-]+)(?:\.[\w-]{2,})+")

# Below this share of this week's articles, the last week was not read as this one was.
COMPARABLE = 0.2

SMALLEST_DOT = 18
LARGEST_DOT = 28


def who_covered_what(items: Sequence[Item]) -> Matrix | None:
    """Return the table of stories by outlets of those that several outlets told.

    Columns are the outlets with the most of these stories; those with as many stand in the order
    of their first. None where there is nothing to compare.

    Args:
        items: The issue's biggest stories, best first.
    """
    several = [item for item in items if item.outlets >= MATRIX_AT_LEAST][:MATRIX_STORIES]
    covering = [_outlets_of(item) for item in several]
    counts = Counter(outlet for outlets in covering for outlet in outlets)
    if len(several) < MATRIX_AT_LEAST or len(counts) <= MATRIX_AT_LEAST:
        return None
    columns = [outlet for outlet, _ in counts.most_common(MATRIX_OUTLETS)]
    rows = tuple(
        MatrixRow(
            headline=shorten(item.headline, MATRIX_HEADLINE),
            language=item.language,
            cells=tuple(_cell(item, outlet in outlets, outlet) for outlet in columns),
            more=len(set(outlets).difference(columns)),
        )
        for item, outlets in zip(several, covering, strict=True)
    )
    return Matrix(_column_heads(columns), rows)


def _outlets_of(item: Item) -> list[str]:
    """Return who told a story this week, the first one first, each once."""
    return list(dict.fromkeys([r.outlet for r in (item.first, item.told_by, *item.others)]))


def _cell(item: Item, is_covering: bool, outlet: str) -> str:
    if not is_covering:
        return ""
    return "first" if outlet == item.first.outlet else "yes"


def _column_heads(outlets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return `(short, whole)` names; no two short ones are alike."""
    heads: dict[str, str] = {}
    for outlet in outlets:
        short = column_head(outlet)
        if short in heads:
            short = f"{short[: COLUMN_HEAD - 2]} {len(heads) + 1}"
        heads[short] = outlet
    return tuple(heads.items())


def column_head(outlet: str) -> str:
    """Return an outlet's name as the head of a narrow column: at most two short words.

    >>> [column_head(n) for n in ("The Register", "European Southern Observatory", "www.bbc.co.uk")]
    ['Register', 'ESO', 'bbc']
    """
    named = outlet.removeprefix("The ")
    if found := _HOST.fullmatch(named):
        named = found["name"]
    words = named.split()
    initials = "".join(word[0] for word in words if word[0].isupper())
    if len(words) > TWO_LINES and len(initials) > 1:
        return initials[:COLUMN_HEAD]
    return " ".join(shorten(word, COLUMN_HEAD) for word in words[:TWO_LINES])


def week_chart(
    news: WeekNews, labels: Mapping[str, TagLabel], week: Week, zone: str
) -> WeekChart | None:
    """Return topics by days with the reports of each day; None for a week without reports.

    A story counts once for each outlet that told it on that day, under each of its tags.
    """
    counts: dict[str, list[int]] = {}
    for story in news.stories:
        for day in _report_days(story.coverage, week, zone):
            for hit in story.tags:
                if hit.tag_id in labels:
                    counts.setdefault(hit.tag_id, [0] * DAYS_PER_WEEK)[day] += 1
    largest = max((count for days in counts.values() for count in days), default=0)
    if not largest:
        return None
    rows = tuple(
        (label, tuple(Dot(count, _dot_size(count, largest)) for count in counts[tag_id]))
        for tag_id, label in labels.items()
        if tag_id in counts
    )
    firsts = _first_reports(news, week, zone)
    return WeekChart(
        days=DAY_NAMES,
        rows=rows,
        totals=news.days,
        firsts=firsts,
        caption=_chart_caption(rows, largest),
        picture=draw_days(news.days, firsts),
    )


def _first_reports(news: WeekNews, week: Week, zone: str) -> tuple[int, ...]:
    """Return how many stories each day brought: those that go on from the week before are not new.

    Coverage is in the order of time; a repeat comes after what it repeats.
    """
    begun = [story.coverage for story in news.stories if story.coverage[0].is_this_week]
    days = Counter(_day_of(coverage[0], week, zone) for coverage in begun)
    return tuple(days[day] for day in range(DAYS_PER_WEEK))


def _report_days(coverage: Sequence[Coverage], week: Week, zone: str) -> list[int]:
    """Return a weekday (Monday is 0) for every outlet and day in the week."""
    seen = {
        (report.publisher, _day_of(report, week, zone))
        for report in coverage
        if report.is_this_week and report.duplicate_of is None
    }
    return [day for _, day in seen if 0 <= day < DAYS_PER_WEEK]


def _day_of(report: Coverage, week: Week, zone: str) -> int:
    """Return the day of a report, 0 for the week's Monday."""
    return (report.told_at.astimezone(ZoneInfo(zone)).date() - week.monday).days


def _dot_size(count: int, largest: int) -> int:
    """Return a width whose area grows with the count."""
    if not count:
        return 0
    share = sqrt(count / largest)
    return round(SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * share)


def _chart_caption(rows: tuple[tuple[TagLabel, tuple[Dot, ...]], ...], largest: int) -> str:
    top = next(
        f"{label.label} on {DAY_NAMES[day]}"
        for label, dots in rows
        for day, dot in enumerate(dots)
        if dot.count == largest
    )
    reports = count_of(largest, "report")
    return f"Reports by topic and day. Most at once: {top}, with {reports}."


def topic_bars(news: WeekNews, labels: Mapping[str, TagLabel]) -> Bars | None:
    """Return the topics of this week or the last, by articles; None where there are none."""
    this, last = news.tag_counts, news.previous_tag_counts
    told = [tag_id for tag_id in labels if this.get(tag_id) or last.get(tag_id)]
    if not any(this.get(tag_id) for tag_id in told):
        return None
    longest = max(max(this.get(t, 0), last.get(t, 0)) for t in told)
    rows = tuple(
        Bar(
            tag=labels[tag_id],
            count=this.get(tag_id, 0),
            previous=last.get(tag_id, 0),
            width=_percent(this.get(tag_id, 0), longest),
            previous_width=_percent(last.get(tag_id, 0), longest),
        )
        for tag_id in sorted(told, key=lambda tag_id: -this.get(tag_id, 0))
    )
    has_previous = sum(b.previous for b in rows) >= COMPARABLE * sum(b.count for b in rows)
    return Bars(rows, has_previous, _bars_caption(rows) if has_previous else "Articles this week.")


def _percent(count: int, longest: int) -> int:
    return max(1, round(100 * count / longest)) if count else 0


def _bars_caption(rows: tuple[Bar, ...]) -> str:
    """Return what changed most against the week before."""
    most = max(rows, key=lambda bar: bar.count - bar.previous)
    least = min(rows, key=lambda bar: bar.count - bar.previous)
    changes = []
    if most.count > most.previous:
        changes.append(f"{most.tag.label} rose most, from {most.previous} to {most.count}")
    if least.count < least.previous:
        changes.append(f"{least.tag.label} fell most, from {least.previous} to {least.count}")
    told = "; ".join(changes) or "no topic changed"
    return f"Articles this week and last. {capitalised(told)}."
