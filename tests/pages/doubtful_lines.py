"""Lines that look like credits and are none; a caption printed once; a title without teaser."""

RECORD = {
    "schema_version": 1,
    "title": "Image of the Day Turns Ten",
    "dek": "Ten years, 3,652 pictures and one printing error: a look back.",
    "date_published": "2023-05-16",
    "date_precision": "day",
    "hero": {"credit": "Archive Desk", "caption": None, "url": None},
    "body": [
        {
            "type": "p",
            "text": (
                "Image of the Day began as a joke between two editors. It has been late four times "
                "since, once because of a solar flare."
            ),
        },
        {
            "type": "p",
            "text": (
                "Photo by Hubble or photo by phone: what counts is that somebody looked up, says "
                "its founder."
            ),
        },
        {
            "type": "figure",
            "credit": "Archive Desk/M. O'Neil",
            "caption": "The very first picture, a thumb before the lens",
        },
        {
            "type": "p",
            "text": (
                "The error came in the third year. A nebula was printed upside down, and 400 "
                "readers wrote in."
            ),
        },
        {
            "type": "p",
            "text": "Courtesy of those readers, the desk now owns a stamp that says UP.",
        },
    ],
    "related_items": [
        {
            "title": "A Nebula, Upside Down",
            "teaser": "The letters, in full.",
            "updated": None,
        },
        {"title": "How to Hold a Camera in a Storm", "teaser": None, "updated": None},
    ],
    "related_topics": [],
    "authors": [],
    "url": None,
    "language": "en",
    "word_count": 72,
}
