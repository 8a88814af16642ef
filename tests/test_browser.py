"""The archive in Debian's chromium: what a reader's browser does with it."""

import json
import os
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.archive_server import archive_server
from flows.archiving import build_archive
from flows.demo import SAMPLE, SAMPLE_WEEK
from flows.desk_server import DeskServer
from flows.ingesting import ingest_feeds
from flows.settings import load_settings

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
WebDriverWait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WIDTHS = (320, 375, 640, 1200)
AXE = Path(
    os.environ.get("PERIGEE_CHECKS", Path.home() / ".cache/perigee-checks"),
    "node_modules/axe-core/axe.min.js",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def missing(reason):
    """Skip; on the CI machine, where all is there, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The archive of the sample's two weeks, on disk."""
    folder = tmp_path_factory.mktemp("archive")
    settings = load_settings(SAMPLE, folder / "sample.duckdb")
    ingest_feeds(settings, NOW)
    build_archive(settings, folder / "site", NOW)
    return folder / "site"


@pytest.fixture(scope="module")
def browser():
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        missing("Debian's packages chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    started.set_page_load_timeout(30)
    yield started
    started.quit()


@pytest.fixture(scope="module")
def axe(shared):
    """The source of axe-core, which the shared checks install."""
    if not AXE.is_file():
        setup = ["sh", str(shared / "checks" / "setup.sh")]
        made = subprocess.run(setup, capture_output=True, text=True, timeout=300, check=False)
        if not AXE.is_file():
            missing(f"axe-core is not there and could not be installed: {made.stderr[-300:]}")
    return AXE.read_text(encoding="utf-8")


def pages_of(site):
    """One page of each kind, by name."""
    told = json.loads((site / "2026-W47" / "issue.json").read_text(encoding="utf-8"))
    revised = next(
        (s for s in told["stories"] if any(m["revisions"] for m in s["members"])),
        told["stories"][0],
    )
    return {
        "home": site / "index.html",
        "issue": site / "2026-W47" / "index.html",
        "story": site / "story" / revised["story_id"] / "index.html",
        "tag": site / "tag" / "lunar" / "index.html",
    }


def look_at(browser, address, width=1200, scheme="light"):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 640},
    )
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    browser.get(address)


def complaints(browser):
    return [entry["message"] for entry in browser.get_log("browser")]


def wait_until(browser, holds):
    WebDriverWait(browser, 10).until(holds)


def hits(browser):
    found = WebDriverWait(browser, 10).until(lambda b: b.find_elements("css selector", "#hits a"))
    return [(link.text, link.get_attribute("href")) for link in found]


def test_search_finds_a_story_and_leads_to_its_page(browser, site):
    look_at(browser, pages_of(site)["home"].as_uri())

    browser.find_element("id", "q").send_keys("kittiwake touchdown")
    [(headline, address), *_] = hits(browser)

    assert headline.startswith("Touchdown: Selene Works' Kittiwake")
    browser.get(address)
    assert headline in browser.find_element("css selector", "h1").text
    assert complaints(browser) == []


def test_search_from_any_page_opens_the_home_page_with_its_hits(browser, site):
    look_at(browser, pages_of(site)["story"].as_uri())

    browser.find_element("id", "q").send_keys("asteroid")
    browser.find_element("css selector", ".top button").click()

    wait_until(browser, lambda b: b.current_url.startswith((site / "index.html").as_uri()))
    assert any("steroid" in headline for headline, _ in hits(browser))
    assert browser.find_element("id", "q").get_attribute("value") == "asteroid"
    assert not browser.find_element("id", "front").is_displayed()


def test_search_tells_each_story_once_however_fast_one_types(browser, site):
    look_at(browser, pages_of(site)["home"].as_uri())

    # Faster than the index comes: nine letters, and none of them may load it again.
    browser.execute_script(
        "const box = document.getElementById('q');"
        "for (const letter of 'kittiwake') {"
        "  box.value += letter; box.dispatchEvent(new Event('input'));"
        "}"
    )
    found = hits(browser)

    assert len({address for _, address in found}) == len(found)
    assert browser.find_element("id", "count").text == f"{len(found)} stories for “kittiwake”"


def test_search_for_nonsense_says_that_there_is_none(browser, site):
    look_at(browser, pages_of(site)["home"].as_uri())

    browser.find_element("id", "q").send_keys("zzzz")
    wait_until(browser, lambda b: b.find_element("id", "count").text)

    assert browser.find_element("id", "count").text == "0 stories for “zzzz”"


@pytest.mark.parametrize("kind", ["home", "issue", "story", "tag"])
def test_no_page_scrolls_sideways_or_complains(browser, site, kind):
    for width in WIDTHS:
        look_at(browser, pages_of(site)[kind].as_uri(), width)

        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{kind} is {wide} px wide at {width}"
        assert complaints(browser) == []


