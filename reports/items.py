"""A ranked story → an item: its headline, its own words, who told it, where to read it."""

import re
from collections.abc import Mapping

from reports.links import reader_url
from reports.palette import colours_of
from reports.records import IssueSettings, Item, Report, ShownPicture, TagLabel
from reports.words import clean, day_of, occurs_in, shorten, summary
from transforms.errors import RenderError
from transforms.records import Article, Coverage, Story, Tag

HEADLINE_LIMIT = 120
OUTLET_LIMIT = 48
TAG_LIMIT = 24

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def labels_of(vocabulary: tuple[Tag, ...]) -> dict[str, TagLabel]:
    """Return each tag as it is drawn, in the vocabulary's order."""
    colours = colours_of(vocabulary)
    return {
        tag.tag_id: TagLabel(
            tag_id=tag.tag_id,
            label=shorten(clean(tag.label), TAG_LIMIT),
            style=f"t{n}",
            ink=colours[tag.tag_id].ink,
            bar=colours[tag.tag_id].bar,
            glow=colours[tag.tag_id].glow,
        )
        for n, tag in enumerate(vocabulary)
    }


def tell_story(
    story: Story,
    settings: IssueSettings,
    labels: Mapping[str, TagLabel],
    dek_limit: int,
    picture: ShownPicture | None = None,
) -> Item:
    """Return `story` as an item whose words are all its articles' own.

    Args:
        story: What to tell.
        settings: The language and time zone to tell it in.
        labels: The vocabulary's tags by id.
        dek_limit: Characters of the dek at most.
        picture: To stand with it.

    Raises:
        RenderError: The dek does not occur in the stored article.
    """
    told_by = report_of_lead(story, settings)
    reports = [report_of(report, settings) for report in _first_of_each(story).values()]
    outlets = {report.outlet: report for report in reports}
    first = next(iter(outlets.values()), told_by)
    return Item(
        story_id=story.story_id,
        headline=headline_of(story.lead.title),
        url=told_by.url or next((r.url for r in outlets.values() if r.url), None),
        language=foreign_language(story.lead, settings),
        dek=_own_words(story.lead, dek_limit),
        told_by=told_by,
        first=first,
        others=tuple(r for r in outlets.values() if r.outlet not in (first.outlet, told_by.outlet)),
        outlets=max(1, len(story.publishers)),
        tag=next((labels[hit.tag_id] for hit in story.tags if hit.tag_id in labels), None),
        continues=story.continues,
        picture=picture,
        note=clean(story.note) or None,
    )


def headline_of(title: str) -> str:
    """Return a title as a headline of bearable length."""
    return shorten(clean(title), HEADLINE_LIMIT) or "(without a headline)"


def outlet_name(publisher: str) -> str:
    """Return a publisher's name as it is printed."""
    return shorten(clean(publisher), OUTLET_LIMIT) or "(unnamed)"


def report_of_lead(story: Story, settings: IssueSettings) -> Report:
    """Return who told the story's lead article, where, and when."""
    lead = story.lead
    for report in story.coverage:
        if report.article_id == lead.article_id:
            return report_of(report, settings)
    day = day_of(lead.published_at, settings.time_zone) if lead.published_at else ""
    publisher = next(iter(story.publishers), lead.feed_id or "")
    return Report(outlet_name(publisher), reader_url(lead.url), day)


def report_of(report: Coverage, settings: IssueSettings) -> Report:
    """Return a member of a story as a report to link."""
    day = day_of(report.told_at, settings.time_zone)
    return Report(outlet_name(report.publisher), reader_url(report.url), day)


def foreign_language(article: Article, settings: IssueSettings) -> str | None:
    """Return the article's language where it is not the issue's."""
    language = article.language or ""
    if not _LANGUAGE.fullmatch(language):
        return None
    is_same = language.partition("-")[0].lower() == settings.language.partition("-")[0].lower()
    return None if is_same else language


def _first_of_each(story: Story) -> dict[str, Coverage]:
    """Return each independent publisher's first report of the week, in the publishers' order."""
    firsts: dict[str, Coverage] = {}
    for report in story.coverage:
        if report.is_this_week:
            firsts.setdefault(report.publisher, report)
    return {name: firsts[name] for name in story.publishers if name in firsts}


def _own_words(article: Article, limit: int) -> str | None:
    words = summary(article, limit)
    if words and not occurs_in(words, article):
        message = (
            f"story told by article {article.article_id!r}: its summary {words!r} does not occur "
            "in the stored text; this is a bug in reports.words.summary"
        )
        raise RenderError(message)
    return words
