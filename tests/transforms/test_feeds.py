"""`tests/feeds/x.xml` beside `x.py`: a feed, and exactly what it must become."""

import runpy
from pathlib import Path

import pytest

from transforms.parse import parse_feed

FOLDER = Path(__file__).resolve().parent.parent / "feeds"
FEEDS = sorted(path for path in FOLDER.iterdir() if path.suffix in (".xml", ".json"))
URL = "https://feeds.example/feed"


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_a_feed_becomes_exactly_its_entries(path):
    expected = runpy.run_path(str(path.with_suffix(".py")))["FEED"]

    assert parse_feed(path.read_bytes(), feed_id="x", url=URL) == expected


def test_every_feed_has_its_entries_beside_it():
    assert {path.stem for path in FEEDS} == {path.stem for path in FOLDER.glob("*.py")}
