"""French: "Crédit :", "À lire aussi" within the body, © in a caption below its picture."""

URL = "https://cieux.test/2023/survol"

RECORD = {
    "schema_version": 1,
    "title": "Une sonde frôle la plus petite lune",
    "dek": "Le survol à 40 kilomètres a montré une surface sans cratères.",
    "date_published": "2023-11-05T06:00:00Z",
    "date_precision": "second",
    "date_raw": "2023-11-05T06:00Z",
    "hero": {
        "credit": "Agence des Confins / É. Valmont",
        "caption": "La lune vue de la sonde.",
        "url": "https://cieux.test/medias/lune.jpg",
    },
    "body": [
        {
            "type": "p",
            "text": (
                "Samedi matin, la sonde est passée plus près de la lune que jamais auparavant. Les "
                "premières images sont arrivées dans la nuit, et elles ont surpris tout le monde."
            ),
        },
        {
            "type": "p",
            "text": (
                "La surface est lisse comme un galet. « Nous pensions voir des cratères », "
                "explique la responsable de la caméra, qui n’a pas dormi depuis deux jours."
            ),
        },
        {
            "type": "figure",
            "credit": "Agence des Confins",
            "caption": "La carte provisoire, à 12 mètres par point.",
            "url": "https://cieux.test/medias/carte.png",
        },
        {"type": "p", "text": "Un second survol aura lieu en février, du côté de la nuit."},
    ],
    "related_items": [
        {
            "title": "Les anneaux perdent de la glace",
            "teaser": None,
            "updated": None,
            "url": "https://cieux.test/2023/anneaux",
        },
        {
            "title": "Une orbite à corriger",
            "teaser": "Il reste peu de carburant, mais assez.",
            "updated": None,
            "url": "https://cieux.test/2023/orbite",
        },
    ],
    "related_topics": [],
    "authors": ["Odile Marchand", "Paul Ngo"],
    "url": URL,
    "language": "fr",
    "word_count": 68,
}
SOURCES = {"title": "json-ld", "dek": "text", "hero": "json-ld"}
