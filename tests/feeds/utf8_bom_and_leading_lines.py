from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Marked",
    link="http://marked.example/",
    language=None,
    entries=(
        Entry(
            url="http://marked.example/1",
            title="Café on the far side",
            summary="The mark wins.",
        ),
    ),
    flags=("ill_formed",),
)
