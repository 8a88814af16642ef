"""Pictures that load late, in `noscript`, `picture` and `data-src`; captions and credits apart."""

URL = "https://www.red-planet-post.test/story/8812"

RECORD = {
    "schema_version": 1,
    "title": "Rover climbs out of the basin",
    "dek": None,
    "date_published": "2022-03-02",
    "date_precision": "day",
    "date_raw": "2022-03-02",
    "hero": {
        "credit": None,
        "caption": None,
        "url": "https://cdn.red-planet-post.test/social/card-8812.png",
    },
    "body": [
        {
            "type": "p",
            "text": (
                "The rover has left the basin in which it spent four years, and the view is wide. "
                "On its last steep slope the wheels slipped so much that it needed nine attempts."
            ),
        },
        {
            "type": "figure",
            "credit": "Space Lab/Rover Cameras; mosaic by K. Adeyemi",
            "caption": "Looking back from the rim, with tracks ~30 m apart",
            "url": "https://cdn.red-planet-post.test/p/rim.jpg",
            "width": 900,
            "height": 600,
        },
        {
            "type": "p",
            "text": (
                "Drivers had argued for months about the route. “It was like parking a truck on a "
                "staircase,” said one of them."
            ),
        },
        {
            "type": "figure",
            "credit": "Space Lab",
            "caption": "A wheel after 31 kilometers",
            "url": "https://cdn.red-planet-post.test/p/wheel-1600.jpg",
            "alt": "A wheel with holes",
        },
        {
            "type": "p",
            "text": (
                "Ahead lies a plain of dark sand, and after it the delta. The plan is to be there "
                "by winter."
            ),
        },
        {
            "type": "p",
            "text": (
                "Winter lasts for half an Earth year there, and dust makes the panels weak. The "
                "team wants to be parked on a slope that faces north by then."
            ),
        },
    ],
    "related_items": [
        {
            "title": "How to steer with a delay of twelve minutes",
            "teaser": None,
            "updated": None,
            "url": "https://www.red-planet-post.test/story/8700",
        }
    ],
    "related_topics": ["rover", "mars", "basin"],
    "authors": ["Jonas Weller"],
    "url": URL,
    "language": "en",
    "word_count": 101,
}
SOURCES = {"published_at": "article:published_time", "hero": "og:image", "authors": "author"}
