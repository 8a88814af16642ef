from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="atom",
    title="Films of the dome",
    link="https://films.example/dome",
    language=None,
    entries=(
        Entry(
            guid="film:1",
            url="https://films.example/watch?v=1",
            title="The dome opens",
            summary="It opens &amp; closes.",
            published_raw="2026-11-18T10:00:00+00:00",
            authors=("The Dome",),
            images=(
                Figure(
                    url="https://films.example/1.jpg",
                    width=480,
                    height=360,
                    caption="It opens & closes.",
                ),
            ),
        ),
    ),
)
