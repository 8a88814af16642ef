"""An article that was rewritten after an issue told it → what it said, and what it says now."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice

from reports.items import headline_of, report_of
from reports.records import Correction, IssueSettings
from reports.words import clean, sentences, shorten
from transforms.records import Article, Rewrite
from transforms.weeks import Week

WORDS_LIMIT = 260
CORRECTIONS = 5


def corrections_of(rewrites: Iterable[Rewrite], settings: IssueSettings) -> tuple[Correction, ...]:
    """Return the first rewrites as corrections; all words are the articles' own."""
    return tuple(_correction(rewrite, settings) for rewrite in islice(rewrites, CORRECTIONS))


def _correction(rewrite: Rewrite, settings: IssueSettings) -> Correction:
    week = Week.of(rewrite.report.told_at, settings.time_zone)
    before, after = changed_words(rewrite.before, rewrite.after, rewrite.fields[0])
    return Correction(
        headline=headline_of(rewrite.after.title),
        report=report_of(rewrite.report, settings),
        sent_in="-".join(filter(None, [settings.edition, str(week)])),
        before=shorten(before, WORDS_LIMIT),
        after=shorten(after, WORDS_LIMIT),
    )


def changed_words(before: Article, after: Article, field: str) -> tuple[str, str]:
    """Return the words of `field` until then and since.

    A headline is told whole; of a summary and a body, the first sentences that differ. Where one
    was only added or taken out, the sentence before it stands with it.
    """
    if field == "title":
        return clean(before.title), clean(after.title)
    old, new = (_sentences(article, field) for article in (before, after))
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, old_from, old_to, new_from, new_to in changes:
        if kind == "replace":
            return " ".join(old[old_from:old_to]), " ".join(new[new_from:new_to])
        if kind in ("insert", "delete"):
            old_start, new_start = max(0, old_from - 1), max(0, new_from - 1)
            # At the very beginning the sentence after it does instead.
            old_end = old_to if old_from else old_to + 1
            new_end = new_to if new_from else new_to + 1
            return " ".join(old[old_start:old_end]), " ".join(new[new_start:new_end])
    return "", ""


def _sentences(article: Article, field: str) -> list[str]:
    texts = [article.dek or ""] if field == "dek" else article.text.splitlines()
    return [sentence for text in texts for sentence in sentences(clean(text))]
