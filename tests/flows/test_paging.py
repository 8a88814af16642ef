import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from feedserver import Answer, scripted, write_config

from flows.ingesting import ingest_feeds
from flows.listing import list_ledger
from flows.paging import list_pages, read_pages
from flows.settings import load_settings
from flows.telling import load_judgement, tell_week
from transforms.weeks import Week

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
WEEK = Week(2026, 47)
ALLOW_ALL = Answer(body=b"User-agent: *\nDisallow:\n", headers={"Content-Type": "text/plain"})
TITLE = "Lunar probe wakes from its long sleep on the moon"
WORDS = "The lunar probe answered on the third call, and nobody had hoped for it. " * 8


def a_page(title=TITLE):
    return Answer(
        body=(
            f"<html><head><title>{title}</title><meta name='author' content='Ada Tester'></head>"
            f"<body><article><h1>{title}</h1><figure><img src='https://pictures.example/a.jpg'>"
            f"<figcaption>The probe. Photo by: B. Sample</figcaption></figure><p>{WORDS}</p>"
            "</article></body></html>"
        ).encode(),
        headers={"Content-Type": "text/html"},
    )


def a_feed(server, count=1):
    items = "".join(
        f"<item><title>{TITLE}{f' {n}' if n else ''}</title><link>{server.url}/page{n}</link>"
        f"<description>NASA said that the lunar lander answered, number {n}.</description>"
        "<pubDate>Wed, 18 Nov 2026 08:00:00 GMT</pubDate></item>"
        for n in range(count)
    )
    document = f"<rss version='2.0'><channel><title>Farside</title>{items}</channel></rss>"
    return Answer(body=document.encode())


@pytest.fixture
def server():
    with scripted(page0=a_page(), **{"robots.txt": ALLOW_ALL}) as server:
        server.answers["/feed"] = a_feed(server)
        yield server


def ingested(server, tmp_path, pages="pages = true"):
    feed = f'[[feed]]\nid = "farside"\ntitle = "Farside"\nurl = "{server.url}/feed"\n{pages}\n'
    config = write_config(tmp_path / "config", feed, allow=server.address, timeout=2)
    settings = load_settings(config, tmp_path / "p.duckdb")
    quiet = settings.model_copy(update={"feeds": tuple(_without_pages(settings.feeds))})
    ingest_feeds(quiet, NOW)
    server.asked.clear()
    return settings


def _without_pages(feeds):
    return (type(f)(f.feed_id, f.title, f.url, f.kind, f.publisher) for f in feeds)


def article(settings):
    with duckdb.connect(str(settings.database), read_only=True) as connection:
        row = connection.execute(
            "SELECT body, hero, authors, field_sources FROM articles"
        ).fetchone()
    return [json.loads(value) if isinstance(value, str) else value for value in row]


def test_the_page_of_a_candidate_is_read_and_fills_the_article(server, tmp_path):
    settings = ingested(server, tmp_path)

    [read] = read_pages(settings, WEEK, NOW)

    body, hero, authors, sources = article(settings)
    assert (read.outcome, "body" in read.fields) == ("ok", True)
    assert body[0]["text"].startswith("The lunar probe answered")
    assert (hero["credit"], authors) == ("B. Sample", ["Ada Tester"])
    assert sources["body"].startswith("page:")


def test_each_page_is_asked_for_once_and_robots_txt_once_a_run(server, tmp_path):
    server.answers |= {f"/page{n}": a_page(f"{TITLE} {n}") for n in (1, 2)}
    server.answers["/feed"] = a_feed(server, 3)
    settings = ingested(server, tmp_path)

    read_pages(settings, WEEK, NOW)
    again = read_pages(settings, WEEK, NOW)

    assert again == ()
    assert server.paths().count("/robots.txt") == 1
    assert len(server.paths()) == len(set(server.paths()))


def test_a_page_that_robots_txt_forbids_is_not_asked_for(server, tmp_path):
    server.answers["/robots.txt"] = Answer(body=b"User-agent: perigee\nDisallow: /page\n")
    settings = ingested(server, tmp_path)

    [read] = read_pages(settings, WEEK, NOW)

    assert (read.outcome, read.fields) == ("robots_denied", ())
    assert server.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [(Answer(404), "ok"), (Answer(403), "ok"), (Answer(200), "ok"), (Answer(500), "server_error")],
)
def test_a_missing_robots_txt_forbids_nothing_and_an_ill_server_everything(
    server, tmp_path, robots, outcome
):
    server.answers["/robots.txt"] = robots
    settings = ingested(server, tmp_path)

    [read] = read_pages(settings, WEEK, NOW)

    assert read.outcome == outcome


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (Answer(404, b"gone"), "not_found"),
        (Answer(403, b"Just a moment..."), "bot_wall"),
        (Answer(body=b"<html><title>Sign in</title><body>Sign in</body></html>"), "no_article"),
        (a_page("All the news of today at a glance"), "another_page"),
        (Answer(302, headers={"Location": "http://127.0.0.1:9/"}), "unsafe_address"),
    ],
)
def test_a_page_that_cannot_be_read_is_a_visible_outcome_and_changes_nothing(
    server, tmp_path, page, outcome
):
    server.answers["/page0"] = page
    settings = ingested(server, tmp_path)
    before = article(settings)

    [read] = read_pages(settings, WEEK, NOW)

    assert read.outcome == outcome
    assert article(settings) == before
    assert list_pages(settings, WEEK) == (read,)
    assert read_pages(settings, WEEK, NOW) == ()  # a page is asked for once, whatever it said


