"""Read one article: everything that stories are told apart by, from its words alone."""

from collections.abc import Iterable, Sequence

from transforms.stories.facts import (
    CALENDAR,
    angles,
    announced_days,
    designations,
    genres,
    is_roundup,
    milestones,
    numbered,
    sights,
)
from transforms.stories.lexicon import CONCEPTS, STOP_WORDS
from transforms.stories.names import Gazetteer, find_names, is_title_case, with_implied
from transforms.stories.phase import DELAY, PREVIEW, foreground, read_phases
from transforms.stories.records import Reading, StoryArticle
from transforms.stories.words import clean, sentences, stems, tokens

# How much a word counts by where it stands. The lead paragraph helps where the summary is thin.
TITLE_WEIGHT, DEK_WEIGHT, LEAD_WEIGHT, CONCEPT_WEIGHT = 2.0, 1.0, 0.5, 1.0
# Of more than this, in characters, the rest is another matter or an attack.
_LONGEST_TITLE, _LONGEST_DEK, _LONGEST_LEAD = 300, 400, 600


def read_article(article: StoryArticle, gazetteer: Gazetteer) -> Reading:
    """Return what `article` says, as far as stories are told apart by it."""
    title = clean_title(article.title)
    dek = clean_dek(article.dek)
    lead = _opening(article.text, _LONGEST_LEAD)
    opening = sentences(dek or lead, 2)

    title_words, dek_words, lead_words = tokens(title), tokens(dek), tokens(lead)
    in_title, in_dek = find_names(title, gazetteer), find_names(dek, gazetteer)
    title_names = with_implied(in_title, gazetteer)
    names = with_implied((*in_title, *in_dek), gazetteer)
    # An outlet that names itself ("NPR's reporter says") is no name in the news.
    itself = (word.lower() for word in tokens(article.publisher))
    covered = frozenset().union(*in_title.values(), *in_dek.values(), CALENDAR, itself)
    phases, phase_words = read_phases(title, opening, gazetteer)
    ahead = phases.index(max(phases)) in {PREVIEW, DELAY}
    return Reading(
        article=article,
        hours=article.published_at.timestamp() / 3600,
        terms=_weigh_terms(title_words, dek_words, lead_words),
        proper=frozenset(
            word.lower()
            for words in (() if is_title_case(title_words) else title_words[1:], dek_words[1:])
            for word in words
            if word[0].isupper() and len(word) > 1 and word.lower() not in covered
        ),
        sentences=tuple(tuple(tokens(sentence)) for sentence in opening),
        names=names,
        actors=frozenset(name for name in title_names if gazetteer.is_actor(name)),
        missions=_missions(title, title_names, gazetteer),
        mentioned=_missions(f"{title} . {dek}", names, gazetteer),
        phases=phases,
        phase_words=phase_words,
        angles=frozenset() if ahead else angles(foreground(title)),
        genres=genres(title),
        milestones=milestones(foreground(title)),
        sights=sights(title),
        sites=names & gazetteer.launch_sites,
        numbers=numbered(title),
        designations=designations(f"{title} {dek}"),
        days=announced_days(foreground(title), article.published_at) if ahead else frozenset(),
        is_roundup=is_roundup(title, dek[:200]),
        title_key=" ".join(word.lower() for word in title_words),
    )


def clean_title(title: str) -> str:
    """Return a title without boilerplate, and no more of it than is read."""
    return _opening(title, _LONGEST_TITLE)


def clean_dek(dek: str) -> str:
    """Return a summary without boilerplate, and no more of it than is read."""
    return _opening(dek, _LONGEST_DEK)


def _opening(text: str, longest: int) -> str:
    """Return the first `longest` characters of `text` without boilerplate."""
    return clean(text[: 2 * longest])[:longest]


def _weigh_terms(title: Sequence[str], dek: Sequence[str], lead: Sequence[str]) -> dict[str, float]:
    weights: dict[str, float] = {}
    for words, weight in ((title, TITLE_WEIGHT), (dek, DEK_WEIGHT), (lead, LEAD_WEIGHT)):
        for term in stems(words, STOP_WORDS):
            weights[term] = weights.get(term, 0.0) + weight
    for concept in {CONCEPTS[term] for term in weights if term in CONCEPTS}:
        weights[concept] = CONCEPT_WEIGHT
    return weights


def _missions(text: str, names: Iterable[str], gazetteer: Gazetteer) -> frozenset[str]:
    """Return the missions among `names`, and the numbered ones in `text`; vehicles are none."""
    named = {name for name in names if gazetteer.kinds[name] == "missions"}
    series = {gazetteer.series[s] for s, _ in numbered(text) if s in gazetteer.series}
    return frozenset(named | series)
