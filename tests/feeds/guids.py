from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Guids",
    link="https://guids.example/",
    language=None,
    entries=(
        Entry(
            guid="https://guids.example/1",
            url="https://guids.example/1",
            title="Link from the guid",
            guid_is_url=True,
        ),
        Entry(
            guid="https://guids.example/2",
            title="The guid is no link",
        ),
        Entry(
            guid="https://guids.example/?p=3",
            url="https://guids.example/3",
            title="Both",
        ),
        Entry(
            guid="4",
            url="https://feeds.example/four",
            title="Relative",
        ),
        Entry(
            guid="<b>5</b>",
            url="https://guids.example/5",
            title="Markup in the guid",
        ),
    ),
)
