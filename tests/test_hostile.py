"""Every hostile case of ../shared/hostile through `ingest`, in one pass under its guard."""

import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import duckdb
import hostile
import pytest
from factories import SETTINGS, VOCABULARY, WEEK, a_story, a_week, an_article

from flows.ingesting import ingest_feeds
from flows.settings import load_settings
from reports.issue import assemble_issue
from reports.render import render_html, render_text
from transforms.records import GOOD_OUTCOMES, OUTCOMES

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
# The stages must stay far from what the worst document could take; a busy machine may triple it.
SLOWNESS = 3

pytestmark = pytest.mark.xdist_group("hostile")


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "hostile"


@pytest.fixture(scope="module")
def server(folder):
    guard = hostile.guard(folder)
    with hostile.serving(folder) as server:
        for case in server.cases:  # it builds the large bodies when first asked for
            if case["group"] == "bulk":
                server.ask(case["path"])
        server.ask("/clear")
        yield server
    assert guard.violations == []


@pytest.fixture(scope="module")
def one_pass(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    config = server.config(folder / "config", [case["name"] for case in server.cases])
    meter = hostile.Meter(time.monotonic)
    settings = load_settings(config, folder / "perigee.duckdb")

    ingested = ingest_feeds(settings, NOW, on_done=meter.step)

    return SimpleNamespace(
        ingested=ingested, meter=meter, log=server.ask("/log"), database=settings.database
    )


def polls(config, database, times):
    settings = load_settings(config, database)
    for _ in range(times):
        ingest_feeds(settings, NOW)
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute("SELECT count(*) FROM articles").fetchone()[0]


def test_every_hostile_case_ends_as_it_should(one_pass, server, folder):
    judge, meter = hostile.judge(folder), one_pass.meter

    wrong = {}
    for case in server.cases:
        name = case["name"]
        result = hostile.result_of(
            meter.polls[name],
            seconds=meter.seconds[name] / SLOWNESS,
            rss_mb=meter.megabytes[name],
            requests=one_pass.log,
        )
        if found := judge.problems(case, result):
            wrong[name] = found

    assert wrong == {}


def test_no_entry_of_a_readable_case_is_lost(one_pass, server):
    polls = one_pass.meter.polls
    wanted = {c["name"]: c["entries"] for c in server.cases if isinstance(c["entries"], int)}

    lost = {
        name: (count, len(polls[name].articles))
        for name, count in wanted.items()
        if polls[name].outcome in GOOD_OUTCOMES and len(polls[name].articles) < count
    }

    assert lost == {}


def test_the_pass_tells_its_outcomes_slowest_case_and_peak_memory(one_pass, server):
    meter = one_pass.meter
    slowest = max(meter.seconds, key=meter.seconds.__getitem__)
    largest = max(meter.megabytes, key=meter.megabytes.__getitem__)

    figures = [
        f"outcomes: {one_pass.ingested.outcomes}",
        f"slowest: {slowest}, {meter.seconds[slowest]:.2f} s",
        f"most memory beyond a reading process at rest: {largest}, {meter.megabytes[largest]} MB",
    ]
    sys.stdout.write("\n".join(["", *figures, ""]))  # pytest -s

    assert set(one_pass.ingested.outcomes) <= set(OUTCOMES)
    assert sum(one_pass.ingested.outcomes.values()) == len(server.cases)
    assert meter.megabytes[largest] < 150


def test_the_canary_is_never_asked_for_and_no_cookie_is_sent(one_pass):
    assert [r["path"] for r in one_pass.log if r["path"].startswith("/canary")] == []
    assert [r["path"] for r in one_pass.log if "Cookie" in r["headers"]] == []


def test_each_failure_says_why_and_a_page_in_a_feeds_place_is_kept_as_evidence(one_pass):
    failed = [p for p in one_pass.meter.polls.values() if p.outcome not in GOOD_OUTCOMES]

    assert [p.feed.feed_id for p in failed if not p.detail] == []
    assert "Checking your browser" in one_pass.meter.polls["captcha_200"].evidence


def test_polling_again_keeps_as_many_articles_as_there_are(server, tmp_path):
    wanted, found = {}, {}
    for case in server.cases:
        if store := case.get("store"):
            config = server.config(tmp_path / case["name"], store["feeds"])
            database = tmp_path / f"{case['name']}.duckdb"
            wanted[case["name"]] = store["articles"]
            found[case["name"]] = polls(config, database, store["polls"])

    assert wanted
    assert found == wanted


def test_validators_go_back_word_for_word_or_not_at_all(server, tmp_path):
    names = ["etag", "etag_weird", "last_modified_bogus"]
    config = server.config(tmp_path / "config", names)
    settings = load_settings(config, tmp_path / "p.duckdb")
    ingest_feeds(settings, NOW)
    server.ask("/clear")

    second = ingest_feeds(settings, NOW)

    headers = {r["path"].rpartition("/")[2]: r["headers"] for r in server.ask("/log")}
    assert second.outcomes == {"ok": 2, "not_modified": 1}
    assert headers["etag"]["If-None-Match"] == '"v1"'
    assert headers["etag"]["If-Modified-Since"] == "Tue, 16 Mar 2021 12:00:00 GMT"
    assert headers["etag_weird"].get("If-None-Match") in (None, 'W/"a\\"b;\xe9"')
    assert headers["last_modified_bogus"].get("If-Modified-Since") in (None, "yesterday")


def test_a_gone_feed_is_asked_twice_and_then_left_alone(server, tmp_path):
    config = server.config(tmp_path / "config", ["status_410"])
    settings = load_settings(config, tmp_path / "p.duckdb")

    asked = [ingest_feeds(settings, NOW.replace(day=day)).asked for day in (24, 25, 26)]

    assert asked == [1, 1, 0]


def test_hostile_text_is_only_text_in_the_letter(one_pass, folder):
    elements = hostile.judge(folder).elements
    friends = [an_article(f"Probe {number} wakes") for number in range(41)]
    friendly = {_shape(e) for e in elements(_letter(friends))}

    for name in ("html_xss_title", "html_xss_atom", "html_xss_content", "html_js_link",
                 "html_xss_media", "id_guid_markup", "txt_template_injection",
                 "txt_markdown_slack", "txt_utf7_xss"):  # fmt: skip
        letter = _letter(one_pass.meter.polls[name].articles)

        strange = {_shape(e) for e in elements(letter)} - friendly
        assert (name, strange) == (name, set())


def test_template_code_is_printed_as_it_stands(one_pass):
    [article] = one_pass.meter.polls["txt_template_injection"].articles

    text = render_text(_issue([article]), SETTINGS)

    assert article.title in " ".join(text.split())
    assert "{{7*7}}" in _letter([article])


def _issue(articles):
    return assemble_issue(a_week([a_story(a) for a in articles]), WEEK, VOCABULARY, SETTINGS, {})


def _letter(articles):
    return render_html(_issue(articles), SETTINGS)


def _shape(element):
    """What an element could do: its name, its event handlers, the schemes of its addresses."""
    name, attributes = element
    handlers = tuple(sorted(a for a in attributes if a.startswith("on")))
    links = (attributes[a] for a in ("href", "src", "action") if a in attributes)
    schemes = {link.partition(":")[0].strip().lower() for link in links if ":" in link}
    return name, handlers, tuple(sorted(schemes - {"http", "https", "mailto", "cid"}))
