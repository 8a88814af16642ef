"""`perigee`: the same functions as the flows, without Prefect."""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.logging import RichHandler
from rich.markup import escape

from flows import cli_archive, cli_articles, cli_delivery, cli_issue, cli_subscribing
from flows.cli_context import err, moment_of, out, settings_of, week_of
from flows.settings import load_settings
from transforms.errors import PerigeeError

# What costs time to import (DuckDB, feedparser, Jinja2, Pillow) is imported by the command that
# needs it, so that `--help` and the small commands answer at once.

Result = TypeVar("Result")

app = typer.Typer(
    name="perigee",
    help="Watches the world's space-news feeds and, once a week, mails a letter about them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(cli_subscribing.app, name="feeds")
app.add_typer(cli_articles.app, name="articles")
app.command()(cli_articles.pages)
app.add_typer(cli_delivery.app)
app.add_typer(cli_archive.app)
app.add_typer(cli_issue.app)


@app.callback()
def configure(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="The folder of feeds.toml, tags.toml and perigee.toml.", metavar="DIR"),
    ] = None,
    database: Annotated[Path | None, typer.Option(help="The DuckDB file.", metavar="FILE")] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log one line per feed and stage.")
    ] = False,
) -> None:
    """Read the settings once; every command finds them in its context."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(message)s",
        handlers=[RichHandler(console=err, show_path=False, rich_tracebacks=False)],
    )
    context.obj = lambda: load_settings(config, database)


@app.command()
def ingest(
    context: typer.Context,
    now: Annotated[
        datetime | None,
        typer.Option(
            help="The moment of this pass, ISO 8601; default: now.",
            parser=moment_of,
            metavar="ISO",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Poll the feeds that are due and keep what they bring."""
    from flows.ingesting import ingest_feeds
    from flows.showing import PollProgress, show_ingested

    settings = settings_of(context)
    with PollProgress(err) as progress:
        ingested = ingest_feeds(
            settings,
            now or datetime.now(UTC),
            on_start=progress.start,
            on_done=progress.step,
        )
    show_ingested(out, ingested, as_json=as_json)
    if ingested.asked and len(ingested.failures) == ingested.asked:
        raise typer.Exit(1)


@app.command()
def digest(  # noqa: PLR0913, PLR0917 its options
    context: typer.Context,
    week: Annotated[
        str | None, typer.Option(help="Such as 2026-W47; default: the last whole one.")
    ] = None,
    edition: Annotated[
        str | None, typer.Option(help="One of perigee.toml; default: weekly, all news.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where issues are written.", metavar="DIR")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it to every recipient, once.")] = False,
    send_test: Annotated[
        str | None,
        typer.Option(help="Mail it to this address only, marked as a test.", metavar="ADDRESS"),
    ] = None,
    confirm_late: Annotated[
        bool,
        typer.Option(
            "--confirm-late", help="With --send: also late, or to readers who came since."
        ),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print each story's score as the sum of its parts.")
    ] = False,
) -> None:
    """Build the week's issue; mail it only with --send."""
    from flows.showing import show_explained, show_funnel, show_written
    from flows.telling import build_issue, write_issue

    settings = settings_of(context).for_edition(edition)
    chosen = week_of(week, settings)
    with err.status("") as status:
        built = build_issue(settings, chosen, on_stage=lambda verb: status.update(f"{verb} …"))
        written = write_issue(settings, built, folder or settings.digest.out)
    show_funnel(out, built.news)
    if explain:
        show_explained(out, built.news)
    show_written(out, written)
    if send_test:
        from flows.mailing import send_test as send_one

        out.print(send_one(settings, built.letter, send_test, datetime.now(UTC)))
    if send:
        from flows.sending import send_issue

        if not send_issue(settings, built, err, out, is_confirmed=confirm_late):
            raise typer.Exit(1)


@app.command()
def extract(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A file or an address.", metavar="FILE|URL")],
) -> None:
    """Print an article, a web page or a text page, as one JSON record of our schema."""
    import json

    from flows.extracting import extract_article

    settings = settings_of(context)
    record = extract_article(settings, source, datetime.now(UTC))
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=1) + "\n")


@app.command()
def label(
    context: typer.Context,
    articles: Annotated[
        Path, typer.Argument(metavar="ARTICLES.jsonl", exists=True, dir_okay=False)
    ],
    labels: Annotated[Path, typer.Argument(metavar="OUT.jsonl", dir_okay=False, writable=True)],
) -> None:
    """Dedupe, cluster and tag articles from a file, in a fresh database in memory."""
    from flows.labelling import label_articles

    with err.status("label …"):
        count = label_articles(settings_of(context), articles, labels)
    out.print(f"{count:,} articles labelled: {labels}")


@app.command()
def explain(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help="An article's id or address.", metavar="A")],
    second: Annotated[
        str | None, typer.Argument(help="Another one: are the two one story?", metavar="[B]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON record.")] = False,
) -> None:
    """Say why an article has its tags and its story; of two, why they are one story or not."""
    from flows.explaining import explain_article, explain_articles
    from flows.showing_stories import show_article, show_pair

    settings = settings_of(context)
    if second is None:
        show_article(out, explain_article(settings, first), as_json=as_json)
    else:
        show_pair(out, explain_articles(settings, first, second), as_json=as_json)


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Option("--out", help="Where the issue is written.", metavar="DIR")
    ] = Path("out"),
) -> None:
    """Ingest the bundled sample feeds and build their digest: no network, no mail server."""
    from flows.demo import run_demo

    run_demo(folder, out, err)


def told(action: Callable[[], Result]) -> Result:
    """Run `action`; what Perigee raises on purpose is told in one line, not as a traceback."""
    try:
        return action()
    except PerigeeError as error:
        err.print(f"[red]error[/red] {escape(str(error))}")
        sys.exit(1)


def main() -> Any:  # noqa: ANN401 typer's exit status
    """Run the command line."""
    return told(app)


if __name__ == "__main__":
    main()
