"""Pictures in their places: chosen, scaled down, never cut, never without their credit."""

import hashlib
import re
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from reports.records import Picture, ShownPicture
from reports.words import clean, shorten
from transforms.records import WeekNews

COLUMN = 640
BESIDE_LEAD = 260
BESIDE_CARD = 200
# Screens show two pixels or more for one of CSS; and a card's picture fills a phone's width.
DENSITY = 2
CARD_PIXELS = 640
# A picture that would have to be blown up more than this looks worse than none.
LEAST_WIDE = 480
LEAST_BESIDE = 150
# Taller than that, a picture across the column would push the story off the screen.
TALLEST_WIDE = 0.8
TALLEST_BESIDE = 1.25

JPEG_QUALITY = 82
CREDIT_LIMIT = 120
ALT_LIMIT = 160
# How many stories beyond the cards may give the picture of the week.
CANDIDATES = 12

_SAYS_NOTHING = re.compile(
    r"^(image|photo|picture|img|untitled|logo|hero|thumbnail|\d+)$|\.(jpe?g|png|gif|webp)$",
    re.IGNORECASE,
)
_FORMATS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}


def pictures_wanted(news: WeekNews, cards: int) -> tuple[str, ...]:
    """Return the ids of the articles whose picture the issue may show, best first.

    Only those that have an address and a credit: others would not be shown.
    """
    likely = news.stories[: 1 + cards + CANDIDATES]
    leads = [story.lead for story in likely]
    return tuple(a.article_id for a in leads if a.hero and a.hero.url and a.hero.credit)


def place_picture(picture: Picture, headline: str, *, is_lead: bool) -> ShownPicture | None:
    """Return the picture as the lead's or a card's; None where it must not or cannot be shown.

    A lead's picture takes the whole column if it is wide enough; others stand beside the text.
    """
    credit = shorten(clean(picture.credit), CREDIT_LIMIT)
    if not credit or picture.width < LEAST_BESIDE or picture.height < 1:
        return None
    is_wide = is_lead and is_broad(picture)
    width = COLUMN if is_wide else _width_beside(picture, BESIDE_LEAD if is_lead else BESIDE_CARD)
    scaled = _scaled(picture, COLUMN * DENSITY if is_wide else CARD_PIXELS)
    if scaled is None:
        return None
    data, media_type, suffix = scaled
    return ShownPicture(
        name=f"{hashlib.sha256(data).hexdigest()[:16]}.{suffix}",
        data=data,
        media_type=media_type,
        width=width,
        alt=_alternative(picture, headline),
        credit=credit,
        caption=clean(picture.caption) or None,
        is_wide=is_wide,
        is_tall=picture.height > picture.width,
    )


def is_broad(picture: Picture) -> bool:
    """Whether a picture may take the whole column."""
    return picture.width >= LEAST_WIDE and picture.height <= TALLEST_WIDE * picture.width


def _width_beside(picture: Picture, width: int) -> int:
    """Return the width at which an upright picture is no taller than others are."""
    tallest = width * TALLEST_BESIDE
    return min(width, max(1, round(tallest * picture.width / picture.height)))


def _alternative(picture: Picture, headline: str) -> str:
    """Return the words for who does not see it: its own, else its caption, else its story's."""
    for own in (clean(picture.alt), clean(picture.caption)):
        if own and not _SAYS_NOTHING.search(own):
            return shorten(own, ALT_LIMIT)
    return shorten(f"Picture of the story “{headline}”", ALT_LIMIT)


def _scaled(picture: Picture, widest: int) -> tuple[bytes, str, str] | None:
    """Return `(bytes, media type, suffix)` of at most `widest` pixels across."""
    try:
        with Image.open(BytesIO(picture.data)) as image:
            if image.format in _FORMATS and image.width <= widest:
                return picture.data, *_FORMATS[image.format]
            image.load()
            height = max(1, round(image.height * widest / image.width))
            size = (widest, height) if image.width > widest else image.size
            small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    out = BytesIO()
    small.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue(), "image/jpeg", "jpg"
