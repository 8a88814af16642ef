from datetime import UTC, datetime

import pytest
from polled import an_entry

from transforms.normalise import identify, normalise_entries
from transforms.records import Block, Entry, Figure, ParsedFeed

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def normalised(*entries, link="https://farside.example/", title="Farside"):
    parsed = ParsedFeed("rss", title, link, "en", entries)
    return normalise_entries(parsed, feed_id="farside", url="https://farside.example/feed", now=NOW)


def article(**changes):
    [found] = normalised(an_entry(**changes))
    return found


# --- identity


def test_an_article_has_the_same_id_in_every_feed():
    entry = an_entry()
    parsed = ParsedFeed("rss", None, None, None, (entry,))

    ids = {
        normalise_entries(parsed, feed_id=feed_id, url="https://x.example/", now=NOW)[0].article_id
        for feed_id in ("farside", "nearside")
    }

    assert len(ids) == 1


def test_an_article_without_address_is_known_by_its_feeds_id_for_it():
    one, other = article(url=None, guid="a"), article(url=None, guid="b")

    assert one.article_id == article(url=None, guid="a", title="Other").article_id
    assert one.article_id != other.article_id


def test_an_exact_repeat_in_one_document_is_one_article():
    assert len(normalised(an_entry(1), an_entry(2), an_entry(1))) == 2


def test_an_entry_that_says_nothing_is_no_article():
    assert normalised(Entry(), Entry(guid="1"), Entry(title="  ", summary="<p></p>")) == ()


def test_an_id_too_long_to_keep_is_its_hash():
    found = article(guid="x" * 5_000)

    assert len(found.guid) == 64


def test_the_id_is_made_of_what_identifies():
    found = article()

    assert found.article_id == identify(found)


# --- addresses


def test_a_refused_address_leaves_an_article_without_one_and_a_flag():
    found = article(url="javascript:alert(1)", guid="1")

    assert (found.url, found.canonical_url, found.flags) == (None, None, ("url_refused",))


def test_credentials_never_reach_the_address():
    assert article(url="https://user:pw@farside.example/1").url == "https://farside.example/1"


def test_where_each_field_came_from_is_kept():
    found = article(orig_url="https://farside.example/original")

    assert found.field_sources == {
        "title": "rss:title",
        "dek": "summary",
        "published_at": "rss:date",
        "url": "rss:origLink",
    }


# --- words


def test_a_summary_beside_a_content_is_the_standfirst():
    found = article(summary="In short.", content="<p>At length.</p><p>And more.</p>")

    assert found.dek == "In short."
    assert found.body == (Block("p", "At length."), Block("p", "And more."))
    assert found.word_count == 4


def test_a_summary_that_repeats_the_first_paragraph_is_no_standfirst():
    found = article(summary="At length.", content="<p>At length.</p><p>And more.</p>")

    assert found.dek is None


def test_a_description_of_several_paragraphs_is_the_body():
    found = article(summary="<p>One.</p><p>Two.</p>")

    assert (found.dek, [b.text for b in found.body]) == (None, ["One.", "Two."])


def test_a_description_of_one_paragraph_is_the_standfirst_and_keeps_its_picture():
    found = article(summary='<p><img src="/a.jpg">Only one.</p>')

    assert found.dek == "Only one."
    assert [b.type for b in found.body] == ["figure"]


@pytest.mark.parametrize(
    "tail",
    [
        " The post Probe wakes appeared first on Farside.",
        " Read more",
        " Continue reading Probe wakes →",
        " […]",
        " [...]",
    ],
)
def test_what_an_outlets_software_appends_is_cut_off(tail):
    dek = article(summary="It answered on the third call." + tail).dek

    assert dek.rstrip("…") == "It answered on the third call."


def test_a_sentence_that_begins_like_such_a_tail_stays():
    dek = article(summary="Read more books. The post was good.").dek

    assert dek == "Read more books. The post was good."


def test_a_title_is_text_on_one_line():
    found = article(title="Probe <b>wakes</b>\r\nBcc: x@y.example &amp; sleeps")

    assert found.title == "Probe wakes Bcc: x@y.example & sleeps"


