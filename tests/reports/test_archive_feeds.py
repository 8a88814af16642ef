"""The archive's feeds, read by a feed reader."""

import json
from xml.etree import ElementTree as ET

import feedparser
from factories import SETTINGS, VOCABULARY, WEEK, a_story, a_week, an_article

from reports.archive import Edition, Site, tellings_of
from reports.archive_feeds import draw_feeds
from reports.archive_records import keep_issue
from reports.issue import assemble_issue

BASE = "https://perigee.example/letters/"
STORY = a_story(an_article("Probe & <lander> wake \x0b"), ("Farside Daily", "Deep Field"))


def feeds_of(stories=(STORY,), base_url=BASE):
    news = a_week(stories)
    issue = assemble_issue(news, WEEK, VOCABULARY, SETTINGS, {})
    kept = keep_issue(news, issue, WEEK, VOCABULARY, SETTINGS, revisions={}, made_of="")
    editions = (Edition("weekly", "Perigee", "Every event once"),)
    site = Site(editions, (kept,), VOCABULARY, "en", "Europe/Berlin", base_url)
    return dict(draw_feeds(site, tellings_of(site)))


def test_edition_feed_has_an_entry_per_issue():
    feed = feedparser.parse(feeds_of()["atom.xml"].encode())

    assert (feed.bozo, feed.version) == (False, "atom10")
    [entry] = feed.entries
    assert entry.title == "Week 47: Probe & <lander> wake"
    assert entry.link == f"{BASE}2026-W47/"
    assert entry.updated == "2026-11-22T23:00:00Z"
    assert f"{BASE}story/{STORY.story_id}/" in entry.content[0].value


def test_tag_feed_has_an_entry_per_story_with_its_source_and_tags():
    feed = feedparser.parse(feeds_of()["tag/lunar/atom.xml"].encode())

    [entry] = feed.entries
    assert (feed.bozo, entry.author) == (False, "Farside Daily")
    assert {link.rel: link.href for link in entry.links} == {
        "alternate": f"{BASE}story/{STORY.story_id}/",
        "related": STORY.lead.url,
    }
    assert [tag.term for tag in entry.tags] == ["Moon"]


def test_json_feed_tells_what_the_atom_feed_does():
    feeds = feeds_of()

    for folder in ("", "tag/lunar/"):
        atom = feedparser.parse(feeds[f"{folder}atom.xml"].encode())
        told = json.loads(feeds[f"{folder}feed.json"])
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert told["feed_url"] == f"{BASE}{folder}feed.json"
        facts = [(i["id"], i["title"], i["url"], i["date_published"]) for i in told["items"]]
        assert facts == [(e.id, e.title, e.link, e.updated) for e in atom.entries]


def test_ids_stay_when_the_site_moves():
    here, there = feeds_of(), feeds_of(base_url="https://elsewhere.example/")

    ids = [
        [entry.id for entry in feedparser.parse(feeds["tag/lunar/atom.xml"].encode()).entries]
        for feeds in (here, there)
    ]
    assert ids[0] == ids[1]
    assert ids[0][0].startswith("urn:uuid:")


def test_links_are_relative_to_the_feed_where_the_address_is_not_known():
    feeds = feeds_of(base_url=None)

    [item] = json.loads(feeds["tag/lunar/feed.json"])["items"]
    assert item["url"] == f"../../story/{STORY.story_id}/index.html"
    assert "sitemap.xml" not in feeds


def test_sitemap_lists_every_page():
    sitemap = ET.fromstring(feeds_of()["sitemap.xml"])

    pages = [node.text for node in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert {BASE, f"{BASE}2026-W47/", f"{BASE}story/{STORY.story_id}/", f"{BASE}tag/mars/"} <= set(
        pages
    )


def test_feed_of_a_tag_without_stories_is_a_valid_feed():
    feed = feedparser.parse(feeds_of()["tag/mars/atom.xml"].encode())

    assert (feed.bozo, feed.entries) == (False, [])
    assert feed.feed.updated == "2026-11-22T23:00:00Z"
