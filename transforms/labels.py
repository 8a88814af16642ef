"""Lines that announce what is not the article: other articles, and topics."""
# ruff: noqa: RUF001 publishers write typographic quotes, dashes and arrows

import re

# Headings that announce other articles wherever they stand.
_SURE = re.compile(
    r"(?:you )?(?:may|might|will|'ll) (?:also )?(?:like|enjoy|be interested in)"
    r"|next(?: up)?|up next(?: in .{1,40})?|(?:what to )?read next|you may also like.{0,30}"
    r"|related(?: (?:articles?|stories|story|posts?|content|news|links?|reading|coverage|items?))?"
    r"|recommended(?: (?:for you|reading|stories|articles|videos))?|suggested (?:reading|articles)"
    r"|(?:read|see) also|also read|keep reading|in case you missed it|don[’']t miss"
    r"|editors?[’']?s? picks?|most (?:read|popular|viewed|shared|recent)|trending(?: now)?"
    r"|popular (?:now|posts|stories)|similar (?:articles|stories|posts)"
    r"|more (?:stories|news|articles|posts|like this|coverage)"
    r"|(?:à )?lire aussi|à lire également|sur le même sujet|articles (?:liés|connexes|similaires)"
    r"|mehr zum thema|auch interessant|lesen sie auch|weitere artikel|passend zum thema"
    r"|das könnte (?:sie|dich) auch interessieren|(?:también )?te puede interesar"
    r"|(?:artículos |noticias )?relacionad[oa]s|más noticias|lee también",
    re.IGNORECASE,
)
# Below these a page may give plain text: title, teaser, title, teaser.
_PAIRED = re.compile(r"next up|up next|(?:what to )?read next|you may also like", re.IGNORECASE)
# These can head a part of the article, too.
_MAYBE = re.compile(
    r"more|more (?:from|in|on|about|to) .{1,60}|further reading|explore (?:more|further)|read more"
    r"|keep exploring|discover more(?: .{1,40})?|top stories|what to read|learn more|the latest"
    r"|latest(?: (?:news|stories|posts|articles))?",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"\W*(?:related(?: (?:articles?|stor(?:y|ies)|links?|coverage))?|read (?:more|also|next)"
    r"|also read|see also|more|explore further|further reading|you may also like|lire aussi"
    r"|à lire aussi|lesen sie auch|mehr zum thema|lee también)\s*[:：|>–—-]\s*",
    re.IGNORECASE,
)
_TOPICS = re.compile(
    r"(?:discover )?related (?:to|topics?|terms?|tags?)\s*(?::\s*|$)"
    r"|(?:tags?|topics?|filed under|keywords|schlagw[oö]rter|themen|mots[- ]clés|étiquettes"
    r"|etiquetas|temas|palabras clave)\s*:\s*",
    re.IGNORECASE,
)


def is_related_label(line: str) -> bool:
    """Tell if a whole line announces other articles: "Next Up"."""
    return _SURE.fullmatch(_bare(line)) is not None


def is_maybe_label(line: str) -> bool:
    """Tell if a whole line announces other articles if links follow: "More from Mars"."""
    return _MAYBE.fullmatch(_bare(line)) is not None


def is_paired_label(line: str) -> bool:
    """Tell if a label is one below which plain lines are titles and teasers in turn."""
    return _PAIRED.fullmatch(_bare(line)) is not None


def after_inline_label(line: str) -> str | None:
    """Return what follows "Related:" or "Read more:" at the beginning of a line; else None."""
    found = _INLINE.match(line)
    return line[found.end() :] if found else None


def after_topics_label(line: str) -> str | None:
    """Return what follows "Related To:" or "Tags:", which may be nothing; else None."""
    found = _TOPICS.match(line)
    return line[found.end() :] if found else None


def _bare(line: str) -> str:
    return line.strip(" :›»>→…")
