"""Lists of feeds as OPML, to and from other readers.

Our own id, kind and publisher travel as attributes of a namespace of ours, so that what we wrote
comes back whole; for others, a kind is a category (https://opml.org/spec2.opml).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import listparser

from transforms.errors import ConfigError, InvalidURLError
from transforms.parse import scan_xml
from transforms.records import FEED_KINDS, Feed
from transforms.repair import repair_xml
from transforms.text import one_line
from transforms.urls import canonical_url, clean_url

NAMESPACE = "urn:perigee:feeds"
OWN = ("id", "kind", "publisher", "weight", "pages")
MAX_TITLE = 200
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_ENTITIES = re.compile(rb"<!ENTITY|<!DOCTYPE[^>\[]{0,500}\[", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A feed in a list.

    Attributes:
        feed_id: As we wrote it; None in a list of another program.
        kind: One of `FEED_KINDS`; None where no category matches one.
    """

    url: str
    title: str
    feed_id: str | None = None
    kind: str | None = None
    publisher: str | None = None
    weight: float = 1.0
    pages: bool = False


def write_opml(feeds: Iterable[Feed], title: str) -> str:
    """Return `feeds` as an OPML document, one folder per kind, in their order within it."""
    ET.register_namespace("perigee", NAMESPACE)
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = title
    body = ET.SubElement(root, "body")
    folders: dict[str, ET.Element] = {}
    for feed in feeds:
        folder = folders.get(feed.kind)
        if folder is None:
            folder = ET.SubElement(body, "outline", text=feed.kind, title=feed.kind)
            folders[feed.kind] = folder
        values = {"id": feed.feed_id, "kind": feed.kind, "publisher": feed.publisher}
        if feed.weight != 1.0:
            values["weight"] = f"{feed.weight:g}"
        if feed.pages:
            values["pages"] = "true"
        ET.SubElement(
            folder,
            "outline",
            {f"{{{NAMESPACE}}}{name}": value for name, value in values.items()},
            type="rss",
            text=feed.title,
            title=feed.title,
            xmlUrl=feed.url,
            category=f"/{feed.kind}",
        )
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def read_opml(text: str) -> tuple[Listed, ...]:
    """Return the feeds of an OPML document, each address once, in its order.

    Ill-formed lists, which are common, are read as well as can be. What is no http(s) address is
    left out.

    Raises:
        ConfigError: It is no list of feeds, or would make a reader run away.
    """
    body = repair_xml(_DECLARATION.sub("", text).encode("ascii", "xmlcharrefreplace"))
    if _ENTITIES.search(body):
        message = "the list is refused: it declares entities; export it anew from its program"
        raise ConfigError(message)
    _, danger = scan_xml(body)
    if danger:
        message = f"the list is refused: it holds {danger}; export it anew from its program"
        raise ConfigError(message)
    own = _own_attributes(body)
    found: dict[str, Listed] = {}
    # Bytes, because listparser takes a text that begins with an address for something to fetch.
    for listed in listparser.parse(body).feeds:
        try:
            url = clean_url(listed.url)
            key = canonical_url(url)
        except InvalidURLError:
            continue
        said = own.get(listed.url.strip(), {})
        kind = said.get("kind") or _kind_of(
            [*listed.tags, *(name for path in listed.categories for name in path)]
        )
        title = one_line(listed.title, MAX_TITLE) or urlsplit(url).hostname or url
        found.setdefault(
            key,
            Listed(
                url=url,
                title=title,
                feed_id=_id(said.get("id")),
                kind=kind if kind in FEED_KINDS else None,
                publisher=one_line(said.get("publisher"), MAX_TITLE) or None,
                weight=_weight(said.get("weight")),
                pages=said.get("pages") == "true",
            ),
        )
    if not found:
        message = "the list names no feed; give an OPML file"
        raise ConfigError(message)
    return tuple(found.values())


def _own_attributes(body: bytes) -> dict[str, dict[str, str]]:
    """Return our own attributes by the feed's address; listparser does not know them."""
    try:
        root = ET.fromstring(body)  # noqa: S314 looked at for entities and depth before
    except ET.ParseError:
        return {}
    return {
        outline.get("xmlUrl", "").strip(): {
            name: outline.get(f"{{{NAMESPACE}}}{name}", "") for name in OWN
        }
        for outline in root.iter("outline")
        if outline.get("xmlUrl")
    }


def _kind_of(categories: Sequence[str]) -> str | None:
    """Return the kind that a category names, in singular or plural."""
    for category in categories:
        word = category.strip(" /").rpartition("/")[2].casefold()
        for form in (word, word.removesuffix("s"), word.removesuffix("ies") + "y"):
            if form in FEED_KINDS:
                return form
    return None


def _id(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", text) else None


def _weight(text: str | None) -> float:
    try:
        weight = float(text or 1.0)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 10 else 1.0  # noqa: PLR2004 as in flows.settings
