"""The bundled sample, and the list of real feeds: complete, readable and what they claim to be."""

import re
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from flows.settings import load_settings
from transforms.errors import ParseError
from transforms.normalise import normalise_entries
from transforms.parse import parse_feed
from transforms.records import FEED_KINDS, Article, Feed, ParsedFeed
from transforms.weeks import Week

CONFIG = Path(__file__).parent.parent / "config"
SAMPLE = CONFIG / "sample"
BROKEN = {"zenith-weekly", "southern-skies"}
READ_AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 11, 22, 23, tzinfo=UTC)


def document(feed: Feed) -> Path:
    return SAMPLE / feed.url.removeprefix("file:")


def parsed(feed: Feed) -> ParsedFeed:
    return parse_feed(document(feed).read_bytes(), feed_id=feed.feed_id, url=feed.url)


@pytest.fixture(scope="module")
def feeds() -> dict[str, Feed]:
    return {feed.feed_id: feed for feed in load_settings(SAMPLE).feeds}


@pytest.fixture(scope="module")
def documents(feeds) -> dict[str, ParsedFeed]:
    return {name: parsed(feed) for name, feed in feeds.items() if name != "zenith-weekly"}


@pytest.fixture(scope="module")
def articles(feeds, documents) -> list[Article]:
    return [
        article
        for name, found in documents.items()
        for article in normalise_entries(found, feed_id=name, url=feeds[name].url, now=READ_AT)
    ]


def test_every_document_belongs_to_a_feed_and_every_feed_has_one(feeds):
    on_disk = {path.name for path in (SAMPLE / "feeds").iterdir()}

    assert {document(feed).name for feed in feeds.values()} == on_disk
    assert len(feeds) == 19
    assert {feed.kind for feed in feeds.values()} == set(FEED_KINDS)


def test_all_four_formats_are_there(documents):
    formats = Counter(found.format for found in documents.values())

    assert formats == {"rss": 11, "atom": 4, "rdf": 2, "json": 1}


def test_documents_are_well_formed_but_for_the_broken_ones(feeds):
    for name in feeds.keys() - BROKEN - {"orbit-and-ink"}:
        ET.parse(document(feeds[name]))
    for name in BROKEN:
        with pytest.raises(ET.ParseError):
            ET.parse(document(feeds[name]))


def test_page_in_the_place_of_a_feed_is_told_apart(feeds):
    with pytest.raises(ParseError) as refused:
        parsed(feeds["zenith-weekly"])

    assert refused.value.outcome == "not_a_feed"


def test_feed_that_ends_in_the_middle_of_an_entry_keeps_all_before_it(documents):
    found = documents["southern-skies"]

    assert "ill_formed" in found.flags
    assert len(found.entries) == 7
    assert all(entry.summary for entry in found.entries[:-1])


def test_latin_1_and_german_are_read_as_they_are_written(feeds, articles):
    assert b"caf\xe9" in document(feeds["bright-limb"]).read_bytes()

    titles = {article.title for article in articles}
    assert "Aurora over the café: red sky seen as far south as Cornwall" in titles
    assert "Komet Okafor ist jetzt mit bloßem Auge zu sehen" in titles
    assert {a.language for a in articles if a.feed_id == "sternenbote"} == {"de-DE"}


def test_sample_tells_two_whole_weeks_two_thirds_of_it_in_the_second(articles):
    weeks = Counter(str(Week.of(article.published_at, "UTC")) for article in articles)

    assert weeks == {"2026-W46": 73, "2026-W47": 133}
    assert max(article.published_at for article in articles) < LAST_MOMENT


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin"])
def test_second_week_is_the_same_on_either_side_of_the_ocean(articles, zone):
    in_utc = {a.article_id for a in articles if Week.of(a.published_at, "UTC").number == 47}

    in_zone = {a.article_id for a in articles if Week.of(a.published_at, zone).number == 47}

    assert in_zone == in_utc


