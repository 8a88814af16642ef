"""What words speak for a tag, whatever phrases the editor lists: fitted weights, loaded as tables.

`tag_words.json` holds how much each of some 1,700 words speaks for and against each tag, in
hundredths of log-odds; `tests/fit_tags.py` fitted them. A tag without weights is decided by its
phrases alone.
"""

import json
from collections.abc import Container
from importlib.resources import files

import duckdb

from transforms.models import insert_rows

PRIORS = ("bias", "earned", "points", "share")
_TABLE = json.loads((files("transforms") / "tag_words.json").read_text(encoding="utf-8"))


def load_tag_words(connection: duckdb.DuckDBPyConnection, tags: Container[str]) -> None:
    """Fill `tag_words` and `tag_weights` of `sql/vocabulary_schema.sql` for those of `tags`."""
    taught = {tag: at for at, tag in enumerate(_TABLE["tags"]) if tag in tags}
    insert_rows(
        connection,
        "tag_weights",
        [(tag, *(_TABLE["priors"][name][at] for name in PRIORS)) for tag, at in taught.items()],
    )
    insert_rows(
        connection,
        "tag_words",
        [
            (word, tag, weights[at])
            for word, weights in _TABLE["words"].items()
            for tag, at in taught.items()
            if weights[at]
        ],
    )
