"""Hostile HTML becomes safe HTML, text or blocks."""

import importlib.util
import json
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transforms.markup import blocks_of, is_block_markup, sanitise, text_of
from transforms.records import Block, Figure

PAGE = "https://farside.example/news/42"

# Each is quadratic, or worse, in some parser: depth, formatting elements that are opened again,
# attributes, quotes and comments that are never closed, nested lists and figures.
BOMBS = {
    "50,000 links": "<a href='https://farside.example/'>x</a>" * 50_000,
    "10,000 deep": "<div>" * 10_000 + "x" + "</div>" * 10_000,
    "unclosed bold in paragraphs": "".join(f"<b id={n}>" for n in range(3_000)) + "<p>x" * 40_000,
    "bold between table rows": (
        "<table>" + "".join(f"<b id={n}>" for n in range(99)) + "<tr><td>x" * 18_000
    ),
    "30,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(30_000)) + ">x",
    "unclosed quotes": "<a b='<a c=\"" * 15_000,
    "unclosed comments": "<!-- -" * 30_000,
    "unclosed scripts": "<script>" * 25_000,
    "ampersands": "&" * 200_000,
    "open brackets": "<" * 200_000,
    "nested lists": "<ul><li>" * 25_000,
    "nested figures": "<figure><img src=/a>" * 10_000,
    "nested sections": "<div class=related>x" * 10_000,
    "headings of sections": "<h2>Related</h2><p><a href=x>y</a></p>" * 5_000,
    "credits": "<p>Photo by: X</p><p>X</p>" * 8_000,
    "white space": " \n" * 100_000,
}


def p(text):
    return Block("p", text=text)


