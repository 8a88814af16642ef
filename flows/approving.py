"""May a letter leave: what an editor approved, what has changed since, and what the cut-off says.

An approval is of one letter, byte for byte. Whatever changes it afterwards (another action at the
desk, an article that came in late or was rewritten, a setting) makes it another letter, which
nobody has approved.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from flows.copies import find_issue
from flows.deciding import Decision, issue_options
from flows.ledger import Ledger
from flows.letters import pack_letter
from flows.settings import Settings
from flows.telling import BuiltIssue
from reports.records import Issue, Item, Letter
from transforms.desk import actions_of, newest_approval, read_actions
from transforms.records import Action

log = logging.getLogger(__name__)

# Of what differs, so much is named.
NAMED = 6
# Characters of a summary that stand wherever its story is told.
DEK_COMPARED = 79


@dataclass(frozen=True, slots=True)
class Contents:
    """A letter, as far as two of them are compared.

    Attributes:
        letter: The hash of its bytes, pictures and all.
        stories: `(story_id, headline, hash)` of each story, in the order of the issue.
    """

    letter: str
    subject: str
    stories: tuple[tuple[str, str, str], ...]

    def to_json(self) -> str:
        """Return it as it is kept beside an approval."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Contents":
        """Return what `to_json` gave.

        Raises:
            ValueError: It is something else.
        """
        try:
            record = json.loads(text)
            stories = tuple((str(i), str(h), str(mark)) for i, h, mark in record["stories"])
            return cls(str(record["letter"]), str(record["subject"]), stories)
        except (KeyError, TypeError) as error:
            message = f"no contents of a letter: {text[:80]!r}"
            raise ValueError(message) from error


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved what, and when."""

    who: str
    approved_at: datetime
    contents: Contents


@dataclass(frozen=True, slots=True)
class Rule:
    """What `[digest]` says about approval.

    Attributes:
        cutoff: How long before a scheduled letter's moment its approval must be there.
        on_cutoff: What becomes of it without.
    """

    approval: Literal["none", "required"]
    cutoff: timedelta
    on_cutoff: Literal["send", "hold"]


def contents_of(issue: Issue, letter: Letter) -> Contents:
    """Return a letter as it is approved."""
    stories = {item.story_id: item for item in _items(issue)}
    return Contents(
        letter=hashlib.sha256(pack_letter(letter)).hexdigest(),
        subject=letter.subject,
        stories=tuple(
            (story_id, item.headline, hashlib.sha256(_told_of(item).encode()).hexdigest()[:16])
            for story_id, item in stories.items()
        ),
    )


def differences(approved: Contents, now: Contents) -> tuple[str, ...]:
    """Return in words what differs between two letters; empty where they are the same bytes."""
    if approved.letter == now.letter:
        return ()
    found = []
    if approved.subject != now.subject:
        found.append(f"the subject was {approved.subject!r} and is {now.subject!r}")
    before = {story_id: (headline, mark) for story_id, headline, mark in approved.stories}
    after = {story_id: (headline, mark) for story_id, headline, mark in now.stories}
    kept = [story_id for story_id in before if story_id in after]
    groups = {
        "added": [after[story_id][0] for story_id in after if story_id not in before],
        "gone": [before[story_id][0] for story_id in before if story_id not in after],
        "told otherwise": [after[i][0] for i in kept if before[i][1] != after[i][1]],
    }
    found += [f"{what}: {_named(headlines)}" for what, headlines in groups.items() if headlines]
    if kept != [story_id for story_id in after if story_id in before]:
        found.append("the stories stand in another order")
    return tuple(found) or ("pictures, counts, charts or the state of the feeds",)


def may_leave(
    issue_id: str,
    rule: Rule,
    approval: Approval | None,
    contents: Contents,
    *,
    options: str,
    due_at: datetime | None,
    zone: str,
) -> Decision:
    """Return whether the editor lets a letter leave, in words for the log.

    The cut-off is for the scheduled letter, which leaves with nobody there: an approval that comes
    after it counts for none, and `on_cutoff` decides. Whoever sends by hand can approve first, so
    there it does not decide. A letter that is another one than was approved never leaves.

    Args:
        issue_id: Which issue.
        rule: What is configured.
        approval: The newest that stands, if there is one.
        contents: What would leave.
        options: What names the issue on the command line, `--week 2026-W47`.
        due_at: The scheduled letter's moment; None if a person sends it.
        zone: The time zone that moments are told in.
    """
    if rule.approval == "none":
        return Decision("send", f"{issue_id} needs no approval")
    approve = f"perigee issue approve {options}"
    if approval is None:
        lack = f"{issue_id} was not approved"
        remedy = f"to approve it: {approve}"
    elif changes := differences(approval.contents, contents):
        words = (
            f"{issue_id} has changed since {_told(approval, zone)}: {'; '.join(changes)}; "
            f"look at it again, then: {approve}"
        )
        return Decision("not approved", words)
    elif due_at is None or approval.approved_at <= due_at - rule.cutoff:
        return Decision("send", f"{issue_id} leaves: {_told(approval, zone)}")
    else:
        lack = f"{issue_id}: {_told(approval, zone)}, too late"
        remedy = f"to mail it now: perigee digest {options} --send"
    if due_at is None:
        return Decision("not approved", f"{lack}; {remedy}")
    lack += f"; the cut-off was {_moment(due_at - rule.cutoff, zone)}"
    if rule.on_cutoff == "send":
        return Decision("send", f'{lack}; on_cutoff = "send": it leaves as it stands')
    return Decision("not approved", f'{lack}; on_cutoff = "hold": it waits; {remedy}')


def rule_of(settings: Settings) -> Rule:
    """Return what the settings say about approval."""
    digest = settings.digest
    return Rule(digest.approval, timedelta(hours=digest.cutoff), digest.on_cutoff)


def released(
    settings: Settings, built: BuiltIssue, decision: Decision, due_at: datetime | None
) -> Decision:
    """Return a decision to send, unless the issue's editor has not let it leave.

    A letter of which copies have left is not asked about again: every reader gets that one.

    Args:
        settings: Those of the edition.
        built: The letter that would leave.
        decision: Whether it may otherwise.
        due_at: The scheduled letter's moment; None if a person sends it.

    Raises:
        DatabaseBusyError: Another process kept the database for too long.
    """
    issue_id, week = built.issue.issue_id, str(built.week)
    if settings.digest.approval == "none" or not decision.may_send:
        return decision

    def look(connection: duckdb.DuckDBPyConnection) -> tuple[bool, Approval | None]:
        issue = find_issue(connection, issue_id)
        actions = read_actions(connection, settings.edition_id)
        return bool(issue and issue.frozen_at), standing_approval(actions_of(actions, week))

    has_left, approval = Ledger(settings.database).write(look)
    if has_left:
        return decision
    leave = may_leave(
        issue_id,
        rule_of(settings),
        approval,
        contents_of(built.issue, built.letter),
        options=issue_options(settings, built.week),
        due_at=due_at,
        zone=settings.time_zone,
    )
    log.info(leave.words)
    return replace(leave, verdict=decision.verdict) if leave.may_send else leave


def standing_approval(actions: Iterable[Action]) -> Approval | None:
    """Return the newest approval of an issue that was not taken back."""
    action = newest_approval(actions)
    if action is None:
        return None
    return Approval(action.who, action.acted_at, Contents.from_json(action.value))


def approval_words(approval: Approval, settings: Settings) -> str:
    """Return who approved, and when."""
    return _told(approval, settings.time_zone)


def rule_words(settings: Settings) -> str:
    """Return what is configured about approval."""
    digest = settings.digest
    if digest.approval == "none":
        return "The letter also leaves without approval."
    before = f"{digest.cutoff:g} h before its moment" if digest.cutoff else "its moment"
    without = "it leaves as it stands" if digest.on_cutoff == "send" else "it waits"
    return f"The letter needs an approval by {before}; without one {without}."


def _items(issue: Issue) -> Iterator[Item]:
    """Yield what the issue tells, in the order of its page."""
    if issue.lead:
        yield issue.lead
    yield from issue.cards
    for section in issue.sections:
        yield from section.items
    if issue.picture_of_the_week:
        yield issue.picture_of_the_week
    yield from issue.only_one
    yield from issue.late


def _told_of(item: Item) -> str:
    """Return what an item says wherever it stands: pictures and longer summaries are for cards."""
    beginning = (item.dek or "")[:DEK_COMPARED]
    return repr((item.headline, item.url, beginning, item.told_by, item.others, item.note))


def _named(headlines: Iterable[str]) -> str:
    listed = [f"“{headline}”" for headline in headlines]
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + more


def _told(approval: Approval, zone: str) -> str:
    return f"{approval.who} approved it {_moment(approval.approved_at, zone)}"


def _moment(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
