"""Built by a framework: meaningless class names, several JSON-LD articles, foreign canonical."""

URL = "https://www.meridian-observer.test/science/comet-brightens"
PICTURE = "https://img.meridian-observer.test/f/9c1/comet-tail.jpg"

RECORD = {
    "schema_version": 1,
    "title": "Comet brightens ahead of its closest pass",
    "dek": "Observers in the south will see it with the naked eye.",
    "date_published": "2025-01-09T10:30:00Z",
    "date_precision": "second",
    "date_raw": "2025-01-09T11:30:00+01:00",
    "hero": {
        "credit": "L. Okafor",
        "caption": "The comet on Tuesday, seen from the Karoo.",
        "url": f"{PICTURE}?w=1920",
        "alt": "A comet with a forked tail above a mountain ridge",
        "width": 1920,
        "height": 1080,
    },
    "body": [
        {
            "type": "p",
            "text": (
                "The comet has doubled in brightness twice since Christmas. It is now as bright as "
                "the stars of the Southern Cross, and its tail spans six degrees."
            ),
        },
        {
            "type": "p",
            "text": (
                "“Comets are like cats,” said one observer. “They have tails, and they do "
                "precisely what they want.”"
            ),
        },
        {
            "type": "p",
            "text": (
                "Its closest approach to the Sun is on Monday. If the nucleus survives, the show "
                "goes on for two weeks in the evening sky."
            ),
        },
        {"type": "heading", "text": "How to see it"},
        {
            "type": "list",
            "text": (
                "Look west, half an hour after sunset.\n"
                "Start with binoculars, and never point them at the Sun."
            ),
        },
        {
            "type": "p",
            "text": "From the north it stays below the horizon until the end of the month.",
        },
    ],
    "related_items": [
        {
            "title": "Telescope time goes to auction",
            "teaser": "A night on the summit now costs as much as a car.",
            "updated": None,
            "url": "https://www.meridian-observer.test/science/auction",
        },
        {
            "title": "A meteor over the bay",
            "teaser": "Thousands saw it, and a few dozen cameras.",
            "updated": None,
            "url": "https://www.meridian-observer.test/science/meteor",
        },
    ],
    "related_topics": ["comets", "southern sky"],
    "authors": ["Lena Brandt", "Tom Okoye"],
    "url": "https://www.meridian-observer.test/science/comet-brightens",
    "language": "en-GB",
    "section": "Science",
    "word_count": 82,
}
SOURCES = {"title": "json-ld", "dek": "json-ld", "url": "og:url", "authors": "json-ld"}
