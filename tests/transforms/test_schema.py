"""Articles leave as records and come back the same."""

import json
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest
from factories import an_article
from hypothesis import given
from hypothesis import strategies as st

from transforms.normalise import identify
from transforms.records import Article, Block, Figure, RelatedItem
from transforms.schema import article_from_record, article_record
from transforms.text import title_key

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
)
maybe_words = st.none() | words
numbers = st.none() | st.integers(0, 9_999)
days = st.dates(date(1991, 1, 1), date(2100, 1, 1))
moments = st.datetimes(datetime(1991, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def figures(role):
    return st.builds(
        Figure, maybe_words, numbers, numbers, maybe_words, maybe_words, maybe_words, st.just(role)
    )


blocks = st.builds(Block, st.sampled_from(["p", "heading", "list", "quote"]), words) | st.builds(
    Block, st.just("figure"), st.none(), figures("inline") | figures("hero")
)
dates = st.one_of(
    st.just((None, None)),
    days.map(lambda day: (datetime(day.year, day.month, day.day, tzinfo=UTC), "day")),
    moments.map(lambda moment: (moment, "second")),
)


@st.composite
def articles(draw):
    published_at, precision = draw(dates)
    title = draw(words)
    return Article(
        article_id=draw(st.text("0123456789abcdef", min_size=32, max_size=32)),
        feed_id=draw(maybe_words),
        title=title,
        title_key=draw(st.just(title_key(title)) | words),
        guid=draw(maybe_words),
        url=draw(maybe_words),
        canonical_url=draw(maybe_words),
        dek=draw(maybe_words),
        published_at=published_at,
        date_precision=precision,
        date_raw=draw(maybe_words),
        updated_at=draw(st.none() | moments),
        authors=draw(st.lists(words, max_size=2).map(tuple)),
        hero=draw(st.none() | figures("hero") | figures("inline")),
        body=draw(st.lists(blocks, max_size=4).map(tuple)),
        related_items=draw(
            st.lists(
                st.builds(RelatedItem, words, maybe_words, maybe_words, st.none() | days),
                max_size=2,
            ).map(tuple)
        ),
        related_topics=draw(st.lists(words, max_size=2).map(tuple)),
        language=draw(maybe_words),
        section=draw(maybe_words),
        word_count=draw(st.integers(0, 9_999)),
        flags=draw(st.lists(words, max_size=2).map(tuple)),
        field_sources=draw(st.dictionaries(words, words, max_size=2)),
    )


@given(articles())
def test_article_comes_back_from_its_record_the_same(article):
    text = json.dumps(article_record(article))

    assert article_from_record(json.loads(text)) == article


def test_article_without_feed_and_address_is_known_by_its_words():
    article = an_article(feed_id=None, url=None, guid=None, canonical_url=None)
    unnamed = Article(**{name: getattr(article, name) for name in Article.__dataclass_fields__})
    named = article_from_record({**article_record(unnamed), "article_id": identify(unnamed)})

    assert "article_id" not in article_record(named)
    assert article_from_record(article_record(named)) == named


def test_day_is_written_as_a_day_and_a_moment_with_its_zone():
    day = an_article(published_at=datetime(2021, 3, 16, tzinfo=UTC), date_precision="day")
    moment = an_article(published_at=datetime(2021, 3, 16, 12, 30, tzinfo=UTC))

    assert article_record(day)["date_published"] == "2021-03-16"
    assert article_record(moment)["date_published"] == "2021-03-16T12:30:00Z"


def test_keys_of_what_an_article_lacks_are_left_out():
    record = article_record(an_article(guid=None))

    assert "guid" not in record
    assert "section" not in record
    assert record["hero"] is None
    assert record["related_topics"] == []


def test_record_without_a_title_is_refused():
    record = article_record(an_article())
    del record["title"]

    with pytest.raises(KeyError, match="title"):
        article_from_record(record)


def test_a_thousand_articles_travel_between_processes_within_a_second():
    body = tuple(Block("p", text="A sentence of the body. " * 20) for _ in range(20))
    many = [an_article(f"Probe {number} wakes", body=body) for number in range(1_000)]
    started = process_time()

    text = json.dumps([article_record(article) for article in many])
    back = [article_from_record(record) for record in json.loads(text)]

    assert timedelta(seconds=process_time() - started) < timedelta(seconds=1)
    assert back[7].body == many[7].body
