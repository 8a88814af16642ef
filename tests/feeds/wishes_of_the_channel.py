from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Wishes",
    link="https://wishes.example/",
    language=None,
    entries=(
        Entry(
            url="https://wishes.example/1",
            title="One",
        ),
    ),
    ttl=90,
    skip_hours=(
        0,
        1,
    ),
    skip_days=(
        "Saturday",
        "Sunday",
    ),
)
