from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title=None,
    link=None,
    language=None,
    entries=(
        Entry(
            title="Booster test goes well",
            summary="It was loud.",
            published_raw="Tue, 17 Nov 2026 10:04 EST",
        ),
        Entry(
            title="Booster test repeated",
            summary="Louder.",
        ),
    ),
)
