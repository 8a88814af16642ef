"""What an editor does to a coming issue, kept as rows and applied in their order.

An action names an article and holds for whichever story has that article when the issue is built:
so it outlives a re-clustering, and a story that has grown keeps its note.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files

import duckdb

from transforms.editions import days_of
from transforms.records import Action, Story, WeekNews, Wishes
from transforms.weeks import Week

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
ISSUE_ACTIONS = {"approve": "is approved", "undo": "takes back"}
ACTIONS = STORY_ACTIONS | FILED_ACTIONS | ISSUE_ACTIONS
NOTE_LIMIT = 400


def create_desk_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the table of actions, unless it is there."""
    connection.execute((files("transforms") / "sql" / "desk_schema.sql").read_text("utf-8"))


def keep_action(connection: duckdb.DuckDBPyConnection, action: Action) -> Action:
    """Add a row; return the action with its id."""
    row = connection.execute(
        """
        INSERT INTO desk_actions
        SELECT coalesce(max(action_id), 0) + 1, $acted_at, $who, $edition, $week, $article,
            $action, $value
        FROM desk_actions
        RETURNING action_id
        """,
        {
            "acted_at": action.acted_at,
            "who": action.who,
            "edition": action.edition,
            "week": action.week,
            "article": action.article_id,
            "action": action.action,
            "value": action.value,
        },
    ).fetchone()
    return replace(action, action_id=row[0] if row else 0)


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
        "SELECT acted_at, who, edition, week, article_id, action, value, action_id "  # noqa: S608 our own names
        f"FROM {schema}.desk_actions WHERE edition = $edition ORDER BY action_id",
        {"edition": edition},
    ).fetchall()
    return tuple(Action(*row) for row in rows)


def actions_of(actions: Iterable[Action], week: str) -> tuple[Action, ...]:
    """Return the actions about the issue of one week, in their order."""
    return tuple(action for action in actions if action.week == week)


def in_force(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Return the actions that were not taken back, in their order; an undo may be undone, too."""
    undone: set[str] = set()
    found = []
    for action in sorted(actions, key=lambda action: action.action_id, reverse=True):
        if str(action.action_id) not in undone:
            found.append(action)
            if action.action == "undo":
                undone.add(action.value)
    return tuple(reversed(found))


def homes_of(stories: Iterable[Story]) -> dict[str, str]:
    """Return the id of the story that holds an article, by the article's."""
    return {report.article_id: story.story_id for story in stories for report in story.coverage}


def wishes_of(actions: Iterable[Action], homes: Mapping[str, str]) -> dict[str, Wishes]:
    """Return what the actions come to, by story id.

    Args:
        actions: Those about one issue.
        homes: Story ids by article id. What is about an article without a story is passed over.
    """
    found: dict[str, Wishes] = {}
    for action in in_force(actions):
        story_id = homes.get(action.article_id)
        if story_id and action.action in STORY_ACTIONS:
            found[story_id] = _wish(found.get(story_id, Wishes()), action)
    return found


def _wish(before: Wishes, action: Action) -> Wishes:
    shown = replace(before, is_dropped=False, is_delayed=False, since=action.action_id)
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


def delayed_stories(
    connection: duckdb.DuckDBPyConnection, actions: Iterable[Action], week: str
) -> tuple[str, ...]:
    """Return the ids of the stories that the issue of `week` has left to the next.

    Args:
        connection: The workspace in which the next week is told: stories may have changed.
        actions: Of the edition.
        week: Of the issue before.
    """
    about = actions_of(actions, week)
    homes = dict(
        connection.execute(
            "SELECT article_id, story_id FROM memberships "
            "WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))",
            {"ids": [action.article_id for action in about]},
        ).fetchall()
    )
    wishes = wishes_of(about, homes)
    return tuple(sorted(story_id for story_id, wish in wishes.items() if wish.is_delayed))


def told_first(stories: Iterable[Story], delayed: Iterable[str]) -> tuple[Story, ...]:
    """Return the stories; those that the issue before left to this one do not continue it."""
    new = set(delayed)
    return tuple(
        replace(story, continues=False) if story.story_id in new else story for story in stories
    )


def apply_actions(news: WeekNews, actions: Iterable[Action], week: Week, zone: str) -> WeekNews:
    """Return the news as the editor wants it; the same rows give the same issue.

    Pinned stories go first, in the order of pinning; then the others by rank; then each moved one
    takes its place. What is dropped or delayed is in none of the counts but the funnel's own.

    Args:
        news: An edition's week.
        actions: Those about its issue.
        week: Which one it is.
        zone: The time zone that its days are told in.
    """
    wishes = wishes_of(actions, homes_of((*news.stories, *news.late)))
    if not wishes:
        return news
    shown = tuple(
        replace(story, rank=rank) for rank, story in enumerate(_ordered(news.stories, wishes), 1)
    )
    told = {story.story_id for story in shown}
    out = [story for story in news.stories if story.story_id not in told]
    dropped = _articles(story for story in out if wishes[story.story_id].is_dropped)
    delayed = _articles(story for story in out if wishes[story.story_id].is_delayed)
    funnel = news.funnel
    return replace(
        news,
        stories=shown,
        late=_ordered(news.late, wishes),
        tag_counts=_without(news.tag_counts, out),
        days=days_of(shown, week, zone) if out else news.days,
        funnel=replace(
            funnel,
            dropped=funnel.dropped + dropped,
            delayed=funnel.delayed + delayed,
            told=funnel.told - dropped - delayed,
            stories=len(shown),
        ),
    )


def _ordered(stories: Sequence[Story], wishes: Mapping[str, Wishes]) -> tuple[Story, ...]:
    """Return the stories that are told, in the editor's order and with the editor's notes."""
    wanted = [(story, wishes.get(story.story_id, Wishes())) for story in stories]
    shown = [(replace(s, note=wish.note), wish) for s, wish in wanted if not wish.is_left_out]
    pinned = sorted((pair for pair in shown if pair[1].is_pinned), key=lambda p: p[1].since)
    placed = [(wish.place, wish.since, story) for story, wish in shown if wish.place]
    others = [story for story, wish in shown if not (wish.is_pinned or wish.place)]
    ordered = [*(story for story, _ in pinned), *others]
    # Of two with the same place the newer goes in last, and pushes the older on.
    for place, _, story in sorted(placed, key=lambda found: found[:2]):
        ordered.insert(place - 1, story)
    return tuple(ordered)


def _articles(stories: Iterable[Story]) -> int:
    """Return how many articles the funnel counts as told in these stories."""
    return sum(
        report.is_this_week and report.duplicate_of is None
        for story in stories
        for report in story.coverage
    )


def _without(counts: Mapping[str, int], out: Iterable[Story]) -> dict[str, int]:
    """Return the articles per tag without those of stories that are left out."""
    left = dict(counts)
    for story in out:
        for hit in story.tags:
            if hit.tag_id in left:
                left[hit.tag_id] -= sum(report.is_this_week for report in story.coverage)
    return left


def words_of(action: Action) -> str:
    """Return what an action says in a log: `moves to place 3`, `takes back no. 12`."""
    words = ACTIONS.get(action.action, action.action)
    if action.action == "approve":
        return words
    return f"{words} {'no. ' if action.action == 'undo' else ''}{action.value}".rstrip()


def newest_approval(actions: Iterable[Action]) -> Action | None:
    """Return the newest approval of an issue that stands; whether it still fits is not said."""
    approvals = [action for action in in_force(actions) if action.action == "approve"]
    return approvals[-1] if approvals else None
