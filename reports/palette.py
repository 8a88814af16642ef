"""The tags' colours: each word in its ink, each bar in its own; chosen for contrast on both papers.

`tests/reports/test_palette.py` measures them: text at least 4.5:1 (WCAG AA), bars at least 3:1.
"""

from dataclasses import dataclass

from transforms.records import Tag

PAPER = "#FFFFFF"
DARK_PAPER = "#141D28"
NIGHT = "#0B1B2E"


@dataclass(frozen=True, slots=True)
class Colour:
    """`ink` for text on white, `bar` on either paper, `glow` for text on dark and for dots."""

    ink: str
    bar: str
    glow: str


# Where a tag's subject has a colour of its own it gets that; others take what is free.
COLOURS = {
    "lunar": Colour("#4A5568", "#7C8AA0", "#B8C4D6"),
    "asteroid": Colour("#7A4B1E", "#A9713A", "#DDB083"),
    "telescope": Colour("#6B3FA0", "#8E62C4", "#C9A9F2"),
    "mars": Colour("#A32A1E", "#C4503F", "#F5A093"),
    "launch": Colour("#A61E4D", "#D1456F", "#F497B6"),
    "station": Colour("#0B5F86", "#2F87B3", "#86CBEE"),
    "planets": Colour("#4B6312", "#768F2E", "#BBD27A"),
    "exoplanet": Colour("#0F6B62", "#2A958A", "#6FD0C4"),
    "sun": Colour("#7A5B00", "#AD861B", "#E6C65C"),
    "cosmos": Colour("#4338A8", "#6F67DB", "#B9B4F8"),
    "satellites": Colour("#33558B", "#5B82BE", "#A9C4EE"),
    "policy": Colour("#5C4A3D", "#8A7462", "#CDBBAA"),
    "business": Colour("#1F6B3A", "#3E985D", "#8CD6A5"),
}


def colours_of(vocabulary: tuple[Tag, ...]) -> dict[str, Colour]:
    """Return a colour per tag id; unknown tags take the unused ones first, in turn."""
    known = {tag.tag_id for tag in vocabulary}
    unused = [colour for tag_id, colour in COLOURS.items() if tag_id not in known]
    spare = unused or list(COLOURS.values())
    chosen: dict[str, Colour] = {}
    taken = 0
    for tag in vocabulary:
        if tag.tag_id in COLOURS:
            chosen[tag.tag_id] = COLOURS[tag.tag_id]
        else:
            chosen[tag.tag_id] = spare[taken % len(spare)]
            taken += 1
    return chosen
