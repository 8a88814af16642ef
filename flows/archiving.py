"""Build the web archive into a folder: only what has changed is told, drawn and written again.

Which issues: every week from shortly before the first poll to the last whole one, in which there
was a story. A week is told again when anything it is made of has changed: its articles, the
editor's settings, our own code. An issue that was mailed keeps the page that it first got, as its
readers have that; the pages of its stories go on.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import duckdb

from flows.database import attach_read_only, memory_database
from flows.settings import DEFAULT_EDITION, Settings, config_file
from flows.telling import (
    BuiltIssue,
    build_issue,
    issue_id_of,
    issue_settings,
    load_judgement,
    made_issues,
)
from flows.whole_files import write_whole
from reports.archive import (
    Edition,
    Site,
    Tellings,
    draw_moved,
    draw_pages,
    draw_story,
    dress_issue,
    issue_path,
    story_path,
    tellings_of,
)
from reports.archive_feeds import draw_feeds
from reports.archive_records import (
    Revision,
    ToldIssue,
    issue_from_json,
    issue_json,
    keep_issue,
)
from reports.render import pictures_of, render_html
from transforms.dates import iso_z
from transforms.desk import read_actions
from transforms.week_news import TOLD_AT, Window
from transforms.weeks import Week

log = logging.getLogger(__name__)

# Feeds hold some weeks of news when they are first read, and single articles of years ago.
WEEKS_BEFORE = 2
JUDGEMENT = ("tags.toml", "gazetteer.toml", "overrides.toml")


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run did.

    Attributes:
        told: The issues that were told again.
        kept: How many were not.
        stories: How many stories have a page.
        pages: How many HTML pages there are.
        written: How many files were new or other than before.
        size: Bytes of all files.
    """

    folder: Path
    told: tuple[str, ...]
    kept: int
    stories: int
    pages: int
    written: int
    size: int


@dataclass(frozen=True, slots=True)
class _Week:
    """A week to tell: `mark` is the fingerprint of what it is made of."""

    week: Week
    mark: str


def build_archive(
    settings: Settings,
    folder: Path,
    now: datetime,
    *,
    base_url: str | None = None,
    on_stage: Callable[[str], None] = lambda _: None,
) -> Archived:
    """Build or renew the site in `folder`; what is there and is not ours stays untouched.

    Args:
        settings: All of them.
        folder: The site's root; may be empty, published, or an older state of it.
        now: The present: weeks that have ended by then have an issue.
        base_url: Where it is published; default `archive_url`.
        on_stage: Told what is being done.

    Raises:
        ConfigError: Nothing was ever ingested.
        DatabaseBusyError: Another process kept the database for too long.
    """
    address = base_url or settings.digest.archive_url
    issues, told = [], []
    series = [settings.for_edition(edition) for edition in _edition_ids(settings)]
    for chosen in series:
        weeks, mailed = _look(chosen, now)
        for week in weeks:
            issue_id = issue_id_of(chosen, week.week)
            issue = _kept(folder, issue_id)
            if issue is None or issue.made_of != week.mark or _is_without_page(folder, issue):
                on_stage(f"tell {issue_id}")
                issue = _tell(chosen, folder, week, issue, is_mailed=issue_id in mailed)
                told.append(issue_id)
            issues.append(issue)
    judgement = load_judgement(settings)
    site = Site(
        editions=tuple(
            Edition(each.edition_id, each.digest.title, each.digest.tagline) for each in series
        ),
        issues=tuple(sorted((i for i in issues if i.stories), key=lambda i: i.week, reverse=True)),
        vocabulary=judgement.vocabulary.tags,
        language=settings.digest.language,
        time_zone=settings.time_zone,
        base_url=f"{address.rstrip('/')}/" if address else None,
    )
    on_stage("draw")
    written, tellings = _write_site(folder, site, set(told))
    everything = [path for path in folder.rglob("*") if path.is_file()]
    return Archived(
        folder=folder,
        told=tuple(told),
        kept=len(issues) - len(told),
        stories=len(tellings),
        pages=sum(path.suffix == ".html" for path in everything),
        written=written,
        size=sum(path.stat().st_size for path in everything),
    )