def test_what_passes_is_tried_on_three_days(server, tmp_path):
    server.answers["/page0"] = Answer(503)
    settings = ingested(server, tmp_path)

    tries = [len(read_pages(settings, WEEK, NOW + timedelta(hours=h))) for h in (0, 23, 25, 50, 99)]

    assert tries == [1, 0, 1, 1, 0]


def test_a_page_that_answers_the_day_after_is_read_then(server, tmp_path):
    server.answers["/robots.txt"] = Answer(500)
    settings = ingested(server, tmp_path)
    read_pages(settings, WEEK, NOW)
    del server.answers["/robots.txt"]

    [read] = read_pages(settings, WEEK, NOW + timedelta(days=2))

    assert (read.outcome, "body" in read.fields) == ("ok", True)


def test_no_page_is_read_where_the_settings_do_not_want_it(server, tmp_path):
    settings = ingested(server, tmp_path, pages="")

    assert read_pages(settings, WEEK, NOW) == ()
    assert server.asked == []


def test_no_more_pages_are_read_than_the_limit(server, tmp_path):
    server.answers |= {f"/page{n}": a_page(f"{TITLE} {n}") for n in (1, 2)}
    server.answers["/feed"] = a_feed(server, 3)
    settings = ingested(server, tmp_path)

    assert len(read_pages(settings, WEEK, NOW, 1)) == 1


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(server, tmp_path):
    server.answers["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /inside\n")
    server.answers["/page0"] = Answer(302, headers={"Location": "/inside/page"})
    settings = ingested(server, tmp_path)

    [read] = read_pages(settings, WEEK, NOW)

    assert read.outcome == "robots_denied"
    assert server.paths() == ["/robots.txt", "/page0"]


def test_the_ledger_counts_pages_and_the_robots_txt_before_them(server, tmp_path):
    settings = ingested(server, tmp_path)
    [before] = list_ledger(settings)

    read_pages(settings, WEEK, NOW)

    [after] = list_ledger(settings)
    assert (after["polls"], after["pages"]) == (before["polls"], 1)
    assert after["requests"] == before["requests"] + 2
    assert after["wire_bytes"] > before["wire_bytes"]


EVENTS = (
    "Crater samples show old water on the Moon",
    "Asteroid Bennu held salts from a lost lake",
    "Webb telescope finds a planet made of soot",
    "Rocket engine explodes during a ground test in Texas",
    "Mars rover drills its deepest hole yet",
    "Solar storm paints aurora over Tasmania",
    "Astronauts repair the station's leaking cooler",
    "Comet brightens before its nearest pass",
    "Europa orbiter passes Venus for a push",
    "Radio dish hears a pulsar that skips beats",
    "Two galaxies caught in a slow collision",
    "Saturn's rings are younger than they look",
    "Weather satellite sends its first picture",
    "Black hole shreds a star and dines for years",
    "Lawmakers cut the budget for a lunar gateway",
    "Meteorite in Algeria came from Mercury",
)


def test_only_stories_that_are_about_to_be_shown_have_their_pages_read(server, tmp_path):
    items = "".join(
        f"<item><title>{title}</title><link>{server.url}/{n}</link>"
        "<pubDate>Wed, 18 Nov 2026 08:00:00 GMT</pubDate></item>"
        for n, title in enumerate(EVENTS)
    )
    document = f"<rss version='2.0'><channel><title>Farside</title>{items}</channel></rss>"
    server.answers["/feed"] = Answer(body=document.encode())
    settings = ingested(server, tmp_path)
    brief = settings.digest.model_copy(update={"cards": 0})
    stories = tell_week(settings, load_judgement(settings), WEEK).stories

    read = read_pages(settings.model_copy(update={"digest": brief}), WEEK, NOW)

    assert len(stories) > 13
    assert {page.article_id for page in read} == {s.lead.article_id for s in stories[:13]}


def test_a_later_poll_with_the_same_text_keeps_what_the_page_gave(server, tmp_path):
    settings = ingested(server, tmp_path)
    read_pages(settings, WEEK, NOW)
    before = article(settings)
    server.answers["/feed"].body += b"<!-- made anew -->"

    again = ingest_feeds(settings, NOW.replace(hour=14))

    assert (again.stored.changed, again.stored.same) == (0, 1)
    assert article(settings) == before


def test_a_pass_that_wants_pages_reads_them_at_its_end(server, tmp_path):
    settings = ingested(server, tmp_path)

    summary = ingest_feeds(settings, NOW)

    assert [page.outcome for page in summary.pages] == ["ok"]
    assert "/page0" in server.paths()
