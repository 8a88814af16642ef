from transforms.records import Entry, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Observatoire",
    link="http://latin.example/",
    language=None,
    entries=(
        Entry(
            url="http://latin.example/ete",
            title="Été à l'observatoire, côté nuit",
            summary="Déjà vu.",
        ),
    ),
)
