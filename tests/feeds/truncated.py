from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Cut off",
    link="https://cut.example/",
    language=None,
    entries=(
        Entry(
            url="https://cut.example/1",
            title="Whole",
            summary="All of it.",
        ),
        Entry(
            url="https://cut.example/2",
            title="Half",
        ),
    ),
    flags=("ill_formed",),
)
