"""Say in words why two articles are, or are not, one story."""

from collections.abc import Mapping
from math import expm1

from transforms.stories.features import FEATURES, Evidence, measure, pair_up
from transforms.stories.phase import CERTAIN, PHASES
from transforms.stories.records import Explanation, Reading
from transforms.stories.score import BIAS, CANNOT_JOIN, UNIT, WEIGHTS, score_pairs
from transforms.stories.vectors import Floats

_SHORTLY = {
    "phase_apart": "they tell of other phases",
    "genre_apart": "one is of another genre",
    "actors_apart": "other actors",
    "missions_apart": "other missions",
    "milestones_apart": "other steps of the flight",
    "sites_apart": "other launch sites",
    "numbers_apart": "other numbers",
    "days_apart": "other days",
    "roundup": "a roundup",
}
# Clues that are no words.
_CLUES = {
    "<agencies>": "an agency",
    "<companies>": "a company",
    "<vehicles>": "a vehicle",
    "<missions>": "a mission",
    "<objects>": "a body or station",
    "<places>": "a place",
    "<date>": "a day or month",
    "<number>": "a number",
}
_A_PHASE = {
    "preview": "a preview",
    "delay": "a delay",
    "event": "an event",
    "after": "an aftermath",
}
_TELLING = 0.2
_MOST_REASONS = 3
_MOST_NAMES = 4


def explain_indices(
    evidence: Evidence, first: int, second: int, *, joined: bool, decided: str
) -> Explanation:
    """Return why the articles at two indices are one story or two; an editor may have decided."""
    values = measure(evidence, pair_up(evidence, first, second))
    features = {name: round(float(v), 3) for name, v in zip(FEATURES, values[0], strict=True)}
    score = float(score_pairs(values)[0]) / UNIT
    weights = {name: round(features[name] * WEIGHTS[name], 3) for name in FEATURES}
    one, other = evidence.readings[first], evidence.readings[second]
    facts = tuple(
        _say_fact(name, evidence, first, second) for name in CANNOT_JOIN if features[name] > CERTAIN
    )
    decision = "same story" if joined else "two stories"
    lines = [
        f"{decision}: score {score:+.2f} (bias {BIAS:+.2f}; positive speaks for one story).",
        f"For it: {_say_side(evidence, first, second, features, 1) or 'nothing'}.",
        f"Against it: {_say_side(evidence, first, second, features, -1) or 'nothing'}.",
    ]
    if facts:
        lines.append(f"Cannot join: {'; '.join(facts)}.")
    if decided:
        lines.append(f"It was {decided}.")
    elif joined and score <= 0:
        lines.append("They are in one story by way of its other articles.")
    elif not joined and score > 0 and not facts:
        lines.append("Alone they would join; what they are grouped with keeps them apart.")
    return Explanation(
        first=one.article.article_id,
        second=other.article.article_id,
        decision=decision,
        words=" ".join(lines),
        score=score,
        features=features,
        weights=weights,
        cannot_join=facts,
    )


def say_link(evidence: Evidence, first: int, second: int, values: Floats) -> str:
    """Return in a few words what links two articles with these features most."""
    features = dict(zip(FEATURES, values.tolist(), strict=True))
    return _say_side(evidence, first, second, features, 1) or "near in time"


def _say_side(
    evidence: Evidence, first: int, second: int, features: Mapping[str, float], sign: int
) -> str:
    """Return what speaks most for one story (`sign` 1) or against it (-1)."""
    adds = {name: features[name] * WEIGHTS[name] for name in FEATURES}
    telling = sorted(
        (name for name in FEATURES if adds[name] * sign > _TELLING),
        key=lambda name: (-abs(adds[name]), name),
    )
    said = []
    for name in telling[:_MOST_REASONS]:
        is_told_below = name in _SHORTLY and features[name] > CERTAIN
        what = _SHORTLY[name] if is_told_below else _say(name, evidence, first, second, features)
        said.append(f"{what} ({adds[name]:+.1f})")
    return "; ".join(said)


def _say(
    name: str, evidence: Evidence, first: int, second: int, features: Mapping[str, float]
) -> str:
    one, other = evidence.readings[first], evidence.readings[second]
    gap, counted = abs(evidence.hours[first] - evidence.hours[second]), expm1(features["gap"])
    shared = sorted(n[1:] for n in evidence.named[first] & evidence.named[second])
    plain = {
        "likeness": "they resemble the same articles",
        "names": f"both name {', '.join(shared[:_MOST_NAMES])}",
        "own_words": "they share words that are rare among like articles",
        "crowded": "many other articles are as much alike",
        "gap": f"{gap:.0f} hours lie between them"
        + (f", which count as {counted:.0f}" if counted < gap - 1 else ""),
        "over_48h": "more than 48 hours lie between them",
        "strangers": "they share little, and no third article resembles both",
        "same_publisher": f"{one.article.publisher} wrote both",
        "event_after": "one tells the event, the other what came of it",
        "ahead_none": "one looks ahead, the other is on no timeline",
        "angle_apart": f"the titles have other angles: {_angles(one)} and {_angles(other)}",
    }
    return plain[name] if name in plain else _say_fact(name, evidence, first, second)


def _say_fact(name: str, evidence: Evidence, first: int, second: int) -> str:
    one, other = evidence.readings[first], evidence.readings[second]
    return {
        "phase_apart": (
            f"phase {_say_phase(evidence, first)} against {_say_phase(evidence, second)}"
        ),
        "genre_apart": f"{_genre(one)} against {_genre(other)}",
        "actors_apart": f"{_listed(one.actors)} against {_listed(other.actors)}",
        "missions_apart": f"{_listed(one.missions or one.mentioned)} against "
        f"{_listed(other.missions or other.mentioned)}",
        "milestones_apart": f"{_listed(one.milestones)} against {_listed(other.milestones)}",
        "sites_apart": f"{_listed(one.sites)} against {_listed(other.sites)}",
        "numbers_apart": f"{_numbers(one)} against {_numbers(other)}",
        "days_apart": "the titles announce different days",
        "roundup": "a roundup tells several stories and stands alone",
    }[name]


def _say_phase(evidence: Evidence, index: int) -> str:
    reading, phases = evidence.readings[index], evidence.phases[index]
    likely = int(phases.argmax())
    clues = ", ".join(_say_clue(clue) for clue in reading.phase_words) or "lack of any word"
    is_own = reading.phases.index(max(reading.phases)) == likely
    around = " or ".join(["its thread", *(f"the day of the {s}" for s in sorted(reading.sights))])
    why = f"for {clues}" if is_own else f"by {around}"
    return f"{PHASES[likely]} ({phases[likely]:.0%} {why})"


def _say_clue(clue: str) -> str:
    if " in " in clue:  # the patterns of a phase, in the title or the summary
        phase, place = clue.split(" in ")
        return f"wording of {_A_PHASE[phase]} in its {place}"
    return _CLUES.get(clue, f'"{clue}"')


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _angles(reading: Reading) -> str:
    return _listed(reading.angles)


def _genre(reading: Reading) -> str:
    return f"a title of {_listed(reading.genres)}" if reading.genres else "a plain title"


def _numbers(reading: Reading) -> str:
    return _listed(frozenset(f"{s} {n}" for s, n in reading.numbers) | reading.designations)
