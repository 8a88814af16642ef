from datetime import UTC, datetime

import pytest
from feedserver import Answer, scripted, write_config

from flows.feeds_file import append_feeds, free_id
from flows.ingesting import ingest_feeds
from flows.settings import load_feeds, load_settings
from flows.subscribing import find_feed, import_feeds, new_feed
from transforms.errors import ConfigError, FeedError
from transforms.opml import write_opml
from transforms.records import Feed

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><title>Farside \xe2\x80\x9cDaily\xe2\x80\x9d</title>"
    b"<item><title>One</title><link>https://farside.example/1</link></item></channel></rss>"
)
PAGE = b"<html><head><link rel='alternate' type='application/rss+xml' href='/hidden.xml'></head>"


def settings_for(server, tmp_path, feeds=""):
    config = write_config(tmp_path / "config", feeds, allow=server.address, timeout=2)
    return load_settings(config, tmp_path / "p.duckdb")


def test_a_feeds_own_address_is_the_feed(tmp_path):
    with scripted(feed=Answer(body=FEED)) as server:
        found = find_feed(settings_for(server, tmp_path), f"{server.url}/feed", NOW)

        assert (found.url, found.title) == (f"{server.url}/feed", "Farside “Daily”")
        assert [a.title for a in found.reading.articles] == ["One"]


def test_a_sites_page_leads_to_the_feed_that_it_announces(tmp_path):
    answers = {"": Answer(body=PAGE), "hidden.xml": Answer(body=FEED)}
    with scripted(**answers) as server:
        found = find_feed(settings_for(server, tmp_path), server.url, NOW)

        assert found.url == f"{server.url}/hidden.xml"
        assert server.paths() == ["/", "/hidden.xml"]


def test_a_page_that_announces_none_leads_to_the_usual_place(tmp_path):
    answers = {"news": Answer(body=b"<html>x</html>"), "rss.xml": Answer(body=FEED)}
    with scripted(**answers) as server:
        found = find_feed(settings_for(server, tmp_path), f"{server.url}/news", NOW)

        assert found.url == f"{server.url}/rss.xml"


def test_a_moved_feed_is_subscribed_to_where_it_is_now(tmp_path):
    moved = Answer(301, headers={"Location": "/feed"})
    with scripted(old=moved, feed=Answer(body=FEED)) as server:
        found = find_feed(settings_for(server, tmp_path), f"{server.url}/old", NOW)

        assert found.url == f"{server.url}/feed"


def test_a_site_without_a_feed_says_what_was_tried(tmp_path):
    with (
        scripted(**{"": Answer(body=b"<html>x</html>")}) as server,
        pytest.raises(FeedError, match=r"announces 0.*give the feed's own address"),
    ):
        find_feed(settings_for(server, tmp_path), server.url, NOW)


def test_an_address_that_does_not_answer_says_why_and_what_to_do(tmp_path):
    with scripted() as server, pytest.raises(FeedError, match=r"not_found: answered 404.*look on"):
        find_feed(settings_for(server, tmp_path), f"{server.url}/x", NOW)


def test_a_feed_that_is_there_already_is_named(tmp_path):
    with scripted(feed=Answer(body=FEED)) as server:
        known = f'[[feed]]\nid = "mine"\ntitle = "M"\nurl = "{server.url}/feed/"\n'
        with pytest.raises(ConfigError, match="already, as 'mine'"):
            find_feed(settings_for(server, tmp_path, known), f"{server.url}/feed", NOW)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://news.google.com/rss/search?q=moon", "only a browser can open"),
        ("javascript://x", "refused"),
        ("http://[", "refused"),
    ],
)
def test_what_is_no_feed_of_its_own_is_refused_with_the_reason(tmp_path, address, words):
    with scripted() as server:
        with pytest.raises(ConfigError, match=words):
            find_feed(settings_for(server, tmp_path), address, NOW)

        assert server.asked == []


def test_what_is_added_stands_at_the_end_and_comments_stay(tmp_path):
    with scripted(feed=Answer(body=FEED)) as server:
        before = '# mine\n\n[[feed]]\nid = "a"\ntitle = "A"\nurl = "https://a.example/"  # why\n\n'
        settings = settings_for(server, tmp_path, before)
        found = find_feed(settings, f"{server.url}/feed", NOW)
        feed = new_feed(found, ["a"], feed_id=None, kind="press", publisher=None)

        append_feeds(settings.config / "feeds.toml", [feed])

        text = (settings.config / "feeds.toml").read_text(encoding="utf-8")
        assert text.startswith(before)
        assert load_settings(settings.config).feeds == (*settings.feeds, feed)


