"""Mail a built issue from the command line, and show how it went."""

from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from flows.approving import released
from flows.deciding import decide
from flows.mailing import deliver_issue
from flows.settings import Settings
from flows.showing_delivery import DeliveryProgress, show_receipts
from flows.telling import BuiltIssue, issue_settings
from reports.records import Letter
from reports.render import render_letter


def send_issue(
    settings: Settings,
    built: BuiltIssue,
    err: Console,
    out: Console,
    *,
    is_confirmed: bool = False,
) -> bool:
    """Mail the issue to every reader who has not got it; return whether the run came to its end.

    An issue that was mailed before waits for `is_confirmed`, as it does in the scheduled flow.
    (How late it is does not count: a person is asking for it now.) One that waits for its approval
    is not mailed, and that is no success.

    Raises:
        DeliveryError: The issue has no story.
    """
    built.check_stories()
    now = datetime.now(UTC)
    decision = decide(
        settings,
        built.issue.issue_id,
        week=built.week,
        due_at=now,
        now=now,
        is_confirmed=is_confirmed,
    )
    decision = released(settings, built, decision, due_at=None)
    if not decision.may_send:
        out.print(decision.words, soft_wrap=True, markup=False)
        return decision.verdict == "already sent"
    with DeliveryProgress(err) as progress:
        receipt = deliver_issue(
            settings,
            built.letter,
            built.issue.issue_id,
            now,
            smaller=smaller_letter(settings, built),
            on_start=progress.start,
            on_done=progress.step,
        )
    show_receipts(out, [receipt], as_json=False)
    return not (receipt.stopped or receipt.uncertain)


def smaller_letter(settings: Settings, built: BuiltIssue) -> Letter | None:
    """Return the letter without pictures inside, for servers that find it too large."""
    if not built.letter.pictures:
        return None
    images = "remote" if built.issue.web_url else "none"
    return render_letter(built.issue, replace(issue_settings(settings), images=images))
