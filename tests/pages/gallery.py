"""An agency's block editor: body in many boxes, gallery, "Related To:", a date in the future."""

URL = "https://deep-space.test/news/metal-world"

RECORD = {
    "schema_version": 1,
    "title": "Probe Returns First Close-Ups of a Metal World",
    "dek": "Ridges, pits and a field of boulders: the first pictures from orbit.",
    "date_published": "2026-08-02",
    "date_precision": "day",
    "date_raw": "2026-08-02",
    "hero": None,
    "body": [
        {
            "type": "p",
            "text": (
                "After six years of flight the probe is in orbit. Its cameras began work at once, "
                "and the first eleven frames reached the ground on Sunday night."
            ),
        },
        {
            "type": "figure",
            "credit": "Agency/J. Lindqvist",
            "caption": "A ridge of metal, 3 km long.",
            "url": "https://deep-space.test/img/ridge.png",
            "alt": "Ridge with a sharp shadow",
            "width": 800,
            "height": 800,
        },
        {
            "type": "p",
            "text": (
                "Team members had bet on craters. What they found are cracks, wide enough to "
                "swallow a house."
            ),
        },
        {
            "type": "quote",
            "text": "Nobody on the team had drawn anything like it.\nPriya Raman, imaging lead",
        },
        {
            "type": "figure",
            "credit": "Agency/J. Lindqvist",
            "caption": "Pit one.",
            "url": "https://deep-space.test/img/pit-1.png",
        },
        {
            "type": "figure",
            "credit": "Agency/O. Haas",
            "caption": "Pit two.",
            "url": "https://deep-space.test/img/pit-2.png",
        },
        {"type": "p", "text": "A second, lower orbit follows in October."},
    ],
    "related_items": [
        {
            "title": "Dust That Floats",
            "teaser": "Static lifts grains off the ground.",
            "updated": None,
            "url": "https://deep-space.test/news/dust",
        },
        {
            "title": "A New Dish in the Desert",
            "teaser": None,
            "updated": None,
            "url": "https://deep-space.test/news/antenna",
        },
    ],
    "related_topics": ["Metal Asteroids", "Orbiters"],
    "authors": [],
    "url": URL,
    "language": "en-US",
    "word_count": 51,
}
SOURCES = {"dek": "og:description", "published_at": "dc.date", "related_topics": "text"}
