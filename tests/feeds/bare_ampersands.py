from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="R&D daily",
    link="https://rd.example/",
    language=None,
    entries=(
        Entry(
            guid="rd&1",
            url="https://rd.example/?a=1&b=2&copy=3",
            title="R&D at the agency: AT&T, Q&A & more …",
            summary="Caf&eacute; & <b>bar</b>",
        ),
    ),
    flags=("ill_formed",),
)
