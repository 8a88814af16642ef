"""The page's text is drawn by a script: only JSON-LD holds the body."""

URL = "https://samples.test/capsule"

RECORD = {
    "schema_version": 1,
    "title": "Sample capsule lands in the salt flats",
    "dek": "It carries 70 grams of a comet.",
    "date_published": "2025-10-01T05:12:00Z",
    "date_precision": "second",
    "date_raw": "2025-10-01T05:12:00Z",
    "hero": {"credit": None, "caption": None, "url": "https://samples.test/capsule.webp"},
    "body": [
        {
            "type": "p",
            "text": "The capsule came down at dawn, two kilometers from the aim point.",
        },
        {
            "type": "p",
            "text": "Recovery crews reached it by helicopter and found it warm, dented and shut.",
        },
        {"type": "p", "text": "It will be opened in a clean room next week."},
    ],
    "related_items": [],
    "related_topics": [],
    "authors": [],
    "url": URL,
    "language": "en",
    "section": "Missions",
    "word_count": 35,
}
SOURCES = {"body": "json-ld", "dek": "og:description"}
