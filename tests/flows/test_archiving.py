"""The archive in its folder: told once, renewed where something changed, never broken."""

import shutil
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from flows.archiving import build_archive
from flows.database import open_database
from flows.demo import SAMPLE, SAMPLE_NOW
from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from flows.telling import load_judgement, tell_week
from reports.archive_records import issue_from_json
from transforms.weeks import Week

LATER = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
OTHER = "Kittiwake landed on the Moon: a wholly other headline"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sample's settings, and its site."""
    folder = tmp_path_factory.mktemp("archive")
    shutil.copytree(SAMPLE, folder / "config")
    settings = load_settings(folder / "config", folder / "perigee.duckdb")
    ingest_feeds(settings, SAMPLE_NOW)
    archived = build_archive(settings, folder / "site", SAMPLE_NOW)
    return settings, archived


@pytest.fixture
def own(built, tmp_path):
    """A copy of both that a test may change."""
    settings, _ = built
    shutil.copytree(settings.config.parent, tmp_path / "own")
    mine = load_settings(tmp_path / "own" / "config", tmp_path / "own" / "perigee.duckdb")
    return mine, tmp_path / "own" / "site"


def contents(site):
    return {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}


def story_of(site, week, title):
    issue = issue_from_json((site / week / "issue.json").read_text("utf-8"))
    return next(story for story in issue.stories if title in story.headline)


def test_both_weeks_of_the_sample_have_an_issue_with_all_their_stories(built):
    settings, archived = built

    assert archived.told == ("2026-W46", "2026-W47")
    judgement = load_judgement(settings)
    for week in archived.told:
        issue = issue_from_json((archived.folder / week / "issue.json").read_text("utf-8"))
        page = (archived.folder / week / "index.html").read_text("utf-8")
        news = tell_week(settings, judgement, Week.parse(week))
        assert len(issue.stories) == len(news.stories) > 30
        for story in issue.stories:
            assert (archived.folder / "story" / story.story_id / "index.html").is_file()
            assert f'href="../story/{story.story_id}/index.html"' in page


def test_every_link_within_the_site_leads_to_a_file_and_its_part(built):
    _, archived = built
    links, ids = [], {}
    for page in archived.folder.rglob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "lxml")
        ids[page.resolve()] = {element["id"] for element in soup.select("[id]")}
        links += [(page, e.get("href") or e.get("src")) for e in soup.select("[href], [src]")]
    links = [(page, urlsplit(address)) for page, address in links]
    within = [(page, parts) for page, parts in links if not parts.scheme and not parts.netloc]

    broken = [
        (page, parts.geturl())
        for page, parts in within
        for target in [(page.parent / unquote(parts.path) if parts.path else page).resolve()]
        if not target.is_file() or (parts.fragment and parts.fragment not in ids[target])
    ]
    assert len(within) > 1_000
    assert broken == []


def test_no_page_loads_anything_from_elsewhere(built):
    _, archived = built

    for page in archived.folder.rglob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "lxml")
        loaded = soup.select("script[src], img[src], link[rel=stylesheet], link[rel=icon], iframe")
        for element in loaded:
            address = element.get("href") or element.get("src")
            assert not urlsplit(address).netloc, (page, address)


def test_building_again_writes_nothing(own):
    settings, site = own
    before = contents(site)

    archived = build_archive(settings, site, SAMPLE_NOW)

    assert (archived.told, archived.kept, archived.written) == ((), 2, 0)
    assert contents(site) == before


def test_site_built_anew_is_byte_for_byte_the_same(own, tmp_path):
    settings, site = own

    build_archive(settings, tmp_path / "anew", SAMPLE_NOW)

    anew = {
        path.relative_to(tmp_path / "anew"): data
        for path, data in contents(tmp_path / "anew").items()
    }
    assert anew == {path.relative_to(site): data for path, data in contents(site).items()}


def test_changed_article_has_only_the_weeks_told_again_that_it_stands_in(own):
    settings, site = own
    story = story_of(site, "2026-W47", "Touchdown")
    revise(settings, story.members[-1].article_id, OTHER)

    archived = build_archive(settings, site, SAMPLE_NOW)

    assert archived.told == ("2026-W47",)
    assert archived.kept == 1
    page = (site / "story" / story.story_id / "index.html").read_text("utf-8")
    assert OTHER in page


def test_mailed_issue_keeps_its_page_while_its_stories_go_on(own):
    settings, site = own
    story = story_of(site, "2026-W47", "Touchdown")
    was = (site / "2026-W47" / "index.html").read_bytes()
    mail(settings, "2026-W47")
    revise(settings, story.members[-1].article_id, OTHER)

    build_archive(settings, site, SAMPLE_NOW)

    assert (site / "2026-W47" / "index.html").read_bytes() == was
    page = (site / "story" / story.story_id / "index.html").read_text("utf-8")
    assert OTHER in page
    issue = issue_from_json((site / "2026-W47" / "issue.json").read_text("utf-8"))
    pictures = {told.picture.name for told in issue.stories if told.picture}
    assert pictures <= {file.name for file in (site / "2026-W47" / "pictures").iterdir()}


def test_what_is_not_ours_in_the_folder_stays(own):
    settings, site = own
    (site / "CNAME").write_text("perigee.example")

    build_archive(settings, site, SAMPLE_NOW)

    assert (site / "CNAME").read_text() == "perigee.example"


def test_damaged_issue_is_told_again(own):
    settings, site = own
    before = contents(site)
    (site / "2026-W46" / "issue.json").write_text("{")

    archived = build_archive(settings, site, SAMPLE_NOW)

    assert archived.told == ("2026-W46",)
    assert contents(site) == before


def test_running_week_has_no_issue_until_it_is_over(own):
    settings, site = own
    build_archive(settings, site, SAMPLE_NOW - timedelta(days=1))

    archived = build_archive(settings, site.parent / "early", SAMPLE_NOW - timedelta(days=1))

    assert archived.told == ("2026-W46",)


def test_new_base_url_changes_addresses_only_where_others_read_them(own):
    settings, site = own

    archived = build_archive(settings, site, SAMPLE_NOW, base_url="https://moved.example/x")

    assert archived.told == ()
    assert "https://moved.example/x/2026-W47/" in (site / "atom.xml").read_text("utf-8")
    story = story_of(site, "2026-W47", "Touchdown")
    page = (site / "story" / story.story_id / "index.html").read_text("utf-8")
    assert f"https://moved.example/x/story/{story.story_id}/" in page
    assert "perigee.example" not in page


def revise(settings, article_id, title):
    with open_database(settings.database) as connection:
        connection.execute(
            "UPDATE articles SET title = $title, changed_at = $now, text_hash = text_hash + 1 "
            "WHERE article_id = $article_id",
            {"title": title, "now": LATER, "article_id": article_id},
        )


def mail(settings, issue_id):
    with open_database(settings.database) as connection:
        connection.execute(
            "INSERT INTO issues VALUES ($id, 'weekly', 'A subject', $now, $now, ''::BLOB, NULL)",
            {"id": issue_id, "now": SAMPLE_NOW},
        )
