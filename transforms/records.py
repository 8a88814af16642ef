"""The nouns that travel between stages: frozen records, no behaviour beyond their own shape.

`None` means that the feed or page did not say; the empty string never does. Every moment is
an aware UTC datetime.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

SCHEMA_VERSION = 1

# How a poll of a feed can end. One vocabulary for the database, the logs and the command line.
OUTCOMES = (
    "ok",
    "not_modified",
    "moved",
    "gone",
    "not_found",
    "forbidden",
    "rate_limited",
    "bot_wall",
    "server_error",
    "timeout",
    "too_large",
    "not_a_feed",
    "malformed",
    "empty",
    "unsafe_address",
    "tls_error",
    "dns_error",
    "connection_error",
)

# Outcomes of a poll that did what it should; every other one counts as a failure.
GOOD_OUTCOMES = frozenset({"ok", "not_modified", "moved"})

# What a feed is. The rank prefers the primary source of a story to its reporters.
FEED_KINDS = ("agency", "observatory", "journal", "press", "blog", "general")


@dataclass(frozen=True, slots=True)
class Feed:
    """One subscribed source in `config/feeds.toml`.

    Attributes:
        feed_id: Its short id.
        url: Where it is polled.
        kind: One of `FEED_KINDS`.
        publisher: Who stands behind it: feeds of one publisher count once in the rank.
        weight: Factor on its kind's part of the rank; 1 is neutral.
        pages: Whether the pages of its articles may be fetched.
    """

    feed_id: str
    title: str
    url: str
    kind: str
    publisher: str
    weight: float = 1.0
    pages: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its own caption and credit.

    Attributes:
        width: In pixels, as the feed or page says it.
        caption: What it shows, without the credit.
        credit: Who made it, without "Photo by:", "Credit:" or "Image:" before it.
        role: `hero` or `inline`.
    """

    url: str | None = None
    width: int | None = None
    height: int | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None
    role: str = "inline"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a body, in reading order.

    Attributes:
        type: `p`, `heading`, `quote`, `list` or `figure`.
        text: The text of `p`, `heading` and `quote`; of a `list`, its items, one a line.
        figure: The picture of a `figure`.
    """

    type: str
    text: str | None = None
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """What a page offers to read next: never part of the article."""

    title: str
    teaser: str | None = None
    url: str | None = None
    updated: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed holds, as the feed says it: markup and dates are raw, addresses absolute.

    Attributes:
        guid: The entry's own id (RSS `guid`, Atom `id`, JSON Feed `id`, `rdf:about`).
        url: The address of the article; http(s), not yet made canonical.
        title: As given: may be text or markup.
        summary: Markup of `description`/`summary`.
        content: Markup of `content:encoded`, `atom:content`, `content_html`.
        published_raw: The date as text.
        updated_raw: The date as text.
        images: Pictures in the feed's order, each with the credit of *its* picture.
        topics: The publisher's categories.
        orig_url: The address behind a wrapper (`feedburner:origLink`).
        guid_is_url: Whether the guid is a permalink.
    """

    guid: str | None = None
    url: str | None = None
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    published_raw: str | None = None
    updated_raw: str | None = None
    authors: tuple[str, ...] = ()
    images: tuple[Figure, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    orig_url: str | None = None
    guid_is_url: bool = False


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document read as a feed.

    Attributes:
        format: `rss`, `atom`, `rdf` or `json`.
        flags: What had to be repaired: `bozo`, `truncated`, `text_repaired`, `capped`.
        ttl: Minutes between polls that the feed asks for (`ttl`, `sy:updatePeriod`).
        skip_hours: Hours of the day (UTC) in which it asks not to be polled.
        skip_days: English names of weekdays on which it asks not to be polled.
    """

    format: str
    title: str | None
    link: str | None
    language: str | None
    entries: tuple[Entry, ...]
    flags: tuple[str, ...] = ()
    ttl: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """An entry or page in the one schema of `docs/schema.md`.

    Attributes:
        article_id: 32 hex digits; the same article has the same id in every feed.
        feed_id: The feed that gave it first.
        guid: The entry's own id; opaque text.
        url: http(s), absolute, without credentials.
        canonical_url: The one spelling of `url` that articles are compared by.
        title: Plain text, one line, at most 500 characters.
        title_key: What duplicates share of the title.
        dek: The standfirst: one paragraph, at most 1,000 characters.
        published_at: Missing where the stated date is not plausible (`date_raw` keeps it).
        date_precision: `day`, `minute` or `second`.
        hero: The main picture; may have a credit and no address.
        body: Blocks in reading order.
        related_topics: The publisher's own categories.
        language: A BCP 47 tag.
        word_count: Words in the paragraphs of the body.
        flags: What was doubtful: `date_implausible`, `date_future`, `text_repaired`, ...
        field_sources: Where each field came from, `{"title": "rss:title", ...}`.
    """

    article_id: str
    feed_id: str | None
    title: str
    title_key: str
    guid: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    dek: str | None = None
    published_at: datetime | None = None
    date_precision: str | None = None
    date_raw: str | None = None
    updated_at: datetime | None = None
    authors: tuple[str, ...] = ()
    hero: Figure | None = None
    body: tuple[Block, ...] = ()
    related_items: tuple[RelatedItem, ...] = ()
    related_topics: tuple[str, ...] = ()
    language: str | None = None
    section: str | None = None
    word_count: int = 0
    flags: tuple[str, ...] = ()
    field_sources: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The paragraphs of the body, one a line; empty where the feed gave none."""
        return "\n".join(b.text for b in self.body if b.type == "p" and b.text)


@dataclass(frozen=True, slots=True)
class TagHit:
    """A tag on a story or article, with the phrase that earned it."""

    tag_id: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """One article as a member of its story.

    Attributes:
        told_at: When it was published or, where that is not known, first seen.
        duplicate_of: The article that it repeats; None for the kept copy.
        why: Why it joined the story, in words.
        is_this_week: False for what was already told in a week before.
    """

    article_id: str
    feed_id: str
    publisher: str
    kind: str
    title: str
    url: str | None
    dek: str | None
    told_at: datetime
    duplicate_of: str | None = None
    why: str = ""
    is_this_week: bool = True


@dataclass(frozen=True, slots=True)
class Story:
    """Articles about one event, ranked.

    Attributes:
        story_id: The same from run to run.
        rank: 1 is the week's first.
        lead: The article that the card shows.
        coverage: All its articles of the week and of the weeks before, oldest first.
        publishers: Independent publishers of this week, in the order of their first article.
        tags: In the vocabulary's order.
        score: The sum of `score_parts`.
        score_parts: Named parts that add up, `{"publishers": 5.2, "kind": 1.0, ...}`.
        continues: Whether it was already told in a week before.
        note: What the editor says about it.
    """

    story_id: str
    rank: int
    lead: Article
    coverage: tuple[Coverage, ...]
    publishers: tuple[str, ...]
    tags: tuple[TagHit, ...]
    score: float
    score_parts: dict[str, float]
    continues: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """One label of the vocabulary in `config/tags.toml`, in the order of the sections."""

    tag_id: str
    label: str


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed did lately.

    Attributes:
        outcome: Of its last poll; None if it was never polled.
        last_ok_at: Its last good poll.
        newest_at: When its newest article was published.
        articles: How many it gave in the week.
        is_quiet: It answers, but has been silent for longer than is its habit.
    """

    feed_id: str
    title: str
    publisher: str
    outcome: str | None = None
    detail: str | None = None
    last_ok_at: datetime | None = None
    newest_at: datetime | None = None
    articles: int = 0
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Funnel:
    """What became of the week's articles; the counts add up.

    `articles == duplicates + look_alikes + left_out + told`, and `told` articles make `stories`
    stories. `foreign` are articles of stories that are told in other languages only, `others` of
    those that an edition leaves out, `dropped` of those that its editor does, and `delayed` of
    those that the editor leaves to the next issue.
    """

    feeds: int
    sightings: int
    articles: int
    duplicates: int
    look_alikes: int
    told: int
    stories: int
    foreign: int = 0
    others: int = 0
    dropped: int = 0
    delayed: int = 0

    @property
    def left_out(self) -> int:
        """Articles of stories that this issue does not tell."""
        return self.foreign + self.others + self.dropped + self.delayed


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An article that an earlier issue told, and that now says something else.

    Attributes:
        report: The article as a member of its story.
        before: Its text when that issue was made.
        after: Its text now.
        fields: Which of `title`, `dek` and `body` say something else, in this order.
        tags: Ids of its story's tags.
    """

    report: Coverage
    before: Article
    after: Article
    fields: tuple[str, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeekNews:
    """Everything that an issue is made of.

    Attributes:
        stories: All of the week's stories, best first.
        tag_counts: Articles per tag id in this week.
        previous_tag_counts: The same for the week before.
        days: Articles per day of the week, Monday first.
        health: Every feed, in the order of `config/feeds.toml`.
        late: Stories of weeks before that came in after their own issue, best first.
        rewrites: What earlier issues told and outlets have changed since, the widest told first.
    """

    stories: tuple[Story, ...]
    tag_counts: dict[str, int]
    previous_tag_counts: dict[str, int]
    days: tuple[int, ...]
    funnel: Funnel
    health: tuple[FeedHealth, ...]
    late: tuple[Story, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One deed of an editor.

    Attributes:
        week: The issue it is about, `2026-W47`.
        article_id: It is about the story that holds this article; empty where it is about the
            issue.
        value: The place of a `move`, the words of a `note`, the id of what an `undo` takes back,
            what an `approve` was given for.
        action_id: Counts up in the order of the deeds; 0 until it is kept.
    """

    acted_at: datetime
    who: str
    edition: str
    week: str
    article_id: str
    action: str
    value: str = ""
    action_id: int = 0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What all actions about one story come to; the last word counts.

    Attributes:
        place: Counted from 1.
        since: The id of the action that pinned or placed it.
    """

    is_pinned: bool = False
    is_dropped: bool = False
    is_delayed: bool = False
    place: int | None = None
    note: str | None = None
    since: int = 0

    @property
    def is_left_out(self) -> bool:
        """Whether this issue does not tell it."""
        return self.is_dropped or self.is_delayed
