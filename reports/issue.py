"""The week's news → one issue: what leads, what follows, what is told where, each story once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reports.charts import MATRIX_STORIES, topic_bars, week_chart, who_covered_what
from reports.colophon import check_funnel, colophon_of, introduction, numbers_of, outlets_of
from reports.items import (
    foreign_language,
    headline_of,
    labels_of,
    report_of,
    report_of_lead,
    tell_story,
)
from reports.links import page_url
from reports.pictures import is_broad, place_picture
from reports.records import (
    Continuing,
    Correction,
    Issue,
    IssueSettings,
    Item,
    Picture,
    Section,
    ShownPicture,
    TagLabel,
)
from reports.upcoming import dates_ahead
from reports.words import capitalised, count_of, shorten, span_of
from transforms.records import Story, Tag, WeekNews
from transforms.weeks import Week

LEAD_DEK = 320
CARD_DEK = 220
BRIEF_DEK = 160

SUBJECT_LIMIT = 60
PREHEADER_LIMIT = 130
ONLY_ONE = 4
CONTINUING = 5
# Whose scoops are news: agencies and observatories are always the only ones with their releases.
REPORTING_KINDS = frozenset({"press", "blog", "journal", "general"})


@dataclass(frozen=True, slots=True)
class _Desk:
    """What telling any story needs."""

    settings: IssueSettings
    labels: Mapping[str, TagLabel]

    def tell(self, story: Story, dek_limit: int, picture: ShownPicture | None = None) -> Item:
        return tell_story(story, self.settings, self.labels, dek_limit, picture)


def assemble_issue(
    news: WeekNews,
    week: Week,
    vocabulary: tuple[Tag, ...],
    settings: IssueSettings,
    pictures: Mapping[str, Picture],
    *,
    corrections: tuple[Correction, ...] = (),
    late: tuple[Story, ...] = (),
) -> Issue:
    """Return the issue of `week` with everything decided; the same input gives the same issue.

    Args:
        news: The week's stories, best first, and its counts.
        week: Which one it is.
        vocabulary: All tags, in the order of the sections.
        settings: What the editor decided about the letter.
        pictures: By article id; what is not there is told without a picture.
        corrections: Material revisions of what earlier issues said.
        late: Stories of earlier weeks that were found too late for their own issue.

    Raises:
        RenderError: The funnel's counts do not add up, or a summary is not the article's own.
    """
    check_funnel(news, week)
    desk = _Desk(settings, labels_of(vocabulary))
    top = news.stories[: 1 + settings.cards]
    told = _tell_top(top, desk, pictures)
    lead, cards = (told[0] if told else None), tuple(told[1:])
    others = news.stories[len(top) :]

    best_picture = _picture_of_the_week(others, desk, pictures, told)
    only_one = _only_one(news, _without(others, best_picture), desk)
    shown = {item.story_id: item for item in (*told, *best_picture, *only_one)}
    sections = _sections(news, desk, shown)
    late_items = tuple(desk.tell(story, BRIEF_DEK) for story in late)
    numbers = numbers_of(news)
    issue_id = "-".join(filter(None, [settings.edition, str(week)]))

    return Issue(
        issue_id=issue_id,
        title=settings.title,
        tagline=settings.tagline,
        language=settings.language,
        week=f"Week {week.number} · {span_of(week.monday, week.sunday)}",
        subject=_subject(lead, week),
        preheader=_preheader(news, cards, week),
        intro=introduction(news),
        web_url=page_url(settings.archive_url, issue_id),
        lead=lead,
        cards=cards,
        one_liners=(),
        matrix=who_covered_what(told[:MATRIX_STORIES]),
        numbers=numbers,
        week_chart=week_chart(news, desk.labels, week, settings.time_zone) if numbers else None,
        bars=topic_bars(news, desk.labels) if numbers else None,
        sections=sections,
        picture_of_the_week=next(iter(best_picture), None),
        only_one=only_one,
        continuing=_continuing(news, desk),
        corrections=corrections,
        dates=dates_ahead(news.stories, week, settings),
        late=late_items,
        colophon=colophon_of(news, settings),
        stories=len(news.stories),
        left_out=0,
        tags=tuple(desk.labels.values()),
    )


def _tell_top(stories: Iterable[Story], desk: _Desk, pictures: Mapping[str, Picture]) -> list[Item]:
    """Return the lead and the cards; no two of them with the same picture."""
    told: list[Item] = []
    used: set[str] = set()
    for story in stories:
        item = desk.tell(story, CARD_DEK if told else LEAD_DEK)
        picture = pictures.get(story.lead.article_id)
        placed = picture and place_picture(picture, item.headline, is_lead=not told)
        if placed and placed.name not in used:
            used.add(placed.name)
            item = replace(item, picture=placed)
        told.append(item)
    return told


def _picture_of_the_week(
    stories: Iterable[Story], desk: _Desk, pictures: Mapping[str, Picture], told: Iterable[Item]
) -> tuple[Item, ...]:
    """Return the best story that is not yet told and has a broad picture, if there is one."""
    used = {item.picture.name for item in told if item.picture}
    for story in stories:
        picture = pictures.get(story.lead.article_id)
        if picture and is_broad(picture):
            placed = place_picture(picture, headline_of(story.lead.title), is_lead=True)
            if placed and placed.name not in used:
                return (desk.tell(story, BRIEF_DEK, placed),)
    return ()


def _without(stories: Iterable[Story], items: Iterable[Item]) -> list[Story]:
    told = {item.story_id for item in items}
    return [story for story in stories if story.story_id not in told]


def _only_one(news: WeekNews, stories: Iterable[Story], desk: _Desk) -> tuple[Item, ...]:
    """Return the best stories that one outlet alone reported, one an outlet.

    None where every story of the week has one outlet: there it would say nothing.
    """
    if all(len(story.publishers) <= 1 for story in news.stories):
        return ()
    found: dict[str, Item] = {}
    for story in stories:
        kinds = {report.kind for report in story.coverage}
        if len(story.publishers) == 1 and kinds <= REPORTING_KINDS:
            found.setdefault(story.publishers[0], desk.tell(story, BRIEF_DEK))
        if len(found) == ONLY_ONE:
            break
    return tuple(found.values())


def _sections(news: WeekNews, desk: _Desk, shown: Mapping[str, Item]) -> tuple[Section, ...]:
    """Return a section per tag, and one for stories without: each story in its first tag's."""
    items = dict(shown)
    for story in news.stories:
        if story.story_id not in items:
            items[story.story_id] = desk.tell(story, BRIEF_DEK)
    sections = []
    for label in (*desk.labels.values(), None):
        having = [items[s.story_id] for s in news.stories if _has_tag(s, label, desk)]
        here = tuple(i for i in having if i.tag == label and i.story_id not in shown)
        ids = {item.story_id for item in here}
        elsewhere = tuple(item for item in having if item.story_id not in ids)
        if having:
            sections.append(Section(label, len(having), here, elsewhere))
    return tuple(sections)


