"""Old hand-written HTML in Latin-1: layout in a table, paragraphs by <br>, no metadata."""

URL = "http://skywatch-bulletin.test/2020/eclipse.html"

RECORD = {
    "schema_version": 1,
    "title": "Eclipse chasers gather in Patagonia",
    "dek": None,
    "date_published": "2020-11-24",
    "date_precision": "day",
    "date_raw": "Tuesday, November 24, 2020",
    "hero": {
        "credit": "Inés Quiroga",
        "caption": "A camp near Piedra del Águila.",
        "url": "http://skywatch-bulletin.test/2020/pics/camp.jpg",
        "alt": "Tents in the steppe",
        "width": 400,
        "height": 300,
    },
    "body": [
        {
            "type": "p",
            "text": (
                "Three weeks before the eclipse the first tents stand in the steppe. The wind "
                "blows hard there, and it will decide who sees anything at all."
            ),
        },
        {
            "type": "p",
            "text": (
                '"We have moved four times in two days," says a visitor from Córdoba. Totality '
                "will last two minutes and nine seconds – if the clouds stay away."
            ),
        },
        {
            "type": "p",
            "text": ("Roads are to be closed from noon. Water & fuel are sold at two places only."),
        },
    ],
    "related_items": [],
    "related_topics": [],
    "authors": [],
    "url": "http://skywatch-bulletin.test/2020/eclipse.html",
    "language": "en",
    "word_count": 69,
}
SOURCES = {"title": "h1", "published_at": "text", "url": "request", "language": "text"}
