"""The body lies in several sections, with newsletter, links, a pull quote and ads between them."""

URL = "https://policy-desk.test/p/budget"

RECORD = {
    "schema_version": 1,
    "title": "Agency budget grows, but not where scientists hoped",
    "dek": "The agency budget rises by 3 percent. Lunar cargo wins, two telescopes lose.",
    "date_published": "2024-03-11T15:00:00Z",
    "date_precision": "second",
    "date_raw": "2024-03-11T15:00:00",
    "hero": None,
    "body": [
        {
            "type": "p",
            "text": (
                "WASHINGTON — The agency would get 3 percent more next year under a proposal "
                "released Monday. Most of the rise goes to cargo flights to the moon."
            ),
        },
        {
            "type": "p",
            "text": "Two telescopes that had passed their reviews are delayed without a date.",
        },
        {
            "type": "p",
            "text": (
                "“We were told to rank our wishes, and then the list was cut in the middle,” said "
                "an astronomer who asked not to be named."
            ),
        },
        {"type": "heading", "text": "Cargo first"},
        {
            "type": "p",
            "text": (
                "Cargo flights rise from $1.1 billion to $1.4 billion. More on that will come in "
                "hearings this spring."
            ),
        },
        {
            "type": "p",
            "text": (
                "Congress has the last word. Last year it added money for one telescope that "
                "nobody had asked for."
            ),
        },
        {
            "type": "p",
            "text": (
                "Photo of the building by night will follow. Editor’s note: a figure was corrected "
                "on Tuesday."
            ),
        },
    ],
    "related_items": [
        {
            "title": "What to expect from the spring hearings",
            "teaser": None,
            "updated": None,
            "url": "https://policy-desk.test/p/hearing",
        },
        {
            "title": "Who flies cargo, and for how much",
            "teaser": None,
            "updated": None,
            "url": "https://policy-desk.test/p/cargo",
        },
        {
            "title": "One telescope, two mirrors",
            "teaser": None,
            "updated": None,
            "url": "https://policy-desk.test/p/one",
        },
    ],
    "related_topics": [],
    "authors": ["Hana Sato"],
    "url": URL,
    "language": "en",
    "section": "Policy",
    "word_count": 116,
    "flags": ["zone_assumed"],
}
SOURCES = {"dek": "text", "authors": "author", "published_at": "article:published_time"}
