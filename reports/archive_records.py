"""What the web archive keeps of an issue: plain facts that travel as JSON beside its page."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from reports.items import labels_of, outlet_name, tell_story
from reports.links import reader_url
from reports.records import Issue, IssueSettings, ShownPicture
from reports.words import clean, shorten
from transforms.records import Coverage, Story, Tag, WeekNews
from transforms.weeks import Week

DEK_LIMIT = 320
MEMBER_DEK = 220
TITLE_LIMIT = 200
WHY_LIMIT = 240
DEFAULT_EDITION = "weekly"


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of an article that was stored.

    Attributes:
        seen_at: When we saw it, ISO 8601 in UTC.
        is_material: Whether the article now says something else.
        why: What changed, in words.
        runs: Per field (`title`, `dek`, `body`) the words that were kept (`=`), removed (`-`) and
            added (`+`).
    """

    article_id: str
    seen_at: str
    is_material: bool
    why: str
    runs: dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Member:
    """One article of a story.

    Attributes:
        told_at: When it was published or first seen, ISO 8601 in UTC.
        why: Why it belongs to the story, in words.
        repeats: The article that it repeats.
    """

    article_id: str
    outlet: str
    kind: str
    title: str
    url: str | None
    dek: str | None
    told_at: str
    why: str
    repeats: str | None
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryPicture:
    """A picture that stands in its issue's folder `pictures`."""

    name: str
    width: int
    alt: str
    credit: str


@dataclass(frozen=True, slots=True)
class ToldStory:
    """A story as one issue told it.

    Attributes:
        story_id: Names its page; the id of its earliest article.
        rank: 1 is the issue's first; 0 came in after its own week.
        tags: `(tag id, the phrase that earned it)`, in the vocabulary's order.
        outlets: How many independent outlets told it in that week.
        parts: The named parts that its score is the sum of.
    """

    story_id: str
    rank: int
    headline: str
    language: str | None
    url: str | None
    dek: str | None
    told_by: str
    tags: tuple[tuple[str, str], ...]
    outlets: int
    continues: bool
    score: float
    parts: dict[str, float]
    members: tuple[Member, ...]
    picture: StoryPicture | None = None


