"""The archive for machines: Atom (RFC 4287), JSON Feed 1.1, sitemap.

Ids are made of what is told, not of an address, so that a site that moves sends nobody old news.
"""

import json
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from markupsafe import escape

from reports.archive import (
    Edition,
    Site,
    Telling,
    Tellings,
    issue_path,
    stories_with,
    story_path,
    tag_folder,
)
from reports.archive_records import ToldIssue, moment_text
from reports.words import count_of
from transforms.records import Tag
from transforms.weeks import Week

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ATOM_TYPE = "application/atom+xml"
SITEMAP_PAGES = 50_000  # https://www.sitemaps.org/protocol.html

ISSUES = 20
STORIES = 50
HEADLINES = 12


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """What both formats tell of an issue or a story.

    Attributes:
        path: Its page on the site.
        source: Where the story is told at length.
        updated: ISO 8601 in UTC.
        html: Its content.
    """

    name: str
    path: str
    title: str
    summary: str
    updated: str
    author: str
    html: str
    source: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Channel:
    """One feed, whatever its format."""

    name: str
    folder: str
    title: str
    subtitle: str
    entries: tuple[FeedEntry, ...]


def draw_feeds(site: Site, tellings: Tellings) -> Iterator[tuple[str, str]]:
    """Yield `(path, text)` of the feeds of every edition and tag and, with an address, a sitemap.

    Addresses are absolute where the site's is known, else relative to the feed.
    """
    for edition in site.editions:
        yield from _both(site, _edition_channel(site, edition))
    for tag in site.vocabulary:
        yield from _both(site, _tag_channel(site, tag, tellings))
    if site.base_url:
        yield "sitemap.xml", _sitemap(site, tellings)
        yield "robots.txt", f"User-agent: *\nAllow: /\nSitemap: {site.base_url}sitemap.xml\n"


def _both(site: Site, channel: _Channel) -> Iterator[tuple[str, str]]:
    yield f"{channel.folder}atom.xml", _atom(site, channel)
    yield f"{channel.folder}feed.json", _json_feed(site, channel)


def _edition_channel(site: Site, edition: Edition) -> _Channel:
    issues = site.of_edition(edition)[:ISSUES]
    entries = tuple(_issue_entry(site, edition, issue) for issue in issues)
    return _Channel(edition.edition_id, edition.folder, edition.title, edition.tagline, entries)


def _tag_channel(site: Site, tag: Tag, tellings: Tellings) -> _Channel:
    found = stories_with(tag.tag_id, tellings)[:STORIES]
    entries = tuple(_story_entry(site, telling) for telling in found)
    title = f"{site.editions[0].title}: {tag.label}"
    return _Channel(f"tag/{tag.tag_id}", tag_folder(tag.tag_id), title, "", entries)


def _issue_entry(site: Site, edition: Edition, issue: ToldIssue) -> FeedEntry:
    rows = [
        f'<li><a href="{escape(_address(site, edition.folder, story_path(story.story_id)))}">'
        f"{escape(story.headline)}</a> ({escape(count_of(story.outlets, 'outlet'))})</li>"
        for story in issue.stories[:HEADLINES]
    ]
    return FeedEntry(
        name=f"issue/{issue.issue_id}",
        path=issue_path(issue.issue_id),
        title=f"Week {issue.number}: {issue.subject}",
        summary=issue.preheader,
        updated=moment_text(Week.parse(issue.week).end(site.time_zone)),
        author=issue.title,
        html=f"<p>{escape(issue.intro)}</p><ol>{''.join(rows)}</ol>",
    )


def _story_entry(site: Site, telling: Telling) -> FeedEntry:
    story, labels = telling.story, {tag.tag_id: tag.label for tag in site.vocabulary}
    outlets = ", ".join(dict.fromkeys(member.outlet for member in story.members))
    dek = f"<p>{escape(story.dek)}</p>" if story.dek else ""
    return FeedEntry(
        name=f"story/{story.story_id}",
        path=story_path(story.story_id),
        title=story.headline,
        summary=story.dek or story.headline,
        updated=max(member.told_at for member in story.members),
        author=story.told_by,
        html=f"{dek}<p>Told by {escape(outlets)}.</p>",
        source=story.url,
        tags=tuple(labels[tag_id] for tag_id, _ in story.tags if tag_id in labels),
    )