def _has_tag(story: Story, label: TagLabel | None, desk: _Desk) -> bool:
    tag_ids = {hit.tag_id for hit in story.tags if hit.tag_id in desk.labels}
    return label.tag_id in tag_ids if label else not tag_ids


def _continuing(news: WeekNews, desk: _Desk) -> tuple[Continuing, ...]:
    """Return what the week before told last, and what is new, of the best continuing stories."""
    found = []
    for story in news.stories:
        before = [r for r in story.coverage if not r.is_this_week and r.duplicate_of is None]
        if story.continues and before:
            now = report_of_lead(story, desk.settings)
            found.append(
                Continuing(
                    before=report_of(before[-1], desk.settings),
                    before_headline=headline_of(before[-1].title),
                    now=now,
                    now_headline=headline_of(story.lead.title),
                    language=foreign_language(story.lead, desk.settings),
                )
            )
    return tuple(found[:CONTINUING])


def _subject(lead: Item | None, week: Week) -> str:
    """Return what the mailbox lists: the week's first headline."""
    return shorten(lead.headline, SUBJECT_LIMIT) if lead else f"No space news in week {week.number}"


def _preheader(news: WeekNews, cards: tuple[Item, ...], week: Week) -> str:
    """Return 40 to 140 characters that say more than the subject does."""
    if not news.stories:
        return f"No story in week {week.number} of {week.year}. How the feeds did is told inside."
    articles = count_of(news.funnel.articles - news.funnel.left_out, "article")
    stories = count_of(len(news.stories), "story", "stories")
    outlets = count_of(outlets_of(news), "outlet")
    counts = f"{capitalised(articles)} made {stories} this week, from {outlets}."
    return shorten(f"{counts} Also: {cards[0].headline}", PREHEADER_LIMIT) if cards else counts
