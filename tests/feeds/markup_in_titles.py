from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Marked up",
    link="https://marked.example/",
    language=None,
    entries=(
        Entry(
            url="https://marked.example/1",
            title="<b>Bold</b> claims & 5 < 6",
        ),
        Entry(
            url="https://marked.example/2",
            title="Twice &amp; escaped &#8217;quote&#8217;",
        ),
        Entry(
            url="https://marked.example/3",
            title="Many\n      lines\tof\n      title",
        ),
        Entry(
            url="https://marked.example/4",
            summary="Named by its text.",
        ),
    ),
)
