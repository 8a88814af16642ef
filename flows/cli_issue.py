"""`perigee issue`, `perigee desk`: what an editor does to the coming issue."""

from collections.abc import Callable
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
    help="What an editor does to the coming issue: its order, notes, approval; and undo.",
    no_args_is_help=True,
)
app.add_typer(issue, name="issue")

Key = Annotated[
    str,
    typer.Argument(
        help="Its place in `issue show`, or an article of it: id (or its beginning) or address.",
        metavar="STORY",
    ),
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
        article = story.lead.article_id[:8]
        table.add_row(str(story.rank), f"{story.score:.1f}", parts, headline, article)
    out.print(table)
    for story in desk.edited.late:
        out.print(f"late  {story.lead.article_id[:8]}  {escape(story.lead.title)}")
    told = {story.story_id for story in (*desk.edited.stories, *desk.edited.late)}
    for story in desk.stories:
        if story.story_id not in told:
            out.print(f"left out  {story.lead.article_id[:8]}  {escape(story.lead.title)}")
    out.print(f"{desk.issue_id}: {len(desk.edited.stories):,} stories")


PLAIN_ACTIONS = {
    "pin": "Put a story first.",
    "drop": "Leave a story out of this issue.",
    "delay": "Leave a story to the next issue.",
    "reset": "Undo all that was done to a story.",
}


def _plain_command(action: str) -> Callable[..., None]:
    """Return the command of an action that takes a story and nothing else."""

    def command(
        context: typer.Context,
        story: Key,
        week: WeekOption = None,
        edition: EditionOption = None,
        who: As = None,
    ) -> None:
        _act(_desk(context, week, edition), story, action, "", who)

    return command


for _action, _help in PLAIN_ACTIONS.items():
    issue.command(_action, help=_help)(_plain_command(_action))


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
    from flows.desking import editor_name
    from flows.desking import join as join_stories

    desk = _desk(context, week, edition)
    row = join_stories(desk, [story, other], why, editor_name(who), datetime.now(UTC))
    _tell(desk, row)


@issue.command()
def split(
    context: typer.Context,
    articles: Annotated[
        list[str],
        typer.Argument(help="Those of a story that are another one.", metavar="ARTICLE..."),
    ],
    why: Why,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Split articles from their story, for good (config/overrides.toml)."""
    from flows.desking import editor_name
    from flows.desking import split as split_story

    desk = _desk(context, week, edition)
    _tell(desk, split_story(desk, articles, why, editor_name(who), datetime.now(UTC)))


@issue.command()
def approve(
    context: typer.Context,
    week: WeekOption = None,
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Let exactly this letter leave; what changes it afterwards makes it another one."""
    from flows.desking import approve_letter, editor_name

    desk = _desk(context, week, edition)
    with err.status("draw the letter …"):
        row = approve_letter(desk, editor_name(who), datetime.now(UTC))
    _tell(desk, row)


@issue.command()
def undo(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="As `issue log` shows it.", metavar="NO")],
    edition: EditionOption = None,
    who: As = None,
) -> None:
    """Take back one action: a place, a note, an approval, an undo."""
    from flows.desking import editor_name
    from flows.desking import undo as take_back

    settings = settings_of(context).for_edition(edition)
    row = take_back(settings, number, editor_name(who), datetime.now(UTC))
    _tell(_desk(context, row.week, edition), row)


@issue.command()
def log(
    context: typer.Context,
    week: WeekOption = None,
    edition: EditionOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a line.")] = False,
) -> None:
    """List who did what to the issue, and when."""
    from dataclasses import asdict

    from flows.showing import print_json
    from transforms.desk import in_force

    desk = _desk(context, week, edition)
    standing = in_force(desk.actions)
    for action in desk.actions:
        if as_json:
            print_json(asdict(action) | {"is_undone": action not in standing})
        else:
            _tell(desk, action, is_undone=action not in standing)
    if not desk.actions and not as_json:
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


def _act(desk: "Desk", key: str, action: str, value: str, who: str | None) -> None:
    from flows.desking import act, editor_name, find_story

    _, article = find_story(desk, key)
    _tell(desk, act(desk, action, article, value, editor_name(who), datetime.now(UTC)))


def _tell(desk: "Desk", action: "Action", *, is_undone: bool = False) -> None:
    from transforms.desk import words_of

    when = action.acted_at.astimezone(desk.settings.zone)
    titles = {r.article_id: s.lead.title for s in desk.stories for r in s.coverage}
    about = titles.get(action.article_id, action.article_id[:8]) or desk.issue_id
    what = f"{action.who}: {about}: {words_of(action)}"
    line = f"{action.action_id:>3}  {when:%Y-%m-%d %H:%M}  {what}"
    out.print(escape(line) + (" [dim](undone)[/dim]" if is_undone else ""), soft_wrap=True)
