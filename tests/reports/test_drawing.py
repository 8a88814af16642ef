from io import BytesIO

import pytest
from PIL import Image, ImageFont

from reports.drawing import ON_A_PHONE, SHOWN, SIZE, TEXT, draw_days
from reports.palette import NIGHT

ARTICLES = (12, 22, 22, 17, 24, 9, 10)
FIRSTS = (5, 9, 9, 8, 11, 3, 10)


def opened(picture):
    return Image.open(BytesIO(picture.data)).convert("RGB")


def test_the_same_counts_give_the_same_picture():
    one, again = draw_days(ARTICLES, FIRSTS), draw_days(list(ARTICLES), list(FIRSTS))

    assert one == again
    assert one.name != draw_days(ARTICLES, FIRSTS[::-1]).name


def test_the_picture_is_a_small_png_with_its_own_ground_and_twice_the_pixels():
    picture = draw_days(ARTICLES, FIRSTS)

    image = opened(picture)
    assert (picture.media_type, picture.width, image.size) == ("image/png", SHOWN, SIZE)
    assert image.width == 2 * SHOWN
    assert image.getpixel((0, 0)) == tuple(bytes.fromhex(NIGHT[1:]))
    assert len(picture.data) < 20_000


def test_its_text_can_be_read_on_the_narrowest_phone():
    assert TEXT * ON_A_PHONE / SIZE[0] >= 12


@pytest.mark.parametrize("words", ["Wed", "9,999", "999k"])
def test_no_word_is_wider_than_its_day(words):
    assert ImageFont.load_default(TEXT).getlength(words) < SIZE[0] / 7


def test_its_words_hold_every_number():
    alt = draw_days(ARTICLES, FIRSTS).alt

    for day, count, first in zip(
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ARTICLES, FIRSTS, strict=True
    ):
        assert f"{day} {count} ({first} first)" in alt


def test_the_tallest_column_is_the_day_with_most():
    picture = opened(draw_days((1, 0, 0, 4, 0, 0, 0), (0, 0, 0, 4, 0, 0, 0)))

    def height(day):
        middle = round((day + 0.25) * SIZE[0] / 7)  # beside the figure in the column
        ground = picture.getpixel((0, 0))
        return sum(picture.getpixel((middle, y)) != ground for y in range(SIZE[1] - 2 * TEXT))

    assert height(3) > 3 * height(0) > 0
    assert height(1) == 0


@pytest.mark.parametrize("count", [1, 5_120, 123_456])
def test_any_count_can_be_drawn(count):
    assert draw_days((count, *[0] * 6), (count, *[0] * 6)).data.startswith(b"\x89PNG")
