from pathlib import Path

import pytest

from flows.settings import DEFAULT_CONFIG, load_settings
from transforms.errors import ConfigError

FEED = '[[feed]]\nid = "a"\ntitle = "A"\nurl = "https://a.example/feed"\n'


def configured(tmp_path, perigee="", feeds=FEED):
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    (folder / "perigee.toml").write_text(perigee, encoding="utf-8")
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    return folder


def test_what_is_not_given_has_its_default(tmp_path):
    settings = load_settings(configured(tmp_path))

    assert (settings.time_zone, settings.fetch.workers, settings.fetch.pages) == ("UTC", 32, False)
    [feed] = settings.feeds
    assert (feed.kind, feed.publisher, feed.weight, feed.pages) == ("press", "A", 1.0, False)


@pytest.mark.parametrize(
    ("perigee", "feeds", "words"),
    [
        ("[fetch]\nworkrs = 3\n", FEED, ["perigee.toml", "[fetch] workrs", "'workers'"]),
        ("[fetch]\ntime_out = 3\n", FEED, ["perigee.toml", "time_out", "'timeout'"]),
        ("databse = 'x'\n", FEED, ["perigee.toml", "databse", "'database'"]),
        ("[fech]\n", FEED, ["perigee.toml", "fech", "'fetch'"]),
        ("zzz = 1\n", FEED, ["perigee.toml", "zzz", "no such key"]),
        ("", FEED + 'knd = "press"\n', ["feeds.toml", "#1", "knd", "'kind'"]),
        ("", FEED + 'kind = "rocket"\n', ["feeds.toml", "kind", "'rocket'"]),
        ("[fetch]\nworkers = 0\n", FEED, ["perigee.toml", "[fetch] workers", "0"]),
        ("time_zone = 'Mars/Jezero'\n", FEED, ["perigee.toml", "time_zone", "Mars/Jezero"]),
        ("", FEED + FEED, ["feeds.toml", "'a'", "twice"]),
        ("", '[[feed]]\nid = "a"\ntitle = "A"\nurl = "ftp://a"\n', ["feeds.toml", "url"]),
        ("", '[[feed]]\nid = "../a"\ntitle = "A"\nurl = "https://a/"\n', ["feeds.toml", "id"]),
        ("not toml", FEED, ["perigee.toml", "not valid TOML"]),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_likely_right_one(tmp_path, perigee, feeds, words):
    with pytest.raises(ConfigError) as caught:
        load_settings(configured(tmp_path, perigee, feeds))

    message = str(caught.value)
    assert [word for word in words if word not in message] == []
    assert "\n" not in message


def test_a_missing_folder_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match="--config"):
        load_settings(tmp_path / "nowhere")


def test_the_environment_names_folder_and_database(tmp_path, monkeypatch):
    folder = configured(tmp_path)
    monkeypatch.setenv("PERIGEE_CONFIG", str(folder))
    monkeypatch.setenv("PERIGEE_DATABASE", str(tmp_path / "x.duckdb"))

    settings = load_settings()

    assert (settings.config, settings.database) == (folder, tmp_path / "x.duckdb")


def test_what_is_given_by_hand_counts_more_than_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("PERIGEE_DATABASE", str(tmp_path / "x.duckdb"))

    settings = load_settings(configured(tmp_path), tmp_path / "y.duckdb")

    assert settings.database == tmp_path / "y.duckdb"


def test_passwords_are_never_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("PERIGEE_SMTP_PASSWORD", "hunter2")

    settings = load_settings(configured(tmp_path))

    assert settings.smtp_password == "hunter2"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(
    ("perigee", "feeds", "wants"),
    [("", FEED, False), ("[fetch]\npages = true\n", FEED, True), ("", FEED + "pages = true", True)],
)
def test_pages_are_wanted_of_all_feeds_or_of_some(tmp_path, perigee, feeds, wants):
    assert load_settings(configured(tmp_path, perigee, feeds)).wants_pages == wants


def test_our_own_configuration_is_right():
    settings = load_settings(DEFAULT_CONFIG, Path("x.duckdb"))

    assert len(settings.feeds) > 50


def test_folder_in_place_of_a_file_is_told(tmp_path):
    (tmp_path / "perigee.toml").mkdir()

    with pytest.raises(ConfigError, match=r"perigee\.toml cannot be read: Is a directory"):
        load_settings(tmp_path)
