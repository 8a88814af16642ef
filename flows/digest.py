"""Flow `digest`, deployed as `digest/weekly`: dedupe → … → rank → assemble → render → deliver."""

from datetime import UTC, datetime
from typing import Annotated, Any

from prefect import flow, get_run_logger
from prefect.runtime import flow_run
from pydantic import Field

from flows.settings import load_settings
from flows.steps import draw, gather, judge, mail, tell, write
from transforms.weeks import Week

IsoWeek = Annotated[str, Field(pattern=r"^\d{4}-W\d{2}$", examples=["2026-W47"])]


@flow(name="digest", flow_run_name="digest {week}", persist_result=False)
def digest(week: IsoWeek | None = None, send: bool = True) -> dict[str, Any]:
    """Build the issue of `week` and mail it once.

    Repeating it for the same week builds the same issue and mails nobody twice. A run that comes
    too late, or for a week that was mailed before, says so and waits for a person.

    Args:
        week: Such as 2026-W47; default: the last whole one.
        send: Mail it; else only build it.
    """
    settings = load_settings()
    now = datetime.now(UTC)
    chosen = Week.parse(week) if week else Week.last_whole(now, settings.time_zone)

    news = tell(settings, chosen)  # dedupe, tag, cluster, rank
    pictures = gather(settings, news)
    built = draw(settings, chosen, news, pictures)
    page = write(settings, built)
    result: dict[str, Any] = {"week": str(chosen), "page": str(page), "stories": len(news.stories)}
    if not send:
        return result
    decision = judge(settings, built, flow_run.scheduled_start_time or now, now)
    get_run_logger().info(decision.words)
    if decision.may_send:
        receipt = mail(settings, built, now)
        result |= {"sent": len(receipt.sent), "complete": receipt.is_complete}
    return result | {"decision": decision.verdict}
