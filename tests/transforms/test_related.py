"""What a page offers to read next is taken out of it, as records."""

import lxml.html
import pytest

from transforms.records import RelatedItem
from transforms.related import take_related, take_topics
from transforms.teasers import split_updated

PAGE = "https://farside.example/news/42"
TEXT = "The probe has woken up, and it has answered on the third call this morning."


def body(markup):
    return lxml.html.fragment_fromstring(markup, create_parent="div")


def read(markup):
    """Return titles, and the text that is left."""
    root = body(markup)
    titles = [item.title for item in take_related(root, PAGE)]
    return titles, " ".join(root.itertext())


@pytest.mark.parametrize(
    "label", ["Next Up", "Related", "Related Stories:", "You may also like", "Read next →"]
)
def test_list_below_such_a_heading_goes_and_the_text_below_it_stays(label):
    markup = f"<p>A</p><h2>{label}</h2><ul><li><a href='/1'>One</a><li><a>Two</a></ul><p>{TEXT}</p>"

    assert read(markup) == (["One", "Two"], f"A {TEXT}")


def test_cards_give_title_teaser_address_and_day():
    root = body(
        "<div class='box'><div class='head'><span>More from Mars</span></div><div class='grid'>"
        "<a href='/1'><img src='/1.jpg'><h3>Sand</h3><p>3 min read</p><p>It is everywhere there."
        " Updated 9/26/22</p></a></div></div>"
    )

    assert take_related(root, PAGE) == (
        RelatedItem(
            title="Sand",
            teaser="It is everywhere there.",
            url="https://farside.example/1",
            updated=split_updated("Updated 9/26/22")[1],
        ),
    )
    assert root.text_content() == ""


def test_plain_lines_below_next_up_are_titles_and_teasers_in_turn():
    root = body("<h2>Next Up</h2><p>Is it ice?</p><p>Yes. No.</p><p>Dust</p><p>A lot.</p>")

    items = take_related(root, PAGE)

    assert [(item.title, item.teaser) for item in items] == [
        ("Is it ice?", "Yes. No."),
        ("Dust", "A lot."),
    ]


def test_heading_that_can_be_the_articles_own_needs_links():
    own = f"<p>A</p><h2>More about dust</h2><p>{TEXT}</p>"
    other = "<p>A</p><h2>More about dust</h2><p><a href='/1'>Dust</a></p>"

    assert read(own) == ([], f"A More about dust {TEXT}")
    assert read(other) == (["Dust"], "A")


def test_part_of_the_article_in_a_box_of_its_own_is_not_taken():
    markup = (
        "<div><h3>Related</h3><ul><li><a href='/1'>One</a></ul></div>"
        f"<div><h3>Next steps</h3><p>{TEXT}</p><p>{TEXT}</p></div>"
    )

    assert read(markup) == (["One"], f"Next steps {TEXT} {TEXT}")


def test_long_paragraph_ends_a_list():
    markup = f"<h2>Related</h2><h3><a href='/1'>One</a></h3><p>{TEXT * 8}</p>"

    assert read(markup) == (["One"], TEXT * 8)


def test_line_that_only_links_elsewhere_is_taken_and_a_sentence_is_not():
    markup = (
        "<p><b>Related: <a href='/1'>One</a></b></p><p>Related: this <a href='/2'>two</a> is a "
        "sentence with a link.</p>"
    )

    assert read(markup) == (["One"], "Related: this  two  is a sentence with a link.")


def test_items_are_in_the_pages_order_and_each_is_listed_once():
    markup = (
        "<p>Read more: <a href='/1'>One</a></p><h2>Related</h2><ul><li><a href='/2'>Two</a>"
        "<li><a href='/1'>One, again</a></ul>"
    )

    assert read(markup)[0] == ["One", "Two"]


@pytest.mark.parametrize(
    "markup",
    [
        "<h3>Related To:</h3><ul><li><a href='/t'>Moon</a><li><a>Dust</a></ul>",
        "<p>Related To: Moon, Dust</p>",
        "<div>Tags: <a href='/t'>Moon</a> <a href='/u'>Dust</a></div>",
        "<p>Schlagwörter: Moon • Dust</p>",
        "<footer><span>Topics:</span><ul><li>#Moon<li>Dust</ul></footer>",
    ],
)
def test_topics_are_listed_and_taken_out(markup):
    root = body(f"<p>A</p>{markup}<p>B</p>")

    assert take_topics(root) == ("Moon", "Dust")
    assert root.text_content() == "AB"


def test_label_without_topics_gives_none():
    root = body("<p>A</p><p>Related To:</p>")

    assert take_topics(root) == ()
    assert root.text_content() == "A"


@pytest.mark.parametrize(
    ("teaser", "text", "day"),
    [
        ("How did it go?Updated 9/26/22", "How did it go?", "2022-09-26"),
        ("How did it go? Updated 09/26/2022.", "How did it go?", "2022-09-26"),
        ("It wentUpdated: 1/2/23", "It went", "2023-01-02"),
        ("It went. Updated Sept. 26, 2022", "It went.", "2022-09-26"),
        ("Updated 9/26/22", "", "2022-09-26"),
        ("Updated plans are here", "Updated plans are here", None),
        ("Updated 13/45/22", "Updated 13/45/22", None),
        ("Updated 9/26/22, then sold", "Updated 9/26/22, then sold", None),
        ("It was outdated 9/26/22", "It was outdated 9/26/22", None),
    ],
)
def test_day_of_the_update_is_split_off_a_teaser(teaser, text, day):
    said, updated = split_updated(teaser)

    assert said == text
    assert (updated and updated.isoformat()) == day
