"""Flow `ingest`, deployed as `ingest/hourly`: fetch → parse → normalise → store."""

from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows.ingesting import summarise
from flows.settings import load_settings
from flows.steps import mail_waiting, plan, poll, report_ingest
from transforms.errors import PerigeeError
from transforms.store import Stored

# Batches polled side by side. (The two types agree; Prefect's generics cannot say so.)
POLLERS: Any = ThreadPoolTaskRunner(max_workers=4)


class NoUsableFeedError(PerigeeError):
    """Every feed that was asked has failed: more likely our network than all of them."""


@flow(
    name="ingest",
    flow_run_name="ingest",
    task_runner=POLLERS,
    persist_result=False,
)
def ingest(now: datetime | None = None) -> dict[str, Any]:
    """Poll the feeds that are due and keep what they bring.

    Safe to repeat and to interrupt; one broken feed never stops the hour.

    Args:
        now: The moment of this pass; default: the present.
    """
    settings = load_settings()
    moment = now or datetime.now(UTC)

    batches = plan(settings, moment)
    done = [f.result() for f in [poll.submit(batch, settings, moment) for batch in batches]]
    polls = [p for batch, _ in done for p in batch]
    ingested = summarise(len(settings.feeds), polls, sum((s for _, s in done), Stored()))
    report_ingest(ingested, polls)
    mail_waiting(settings, moment)  # copies that a mail server has put off
    if polls and len(ingested.failures) == len(polls):
        message = f"all {len(polls)} feeds failed; see the artifact 'feeds', and the network"
        raise NoUsableFeedError(message)
    return {"asked": ingested.asked, "outcomes": ingested.outcomes, "new": ingested.stored.new}
