"""WordPress with Yoast: a @graph with references, share bar, caption boxes, comments."""

URL = "https://launchpad-notes.test/2023/06/booster-tenth-flight/?utm_source=feed"
UPLOADS = "https://launchpad-notes.test/wp-content/uploads/2023/06"

RECORD = {
    "schema_version": 1,
    "title": "Booster lands on its tenth flight",
    "dek": None,
    "date_published": "2023-06-13T14:05:09Z",
    "date_precision": "second",
    "date_raw": "2023-06-13T14:05:09+00:00",
    "date_updated": "2023-06-13T18:40:00Z",
    "hero": {
        "credit": "Kestrel Aerospace",
        "caption": "The booster on the drone ship.",
        "url": f"{UPLOADS}/landing.jpg",
        "alt": "Booster standing on a drone ship",
        "width": 1600,
        "height": 900,
    },
    "body": [
        {
            "type": "p",
            "text": (
                "A booster came back for the tenth time on Tuesday, after lofting 22 communication "
                "satellites. It touched down 620 kilometers off the coast, a little left of the "
                "bull’s-eye."
            ),
        },
        {
            "type": "p",
            "text": (
                "The flight was the company’s fortieth this year & its second in three days. "
                "Sunday’s launch had used a newer stage."
            ),
        },
        {
            "type": "figure",
            "credit": "Kestrel Aerospace",
            "caption": "One fairing half was caught in a net.",
            "url": f"{UPLOADS}/fairing-600x400.jpg",
            "alt": "Fairing half in a net",
            "width": 600,
            "height": 400,
        },
        {
            "type": "figure",
            "credit": "Mira Holt/Launchpad Notes",
            "caption": "Pad 9 the morning after",
            "url": f"{UPLOADS}/pad.jpg",
        },
        {"type": "heading", "text": "What comes next"},
        {
            "type": "p",
            "text": (
                "Two more flights of the same booster are booked before autumn. Engineers want to "
                "learn how the seals in its engines age."
            ),
        },
    ],
    "related_items": [
        {
            "title": "How to catch a fairing",
            "teaser": "A ship, a net and a lot of patience are what it takes.",
            "updated": None,
            "url": "https://launchpad-notes.test/2023/05/net/",
        },
        {
            "title": "A guide to launch pads",
            "teaser": None,
            "updated": None,
            "url": "https://launchpad-notes.test/a",
        },
    ],
    "related_topics": ["Reuse", "Kestrel 2", "Cape"],
    "authors": ["Mira Holt"],
    "url": "https://launchpad-notes.test/2023/06/booster-tenth-flight/",
    "language": "en-US",
    "section": "Launches",
    "word_count": 72,
}
SOURCES = {"title": "json-ld", "published_at": "json-ld", "hero": "json-ld", "url": "canonical"}
