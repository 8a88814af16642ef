"""`perigee demo`: the whole job on the bundled sample feeds, without network or mail server."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from flows.ingesting import ingest_feeds
from flows.settings import DEFAULT_CONFIG, load_settings
from flows.showing import PollProgress, show_funnel, show_ingested, show_written
from flows.telling import build_issue, write_issue
from transforms.weeks import Week

SAMPLE = DEFAULT_CONFIG / "sample"
# The sample feeds tell these two weeks; the demo reads them on the Monday after.
SAMPLE_WEEK = Week(2026, 47)
SAMPLE_NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def run_demo(folder: Path, out: Console, err: Console) -> None:
    """Ingest `config/sample/`, build the digest of its last week into `folder`, say what happened.

    Run again, it finds nothing new and writes the same bytes.
    """
    database = folder / "demo.duckdb"
    settings = load_settings(SAMPLE, database)
    out.print(f"[bold]ingest[/bold]  {len(settings.feeds)} sample feeds → {database}")
    with PollProgress(err) as progress:
        ingested = ingest_feeds(
            settings, SAMPLE_NOW, on_start=progress.start, on_done=progress.step
        )
    show_ingested(out, ingested, as_json=False)
    out.print(f"[bold]digest[/bold]  {SAMPLE_WEEK}")
    with err.status("") as status:
        built = build_issue(settings, SAMPLE_WEEK, on_stage=lambda verb: status.update(f"{verb} …"))
        written = write_issue(settings, built, folder)
    show_funnel(out, built.news)
    show_written(out, written)