@dataclass(frozen=True, slots=True)
class ToldIssue:
    """An issue as the archive keeps it.

    Attributes:
        issue_id: Names its folder.
        edition: `weekly` where there are no editions.
        week: `2026-W47`.
        made_of: Fingerprint of everything that it was made of.
        image: Name of the picture that stands for the issue where its page is shared.
        late: Stories of weeks before that it told late.
        moved: Addresses of stories that have become part of others, `{old id: new id}`.
    """

    issue_id: str
    edition: str
    week: str
    title: str
    days: str
    subject: str
    preheader: str
    intro: str
    articles: int
    outlets: int
    language: str
    made_of: str
    stories: tuple[ToldStory, ...]
    late: tuple[ToldStory, ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    image: str | None = None

    @property
    def number(self) -> int:
        """The number of its week."""
        return Week.parse(self.week).number


def moment_text(moment: datetime) -> str:
    """Return an aware moment in RFC 3339, UTC: `2026-11-19T08:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def keep_issue(  # noqa: PLR0913 what an issue consists of
    news: WeekNews,
    issue: Issue,
    week: Week,
    vocabulary: tuple[Tag, ...],
    settings: IssueSettings,
    *,
    revisions: Mapping[str, tuple[Revision, ...]],
    made_of: str,
    before: ToldIssue | None = None,
) -> ToldIssue:
    """Return what the archive keeps of an issue.

    Args:
        news: What it was made of.
        issue: What was decided.
        week: Which week it tells.
        vocabulary: All tags.
        settings: What the editor decided about the letter.
        revisions: By article id, the oldest first.
        made_of: Fingerprint of its inputs.
        before: The same issue as it was kept so far; its stories' addresses go on to lead
            somewhere.
    """
    pictures = {
        item.story_id: item.picture
        for item in (issue.lead, *issue.cards, issue.picture_of_the_week)
        if item and item.picture
    }
    labels = labels_of(vocabulary)
    stories = tuple(
        _keep_story(story, settings, labels, pictures.get(story.story_id), revisions)
        for story in news.stories
    )
    late = tuple(
        replace(_keep_story(story, settings, labels, None, revisions), rank=0)
        for story in news.late
    )
    return ToldIssue(
        issue_id=issue.issue_id,
        edition=settings.edition or DEFAULT_EDITION,
        week=str(week),
        title=issue.title,
        days=issue.week,
        subject=issue.subject,
        preheader=issue.preheader,
        intro=issue.intro,
        articles=news.funnel.told,
        outlets=len({publisher for story in news.stories for publisher in story.publishers}),
        language=issue.language,
        made_of=made_of,
        stories=stories,
        late=late,
        moved=_moved((*stories, *late), before),
        image=_image(stories),
    )


def _image(stories: tuple[ToldStory, ...]) -> str | None:
    return next((story.picture.name for story in stories if story.picture), None)


def _keep_story(
    story: Story,
    settings: IssueSettings,
    labels: Mapping[str, Any],
    picture: ShownPicture | None,
    revisions: Mapping[str, tuple[Revision, ...]],
) -> ToldStory:
    item = tell_story(story, settings, labels, DEK_LIMIT)
    return ToldStory(
        story_id=story.story_id,
        rank=story.rank,
        headline=item.headline,
        language=item.language,
        url=item.url,
        dek=item.dek,
        told_by=item.told_by.outlet,
        tags=tuple((hit.tag_id, clean(hit.phrase)) for hit in story.tags if hit.tag_id in labels),
        outlets=item.outlets,
        continues=story.continues,
        score=story.score,
        parts=dict(story.score_parts),
        members=tuple(_member(r, revisions.get(r.article_id, ())) for r in story.coverage),
        picture=_picture(picture) if picture else None,
    )


def _picture(shown: ShownPicture) -> StoryPicture:
    return StoryPicture(shown.name, shown.width, shown.alt, shown.credit)


def _member(report: Coverage, revisions: tuple[Revision, ...]) -> Member:
    return Member(
        article_id=report.article_id,
        outlet=outlet_name(report.publisher),
        kind=report.kind,
        title=shorten(clean(report.title), TITLE_LIMIT),
        url=reader_url(report.url),
        dek=shorten(clean(report.dek), MEMBER_DEK) or None,
        told_at=moment_text(report.told_at),
        why=shorten(clean(report.why), WHY_LIMIT),
        repeats=report.duplicate_of,
        revisions=revisions,
    )


def _moved(stories: Iterable[ToldStory], before: ToldIssue | None) -> dict[str, str]:
    """Return where each story went that was there before and is no more."""
    if before is None:
        return {}
    homes = {member.article_id: s.story_id for s in stories for member in s.members}
    ids = set(homes.values())
    gone = [s.story_id for s in (*before.stories, *before.late)] + list(before.moved)
    # A story's id is that of its earliest article: where that is told now, there the story went.
    return {old: homes[old] for old in gone if old not in ids and old in homes}


def issue_json(issue: ToldIssue) -> str:
    """Return the issue as JSON; equal issues give equal text."""
    return json.dumps(asdict(issue), ensure_ascii=False, indent=1) + "\n"


def issue_from_json(text: str) -> ToldIssue:
    """Return the issue that `issue_json` wrote.

    Raises:
        ValueError: It is no such JSON, or of another time's shape.
    """
    try:
        data = json.loads(text)
        for name in ("stories", "late"):
            data[name] = tuple(_story(row) for row in data[name])
        data.setdefault("image", _image(data["stories"]))  # not in files of earlier versions
        return ToldIssue(**data)
    except (TypeError, KeyError, AttributeError) as error:
        message = f"not an issue of the archive: {error}"
        raise ValueError(message) from error


def _story(row: dict[str, Any]) -> ToldStory:
    row["tags"] = tuple((tag_id, phrase) for tag_id, phrase in row["tags"])
    row["members"] = tuple(
        Member(**member | {"revisions": tuple(_revision(r) for r in member["revisions"])})
        for member in row["members"]
    )
    row["picture"] = row["picture"] and StoryPicture(**row["picture"])
    return ToldStory(**row)


def _revision(row: dict[str, Any]) -> Revision:
    runs = {name: [(kind, words) for kind, words in found] for name, found in row["runs"].items()}
    return Revision(**row | {"runs": runs})
