"""The nouns of story-finding: what goes in, what a reading of it holds, what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Why an article is in a story of its own.
ALONE = "stands alone"


@dataclass(frozen=True, slots=True)
class StoryArticle:
    """One article as story-finding sees it: plain text and a moment, nothing else.

    Attributes:
        publisher: Who stands behind the feed; feeds of one publisher are one voice.
        text: The paragraphs of the body, one a line; empty where the feed gave none.
        published_at: Aware; where the feed gave no date, when it was first seen.
    """

    article_id: str
    feed_id: str
    publisher: str
    title: str
    dek: str
    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Background:
    """How common words are in a year of space news (`background.json`).

    Attributes:
        documents: How many articles were counted.
        counts: In how many of them each stem occurs; the rarest stems are left out.
        capitals: How often a word stood capitalised and how often not, in mid-sentence.
    """

    documents: int
    counts: Mapping[str, int]
    capitals: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one article says, as far as stories are told apart by it.

    Attributes:
        hours: Since the epoch, UTC.
        terms: Stems and concepts with their weight by where they stand.
        proper: Words that stand capitalised in mid-sentence, in lower case.
        sentences: The words of the summary, one list a sentence, as written.
        names: What it names, by the gazetteer's spelling; implied ones too.
        actors: Agencies and companies in the title, the makers of its vehicles included.
        missions: Missions in the title, named or numbered; vehicles are none.
        mentioned: The same anywhere in title and summary.
        phases: How likely each of `phase.PHASES` is by its own words, in that order.
        phase_words: What speaks most for the likeliest of them.
        angles: What the title is about beside its subject: `damage`, `inquiry`, `money`, ...
        genres: What the title is where it is no plain report: `market`, `people`, `traffic`, ...
        milestones: The steps of a flight that the title tells of: `launch`, `flyby`, ...
        sights: The sights in the sky that the title names: `lunar eclipse`, `meteors`, ...
        sites: The places that rockets leave from among its names.
        numbers: Series and numbers of missions, flights, vehicles: `{("crew", "5")}`.
        designations: Catalogue names of objects: `2024YR4`, `C/2023A3`.
        days: The days that its title announces, as ordinals.
        is_roundup: Whether it tells several stories and so stands alone.
        title_key: The bare words of the title; roundups join only on this.
    """

    article: StoryArticle
    hours: float
    terms: Mapping[str, float]
    proper: frozenset[str]
    sentences: tuple[tuple[str, ...], ...]
    names: frozenset[str]
    actors: frozenset[str]
    missions: frozenset[str]
    mentioned: frozenset[str]
    phases: tuple[float, ...]
    phase_words: tuple[str, ...]
    angles: frozenset[str]
    genres: frozenset[str]
    milestones: frozenset[str]
    sights: frozenset[str]
    sites: frozenset[str]
    numbers: frozenset[tuple[str, str]]
    designations: frozenset[str]
    days: frozenset[int]
    is_roundup: bool
    title_key: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Why one article is in its story.

    Attributes:
        story_id: The id of the story: that of its earliest article.
        joined: The other member it is linked to most strongly; None if it stands alone.
        score: The log-odds of that link.
        why: The link in words.
    """

    article_id: str
    story_id: str
    joined: str | None = None
    score: float | None = None
    why: str = ALONE


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether two articles are one story, and why.

    Attributes:
        features: Value of each named feature.
        weights: What each feature adds to the score; with the bias they add up to `score`.
        cannot_join: The facts that keep the two apart, in words.
        score: Log-odds that the two are one story; positive speaks for it.
        decision: `same story` or `two stories`: what the clustering made of all pairs.
        words: The whole of it in a few sentences.
    """

    first: str
    second: str
    decision: str
    words: str
    score: float
    features: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    cannot_join: tuple[str, ...] = ()
