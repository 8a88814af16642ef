from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="atom",
    title="Limb News",
    link="https://limb.example/",
    language="en-GB",
    entries=(
        Entry(
            guid="tag:limb.example,2026:7",
            url="https://limb.example/news/artemis-crew",
            title="Crew of <em>Artemis</em> II &amp; its capsule",
            summary="Four people and a capsule.",
            content='<p>In <a href="https://limb.example/news/houston">a box</a>.</p><p>Four.</p>',
            published_raw="2026-11-17T23:59:59.5+01:00",
            updated_raw="2026-11-18T09:00:00Z",
            authors=(
                "Ada Tester",
                "Ben Sample",
            ),
            images=(
                Figure(
                    url="https://limb.example/news/crew.jpg",
                ),
            ),
            topics=(
                "Human spaceflight",
                "moon",
            ),
            language="en-GB",
        ),
        Entry(
            guid="tag:limb.example,2026:8",
            url="https://limb.example/news/kapsel",
            title="Kapsel ist da < und weiter",
            summary="Sie steht auf dem Hof &amp; wartet.",
            updated_raw="2026-11-16T09:00:00Z",
            authors=("The Limb Desk",),
            language="de",
        ),
    ),
)
