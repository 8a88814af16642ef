import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from feedserver import Answer, scripted, write_config

from flows.cli import main

DOCUMENT = (
    "<rss version='2.0'><channel><title>Farside</title><item><title>{title}</title>"
    "<link>https://farside.example/1</link><description>{summary}</description>"
    "<pubDate>Mon, 16 Nov 2026 05:00:00 GMT</pubDate></item></channel></rss>"
)


def a_document(title="NASA probe orbits the moon", summary="It carries 12 instruments."):
    return Answer(body=DOCUMENT.format(title=title, summary=summary).encode())


@pytest.fixture
def server():
    with scripted(feed=a_document()) as server:
        yield server


@pytest.fixture
def perigee(server, tmp_path, monkeypatch, capsys):
    """Run the command line; return its status, what it printed, and what it said of errors."""
    feeds = f'[[feed]]\nid = "farside"\ntitle = "Farside"\nurl = "{server.url}/feed"\n'
    config = write_config(tmp_path / "config", feeds, allow=server.address, timeout=2)

    def run(*arguments):
        monkeypatch.setattr(
            sys, "argv", ["perigee", f"--config={config}", f"--database={tmp_path / 'p.duckdb'}",
                          *arguments]
        )  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return ended.value.code or 0, captured.out, captured.err

    return run


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def test_ingest_tells_what_it_did(perigee):
    status, out, _ = perigee("ingest")

    assert status == 0
    assert "1 of 1 feeds were due" in out
    assert "1 entries read: 1 new" in out


def test_ingest_fails_only_where_every_feed_does(perigee, server):
    server.answers["/feed"] = Answer(404)

    status, out, _ = perigee("ingest")

    assert status == 1
    assert "not_found farside: answered 404" in out


def test_ingest_as_json_adds_up(perigee):
    _, out, _ = perigee("ingest", "--json", "--now", "2026-11-16T06:00:00Z")

    told = json.loads(out)
    assert told["outcomes"] == {"ok": 1}
    assert told["stored"]["new"] == told["entries"] == 1


def test_feeds_status_has_one_record_a_feed(perigee):
    perigee("ingest")

    _, out, _ = perigee("feeds", "status", "--json")

    [row] = records(out)
    assert (row["feed_id"], row["outcome"], row["articles"]) == ("farside", "ok", 1)
    assert datetime.fromisoformat(row["next_poll_at"]) > datetime.now(UTC)


@pytest.mark.parametrize("command", ["list", "status", "moves", "ledger"])
def test_every_list_of_feeds_is_there_before_the_first_pass_and_after_it(perigee, command):
    before, *_ = perigee("feeds", command)
    perigee("ingest")
    after, out, _ = perigee("feeds", command)

    assert (before, after) == (0, 0)
    assert out


def test_articles_lists_a_week_and_its_history_shows_each_change(perigee, server):
    perigee("ingest", "--now", "2026-11-16T06:00:00Z")
    server.answers["/feed"] = a_document(summary="It carries 14 instruments.")
    perigee("ingest", "--now", "2026-11-16T09:00:00Z")

    _, listed, _ = perigee("articles", "--week", "2026-W47", "--json")
    [article] = records(listed)
    _, shown, _ = perigee("articles", "history", article["article_id"])
    _, record, _ = perigee("articles", "history", article["url"], "--json")

    assert article["title"] == "NASA probe orbits the moon"
    assert "material: a number" in shown
    assert "[-12-] {+14+} instruments." in shown
    assert json.loads(record)["revisions"][0]["fields"] == ["dek"]


