"""The issue at a length that a mailbox shows: less and less of it, from the bottom up.

Every rung of the ladder takes something away from the one before it, so that sizes only fall and
the first rung that fits can be found by halving. The last rung is a few kilobytes whatever the
feeds hold: all text and every list in it is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from reports.records import Colophon, Issue, IssueSettings, Item, Section

# Names of other outlets in a mail; the web page lists all of them.
LEAD_OUTLETS = 12
CARD_OUTLETS = 7
# A section's first story has its dek, the others are briefs.
SECTION_DEKS = 1
NAMED_FEEDS = 12
# Sections are cut to so many stories before any card is touched.
FEW = 3

# What goes last, one part after the other, when no story is left to take away.
PARTS = (
    "late",
    "continuing",
    "only_one",
    "dates",
    "corrections",
    "matrix",
    "week_chart",
    "picture_of_the_week",
    "bars",
)


@dataclass(frozen=True, slots=True)
class Length:
    """How much of an issue is told.

    Attributes:
        cards: Cards in full; the further ones become one-liners.
        one_liners: Stories below the cards that keep a line.
        section_deks: Sections whose first story keeps its dek.
        section_stories: Stories told in each section.
        without: Parts that are left out.
        is_bare: The lead is but a headline.
    """

    cards: int
    one_liners: int
    section_deks: int
    section_stories: int
    without: frozenset[str] = frozenset()
    is_bare: bool = False


def lengths(issue: Issue, settings: IssueSettings) -> list[Length]:
    """Return the ladder from the issue as it should be to its barest form."""
    return list(_ladder(issue, settings))


def _ladder(issue: Issue, settings: IssueSettings) -> Iterator[Length]:
    cards, deks = len(issue.cards), len(issue.sections)
    length = Length(cards, cards, deks, settings.section_stories)
    yield length
    for change in chain(
        ({"section_stories": n} for n in reversed(range(FEW, settings.section_stories))),
        ({"cards": n} for n in reversed(range(cards // 2, cards))),
        ({"section_deks": n} for n in reversed(range(deks))),
        ({"cards": n} for n in reversed(range(cards // 2))),
        ({"section_stories": n} for n in reversed(range(min(FEW, settings.section_stories)))),
        ({"one_liners": n} for n in reversed(range(cards))),
        ({"without": frozenset(PARTS[: n + 1])} for n in range(len(PARTS))),
        [{"is_bare": True}],
    ):
        yield (length := replace(length, **change))  # type: ignore[arg-type]


def cut_to(issue: Issue, length: Length) -> Issue:
    """Return the issue with only so much told, and how many stories that leaves out."""
    cards = tuple(_with_outlets(item, CARD_OUTLETS) for item in issue.cards[: length.cards])
    one_liners = tuple(
        replace(item, dek=None, picture=None, note=None)
        for item in issue.cards[length.cards : length.one_liners]
    )
    sections = tuple(
        _cut_section(section, length.section_stories, has_dek=n < length.section_deks)
        for n, section in enumerate(issue.sections)
    )
    kept: dict[str, object] = {part: _nothing(issue, part) for part in length.without}
    short = replace(
        issue,
        lead=issue.lead and _cut_lead(issue.lead, is_bare=length.is_bare),
        cards=cards,
        one_liners=one_liners,
        sections=tuple(section for section in sections if section.items),
        colophon=_cut_colophon(issue),
        **kept,  # type: ignore[arg-type]  # each an empty value of its own field
    )
    return replace(short, left_out=issue.stories - len(told_in(short)))


def told_in(issue: Issue) -> set[str]:
    """Return the ids of the stories that the issue tells."""
    parts = [
        *([issue.lead] if issue.lead else []),
        *issue.cards,
        *issue.one_liners,
        *(item for section in issue.sections for item in section.items),
        *issue.only_one,
        *([issue.picture_of_the_week] if issue.picture_of_the_week else []),
    ]
    return {item.story_id for item in parts}


def _nothing(issue: Issue, part: str) -> object:
    return () if isinstance(getattr(issue, part), tuple) else None


def _cut_lead(lead: Item, *, is_bare: bool) -> Item:
    short = _with_outlets(lead, 0 if is_bare else LEAD_OUTLETS)
    return replace(short, dek=None, picture=None, note=None) if is_bare else short


def _with_outlets(item: Item, limit: int) -> Item:
    others = item.others[:limit]
    return replace(item, others=others, more_outlets=len(item.others) - len(others))


def _cut_section(section: Section, stories: int, *, has_dek: bool) -> Section:
    """Return a section of the mail: a first story with its dek, then briefs."""
    deks = SECTION_DEKS if has_dek else 0
    items = (
        item if n < deks else replace(item, dek=None)
        for n, item in enumerate(section.items[:stories])
    )
    return replace(section, items=tuple(items), elsewhere=())


def _cut_colophon(issue: Issue) -> Colophon:
    colophon = issue.colophon
    return replace(
        colophon,
        broken=colophon.broken[:NAMED_FEEDS],
        quiet=colophon.quiet[:NAMED_FEEDS],
        more_broken=max(0, len(colophon.broken) - NAMED_FEEDS),
        more_quiet=max(0, len(colophon.quiet) - NAMED_FEEDS),
    )


def without_pictures(issue: Issue) -> Issue:
    """Return the issue for readers who get no pictures; the picture of the week goes with them."""
    lead = issue.lead and replace(issue.lead, picture=None)
    cards = tuple(replace(card, picture=None) for card in issue.cards)
    chart = issue.week_chart and replace(issue.week_chart, picture=None)
    return replace(issue, lead=lead, cards=cards, week_chart=chart, picture_of_the_week=None)
