"""The editor's desk as a page: the coming issue, why it ranks so, and what may be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.archive import PARTS
from reports.items import headline_of, labels_of, outlet_name
from reports.links import reader_url
from reports.printing import html_environment
from reports.records import TagLabel
from reports.words import clean, day_of
from transforms.records import Action, Coverage, Story, Tag, WeekNews, Wishes

_HTML = html_environment()


@dataclass(frozen=True, slots=True)
class LetterState:
    """The letter as it would leave now.

    Attributes:
        mark: The hash of its bytes; an approval is of these.
        week: In words.
        funnel: What became of the week's articles, in a sentence.
        size: Of its HTML, in bytes.
        approval: Who approved a letter of this issue, and when; empty where nobody has.
        changes: What differs from the letter that was approved.
        rule: What is configured about approval, in words.
    """

    mark: str
    week: str
    subject: str
    funnel: str
    size: int
    approval: str
    changes: tuple[str, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What the page is drawn from.

    Attributes:
        who: Who acts.
        token: Stands in every form.
        said: What was just done; may be empty.
        cards: How many stories are told as cards after the lead.
        ranked: The week as it ranks by itself.
        edited: The week as the editor wants it.
        wishes: What was done to stories, by story id.
        log: All that was done to the issue, in its order, with its words, and whether it stands.
        note_limit: Characters that a note may have.
    """

    issue_id: str
    title: str
    who: str
    token: str
    said: str
    zone: str
    cards: int
    vocabulary: tuple[Tag, ...]
    ranked: WeekNews
    edited: WeekNews
    wishes: Mapping[str, Wishes]
    log: tuple[tuple[Action, str, bool], ...]
    note_limit: int
    letter: LetterState


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story.

    Attributes:
        why: Why it joined the story.
        is_original: It repeats no other; only such can be split off.
    """

    article_id: str
    outlet: str
    headline: str
    url: str | None
    day: str
    why: str
    is_original: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A story on the page.

    Attributes:
        key: The article that actions on it name: the one on its card.
        anchor: Its place on the page.
        was: Its rank by itself; 0 for a late story.
        parts: The score's, each `(what, points, width of its bar in percent)`.
        wishes: What was done to it.
        is_split_easily: It has two articles or more that could be told apart.
    """

    key: str
    anchor: str
    rank: int
    was: int
    headline: str
    url: str | None
    dek: str
    outlets: tuple[str, ...]
    tags: tuple[TagLabel, ...]
    note: str
    score: float
    parts: tuple[tuple[str, float, int], ...]
    members: tuple[Member, ...]
    wishes: Wishes
    is_split_easily: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the log."""

    number: int
    when: str
    who: str
    about: str
    what: str
    is_undone: bool
    can_be_undone: bool


def story_anchor(key: str) -> str:
    """Return the place on the page of the story with this `Row.key`."""
    return f"s-{key}"


def draw_desk(page: DeskPage) -> str:
    """Return the page; it needs no script and loads nothing but the letter."""
    labels = labels_of(page.vocabulary)
    everything = (*page.ranked.stories, *page.ranked.late)
    ranks = {story.story_id: story.rank for story in page.ranked.stories}
    told = {story.story_id for story in (*page.edited.stories, *page.edited.late)}

    def row(story: Story, rank: int) -> Row:
        wish = page.wishes.get(story.story_id, Wishes())
        return _row(story, rank, ranks.get(story.story_id, 0), wish, labels, page.zone)

    context = {
        "page": page,
        "letter": page.letter,
        "rows": [row(story, story.rank) for story in page.edited.stories],
        "late": [row(story, 0) for story in page.edited.late],
        "left_out": [row(story, 0) for story in everything if story.story_id not in told],
        "log": _log(page, everything),
        "tags": tuple(labels.values()),
    }
    return _HTML.get_template("desk/page.html").render(context)


def _row(
    story: Story,
    rank: int,
    was: int,
    wishes: Wishes,
    labels: Mapping[str, TagLabel],
    zone: str,
) -> Row:
    largest = max([abs(value) for value in story.score_parts.values()] or [1.0]) or 1.0
    members = tuple(_member(report, zone) for report in story.coverage)
    return Row(
        key=story.lead.article_id,
        anchor=story_anchor(story.lead.article_id),
        rank=rank,
        was=was,
        headline=headline_of(story.lead.title),
        url=reader_url(story.lead.url),
        dek=clean(story.lead.dek),
        outlets=tuple(map(outlet_name, story.publishers)),
        tags=tuple(labels[hit.tag_id] for hit in story.tags if hit.tag_id in labels),
        note=clean(wishes.note),
        score=story.score,
        parts=tuple(
            (PARTS.get(name, name), value, round(100 * abs(value) / largest))
            for name, value in story.score_parts.items()
            if value
        ),
        members=members,
        wishes=wishes,
        is_split_easily=sum(member.is_original for member in members) > 1,
    )


def _member(report: Coverage, zone: str) -> Member:
    return Member(
        article_id=report.article_id,
        outlet=outlet_name(report.publisher),
        headline=headline_of(report.title),
        url=reader_url(report.url),
        day=day_of(report.told_at, zone),
        why=clean(report.why),
        is_original=report.duplicate_of is None,
    )


def _log(page: DeskPage, stories: tuple[Story, ...]) -> list[Deed]:
    """Return all that was done, the newest first."""
    titles = {r.article_id: headline_of(s.lead.title) for s in stories for r in s.coverage}
    return [
        Deed(
            number=action.action_id,
            when=moment_of(action.acted_at, page.zone),
            who=clean(action.who),
            about=titles.get(action.article_id, action.article_id[:8]) or page.issue_id,
            what=clean(words),
            is_undone=not stands,
            can_be_undone=stands and action.action not in ("join", "split"),
        )
        for action, words, stands in reversed(page.log)
    ]


def moment_of(moment: datetime, zone: str) -> str:
    """Return a moment as the desk tells it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
