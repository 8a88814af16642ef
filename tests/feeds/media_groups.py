from transforms.records import Entry, Figure, ParsedFeed

FEED = ParsedFeed(
    format="rss",
    title="Pictures",
    link="https://pictures.example/",
    language=None,
    entries=(
        Entry(
            url="https://pictures.example/two",
            title="Two pictures, each with its credit",
            summary="See them.",
            images=(
                Figure(
                    url="https://pictures.example/a.jpg",
                    width=800,
                    height=600,
                    caption="The near side.",
                    credit="A. Tester",
                ),
                Figure(
                    url="https://feeds.example/b.jpg",
                    width=1600,
                    alt="The far side",
                    credit="B. Sample/Limb Survey",
                ),
                Figure(
                    url="https://pictures.example/a-small.jpg",
                    width=80,
                ),
            ),
        ),
        Entry(
            url="https://pictures.example/sizes",
            title="One picture in three sizes",
            summary="See it.",
            images=(
                Figure(
                    url="https://pictures.example/l.jpg",
                    width=2000,
                    credit="C. Sized",
                ),
            ),
        ),
        Entry(
            url="https://pictures.example/film",
            title="A film and its still",
            images=(
                Figure(
                    url="https://pictures.example/still.jpg",
                    width=640,
                    height=360,
                    credit="D. Film",
                ),
            ),
        ),
        Entry(
            url="https://pictures.example/entry",
            title="A credit for the whole entry",
            images=(
                Figure(
                    url="https://pictures.example/e.jpg",
                    credit="E. Entry",
                ),
            ),
        ),
    ),
)
