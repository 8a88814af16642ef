from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Careless",
    link="https://careless.example/",
    language=None,
    entries=(
        Entry(
            guid="c1",
            url="https://careless.example/1",
            title="Prefixes out of nowhere",
            content="<p>Still a body.</p>",
            authors=("Ada Tester",),
            images=(
                Figure(
                    url="https://careless.example/1.jpg",
                ),
            ),
        ),
    ),
)
