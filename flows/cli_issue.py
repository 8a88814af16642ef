"""`perigee issue`, `perigee desk`: what an editor does to the coming issue."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from flows.cli_context import err, out, settings_of, week_of

if TYPE_CHECKING:
    from flows.desking import Desk
    from transforms.records import Action

# Mounted without a name: `issue` and `desk` are commands.
app = typer.Typer()
issue = typer.Typer(
    help="Pin, drop, move, note, delay, join, split and approve the coming issue's stories.",
    no_args_is_help=True,
)
app.add_typer(issue, name="issue")

Key = Annotated[
    str, typer.Argument(help="Its place in `issue show`, or its id's beginning.", metavar="STORY")
]
WeekOption = Annotated[
    str | None, typer.Option("--week", help="Such as 2026-W47; default: the coming issue's.")
]
EditionOption = Annotated[str | None, typer.Option("--edition", help="Default: weekly.")]
As = Annotated[str | None, typer.Option("--as", help="Who acts; default: you.", metavar="NAME")]
Why = Annotated[str, typer.Option(help="The reason, for whoever reads it in a year.")]


@issue.command()
def show(context: typer.Context, week: WeekOption = None, edition: EditionOption = None) -> None:
    """List the coming issue's stories in their order, with the rank's arithmetic."""
    desk = _desk(context, week, edition)
    table = Table("", "score", "= parts", "story", "id", box=None, pad_edge=False)
    for story in desk.edited.stories:
        parts = " ".join(
            f"{value:+.1f} {name}" for name, value in story.score_parts.items() if value
        )
        headline = escape(story.lead.title) + (
            f"\n[dim]{escape(story.note)}[/dim]" if story.note else ""
        )
        table.add_row(str(story.rank), f"{story.score:.1f}", parts, headline, story.story_id[:8])
    out.print(table)
    shown = {story.story_id for story in desk.edited.stories}
    for story in desk.ranked.stories:
        if story.story_id not in shown:
            out.print(f"left out  {story.story_id[:8]}  {escape(story.lead.title)}")
    out.print(f"{desk.issue_id}: {len(shown):,} stories")


@issue.command()
def pin(
    context: typer.Context,
    story: Key,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Put a story first."""
    _act(_desk(context, week, edition), story, "pin", "", who)


@issue.command()
def drop(
    context: typer.Context,
    story: Key,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Leave a story out of this issue."""
    _act(_desk(context, week, edition), story, "drop", "", who)


@issue.command()
def move(
    context: typer.Context,
    story: Key,
    place: Annotated[int, typer.Argument(min=1)],
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Put a story at a place, counted from 1."""
    _act(_desk(context, week, edition), story, "move", str(place), who)


@issue.command()
def note(
    context: typer.Context,
    story: Key,
    words: Annotated[str, typer.Argument(help="Printed on the card; empty takes it away.")],
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Print an editor's note with a story."""
    _act(_desk(context, week, edition), story, "note", words, who)


@issue.command()
def delay(
    context: typer.Context,
    story: Key,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Leave a story to the next issue."""
    _act(_desk(context, week, edition), story, "delay", "", who)


@issue.command()
def reset(
    context: typer.Context,
    story: Key,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Undo all that was done to a story."""
    _act(_desk(context, week, edition), story, "reset", "", who)


@issue.command()
def join(
    context: typer.Context,
    story: Key,
    other: Key,
    why: Why,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Make two stories one, for good (config/overrides.toml)."""
    from flows.desking import editor_name, file_override, find_story

    desk = _desk(context, week, edition)
    one, two = find_story(desk, story), find_story(desk, other)
    now, articles = datetime.now(UTC), [two.lead.article_id]
    _tell(desk, file_override(desk, one, "join", articles, why, editor_name(who), now))


@issue.command()
def split(
    context: typer.Context,
    story: Key,
    article: Annotated[str, typer.Argument(help="The id of the article that is another story.")],
    why: Why,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Split an article from a story, for good (config/overrides.toml)."""
    from flows.desking import editor_name, file_override, find_story

    desk = _desk(context, week, edition)
    found, now = find_story(desk, story), datetime.now(UTC)
    _tell(desk, file_override(desk, found, "split", [article], why, editor_name(who), now))


@issue.command()
def approve(
    context: typer.Context,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Let the issue leave as it stands; what is done to it afterwards takes that back."""
    _act(_desk(context, week, edition), None, "approve", "", who)


@issue.command()
def log(context: typer.Context, week: WeekOption = None, edition: EditionOption = None) -> None:
    """List who did what to the issue, and when."""
    desk = _desk(context, week, edition)
    for action in desk.actions:
        _tell(desk, action)
    if not desk.actions:
        out.print(f"{desk.issue_id}: nothing was done to it")


@app.command()
def desk(
    context: typer.Context,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 8801,
) -> None:
    """Open the coming issue on a page of this machine, until Ctrl-C."""
    from flows.desk_server import serve_desk
    from flows.desking import editor_name

    opened = _desk(context, week, edition)
    serve_desk(
        opened.settings,
        opened.week,
        editor_name(who),
        port,
        lambda address: out.print(f"open  {address}  (Ctrl-C ends)", soft_wrap=True),
    )


def _desk(context: typer.Context, week: str | None, edition: str | None) -> "Desk":
    from flows.desking import coming_week, open_desk

    settings = settings_of(context).for_edition(edition)
    chosen = week_of(week, settings) if week else coming_week(settings, datetime.now(UTC))
    with err.status(f"rank {chosen} …"):
        return open_desk(settings, chosen)


def _act(desk: "Desk", key: str | None, action: str, value: str, who: str | None) -> None:
    from flows.desking import act, editor_name, find_story

    story = find_story(desk, key) if key is not None else None
    _tell(desk, act(desk, story, action, value, editor_name(who), datetime.now(UTC)))


def _tell(desk: "Desk", action: "Action") -> None:
    from transforms.desk import ACTIONS

    when = action.acted_at.astimezone(desk.settings.zone)
    homes = {r.article_id: s.lead.title for s in desk.ranked.stories for r in s.coverage}
    about = homes.get(action.story_id, action.story_id[:8]) if action.story_id else desk.issue_id
    what = f"{about}: {ACTIONS.get(action.action, action.action)} {action.value}".rstrip()
    out.print(f"{when:%Y-%m-%d %H:%M} {escape(action.who)}: {escape(what)}", soft_wrap=True)
