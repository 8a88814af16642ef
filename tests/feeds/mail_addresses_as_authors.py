from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Mailed",
    link="https://mailed.example/",
    language=None,
    entries=(
        Entry(
            url="https://mailed.example/1",
            title="With a name",
            authors=("ada@mailed.example (Ada Tester)",),
        ),
        Entry(
            url="https://mailed.example/2",
            title="Without one",
            authors=("desk@mailed.example",),
        ),
    ),
)