def _edition_ids(settings: Settings) -> list[str]:
    return [DEFAULT_EDITION, *(edition.id for edition in settings.editions)]


def _is_without_page(folder: Path, issue: ToldIssue) -> bool:
    return bool(issue.stories) and not _page(folder, issue.issue_id).exists()


def _look(settings: Settings, now: datetime) -> tuple[list[_Week], set[str]]:
    """Return the weeks to tell, oldest first, and the ids of the issues that were mailed."""
    with (
        closing(memory_database()) as connection,
        attach_read_only(connection, settings.database),
    ):
        first = connection.execute(
            f"SELECT (SELECT min(fetched_at) FROM durable.fetches), min({TOLD_AT}) "  # noqa: S608 our own constant
            "FROM durable.articles AS a"
        ).fetchone()
        if first is None or None in first:
            return [], set()
        week, last = _first_week(settings, *first), Week.last_whole(now, settings.time_zone)
        made = made_issues(connection)
        actions = read_actions(connection, settings.edition_id, "durable")
        weeks = []
        while week <= last:
            ids = [issue_id_of(settings, each) for each in (week.previous(), week)]
            near = {str(week.previous()), str(week)}
            done = [str(action) for action in actions if action.week in near]
            common = f"{_common_mark(settings)}|{[made.get(each) for each in ids]}|{done}"
            weeks.append(_Week(week, _mark(connection, settings, week, common)))
            week = week.next()
        return weeks, set(made)


def _first_week(settings: Settings, first_poll: datetime, first_told: datetime) -> Week:
    week = Week.of(first_poll, settings.time_zone)
    for _ in range(WEEKS_BEFORE):
        week = week.previous()
    return max(week, Week.of(first_told, settings.time_zone))


def _mark(
    connection: duckdb.DuckDBPyConnection, settings: Settings, week: Week, common: str
) -> str:
    """Return the fingerprint of everything that an issue is made of."""
    window = Window.of(week, settings.time_zone)
    row = connection.execute(
        f"""
        SELECT count(*), bit_xor(hash(a.article_id, a.text_hash, a.changed_at, a.first_seen_at,
            a.published_at, a.hero, a.feed_id, a.url)), (
                SELECT count(*) FROM durable.feeds AS f WHERE f.removed_at IS NULL
            )
        FROM durable.articles AS a
        WHERE {TOLD_AT} >= $start AND {TOLD_AT} < $end
        """,  # noqa: S608 our own constant
        {"start": window.lookback, "end": window.end},
    ).fetchone()
    return hashlib.sha256(f"{common}|{week}|{row}".encode()).hexdigest()[:32]


def _common_mark(settings: Settings) -> str:
    """Return the fingerprint of what every issue is made of: the settings and our own code."""
    digest = hashlib.sha256()
    for package in ("transforms", "reports"):
        for name, data in _sources(files(package)):
            digest.update(name.encode() + b"\0" + data)
    for name in JUDGEMENT:
        path = config_file(settings.config, name)
        digest.update(path.read_bytes() if path.is_file() else b"")
    chosen = settings.digest.model_dump(mode="json") | {"zone": settings.time_zone}
    edition = settings.edition.model_dump(mode="json") if settings.edition else None
    facts = [chosen, _sorted_lists(edition), repr(settings.feeds)]
    digest.update(json.dumps(facts, sort_keys=True).encode())
    return digest.hexdigest()


def _sorted_lists(facts: dict[str, Any] | None) -> dict[str, Any]:
    """Return the facts with their sets in order: as they come, they differ from run to run."""
    return {k: sorted(v) if isinstance(v, list) else v for k, v in (facts or {}).items()}


