"""Credits and captions are told apart, and belong to the picture beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.figures import Piece, credit_of, is_credit_line, split_credit, tie_captions
from transforms.records import Block, Figure


def line(text, role=""):
    return Piece(Block("p", text=text), role)


def picture(url="https://farside.example/i.jpg", **said):
    return Piece(Block("figure", figure=Figure(url=url, **said)))


def read(*pieces):
    """Return texts, and (caption, credit) of figures."""
    blocks = [piece.block for piece in tie_captions(list(pieces))]
    return [b.text or (b.figure.caption, b.figure.credit) for b in blocks]


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("Photo by: NASA", "NASA"),
        ("Photo by: NASA/Astronaut William Anders", "NASA/Astronaut William Anders"),
        ("Credit: NASA/GSFC/Arizona State University", "NASA/GSFC/Arizona State University"),
        ("Image: ESA", "ESA"),
        ("Image credit: SpaceX.", "SpaceX"),
        ("Image Credit & Copyright: Ana Reyes", "Ana Reyes"),
        ("Images courtesy of JAXA", "JAXA"),
        ("Courtesy NOAA", "NOAA"),
        ("Picture: M. Lind", "M. Lind"),
        ("© ESO", "ESO"),
        ("(Credit: NASA/JPL-Caltech)", "NASA/JPL-Caltech"),
        ("Credit: Photo by Ana Reyes", "Ana Reyes"),
        ("Photo credit: © JAXA ~ Usuda", "JAXA ~ Usuda"),
        ("Credit: Kestrel Inc.", "Kestrel Inc."),
        ("Credit: U.S. Space Force photo by A. Smith", "U.S. Space Force photo by A. Smith"),
        ("Crédit : CNES/D. Ducros", "CNES/D. Ducros"),
        ("Bild: DLR", "DLR"),
        ("Bildquelle: DLR", "DLR"),
        ("Foto: Anna Köhler/dpa", "Anna Köhler/dpa"),
        ("Crédito: ESO", "ESO"),
        ("图片 Image：CNSA".removeprefix("图片 "), "CNSA"),
    ],
)
def test_line_that_only_credits_has_no_caption(text, credit):
    assert split_credit(text) == (None, credit)
    assert is_credit_line(text)


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("The rim. Credit: NASA", "The rim.", "NASA"),
        ("The rim, ~600 km wide (Photo by: A/B/C)", "The rim, ~600 km wide", "A/B/C"),
        ("The rim (Bild: DLR).", "The rim.", "DLR"),
        ("The rim | Image credit: ESA", "The rim", "ESA"),
        ("(Credit: ESO) The rim.", "The rim.", "ESO"),
        ("Image: The rim. Credit: NASA", "The rim.", "NASA"),
        ("The crew (left to right). Photo: NASA", "The crew (left to right).", "NASA"),
        (
            "Credit: NASA/JPL. This picture shows the rim of the crater as it was in June.",
            "This picture shows the rim of the crater as it was in June.",
            "NASA/JPL",
        ),
    ],
)
def test_caption_and_credit_in_one_line_are_parted(text, caption, credit):
    assert split_credit(text) == (caption, credit)
    assert not is_credit_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "Image of the Day",
        "A photo by Hubble shows the galaxy",
        "Photo by Hubble shows what nobody expected",
        "To their credit: they kept going",
        "Courtesy of the crew, we now know the way",
        "Image: the far side as the probe saw it on its third pass",
        "LROC Wide Angle Camera (WAC) mosaic, width ~600 km",
        "Credits for the course are given by the academy",
    ],
)
def test_words_that_credit_nobody_are_a_caption(text):
    caption, credit = split_credit(text)

    assert credit is None
    assert caption.split()[-3:] == text.split()[-3:]
    assert not is_credit_line(text)


@pytest.mark.parametrize("text", ["", " ", "©", "Photo by:", "()", "Credit: ."])
def test_nothing_said_is_none(text):
    assert split_credit(text)[1] is None


def test_element_that_is_marked_as_credit_needs_no_words():
    assert credit_of("NASA/Ana Reyes") == "NASA/Ana Reyes"
    assert credit_of("Photo by: NASA") == "NASA"


@given(st.text(max_size=400))
def test_any_text_is_parted_without_an_error(text):
    caption, credit = split_credit(text)

    assert caption != ""
    assert credit != ""


def test_credit_printed_twice_is_kept_once():
    assert read(line("Text."), line("Photo by: NASA"), line("NASA"), line("More.")) == [
        "Text.",
        (None, "NASA"),
        "More.",
    ]


def test_caption_printed_above_and_below_its_credit_is_kept_once():
    pieces = ["Text.", "The rim", "Photo by: A/B", "A/B", "The rim", "More."]

    assert read(*map(line, pieces)) == ["Text.", ("The rim", "A/B"), "More."]


def test_caption_with_other_quotes_and_case_is_the_same():
    assert read(picture(caption="The probe’s “eye”"), line('The Probe\'s "eye"')) == [
        ("The probe’s “eye”", None)
    ]


def test_credit_belongs_to_the_picture_above_it_before_the_one_below():
    assert read(picture(), line("Photo by: A"), picture("https://farside.example/2.jpg")) == [
        (None, "A"),
        (None, None),
    ]


def test_credit_goes_to_the_picture_below_if_the_one_above_has_its_own():
    other = picture("https://farside.example/2.jpg")

    assert read(picture(credit="A"), line("Photo by: B"), other) == [(None, "A"), (None, "B")]


def test_lines_marked_as_caption_and_credit_belong_to_the_picture_beside_them():
    assert read(picture(), line("The rim", "caption"), line("A. Reyes", "credit")) == [
        ("The rim", "A. Reyes")
    ]
    assert read(line("The rim", "caption"), line("A. Reyes", "credit"), picture()) == [
        ("The rim", "A. Reyes")
    ]


def test_name_marked_as_credit_without_a_picture_credits_nothing():
    assert read(line("Text."), line("May 4, 2024", "credit"), line("More.")) == ["Text.", "More."]


def test_caption_is_not_the_credit_of_its_picture():
    [(caption, credit)] = read(picture(), line("Photo by: NASA"))

    assert (caption, credit) == (None, "NASA")


def test_short_paragraph_below_a_picture_that_ends_in_a_credit_is_its_caption():
    assert read(picture(), line("The rim at noon. Credit: ESO"), line("Text. Credit: X")) == [
        ("The rim at noon.", "ESO"),
        "Text. Credit: X",
    ]


def test_long_paragraph_below_a_picture_stays_a_paragraph():
    text = "This sentence is repeated. " * 20 + "Credit: ESO"

    assert read(picture(), line(text)) == [(None, None), text]
