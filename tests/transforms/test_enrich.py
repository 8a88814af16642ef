from contextlib import closing
from datetime import timedelta

import pytest
from factories import NOON, a_figure, an_article, paragraphs
from polled import MONDAY, a_database, a_poll, an_entry, store

from transforms.enrich import enriched, is_same_article, store_page
from transforms.records import Figure, RelatedItem
from transforms.week_news import article_of

FETCHED = {
    "outcome": "ok",
    "detail": None,
    "status": 200,
    "url": "https://farside.example/1/",
    "requests": 2,
    "wire_bytes": 900,
    "seconds": 0.1,
}


def a_page(**changes):
    values = {
        "feed_id": None,
        "dek": "From the page.",
        "body": paragraphs("One two three.", "Four."),
        "word_count": 4,
        "authors": ("Ada Tester",),
        "section": "Moon",
        "related_items": (RelatedItem("Next up"),),
        "related_topics": ("Probes",),
        "hero": a_figure(url="https://farside.example/page.jpg", credit="B. Sample"),
        "field_sources": {"body": "article", "dek": "json-ld", "authors": "json-ld"},
    } | changes
    return an_article(**values)


def test_the_page_fills_what_the_feed_left_open_and_says_so():
    article = an_article(dek=None, language="en", field_sources={"title": "rss:title"})

    filled, names = enriched(article, a_page())

    assert filled.body == paragraphs("One two three.", "Four.")
    assert (filled.dek, filled.authors, filled.section) == (
        "From the page.",
        ("Ada Tester",),
        "Moon",
    )
    assert filled.field_sources["title"] == "rss:title"
    assert filled.field_sources["body"] == "page:article"
    assert {"body", "word_count", "hero", "related_items"} <= set(names)


def test_what_the_feed_gave_stays():
    article = an_article(
        body=paragraphs("Mine."), authors=("Mine",), hero=a_figure(credit="Mine"), language="en"
    )

    filled, _ = enriched(article, a_page())

    kept = ("title", "url", "article_id", "body", "dek", "authors", "hero", "published_at")
    assert [getattr(filled, name) for name in kept] == [getattr(article, name) for name in kept]


def test_a_picture_with_a_credit_replaces_one_without():
    article = an_article(hero=a_figure(credit=None))

    filled, _ = enriched(article, a_page())

    assert filled.hero.credit == "B. Sample"


def test_a_guessed_date_is_not_taken_and_a_stated_one_is():
    article = an_article(published_at=None, date_precision=None)

    guessed, _ = enriched(article, a_page(flags=("date_guessed",)))
    stated, _ = enriched(article, a_page())

    assert (guessed.published_at, stated.published_at) == (None, NOON)


def test_a_page_that_adds_nothing_changes_nothing():
    article = an_article()

    assert enriched(article, article) == (article, ())


@pytest.mark.parametrize(
    ("page", "is_same"),
    [
        ({}, True),
        ({"title_key": "another headline", "field_sources": {"url": "canonical"}}, True),
        ({"title_key": "another headline", "field_sources": {"url": "request"}}, False),
        ({"canonical_url": "https://other.example/"}, True),
        ({"title_key": "welcome to our site", "canonical_url": "https://other.example/"}, False),
        ({"title_key": "", "canonical_url": None}, False),
    ],
)
def test_a_page_is_the_articles_by_its_address_or_its_title(page, is_same):
    assert is_same_article(an_article(), a_page(**page)) == is_same


def stored(connection):
    cursor = connection.execute("SELECT * FROM articles")
    names = [column[0] for column in cursor.description]
    [values] = cursor.fetchall()
    return article_of(dict(zip(names, values, strict=True)))


def test_what_a_page_added_is_stored_without_a_revision_and_survives_the_next_poll():
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1)))
        fields = store_page(connection, stored(connection), a_page(), FETCHED, MONDAY)

        again = store(connection, a_poll(an_entry(1)), at=MONDAY + timedelta(hours=1))

        assert "body" in fields
        assert (again.changed, again.same) == (0, 1)
        assert stored(connection).text == "One two three.\nFour."
        assert connection.execute("SELECT count(*) FROM revisions").fetchone() == (0,)
        assert connection.execute("SELECT outcome, fields FROM page_fetches").fetchone() == (
            "ok",
            list(fields),
        )


def test_a_later_change_by_the_feed_keeps_what_only_the_page_had():
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1)))
        store_page(connection, stored(connection), a_page(), FETCHED, MONDAY)

        changed = an_entry(1, summary="It answered 2 calls.")
        store(connection, a_poll(changed), at=MONDAY + timedelta(hours=1))

        article = stored(connection)
        assert (article.dek, article.text) == ("It answered 2 calls.", "One two three.\nFour.")
        assert article.word_count == 4
        assert article.field_sources["body"] == "page:article"
        assert connection.execute("SELECT fields FROM revisions").fetchall() == [(["dek"],)]


def test_a_feed_that_begins_to_give_the_body_is_believed():
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1)))
        store_page(connection, stored(connection), a_page(), FETCHED, MONDAY)

        full = an_entry(1, content="<p>The feed's own.</p>")
        store(connection, a_poll(full), at=MONDAY + timedelta(hours=1))

        article = stored(connection)
        assert article.text == "The feed's own."
        assert article.field_sources["body"] == "content"


def test_a_picture_and_a_date_that_only_the_page_knew_survive_a_change_by_the_feed():
    bare = {"published_raw": None, "images": (Figure(url="https://farside.example/1.jpg"),)}
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1, **bare)))
        store_page(connection, stored(connection), a_page(), FETCHED, MONDAY)

        changed = an_entry(1, summary="<p>It answered 2 calls.</p><img src='/2.jpg'>", **bare)
        store(connection, a_poll(changed), at=MONDAY + timedelta(hours=1))

        article = stored(connection)
        assert (article.dek, article.text) == ("It answered 2 calls.", "One two three.\nFour.")
        assert (article.published_at, article.date_precision) == (NOON, "second")
        assert article.hero.credit == "B. Sample"


def test_a_feeds_own_picture_replaces_the_pages_where_neither_has_a_credit():
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1)))
        page = a_page(hero=a_figure(credit=None))
        store_page(connection, stored(connection), page, FETCHED, MONDAY)

        own = Figure(url="https://farside.example/own.jpg")
        changed = an_entry(1, summary="It answered 2 calls.", images=(own,))
        store(connection, a_poll(changed), at=MONDAY + timedelta(hours=1))

        assert stored(connection).hero.url == own.url


def test_a_failed_attempt_is_recorded():
    with closing(a_database()) as connection:
        store(connection, a_poll(an_entry(1)))

        failed = FETCHED | {"outcome": "robots_denied"}
        assert store_page(connection, stored(connection), None, failed, MONDAY) == ()

        assert connection.execute("SELECT outcome FROM page_fetches").fetchall() == [
            ("robots_denied",)
        ]
