from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="atom",
    title="Early Atom",
    link="http://early.example/",
    language="en",
    entries=(
        Entry(
            guid="tag:early.example,2004:1",
            url="http://early.example/dust",
            title="Dust <i>and</i> ice",
            content="<p>There is dust, and there is ice.</p>",
            published_raw="2026-11-17T10:00:00-08:00",
            updated_raw="2026-11-18T12:00:00Z",
            authors=("Ada Tester",),
            language="en",
        ),
    ),
)
