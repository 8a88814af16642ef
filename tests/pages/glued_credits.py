"""Our seed document's layout: credits printed twice, captions above and below, no JSON-LD."""

URL = "https://orbit-tribune.test/moon/relay"

RECORD = {
    "schema_version": 1,
    "title": "Relay Satellite Reaches the Far Side",
    "dek": (
        "A small relay satellite has arrived in its halo orbit, from where it will pass on the "
        "words of landers that never see Earth."
    ),
    "date_published": "2024-05-04",
    "date_precision": "day",
    "date_raw": "May 4, 2024",
    "hero": {"credit": "Orbit Tribune/Ana Reyes", "caption": None, "url": None},
    "body": [
        {
            "type": "p",
            "text": (
                "The satellite fired its engine for eleven minutes on Saturday. Flight controllers "
                "saw the signal fade and return exactly as planned, and the room broke into "
                "applause."
            ),
        },
        {
            "type": "p",
            "text": (
                "It follows an older craft that was launched on May 21, 2018 and has run low on "
                "fuel. Engineers say the newcomer carries an antenna twice as wide."
            ),
        },
        {
            "type": "figure",
            "credit": "Institute for Lunar Radio/Workshop 3",
            "caption": "The relay's antenna unfolds in a test hall, span ~4.2 m",
        },
        {
            "type": "p",
            "text": (
                "Three landers are to use the link within two years. The first of them is already "
                "on its way to the launch site."
            ),
        },
        {"type": "figure", "credit": "ESA/JAXA", "caption": None},
        {
            "type": "p",
            "text": (
                "Updated plans for the other two will be presented in autumn, the agency said."
            ),
        },
    ],
    "related_items": [
        {
            "title": "Why the Far Side Is Silent",
            "teaser": (
                "No radio station on Earth can be heard there. Astronomers would like to keep it "
                "so."
            ),
            "updated": None,
        },
        {
            "title": "Is There Ice in the Shadows?",
            "teaser": "Two orbiters disagree. A drill could settle it.",
            "updated": "2023-11-02",
        },
        {
            "title": "A Clock for the Moon",
            "teaser": "Seconds run faster there, by a little.",
            "updated": None,
        },
    ],
    "related_topics": [],
    "authors": [],
    "url": URL,
    "language": "en",
    "word_count": 92,
}
SOURCES = {"title": "og:title", "dek": "text", "published_at": "text", "hero": "figure"}
