from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Heard on the Limb",
    link="https://heard.example/",
    language=None,
    entries=(
        Entry(
            guid="heard-3",
            url="https://heard.example/",
            title="Episode 3: dust",
            summary="Dust, for half an hour.",
            published_raw="Wed, 18 Nov 2026 06:00:00 +0000",
            authors=("Ada Tester",),
            images=(
                Figure(
                    url="https://heard.example/3.jpg",
                ),
            ),
        ),
    ),
)
