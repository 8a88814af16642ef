from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rdf",
    title="Journal of Samples",
    link="https://journal.example/",
    language="en",
    entries=(
        Entry(
            guid="https://journal.example/a1",
            url="https://journal.example/a1",
            title="On the spectra of <i>invented</i> stars",
            summary="Abstract. We invent a star.",
            updated_raw="2026-11-17",
            authors=(
                "A. Tester",
                "B. Sample",
            ),
            topics=("Stars",),
            language="en",
        ),
    ),
    ttl=720,
)
