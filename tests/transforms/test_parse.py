import pytest

from transforms.errors import ParseError
from transforms.parse import (
    MAX_ATTRIBUTES,
    MAX_CATEGORIES,
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_ENTRIES_SEEN,
    parse_feed,
    scan_xml,
)

URL = "https://feeds.example/feed"


def rss(*items, head=""):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
        f"<link>https://feeds.example/</link>{head}{''.join(items)}</channel></rss>"
    ).encode()


def item(number=1, more=""):
    link = f"https://feeds.example/{number}"
    return f"<item><title>Title {number}</title><link>{link}</link>{more}</item>"


def attributes(count):
    return "<x " + " ".join(f"b{n}=''" for n in range(count)) + "/>"


def parsed(body, **options):
    return parse_feed(body, feed_id="farside", url=URL, **options)


def outcome(body):
    with pytest.raises(ParseError) as caught:
        parsed(body)
    assert caught.value.feed_id == "farside"
    assert URL in str(caught.value)
    return caught.value.outcome


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b" \r\n\xef\xbb\xbf", "not_a_feed"),
        (b"<!DOCTYPE html><html><body>News</body></html>", "not_a_feed"),
        (b"<html><head><title>Just a moment...</title></head></html>", "bot_wall"),
        (b"<html><form><input type='password'></form></html>", "bot_wall"),
        (b'{"error": "rate limited"}', "not_a_feed"),
        (b'{"items": 5}', "not_a_feed"),
        (b'{"items": [', "not_a_feed"),
        (b"[" * 200_000, "not_a_feed"),
        (b"PK\x03\x04 a zip", "not_a_feed"),
        (b"plain words", "not_a_feed"),
        (b"<opml><body/></opml>", "not_a_feed"),
        (b"<urlset><url><loc>https://x.example/</loc></url></urlset>", "not_a_feed"),
        (b'<?xml version="1.0"?><rss><channel><title>t & u', "malformed"),
    ],
)
def test_what_is_no_feed_is_told_apart(body, word):
    assert outcome(body) == word


def test_a_feed_about_web_pages_is_a_feed():
    body = rss(item(more="<description>&lt;html> &lt;body> captcha</description>"))

    assert len(parsed(body).entries) == 1


def test_a_wall_is_told_by_its_words_also_far_into_the_page():
    page = b"<html><body>" + b"<p>x</p>" * 2_000 + b"Verify you are a human</body></html>"

    assert outcome(page) == "bot_wall"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (rss("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1)), "malformed"),
        (rss(item(), head=attributes(MAX_ATTRIBUTES + 1)), "malformed"),
        (rss(item(more="<category>c</category>" * (MAX_CATEGORIES + 1))), "too_large"),
        (rss("<item/>" * (MAX_ENTRIES_SEEN + 1)), "too_large"),
        (rss(item()).replace(b"<rss", b'<!DOCTYPE x [<!ENTITY a "&b;&b;">]><rss'), "malformed"),
    ],
    ids=["depth", "attributes", "categories", "entries", "entities"],
)  # fmt: skip
def test_what_would_make_a_parser_run_away_is_refused_before_it_sees_it(body, word):
    assert outcome(body) == word


def test_the_limits_themselves_are_allowed():
    categories = "<category>c</category>" * MAX_CATEGORIES
    body = rss(item(more=categories), head=attributes(MAX_ATTRIBUTES))

    assert scan_xml(body) == (True, None)


def test_of_too_many_entries_the_first_thousand_are_kept_and_it_is_said():
    feed = parsed(rss(*[item(n) for n in range(MAX_ENTRIES + 5)]))

    assert len(feed.entries) == MAX_ENTRIES
    assert feed.entries[0].title == "Title 0"
    assert "capped" in feed.flags


def test_a_large_ill_formed_document_is_not_left_to_the_slow_reader():
    assert outcome(rss(item()) + b" " * 2_000_000 + b"<") == "malformed"


def test_the_bytes_decide_on_the_encoding_and_not_the_header():
    body = rss(item()).replace(b"Title", "Café".encode())

    feed = parsed(body, content_type="application/rss+xml; charset=iso-8859-1")

    assert feed.entries[0].title == "Café 1"


def test_a_header_helps_where_the_bytes_do_not_say():
    body = rss(item()).replace(b"Title", "Café".encode("latin-1"))

    feed = parsed(body, content_type="application/rss+xml; charset=iso-8859-1")

    assert feed.entries[0].title == "Café 1"


def test_a_small_entity_of_the_document_is_read():
    body = rss(item(more="<description>&who; said so</description>")).replace(
        b"<rss", b'<!DOCTYPE rss [<!ENTITY who "Ada">]><rss', 1
    )

    assert parsed(body).entries[0].summary in ("Ada said so", "&who; said so", "said so")
