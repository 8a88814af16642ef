from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="json",
    title="Json Station",
    link="https://station.example/",
    language="en-CA",
    entries=(
        Entry(
            guid="https://station.example/1",
            url="https://feeds.example/1",
            title="Station gets a window",
            summary="It faces down.",
            content="<p>It faces <b>down</b>.</p>",
            published_raw="2026-11-18T10:00:00Z",
            updated_raw="2026-11-18T11:00:00Z",
            authors=(
                "Ada Tester",
                "Ben Sample",
            ),
            images=(
                Figure(
                    url="https://station.example/1.jpg",
                ),
                Figure(
                    url="https://station.example/banner.jpg",
                ),
            ),
            language="fr",
        ),
    ),
)
