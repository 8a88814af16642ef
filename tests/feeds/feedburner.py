from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Burnt",
    link="https://burnt.example/",
    language=None,
    entries=(
        Entry(
            guid="https://burnt.example/?p=1",
            url="http://feedproxy.google.com/~r/burnt/~3/abc/",
            title="Behind a wrapper",
            summary="Short.",
            orig_url="https://burnt.example/behind-a-wrapper/",
        ),
    ),
)
