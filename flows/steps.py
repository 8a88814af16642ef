"""Every Prefect task: how it is retried and what it calls, nothing else."""

import errno
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from prefect import task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from flows import ingesting, mailing, telling
from flows.approving import released
from flows.batches import Batch, batches_of
from flows.copies import Delivery
from flows.deciding import Decision, decide
from flows.picturing import gather_pictures
from flows.polling import Poller
from flows.sending import smaller_letter
from flows.settings import Settings
from flows.showing_delivery import delivery_rows
from reports.pictures import pictures_wanted
from reports.records import Picture
from transforms.errors import ConfigError, DatabaseBusyError, DeliveryError
from transforms.records import WeekNews
from transforms.store import Poll, Stored
from transforms.weeks import Week

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_transient(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Return whether trying again may help: a busy database or a full disk, never a bad setting."""
    try:
        state.result()
    except DatabaseBusyError:
        return True
    except OSError as error:
        return error.errno in DISK_FULL
    except Exception as error:  # noqa: BLE001 whatever else it is will be the same the next time
        return os.strerror(errno.ENOSPC) in str(error)  # DuckDB says it in words
    return False


# For what meets the database: another process may hold it for a while.
PATIENTLY: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [5, 30, 120],
    "retry_condition_fn": is_transient,
}


@task(cache_policy=NO_CACHE, **PATIENTLY)
def plan(settings: Settings, now: datetime) -> list[Batch]:
    """Return the feeds that are due, in batches; see `flows.ingesting.plan_polls`."""
    return batches_of(ingesting.plan_polls(settings, now))


# Not retried: a feed that does not answer is an outcome, and asked again when it is due.
@task(cache_policy=NO_CACHE, task_run_name="poll batch {batch.number} of {batch.of}")
def poll(batch: Batch, settings: Settings, now: datetime) -> list[Poll]:
    """Poll some 25 feeds side by side; see `flows.polling`."""
    workers = batch.share_of(settings.fetch.workers)
    fetch = settings.fetch.model_copy(update={"workers": workers})
    with Poller(fetch, settings.config, now) as poller:
        return list(poller.poll(batch.states))


@task(cache_policy=NO_CACHE, **PATIENTLY)
def store(
    polls: Sequence[Poll], settings: Settings, now: datetime
) -> tuple[tuple[Poll, ...], Stored]:
    """Keep what a batch has brought; see `flows.ingesting.keep_polls`. Its articles are let go."""
    stored = ingesting.keep_polls(settings, polls, now)
    return tuple(poll.without_articles() for poll in polls), stored


@task(cache_policy=NO_CACHE, **PATIENTLY)
def read_pages(settings: Settings, now: datetime) -> None:
    """Read the pages that the running week wants; see `flows.ingesting.read_wanted_pages`."""
    pages = ingesting.read_wanted_pages(settings, now)
    if pages:
        create_table_artifact(
            key="pages",
            table=[
                {"url": p.url, "outcome": p.outcome, "detail": p.detail or ", ".join(p.fields)}
                for p in pages
            ],
            description="Articles' own pages, and what they added.",
        )


@task(cache_policy=NO_CACHE)
def report_ingest(
    settings: Settings, kept: Sequence[tuple[tuple[Poll, ...], Stored]]
) -> ingesting.Ingested:
    """Leave a table of the feeds' outcomes and a summary in the UI; return the counts."""
    polls = [poll for batch, _ in kept for poll in batch]
    stored = sum((stored for _, stored in kept), Stored())
    ingested = ingesting.summarise(len(settings.feeds), polls, stored)
    create_table_artifact(
        key="feeds",
        table=[
            {
                "feed": p.feed.feed_id,
                "outcome": p.outcome,
                "status": p.status,
                "entries": p.entries,
                "seconds": p.seconds,
                "detail": p.detail or "",
            }
            for p in polls
        ],
        description="How each feed answered.",
    )
    outcomes = ", ".join(f"{count} {name}" for name, count in ingested.outcomes.items())
    create_markdown_artifact(
        key="ingest",
        markdown=(
            f"{ingested.asked} of {ingested.feeds} feeds were due: {outcomes or 'none'}.\n\n"
            f"{ingested.entries:,} entries read: {stored.new:,} new, {stored.changed:,} changed, "
            f"{stored.same:,} known."
        ),
    )
    return ingested


@task(cache_policy=NO_CACHE, task_run_name="tell {week}", **PATIENTLY)
def tell(settings: Settings, week: Week) -> WeekNews:
    """Dedupe, tag, cluster and rank; see `flows.telling.tell_week`."""
    return telling.tell_week(settings, telling.load_judgement(settings), week)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[10, 60])
def gather(settings: Settings, news: WeekNews) -> dict[str, Picture]:
    """Fetch the pictures that the issue may show; see `flows.picturing`."""
    return dict(gather_pictures(settings, news, pictures_wanted(news, settings.digest.cards)))


@task(cache_policy=NO_CACHE, task_run_name="draw {week}")
def draw(
    settings: Settings, week: Week, news: WeekNews, pictures: dict[str, Picture]
) -> telling.BuiltIssue:
    """Assemble and render the issue; see `flows.telling.draw_issue`."""
    return telling.draw_issue(settings, telling.load_judgement(settings), week, news, pictures)


