"""The editor's desk without its face: which issue is next, what is done to it."""

import getpass
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.approving import Approval, Contents, contents_of, standing_approval
from flows.database import attach_read_only, memory_database, open_database
from flows.overrides_file import append_override, restore
from flows.settings import Settings
from flows.telling import (
    BuiltIssue,
    finish_issue,
    issue_id_of,
    load_judgement,
    made_issues,
    rank_week,
)
from reports.words import clean
from transforms.desk import (
    FILED_ACTIONS,
    NOTE_LIMIT,
    STORY_ACTIONS,
    apply_actions,
    in_force,
    keep_action,
    read_actions,
)
from transforms.errors import ConfigError, PerigeeError
from transforms.records import Action, Story, WeekNews
from transforms.urls import canonical_or
from transforms.week_news import Judgement
from transforms.weeks import Week

LEAST_PREFIX = 6


class DeskError(PerigeeError):
    """An action that cannot be done: of an unknown story, or without what it needs."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A coming issue, as it ranks by itself and as the editor wants it.

    Attributes:
        actions: Those about this issue, in their order, undone ones among them.
    """

    settings: Settings
    judgement: Judgement
    week: Week
    ranked: WeekNews
    edited: WeekNews
    actions: tuple[Action, ...]

    @property
    def issue_id(self) -> str:
        """Which issue it is."""
        return issue_id_of(self.settings, self.week)

    @property
    def stories(self) -> tuple[Story, ...]:
        """All that something may be done to: the week's stories and the late ones."""
        return (*self.ranked.stories, *self.ranked.late)

    @property
    def approval(self) -> Approval | None:
        """The newest that was not taken back; it may be of another letter."""
        return standing_approval(self.actions)


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
    judgement = load_judgement(settings)
    news, actions = rank_week(settings, judgement, week)
    edited = apply_actions(news, actions, week, settings.time_zone)
    return Desk(settings, judgement, week, news, edited, actions)


def draw(desk: Desk) -> BuiltIssue:
    """Return the letter as it would leave now."""
    return finish_issue(desk.settings, desk.judgement, desk.week, desk.edited)


def editor_name(given: str | None) -> str:
    """Return who acts: as given, else the user of this machine."""
    return clean(given) or getpass.getuser()


def find_story(desk: Desk, key: str) -> tuple[Story, str]:
    """Return the story that `key` names, with the article by which it is named.

    Args:
        desk: The issue.
        key: The address of one of the story's articles, its id or the id's beginning; or the
            story's place in the issue, which stands for the article on its card.

    Raises:
        DeskError: None or several are named so.
    """
    if key.isdecimal() and 0 < int(key) <= len(desk.edited.stories):
        story = desk.edited.stories[int(key) - 1]
        return story, story.lead.article_id
    address = canonical_or(key, "")
    found = [
        (story, report.article_id)
        for story in desk.stories
        for report in story.coverage
        if (len(key) >= LEAST_PREFIX and report.article_id.startswith(key.casefold()))
        or (address and report.url and canonical_or(report.url, "") == address)
    ]
    if len({story.story_id for story, _ in found}) == 1:
        return found[0]
    what = "several stories" if found else "no story"
    message = f"{key!r} names {what} of {desk.issue_id}; see `perigee issue show`"
    raise DeskError(message)


def act(desk: Desk, action: str, article_id: str, value: str, who: str, now: datetime) -> Action:
    """Do something to the story that holds an article: keep it as a row, and return that.

    Raises:
        DeskError: The action is unknown, or lacks its value.
        DatabaseBusyError: Another process kept the database for too long.
    """
    if action not in STORY_ACTIONS:
        message = f"{action!r} is nothing to be done to a story; take {', '.join(STORY_ACTIONS)}"
        raise DeskError(message)
    return _keep(desk, action, article_id, _checked_value(desk, action, value), who, now)


def approve(desk: Desk, contents: Contents, who: str, now: datetime) -> Action:
    """Let exactly this letter leave."""
    return _keep(desk, "approve", "", contents.to_json(), who, now)


def approve_letter(desk: Desk, who: str, now: datetime) -> Action:
    """Let the letter leave as it would be built now."""
    built = draw(desk)
    return approve(desk, contents_of(built.issue, built.letter), who, now)


def undo(settings: Settings, action_id: int, who: str, now: datetime) -> Action:
    """Take an action back, whichever issue it was about; return the row that does so.

    Raises:
        DeskError: There is no such action, or it stands no more, or is not undone here.
        DatabaseBusyError: Another process kept the database for too long.
    """
    with open_database(settings.database) as connection:
        actions = read_actions(connection, settings.edition_id)
        target = next((action for action in actions if action.action_id == action_id), None)
        if target is None:
            message = f"there is no action no. {action_id}; see `perigee issue log`"
            raise DeskError(message)
        if target.action in FILED_ACTIONS:
            message = (
                f"no. {action_id}, {target.action}, stands in "
                f"{settings.config / 'overrides.toml'}; take it out there"
            )
            raise DeskError(message)
        if target not in in_force(actions):
            message = f"no. {action_id} was taken back before"
            raise DeskError(message)
        row = Action(
            acted_at=now,
            who=who,
            edition=target.edition,
            week=target.week,
            article_id=target.article_id,
            action="undo",
            value=str(action_id),
        )
        return keep_action(connection, row)


