"""The web archive: kept issues → the pages of a static site that works from any address.

Links between pages are relative and name `index.html`, so that they work from a folder on disk
too. Absolute addresses appear only where something outside reads them (OpenGraph, the feeds, the
sitemap), and only if the site's address is known.
"""

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup

from reports.archive_records import DEFAULT_EDITION, Member, ToldIssue, ToldStory
from reports.items import labels_of
from reports.palette import colours_of
from reports.printing import html_environment
from reports.records import TagLabel
from reports.words import count_of, day_name
from transforms.records import Tag
from transforms.weeks import Week

# A tag's page lists so many of its newest stories; all are in the issues.
TAG_STORIES = 200
WEEKS_CHARTED = 12
HEADLINES = 5
BAR_HEIGHT = 56

PARTS = {
    "publishers": "independent outlets",
    "kind": "how near the outlets are to the source",
    "freshness": "how late in the week it was still told",
    "picture": "a picture with its credit",
    "outlet": "many stories of one outlet alone",
}
KINDS = {
    "agency": "space agency",
    "observatory": "observatory",
    "journal": "journal",
    "press": "space press",
    "blog": "blog",
    "general": "general press",
}

_SLOT = re.compile(r"<!--site:(\w+)-->.*?<!--/site-->", re.DOTALL)
_BODY = re.compile(r"<body[^>]*>")
_HTML = html_environment()
_HTML.filters["outlets"] = lambda count: count_of(count, "outlet")
_HTML.filters["stories"] = lambda count: count_of(count, "story", "stories")
_HTML.filters["articles"] = lambda count: count_of(count, "article")


@dataclass(frozen=True, slots=True)
class Edition:
    """One of several series of issues."""

    edition_id: str
    title: str
    tagline: str = ""

    @property
    def folder(self) -> str:
        """Where its index and feeds are; the default edition's are at the root."""
        return "" if self.edition_id == DEFAULT_EDITION else f"edition/{self.edition_id}/"


@dataclass(frozen=True, slots=True)
class Site:
    """All that is published.

    Attributes:
        editions: The default one first.
        issues: Of all editions, newest first.
        base_url: Where it is published, with a slash at its end; None where that is not known.
    """

    editions: tuple[Edition, ...]
    issues: tuple[ToldIssue, ...]
    vocabulary: tuple[Tag, ...]
    language: str
    time_zone: str
    base_url: str | None = None

    def of_edition(self, edition: Edition) -> list[ToldIssue]:
        """Return the issues of an edition, newest first."""
        return [issue for issue in self.issues if issue.edition == edition.edition_id]

    def absolute(self, path: str) -> str | None:
        """Return the address of a page; None where the site's is not known."""
        short = path.removesuffix("index.html")
        return f"{self.base_url}{short}" if self.base_url else None


@dataclass(frozen=True, slots=True)
class Telling:
    """A story in one issue."""

    issue: ToldIssue
    story: ToldStory


Tellings = dict[str, list[Telling]]


def issue_path(issue_id: str) -> str:
    """Return where an issue's page is."""
    return f"{issue_id}/index.html"


def story_path(story_id: str) -> str:
    """Return where a story's page is."""
    return f"story/{story_id}/index.html"


def tag_folder(tag_id: str) -> str:
    """Return where a tag's page and feeds are."""
    return f"tag/{re.sub(r'[^A-Za-z0-9_-]', '-', tag_id)}/"


def tellings_of(site: Site) -> Tellings:
    """Return each story's tellings by its id: the newest week first, the default edition first."""
    order = {edition.edition_id: at for at, edition in enumerate(site.editions)}
    found: Tellings = {}
    for issue in sorted(site.issues, key=lambda i: order.get(i.edition, len(order))):
        for story in (*issue.stories, *issue.late):
            found.setdefault(story.story_id, []).append(Telling(issue, story))
    for tellings in found.values():
        tellings.sort(key=lambda telling: telling.issue.week, reverse=True)
    return found


