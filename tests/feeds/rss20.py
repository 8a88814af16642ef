from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Farside Daily",
    link="https://farside.example/",
    language="en-US",
    entries=(
        Entry(
            guid="farside-101",
            url="https://farside.example/probe-wakes/",
            title="Probe wakes from its long sleep",
            summary="It answered on the third call.",
            content="<p>The probe <b>answered</b> on call three.</p><p>All are glad.</p>",
            published_raw="Wed, 18 Nov 2026 08:30:00 EST",
            authors=(
                "Ada Tester",
                "Ben Sample",
            ),
            images=(
                Figure(
                    url="https://farside.example/probe.jpg",
                ),
            ),
            topics=(
                "Moon",
                "Probes & landers",
            ),
            language="en-US",
        ),
        Entry(
            guid="https://farside.example/second/",
            url="https://farside.example/second/",
            title="Second item, with little to say",
            summary="Only this.",
            language="en-US",
        ),
    ),
)
