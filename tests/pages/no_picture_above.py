"""No picture above the title, a caption without a credit and a credit without a caption."""

RECORD = {
    "schema_version": 1,
    "title": "Two Moons for One Rock",
    "dek": (
        "An asteroid that everybody took for a loner has company, and more of it than radar had "
        "shown."
    ),
    "date_published": "2022-08-09",
    "date_precision": "day",
    "hero": None,
    "body": [
        {
            "type": "p",
            "text": (
                "The rock passed Earth at nine times the distance of the moon. On August 4th a "
                "dish in the desert saw an echo that did not belong to it, and the night after a "
                "second one."
            ),
        },
        {
            "type": "figure",
            "credit": None,
            "caption": "The far echo, seen through ~40 minutes of noise",
        },
        {
            "type": "p",
            "text": (
                "“We first blamed the software,” said the observer on duty. By 2019 the team had "
                "lost two such echoes to a bug, and nobody wanted a third."
            ),
        },
        {"type": "figure", "credit": "Desert Dish/Night Crew", "caption": None},
        {
            "type": "p",
            "text": "Updated plans for the next pass, on May 2, 2024, include a second dish.",
        },
    ],
    "related_items": [],
    "related_topics": ["Asteroids", "Radar"],
    "authors": [],
    "url": None,
    "language": "en",
    "word_count": 77,
}
