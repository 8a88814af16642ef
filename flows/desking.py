"""The editor's desk without its face: which issue is next, what is done to it, may it leave."""

import getpass
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.database import attach_read_only, memory_database, open_database
from flows.overrides_file import append_override
from flows.settings import Settings
from flows.telling import issue_id_of, load_judgement, made_issues, rank_week
from reports.words import clean
from transforms.desk import (
    ACTIONS,
    FILED_ACTIONS,
    ISSUE_ACTIONS,
    NOTE_LIMIT,
    actions_of,
    apply_actions,
    approval_of,
    keep_action,
    read_actions,
)
from transforms.errors import PerigeeError
from transforms.records import Action, Story, WeekNews
from transforms.weeks import Week

LEAST_PREFIX = 6


class DeskError(PerigeeError):
    """An action that cannot be done: of an unknown story, or without what it needs."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A coming issue, as it ranks by itself and as the editor wants it.

    Attributes:
        actions: Those about this issue, in their order.
    """

    settings: Settings
    week: Week
    ranked: WeekNews
    edited: WeekNews
    actions: tuple[Action, ...]

    @property
    def issue_id(self) -> str:
        """Which issue it is."""
        return issue_id_of(self.settings, self.week)


@dataclass(frozen=True, slots=True)
class Approval:
    """Whether the desk lets an issue leave, and why; the words are for the log."""

    may_send: bool
    words: str


def coming_week(settings: Settings, now: datetime) -> Week:
    """Return the week of the next issue: the last whole one until that is mailed."""
    week = Week.last_whole(now, settings.time_zone)
    with (
        closing(memory_database()) as connection,
        attach_read_only(connection, settings.database),
    ):
        is_made = issue_id_of(settings, week) in made_issues(connection)
    return week.next() if is_made else week


def open_desk(settings: Settings, week: Week) -> Desk:
    """Return the issue of `week` for the edition that is being told."""
    news, actions = rank_week(settings, load_judgement(settings), week)
    return Desk(settings, week, news, apply_actions(news, actions), actions)


def editor_name(given: str | None) -> str:
    """Return who acts: as given, else the user of this machine."""
    return clean(given) or getpass.getuser()


def find_story(desk: Desk, key: str) -> Story:
    """Return the story that `key` names: its place in the issue, its id, or the id's beginning.

    Raises:
        DeskError: None or several are named so.
    """
    if key.isdecimal() and 0 < int(key) <= len(desk.edited.stories):
        return desk.edited.stories[int(key) - 1]
    found = [s for s in desk.ranked.stories if s.story_id.startswith(key.casefold())]
    if len(found) == 1 and len(key) >= LEAST_PREFIX:
        return found[0]
    what = "several stories" if found else "no story"
    message = f"{key!r} names {what} of {desk.issue_id}; see `perigee issue show`"
    raise DeskError(message)


def act(
    desk: Desk, story: Story | None, action: str, value: str, who: str, now: datetime
) -> Action:
    """Do something to the issue: keep it as a row, and return that.

    Raises:
        DeskError: The action is unknown, or lacks its story or its value.
        DatabaseBusyError: Another process kept the database for too long.
    """
    if action not in ACTIONS or (story is None) != (action in ISSUE_ACTIONS):
        message = f"{action!r} is nothing to be done to {'a story' if story else 'an issue'}"
        raise DeskError(message)
    row = Action(
        acted_at=now,
        who=who,
        edition=desk.settings.edition_id,
        week=str(desk.week),
        story_id=story.story_id if story else "",
        action=action,
        value=_checked_value(desk, action, value),
    )
    with open_database(desk.settings.database) as connection:
        keep_action(connection, row)
    return row


def file_override(
    desk: Desk,
    story: Story,
    action: str,
    articles: Sequence[str],
    why: str,
    who: str,
    now: datetime,
) -> Action:
    """Join a story with others, or split articles from it: written to `overrides.toml`.

    Args:
        desk: The issue at which it was decided.
        story: Which story.
        action: `join` or `split`.
        articles: The ids of articles: of other stories, or of this one.
        why: The reason.
        who: Who decided.
        now: The present.
    """
    if action not in FILED_ACTIONS:
        message = f"{action!r} is no decision about stories; take {' or '.join(FILED_ACTIONS)}"
        raise DeskError(message)
    everything = [*desk.ranked.stories, *desk.ranked.late]
    urls = {r.article_id: r.url or r.article_id for s in everything for r in s.coverage}
    if unknown := [article for article in articles if article not in urls]:
        message = f"{unknown[0]!r} is no article of {desk.issue_id}"
        raise DeskError(message)
    named = [urls[article] for article in (story.lead.article_id, *articles)]
    append_override(desk.settings.config / "overrides.toml", action, named, who, why)
    return act(desk, story, action, ", ".join(named[1:]), who, now)


def _checked_value(desk: Desk, action: str, value: str) -> str:
    if action == "move":
        if not re.fullmatch(r"[1-9]\d{0,3}", value):
            message = f"{value!r} is no place; take 1 to {len(desk.edited.stories)}"
            raise DeskError(message)
        return value
    words = clean(value)
    if action == "note" and len(words) > NOTE_LIMIT:
        message = f"the note has {len(words)} characters; it may have {NOTE_LIMIT}"
        raise DeskError(message)
    return words if action in ("note", *FILED_ACTIONS) else ""


def may_send(settings: Settings, week: Week, due_at: datetime, now: datetime) -> Approval:
    """Return whether the desk lets the issue of `week` leave now.

    Where approval is wanted and there is none, it waits until the cut-off, and from then on the
    setting `on_cutoff` decides.

    Args:
        settings: Those of the edition.
        week: Which issue.
        due_at: When it is to leave.
        now: The present.
    """
    issue_id = issue_id_of(settings, week)
    if settings.digest.approval == "none":
        return Approval(may_send=True, words=f"{issue_id} needs no approval")
    with open_database(settings.database) as connection:
        actions = actions_of(read_actions(connection, settings.edition_id), str(week))
    if approval := approval_of(actions):
        when = approval.acted_at.astimezone(settings.zone)
        words = f"{issue_id} was approved by {approval.who}, {when:%Y-%m-%d %H:%M}"
        return Approval(may_send=True, words=words)
    was_approved = any(action.action == "approve" for action in actions)
    lack = "was changed after its approval" if was_approved else "was not approved"
    edition = f" --edition {settings.edition.id}" if settings.edition else ""
    command = f"`perigee issue approve --week {week}{edition}`"
    cutoff = due_at - timedelta(minutes=settings.digest.cutoff)
    when = cutoff.astimezone(settings.zone)
    if now < cutoff:
        words = f"{issue_id} {lack}; it waits until {when:%Y-%m-%d %H:%M} for {command}"
        return Approval(may_send=False, words=words)
    by = f"{issue_id} {lack} by {when:%Y-%m-%d %H:%M}"
    if settings.digest.on_cutoff == "send":
        return Approval(may_send=True, words=f"{by}; on_cutoff = 'send': it leaves as it is")
    return Approval(may_send=False, words=f"{by}; on_cutoff = 'hold': it waits for {command}")
