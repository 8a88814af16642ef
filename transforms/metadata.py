"""What a page says about itself outside of its text: JSON-LD, OpenGraph and `meta`.

Every value is as raw as the page gives it, but a string; hostile shapes are passed over.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from transforms.urls import canonical_or

# lxml has no types of its own.
Element = Any

MAX_SCRIPTS = 40
MAX_SCRIPT = 500_000
MAX_NODES = 5_000
MAX_VALUES = 100

_SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_WRAPPING = re.compile(r"^\s*(?://)?\s*(?:<!--|<!\[CDATA\[)|(?://)?\s*(?:-->|\]\]>)\s*$|;\s*$")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_ARTICLE_TYPE = re.compile(r"(?:^|/)(?:\w*Article|BlogPosting|LiveBlogPosting|Report)$")

# Names of `meta` elements, best first, per field.
_META = {
    "title": ("og:title", "twitter:title"),
    "dek": ("og:description", "twitter:description", "description"),
    "published": (
        "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date",
        "publish-date", "pubdate", "dc.date.issued", "dcterms.date", "dc.date", "sailthru.date",
        "date",
    ),
    "updated": ("article:modified_time", "og:updated_time", "datemodified"),
    "author": ("author", "parsely-author", "sailthru.author", "dc.creator", "article:author"),
    "section": ("article:section",),
    "tag": ("article:tag",),
    "keywords": ("keywords", "news_keywords"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
    "url": ("og:url",),
    "language": ("og:locale", "content-language"),
    "site": ("og:site_name",),
    "type": ("og:type",),
}  # fmt: skip
_MANY = frozenset({"author", "tag", "keywords"})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the metadata names it.

    Attributes:
        source: `json-ld` or the name of the `meta` element.
    """

    source: str
    url: str
    width: str | None = None
    height: str | None = None
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True)
class Metadata:
    """What a page states, per field (`title`, `dek`, `published`, ...), best source first.

    Attributes:
        stated: `{"title": [("json-ld", "..."), ("og:title", "...")], ...}`.
        body: The text of JSON-LD's `articleBody`.
        is_article: Whether JSON-LD or OpenGraph call the page an article.
    """

    stated: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)
    body: str | None = None
    is_article: bool = False

    def all(self, name: str) -> list[tuple[str, str]]:
        """Return (source, value) of a field, best first."""
        return self.stated.get(name, [])

    def first(self, name: str) -> str | None:
        """Return the best value of a field."""
        return next((value for _, value in self.all(name)), None)

    def add(self, name: str, source: str, values: list[str]) -> None:
        """Note what a source says of a field; blank values say nothing."""
        known = self.stated.setdefault(name, [])
        known += [(source, value) for value in values if value.strip()][: MAX_VALUES - len(known)]


def read_metadata(html: str, root: Element, url: str | None) -> Metadata:
    """Return what a page states.

    Args:
        html: The page, with its scripts.
        root: Its tree, which may be without scripts.
        url: Where it was read: of several articles in its JSON-LD, the one at this address counts.
    """
    found = Metadata()
    metas = _metas(root)
    titles = [value for name in _META["title"] for value in metas.get(name, [])]
    nodes = _nodes(html)
    if article := _article(nodes, url, titles):
        # A reference to an object has its @id, too, and little else.
        by_id = {str(node["@id"]): node for node in sorted(nodes, key=len) if "@id" in node}
        _read_article(article, by_id, found)
    for name, names in _META.items():
        for source in names:
            values = metas.get(source, [])
            found.add(name, source, values if name in _MANY else values[:1])
    canonicals = [link.get("href") or "" for link in root.iter("link") if _is_canonical(link)]
    found.stated["url"] = [("canonical", value) for value in canonicals[:1]] + found.all("url")
    found.stated.setdefault("language", []).insert(0, ("html:lang", root.get("lang") or ""))
    for source in _META["image"]:
        for value in metas.get(source, [])[:1]:
            found.pictures.append(_meta_picture(source, value, metas))
    found.is_article = article is not None or "article" in (found.first("type") or "")
    return found


def _metas(root: Element) -> dict[str, list[str]]:
    """Return the values of all `meta` elements by lower-case name, property or itemprop."""
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if content and (name := meta.get(attribute)):
                found.setdefault(name.lower(), []).append(content)
                break
    return found


def _is_canonical(link: Element) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()


def _meta_picture(source: str, url: str, metas: dict[str, list[str]]) -> Picture:
    def said(name: str) -> str | None:
        return next(iter(metas.get(name, [])), None) if source.startswith("og:") else None

    return Picture(
        source, url, said("og:image:width"), said("og:image:height"), said("og:image:alt")
    )


