from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Old Orbit",
    link="http://orbit.example/",
    language="en",
    entries=(
        Entry(
            url="http://orbit.example/first.html",
            title="Orbiter sends its first picture",
            summary="Grey, but a picture.",
            language="en",
        ),
        Entry(
            url="http://orbit.example/second.html",
            title="Orbiter sends its second picture",
            language="en",
        ),
    ),
)
