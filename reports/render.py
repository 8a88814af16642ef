"""An issue → HTML that mail clients can draw, and plain text in 78 columns."""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import css_inline
from markupsafe import Markup

from reports.fit import cut_to, lengths, without_pictures
from reports.links import sender_address, unsubscribe_mailto
from reports.printing import disarmed, html_environment, text_environment
from reports.records import IMAGES, Issue, IssueSettings, Item, Letter, ShownPicture
from reports.words import capitalised, count_of
from transforms.errors import ConfigError, RenderError

# Pushes the letter's beginning out of a mailbox's preview, which shows what follows the preheader.
FILLER = Markup("&#847;&zwnj;&nbsp;" * 60)  # noqa: S704 our own
# What an addressed letter may be longer than one with the mark in the address's place.
UNSUBSCRIBE_ROOM = 500

_CLASS = re.compile(r' class="([^"]*)"')
_SELECTOR = re.compile(r"\.([a-z][\w-]*)")
_HTML = html_environment()
_TEXT = text_environment()
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)


def render_html(
    issue: Issue,
    settings: IssueSettings,
    *,
    full: bool = False,
    images: str | None = None,
    unsubscribe: str | None = None,
    story_page: Callable[[Item], str] | None = None,
) -> str:
    """Return the issue as an HTML document.

    Args:
        issue: What to draw.
        settings: What the editor decided about the letter.
        full: The web page, with every story; else the letter, of at most `max_html_bytes`.
        images: Where pictures are: `cid` (in the message), `remote` (at the archive), `file` (in
            `pictures/` beside the page; see `pictures_of`) or `none`. Default: `file` for the
            page, else as set.
        unsubscribe: Where its link leads; default a mail to the list.
        story_page: Where a story has a page of its own, which it then links.

    Raises:
        ConfigError: Pictures are to be remote, but issues are not published.
        RenderError: Even the barest letter is larger than allowed.
    """
    place = images or ("file" if full else settings.images)
    shown = without_pictures(issue) if place == "none" else issue
    draw = partial(
        _draw,
        settings=settings,
        full=full,
        images=place,
        unsubscribe=unsubscribe,
        story_page=story_page,
    )
    return draw(shown) if full else _fitting(shown, settings, draw)


def render_text(issue: Issue, settings: IssueSettings, *, unsubscribe: str | None = None) -> str:
    """Return the letter as plain text in 78 columns; only addresses may be wider.

    Text is never clipped: it tells what the HTML would without its limit.
    """
    shown = cut_to(issue, lengths(issue, settings)[0])
    context = _context(shown, settings, full=False, unsubscribe=unsubscribe)
    text = _TEXT.get_template("issue.txt").render(context)
    lines = (disarmed(line.rstrip()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def render_letter(issue: Issue, settings: IssueSettings) -> Letter:
    """Return the letter as it goes to every reader, but for the address to leave by."""
    mark = _unsubscribe_mark(issue)
    limit = settings.max_html_bytes - UNSUBSCRIBE_ROOM
    html = render_html(issue, replace(settings, max_html_bytes=limit), unsubscribe=mark)
    within = settings.images == "cid"
    return Letter(
        issue_id=issue.issue_id,
        subject=issue.subject,
        language=issue.language,
        html=html,
        text=render_text(issue, settings, unsubscribe=mark),
        pictures=tuple(p for p in pictures_of(issue) if within and p.name in html),
        web_url=issue.web_url,
        unsubscribe_mark=mark,
    )


def pictures_of(issue: Issue) -> tuple[ShownPicture, ...]:
    """Return the issue's pictures, each once: what stands in `pictures/` beside its page."""
    items = [issue.lead, *issue.cards, issue.picture_of_the_week]
    chart = issue.week_chart and issue.week_chart.picture
    shown = [*(item.picture for item in items if item), chart]
    return tuple({picture.name: picture for picture in shown if picture}.values())


def content_id(picture: ShownPicture, settings: IssueSettings) -> str:
    """Return the `Content-ID` of a picture, without its angle brackets."""
    domain = sender_address(settings.sender.sender).rpartition("@")[2] or "localhost"
    return f"{picture.name}@{domain}"


def _fitting(issue: Issue, settings: IssueSettings, draw: Callable[[Issue], str]) -> str:
    """Return the longest form of the letter that is not too large."""
    ladder = lengths(issue, settings)
    drawn: dict[int, str] = {}

    def fits(rung: int) -> bool:
        drawn[rung] = draw(cut_to(issue, ladder[rung]))
        return len(drawn[rung].encode()) <= settings.max_html_bytes

    if fits(0):
        return drawn[0]
    rung = bisect_left(range(len(ladder)), x=True, lo=1, key=fits)
    if rung == len(ladder):
        message = (
            f"issue {issue.issue_id}: its barest letter is larger than "
            f"{settings.max_html_bytes} bytes; raise max_html_bytes"
        )
        raise RenderError(message)
    return drawn[rung]


def _draw(
    issue: Issue,
    settings: IssueSettings,
    *,
    full: bool,
    images: str,
    unsubscribe: str | None,
    story_page: Callable[[Item], str] | None,
) -> str:
    context = _context(issue, settings, full=full, unsubscribe=unsubscribe)
    source = _picture_source(issue, settings, images)
    html = _HTML.get_template("issue.html").render(
        context, src=source, filler=FILLER, story_page=story_page
    )
    inlined = _INLINER.inline(html).replace(' data-css-inline="keep"', "")
    return _without_spent_classes(re.sub(r"\n\s+", "\n", inlined))


def _context(
    issue: Issue, settings: IssueSettings, *, full: bool, unsubscribe: str | None
) -> dict[str, Any]:
    left_out = f"{count_of(issue.left_out, 'story', 'stories')} did not fit into this letter."
    return {
        "issue": issue,
        "full": full,
        "left_out": capitalised(left_out) if issue.left_out else "",
        "unsubscribe": unsubscribe or unsubscribe_mailto(settings.sender),
        "archive": settings.archive_url,
        "feed": settings.feed_url,
        "postal_address": settings.sender.postal_address,
    }


def _picture_source(
    issue: Issue, settings: IssueSettings, images: str
) -> Callable[[ShownPicture], str]:
    if images not in IMAGES:
        message = f"[digest] images: {images!r} is unknown; take one of {', '.join(IMAGES)}"
        raise ConfigError(message)
    if images == "remote" and not issue.web_url:
        message = "[digest] images: 'remote' needs archive_url, where the pictures are published"
        raise ConfigError(message)
    if images == "cid":
        return lambda picture: f"cid:{content_id(picture, settings)}"
    folder = f"{issue.web_url}pictures/" if images == "remote" else "pictures/"
    return lambda picture: folder + picture.name


def _without_spent_classes(html: str) -> str:
    """Return the document without classes that the style sheet it keeps does not name."""
    sheet = html[html.index("<style>") : html.rindex("</style>")]
    kept = {*_SELECTOR.findall(sheet), "credit"}

    def prune(found: re.Match[str]) -> str:
        names = [name for name in found[1].split() if name in kept]
        return f' class="{" ".join(names)}"' if names else ""

    return _CLASS.sub(prune, html)


def _unsubscribe_mark(issue: Issue) -> str:
    """Return an address that no feed can have guessed, to be replaced by each reader's own."""
    facts = (issue.issue_id, issue.preheader, issue.colophon.funnel, issue.stories)
    return f"https://unsubscribe.invalid/{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"
