"""Find a site's feed: what its pages announce, and where feeds usually are."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from transforms.errors import InvalidURLError
from transforms.urls import clean_url

# Where publishing software puts feeds: WordPress, Ghost, Hugo, Jekyll, Movable Type, Blogger.
COMMON_PATHS = (
    "/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json",
    "/feeds/posts/default",
)  # fmt: skip
MAX_ANNOUNCED = 10
MAX_HEAD = 300_000
FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
LINK = re.compile(r"<(?:link|a)\b([^<>]{1,2000})>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w:-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
BESIDE = re.compile(r"comments?\b|/comments/", re.IGNORECASE)

WRAPPERS = (
    (
        re.compile(r"news\.google\.[a-z.]{2,6}"),
        (
            "its entries link to Google's own addresses, which only a browser can open: an article"
            " could not be told from the outlet's own copy, and has neither body nor picture"
        ),
    ),
    (
        re.compile(r"(?:www\.)?bing\.com|news\.yahoo\.com|(?:www\.)?msn\.com|flipboard\.com"),
        "it lists other outlets' articles, cut short, and would count each of them once more",
    ),
    (
        re.compile(r"apple\.news|(?:www\.)?smartnews\.com"),
        "its links open only in an app: articles could not be told from the outlets' own copies",
    ),
)


def refusal_of(url: str) -> str | None:
    """Return why a feed is not worth subscribing to, in words; None where it may be.

    >>> refusal_of("https://example.org/feed") is None
    True
    """
    host = urlsplit(url).hostname or ""
    return next((why for pattern, why in WRAPPERS if pattern.fullmatch(host)), None)


def announced_feeds(html: str, url: str) -> list[str]:
    """Return the feeds that a page announces (`link rel="alternate"`), comments' feeds last.

    Args:
        html: The page.
        url: Where it was read; addresses are resolved against it.
    """
    found: dict[str, None] = {}
    beside: dict[str, None] = {}
    for match in LINK.finditer(html[:MAX_HEAD]):
        attributes = {
            name.lower(): unescape(double or single or bare)
            for name, double, single, bare in ATTRIBUTE.findall(match[1])
        }
        is_alternate = "alternate" in attributes.get("rel", "").lower().split()
        kind = attributes.get("type", "").split(";")[0].strip().lower()
        if not (is_alternate and kind in FEED_TYPES and attributes.get("href")):
            continue
        try:
            address = clean_url(urljoin(url, attributes["href"]))
        except (InvalidURLError, ValueError):
            continue
        is_beside = BESIDE.search(f"{address} {attributes.get('title', '')}")
        (beside if is_beside else found)[address] = None
        if len(found) >= MAX_ANNOUNCED:
            break
    return [*found, *beside][:MAX_ANNOUNCED]


def usual_feeds(url: str) -> list[str]:
    """Return where the feed of a page's site, or of its part of the site, usually is."""
    split = urlsplit(url)
    root = f"{split.scheme}://{split.netloc}"
    below = [f"{url.rstrip('/')}/feed/"] if split.path.strip("/") else []
    return [*below, *(root + path for path in COMMON_PATHS)]