def _address(site: Site, folder: str, path: str) -> str:
    """Return a page's address, as a feed in `folder` has to write it."""
    return site.absolute(path) or posixpath.relpath(path, folder or ".")


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"perigee:{name}").urn


def _newest(site: Site, entries: Sequence[FeedEntry]) -> str:
    """Return when a feed last changed; of an empty one, the first moment there is."""
    weeks = [moment_text(Week.parse(issue.week).end(site.time_zone)) for issue in site.issues]
    return max([entry.updated for entry in entries] or weeks, default="1970-01-01T00:00:00Z")


def _atom(site: Site, channel: _Channel) -> str:
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": site.language})
    _add(feed, "title", channel.title)
    if channel.subtitle:
        _add(feed, "subtitle", channel.subtitle)
    _add(feed, "id", _id(channel.name))
    _add(feed, "updated", _newest(site, channel.entries))
    _add(ET.SubElement(feed, "author"), "name", channel.title)
    _link(feed, "self", _address(site, channel.folder, f"{channel.folder}atom.xml"), ATOM_TYPE)
    page = _address(site, channel.folder, f"{channel.folder}index.html")
    _link(feed, "alternate", page, "text/html")
    for entry in channel.entries:
        node = ET.SubElement(feed, "entry")
        _add(node, "title", entry.title)
        _add(node, "id", _id(entry.name))
        _add(node, "updated", entry.updated)
        _add(ET.SubElement(node, "author"), "name", entry.author)
        _link(node, "alternate", _address(site, channel.folder, entry.path), "text/html")
        if entry.source:
            _link(node, "related", entry.source, None)
        for tag in entry.tags:
            ET.SubElement(node, "category", {"term": tag})
        _add(node, "summary", entry.summary)
        _add(node, "content", entry.html).set("type", "html")
    return _xml(feed)


def _json_feed(site: Site, channel: _Channel) -> str:
    feed: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "language": site.language,
        "home_page_url": _address(site, channel.folder, f"{channel.folder}index.html"),
        "feed_url": _address(site, channel.folder, f"{channel.folder}feed.json"),
    }
    if channel.subtitle:
        feed["description"] = channel.subtitle
    feed["items"] = [_item(site, channel, entry) for entry in channel.entries]
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def _item(site: Site, channel: _Channel, entry: FeedEntry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": _id(entry.name),
        "url": _address(site, channel.folder, entry.path),
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": entry.updated,
        "authors": [{"name": entry.author}],
    }
    if entry.source:
        item["external_url"] = entry.source
    if entry.tags:
        item["tags"] = list(entry.tags)
    return item


def _sitemap(site: Site, tellings: Tellings) -> str:
    """Return the sitemap, with as many pages as one may have."""
    pages = [f"{edition.folder}index.html" for edition in site.editions]
    pages += [f"{tag_folder(tag.tag_id)}index.html" for tag in site.vocabulary]
    pages += [issue_path(issue.issue_id) for issue in site.issues]
    newest = sorted(tellings.values(), key=lambda found: found[0].issue.week, reverse=True)
    pages += [story_path(found[0].story.story_id) for found in newest]
    root = ET.Element("urlset", {"xmlns": SITEMAP})
    for path in pages[:SITEMAP_PAGES]:
        _add(ET.SubElement(root, "url"), "loc", site.absolute(path) or path)
    return _xml(root)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    node = ET.SubElement(parent, name)
    node.text = text
    return node


def _link(parent: ET.Element, rel: str, href: str, kind: str | None) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": href} | ({"type": kind} if kind else {}))


def _xml(root: ET.Element) -> str:
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
