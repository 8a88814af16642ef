from transforms.records import Entry, ParsedFeed

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
            content='<p>Four people train in <a href="houston">a capsule</a>.</p><p>They like it.</p>',
            published_raw="2026-11-17T23:59:59.5+01:00",
            updated_raw="2026-11-18T09:00:00Z",
            authors=(
                "Ada Tester",
                "Ben Sample",
            ),
            topics=(
                "Human spaceflight",
                "moon",
            ),
            language="en-GB",
            guid_is_url=True,
        ),
        Entry(
            guid="tag:limb.example,2026:8",
            url="https://limb.example/news/kapsel",
            title="Kapsel ist da < und weiter",
            summary="Sie steht auf dem Hof &amp; wartet.",
            updated_raw="2026-11-16T09:00:00Z",
            language="en-GB",
            guid_is_url=True,
        ),
    ),
)
