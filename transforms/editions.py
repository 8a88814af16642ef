"""One edition's part of a week: the stories of its tags and feeds, and counts that still add up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from transforms.records import Story, WeekNews
from transforms.weeks import DAYS_PER_WEEK, Week


@dataclass(frozen=True, slots=True)
class Selection:
    """What an edition tells.

    Attributes:
        tags: Only stories with one of these tags; all where there are none.
        feeds: Only stories that one of these feeds told; all where there are none.
    """

    tags: frozenset[str] = frozenset()
    feeds: frozenset[str] = frozenset()

    def has(self, story: Story) -> bool:
        """Whether the edition tells a story; where both are given, both must hold."""
        tagged = not self.tags or any(hit.tag_id in self.tags for hit in story.tags)
        told = not self.feeds or any(
            report.feed_id in self.feeds for report in story.coverage if report.is_this_week
        )
        return tagged and told


def select_news(news: WeekNews, selection: Selection, week: Week, zone: str) -> WeekNews:
    """Return the part of `news` that an edition tells, ranked anew in the same order.

    The counts of topics are those of the edition's tags: how much all outlets wrote about them.
    """
    stories = tuple(
        replace(story, rank=rank)
        for rank, story in enumerate(filter(selection.has, news.stories), 1)
    )
    told = sum(
        report.is_this_week and report.duplicate_of is None
        for story in stories
        for report in story.coverage
    )
    funnel = news.funnel
    return replace(
        news,
        stories=stories,
        tag_counts=_of_tags(news.tag_counts, selection),
        previous_tag_counts=_of_tags(news.previous_tag_counts, selection),
        days=days_of(stories, week, zone),
        funnel=replace(
            funnel,
            others=funnel.others + funnel.told - told,
            told=told,
            stories=len(stories),
        ),
        late=tuple(filter(selection.has, news.late)),
        rewrites=tuple(
            rewrite
            for rewrite in news.rewrites
            if (not selection.tags or selection.tags.intersection(rewrite.tags))
            and (not selection.feeds or rewrite.report.feed_id in selection.feeds)
        ),
    )


def _of_tags(counts: dict[str, int], selection: Selection) -> dict[str, int]:
    return {tag: n for tag, n in counts.items() if not selection.tags or tag in selection.tags}


def days_of(stories: Sequence[Story], week: Week, zone: str) -> tuple[int, ...]:
    """Return how many articles of the stories each day brought, Monday first."""
    days = [0] * DAYS_PER_WEEK
    for story in stories:
        for report in story.coverage:
            day = (report.told_at.astimezone(ZoneInfo(zone)).date() - week.monday).days
            if report.is_this_week and 0 <= day < DAYS_PER_WEEK:
                days[day] += 1
    return tuple(days)
