import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.jsonfeed import parse_json_feed

URL = "https://json.example/feed"
VERSION = "https://jsonfeed.org/version/1.1"


def feed(*items, **more):
    return json.dumps({"version": VERSION, "items": items, **more}).encode()


def entry(**values):
    return parse_json_feed(feed(values), URL).entries[0]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"5", b'{"items": {}}', b'{"items": []}', b"\xff\xfe", b"[" * 100_000]
)
def test_other_json_is_no_json_feed(body):
    assert parse_json_feed(body, URL) is None


def test_a_json_feed_may_be_empty():
    assert parse_json_feed(feed(), URL).entries == ()


def test_a_numeric_id_is_its_digits():
    assert entry(id=17).guid == "17"


def test_text_is_text_and_never_markup():
    found = entry(id="1", title="a <b>", content_text="x < y\n\nz", summary="s & t")

    assert (found.title, found.content) == ("a &lt;b&gt;", "<p>x &lt; y</p><p>z</p>")
    assert found.summary == "s &amp; t"


def test_the_author_of_the_feed_is_that_of_entries_without_one():
    found = parse_json_feed(feed({"id": "1"}, author={"name": "The Desk"}), URL)

    assert found.entries[0].authors == ("The Desk",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = (
    "id", "url", "external_url", "title", "content_text", "content_html", "summary", "image",
    "banner_image", "authors", "author", "tags", "attachments", "date_published", "language",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_wrong_types_inside_an_item_lose_that_field_and_never_the_item(item):
    assert len(parse_json_feed(feed(item, {"id": "good"}), URL).entries) == 2
