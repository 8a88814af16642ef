"""Any markup is balanced and shallow before a real parser sees it."""

import re

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.blocks import tree_of
from transforms.htmltokens import MAX_DEPTH, VOID, attributes_of, tamed, tokens

RUBBISH = """<p> </p> <div> </div> <b_a=1> </b> <a_href='x'> <li> <ul> </ul> <h2> <table> <tr> <td>
</table> text < > </ ' " = <br> <!-- --> <script> </script> <a_b=' <IMG_SRC=x> &lt; <svg/>"""
PIECES = st.lists(
    st.sampled_from([piece.replace("_", " ") for piece in RUBBISH.split()] + ["\0"])
    | st.text(max_size=8),
    max_size=60,
).map("".join)


@given(PIECES)
def test_every_tag_is_closed_in_its_turn(markup):
    stack = []
    for token in tokens(tamed(markup)):
        if token.kind == "start" and token.value not in VOID:
            stack.append(token.value)
        elif token.kind == "end":
            assert stack.pop() == token.value

    assert stack == []


@given(PIECES)
def test_taming_twice_is_taming_once(markup):
    assert tamed(tamed(markup)) == tamed(markup)


@given(PIECES)
def test_a_real_parser_finds_the_same_text(markup):
    tame = tamed(markup)
    said = "".join(token.value for token in tokens(tame) if token.kind == "text")

    found = tree_of(tame).text_content()

    plain = re.compile(r"[a-z]+")
    assert plain.findall(found) == plain.findall(said.replace("&lt;", "<").replace("&lt", "<"))


def test_depth_is_capped_and_the_text_below_kept():
    root = lxml.html.fromstring(tamed("<div>" * 9_000 + "deep"))

    deepest = max(sum(1 for _ in element.iterancestors()) for element in root.iter())

    assert deepest <= MAX_DEPTH + 2
    assert root.text_content() == "deep"


@pytest.mark.parametrize(
    ("markup", "tame"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<b>a<p>b</b>c", "<b>a<p>b</p></b>c"),
        ("<table><tr><td>a<tr><td>b", "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>"),
        ("<h1>a<p>b", "<h1>a</h1><p>b</p>"),
        ("<a href=x>1<a href=y>2", '<a href="x">1</a><a href="y">2</a>'),
        ("a </ b", "a &lt;/ b"),
        ("<P CLASS='x'>a</P>", '<p class="x">a</p>'),
    ],
)
def test_what_html_lets_authors_leave_out_is_written(markup, tame):
    assert tamed(markup) == tame


def test_references_in_addresses_need_their_semicolon():
    assert attributes_of(" href='/?a=1&copy=2&amp;b=3' data-x hidden") == {
        "href": "/?a=1&copy=2&b=3",
        "data-x": "",
        "hidden": "",
    }


def test_elements_with_thousands_of_attributes_keep_some():
    assert tamed("<p " + " ".join(f"a{n}='{n}'" for n in range(9_000)) + ">x").count("=") == 40
