from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Notes from the dome",
    link="http://dome.example/",
    language=None,
    entries=(
        Entry(
            summary='Clear sky tonight. <a href="http://dome.example/sky">See the map</a>.',
            images=(
                Figure(
                    url="http://dome.example/map.png",
                ),
            ),
            topics=("Weather",),
        ),
        Entry(
            summary="Clouds again.",
        ),
    ),
)
