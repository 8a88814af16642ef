"""German: "Bild:" in brackets, "Lesen Sie auch", "Mehr zum Thema", a time with its zone."""

URL = "https://sternwarte-heute.test/artikel/baukasten"

RECORD = {
    "schema_version": 1,
    "title": "Rakete aus dem Baukasten: Erster Start geglückt",
    "dek": (
        "Der kleine Träger hat seine Nutzlast ausgesetzt. Der nächste Flug soll im Herbst folgen."
    ),
    "date_published": "2024-06-18T05:45:00Z",
    "date_precision": "second",
    "date_raw": "2024-06-18T07:45:00+02:00",
    "hero": {
        "credit": "Raumfahrtzentrum Nord/T. Köhler",
        "caption": "Der Träger kurz nach dem Abheben.",
        "url": "https://sternwarte-heute.test/bilder/start_1200x675.jpg",
        "alt": "Start am Morgen",
    },
    "body": [
        {
            "type": "p",
            "text": (
                "Um 6.12 Uhr hob der Träger vom Startplatz im Norden ab. Neun Minuten später waren "
                "vier kleine Satelliten auf ihrer Bahn, und im Kontrollraum wurde gejubelt."
            ),
        },
        {
            "type": "p",
            "text": (
                "Die Rakete besteht zu großen Teilen aus Bauteilen, die es im Handel gibt. Das "
                "macht sie billig, aber auch schwer."
            ),
        },
        {
            "type": "p",
            "text": (
                "Der zweite Flug ist für den Oktober geplant. Dann soll auch die erste Stufe "
                "geborgen werden."
            ),
        },
        {"type": "figure", "credit": "Raumfahrtzentrum Nord", "caption": None},
    ],
    "related_items": [
        {
            "title": "Ein Startplatz für die Nordsee",
            "teaser": None,
            "updated": None,
            "url": "https://sternwarte-heute.test/artikel/startplatz",
        },
        {
            "title": "Ein Motor aus dem Drucker",
            "teaser": None,
            "updated": None,
            "url": "https://sternwarte-heute.test/artikel/motor",
        },
        {
            "title": "Was ein Start kosten darf",
            "teaser": None,
            "updated": None,
            "url": "https://sternwarte-heute.test/artikel/kosten",
        },
    ],
    "related_topics": ["Träger"],
    "authors": ["Maike Petersen"],
    "url": URL,
    "language": "de",
    "word_count": 62,
}
SOURCES = {"published_at": "time", "dek": "description", "authors": "text"}
