"""Captioned picture above the title, byline, teasers with dates in every place, CR LF."""

RECORD = {
    "schema_version": 1,
    "title": "Storm Spares the Mirror",
    "dek": "Wind took the dome's shutters. The glass beneath them has not a scratch.",
    "date_published": "2024-01-31",
    "date_precision": "day",
    "hero": {
        "credit": "Hilltop Observatory/I. Brandt",
        "caption": "The dome on the morning after the storm",
        "url": None,
    },
    "body": [
        {
            "type": "p",
            "text": (
                "All night the wind stood at 140 kilometers per hour. At four in the morning the "
                "first shutter went, and the second followed within minutes."
            ),
        },
        {
            "type": "p",
            "text": (
                "Staff had parked the telescope at the horizon, covers on. It is what they "
                "rehearse every autumn."
            ),
        },
    ],
    "related_items": [
        {
            "title": "Updated Plans for a Bigger Dome",
            "teaser": "The old one leaks. Updated plans show a roof that slides.",
            "updated": "2022-10-03",
        },
        {
            "title": "Who Cleans a Mirror?",
            "teaser": "Four people, and snow made of carbon dioxide.",
            "updated": "2024-01-09",
        },
        {
            "title": "Night Shift",
            "teaser": "One cook, two operators, no sleep.",
            "updated": "2023-12-24",
        },
        {
            "title": "What the Wind Cannot Move",
            "teaser": "Forty tons of steel were updated 9/9/99 times, somebody joked.",
            "updated": None,
        },
    ],
    "related_topics": ["Telescopes", "Weather", "Hilltop"],
    "authors": ["Ilse Brandt"],
    "url": None,
    "language": "en",
    "word_count": 42,
}
