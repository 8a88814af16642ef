"""The main picture stands above the headline; canonical is the front page; no <article>."""

URL = "https://high-orbit.test/stories/wheat"

RECORD = {
    "schema_version": 1,
    "title": "Station crew grows its first wheat",
    "dek": None,
    "date_published": "2025-07-01T09:00:00Z",
    "date_precision": "second",
    "date_raw": "2025-07-01T09:00:00.000Z",
    "date_updated": "2025-07-02T10:30:00Z",
    "hero": {
        "credit": "R. Sandoval/Station crew",
        "caption": "Wheat under violet light, on day 31.",
        "url": "https://high-orbit.test/media/wheat.jpg",
        "alt": "Wheat in a growth chamber",
    },
    "body": [
        {
            "type": "p",
            "text": (
                "Thirty-one days after sowing, the station's crew has harvested wheat for the "
                "first time. It weighs 212 grams and will not be eaten, at least not officially."
            ),
        },
        {
            "type": "p",
            "text": (
                "The plants stood under violet light in a drawer the size of a microwave oven. "
                "Roots grew in all directions until a fan showed them where down might be."
            ),
        },
        {"type": "p", "text": "Variety"},
        {"type": "p", "text": "A dwarf wheat, 40 cm tall"},
        {
            "type": "p",
            "text": (
                "Half of the grains come back to Earth in August; the other half is for sowing."
            ),
        },
    ],
    "related_items": [
        {
            "title": "Salad, again",
            "teaser": None,
            "updated": None,
            "url": "https://high-orbit.test/stories/salad",
        },
        {
            "title": "The fan that replaces gravity",
            "teaser": "It is small, loud and hard to clean.",
            "updated": None,
            "url": "https://high-orbit.test/stories/fan",
        },
    ],
    "related_topics": [],
    "authors": ["High Orbit"],
    "url": "http://m.high-orbit.test/stories/wheat?utm_medium=social",
    "language": "en-GB",
    "word_count": 79,
}
SOURCES = {"title": "json-ld", "language": "og:locale", "url": "og:url", "hero": "json-ld"}
