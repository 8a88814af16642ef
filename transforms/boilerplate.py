"""What stands around an article on its page or in its feed: told by its words and class names."""

import re
from functools import lru_cache

# Names of classes and ids, cut into words: "relatedPosts", "post-meta", "c-share__button".
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_JUNK = frozenset(
    """
    ad ads adsbygoogle advert advertisement advertising sponsor sponsored promo promoted promotion
    share shares sharing sharebar sharedaddy addtoany addthis social socials
    newsletter subscribe subscription signup login donate comment comments disqus respond replies
    breadcrumb breadcrumbs pagination pager menu nav navbar navigation sidebar toolbar toc footer
    cookie cookies consent gdpr popup modal print printfriendly player jwplayer videoplayer
    byline bylines meta metadata date datetime pubdate timestamp bio tags topics categories keywords
    taxonomy related relatedposts recirc recirculation recommended recommendations trending popular
    outbrain taboola pullquote
    """.split()  # noqa: SIM905 read as a list
)
_HIDDEN = frozenset({"hidden", "invisible"})
_HIDDEN_PAIRS = (("sr", "only"), ("screen", "reader"), ("visually", "hidden"))
# "blockquote-credit-name", "author-credit": who speaks or writes, not whose picture it is.
_PEOPLE = frozenset({"author", "authors", "blockquote", "byline", "editor", "quote"})
_ROLES = (
    ("credit", frozenset("credit credits attribution photographer photocredit copyright".split())),  # noqa: SIM905
    ("caption", frozenset("caption captions figcaption imagecaption".split())),  # noqa: SIM905
    ("standfirst", frozenset("standfirst dek deck subtitle subheadline".split())),  # noqa: SIM905
)

_NETWORKS = (
    r"(?:twitter|facebook|instagram|linkedin|youtube|bluesky|mastodon|threads|whatsapp|reddit"
    r"|social)"
)
_WHOLE_LINES = re.compile(
    # advertisements, sharing, comments, newsletters
    r"advertisements?|ad|sponsored(?: content)?|(?:story|article) continues .{0,40}"
    rf"|share(?: this(?: (?:article|story|post|page|on|via|with))?)?:?|{_NETWORKS}"
    r"|share (?:on|via) .{1,60}|(?:click to )?(?:tweet|print|e-?mail)(?: this)?"
    r"|(?:\d+ )?comments?|leave a (?:comment|reply)|log in to comment"
    rf"|follow .{{1,40}} on (?:{_NETWORKS}|x)\b.{{0,80}}|join our .{{1,80}}"
    r"|sign up (?:for|to) .{0,40}newsletter.{0,80}|subscribe(?: (?:to|now|here)\b.{0,120})?"
    r"|.{0,60}\b(?:we|this (?:web)?site|our (?:web)?site) uses? cookies\b.{0,400}"
    # the rest is elsewhere
    r"|(?:please )?(?:(?:read|see|view) more|continue reading)"
    r"(?:\W{0,5}|\W* (?:about|at|on|here|of|from) .{1,160})|continue reading .{1,160}"
    r"|read (?:the )?(?:full|rest|original|entire|whole) .{1,160}|read (?:on|it) at .{1,80}"
    r"|\d+[- ]min(?:ute)?s? (?:read|listen)|click here .{1,80}|skip to .{1,40}"
    r"|continuer la lecture.{0,160}|lire la suite.{0,160}|weiterlesen.{0,160}|leer más.{0,160}"
    r"|seguir leyendo.{0,160}"
    # where it came from
    r"|provided by .{1,80}|the post .{1,400} (?:first )?appeared (?:first )?on .{1,120}"
    r"|this (?:post|article|story) (?:first )?appeared (?:first )?on .{1,120}"
    r"|article url: .{1,600}|comments url: .{1,300}|points: \d+.{0,40}"
    r"|copyright (?:©|\(c\)|\d{4}).{0,200}|(?:©.{1,80} )?all rights reserved\.?"
    # rules drawn with characters
    r"|\W+",
    re.IGNORECASE,
)
_END = re.compile(
    r"about the authors?|details|(?:media |press )?contacts?(?: information)?|last updated"
    r"|-+ ?(?:end|30) ?-+|#{2,}|(?:leave|post) a (?:comment|reply)"
    r"|share this (?:article|story|post)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:the post .{1,400} (?:first )?appeared (?:first )?on [^.]{1,100}\.?"
    r"|(?:\[?(?:…|\.\.\.)\]?\s*)?(?:read more|continue reading|read the (?:full|rest)[^.]{0,80})"
    r"\s*[→»>›]*)$",  # noqa: RUF001 the arrows that feeds draw
    re.IGNORECASE,
)
_TAIL_WORDS = ("appeared", "read more", "continue reading", "read the full", "read the rest")
MAX_TAIL = 600  # a tail's longest form
MAX_LINE = 700


@lru_cache(maxsize=4096)
def class_words(names: str) -> frozenset[str]:
    """Return the words that the names of classes are made of, in lower case."""
    return frozenset(word.lower() for word in _WORDS.findall(names[:500]))


@lru_cache(maxsize=4096)
def is_junk_class(names: str) -> bool:
    """Tell if the class names are those of share bars, advertisements, comments and the like."""
    return not _JUNK.isdisjoint(class_words(names))


@lru_cache(maxsize=4096)
def is_hidden_class(names: str) -> bool:
    """Tell if the class names hide an element from the eye."""
    words = class_words(names)
    return not _HIDDEN.isdisjoint(words) or any(words.issuperset(pair) for pair in _HIDDEN_PAIRS)


@lru_cache(maxsize=4096)
def role_of_class(names: str) -> str:
    """Return `credit`, `caption` or `standfirst` if class names say so, else the empty string."""
    words = class_words(names)
    if not _PEOPLE.isdisjoint(words):
        return ""
    return next((role for role, known in _ROLES if not known.isdisjoint(words)), "")


def ends_article(line: str) -> bool:
    """Tell if a heading or line ends an article: what follows is about its authors or contacts."""
    return _END.fullmatch(line) is not None


def is_boilerplate(line: str) -> bool:
    """Tell if a whole line belongs to the outlet's software, not to the article.

    A line that ends an article is none: see `ends_article`.

    >>> is_boilerplate("The post Moon base appeared first on Example News.")
    True
    """
    is_one = len(line) <= MAX_LINE and _WHOLE_LINES.fullmatch(line) is not None
    return is_one and not ends_article(line)


def without_tail(line: str) -> str:
    """Return `line` without "… Read more" or "The post X appeared first on Y." at its end."""
    end = line[-MAX_TAIL:].lower()
    # Most lines end in words of their own: the pattern would look for its beginning at each space.
    return _TAIL.sub("", line) if any(words in end for words in _TAIL_WORDS) else line
