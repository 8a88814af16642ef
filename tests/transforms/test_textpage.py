"""Pages saved as text become articles: our seed document, and pages of the same form."""

import importlib.util
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import PageError
from transforms.schema import article_record
from transforms.text import title_key
from transforms.textpage import read_text_page

PAGES = Path(__file__).parent.parent / "pages"


@pytest.fixture(scope="session")
def seed_text(shared):
    return (shared / "seed" / "000_bbc06aa8ad01d3d2.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed(seed_text):
    return read_text_page(seed_text)


@pytest.fixture(scope="session")
def expected(shared):
    return json.loads((shared / "seed" / "expected.json").read_text(encoding="utf-8"))


def test_seed_document_becomes_exactly_its_record(seed, expected):
    assert article_record(seed) == expected


def test_record_of_the_seed_is_in_the_order_of_the_schema(seed, expected):
    assert list(article_record(seed)) == list(expected)


# The traps of the seed document, in the order in which docs/schema.md lists them.


def test_trap_1_credit_printed_twice_is_kept_once_and_is_no_paragraph(seed):
    credits_ = [block.figure.credit for block in seed.body if block.figure]

    assert credits_ == ["NASA/Astronaut William Anders", "NASA/GSFC/Arizona State University"]
    assert not any("NASA" in (block.text or "") for block in seed.body)


def test_trap_2_caption_above_and_below_its_credit_is_kept_once_and_is_no_paragraph(seed):
    captions = [block.figure.caption for block in seed.body if block.figure]

    assert [caption and caption[:9] for caption in captions] == [None, "LROC Wide"]
    assert [block.type for block in seed.body] == ["p", "p", "figure", "p", "figure", "p"]


def test_trap_3_first_lines_credit_the_main_picture_and_are_not_the_title(seed):
    assert seed.title == "China and Russia are Building Lunar Space Station Together"
    assert seed.hero.credit == "NASA"


def test_trap_4_picture_without_a_caption_does_not_borrow_its_credit(seed):
    assert seed.hero.caption is None
    assert seed.body[2].figure.caption is None


def test_trap_5_date_glued_to_a_teaser_is_split_off(seed):
    item = seed.related_items[7]

    assert item.teaser.endswith("how did it go?")
    assert item.updated.isoformat() == "2022-09-26"


def test_trap_5_sentence_that_begins_with_updated_is_not_cut():
    page = read_text_page("T\n\nD\n\nMay 4, 2024\n\nB.\n\nNext Up\n\nX\n\nUpdated plans exist.")

    assert page.related_items[0].teaser == "Updated plans exist."


def test_trap_6_empty_list_of_topics_at_the_end_is_empty(seed, seed_text):
    assert seed_text.endswith("Related To:")
    assert seed.related_topics == ()
    assert seed.related_items[-1].teaser.endswith("light-years away.")


def test_trap_7_date_without_time_stays_a_day(seed):
    record = article_record(seed)

    assert (record["date_published"], record["date_precision"]) == ("2021-03-16", "day")


def test_trap_8_dates_within_sentences_do_not_date_the_article():
    page = read_text_page(
        "T\n\nA dek.\n\nApril 12, 1961, was a Wednesday.\n\nOn August 4th it flew."
    )

    assert page.published_at is None
    assert page.date_precision is None


def test_trap_9_curly_and_straight_apostrophes_are_stored_as_given_and_compare_equal(seed):
    titles = [item.title for item in seed.related_items]

    assert "Watch NASA's Asteroid-Crashing DART Mission Make Impact" in titles
    assert "Want to Name a Planet? Now’s Your Chance" in titles
    assert title_key("NASA’s probe") == title_key("NASA's probe")


def test_trap_10_titles_and_teasers_are_paired_by_position(seed):
    lengths = [len(item.teaser) for item in seed.related_items]

    assert lengths == [135, 223, 267, 188, 34, 40, 106, 80, 295, 165]
    assert seed.related_items[4].title == "What Comes After the Moon and Mars?"


def test_trap_11_slashes_and_tildes_do_not_split_credits_and_captions(seed):
    figure = seed.body[4].figure

    assert figure.credit == "NASA/GSFC/Arizona State University"
    assert figure.caption.endswith("width ~600 km")


def test_trap_12_related_titles_are_no_text_of_the_article(seed):
    words = f"{seed.title} {seed.dek} {seed.text}"

    assert not any(word in words for word in ("DART", "Black Holes", "Korea", "Retrograde"))
    assert seed.word_count == 312


def test_trap_13_two_related_items_about_one_event_stay_two(seed):
    dart = [item for item in seed.related_items if "Asteroid" in item.title]

    assert len(dart) == 2
    assert len(seed.related_items) == 10


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.txt")))
def test_saved_page_becomes_the_record_beside_it(name):
    spec = importlib.util.spec_from_file_location(name, PAGES / f"{name}.py")
    beside = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(beside)
    text = (PAGES / f"{name}.txt").read_bytes().decode()

    assert article_record(read_text_page(text)) == beside.RECORD


def test_implausible_date_line_is_flagged_and_kept_as_text():
    page = read_text_page("Title\n\nA dek.\n\nApril 12, 1961\n\nBody of the page.")

    assert page.published_at is None
    assert page.date_raw == "April 12, 1961"
    assert page.flags == ("date_implausible",)
    assert [block.text for block in page.body] == ["Body of the page."]


def test_credit_between_title_and_date_is_the_main_pictures():
    page = read_text_page("Title\n\nPhoto by: A/B\n\nA/B\n\nA dek.\n\nMay 4, 2024\n\nBody.")

    assert (page.title, page.dek, page.hero.credit) == ("Title", "A dek.", "A/B")
    assert page.hero.role == "hero"


@pytest.mark.parametrize("text", ["", " \n\n ", "Photo by: NASA\n\nNASA", "Next Up"])
def test_text_without_a_title_is_no_article(text):
    if text == "Next Up":
        assert read_text_page(text).title == "Next Up"
        return
    with pytest.raises(PageError, match="no article"):
        read_text_page(text)


SAID = """Photo by: X|X|A caption|May 4, 2024|Next Up|Related To:|By A. Person|A sentence ends.
|Updated 9/26/22|Advertisement|\0"""
LINES = st.sampled_from(SAID.split("|")) | st.text(max_size=30)


@given(st.lists(LINES, max_size=20).map("\n\n".join))
def test_any_text_is_an_article_or_none(text):
    try:
        page = read_text_page(text)
    except PageError:
        return
    assert page.title
    assert all(block.text or block.figure for block in page.body)
