"""Nothing is closed, quotes are missing, scripts lurk, JSON-LD has hostile shapes."""

URL = "https://plasma-weekly.test/swarm"

RECORD = {
    "schema_version": 1,
    "title": "Cubesat swarm maps the tail & comes home",
    "dek": None,
    "date_published": "2021-02-28T10:00:00Z",
    "date_precision": "second",
    "date_raw": "2021-02-28T10:00:00Z",
    "hero": None,
    "body": [
        {
            "type": "p",
            "text": (
                "Twelve boxes, each no larger than a loaf of bread, have flown through Earth's "
                "magnetic tail in formation"
            ),
        },
        {
            "type": "p",
            "text": (
                'They measured < 5 nanotesla in the middle, where models had said "ten or more", '
                "and > 40 at the rim."
            ),
        },
        {
            "type": "figure",
            "credit": "N. Ito",
            "caption": None,
            "url": "https://plasma-weekly.test/x",
        },
        {
            "type": "p",
            "text": "The swarm burns up in March; its data will be public by then.",
        },
        {"type": "quote", "text": '"A good end'},
        {"type": "list", "text": "Boxes | 12\nMass | 48 kg"},
    ],
    "related_items": [],
    "related_topics": ["swarm", "plasma"],
    "authors": ["Ada Quist"],
    "url": URL,
    "language": "en",
    "section": "Plasma",
    "word_count": 52,
}
SOURCES = {"title": "json-ld", "authors": "json-ld", "published_at": "json-ld"}
