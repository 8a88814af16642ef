"""Our parse held against feedparser's own defaults on captured feeds: title, link, id and date."""

import io
from calendar import timegm
from datetime import UTC, datetime

import feedparser
import pytest
from conftest import SHARED

from transforms.dates import parse_date
from transforms.errors import InvalidURLError
from transforms.markup import text_of
from transforms.parse import parse_feed
from transforms.text import one_line
from transforms.urls import clean_url

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "http://feeds.example/feed"
FEEDS = sorted(
    path
    for path in (SHARED / "feeds" / "captured").rglob("*")
    if path.is_file() and path.suffix != ".opml"
)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_title_link_id_and_date_are_those_that_feedparser_finds(path, shared):
    body = path.read_bytes()
    theirs = feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})

    ours = parse_feed(body, feed_id="captured", url=URL)

    assert [_ours(entry) for entry in ours.entries] == [_theirs(e) for e in theirs.entries]


def test_there_are_captured_feeds(shared):
    assert len(FEEDS) == 38


def _ours(entry):
    moment = parse_date(entry.published_raw or entry.updated_raw, NOW).at
    return (
        one_line(text_of(entry.title or "")),
        _address(entry.url),
        entry.guid,
        moment.replace(microsecond=0) if moment else None,
    )


def _theirs(entry):
    # feedparser answers for `updated` with `published` where there is no other.
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    moment = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    return (
        one_line(text_of(entry.get("title") or "")),
        _address(entry.get("link")),
        entry.get("id"),
        moment if moment and moment.year > 1990 else None,
    )


def _address(url):
    try:
        return clean_url(url or "", URL)
    except InvalidURLError:
        return None
