from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="atom",
    title="Bulletins",
    link="https://bulletin.example/",
    language=None,
    entries=(
        Entry(
            guid="https://bulletin.example/2026/41",
            url="https://bulletin.example/2026/41",
            title="Storm watch for Thursday",
            content="<p>A coronal hole faces us.</p><p>It will be windy.</p>",
            updated_raw="2026-11-18T12:00:00Z",
            guid_is_url=True,
        ),
        Entry(
            guid="tag:bulletin.example,2026:40",
            title="Quiet sun",
            updated_raw="2026-11-17T12:00:00Z",
        ),
    ),
)
