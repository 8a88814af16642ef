"""Records with sensible values: a test spells out only what matters to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from reports.records import IssueSettings, Picture, SenderSettings
from transforms.records import (
    Article,
    Block,
    Coverage,
    Figure,
    Funnel,
    Story,
    Tag,
    TagHit,
    WeekNews,
)
from transforms.weeks import Week

WEEK = Week(2026, 47)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # the Wednesday of that week

VOCABULARY = tuple(
    Tag(tag_id, label)
    for tag_id, label in (
        ("lunar", "Moon"),
        ("asteroid", "Asteroids"),
        ("telescope", "Telescopes"),
        ("mars", "Mars"),
        ("launch", "Launches"),
        ("station", "Space stations"),
        ("planets", "Planets"),
        ("exoplanet", "Exoplanets"),
        ("sun", "Sun & weather"),
        ("cosmos", "Cosmos"),
        ("satellites", "Satellites"),
        ("policy", "Policy"),
        ("business", "Business"),
    )
)

SENDER = SenderSettings(
    sender="Perigee <perigee@perigee.example>",
    list_id="weekly.perigee.example",
    unsubscribe_url="https://perigee.example/unsubscribe?t={token}",
    unsubscribe_mailto="leave@perigee.example",
    postal_address="Perigee, 1 Example Street, Sampleton",
)
SETTINGS = IssueSettings(
    tagline="The week in space, every event once",
    archive_url="https://perigee.example/letters",
    feed_url="https://perigee.example/letters/atom.xml",
    sender=SENDER,
)


def an_id(*parts: object) -> str:
    """Return 32 hex digits that are the same for the same parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def an_article(title: str = "Probe wakes from its long sleep", **changes: Any) -> Article:
    """Return an article of the Wednesday; its id and addresses are made of its title."""
    article_id = an_id(title)
    url = f"https://farside.example/{article_id[:8]}"
    article = Article(
        article_id=article_id,
        feed_id="farside",
        title=title,
        title_key=title.casefold(),
        guid=url,
        url=url,
        canonical_url=url,
        dek="It answered on the third call.",
        published_at=NOON,
        date_precision="second",
        language="en",
    )
    return replace(article, **changes)


def paragraphs(*texts: str) -> tuple[Block, ...]:
    """Return a body."""
    return tuple(Block("p", text) for text in texts)


def a_report(article: Article, publisher: str = "Farside Daily", **changes: Any) -> Coverage:
    """Return `article` as a member of its story."""
    report = Coverage(
        article_id=article.article_id,
        feed_id=article.feed_id or "farside",
        publisher=publisher,
        kind="press",
        title=article.title,
        url=article.url,
        dek=article.dek,
        told_at=article.published_at or NOON,
    )
    return replace(report, **changes)


def a_story(
    lead: Article | str = "Probe wakes from its long sleep",
    publishers: Sequence[str] = ("Farside Daily",),
    tags: Sequence[str] = ("lunar",),
    **changes: Any,
) -> Story:
    """Return a story that each of the publishers told, an hour apart, the lead's first."""
    article = an_article(lead) if isinstance(lead, str) else lead
    start = article.published_at or NOON
    coverage = [a_report(article, publisher) for publisher in publishers[:1]]
    for hours, publisher in enumerate(publishers[1:], 1):
        slug = "".join(c for c in publisher.casefold() if c.isascii() and c.isalnum()) or "outlet"
        other = replace(
            article,
            article_id=an_id(article.title, publisher),
            url=f"https://{slug}.example/{article.article_id[:8]}",
        )
        told_at = start + timedelta(hours=hours)
        coverage.append(a_report(other, publisher, told_at=told_at, feed_id=slug))
    story = Story(
        story_id=an_id("story", article.article_id),
        rank=1,
        lead=article,
        coverage=tuple(coverage),
        publishers=tuple(publishers),
        tags=tuple(TagHit(tag_id, tag_id) for tag_id in tags),
        score=float(len(publishers)),
        score_parts={"publishers": float(len(publishers))},
    )
    return replace(story, **changes)


def a_week(stories: Sequence[Story] = (), **changes: Any) -> WeekNews:
    """Return the news of a week whose counts fit its stories."""
    ranked = tuple(replace(story, rank=n) for n, story in enumerate(stories, 1))
    told = sum(sum(report.is_this_week for report in story.coverage) for story in ranked)
    tag_ids = [hit.tag_id for story in ranked for hit in story.tags]
    days = [0] * 7
    for story in ranked:
        for report in story.coverage:
            if report.is_this_week:
                days[report.told_at.weekday()] += 1
    news = WeekNews(
        stories=ranked,
        tag_counts={tag_id: tag_ids.count(tag_id) for tag_id in dict.fromkeys(tag_ids)},
        previous_tag_counts={},
        days=tuple(days),
        funnel=Funnel(
            feeds=3,
            sightings=told,
            articles=told,
            duplicates=0,
            look_alikes=0,
            told=told,
            stories=len(ranked),
        ),
        health=(),
    )
    return replace(news, **changes)


def a_figure(**changes: Any) -> Figure:
    """Return a picture as a feed names it."""
    figure = Figure(url="https://farside.example/p.jpg", credit="A. Tester", role="hero")
    return replace(figure, **changes)


def a_picture(width: int = 1280, height: int = 720, shade: int = 60, **changes: Any) -> Picture:
    """Return a JPEG of a night sky, differing by its shade."""
    image = Image.linear_gradient("L").resize((width, height))
    tinted = Image.merge(
        "RGB", [image.point(lambda v, n=n: v * (shade + 40 * n) // 255) for n in range(3)]
    )
    out = BytesIO()
    tinted.save(out, "JPEG", quality=80)
    picture = Picture(
        data=out.getvalue(),
        media_type="image/jpeg",
        width=width,
        height=height,
        alt="A dark sky over a pale horizon",
        credit="A. Tester / Farside Daily",
        caption="The sky before dawn.",
    )
    return replace(picture, **changes)