def test_every_entry_has_an_id_a_date_and_an_address_that_leads_nowhere(documents, articles):
    for article in articles:
        assert article.published_at, article.title
        assert article.flags == (), article.title
        assert urlsplit(article.url).hostname.endswith(".example"), article.url

    for name, found in documents.items():
        ids = [entry.guid for entry in found.entries]
        assert all(ids), name
        assert len(set(ids)) == len(ids), name


def test_one_date_has_no_time(articles):
    [article] = [a for a in articles if a.date_precision == "day"]

    assert article.title.startswith("S/2026 U 1")


def test_feeds_are_listed_newest_first(documents):
    for name, found in documents.items():
        dates = [
            a.published_at for a in normalise_entries(found, feed_id=name, url="", now=READ_AT)
        ]
        assert dates == sorted(dates, reverse=True), name


def test_some_articles_come_under_two_spellings_of_one_address(articles):
    spellings = Counter(article.canonical_url for article in articles)

    assert sorted(spellings.values(), reverse=True)[:4] == [2, 2, 2, 1]


def test_releases_are_reprinted_word_for_word(articles):
    outlets = {}
    for article in articles:
        outlets.setdefault((article.title_key, article.dek), set()).add(article.feed_id)

    assert {"apogee-wire", "orbital-newswire"} in outlets.values()
    assert {"meridian-news", "orbital-newswire"} in outlets.values()


def test_both_flights_of_one_rocket_in_one_week_are_told_by_four_outlets_each(articles):
    for mission in ("12-4", "12-5"):
        outlets = {a.feed_id for a in articles if f"Lattice {mission}" in a.title}
        outlets |= {a.feed_id for a in articles if f"on {mission} mission" in a.title}
        assert outlets == {"apogee-wire", "launch-log", "orbital-newswire", "tidewater-space"}


def test_some_three_dozen_articles_are_full_with_credited_figures(articles):
    full = [a for a in articles if a.word_count > 40]
    figures = [block.figure for a in articles for block in a.body if block.figure]

    assert len(full) >= 35
    assert len(figures) >= 25
    assert all(figure.credit for figure in figures)


def test_every_picture_that_an_entry_shows_lies_in_the_sample(feeds):
    names = set()
    for feed in feeds.values():
        names |= set(
            re.findall(r"/images/(?:\w+/)?([\w-]+\.jpg)", document(feed).read_text("latin-1"))
        )

    assert names == {path.name for path in (SAMPLE / "pictures").iterdir()}


def test_pictures_are_small_jpegs_of_one_size():
    for path in (SAMPLE / "pictures").iterdir():
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("JPEG", (960, 540)), path
        assert path.stat().st_size < 40_000, path


def test_script_draws_the_pictures_that_are_there(monkeypatch):
    monkeypatch.syspath_prepend(SAMPLE)
    from draw_pictures import SCENES, encode  # noqa: PLC0415 a script, not a package of ours

    with Image.open(BytesIO(encode(SCENES["comet"]()))) as drawn:
        fresh = np.asarray(drawn, dtype=float)
    with Image.open(SAMPLE / "pictures" / "comet.jpg") as kept:
        difference = np.abs(fresh - np.asarray(kept, dtype=float))

    assert set(SCENES) == {path.stem for path in (SAMPLE / "pictures").iterdir()}
    assert difference.mean() < 1  # encoders may differ in their last bit


def test_sample_is_small_enough_to_be_cloned_by_everyone():
    files = [path for path in SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc"]

    assert sum(path.stat().st_size for path in files) < 1_200_000


def test_list_of_real_feeds_is_long_varied_and_without_repeats():
    feeds = load_settings(CONFIG).feeds

    addresses = [feed.url for feed in feeds]
    assert len(addresses) >= 60
    assert len(set(addresses)) == len(addresses)
    assert {feed.kind for feed in feeds} == set(FEED_KINDS)
    assert all(url.startswith("https://") and ".example" not in url for url in addresses)
    assert Counter(feed.publisher for feed in feeds)["NASA"] > 1
