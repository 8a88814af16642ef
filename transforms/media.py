"""The pictures of each entry, each with the credit of *its* picture.

feedparser flattens `media:group`, keeps all credits in one list and loses which picture they
belong to, so we read the pictures in a pass of our own over the same bytes.
"""

from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from transforms.records import Figure

MAX_IMAGES = 50  # of one entry
MARKERS = (b"media:", b"search.yahoo.com/mrss", b"enclosure", b"itunes:image", b"<image")
PICTURE_NAMES = ("content", "thumbnail", "image")


def read_images(body: bytes, base: str) -> list[tuple[Figure, ...]]:
    """Return the pictures of each `item` or `entry`, in the document's order.

    An empty list where the document has none, or where even a forgiving parser gives up.
    """
    if not any(marker in body for marker in MARKERS):
        return []
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser, base_url=base)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    return [
        _entry_images(entry, entry.base or base)
        for entry in root.iter()
        if _name(entry) in ("item", "entry")
    ]


def _entry_images(entry: etree._Element, base: str) -> tuple[Figure, ...]:
    """Own pictures first, then the thumbnails; the widest of a group stands for it."""
    about = _About.read(entry)
    full: list[Figure] = []
    thumbnails: list[Figure] = []
    for child in entry:
        name = _name(child)
        if name == "group":
            around = _About.read(child).within(about)
            members = [figure for part in child if (figure := _figure(part, around, base))]
            if members:
                full.append(max(members, key=lambda figure: figure.width or 0))
        elif _is_enclosed_picture(child):
            address = _address(child.get("url") or child.get("href"), base)
            full.extend([Figure(url=address)] if address else [])
        elif figure := _figure(child, about, base):
            (thumbnails if name == "thumbnail" else full).append(figure)
    unique = {figure.url: figure for figure in reversed([*full, *thumbnails])}
    return tuple(list(reversed(unique.values()))[:MAX_IMAGES])


@dataclass(frozen=True, slots=True)
class _About:
    """What one element says of the pictures in it."""

    credit: str | None = None
    description: str | None = None
    title: str | None = None

    @classmethod
    def read(cls, element: etree._Element) -> "_About":
        said: dict[str, str] = {}
        for child in element:
            name = _name(child)
            if name in ("credit", "description", "title") and _is_media(child):
                text = "".join(child.itertext()).strip()
                if text:
                    said.setdefault(name, text)
        return cls(**said)

    def within(self, outer: "_About") -> "_About":
        """Fill what is not said here by what is said around it."""
        return _About(
            self.credit or outer.credit,
            self.description or outer.description,
            self.title or outer.title,
        )


def _figure(element: etree._Element, around: _About, base: str) -> Figure | None:
    """Return the picture that `element` is; its group and entry may say more about it."""
    name = _name(element)
    if name not in PICTURE_NAMES:
        return None
    own = _About.read(element)
    kind, medium = element.get("type", ""), element.get("medium", "")
    is_picture = name != "content" or medium == "image" or kind.startswith("image/")
    address = _address(element.get("url") or element.get("href"), base)
    if address is None or not (is_picture or not (kind or medium)):
        # A film's own thumbnail is a picture, too.
        inner = next((part for part in element if _name(part) == "thumbnail"), None)
        return None if inner is None else _figure(inner, own.within(around), base)
    said = own.within(around)
    return Figure(
        url=address,
        width=_number(element.get("width")),
        height=_number(element.get("height")),
        caption=said.description,
        alt=own.title,
        credit=said.credit,
    )


def _is_enclosed_picture(element: etree._Element) -> bool:
    name = _name(element)
    is_enclosure = name == "enclosure" or (name == "link" and element.get("rel") == "enclosure")
    return is_enclosure and element.get("type", "").startswith("image/")


def _address(url: str | None, base: str) -> str | None:
    try:
        return urljoin(base, url.strip()) if url and url.strip() else None
    except ValueError:
        return None


def _name(element: etree._Element) -> str:
    """Return the local name, also where the feed forgot to declare the prefix."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def _is_media(element: etree._Element) -> bool:
    return "search.yahoo.com/mrss" in element.tag or element.tag.startswith("media:")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) <= 5 else None  # noqa: PLR2004
