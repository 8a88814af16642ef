"""What an editor does to a coming issue, kept as rows and applied in their order.

A story is named by its id, the id of its earliest article: an action holds for whichever story
that article stands in, so that a story that has grown keeps its note.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files

import duckdb

from transforms.records import Action, Story, WeekNews, Wishes

# What can be done to a story, and what each says in a log.
STORY_ACTIONS = {
    "pin": "stands first",
    "drop": "is left out",
    "move": "moves to place",
    "note": "has the note",
    "delay": "waits for the next issue",
    "reset": "stands as it was ranked",
}
# What is only told in the log: the deed itself stands in config/overrides.toml.
FILED_ACTIONS = {"join": "was joined with", "split": "was split from"}
ISSUE_ACTIONS = {"approve": "is approved"}
ACTIONS = STORY_ACTIONS | FILED_ACTIONS | ISSUE_ACTIONS
NOTE_LIMIT = 400


def create_desk_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table of actions, unless it is there."""
    connection.execute((files("transforms") / "sql" / "desk_schema.sql").read_text("utf-8"))


def keep_action(connection: duckdb.DuckDBPyConnection, action: Action) -> None:
    """Add a row."""
    connection.execute(
        "INSERT INTO desk_actions VALUES ($acted_at, $who, $edition, $week, $story, $what, $value)",
        {
            "acted_at": action.acted_at,
            "who": action.who,
            "edition": action.edition,
            "week": action.week,
            "story": action.story_id,
            "what": action.action,
            "value": action.value,
        },
    )


def read_actions(
    connection: duckdb.DuckDBPyConnection, edition: str, schema: str = "main"
) -> tuple[Action, ...]:
    """Return an edition's actions in the order of their rows; none where there is no table yet.

    Args:
        connection: Where the table is.
        edition: Whose.
        schema: The name of the database or schema it is in.
    """
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'desk_actions' "
        "AND $schema IN (database_name, schema_name)",
        {"schema": schema},
    ).fetchone()
    if not found or not found[0]:
        return ()
    rows = connection.execute(
        "SELECT acted_at, who, edition, week, story_id, action, value "  # noqa: S608 our own names
        f"FROM {schema}.desk_actions WHERE edition = $edition ORDER BY acted_at, rowid",
        {"edition": edition},
    ).fetchall()
    return tuple(Action(*row) for row in rows)


def actions_of(actions: Iterable[Action], week: str) -> tuple[Action, ...]:
    """Return the actions about the issue of one week, in their order."""
    return tuple(action for action in actions if action.week == week)


def wishes_of(actions: Iterable[Action]) -> dict[str, Wishes]:
    """Return what the actions come to, per story id, in the order of the last action."""
    found: dict[str, Wishes] = {}
    for action in actions:
        if action.action not in STORY_ACTIONS:
            continue
        before = found.pop(action.story_id, Wishes())
        found[action.story_id] = _wish(before, action)
    return found


def _wish(before: Wishes, action: Action) -> Wishes:
    shown = replace(before, is_dropped=False, is_delayed=False)
    if action.action == "note":
        return replace(before, note=action.value or None)
    if action.action == "pin":
        return replace(shown, is_pinned=True, place=None)
    if action.action == "move":
        return replace(shown, is_pinned=False, place=int(action.value))
    if action.action == "drop":
        return replace(before, is_dropped=True, is_delayed=False)
    if action.action == "delay":
        return replace(before, is_delayed=True, is_dropped=False)
    return Wishes()


def delayed_stories(actions: Iterable[Action], week: str) -> list[str]:
    """Return the ids of the stories that the issue of `week` has left to the next."""
    return [
        story_id
        for story_id, wishes in wishes_of(actions_of(actions, week)).items()
        if wishes.is_delayed
    ]


def apply_actions(news: WeekNews, actions: Sequence[Action]) -> WeekNews:
    """Return the news as the editor wants it; the same rows give the same issue.

    Pinned stories go first, in the order of pinning; then the others by rank; then each moved one
    takes its place. What is dropped or delayed is counted among the funnel's `others`.

    Args:
        news: An edition's week.
        actions: Those about its issue, in their order.
    """
    wishes = wishes_by_story(news.stories, actions)
    if not wishes:
        return news
    out = {story_id for story_id, wish in wishes.items() if wish.is_dropped or wish.is_delayed}
    shown = [story for story in news.stories if story.story_id not in out]
    order = {story_id: at for at, story_id in enumerate(wishes)}
    pinned = [s for s in shown if wishes.get(s.story_id, Wishes()).is_pinned]
    pinned.sort(key=lambda story: order[story.story_id])
    placed = [s for s in shown if wishes.get(s.story_id, Wishes()).place is not None]
    placed.sort(key=lambda story: (wishes[story.story_id].place or 0, order[story.story_id]))
    apart = {story.story_id for story in (*pinned, *placed)}
    ordered = pinned + [story for story in shown if story.story_id not in apart]
    for story in placed:
        ordered.insert((wishes[story.story_id].place or 1) - 1, story)
    stories = tuple(
        replace(story, rank=rank, note=wishes.get(story.story_id, Wishes()).note)
        for rank, story in enumerate(ordered, 1)
    )
    left_out = sum(
        report.is_this_week and report.duplicate_of is None
        for story in news.stories
        if story.story_id in out
        for report in story.coverage
    )
    funnel = replace(
        news.funnel,
        others=news.funnel.others + left_out,
        told=news.funnel.told - left_out,
        stories=len(stories),
    )
    return replace(news, stories=stories, funnel=funnel)


def wishes_by_story(stories: Sequence[Story], actions: Iterable[Action]) -> dict[str, Wishes]:
    """Return what the actions come to by the ids that their stories have now."""
    homes = {report.article_id: s.story_id for s in stories for report in s.coverage}
    return {homes[key]: wish for key, wish in wishes_of(actions).items() if key in homes}


def approval_of(actions: Sequence[Action]) -> Action | None:
    """Return the approval of an issue; what is done after it takes it back."""
    last = actions[-1] if actions else None
    return last if last and last.action == "approve" else None