def test_line_ends_and_rights_of_the_file_stay_and_a_link_stays_a_link(tmp_path):
    real = tmp_path / "real.toml"
    before = b'# mine\r\n[[feed]]\r\nid = "a"\r\ntitle = "A"\r\nurl = "https://a.example/"'
    real.write_bytes(before)
    real.chmod(0o640)
    link = tmp_path / "feeds.toml"
    link.symlink_to(real)

    append_feeds(link, [Feed("b", 'T "b" \\ \x7f', "https://b.example/", "blog", "P")])

    after = real.read_bytes()
    assert after.startswith(before)
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert [feed.title for feed in load_feeds(link)] == ["A", 'T "b" \\']


@pytest.mark.parametrize(
    ("before", "feed_id", "words"),
    [
        (
            '[[feed]]\nid = "a"\ntitle = "A"\nurl = "https://a.example/"\n',
            "a",
            "stands there twice",
        ),
        ("feed = []\n", "b", "not valid TOML"),
        ("", "b c", "pattern"),
    ],
)
def test_what_would_make_the_file_invalid_is_not_written(tmp_path, before, feed_id, words):
    path = tmp_path / "feeds.toml"
    path.write_text(before, encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"nothing was added.*{words}"):
        append_feeds(path, [Feed(feed_id, "T", "https://b.example/", "blog", "P")])

    assert path.read_text(encoding="utf-8") == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_feed_of_nothing_but_wrapped_links_is_refused(tmp_path):
    wrapped = FEED.replace(b"https://farside.example/1", b"https://news.google.com/rss/articles/x")
    with scripted(feed=Answer(body=wrapped)) as server:
        with pytest.raises(ConfigError, match=r"wrapper.*add the outlets' own feeds"):
            find_feed(settings_for(server, tmp_path), f"{server.url}/feed", NOW)

        assert server.paths() == ["/feed"]


def test_a_feed_whose_articles_another_one_brings_already_says_so(tmp_path):
    with scripted(feed=Answer(body=FEED), twin=Answer(body=FEED)) as server:
        mine = f'[[feed]]\nid = "mine"\ntitle = "M"\nurl = "{server.url}/twin"\n'
        settings = settings_for(server, tmp_path, mine)
        ingest_feeds(settings, NOW)

        found = find_feed(settings, f"{server.url}/feed", NOW)

        assert found.known == ("mine", 1)


def test_a_list_says_which_of_its_feeds_are_refused_and_why(tmp_path):
    with scripted() as server:
        settings = settings_for(server, tmp_path)
    feeds = [
        Feed("a", "A", "https://news.google.com/rss?q=moon", "press", "P"),
        Feed("b", "B", "http://192.168.0.1/feed", "press", "P"),
        Feed("c", "C", "https://c.example/feed", "press", "P"),
    ]

    imported = import_feeds(settings, write_opml(feeds, "x"))

    assert imported.feeds == (feeds[2],)
    assert [(url, why.split()[-1]) for url, why in imported.refused] == [
        (feeds[0].url, "picture"),
        (feeds[1].url, "network"),
    ]


def test_an_id_that_is_taken_is_not_given_again(tmp_path):
    assert free_id("Dôme & Sky!", {"dome-sky"}) == "dome-sky-2"
    assert free_id("月", set()) == "feed"
    with scripted(feed=Answer(body=FEED)) as server:
        found = find_feed(settings_for(server, tmp_path), f"{server.url}/feed", NOW)

    with pytest.raises(ConfigError, match="--id"):
        new_feed(found, ["a"], feed_id="a", kind="press", publisher=None)


def test_a_list_brings_only_what_is_new_and_keeps_its_ids(tmp_path):
    with scripted() as server:
        mine = '[[feed]]\nid = "a"\ntitle = "A"\nurl = "https://a.example/feed"\n'
        settings = settings_for(server, tmp_path, mine)
    theirs = (
        settings.feeds[0],
        *(
            type(settings.feeds[0])(i, f'T "{i}" \\', f"https://{i}.example/f", "blog", "P")
            for i in ("b", "c")
        ),
    )

    imported = import_feeds(settings, write_opml(theirs, "x"))
    append_feeds(settings.config / "feeds.toml", imported.feeds)

    assert imported.subscribed == 1
    assert load_settings(settings.config).feeds == theirs


def test_a_listed_id_that_is_taken_gets_another_one(tmp_path):
    with scripted() as server:
        mine = '[[feed]]\nid = "a"\ntitle = "A"\nurl = "https://a.example/feed"\n'
        settings = settings_for(server, tmp_path, mine)
    other = type(settings.feeds[0])("a", "Other", "https://other.example/f", "blog", "P")

    [added] = import_feeds(settings, write_opml([other], "x")).feeds

    assert added.feed_id == "other"
