"""`perigee articles`: a week's articles, how one of them was changed, and their own pages."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from flows.cli_context import err, out, settings_of
from transforms.weeks import Week

app = typer.Typer(
    help="List a week's articles with their stories and tags.", invoke_without_command=True
)

AWeek = Annotated[
    str | None, typer.Option("--week", help="Such as 2026-W47; default: the running one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON record a line.")]


def _chosen(week: str | None, time_zone: str) -> Week:
    try:
        return Week.parse(week) if week else Week.of(datetime.now(UTC), time_zone)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@app.callback()
def articles(
    context: typer.Context,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    week: AWeek = None,
    as_json: AsJson = False,
) -> None:
    """List a week's articles with their stories and tags."""
    if context.invoked_subcommand is not None:
        return
    from flows.listing import list_articles
    from flows.showing import show_articles

    settings = settings_of(context)
    chosen = _chosen(week, settings.time_zone)
    show_articles(out, list_articles(settings, chosen, tag), as_json=as_json)


@app.command()
def history(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(help="An article's id, the start of one, or its address.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON record.")] = False,
) -> None:
    """Show every change of an article's title, standfirst and text, word by word."""
    from flows.listing import history_of
    from flows.showing_history import show_history

    show_history(out, history_of(settings_of(context), article), as_json=as_json)


def pages(
    context: typer.Context,
    week: AWeek = None,
    limit: Annotated[int, typer.Option(help="At most so many pages.", min=1)] = 40,
    as_json: AsJson = False,
) -> None:
    """Read the own pages of the week's best articles, and show how that went so far.

    Pages give bodies, credits and related items. Only those of feeds with `pages = true` (or of
    all, with `[fetch] pages = true`) are read, each until it has answered, and only where the
    site's robots.txt allows it.
    """
    from flows.paging import list_pages, read_pages
    from flows.showing_history import show_pages

    settings = settings_of(context)
    chosen = _chosen(week, settings.time_zone)
    with err.status("read pages …"):
        read = read_pages(settings, chosen, datetime.now(UTC), limit)
    show_pages(out, list_pages(settings, chosen), len(read), as_json=as_json)
