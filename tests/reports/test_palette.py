import pytest
from factories import VOCABULARY

from reports.palette import COLOURS, DARK_PAPER, NIGHT, PAPER, colours_of
from transforms.records import Tag


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted([luminance(one), luminance(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("tag_id", COLOURS)
def test_every_tag_can_be_read_on_white_and_on_dark(tag_id):
    colour = COLOURS[tag_id]

    assert contrast(colour.ink, PAPER) >= 4.5
    assert contrast(colour.glow, DARK_PAPER) >= 4.5
    assert contrast(NIGHT, colour.glow) >= 4.5  # the number on a dot
    assert contrast(colour.bar, PAPER) >= 3
    assert contrast(colour.bar, DARK_PAPER) >= 3


def test_no_two_tags_of_the_vocabulary_share_a_colour():
    chosen = colours_of(VOCABULARY)

    assert len({colour.bar for colour in chosen.values()}) == len(VOCABULARY)


def test_an_editors_own_tags_get_colours_too():
    vocabulary = (Tag("lunar", "Moon"), *(Tag(f"own{n}", f"Own {n}") for n in range(30)))

    chosen = colours_of(vocabulary)

    assert chosen["lunar"] == COLOURS["lunar"]
    assert COLOURS["lunar"] not in [chosen[f"own{n}"] for n in range(30)]