def test_a_feed_is_added_from_its_sites_page_after_a_preview(perigee, server):
    server.answers["/"] = Answer(
        body=b"<html><link rel='alternate' type='application/rss+xml' href='/other'></html>"
    )
    server.answers["/other"] = a_document(title="Another [red]headline[/red]")

    status, out, _ = perigee("feeds", "add", server.url, "--yes", "--id", "other")
    _, listed, _ = perigee("feeds", "list", "--json")

    assert status == 0
    assert "2026-11-16  Another [red]headline[/red]" in out
    assert [row["feed_id"] for row in records(listed)] == ["farside", "other"]


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_a_question_that_is_not_answered_with_yes_adds_nothing(
    perigee, server, monkeypatch, answer
):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    server.answers["/other"] = a_document()

    status, *_ = perigee("feeds", "add", f"{server.url}/other")
    _, listed, _ = perigee("feeds", "list", "--json")

    assert status == 1
    assert len(records(listed)) == 1


def test_lists_go_out_and_come_back(perigee, tmp_path):
    target = tmp_path / "feeds.opml"

    _, out, _ = perigee("feeds", "export", str(target))
    _, again, _ = perigee("feeds", "import", str(target), "--yes")

    assert "1 feeds" in out
    assert "0 feeds added" in again


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("feeds", "resume", "farside"), "not paused"),
        (("feeds", "pause", "elsewhere"), "not there, or paused already"),
        (("feeds", "undo-move", "farside"), "has not moved"),
        (("feeds", "add", "https://news.google.com/rss"), "refused"),
        (("articles", "history", "zz"), "no article"),
        (("articles", "--week", "2026-W99"), "Invalid week: 99"),
    ],
)
def test_a_mistake_is_told_in_words_and_not_as_a_traceback(perigee, arguments, words):
    perigee("ingest")

    status, out, err = perigee(*arguments)

    assert status != 0
    assert words in " ".join((out + err).split())
    assert "Traceback" not in out + err


def test_pages_says_that_no_feed_wants_them(perigee):
    perigee("ingest")

    status, out, _ = perigee("pages")

    assert (status, out.strip()) == (0, "0 pages read")


def test_a_paused_feed_is_not_asked_until_it_is_resumed(perigee, server):
    perigee("feeds", "pause", "farside")
    _, paused, _ = perigee("ingest")
    asked = list(server.asked)
    _, resumed, _ = perigee("feeds", "resume", "farside")
    _, again, _ = perigee("ingest")

    assert "0 of 1 feeds were due" in paused
    assert asked == []
    assert "due at the next" in resumed
    assert "1 of 1 feeds were due" in again


def test_a_feed_that_moves_and_is_brought_back_brings_no_old_article_in_again(perigee, server):
    perigee("ingest", "--now", "2026-11-16T06:00:00Z")
    server.answers["/new"] = server.answers["/feed"]
    server.answers["/feed"] = Answer(301, headers={"Location": "/new"})
    for day in (17, 18, 19):
        perigee("ingest", "--now", f"2026-11-{day}T06:00:00Z")
    _, listed, _ = perigee("feeds", "moves", "--json")
    server.asked.clear()
    _, moved, _ = perigee("ingest", "--now", "2026-11-20T06:00:00Z")
    paths = server.paths()

    server.answers["/feed"] = server.answers.pop("/new")
    perigee("feeds", "undo-move", "farside")
    _, back, _ = perigee("ingest", "--now", "2026-11-21T06:00:00Z")
    _, refused, _ = perigee("feeds", "moves", "--json")

    [move] = records(listed)
    assert (move["state"], move["to"]) == ("taken", f"{server.url}/new")
    assert move["days"] == ["2026-11-17", "2026-11-18", "2026-11-19"]
    assert paths == ["/new"]
    assert "0 new" in moved
    assert "0 new, 0 changed, 1 known" in back
    assert records(refused)[0]["state"] == "refused"


def test_the_ledger_can_be_cut_to_the_last_days(perigee):
    perigee("ingest", "--now", "2026-11-16T06:00:00Z")

    _, everything, _ = perigee("feeds", "ledger", "--json")
    _, lately, _ = perigee("feeds", "ledger", "--days", "1", "--json")

    [row] = records(everything)
    assert (row["polls"], row["requests"]) == (1, 1)
    assert row["seconds"] >= 0
    assert lately == ""


def test_help_needs_no_configuration(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "--help"],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert "ingest" in done.stdout
