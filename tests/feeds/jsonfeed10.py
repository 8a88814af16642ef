from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="json",
    title="Json Orbit",
    link="https://json.example/",
    language=None,
    entries=(
        Entry(
            guid="17",
            url="https://json.example/17",
            title="Ice &lt; dust &amp; more",
            content="<p>First line.</p><p>Second line, a &lt; b.</p>",
            published_raw="2026-11-17T10:00:00-05:00",
            authors=("The Desk",),
            images=(
                Figure(
                    url="https://feeds.example/17.png",
                ),
            ),
            topics=(
                "Moon",
                "Ice",
            ),
        ),
        Entry(
            guid="18",
            content="<p>No title here.</p>",
            authors=("Ada Tester",),
        ),
    ),
)
