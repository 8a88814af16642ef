"""Article ↔ JSON-ready record: the one schema that leaves the program and comes back.

A record names what the article has. These keys are always there: `schema_version title dek
date_published date_precision hero body related_items related_topics authors url language
word_count`; every other one only where it holds something that does not follow from the rest.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from transforms.dates import iso_z
from transforms.identity import identify
from transforms.records import SCHEMA_VERSION, Article, Block, Figure, RelatedItem
from transforms.text import title_key


def article_record(article: Article) -> dict[str, Any]:
    """Return `article` as a dict of JSON types, in the schema's order.

    A day is written as one ("2021-03-16"), because it has no time and no zone; a moment in
    RFC 3339 with Z. The id of an article without feed and address follows from its words, and
    `title_key` from the title, unless the feed's own name was cut off the title.
    """
    has_source = article.feed_id is not None or article.url is not None
    is_known_by_words = not has_source and article.article_id == identify(article)
    is_usual_key = article.title_key == title_key(article.title)
    record: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "article_id": None if is_known_by_words else article.article_id,
        "feed_id": article.feed_id,
        "guid": article.guid,
        "title": article.title,
        "title_key": None if is_usual_key else article.title_key,
        "dek": article.dek,
        "date_published": _published(article),
        "date_precision": article.date_precision,
        "date_raw": article.date_raw,
        "date_updated": iso_z(article.updated_at) if article.updated_at else None,
        "hero": None if article.hero is None else _hero_record(article.hero),
        "body": [_block_record(block) for block in article.body],
        "related_items": [_related_record(item) for item in article.related_items],
        "related_topics": list(article.related_topics),
        "authors": list(article.authors),
        "url": article.url,
        "canonical_url": article.canonical_url,
        "language": article.language,
        "section": article.section,
        "word_count": article.word_count,
        "flags": list(article.flags),
        "field_sources": dict(article.field_sources),
    }
    return {key: value for key, value in record.items() if key in _ALWAYS or value}


_ALWAYS = frozenset(
    {
        "schema_version", "title", "dek", "date_published", "date_precision", "hero", "body",
        "related_items", "related_topics", "authors", "url", "language", "word_count",
    }
)  # fmt: skip


def article_from_record(record: dict[str, Any]) -> Article:
    """Return the article that `article_record` wrote.

    Raises:
        KeyError: A key that every record has is missing.
        ValueError: A date cannot be read.
    """
    title, hero = record["title"], record["hero"]
    article = Article(
        article_id=record.get("article_id", ""),
        feed_id=record.get("feed_id"),
        guid=record.get("guid"),
        title=title,
        title_key=record.get("title_key", "") or title_key(title),
        dek=record["dek"],
        published_at=_moment(record["date_published"]),
        date_precision=record["date_precision"],
        date_raw=record.get("date_raw"),
        updated_at=_moment(record.get("date_updated")),
        hero=None if hero is None else _figure(hero, "hero"),
        body=tuple(_block(block) for block in record["body"]),
        related_items=tuple(_related(item) for item in record["related_items"]),
        related_topics=tuple(record["related_topics"]),
        authors=tuple(record["authors"]),
        url=record["url"],
        canonical_url=record.get("canonical_url"),
        language=record["language"],
        section=record.get("section"),
        word_count=record["word_count"],
        flags=tuple(record.get("flags", ())),
        field_sources=dict(record.get("field_sources", {})),
    )
    return article if article.article_id else replace(article, article_id=identify(article))


def _published(article: Article) -> str | None:
    if article.published_at is None:
        return None
    if article.date_precision == "day":
        return article.published_at.date().isoformat()
    return iso_z(article.published_at)


def _moment(text: str | None) -> datetime | None:
    """Return a moment in UTC; for a day, its midnight, which stands for the day and no moment."""
    if text is None:
        return None
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _hero_record(figure: Figure) -> dict[str, Any]:
    return {
        "credit": figure.credit,
        "caption": figure.caption,
        "url": figure.url,
        **_known(figure, ("alt", "width", "height")),
        **({} if figure.role == "hero" else {"role": figure.role}),
    }


def _block_record(block: Block) -> dict[str, Any]:
    if block.figure is None:
        return {"type": block.type, "text": block.text}
    figure = block.figure
    return {
        "type": block.type,
        "credit": figure.credit,
        "caption": figure.caption,
        **_known(figure, ("url", "alt", "width", "height")),
        **({} if figure.role == "inline" else {"role": figure.role}),
    }


def _known(figure: Figure, names: tuple[str, ...]) -> dict[str, Any]:
    values = ((name, getattr(figure, name)) for name in names)
    return {name: value for name, value in values if value is not None}


def _block(record: dict[str, Any]) -> Block:
    if record["type"] == "figure":
        return Block("figure", figure=_figure(record, "inline"))
    return Block(record["type"], text=record["text"])


def _figure(record: dict[str, Any], role: str) -> Figure:
    return Figure(
        url=record.get("url"),
        width=record.get("width"),
        height=record.get("height"),
        alt=record.get("alt"),
        caption=record["caption"],
        credit=record["credit"],
        role=record.get("role", role),
    )


def _related_record(item: RelatedItem) -> dict[str, Any]:
    return {
        "title": item.title,
        "teaser": item.teaser,
        "updated": item.updated.isoformat() if item.updated else None,
        **({"url": item.url} if item.url else {}),
    }


def _related(record: dict[str, Any]) -> RelatedItem:
    updated = record["updated"]
    return RelatedItem(
        title=record["title"],
        teaser=record["teaser"],
        url=record.get("url"),
        updated=date.fromisoformat(updated) if updated else None,
    )
