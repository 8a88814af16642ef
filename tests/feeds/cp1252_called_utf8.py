from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Quotes",
    link="http://quotes.example/",
    language=None,
    entries=(
        Entry(
            url="http://quotes.example/1",
            title="It’s a “launch” – at last",
            summary="Naïve.",
        ),
    ),
    flags=("ill_formed",),
)
