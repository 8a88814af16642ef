"""The nouns of an issue: what is decided about it, before anything is drawn.

Text that came from feeds is already cleaned and shortened here, and addresses are safe to link.
`None` and empty tuples mean that the week's data does not support that part.
"""

from dataclasses import dataclass, field

IMAGES = ("cid", "remote", "file", "none")


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """Who sends the letter, and how a reader leaves.

    Attributes:
        sender: The `From`: an address, with or without a name.
        list_id: The `List-Id`; by default made of the sender's domain.
        unsubscribe_url: The https page for one click (RFC 8058); `{token}` in it is replaced by
            the reader's token. Without it readers leave by mail only.
        unsubscribe_mailto: Takes mails with the word "unsubscribe"; by default the sender's.
        postal_address: Printed in the footer.
    """

    sender: str = "Perigee <perigee@localhost.localdomain>"
    list_id: str | None = None
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None
    postal_address: str | None = None


@dataclass(frozen=True, slots=True)
class IssueSettings:
    """What an editor decides about the letter.

    Attributes:
        title: Its name, in the masthead.
        tagline: A line beside the name; may be empty.
        language: A BCP 47 tag.
        time_zone: The zone that the week and its days are told in.
        edition: Which of several series of issues; part of the issue's id and address.
        cards: Stories shown as cards after the lead.
        section_stories: Stories that a tag's section lists in the mail.
        max_html_bytes: The mail's HTML is never larger (Gmail clips at 102 KiB).
        images: How a mail's pictures travel: `cid` within it, `remote` from the archive,
            `none` not at all.
        archive_url: Where the issues are published, if anywhere.
        feed_url: The Atom feed of the issues, if there is one.
    """

    title: str = "Perigee"
    tagline: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    edition: str | None = None
    cards: int = 8
    section_stories: int = 5
    max_html_bytes: int = 100_000
    images: str = "cid"
    archive_url: str | None = None
    feed_url: str | None = None
    sender: SenderSettings = field(default_factory=SenderSettings)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it was fetched and re-encoded: JPEG or PNG, without EXIF.

    Attributes:
        width: In pixels.
        height: In pixels.
        credit: Who made it; a picture without one is not shown.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    alt: str | None = None
    credit: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture in its place.

    Attributes:
        name: A file name made of its content.
        width: The width it is drawn at, in CSS pixels; `data` is up to twice as wide.
        is_wide: It takes the whole column; otherwise it stands beside the text.
        is_tall: It is upright, and would fill a phone's screen at full width.
    """

    name: str
    data: bytes
    media_type: str
    width: int
    alt: str
    credit: str
    caption: str | None
    is_wide: bool
    is_tall: bool


@dataclass(frozen=True, slots=True)
class TagLabel:
    """A tag as it is drawn.

    Attributes:
        style: Its class in the HTML: `t0`, `t1`, ...
        ink: Its colour as text, `#RRGGBB`.
        bar: Its colour as a bar.
        glow: Its colour on dark.
    """

    tag_id: str
    label: str
    style: str
    ink: str
    bar: str
    glow: str


@dataclass(frozen=True, slots=True)
class Report:
    """One outlet's report of a story.

    Attributes:
        url: Where to read it; None where no safe address is known.
        day: When it was published, `Thu 19 Nov`.
    """

    outlet: str
    url: str | None
    day: str


@dataclass(frozen=True, slots=True)
class Item:
    """A story as it is told, in whatever size.

    Attributes:
        headline: The lead article's title.
        language: Of the headline and dek, where it differs from the issue's.
        dek: The article's own words.
        told_by: Whose headline and dek these are.
        first: The week's first report; may be the same as `told_by`.
        others: The other independent outlets' first reports, in order.
        more_outlets: Outlets beyond those, where not all are listed.
        outlets: How many independent outlets told it this week.
        tag: Its first tag.
        continues: The week before had told of it.
        note: What the editor says about it.
    """

    story_id: str
    headline: str
    url: str | None
    language: str | None
    dek: str | None
    told_by: Report
    first: Report
    others: tuple[Report, ...]
    outlets: int
    tag: TagLabel | None
    continues: bool
    picture: ShownPicture | None = None
    more_outlets: int = 0
    note: str | None = None

    @property
    def anchor(self) -> str:
        """Its place on the web page."""
        return f"s-{self.story_id[:12]}"


@dataclass(frozen=True, slots=True)
class Section:
    """The stories of one tag; `tag` is None for those without any.

    Attributes:
        total: All of the tag's stories this week, wherever they are shown.
        items: Those that the issue tells here.
        elsewhere: Those that it tells in another place.
    """

    tag: TagLabel | None
    total: int
    items: tuple[Item, ...]
    elsewhere: tuple[Item, ...]

    @property
    def anchor(self) -> str:
        """Its place on the web page."""
        return f"tag-{self.tag.style}" if self.tag else "tag-none"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One story.

    Attributes:
        cells: `first`, `yes` or an empty word per outlet of the matrix.
        more: Its outlets beyond those.
    """

    headline: str
    language: str | None
    cells: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who covered what.

    Attributes:
        outlets: Column heads, each `(short, whole name)`.
    """

    outlets: tuple[tuple[str, str], ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """One big number and what it counts."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """The reports of one day on one topic; `size` is its width in pixels, 0 draws none."""

    count: int
    size: int


@dataclass(frozen=True, slots=True)
class WeekChart:
    """Topics by days.

    Attributes:
        rows: A topic and its seven dots.
        totals: Articles per day, Monday first.
        firsts: How many of them were the first of their story.
        caption: The chart in a sentence.
        picture: Totals and firsts as a picture, for those who get pictures.
    """

    days: tuple[str, ...]
    rows: tuple[tuple[TagLabel, tuple[Dot, ...]], ...]
    totals: tuple[int, ...]
    firsts: tuple[int, ...]
    caption: str
    picture: ShownPicture | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One topic this week and last; widths are percentages of the longest bar."""

    tag: TagLabel
    count: int
    previous: int
    width: int
    previous_width: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Topics by articles; `has_previous` is false where nothing is known of the week before."""

    rows: tuple[Bar, ...]
    has_previous: bool
    caption: str


@dataclass(frozen=True, slots=True)
class Continuing:
    """What the week before told, and what is new."""

    before: Report
    before_headline: str
    now: Report
    now_headline: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A material revision of something that was sent.

    Attributes:
        sent_in: The issue that told it, `2026-W46`.
        before: The words as they were sent.
        after: The words as they are now.
    """

    headline: str
    report: Report
    sent_in: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A future date that an article mentions.

    Attributes:
        day: `Wed 25 Nov`, with the year if it is another one.
        kind: `Launch`, `Flyby`, `Eclipse`, ...
        sentence: The article's own words.
    """

    day: str
    kind: str
    sentence: str
    language: str | None
    report: Report


@dataclass(frozen=True, slots=True)
class Colophon:
    """How the issue came about.

    Attributes:
        funnel: What became of the week's articles, in a sentence whose counts add up.
        feeds: How the feeds did, in a sentence.
        broken: Feeds that failed, each `(name, what happened)`.
        quiet: Feeds that answer but have fallen silent, each `(name, since when)`.
        more_broken: Broken feeds beyond those named.
        more_quiet: Quiet feeds beyond those named.
    """

    funnel: str
    feeds: str
    broken: tuple[tuple[str, str], ...]
    quiet: tuple[tuple[str, str], ...]
    more_broken: int = 0
    more_quiet: int = 0


@dataclass(frozen=True, slots=True)
class Issue:
    """One week's digest with everything decided; what is left is drawing.

    Attributes:
        issue_id: `2026-W47`, with the edition before it where there are several.
        week: The week with its days, in words.
        preheader: 40 to 140 characters that mailboxes show after the subject.
        intro: One sentence made of counts.
        web_url: The issue's page, where issues are published.
        one_liners: Stories for which a headline must do.
        stories: How many stories the week had.
        left_out: How many of them this form of the issue does not tell.
        tags: The tags that appear anywhere, in the vocabulary's order.
    """

    issue_id: str
    title: str
    tagline: str
    language: str
    week: str
    subject: str
    preheader: str
    intro: str
    web_url: str | None
    lead: Item | None
    cards: tuple[Item, ...]
    one_liners: tuple[Item, ...]
    matrix: Matrix | None
    numbers: tuple[Number, ...]
    week_chart: WeekChart | None
    bars: Bars | None
    sections: tuple[Section, ...]
    picture_of_the_week: Item | None
    only_one: tuple[Item, ...]
    continuing: tuple[Continuing, ...]
    corrections: tuple[Correction, ...]
    dates: tuple[Upcoming, ...]
    late: tuple[Item, ...]
    colophon: Colophon
    stories: int
    left_out: int
    tags: tuple[TagLabel, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered issue, the same for every reader but for one address.

    Attributes:
        html: At most `max_html_bytes` long once it is addressed.
        text: In 78 columns.
        pictures: Those that travel within the message.
        unsubscribe_mark: What stands where each reader's own unsubscribe address will.
    """

    issue_id: str
    subject: str
    language: str
    html: str
    text: str
    pictures: tuple[ShownPicture, ...]
    web_url: str | None
    unsubscribe_mark: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One reader.

    Attributes:
        token: Signed elsewhere; stands in the reader's unsubscribe address.
    """

    address: str
    name: str | None = None
    token: str = ""
