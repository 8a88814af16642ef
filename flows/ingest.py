"""Flow `ingest`, deployed as `ingest/hourly`: fetch → parse → normalise → store."""

from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner
from pydantic import AwareDatetime

from flows.batches import SIDE_BY_SIDE
from flows.ingesting import Ingested
from flows.settings import load_settings
from flows.steps import mail_waiting, plan, poll, read_pages, report_ingest, store
from transforms.errors import PerigeeError

# (The two types agree; Prefect's generics cannot say so.)
POLLERS: Any = ThreadPoolTaskRunner(max_workers=SIDE_BY_SIDE)


class NoUsableFeedError(PerigeeError):
    """There is no feed, or all that were asked failed: more likely our network than all of them."""


@flow(name="ingest", flow_run_name="ingest", task_runner=POLLERS, persist_result=False)
def ingest(now: AwareDatetime | None = None) -> dict[str, Any]:
    """Poll the feeds that are due and keep what they bring.

    Safe to repeat and to interrupt; one broken feed never stops the hour.

    Args:
        now: The moment of this pass, with its zone; default: the present.

    Raises:
        NoUsableFeedError: There is nothing to ask, or nobody has answered.
    """
    settings = load_settings()
    moment = now or datetime.now(UTC)

    polled = [poll.submit(batch, settings, moment) for batch in plan(settings, moment)]
    kept = [store(batch.result(), settings, moment) for batch in polled]  # one writer at a time
    ingested = report_ingest(settings, kept)
    read_pages(settings, moment)  # of the week's best articles, where that is wanted
    mail_waiting(settings, moment)  # copies that a mail server has put off
    require_a_usable_feed(ingested)
    return {"asked": ingested.asked, "outcomes": ingested.outcomes, "new": ingested.stored.new}


def require_a_usable_feed(ingested: Ingested) -> None:
    """Raise `NoUsableFeedError` where a pass had nothing to ask, or nobody has answered."""
    if not ingested.feeds:
        message = "feeds.toml lists no feed; add one"
        raise NoUsableFeedError(message)
    if ingested.asked and len(ingested.failures) == ingested.asked:
        message = f"all {ingested.asked} feeds failed; see the artifact 'feeds', and the network"
        raise NoUsableFeedError(message)
