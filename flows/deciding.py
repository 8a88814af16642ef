"""Decide whether a scheduled letter may leave by itself: late, or a second time, it waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flows.copies import OPEN_STATES, STATES, count_states
from flows.ledger import Ledger
from flows.settings import Settings
from transforms.weeks import Week

Verdict = Literal["send", "resume", "late", "already sent", "not approved"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to mail an issue now, and why.

    Attributes:
        verdict: `send` and `resume` go on; the others wait for a person.
        words: For logs and artifacts; they name the command that goes on all the same.
    """

    verdict: Verdict
    words: str

    @property
    def may_send(self) -> bool:
        """Whether it leaves."""
        return self.verdict in ("send", "resume")


def send_decision(
    issue_id: str,
    counts: Mapping[str, int],
    *,
    options: str,
    due_at: datetime,
    now: datetime,
    max_lateness: timedelta,
    is_confirmed: bool = False,
) -> Decision:
    """Return whether a run may mail an issue.

    Args:
        issue_id: Which issue.
        counts: Its copies per state; all 0 where nothing was ever begun.
        options: What names the issue on the command line, `--week 2026-W47`.
        due_at: When it was to leave.
        now: The present.
        max_lateness: How long after that it may still leave by itself.
        is_confirmed: A person has said so (`--confirm-late`).
    """
    begun = sum(counts.values())
    waiting = sum(counts[state] for state in OPEN_STATES)
    told = ", ".join(f"{counts[state]:,} {state}" for state in STATES if counts[state])
    if is_confirmed:
        return Decision("resume" if begun else "send", f"{issue_id} is mailed: a person said so")
    command = f"perigee digest {options} --send --confirm-late"
    if begun and not waiting:
        words = f"{issue_id} was mailed before ({told}); to mail it to readers who came since: "
        return Decision("already sent", words + command)
    lateness = now - due_at
    if lateness > max_lateness:
        what = f"was begun ({told}) and did not end" if begun else "has not been mailed"
        words = (
            f"{issue_id} {what}; it was due {due_at:%Y-%m-%d %H:%M %Z}, {_hours(lateness)} ago, "
            f"and leaves by itself only within {_hours(max_lateness)}; to mail it now: {command}"
        )
        return Decision("late", words)
    if begun:
        return Decision("resume", f"{issue_id} was begun ({told}); the rest is mailed")
    return Decision("send", f"{issue_id} is mailed")


def issue_options(settings: Settings, week: Week) -> str:
    """Return what names the issue of `week` in this edition on the command line."""
    edition = f" --edition {settings.edition.id}" if settings.edition else ""
    return f"--week {week}{edition}"


def decide(
    settings: Settings,
    issue_id: str,
    *,
    week: Week,
    due_at: datetime,
    now: datetime,
    is_confirmed: bool = False,
) -> Decision:
    """Return whether a run may mail an issue, by what the outbox holds of it.

    Whether its editor lets it is another matter: see `flows.approving`.

    Raises:
        DatabaseBusyError: Another process kept the database for too long.
    """
    return send_decision(
        issue_id,
        Ledger(settings.database).write(lambda c: count_states(c, issue_id)),
        options=issue_options(settings, week),
        due_at=due_at,
        now=now,
        max_lateness=timedelta(hours=settings.delivery.max_lateness),
        is_confirmed=is_confirmed,
    )


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):.3g} hours"
