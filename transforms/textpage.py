"""An article page saved as plain text → article.

The form is that of our seed document: blocks parted by blank lines. First what belongs to the
main picture, then title, standfirst and date, the body with its figures' captions and credits
printed between the paragraphs, "Next Up" with pairs of title and teaser, and "Related To:".
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transforms.boilerplate import is_boilerplate
from transforms.dates import Moment, parse_date
from transforms.errors import PageError
from transforms.figures import Piece, is_credit_line, same_words, tie_captions
from transforms.labels import after_topics_label, is_related_label
from transforms.language import language_of
from transforms.normalise import identify
from transforms.records import Article, Block, Figure, RelatedItem
from transforms.teasers import split_updated
from transforms.text import one_line, paragraph, title_key

MAX_CHARACTERS = 200_000
MAX_BLOCKS = 400
MAX_RELATED = 50
MAX_TOPICS = 50
MAX_PARAGRAPH = 10_000
# A saved page has no clock: any date that it states is past.
_ANY_TIME = datetime(9998, 1, 1, tzinfo=UTC)
_DATE_LINE = re.compile(r"(?:Published:?(?: on)? |Posted:?(?: on)? )?(.{6,45})", re.IGNORECASE)
_BYLINE = re.compile(r"By:? (?=[A-ZÀ-Ý])(.{3,100})")
_BLANK = re.compile(r"\n[ \t]*\n")
# The date stands above the body: below title, standfirst, and a line or two of who wrote it.
MAX_HEAD = 6
MAX_DEK_WITHOUT_DATE = 300
MAX_CAPTION = 250
_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"', ":")


def read_text_page(text: str) -> Article:
    """Return the article that a page saved as plain text holds.

    Only a line that is a date as a whole dates the article. A day is held as its midnight in UTC
    with `date_precision` "day"; it stands for the day and is no moment.

    Raises:
        PageError: No line of the text can be a title.
    """
    main, related, topics = _sections(_lines(text))
    hero, main = _hero(main)
    if not main:
        message = "the text page holds no article: it has no line that could be a title"
        raise PageError(message)
    head = _head(main)
    body = _body(head.rest)
    words = " ".join(block.text for block in body if block.type == "p" and block.text)
    title = one_line(head.title)
    article = Article(
        article_id="",
        feed_id=None,
        title=title,
        title_key=title_key(title),
        dek=paragraph(head.dek) or None,
        published_at=head.published.at,
        date_precision=head.published.precision,
        date_raw=head.published.raw if head.published.flag else None,
        authors=head.authors,
        hero=hero or head.hero,
        body=body,
        related_items=related,
        related_topics=topics,
        language=language_of(words or f"{title} {head.dek or ''}"),
        word_count=len(words.split()),
        flags=(head.published.flag,) if head.published.flag else (),
    )
    return replace(article, article_id=identify(article))


def _lines(text: str) -> list[str]:
    text = text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff\n ")
    parts = _BLANK.split(text) if _BLANK.search(text) else text.split("\n")
    lines = (one_line(part, MAX_PARAGRAPH) for part in parts)
    return [line for line in lines if line]


def _sections(
    lines: list[str],
) -> tuple[list[str], tuple[RelatedItem, ...], tuple[str, ...]]:
    """Part the article's own lines from those below "Next Up" and "Related To:"."""
    main: list[str] = []
    items: list[str] = []
    topics: list[str] = []
    current = main
    for line in lines:
        if (named := after_topics_label(line)) is not None:
            current = topics
            topics += re.split(r"\s*[,;•|]\s*", named)
        elif main and is_related_label(line):
            current = items
        elif current is not main or not is_boilerplate(line):
            current.append(line)
    folded = (one_line(topic, MAX_CAPTION) for topic in topics)
    return main, _related(items), tuple(dict.fromkeys(filter(None, folded)))[:MAX_TOPICS]


def _related(lines: list[str]) -> tuple[RelatedItem, ...]:
    """Pair titles with teasers by position: punctuation does not tell them apart."""
    items: list[RelatedItem] = []
    title = ""
    for line in lines:
        teaser, updated = split_updated(line)
        if updated and not teaser and items:
            items[-1] = replace(items[-1], updated=updated)
        elif title:
            items.append(RelatedItem(one_line(title), paragraph(teaser) or None, None, updated))
            title = ""
        else:
            title = line
    if title:
        items.append(RelatedItem(one_line(title)))
    return tuple(items[:MAX_RELATED])


def _hero(lines: list[str]) -> tuple[Figure | None, list[str]]:
    """Return the picture whose credit and caption stand above the title, and the lines below."""
    # A title may stand right above a credit, too: only a repeated line is the caption here.
    pieces = tie_captions(_pieces(lines[:MAX_HEAD], is_bold=False))
    if not pieces or pieces[0].block.figure is None:
        return None, lines
    title = next((piece.block.text for piece in pieces if piece.block.text), None)
    below = lines.index(title) if title else MAX_HEAD
    return replace(pieces[0].block.figure, role="hero"), lines[below:]


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands above the body."""

    title: str
    dek: str | None
    published: Moment
    authors: tuple[str, ...]
    hero: Figure | None
    rest: list[str]


def _head(lines: list[str]) -> _Head:
    title, *below = lines
    published, end = Moment(), 0
    for index, line in enumerate(below[:MAX_HEAD]):
        found = _DATE_LINE.fullmatch(line)
        moment = parse_date(found[1], _ANY_TIME) if found else Moment()
        if found and moment.flag != "date_unreadable":
            published, end = moment, index + 1
            break
    head, rest = below[: max(0, end - 1)], below[end:]
    if not end and len(below) > 1 and len(below[0]) <= MAX_DEK_WITHOUT_DATE:
        head, rest = below[:1], below[1:]
    pieces = tie_captions(_pieces(head))
    hero = next((piece.block.figure for piece in pieces if piece.block.figure), None)
    texts = [piece.block.text or "" for piece in pieces if not piece.block.figure]
    bylines = [found for text in (*texts, *rest[:1]) if (found := _BYLINE.fullmatch(text))]
    texts = [text for text in texts if not _BYLINE.fullmatch(text)]
    return _Head(
        title=title,
        dek=texts[0] if texts else None,
        published=published,
        authors=tuple(one_line(found[1]) for found in bylines),
        hero=replace(hero, role="hero") if hero else None,
        rest=texts[1:] + (rest[1:] if rest and _BYLINE.fullmatch(rest[0]) else rest),
    )


def _body(lines: list[str]) -> tuple[Block, ...]:
    return tuple(piece.block for piece in tie_captions(_pieces(lines)))[:MAX_BLOCKS]


def _pieces(lines: list[str], *, is_bold: bool = True) -> list[Piece]:
    """Return `lines` as paragraphs, those marked as captions that stand beside a credit."""
    return [
        Piece(
            Block("p", text=line),
            role="caption" if _is_caption(lines, index, is_bold=is_bold) else "",
        )
        for index, line in enumerate(lines)
    ]


def _is_caption(lines: list[str], index: int, *, is_bold: bool) -> bool:
    """Tell if a line is a caption: printed twice in a row, or above a credit and then below it.

    Where `is_bold`, a line above a credit is one as well if no sentence ends there.
    """
    line, following = lines[index], lines[index + 1 : index + 4]
    if not following or is_credit_line(line):
        return False
    if same_words(line, following[0]):
        return True
    if not is_credit_line(following[0]):
        return False
    is_repeated = any(same_words(line, other) for other in following[1:])
    return is_repeated or (
        is_bold and len(line) <= MAX_CAPTION and not line.endswith(_SENTENCE_ENDS)
    )