def dress_issue(site: Site, issue: ToldIssue, page: str) -> str:
    """Return a letter's full page with the site's head and bar; dressed again, they are renewed.

    Args:
        site: All that is published.
        issue: Which issue.
        page: The letter's full page, dressed before or not.
    """
    path = issue_path(issue.issue_id)
    [edition] = [e for e in site.editions if e.edition_id == issue.edition] or site.editions[:1]
    series = site.of_edition(edition)
    at = next(n for n, other in enumerate(series) if other.issue_id == issue.issue_id)
    context = _context(
        site,
        path,
        title=f"{issue.title}, {issue.days.partition(' · ')[0]}: {issue.subject}",
        description=issue.preheader,
        image=_image_path(issue),
        edition=edition,
        newer=series[at - 1] if at else None,
        older=series[at + 1] if at + 1 < len(series) else None,
    )
    drawn = {
        name: _HTML.get_template(f"site/{name}.html").render(context)
        for name in ("head", "top", "pager")
    }
    if not _SLOT.search(page):
        page = page.replace("</head>", "<!--site:head--><!--/site-->\n</head>", 1)
        slot = "<!--site:top--><!--/site--><!--site:pager--><!--/site-->"
        page = _BODY.sub(lambda found: f"{found[0]}\n{slot}", page, count=1)
    return _SLOT.sub(lambda at: f"<!--site:{at[1]}-->{drawn[at[1]]}<!--/site-->", page)


def draw_story(site: Site, tellings: Sequence[Telling]) -> str:
    """Return the page of a story: who told it and when, why each belongs, what was changed."""
    story = tellings[0].story
    pictured = next((t for t in tellings if t.story.picture), None)
    members: dict[str, Member] = {}
    for telling in reversed(tellings):
        members |= {member.article_id: member for member in telling.story.members}
    told = sorted(members.values(), key=lambda member: (member.told_at, member.article_id))
    days = [
        (day_name(day, year=True), list(reports))
        for day, reports in groupby(told, key=lambda member: _day(member.told_at, site.time_zone))
    ]
    picture = pictured and pictured.story.picture
    path = story_path(story.story_id)
    return _draw(
        "story",
        _context(
            site,
            path,
            title=story.headline,
            description=story.dek or f"{count_of(len(told), 'report')} of one event.",
            image=f"{pictured.issue.issue_id}/pictures/{picture.name}"
            if pictured and picture
            else None,
            kind="article",
            story=story,
            tellings=tellings,
            picture=picture,
            days=days,
            members=members,
            outlets=len({member.outlet for member in told}),
            parts=PARTS,
            kinds=KINDS,
            day=lambda moment: day_name(_day(moment, site.time_zone)),
        ),
    )


def draw_moved(site: Site, old: str, new: str) -> str:
    """Return the page of a story that has become part of another."""
    return _draw("moved", _context(site, story_path(old), title="This story has moved", new=new))


def draw_pages(site: Site, tellings: Tellings) -> Iterator[tuple[str, str]]:
    """Yield `(path, text)` of all pages but those of issues and stories."""
    for edition in site.editions:
        yield f"{edition.folder}index.html", _edition_page(site, edition, tellings)
    for tag in site.vocabulary:
        yield f"{tag_folder(tag.tag_id)}index.html", _tag_page(site, tag, tellings)
    source = files("reports") / "templates" / "site"
    yield "assets/site.js", (source / "site.js").read_text("utf-8")
    yield "assets/icon.svg", (source / "icon.svg").read_text("utf-8")
    yield (
        "assets/site.css",
        _HTML.get_template("site/site.css").render(
            colours=[
                (tag_folder(tag_id)[4:-1], colour)
                for tag_id, colour in colours_of(site.vocabulary).items()
            ]
        ),
    )
    yield from draw_search(site, tellings)


def draw_search(site: Site, tellings: Tellings) -> Iterator[tuple[str, str]]:
    """Yield the search index, a script per year that adds to one variable.

    A script, as a page that was opened from disk may load scripts, but may not fetch files.
    """
    labels = {tag.tag_id: tag.label for tag in site.vocabulary}
    newest = sorted(tellings.values(), key=lambda found: found[0].issue.week, reverse=True)
    for year, found in groupby(newest, key=lambda found: Week.parse(found[0].issue.week).year):
        rows = []
        for telling, *_ in found:
            story = telling.story
            outlets = dict.fromkeys(member.outlet for member in story.members)
            rows.append(
                [
                    story.story_id,
                    story.headline,
                    story.dek or "",
                    telling.issue.week,
                    story.outlets,
                    [labels[tag_id] for tag_id, _ in story.tags if tag_id in labels],
                    list(outlets),
                ]
            )
        index = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        yield _search_path(year), f"(window.perigee = window.perigee || []).push({index});\n"