def _nodes(html: str) -> list[dict[str, Any]]:
    """Return all objects of the page's JSON-LD, outer ones first, in the page's order."""
    found: list[dict[str, Any]] = []
    for script in _scripts(html):
        level: list[Any] = [_parsed(script)]
        while level and len(found) < MAX_NODES:
            found += [node for node in level if isinstance(node, dict)]
            level = [
                child
                for node in level[:MAX_NODES]
                for child in (node.values() if isinstance(node, dict) else node)
                if isinstance(child, dict | list)
            ]
    return found[:MAX_NODES]


def _scripts(html: str) -> Iterator[str]:
    position, count = 0, 0
    while count < MAX_SCRIPTS and (start := _SCRIPT.search(html, position)):
        end = _SCRIPT_END.search(html, start.end())
        if not end:
            return
        position = end.end()
        if "ld+json" in start[1].lower() and end.start() - start.end() <= MAX_SCRIPT:
            count += 1
            yield html[start.end() : end.start()]


def _parsed(script: str) -> dict[str, Any] | list[Any]:
    text = _WRAPPING.sub("", _WRAPPING.sub("", script))
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        try:
            value = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return value if isinstance(value, dict | list) else []
    return []


def _article(
    nodes: list[dict[str, Any]], url: str | None, titles: list[str]
) -> dict[str, Any] | None:
    """Return the object that describes the page's own article: lists of others are common."""
    articles = [node for node in nodes if _is_article(node)]
    here = canonical_or(url or "", None)

    def likeness(node: dict[str, Any]) -> int:
        addresses = _strings(node.get("url")) + _strings(node.get("mainEntityOfPage"))
        is_here = here is not None and any(canonical_or(a, None) == here for a in addresses)
        headline = " ".join(_strings(node.get("headline")))
        return 2 * is_here + any(headline and title.startswith(headline) for title in titles)

    return max(articles, key=likeness, default=None)


def _is_article(node: dict[str, Any]) -> bool:
    has_words = any(node.get(name) for name in ("headline", "name", "articleBody", "description"))
    return has_words and any(_ARTICLE_TYPE.search(kind) for kind in _strings(node.get("@type")))


def _read_article(node: dict[str, Any], by_id: dict[str, dict[str, Any]], found: Metadata) -> None:
    source = "json-ld"
    found.add("title", source, (_strings(node.get("headline")) or _strings(node.get("name")))[:1])
    for name, key in (
        ("dek", "description"),
        ("published", "datePublished"),
        ("updated", "dateModified"),
        ("section", "articleSection"),
        ("language", "inLanguage"),
    ):
        found.add(name, source, _strings(node.get(key))[:1])
    found.add("author", source, _names(node.get("author"), by_id))
    found.add("keywords", source, _strings(node.get("keywords")))
    found.body = next(iter(_strings(node.get("articleBody"))), None)
    for image in _list(node.get("image")):
        if picture := _picture(_resolved(image, by_id)):
            found.pictures.append(picture)
            return


def _picture(image: object) -> Picture | None:
    if isinstance(image, str):
        return Picture("json-ld", image)
    if not isinstance(image, dict):
        return None

    def said(*names: str) -> str | None:
        texts = [text for name in names for text in _strings(image.get(name))]
        return next(iter(texts), None)

    url = said("url", "contentUrl")
    credit = said("creditText", "creator", "copyrightNotice")
    caption = said("caption", "description")
    if url is None:
        return None
    width, height = (_size(image.get(name)) for name in ("width", "height"))
    return Picture("json-ld", url, width, height, caption=caption, credit=credit)


def _size(value: object) -> str | None:
    if isinstance(value, dict):  # a QuantitativeValue
        value = value.get("value")
    return str(value) if isinstance(value, str | int) else None


def _names(value: object, by_id: dict[str, dict[str, Any]]) -> list[str]:
    """Return the names of people, given as names, objects, or references to objects."""
    return [
        name
        for person in _list(value)[:MAX_VALUES]
        for name in _strings(_resolved(person, by_id))
        if not name.startswith(("http:", "https:", "#"))
    ]


def _resolved(value: object, by_id: dict[str, dict[str, Any]]) -> object:
    if isinstance(value, dict) and set(value) <= {"@id", "@type"}:
        return by_id.get(str(value.get("@id")), value)
    return value


def _strings(value: object) -> list[str]:
    """Return the strings that a value is, lists, or has as its name, value or address."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        items = [item for item in value[:MAX_VALUES] if not isinstance(item, list)]
        return [text for item in items for text in _strings(item)]
    if isinstance(value, dict):
        plain = (
            [text for text in _list(value.get(key)) if isinstance(text, str)]
            for key in ("name", "@value", "url", "@id")
        )
        return next(filter(None, plain), [])
    return []


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