def _sources(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _sources(entry)
        else:
            yield entry.name, entry.read_bytes()


def _tell(
    settings: Settings, folder: Path, week: _Week, before: ToldIssue | None, *, is_mailed: bool
) -> ToldIssue:
    """Tell a week into its folder; return what is kept of it."""
    built = build_issue(settings, week.week)
    issue_id = built.issue.issue_id
    tags = load_judgement(settings).vocabulary.tags
    told = keep_issue(
        built.news,
        built.issue,
        week.week,
        tags,
        issue_settings(settings),
        revisions=_revisions(settings, built),
        made_of=week.mark,
        before=before,
    )
    page = _page(folder, issue_id)
    if before and is_mailed and page.exists():
        letter = ("title", "days", "subject", "preheader", "intro", "image")
        told = replace(told, **{name: getattr(before, name) for name in letter})
    elif told.stories:
        write_whole(page, archive_page(settings, built))
    if told.stories:
        for picture in pictures_of(built.issue):
            write_whole(page.parent / "pictures" / picture.name, picture.data)
    write_whole(_facts(folder, issue_id), issue_json(told))
    return told


def archive_page(settings: Settings, built: BuiltIssue) -> str:
    """Return the letter, whole, with links that lead within the archive."""
    chosen = replace(
        issue_settings(settings), archive_url="../index.html", feed_url=_feed_beside(settings)
    )
    return render_html(
        built.issue,
        chosen,
        full=True,
        story_page=lambda item: f"../{story_path(item.story_id)}",
    )


def _feed_beside(settings: Settings) -> str:
    return f"../edition/{settings.edition.id}/atom.xml" if settings.edition else "../atom.xml"


def _revisions(settings: Settings, built: BuiltIssue) -> dict[str, tuple[Revision, ...]]:
    stories = (*built.news.stories, *built.news.late)
    ids = {report.article_id for story in stories for report in story.coverage}
    with (
        closing(memory_database()) as connection,
        attach_read_only(connection, settings.database),
    ):
        rows = connection.execute(
            """
            SELECT article_id, seen_at, is_material, why, diff FROM durable.revisions
            WHERE article_id IN (SELECT unnest($ids::VARCHAR[]))
            ORDER BY article_id, seen_at
            """,
            {"ids": sorted(ids)},
        ).fetchall()
    found: dict[str, tuple[Revision, ...]] = {}
    for article_id, seen_at, is_material, why, diff in rows:
        runs = {
            name: [(kind, words) for kind, words in changes]
            for name, changes in json.loads(diff).items()
        }
        revision = Revision(article_id, iso_z(seen_at), is_material, why, runs)
        found[article_id] = (*found.get(article_id, ()), revision)
    return found


def _write_site(folder: Path, site: Site, told: set[str]) -> tuple[int, Tellings]:
    """Write every page that is not as it should be; return how many, and the stories' tellings.

    Pages of stories are drawn again only where an issue that tells them was, or where something
    that every page shows has changed.
    """
    tellings = tellings_of(site)
    written = 0
    for issue in site.issues:
        page = _page(folder, issue.issue_id)
        dressed = dress_issue(site, issue, page.read_text(encoding="utf-8"))
        written += write_whole(page, dressed)
    frame = _frame(site)
    is_reframed = not _is_text(folder / "assets" / "frame.txt", frame)
    for story_id, found in tellings.items():
        page = folder / story_path(story_id)
        is_fresh = is_reframed or not page.exists()
        if is_fresh or any(telling.issue.issue_id in told for telling in found):
            written += write_whole(page, draw_story(site, found))
    for issue in site.issues:
        for old, new in issue.moved.items():
            if old not in tellings and new in tellings:
                written += write_whole(folder / story_path(old), draw_moved(site, old, new))
    for pages in (draw_pages(site, tellings), draw_feeds(site, tellings)):
        for path, text in pages:
            written += write_whole(folder / path, text)
    write_whole(folder / "assets" / "frame.txt", frame)
    return written, tellings


def _frame(site: Site) -> str:
    """Return a fingerprint of what every page of a story shows besides its story."""
    facts = (site.editions, site.vocabulary, site.language, site.time_zone, site.base_url)
    code = [(name, data) for name, data in _sources(files("reports"))]
    return hashlib.sha256(repr((facts, code)).encode()).hexdigest() + "\n"


def _page(folder: Path, issue_id: str) -> Path:
    return folder / issue_path(issue_id)


def _facts(folder: Path, issue_id: str) -> Path:
    return folder / issue_id / "issue.json"


def _kept(folder: Path, issue_id: str) -> ToldIssue | None:
    """Return what the site holds of an issue; None where it holds nothing that we understand."""
    try:
        return issue_from_json(_facts(folder, issue_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        log.warning("told again issue=%s why=%s", issue_id, error)
        return None


def _is_text(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