def test_the_pages_ask_no_other_host_for_anything(browser, site):
    with archive_server(site, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_address[1]}/"
        browser.get_log("performance")
        for kind, page in pages_of(site).items():
            look_at(browser, home + page.relative_to(site).as_posix())
            if kind == "home":
                browser.find_element("id", "q").send_keys("moon")
                assert hits(browser)
        asked = requests_in(browser.get_log("performance"))
        server.shutdown()

    assert len(asked) > 8
    assert [url for url in asked if not url.startswith((home, "data:"))] == []
    assert complaints(browser) == []


def requests_in(log):
    messages = [json.loads(entry["message"])["message"] for entry in log]
    return [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["home", "found", "issue", "story", "tag"])
def test_axe_finds_no_violation(browser, site, axe, kind, scheme):
    look_at(browser, pages_of(site)["home" if kind == "found" else kind].as_uri(), 375, scheme)
    if kind == "found":
        browser.find_element("id", "q").send_keys("launch")
        assert hits(browser)

    assert violations(browser, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1360])
def test_desk_is_usable_and_axe_finds_no_violation(browser, site, axe, width, scheme):
    settings = load_settings(SAMPLE, site.parent / "sample.duckdb")
    with DeskServer(settings, SAMPLE_WEEK, "Ada", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        look_at(browser, server.address, width, scheme)
        browser.find_elements("css selector", "details summary")[0].click()

        wide = browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width
        assert violations(browser, axe) == []
        assert browser.find_element("css selector", "iframe").is_displayed() == (width > 1080)
        third = browser.find_elements("css selector", ".story")[2]
        button = third.find_element("css selector", ".acts button")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        wait_until(browser, lambda b: b.find_elements("css selector", ".said"))
        told = browser.find_element("css selector", ".said")
        assert told.text.endswith(": stands first")
        assert is_in_sight(browser, told)
        assert complaints(browser) == []
        server.shutdown()


def box_of(browser, element):
    return browser.execute_script("return arguments[0].getBoundingClientRect().toJSON()", element)


def is_in_sight(browser, element):
    box = box_of(browser, element)
    return box["top"] >= 0 and box["bottom"] <= browser.execute_script("return innerHeight")


@pytest.mark.parametrize("width", [375, 1360])
def test_desk_stays_at_the_story_that_something_was_done_to(browser, site, width):
    settings = load_settings(SAMPLE, site.parent / "sample.duckdb")
    with DeskServer(settings, SAMPLE_WEEK, "Ada", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        look_at(browser, server.address, width)
        story = browser.find_elements("css selector", ".story")[30]
        place = story.get_attribute("id")
        story.find_element("css selector", "summary").click()
        words = "<script>alert(1)</script> & {{ 7*7 }}"
        field = story.find_element("css selector", "textarea")
        field.clear()  # what an earlier width has left
        field.send_keys(words)
        button = story.find_element("xpath", ".//button[text()='Set the note']")
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        wait_until(browser, lambda b: b.find_elements("css selector", ".said"))

        told = browser.find_element("css selector", ".said")
        note = browser.find_element("css selector", f"#{place} .note")
        headline = browser.find_element("css selector", f"#{place} h3")
        assert note.text == f"Editor’s note: {words}"
        assert is_in_sight(browser, told)
        assert is_in_sight(browser, headline)
        assert headline.rect["y"] > 900
        assert box_of(browser, headline)["top"] >= box_of(browser, told)["bottom"]
        assert complaints(browser) == []
        server.shutdown()


def test_letter_in_the_desks_frame_is_drawn_with_its_pictures(browser, site):
    settings = load_settings(SAMPLE, site.parent / "sample.duckdb")
    with DeskServer(settings, SAMPLE_WEEK, "Ada", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        look_at(browser, server.address, 1360)
        browser.switch_to.frame(browser.find_element("css selector", "iframe"))
        wait_until(browser, lambda b: b.find_elements("css selector", "img"))
        picture = browser.find_element("css selector", "img")
        wait_until(browser, lambda b: b.execute_script("return arguments[0].naturalWidth", picture))

        browser.switch_to.default_content()
        assert complaints(browser) == []
        server.shutdown()


def test_axe_would_find_a_picture_without_words(browser, site, axe):
    look_at(browser, pages_of(site)["story"].as_uri())
    browser.execute_script("document.querySelector('article img').removeAttribute('alt')")

    assert [rule for rule, *_ in violations(browser, axe)] == ["image-alt"]


def violations(browser, axe):
    browser.execute_script(axe)
    browser.set_script_timeout(60)
    return browser.execute_async_script(
        "const done = arguments[1];"
        "axe.run({runOnly: arguments[0], preload: false}).then(r => done(r.violations.map(v => "
        "[v.id, v.nodes.length, v.nodes[0].html.slice(0, 200), v.nodes[0].failureSummary])))",
        RULES,
    )