@pytest.fixture(scope="session")
def expectations(shared):
    path = shared / "hostile" / "expectations.py"
    spec = importlib.util.spec_from_file_location("expectations", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def attacks(shared):
    rows = json.loads((shared / "hostile" / "xss.json").read_text(encoding="utf-8"))["xss"]
    assert len(rows) == 41
    return rows


@pytest.mark.parametrize("base", [None, PAGE])
def test_nothing_of_an_attack_survives_and_its_neighbours_do(attacks, expectations, base):
    for row in attacks:
        clean = sanitise("<p>ok</p>" + row["html"], base)

        assert expectations.survivors(clean, row["must_not_survive"]) == [], row["html"]
        assert expectations.live_markup(clean) == [], row["html"]
        assert "<p>ok</p>" in clean


def test_no_attack_becomes_live_in_texts_and_blocks(attacks, expectations):
    for row in attacks:
        texts = [text_of(row["html"]), *(b.text or "" for b in blocks_of(row["html"], PAGE))]

        assert [expectations.live_markup(text) for text in texts] == [[]] * len(texts), row["html"]


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
@pytest.mark.parametrize("read", [sanitise, text_of, blocks_of, is_block_markup])
def test_time_is_linear_whatever_the_markup_is(read, bomb):
    started = process_time()

    read(bomb)

    assert process_time() - started < 2  # a quarter of that on an idle core


def test_depth_of_safe_html_is_capped_and_its_text_kept(expectations):
    clean = sanitise("<blockquote>" * 5_000 + "deep" + "</blockquote>" * 5_000)

    assert expectations.depth(clean) <= 200
    assert "deep" in clean


def test_links_are_absolute_and_say_nothing_of_the_reader():
    clean = sanitise('<a href="../7?a=1&copy=2" target="_blank" onclick="x()">seven</a>', PAGE)

    assert clean == (
        '<a href="https://farside.example/7?a=1&amp;copy=2" rel="noopener noreferrer">seven</a>'
    )


def test_relative_links_are_dropped_where_nobody_knows_to_what():
    assert sanitise('<a href="/7">seven</a> <img src="/i.png">') == (
        '<a rel="noopener noreferrer">seven</a> '
    )


def test_mail_addresses_stay_links():
    assert 'href="mailto:desk@farside.example"' in sanitise(
        '<a href="mailto:desk@farside.example">write</a>'
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a <b>bold</b> 5 < 6 &amp; AT&T", "a bold 5 < 6 & AT&T"),
        ("R&D at NASA", "R&D at NASA"),
        ("x &lt;b&gt; y", "x <b> y"),
        ("&amp;lt;", "&lt;"),
        ("mass <Jupiter's", "mass <Jupiter's"),
        ("I <3 Mars", "I <3 Mars"),
        ("if a <b", "if a <b"),
        ('cut off <a href="https://farside.exa', "cut off"),
        ("one<br>two<p>three</p><p>four", "one\ntwo\nthree\nfour"),
        ("in<em>side</em> a word", "inside a word"),
        ("<!-- no --><script>no()</script>yes", "yes"),
        ("<![CDATA[wrapped <i>twice</i>]]>", "wrapped twice"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_titles_may_be_text_or_markup(markup, text):
    assert text_of(markup) == text


def test_text_outside_of_blocks_makes_paragraphs():
    assert blocks_of("one<br><br>two <b>bold</b><p>three</p>four") == (
        p("one"),
        p("two bold"),
        p("three"),
        p("four"),
    )


def test_plain_text_parts_at_blank_lines():
    assert blocks_of("One\nline.\n\nTwo.") == (p("One line."), p("Two."))


def test_each_kind_of_block_is_told_apart():
    markup = (
        "<h2>Head</h2><p>Text</p><ul><li>One<li>Two<ol><li>Deep</ol></ul>"
        "<blockquote><p>Said.</p></blockquote><table><tr><th>Mass<td>4 kg</table><p>End</p>"
    )

    assert blocks_of(markup) == (
        Block("heading", text="Head"),
        p("Text"),
        Block("list", text="One\nTwo\nDeep"),
        Block("quote", text="Said."),
        Block("list", text="Mass | 4 kg"),
        p("End"),
    )


def test_picture_with_caption_and_credit_is_one_figure():
    markup = (
        '<figure><a href="/big"><img src="/i.jpg" width="640" height="480" alt="rim"></a>'
        "<figcaption>The rim at noon. <em>Credit: ESA/M. Lind</em></figcaption></figure><p>Text</p>"
    )

    assert blocks_of(markup, PAGE) == (
        Block(
            "figure",
            figure=Figure(
                url="https://farside.example/i.jpg",
                width=640,
                height=480,
                alt="rim",
                caption="The rim at noon.",
                credit="ESA/M. Lind",
            ),
        ),
        p("Text"),
    )


def test_telling_alternative_text_is_the_caption_only_if_there_is_no_other():
    bare, captioned = (
        '<img src="/1.jpg" alt="A crater with a bright rim">',
        '<img src="/2.jpg" alt="A crater with a bright rim"><p class="caption">Seen at dawn</p>',
    )

    captions = [b.figure.caption for b in blocks_of(bare + captioned, PAGE)]

    assert captions == ["A crater with a bright rim", "Seen at dawn"]


def test_floating_picture_does_not_cut_its_paragraph():
    markup = '<p>Begins <img src="/i.jpg"> and ends.</p><p>Image: NASA</p>'

    text, figure = blocks_of(markup, PAGE)

    assert text == p("Begins and ends.")
    assert figure.figure.credit == "NASA"


def test_lone_credit_at_the_end_belongs_to_the_only_picture():
    markup = '<img src="/i.jpg"><p>One.</p><p>Two.</p><p><em>Image Credit: NASA/J. Doe</em></p>'

    figure, *texts = blocks_of(markup, PAGE)

    assert figure.figure.credit == "NASA/J. Doe"
    assert texts == [p("One."), p("Two.")]


def test_counting_pixels_icons_and_local_pictures_are_no_figures():
    markup = (
        '<img src="https://count.example/p.gif" width="1" height="1"><img src="/s.png" width="16" '
        'height="16"><img src="http://127.0.0.1/x.png"><img src="data:image/gif;base64,AA"><p>T</p>'
    )

    assert blocks_of(markup, PAGE) == (p("T"),)


@pytest.mark.parametrize(
    "line",
    [
        'The post <a href="/7">Moon base</a> appeared first on <a href="/">Far Side</a>.',
        '<a href="/7">Read more</a>',
        '<a href="/7">Continue reading Moon base →</a>',
        "Advertisement",
        "Share this:",
        '<strong>Related: <a href="/8">Another base</a></strong>',
    ],
)
def test_lines_of_the_outlets_software_are_left_out(line):
    assert blocks_of(f"<p>The base is built.</p><p>{line}</p>") == (p("The base is built."),)


@pytest.mark.parametrize(
    "line",
    [
        "Read more than one paper before you believe it.",
        "Sharing this orbit with 40 others is no problem.",
        "Related work was done in the 1970s.",
        "Image of the Day was late.",
    ],
)
def test_sentences_that_begin_like_them_stay(line):
    assert blocks_of(f"<p>{line}</p>") == (p(line),)


def test_lists_of_other_articles_are_left_out_and_what_follows_stays():
    markup = (
        "<p>Before.</p><h3>Related</h3><ul><li><a href='/1'>One</a></li></ul><p>After it.</p>"
        "<h3>More from the desk</h3><p>This part is about the desk itself.</p>"
    )

    assert blocks_of(markup) == (
        p("Before."),
        p("After it."),
        Block("heading", text="More from the desk"),
        p("This part is about the desk itself."),
    )


def test_share_bars_forms_and_hidden_words_are_left_out():
    markup = (
        "<div class='post-share-buttons'>Tweet it now</div><p>Text</p><p hidden>H</p>"
        "<form><p>Your mail?</p></form><span class='sr-only'>for screens</span>"
        "<div style='display: none'>D</div>"
    )

    assert blocks_of(markup) == (p("Text"),)


def test_suspicious_name_does_not_hide_the_article_itself():
    assert blocks_of("<div class='social'><p>All of the text is in here.</p></div>") == (
        p("All of the text is in here."),
    )


def test_bodies_are_capped():
    assert len(blocks_of("<p>y</p>" * 3_000)) == 400


@pytest.mark.parametrize(
    ("markup", "is_block"),
    [
        ("<p>x</p>", True),
        ("<div>x", True),
        ("a<img src=x>", True),
        ("<h2>x</h2>", True),
        ("a <a href=x>b</a><br>c", False),
        ("5 < 6", False),
        ("", False),
    ],
)
def test_block_markup_is_told_from_text_with_links(markup, is_block):
    assert is_block_markup(markup) is is_block


RUBBISH = """<p> </p> <b> <a_href='/x'> <li> <ul> <h2> <img_src=i.jpg> <figure> <figcaption>
text_ Credit:_X < > " &lt; <!-- --> <script> </script> <table> <tr> <td> Next_Up <br>
<div_class='ad'> </div>"""
FRAGMENTS = st.lists(
    st.sampled_from([piece.replace("_", " ") for piece in RUBBISH.split()] + ["\0"]),
    max_size=40,
).map("".join)


@given(FRAGMENTS | st.text(max_size=200))
def test_any_markup_is_read_without_an_error(markup):
    blocks = blocks_of(markup, PAGE)

    assert all(block.text or block.figure for block in blocks)
    assert "\0" not in "".join(block.text or "" for block in blocks)


@given(FRAGMENTS)
@example("<a href='/x'><table><a href='/x'>")
@example("<p><table><p>one<td><p>two<ul><table><li>")
def test_cleaning_twice_is_cleaning_once(markup):
    once = sanitise(markup, PAGE)

    assert sanitise(once, PAGE) == once