def test_an_entry_without_a_title_is_called_by_its_words():
    found = article(title=None, summary="It answered. " * 40)

    assert found.title.startswith("It answered.")
    assert len(found.title) <= 100
    assert "title_missing" in found.flags


def test_every_field_has_a_cap():
    found = article(
        title="T " * 5_000,
        summary="S " * 5_000,
        topics=tuple(f"t{n}" for n in range(200)),
        authors=tuple(f"A{n}" for n in range(200)),
    )

    assert (len(found.title) <= 500, len(found.dek) <= 1_000) == (True, True)
    assert (len(found.related_topics), len(found.authors)) == (50, 20)
    assert "truncated" in found.flags


def test_the_feeds_name_at_the_end_of_a_title_does_not_count_for_its_key():
    [found] = normalised(an_entry(title="Probe wakes | Dome & Sky"), title="Dome & Sky")

    assert (found.title, found.title_key) == ("Probe wakes | Dome & Sky", "probe wakes")


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (("ada@farside.example (Ada Tester)",), ("Ada Tester",)),
        (("Ada Tester <ada@farside.example>",), ("Ada Tester",)),
        (("desk@farside.example",), ()),
        (("Ada", "Ada", " Ben  Sample "), ("Ada", "Ben Sample")),
        (("<script>alert(1)</script>Eve",), ("Eve",)),
    ],
)
def test_authors_are_names(raw, names):
    assert article(authors=raw).authors == names


# --- dates


def test_a_day_is_kept_as_a_day():
    found = article(published_raw="2026-11-17")

    assert (found.published_at, found.date_precision) == (
        datetime(2026, 11, 17, tzinfo=UTC),
        "day",
    )


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        ("soon", "date_unreadable"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "date_implausible"),
        ("Wed, 18 Nov 2076 00:00:00 GMT", "date_future"),
    ],
)
def test_an_implausible_date_is_missing_with_a_flag_and_the_text_as_given(raw, flag):
    found = article(published_raw=raw)

    assert (found.published_at, found.flags, found.date_raw) == (None, (flag,), raw)


def test_an_entry_with_only_an_update_is_dated_by_it():
    found = article(published_raw=None, updated_raw="2026-11-17T10:00:00Z")

    assert found.published_at == datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert found.updated_at is None


def test_an_update_at_another_time_is_kept_beside_the_date():
    found = article(updated_raw="2026-11-17T10:00:00Z")

    assert found.updated_at == datetime(2026, 11, 17, 10, tzinfo=UTC)


# --- pictures


def test_the_widest_picture_with_its_own_credit_is_the_hero():
    small = Figure(url="https://farside.example/s.jpg", width=80, credit="Small")
    large = Figure(url="https://farside.example/l.jpg", width=800, credit="Photo by: Large")

    hero = article(images=(small, large)).hero

    assert (hero.url, hero.credit, hero.role) == ("https://farside.example/l.jpg", "Large", "hero")


def test_a_credit_at_the_end_of_a_caption_is_told_apart():
    figure = Figure(url="https://farside.example/a.jpg", caption="The dome. Credit: A. Tester")

    hero = article(images=(figure,)).hero

    assert (hero.caption, hero.credit) == ("The dome.", "A. Tester")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,xx",
        "http://192.168.0.1/a.jpg",
        "http://localhost/a.jpg",
        "http://printer.local/a.jpg",
        'https://farside.example/x" onerror="alert(1)',
        "ftp://farside.example/a.jpg",
    ],
)
def test_a_picture_that_no_reader_could_or_should_load_is_none(url):
    assert article(images=(Figure(url=url, width=900),)).hero is None


def test_the_first_picture_of_the_body_is_the_hero_where_the_feed_names_none():
    found = article(content='<p>One.</p><img src="/a.jpg" alt="A dome"><p>Two.</p>')

    assert found.hero.url == "https://farside.example/a.jpg"
    assert found.field_sources["hero"] == "body"


@pytest.mark.parametrize(
    ("raw", "tag"), [("en_US", "en-US"), (" de ", "de"), ("English", None), ("x" * 99, None)]
)
def test_a_language_is_a_tag_or_missing(raw, tag):
    assert article(language=raw).language == tag
