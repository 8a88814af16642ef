"""An article's own page fills what its feed left open; what the feed gave stays."""

from dataclasses import replace
from datetime import datetime

import duckdb

from transforms.records import Article
from transforms.store import update_article

MIN_SHARED_WORDS = 0.5  # of the shorter title's words: else the address shows another page


def is_same_article(article: Article, page: Article) -> bool:
    """Whether `page` shows `article`, and not a front page or a wall.

    It does if it gives itself the article's address, or shares most of its title.
    """
    gives_address = page.field_sources.get("url") != "request"
    if gives_address and page.canonical_url and page.canonical_url == article.canonical_url:
        return True
    one, other = set(article.title_key.split()), set(page.title_key.split())
    return bool(one and other) and len(one & other) >= MIN_SHARED_WORDS * min(len(one), len(other))


def enriched(article: Article, page: Article) -> tuple[Article, tuple[str, ...]]:
    """Return `article` with what only its page says, and the names of the fields that changed.

    The page fills body, standfirst, authors, topics, section, language, related items and a
    missing date; its picture replaces one without a credit. `field_sources` then says
    `page:<source>`. Identity, title and address stay the feed's.
    """
    open_fields = {
        "body": not article.text and bool(page.text),
        "dek": article.dek is None and page.dek is not None and page.dek != article.title,
        "hero": _has_better_picture(article, page),
        "authors": not article.authors and bool(page.authors),
        "related_items": not article.related_items and bool(page.related_items),
        "related_topics": not article.related_topics and bool(page.related_topics),
        "section": article.section is None and page.section is not None,
        "language": article.language is None and page.language is not None,
        "published_at": article.published_at is None
        and page.published_at is not None
        and "date_guessed" not in page.flags,
    }
    names = [name for name, is_open in open_fields.items() if is_open]
    if not names:
        return article, ()
    values = {name: getattr(page, name) for name in names}
    if "body" in names:
        values["word_count"] = page.word_count
    if "published_at" in names:
        values |= {"date_precision": page.date_precision, "date_raw": page.date_raw}
    sources = {name: f"page:{page.field_sources.get(name, 'page')}" for name in names}
    filled = replace(article, field_sources=article.field_sources | sources, **values)
    return filled, (*values, "field_sources")


def _has_better_picture(article: Article, page: Article) -> bool:
    if page.hero is None or page.hero.url is None:
        return False
    return article.hero is None or (article.hero.credit is None and page.hero.credit is not None)


def store_page(
    connection: duckdb.DuckDBPyConnection,
    article: Article,
    page: Article | None,
    fetched: dict[str, object],
    now: datetime,
) -> tuple[str, ...]:
    """Record one attempt to read a page and, where it has one, what it adds; return the fields.

    Args:
        connection: The durable database.
        article: As it is stored.
        page: What its page says; None where there was none to read.
        fetched: `outcome`, `detail`, `status`, `url`, `requests`, `wire_bytes`, `seconds`.
        now: When it was read.
    """
    filled, names = enriched(article, page) if page else (article, ())
    fields = [name for name in names if name != "field_sources"]
    connection.execute("BEGIN")
    try:
        if names:
            update_article(connection, filled, names)
        connection.execute(
            """
            INSERT OR REPLACE INTO page_fetches VALUES ($article_id, $now, $outcome, $detail,
                $status, $url, $requests, $wire_bytes, $seconds, $fields)
            """,
            fetched | {"article_id": article.article_id, "now": now, "fields": fields},
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return tuple(fields)
