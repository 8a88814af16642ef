"""The picture of the week's days: a PNG with its own ground, the same in light and dark.

The one chart that is a picture. It repeats what the table below it says, so that nothing is lost
where pictures are blocked; it is there to be seen at a glance, on a phone too.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from reports.palette import NIGHT
from reports.records import ShownPicture
from reports.words import DAY_NAMES

# The column without its margins, and its margins on a phone of 320 px.
SHOWN = 568
ON_A_PHONE = 280
DENSITY = 2
SIZE = (SHOWN * DENSITY, 264 * DENSITY)
# In pixels of the drawing: no text is smaller than 12 px where all of it is shown in ON_A_PHONE.
TEXT = -(-12 * SIZE[0] // ON_A_PHONE)
GAP = 14  # between a column and its words
SEAM = 4  # between the two parts of a column
COLUMN = 0.62  # of a day's width
COLOURS = 32  # with the shades at the letters' edges

INK = "#FFFFFF"
SOFT = "#D5E2F0"
FIRST = "#CFE2FF"
FURTHER = "#4A72AE"
TEN_THOUSAND = 10_000


def draw_days(articles: Sequence[int], firsts: Sequence[int]) -> ShownPicture:
    """Return columns of the articles of each day, the first ones of their stories at the foot.

    The same counts give the same name; the same version of Pillow gives the same bytes.

    Args:
        articles: Seven counts, Monday first; one at least is not 0.
        firsts: How many of them were the first of their story.
    """
    image = Image.new("RGB", SIZE, NIGHT)
    draw = ImageDraw.Draw(image)
    width = SIZE[0] / len(DAY_NAMES)
    foot = SIZE[1] - TEXT - GAP
    tallest = foot - TEXT - 2 * GAP
    for day, (name, count, first) in enumerate(zip(DAY_NAMES, articles, firsts, strict=True)):
        middle = round((day + 0.5) * width)
        height = round(tallest * count / max(articles))
        _draw_column(draw, middle, foot, (height, round(height * first / max(count, 1))), first)
        draw.text((middle, foot + GAP), name, SOFT, _font(), anchor="mt")
        draw.text((middle, foot - height - GAP), _short(count), INK, _font(), anchor="mb")
    out = BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    digest = hashlib.sha256(repr((tuple(articles), tuple(firsts))).encode()).hexdigest()
    return ShownPicture(
        name=f"week-{digest[:16]}.png",
        data=out.getvalue(),
        media_type="image/png",
        width=SHOWN,
        alt=_alternative(articles, firsts),
        credit="",
        caption=None,
        is_wide=True,
        is_tall=False,
    )


def _draw_column(
    draw: ImageDraw.ImageDraw, middle: int, foot: int, heights: tuple[int, int], first: int
) -> None:
    """Draw a day's column; `first` stands in its lower part where there is room."""
    height, lower = heights
    half = round(SIZE[0] / len(DAY_NAMES) * COLUMN / 2)
    if lower:
        draw.rectangle((middle - half, foot - lower, middle + half, foot), FIRST)
    if height - lower > SEAM:
        draw.rectangle((middle - half, foot - height, middle + half, foot - lower - SEAM), FURTHER)
    if lower > 0.8 * TEXT:  # figures are lower than the typeface
        draw.text((middle, foot - lower / 2), _short(first), NIGHT, _font(), anchor="mm")


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the typeface that Pillow brings: the same on every machine."""
    return ImageFont.load_default(TEXT)


def _short(count: int) -> str:
    return f"{count:,}" if count < TEN_THOUSAND else f"{count // 1000:,}k"


def _alternative(articles: Sequence[int], firsts: Sequence[int]) -> str:
    """Return the chart in words, with every number of it."""
    days = zip(DAY_NAMES, articles, firsts, strict=True)
    told = (f"{name} {count:,} ({first:,} first)" for name, count, first in days)
    return f"Columns: articles of each day, and those that were a story's first: {', '.join(told)}."