def _search_path(year: int) -> str:
    return f"assets/search-{year}.js"


def _edition_page(site: Site, edition: Edition, tellings: Tellings) -> str:
    issues = site.of_edition(edition)
    years = {year: list(found) for year, found in groupby(issues, key=lambda i: i.week[:4])}
    newest = issues[0] if issues else None
    tags = _tag_counts(site, tellings)
    most = max((count for _, count in tags), default=1)
    return _draw(
        "home",
        _context(
            site,
            f"{edition.folder}index.html",
            title=edition.title,
            description=edition.tagline or (newest.intro if newest else edition.title),
            image=_image_path(newest) if newest else None,
            edition=edition,
            newest=newest,
            lead=newest.stories[0] if newest and newest.stories else None,
            others=newest.stories[1 : 1 + HEADLINES] if newest else (),
            years=years,
            tags=[(label, count, max(2, round(100 * count / most))) for label, count in tags],
        ),
    )


def _tag_page(site: Site, tag: Tag, tellings: Tellings) -> str:
    label = labels_of(site.vocabulary)[tag.tag_id]
    having = stories_with(tag.tag_id, tellings)
    weeks = sorted({issue.week for issue in site.issues})[-WEEKS_CHARTED:]
    counts = [
        sum(any(t.issue.week == week for t in tellings[story.story.story_id]) for story in having)
        for week in weeks
    ]
    most = max([*counts, 1])
    shown = groupby(having[:TAG_STORIES], key=lambda telling: telling.issue.week)
    return _draw(
        "tag",
        _context(
            site,
            f"{tag_folder(tag.tag_id)}index.html",
            title=label.label,
            description=f"{count_of(len(having), 'story', 'stories')} about {label.label}.",
            tag=label,
            total=len(having),
            weeks=[(week, list(stories)) for week, stories in shown],
            more=max(0, len(having) - TAG_STORIES),
            chart=[
                (f"W{week[-2:]}", count, round(BAR_HEIGHT * count / most))
                for week, count in zip(weeks, counts, strict=True)
            ],
            folder=tag_folder(tag.tag_id),
        ),
    )


def stories_with(tag_id: str, tellings: Tellings) -> list[Telling]:
    """Return the newest telling of each story with a tag: newest week first, best first."""
    having = [
        found[0]
        for found in tellings.values()
        if any(tag == tag_id for tag, _ in found[0].story.tags)
    ]
    by_rank = sorted(having, key=lambda t: (t.issue.edition != DEFAULT_EDITION, t.story.rank))
    return sorted(by_rank, key=lambda telling: telling.issue.week, reverse=True)


def _tag_counts(site: Site, tellings: Tellings) -> list[tuple[TagLabel, int]]:
    """Return the tags that any story has, in the vocabulary's order."""
    labels = labels_of(site.vocabulary)
    counts = dict.fromkeys(labels, 0)
    for found in tellings.values():
        for tag_id, _ in found[0].story.tags:
            if tag_id in counts:
                counts[tag_id] += 1
    return [(labels[tag_id], count) for tag_id, count in counts.items() if count]


def _image_path(issue: ToldIssue) -> str | None:
    return f"{issue.issue_id}/pictures/{issue.image}" if issue.image else None


def _day(moment: str, zone: str) -> date:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()


def _context(site: Site, path: str, *, title: str, **more: object) -> dict[str, object]:
    """Return what every template is given; `to` makes a path relative to this page."""
    base = posixpath.dirname(path) or "."
    image = more.get("image")
    years = sorted({int(issue.week[:4]) for issue in site.issues}, reverse=True)
    return {
        "site": site,
        "path": path,
        "title": title,
        "description": "",
        "image": None,
        "kind": "website",
        "edition": site.editions[0],
        "canonical": site.absolute(path),
        "absolute_image": site.base_url and image and f"{site.base_url}{image}",
        "labels": labels_of(site.vocabulary),
        "search": " ".join(_search_path(year) for year in years),
        "issue_path": issue_path,
        "story_path": story_path,
        "tag_folder": tag_folder,
        "to": lambda target: Markup(posixpath.relpath(target, base)),  # noqa: S704 our own paths
        **more,
    }


def _draw(name: str, context: dict[str, object]) -> str:
    return _HTML.get_template(f"site/{name}.html").render(context).strip() + "\n"
