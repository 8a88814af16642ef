"""Two short paragraphs: less text than the links and notices around them."""

URL = "https://launch-desk.test/n/3"

RECORD = {
    "schema_version": 1,
    "title": "Launch scrubbed by a valve",
    "dek": None,
    "date_published": "2023-01-20T22:04:00Z",
    "date_precision": "second",
    "date_raw": "2023-01-20T22:04Z",
    "hero": None,
    "body": [
        {"type": "p", "text": "Tonight's launch is off."},
        {
            "type": "p",
            "text": "A valve in the upper stage did not close. Next try: Sunday, 21:40 UTC.",
        },
    ],
    "related_items": [
        {
            "title": "Second stage arrives at the pad after a long journey by ship",
            "teaser": None,
            "updated": None,
            "url": "https://launch-desk.test/n/1",
        },
        {
            "title": "Weather looks good for Friday, forecasters say",
            "teaser": None,
            "updated": None,
            "url": "https://launch-desk.test/n/2",
        },
    ],
    "related_topics": [],
    "authors": ["Desk"],
    "url": URL,
    "language": "en",
    "word_count": 18,
}
SOURCES = {"body": "article", "authors": "text"}
