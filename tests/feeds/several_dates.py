from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Dated",
    link="https://dated.example/",
    language=None,
    entries=(
        Entry(
            url="https://dated.example/1",
            title="Both dates",
            published_raw="Tue, 17 Nov 2026 10:00:00 GMT",
            updated_raw="2026-11-18T10:00:00Z",
        ),
        Entry(
            url="https://dated.example/2",
            title="Only Dublin Core",
            updated_raw="2026-11-17",
        ),
        Entry(
            url="https://dated.example/3",
            title="Updated, too",
            published_raw="Mon, 16 Nov 2026 10:00:00 GMT",
            updated_raw="2026-11-17T10:00:00Z",
        ),
        Entry(
            url="https://dated.example/4",
            title="Nonsense",
            published_raw="soon",
        ),
        Entry(
            url="https://dated.example/5",
            title="None",
        ),
    ),
)
