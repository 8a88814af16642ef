from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Wide",
    link="http://wide.example/",
    language=None,
    entries=(
        Entry(
            url="http://wide.example/1",
            title="月の裏側 – far side",
            summary="Wide text.",
        ),
    ),
)
