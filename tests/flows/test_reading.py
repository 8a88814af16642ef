import os
import signal
from datetime import UTC, datetime

import pytest

from flows.reading import Document, ReaderPool
from transforms.errors import ParseError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://farside.example/feed"


@pytest.fixture(scope="module")
def readers():
    with ReaderPool(1, timeout=10) as pool:
        yield pool


def a_document(body, **changes):
    values = {"feed_id": "farside", "url": URL, "content_type": None, "read_at": NOW} | changes
    return Document(body=body, **values)


def rss(*items):
    return f"<rss version='2.0'><channel><title>Farside</title>{''.join(items)}</channel></rss>"


GOOD = rss(
    "<item><title>Café – für “alle” \u2028</title><link>https://farside.example/1</link></item>"
).encode()


def test_a_document_is_read_as_articles(readers):
    reading = readers.read(a_document(GOOD))

    assert [a.title for a in reading.articles] == ["Café – für “alle”"]
    assert (reading.format, reading.title, reading.entries) == ("rss", "Farside", 1)


def test_what_is_no_feed_is_an_error_with_its_outcome(readers):
    with pytest.raises(ParseError) as caught:
        readers.read(a_document(b"<html><body>News</body></html>"))

    assert caught.value.outcome == "not_a_feed"


def test_entries_that_say_nothing_are_no_feed(readers):
    with pytest.raises(ParseError) as caught:
        readers.read(
            a_document(rss("<item/>", "<item><guid isPermaLink='false'>1</guid></item>").encode())
        )

    assert caught.value.outcome == "malformed"


def test_an_empty_feed_is_a_feed(readers):
    assert readers.read(a_document(rss().encode())).articles == ()


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_read():
    slow = b"<rss><channel><title>t & u</title>" + b"<item><title>a" * 100_000
    with ReaderPool(1, timeout=0.5) as pool:
        with pytest.raises(ParseError) as caught:
            pool.read(a_document(slow))

        assert caught.value.outcome == "malformed"
        with pytest.raises(ParseError):
            pool.read(a_document(slow))


def test_a_reading_process_that_died_is_replaced():
    with ReaderPool(1, timeout=10) as pool:
        pool.read(a_document(GOOD))
        [child] = pool.processes()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

        assert len(pool.read(a_document(GOOD)).articles) == 1


def test_a_mistake_of_ours_is_an_outcome_with_its_name_and_never_the_end(readers):
    dated = rss("<item><title>One</title><pubDate>Mon, 16 Nov 2026 05:00:00 GMT</pubDate></item>")

    with pytest.raises(ParseError) as caught:  # a time without its zone cannot be compared
        readers.read(a_document(dated.encode(), read_at=NOW.replace(tzinfo=None)))

    assert caught.value.outcome == "malformed"
    assert "TypeError" in str(caught.value)
    assert len(readers.read(a_document(GOOD)).articles) == 1


def test_the_processes_end_with_the_pool():
    with ReaderPool(1, timeout=10) as pool:
        pool.read(a_document(GOOD))
        [child] = pool.processes()

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_page_is_read_as_its_article(readers):
    words = "The probe answered on the third call, and nobody had hoped for it. " * 8
    page = (
        "<html><head><title>Probe wakes</title>"
        "<meta property='article:published_time' content='2026-11-18T10:00:00Z'></head>"
        f"<body><article><h1>Probe wakes</h1><p>{words}</p></article></body></html>"
    )

    article = readers.read_page(a_document(page.encode(), url="https://farside.example/1"))

    assert article.title == "Probe wakes"
    assert article.text.startswith("The probe answered")


def test_a_page_without_an_article_is_an_error_with_its_outcome(readers):
    with pytest.raises(ParseError) as caught:
        readers.read_page(a_document(b"<html><body>Sign in</body></html>"))

    assert caught.value.outcome == "no_article"
