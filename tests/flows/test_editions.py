"""Editions: each has issues, readers, feeds and an archive of its own."""

import re
import shutil

import pytest
from checker import failures

from flows.archiving import build_archive
from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from flows.telling import build_issue, issue_settings, write_issue
from reports.message import compose_message
from reports.records import Recipient
from transforms.errors import ConfigError

LUNAR = """
[[edition]]
id = "lunar"
title = "Perigee Lunar"
tagline = "The Moon, weekly"
tags = ["lunar"]
"""


def configured(tmp_path, editions):
    shutil.copytree(SAMPLE, tmp_path / "config")
    with (tmp_path / "config" / "perigee.toml").open("a") as file:
        file.write(editions)
    return load_settings(tmp_path / "config", tmp_path / "perigee.duckdb")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    settings = configured(tmp_path_factory.mktemp("editions"), LUNAR)
    ingest_feeds(settings, SAMPLE_NOW)
    return settings


def test_edition_has_its_own_issue_with_its_own_stories(settings):
    built = build_issue(settings.for_edition("lunar"), SAMPLE_WEEK)

    assert built.issue.issue_id == "lunar-2026-W47"
    assert built.issue.title == "Perigee Lunar"
    assert 0 < len(built.news.stories) < 20
    for story in built.news.stories:
        assert "lunar" in {hit.tag_id for hit in story.tags}


def test_default_edition_tells_everything(settings):
    everything = build_issue(settings.for_edition("weekly"), SAMPLE_WEEK)

    assert everything.issue.issue_id == "2026-W47"
    assert len(everything.news.stories) > 50


def test_edition_has_its_own_languages_or_those_of_the_letter(tmp_path):
    german = LUNAR.replace('id = "lunar"', 'id = "mond"') + 'languages = ["de"]\n'
    own = configured(tmp_path, LUNAR + german)
    ingest_feeds(own, SAMPLE_NOW)

    lunar, moon = (build_issue(own.for_edition(name), SAMPLE_WEEK) for name in ("lunar", "mond"))

    told_in = [{s.lead.language[:2].lower() for s in built.news.stories} for built in (lunar, moon)]
    assert told_in == [{"en"}, {"de"}]


def test_issue_of_an_edition_passes_the_checker(settings, shared, tmp_path):
    chosen = settings.for_edition("lunar")

    written = write_issue(chosen, build_issue(chosen, SAMPLE_WEEK), tmp_path)

    assert written.page.parent.name == "lunar-2026-W47"
    assert failures(shared, written.page) == []
    assert failures(shared, written.message) == []


def test_readers_can_sort_editions_by_their_list_id(settings):
    ids = []
    for edition in ("weekly", "lunar"):
        chosen = settings.for_edition(edition)
        letter = build_issue(chosen, SAMPLE_WEEK).letter
        reader = Recipient("reader@example.org", token="t")
        message = compose_message(letter, reader, issue_settings(chosen), SAMPLE_NOW)
        ids.append(re.search("<(.*)>", message["List-Id"])[1])

    assert ids == ["weekly.perigee.example", "lunar.weekly.perigee.example"]


def test_archive_holds_every_edition_with_its_feeds(settings, tmp_path):
    archived = build_archive(settings, tmp_path, SAMPLE_NOW)

    assert archived.told == ("2026-W46", "2026-W47", "lunar-2026-W46", "lunar-2026-W47")
    page = (tmp_path / "lunar-2026-W47" / "index.html").read_text("utf-8")
    assert "Perigee Lunar" in page
    assert "../edition/lunar/atom.xml" in page
    assert "lunar-2026-W47" in (tmp_path / "edition" / "lunar" / "atom.xml").read_text("utf-8")
    assert "lunar-2026-W47" not in (tmp_path / "atom.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ('id = "weekly"\ntitle = "x"', "the id 'weekly' is taken"),
        ('id = "moon"\ntitle = "x"\nfeeds = ["apogee-wyre"]', "did you mean 'apogee-wire'?"),
        ('id = "moon"\ntitle = "x"\ntag = ["lunar"]', "did you mean 'tags'?"),
    ],
    ids=["taken id", "unknown feed", "misspelt key"],
)
def test_mistake_in_an_edition_is_told_with_the_likely_right_word(tmp_path, table, problem):
    with pytest.raises(ConfigError, match=re.escape(problem)):
        configured(tmp_path, f"[[edition]]\n{table}\n")


def test_unknown_tag_of_an_edition_is_told_when_it_is_built(tmp_path):
    settings = configured(tmp_path, LUNAR.replace('["lunar"]', '["lunnar"]'))
    ingest_feeds(settings, SAMPLE_NOW)

    with pytest.raises(ConfigError, match="unknown tag 'lunnar'; did you mean 'lunar'"):
        build_issue(settings.for_edition("lunar"), SAMPLE_WEEK)


def test_edition_that_there_is_not_is_told(settings):
    with pytest.raises(ConfigError, match=r"edition 'luna' is not in .*did you mean 'lunar'"):
        settings.for_edition("luna")
