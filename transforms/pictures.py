"""An `img` element → a figure with the address of the real picture, or nothing."""

import re
from dataclasses import replace
from typing import Any

from transforms.errors import InvalidURLError
from transforms.records import Figure
from transforms.text import one_line
from transforms.urls import clean_url, is_local

MAX_ALT = 500
# Icons are smaller on both sides.
MIN_PIXELS = 50
# Where pages that load pictures late keep the address; `src` then holds a placeholder.
_LATE = ("data-src", "data-lazy-src", "data-original", "data-hi-res-src", "data-full-src")
_LATE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_USELESS = re.compile(
    r"(?:^data:|/pixel[./]|pixel\.wp\.com|/b\.gif|doubleclick\.|feedburner\.com/~|feedsportal\.com"
    r"|scorecardresearch|placeholder|spacer|blank\.(?:gif|png)|transparent\.(?:gif|png)|loading\.gif|1x1)",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|webp|avif|svg|tiff?)", re.IGNORECASE)
_SMALL_CLASS = re.compile(r"\b(?:avatar|gravatar|icon|logo|emoji|wp-smiley)\b", re.IGNORECASE)
_WIDTH = re.compile(r"(\d{1,5})(?:px|w)?")


def picture_of(image: Any, base: str | None) -> Figure | None:  # noqa: ANN401 lxml has no types
    """Return the picture that an `img` element shows; None for icons, pixels and placeholders.

    Its address is that of the widest version named, absolute and http(s); None where the element
    names none that we can follow.
    """
    width, height = _number(image.get("width")), _number(image.get("height"))
    is_icon = width is not None and height is not None and max(width, height) < MIN_PIXELS
    if is_icon or 1 in (width, height) or _SMALL_CLASS.search(image.get("class") or ""):
        return None
    alt = one_line(image.get("alt"), MAX_ALT)
    figure = Figure(
        width=width, height=height, alt=None if _FILE_NAME.fullmatch(alt) else alt or None
    )
    address = next(filter(None, (_address(raw, base) for raw in _candidates(image))), None)
    return replace(figure, url=address)


def is_emoji(image: Any) -> bool:  # noqa: ANN401
    """Tell if an `img` element stands for a character of the text."""
    return "emoji" in (names := image.get("class") or "") or "wp-smiley" in names


def _candidates(image: Any) -> list[str]:  # noqa: ANN401
    """Return the addresses that an `img` element names, best first."""
    late = [image.get(name) for name in _LATE]
    sets = [image.get(name) for name in _LATE_SETS]
    parent = image.getparent()
    if parent is not None and parent.tag == "picture":
        sets += [source.get(name) for source in parent.iter("source") for name in _LATE_SETS]
    widest = [_widest(listed) for listed in sets if listed]
    return [raw for raw in (*late, image.get("src"), *widest) if raw]


def _widest(listed: str) -> str:
    """Return the widest address of a `srcset`: `a.jpg 640w, b.jpg 1280w`."""
    best, best_width = "", -1
    for candidate in re.split(r",\s+|,(?=https?:|/)", listed[:8_000]):
        address, _, descriptor = candidate.strip().partition(" ")
        width = _number(descriptor.strip()) or 0
        if width > best_width:
            best, best_width = address, width
    return best


def _address(raw: str, base: str | None) -> str | None:
    if _USELESS.search(raw):
        return None
    try:
        address = clean_url(raw, base)
    except InvalidURLError:
        return None
    return None if is_local(address) else address


def _number(text: str | None) -> int | None:
    found = _WIDTH.fullmatch((text or "").strip())
    return int(found[1]) if found else None