@task(
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=is_transient,
)
def write(settings: Settings, built: telling.BuiltIssue) -> Path:
    """Write the issue's files; leave the funnel and their place in the UI."""
    written = telling.write_issue(settings, built, settings.digest.out)
    funnel = built.news.funnel
    create_markdown_artifact(
        key="issue",
        markdown=(
            f"**{built.issue.subject}**\n\n"
            f"`{written.page.absolute()}`"
            + (f"\n\n[On the web]({built.issue.web_url})" if built.issue.web_url else "")
            + f"\n\n| | |\n|---|---:|\n| seen in feeds | {funnel.sightings:,} |\n"
            f"| articles | {funnel.articles:,} |\n| repeats | -{funnel.duplicates:,} |\n"
            f"| look-alikes | -{funnel.look_alikes:,} |\n| told | {funnel.told:,} |\n"
            f"| stories | {funnel.stories:,} |\n"
        ),
    )
    return written.page


@task(cache_policy=NO_CACHE)
def judge(
    settings: Settings, built: telling.BuiltIssue, due_at: datetime, now: datetime
) -> Decision:
    """Decide whether the letter may leave by itself; see `flows.deciding`, `flows.approving`."""
    decision = decide(settings, built.issue.issue_id, week=built.week, due_at=due_at, now=now)
    return released(settings, built, decision, due_at)


@task(
    cache_policy=NO_CACHE,
    retries=3,
    retry_delay_seconds=[60, 300, 900],
    retry_condition_fn=is_transient,
)
def mail(settings: Settings, built: telling.BuiltIssue, now: datetime) -> mailing.Receipt:
    """Mail each reader once; see `flows.mailing`. Trying again sends nothing twice.

    Raises:
        DeliveryError: The run ended early, or a person must decide about a copy.
    """
    progress = SendingProgress(built.issue.issue_id)
    receipt = mailing.deliver_issue(
        with_credentials(settings),
        built.letter,
        built.issue.issue_id,
        now,
        smaller=smaller_letter(settings, built),
        on_start=progress.start,
        on_done=progress.step,
    )
    report_delivery(receipt)
    if receipt.stopped or receipt.uncertain:
        why = receipt.stopped or f"nobody knows whether {len(receipt.uncertain):,} copies arrived"
        message = (
            f"issue {receipt.issue_id}: {len(receipt.sent):,} copies sent, then: {why}; "
            f"see perigee outbox report --week {built.week}"
        )
        raise DeliveryError(message)
    return receipt


@task(
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_condition_fn=is_transient,
)
def mail_waiting(settings: Settings, now: datetime) -> int:
    """Mail the copies that were put off and are due; return how many left."""
    receipts = mailing.deliver_due(with_credentials(settings), now)
    for receipt in receipts:
        report_delivery(receipt)
    return sum(len(receipt.sent) for receipt in receipts)


def report_delivery(receipt: mailing.Receipt) -> None:
    """Leave a table of a run's copies in the UI; addresses are masked."""
    create_table_artifact(
        key="deliveries",
        table=delivery_rows(receipt),
        description=f"What became of {receipt.issue_id}; addresses are masked.",
    )


class SendingProgress:
    """A progress bar in the UI; moved at most once for each percent."""

    def __init__(self, issue_id: str) -> None:
        """Name the issue; the bar appears when sending starts."""
        self._issue_id = issue_id
        self._total = 0
        self._done = 0
        self._shown = 0

    def start(self, total: int) -> None:
        """Show how many copies there are."""
        self._total = total
        self._artifact = create_progress_artifact(
            progress=0.0, key="sending", description=f"{total:,} copies of {self._issue_id}"
        )

    def step(self, _delivery: Delivery) -> None:
        """Count one copy."""
        self._done += 1
        percent = 100 * self._done // max(self._total, 1)
        if percent > self._shown:
            self._shown = percent
            update_progress_artifact(self._artifact, progress=float(percent))  # type: ignore[arg-type]


def with_credentials(settings: Settings) -> Settings:
    """Return the settings with the mail server's login from the Prefect block, if one is named.

    Raises:
        ConfigError: The extra `email-block` is not installed.
    """
    name = settings.delivery.credentials_block
    if name is None:
        return settings
    try:
        from prefect_email import EmailServerCredentials  # noqa: PLC0415 an optional extra
    except ImportError as error:
        message = f"[delivery] credentials_block = {name!r} needs `pip install prefect-email`"
        raise ConfigError(message) from error
    block = EmailServerCredentials.load(name)
    return settings.with_login(smtp_url_of(block), block.password.get_secret_value())


def smtp_url_of(block: Any) -> str:  # noqa: ANN401 the extra may be missing
    """Return the address that says what the block says: server, port, user and kind of TLS."""
    kind = getattr(block.smtp_type, "name", str(block.smtp_type))
    scheme = "smtps" if kind == "SSL" else "smtp"
    server = getattr(block.smtp_server, "value", block.smtp_server)
    user = f"{quote(block.username, safe='')}@" if block.username else ""
    port = f":{block.smtp_port}" if block.smtp_port else ""
    return f"{scheme}://{user}{server}{port}" + ("?starttls=required" if kind == "STARTTLS" else "")