def join(desk: Desk, articles: Sequence[str], why: str, who: str, now: datetime) -> Action:
    """Make the stories that hold these articles one, for good, in `overrides.toml`.

    All of their articles are named: else the others could stay behind as a story of their own.

    Raises:
        DeskError: It cannot be: they are one already, or the file keeps them apart.
    """
    homes = [find_story(desk, article)[0] for article in articles]
    if len({story.story_id for story in homes}) < len(homes):
        message = "they are one story already"
        raise DeskError(message)
    members = [
        report.article_id
        for story in homes
        for report in story.coverage
        if report.duplicate_of is None
    ]
    _file(desk, [("join", members)], why, who)
    others = ", ".join(story.lead.title for story in homes[1:])
    return _keep(desk, "join", homes[0].lead.article_id, others, who, now)


def split(desk: Desk, articles: Sequence[str], why: str, who: str, now: datetime) -> Action:
    """Make these articles of one story another story, for good, in `overrides.toml`.

    What stays behind is joined, and so is what goes: else the articles that are split could draw
    others along.

    Raises:
        DeskError: It cannot be: they are of several stories or all of one, or one repeats another.
    """
    found = [find_story(desk, article) for article in articles]
    if len({story.story_id for story, _ in found}) != 1:
        message = "name articles of one story, those that are another one"
        raise DeskError(message)
    story = found[0][0]
    go = list(dict.fromkeys(article for _, article in found))
    originals = [report for report in story.coverage if report.duplicate_of is None]
    stay = [report.article_id for report in originals if report.article_id not in go]
    if not stay or not set(go) <= {report.article_id for report in originals}:
        message = "some of the story must stay; an article that repeats another goes where that is"
        raise DeskError(message)
    together = [("join", group) for group in (stay, go) if len(group) > 1]
    _file(desk, [*together, ("split", [go[0], stay[0]])], why, who)
    rest = next(report.title for report in originals if report.article_id == stay[0])
    return _keep(desk, "split", go[0], rest, who, now)


def _file(desk: Desk, decisions: Sequence[tuple[str, Sequence[str]]], why: str, who: str) -> None:
    """Write decisions into `overrides.toml`, unless the week could not be told with them."""
    path = desk.settings.config / "overrides.toml"
    before = path.read_bytes() if path.is_file() else None
    names = _lasting_names(desk.settings, [a for _, articles in decisions for a in articles])
    try:
        for kind, articles in decisions:
            append_override(path, kind, [names[article] for article in articles], who, why)
        _check_decisions(desk, path)
    except BaseException:
        restore(path, before)
        raise


def _check_decisions(desk: Desk, path: Path) -> None:
    try:
        open_desk(desk.settings, desk.week)
    except ConfigError as error:
        message = f"it contradicts what {path} says already: {error}"
        raise DeskError(message) from error


def _lasting_names(settings: Settings, articles: Sequence[str]) -> dict[str, str]:
    """Return what `overrides.toml` calls each article: its address, if that is its own, or its id.

    Articles that share one page are told apart by their ids alone.
    """
    with (
        closing(memory_database()) as connection,
        attach_read_only(connection, settings.database),
    ):
        rows = connection.execute(
            "SELECT article_id, url, canonical_url FROM durable.articles "
            "WHERE article_id IN (SELECT unnest($articles::VARCHAR[]))",
            {"articles": list(articles)},
        ).fetchall()
    return {
        article_id: url if url and canonical_or(url, None) == canonical else canonical or article_id
        for article_id, url, canonical in rows
    }


def _keep(desk: Desk, action: str, article_id: str, value: str, who: str, now: datetime) -> Action:
    row = Action(
        acted_at=now,
        who=who,
        edition=desk.settings.edition_id,
        week=str(desk.week),
        article_id=article_id,
        action=action,
        value=value,
    )
    with open_database(desk.settings.database) as connection:
        return keep_action(connection, row)


def _checked_value(desk: Desk, action: str, value: str) -> str:
    if action == "move":
        if not re.fullmatch(r"[1-9]\d{0,3}", value):
            message = f"{value!r} is no place; take 1 to {len(desk.edited.stories)}"
            raise DeskError(message)
        return value
    words = clean(value) if action == "note" else ""
    if len(words) > NOTE_LIMIT:
        message = f"the note has {len(words)} characters; it may have {NOTE_LIMIT}"
        raise DeskError(message)
    return words
