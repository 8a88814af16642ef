"""The editor's desk as a page: the coming issue, why it ranks so, and what may be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.archive import PARTS
from reports.links import reader_url
from reports.printing import html_environment
from transforms.records import Action, WeekNews, Wishes

_HTML = html_environment()
_HTML.filters["address"] = reader_url


@dataclass(frozen=True, slots=True)
class DeskPage:
    """What the page shows.

    Attributes:
        who: Who acts.
        token: Stands in every form.
        said: What was just done; may be empty.
        ranked: The week as it ranks by itself.
        edited: The week as the editor wants it.
        wishes: What was wished, by story id.
        approval: The one that holds.
        words: What each action says in the log.
    """

    issue_id: str
    who: str
    token: str
    said: str
    ranked: WeekNews
    edited: WeekNews
    actions: tuple[Action, ...]
    wishes: Mapping[str, Wishes]
    approval: Action | None
    words: Mapping[str, str]
    note_limit: int
    zone: str


def draw_desk(page: DeskPage) -> str:
    """Return the page; it needs no script and loads nothing."""
    shown = {story.story_id for story in page.edited.stories}
    ranks = {story.story_id: story.rank for story in page.ranked.stories}
    titles = {r.article_id: s.lead.title for s in page.ranked.stories for r in s.coverage}
    context = {
        "page": page,
        "ranks": ranks,
        "left_out": [story for story in page.ranked.stories if story.story_id not in shown],
        "wishes": page.wishes,
        "approval": page.approval,
        "parts": PARTS,
        "words": page.words,
        "titles": titles,
        "note_limit": page.note_limit,
        "when": lambda moment: _when(moment, page.zone),
    }
    return _HTML.get_template("desk.html").render(context)


def _when(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
