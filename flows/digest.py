"""Flow `digest`, deployed as `digest/weekly`: dedupe → … → rank → assemble → render → deliver."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import AwareDatetime, Field

from flows.settings import DUE, Settings, load_settings
from flows.steps import draw, gather, judge, mail, tell, write
from transforms.errors import DeliveryError
from transforms.weeks import Week

IsoWeek = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$", examples=["2026-W47"])]


def run_name() -> str:
    """Return what the UI calls a run."""
    given = flow_run.parameters
    due_at = given.get("due_at") or flow_run.scheduled_start_time
    what = f"digest {given['edition']}" if given.get("edition") else "digest"
    return f"{what} {given['week']}" if given.get("week") else f"{what} {due_at:%Y-%m-%d}"


@flow(name="digest", flow_run_name=run_name, persist_result=False)
def digest(
    week: IsoWeek | None = None,
    send: bool = True,
    edition: str | None = None,
    due_at: AwareDatetime | None = None,
) -> dict[str, Any]:
    """Build the issue of `week` and mail it once.

    Repeating it for the same week builds the same issue and mails nobody twice. A letter that is
    late, that waits for an approval, or that has nothing to tell, is built and not mailed, and the
    run fails: it needs a person.

    Args:
        week: Such as 2026-W47; default: the last whole one at its moment.
        send: Mail it; else only build it.
        edition: One of perigee.toml; default: weekly, which tells everything; `due`: each one
            whose day it is, which the schedule asks for.
        due_at: Its moment, which decides what is due and what is late; default: when the run was
            scheduled.

    Raises:
        DeliveryError: It was to be mailed, and was not.
    """
    settings = load_settings()
    due_at = due_at or flow_run.scheduled_start_time or datetime.now(UTC)
    if edition == DUE:
        return _digest_due(settings, week, due_at, send=send)
    return _digest_one(settings.for_edition(edition), week, due_at, send=send)


def _digest_due(
    settings: Settings, week: str | None, due_at: datetime, *, send: bool
) -> dict[str, Any]:
    """Run the flow for each edition whose day it is; one that fails does not hold up the others.

    A day that was missed is told by its own run, which Prefect starts late.
    """
    due = settings.editions_due(due_at)
    get_run_logger().info(
        "%s: %s", f"{due_at.astimezone(settings.zone):%A}", ", ".join(due) or "no edition leaves"
    )
    states = [
        digest(week=week, send=send, edition=name, due_at=due_at, return_state=True) for name in due
    ]
    results = [state.result(raise_on_failure=False) for state in states]
    told = dict(zip(due, results, strict=True))
    failed = [f"{name}: {what}" for name, what in told.items() if isinstance(what, Exception)]
    if failed:
        raise DeliveryError("; ".join(failed))
    return told


def _digest_one(
    settings: Settings, week: str | None, due_at: datetime, *, send: bool
) -> dict[str, Any]:
    """Build the issue of one edition, and mail it."""
    now = datetime.now(UTC)
    chosen = Week.parse(week) if week else Week.last_whole(due_at, settings.time_zone)

    news = tell(settings, chosen)  # dedupe, tag, cluster, rank
    pictures = gather(settings, news)
    built = draw(settings, chosen, news, pictures)
    page = write(settings, built)
    result: dict[str, Any] = {"week": str(chosen), "page": str(page), "stories": len(news.stories)}
    if not send:
        return result
    built.check_stories()
    decision = judge(settings, built, due_at, now)
    get_run_logger().info(decision.words)
    result["decision"] = decision.verdict
    if decision.may_send:
        receipt = mail(settings, built, now)
        result |= {"sent": len(receipt.sent), "complete": receipt.is_complete}
    elif decision.verdict != "already sent":
        raise DeliveryError(decision.words)
    return result
