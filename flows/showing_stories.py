"""How `perigee explain` shows an article, and a pair of them."""

from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.explaining import ArticleExplained
from flows.showing import print_json, show_headlines
from transforms.stories import Explanation


def show_article(console: Console, explained: ArticleExplained, *, as_json: bool) -> None:
    """Print why an article is told as it is."""
    if as_json:
        print_json(asdict(explained))
        return
    console.print(f"[bold]{escape(explained.title)}[/bold]")
    console.print(f"{escape(explained.publisher)}, {explained.told_at:%a %d %b %Y %H:%M} UTC")
    told = "space news" if explained.is_relevant else "not told"
    console.print(f"{told}: {escape(explained.reason)}")
    for tag_id, phrase, score, by_words in explained.tags:
        why = f"all its words, {escape(phrase)!r} most" if by_words else f"{escape(phrase)!r}"
        console.print(f"tag {tag_id}: {why} ({score:.2f})")
    for tag_id, phrase, word in explained.overruled:
        most = f"{escape(word)!r} most" if word else "as they say nothing for it"
        console.print(f"no tag {tag_id}: all its words speak against {escape(phrase)!r}, {most}")
    for decision in explained.decisions:
        console.print(f"an editor's say: {escape(decision)}")
    if explained.duplicate_of:
        other, reason = explained.duplicate_of
        console.print(f"repeats {other[:12]}: {escape(reason)}")
    if explained.story_id:
        tags = ", ".join(tag_id for tag_id, _ in explained.story_tags) or "no tags"
        console.print(
            f"story {explained.story_id[:12]} ({tags}), and with what each was joined, and why:"
        )
        listed = []
        for article_id, publisher, title, joined, why in explained.story:
            link = f"with {joined[:12]}: {why}" if joined else why
            listed.append((article_id[:12], title, f"{publisher} · {link}"))
        show_headlines(console, listed)


def show_pair(console: Console, explained: Explanation, *, as_json: bool) -> None:
    """Print why two articles are one story or two."""
    if as_json:
        print_json(asdict(explained))
        return
    told = explained.words.removeprefix(explained.decision)
    console.print(f"[bold]{explained.decision}[/bold]{escape(told)}")
    table = Table("feature", "value", "adds", box=None)
    for name in sorted(explained.features, key=lambda n: -abs(explained.weights[n])):
        if explained.features[name]:
            value, adds = explained.features[name], explained.weights[name]
            table.add_row(name, f"{value:.2f}", f"{adds:+.2f}")
    console.print(table)
    console.print(f"score {explained.score:+.2f} (above 0 speaks for one story)")
