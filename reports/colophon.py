"""How the issue came about: the week's counts, which must add up, and the feeds' health."""

from collections.abc import Sequence

from reports.records import Colophon, IssueSettings, Number
from reports.words import capitalised, clean, count_of, day_of, shorten, spelled
from transforms.errors import RenderError
from transforms.records import GOOD_OUTCOMES, FeedHealth, WeekNews
from transforms.weeks import Week

FEED_LIMIT = 48
WORTH_COUNTING = 2

# What happened to a feed, as a reader understands it.
_OUTCOMES = {
    "gone": "is gone",
    "not_found": "was not found",
    "forbidden": "refused us",
    "rate_limited": "asked us to wait",
    "bot_wall": "shut robots out",
    "server_error": "had a server error",
    "timeout": "took too long",
    "too_large": "was too large",
    "not_a_feed": "sent something that is no feed",
    "malformed": "sent a broken feed",
    "empty": "sent an empty feed",
    "unsafe_address": "has an unsafe address",
    "tls_error": "has a bad certificate",
    "dns_error": "has an unknown address",
    "connection_error": "could not be reached",
}


def check_funnel(news: WeekNews, week: Week) -> None:
    """Make sure that every article of the week is accounted for.

    Raises:
        RenderError: The counts do not add up; names them.
    """
    funnel = news.funnel
    parts = funnel.duplicates + funnel.look_alikes + funnel.left_out + funnel.told
    if funnel.articles != parts or funnel.stories != len(news.stories):
        message = (
            f"issue {week}: the funnel does not add up: {funnel.articles} articles, but "
            f"{funnel.duplicates} duplicates + {funnel.look_alikes} look-alikes + "
            f"{funnel.left_out} left out + {funnel.told} told; {funnel.stories} stories, but "
            f"{len(news.stories)} given; rebuild the models"
        )
        raise RenderError(message)


def outlets_of(news: WeekNews) -> int:
    """Return how many independent outlets told the week's stories."""
    return len({publisher for story in news.stories for publisher in story.publishers})


def introduction(news: WeekNews) -> str:
    """Return the masthead's sentence."""
    funnel = news.funnel
    if not news.stories:
        return f"{capitalised(_feeds(funnel.feeds))} told no space story this week."
    told = count_of(funnel.told, "article")
    if len(news.stories) == 1:
        outlets = count_of(outlets_of(news), "outlet")
        return f"{capitalised(told)} from {outlets}: the week had one story."
    stories = count_of(funnel.stories, "story", "stories")
    outlets = count_of(outlets_of(news), "outlet")
    return f"{capitalised(told)} from {outlets}, told as {stories}, the most widely covered first."


def numbers_of(news: WeekNews) -> tuple[Number, ...]:
    """Return the week's big numbers; none for a week that has nothing to count."""
    if len(news.stories) < WORTH_COUNTING:
        return ()
    outlets = outlets_of(news)
    widest = max(len(story.publishers) for story in news.stories)
    return (
        Number(f"{news.funnel.articles:,}", "articles read"),
        Number(f"{news.funnel.stories:,}", "stories told"),
        Number(f"{outlets:,}", "outlet" if outlets == 1 else "outlets"),
        Number(f"{widest:,}", f"{'outlet' if widest == 1 else 'outlets'} on one story"),
    )


def colophon_of(news: WeekNews, settings: IssueSettings) -> Colophon:
    """Return how the issue came about, with every unwell feed by name."""
    broken = [f for f in news.health if f.outcome and f.outcome not in GOOD_OUTCOMES]
    quiet = [f for f in news.health if f.is_quiet and f not in broken]
    return Colophon(
        funnel=_funnel_sentence(news),
        feeds=_feeds_sentence(news.health, broken),
        broken=tuple((_name(f), _what_happened(f, settings)) for f in broken),
        quiet=tuple((_name(f), _since_when(f, settings)) for f in quiet),
    )


def _funnel_sentence(news: WeekNews) -> str:
    f = news.funnel
    if not f.articles:
        return f"{capitalised(_feeds(f.feeds))} gave no article this week."
    left_out = "".join(
        f"{_pronoun(count)} {one if count == 1 else many}, "
        for count, one, many in (
            (f.foreign, "is in another language", "are in other languages"),
            (f.others, "belongs to other editions", "belong to other editions"),
            (f.dropped, "was dropped by the editor", "were dropped by the editor"),
            (f.delayed, "waits for the next issue", "wait for the next issue"),
        )
        if count
    )
    return (
        f"{capitalised(_feeds(f.feeds))} gave {count_of(f.articles, 'article')} "
        f"({count_of(f.sightings, 'sighting')}): {_pronoun(f.duplicates)} repeated another, "
        f"{_pronoun(f.look_alikes)} only sounded like space, {left_out}and "
        f"{_pronoun(f.told)} became {count_of(f.stories, 'story', 'stories')}."
    )


def _pronoun(count: int) -> str:
    return spelled(count) if count else "none"


def _feeds(count: int) -> str:
    return count_of(count, "feed")


def _feeds_sentence(health: Sequence[FeedHealth], broken: Sequence[FeedHealth]) -> str:
    asked = [feed for feed in health if feed.outcome]
    if not asked:
        return ""
    if not broken:
        return f"All {_feeds(len(asked))} answered." if len(asked) > 1 else "The feed answered."
    answered = len(asked) - len(broken)
    return f"{capitalised(_pronoun(answered))} of {_feeds(len(asked))} answered."


def _name(feed: FeedHealth) -> str:
    return shorten(clean(feed.title), FEED_LIMIT) or feed.feed_id


def _what_happened(feed: FeedHealth, settings: IssueSettings) -> str:
    what = _OUTCOMES.get(feed.outcome or "", "failed")
    if feed.last_ok_at is None:
        return f"{what}; never read yet"
    return f"{what}; last read {day_of(feed.last_ok_at, settings.time_zone)}"


def _since_when(feed: FeedHealth, settings: IssueSettings) -> str:
    if feed.newest_at is None:
        return "nothing yet"
    return f"nothing since {day_of(feed.newest_at, settings.time_zone)}"
