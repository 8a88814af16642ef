"""Flow `digest`, deployed as `digest/weekly`: dedupe → … → rank → assemble → render → deliver."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field

from flows.settings import load_settings
from flows.steps import draw, gather, judge, mail, tell, write
from transforms.errors import DeliveryError
from transforms.weeks import Week

IsoWeek = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$", examples=["2026-W47"])]


def run_name() -> str:
    """Return what the UI calls a run."""
    week = flow_run.parameters.get("week")
    due_at = flow_run.scheduled_start_time
    return f"digest {week}" if week else f"digest of the week before {due_at:%Y-%m-%d}"


@flow(name="digest", flow_run_name=run_name, persist_result=False)
def digest(
    week: IsoWeek | None = None, send: bool = True, edition: str | None = None
) -> dict[str, Any]:
    """Build the issue of `week` and mail it once.

    Repeating it for the same week builds the same issue and mails nobody twice. A letter that is
    late, that waits for an approval, or that has nothing to tell, is built and not mailed, and the
    run fails: it needs a person.

    Args:
        week: Such as 2026-W47; default: the last whole one at the scheduled time.
        send: Mail it; else only build it.
        edition: One of perigee.toml; default: weekly, which tells everything.

    Raises:
        DeliveryError: It was to be mailed, and was not.
    """
    settings = load_settings().for_edition(edition)
    now = datetime.now(UTC)
    due_at = flow_run.scheduled_start_time or now
    chosen = Week.parse(week) if week else Week.last_whole(due_at, settings.time_zone)

    news = tell(settings, chosen)  # dedupe, tag, cluster, rank
    pictures = gather(settings, news)
    built = draw(settings, chosen, news, pictures)
    page = write(settings, built)
    result: dict[str, Any] = {"week": str(chosen), "page": str(page), "stories": len(news.stories)}
    if not send:
        return result
    if not news.stories:
        message = f"{chosen} has no story, so nothing is mailed; see perigee feeds status"
        raise DeliveryError(message)
    decision = judge(settings, built, due_at, now)
    get_run_logger().info(decision.words)
    result["decision"] = decision.verdict
    if decision.may_send:
        receipt = mail(settings, built, now)
        result |= {"sent": len(receipt.sent), "complete": receipt.is_complete}
    elif decision.verdict != "already sent":
        raise DeliveryError(decision.words)
    return result
