"""Tell a week, without Prefect: articles → stories → issue → files. Changes nothing stored."""

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from flows.database import attach_read_only, memory_database
from flows.picturing import gather_pictures
from flows.settings import EditionSettings, Settings, config_file, read_toml
from reports.corrections import corrections_of
from reports.issue import assemble_issue
from reports.message import compose_message, message_bytes
from reports.pictures import pictures_wanted
from reports.records import Issue, IssueSettings, Letter, Picture, Recipient, SenderSettings
from reports.render import pictures_of, render_html, render_letter
from transforms.corrections import Watch, load_history, read_late, read_rewrites
from transforms.desk import actions_of, apply_actions, delayed_stories, read_actions, told_first
from transforms.editions import Selection, select_news
from transforms.errors import ConfigError, DeliveryError, did_you_mean
from transforms.overrides import FILE as OVERRIDES
from transforms.overrides import Overrides, parse_overrides, unknown_articles
from transforms.records import Action, WeekNews
from transforms.stories import read_background, read_gazetteer
from transforms.vocabulary import parse_vocabulary
from transforms.week_news import Judgement, Window, build_week, load_week, read_news
from transforms.weeks import Week

log = logging.getLogger(__name__)

PREVIEW_RECIPIENT = "reader@example.org"


@dataclass(frozen=True, slots=True)
class BuiltIssue:
    """An issue, drawn.

    Attributes:
        news: What it was made of.
        issue: What was decided.
        letter: What every reader gets.
        page: The letter as a page of its own; its pictures stand in `pictures/`.
        full: The page with every story.
    """

    week: Week
    news: WeekNews
    issue: Issue
    letter: Letter
    page: str
    full: str

    def check_stories(self) -> None:
        """Check that there is something to mail.

        Raises:
            DeliveryError: It has no story.
        """
        if not self.news.stories:
            name = self.issue.issue_id
            message = f"{name} has no story, so nothing is mailed; see perigee feeds status"
            raise DeliveryError(message)


@dataclass(frozen=True, slots=True)
class Written:
    """Where an issue's files are."""

    page: Path
    full: Path
    text: Path
    message: Path


def load_judgement(settings: Settings) -> Judgement:
    """Read what stories are told apart by: vocabulary, names, the editor's decisions.

    Raises:
        ConfigError: One of the files is wrong.
    """
    vocabulary = parse_vocabulary(read_toml(config_file(settings.config, "tags.toml")))
    decided = read_toml(settings.config / "overrides.toml")
    return Judgement(
        vocabulary=vocabulary,
        gazetteer=read_gazetteer(read_toml(config_file(settings.config, "gazetteer.toml"))),
        background=read_background(),
        overrides=parse_overrides(decided, [tag.tag_id for tag in vocabulary.tags]),
        languages=settings.digest.languages,
    )


def tell_week(settings: Settings, judgement: Judgement, week: Week) -> WeekNews:
    """Return the week's news as the editor wants it, for the edition that is being told.

    Raises:
        DatabaseBusyError: Another process kept the database for too long.
        ModelError: A model could not be built.
    """
    _warn_of_unknown(settings, judgement.overrides)
    news, actions = rank_week(settings, judgement, week)
    return apply_actions(news, actions, week, settings.time_zone)


def rank_week(
    settings: Settings, judgement: Judgement, week: Week
) -> tuple[WeekNews, tuple[Action, ...]]:
    """Return the week's news as it ranks by itself, and what the editor has done to its issue.

    dedupe → cluster → tag → rank, in a database in memory.

    The stored articles are only looked at, and the file is let go before the work begins.

    Raises:
        DatabaseBusyError: Another process kept the database for too long.
        ModelError: A model could not be built.
    """
    window = Window.of(week, settings.time_zone)
    with closing(memory_database()) as connection:
        with attach_read_only(connection, settings.database):
            load_week(connection, window)
            load_history(connection)
            watch = _watch(connection, settings, week, window)
            actions = read_actions(connection, settings.edition_id, "durable")
        build_week(connection, judgement, window.parameters)
        news = read_news(connection, window)
        delayed = delayed_stories(connection, actions, str(week.previous()))
        news = replace(
            news,
            stories=told_first(news.stories, delayed),
            late=read_late(connection, watch, delayed),
            rewrites=read_rewrites(connection, watch),
        )
    if settings.edition:
        chosen = _selection(settings.edition, judgement)
        news = select_news(news, chosen, week, settings.time_zone)
    funnel = news.funnel
    log.info(
        "told week=%s articles=%d duplicates=%d look_alikes=%d stories=%d",
        week,
        funnel.articles,
        funnel.duplicates,
        funnel.look_alikes,
        funnel.stories,
    )
    return news, actions_of(actions, str(week))


def _warn_of_unknown(settings: Settings, overrides: Overrides) -> None:
    """Log decisions on articles that were never seen: a mistyped address would do nothing."""
    if not overrides:
        return
    with (
        closing(memory_database()) as connection,
        attach_read_only(connection, settings.database),
    ):
        for kind, key in unknown_articles(connection, overrides):
            log.warning("%s: a %s names %s, which no feed brought", OVERRIDES, kind, key)


def issue_id_of(settings: Settings, week: Week) -> str:
    """Return the id of the issue of `week` in the edition that is being told."""
    return f"{settings.edition.id}-{week}" if settings.edition else str(week)


def _watch(
    connection: duckdb.DuckDBPyConnection, settings: Settings, week: Week, window: Window
) -> Watch:
    """Return the time whose late stories and corrections the issue of `week` tells."""
    made = made_issues(connection)
    before = issue_id_of(settings, week.previous())
    return Watch.of(window, made.get(issue_id_of(settings, week)), made.get(before))


def _selection(edition: EditionSettings, judgement: Judgement) -> Selection:
    """Return what an edition tells.

    Raises:
        ConfigError: It names a tag that is not in the vocabulary.
    """
    known = [tag.tag_id for tag in judgement.vocabulary.tags]
    for tag in sorted(edition.tags.difference(known)):
        hint = did_you_mean(tag, known)
        message = f"perigee.toml: edition {edition.id!r} names the unknown tag {tag!r}{hint}"
        raise ConfigError(message)
    return Selection(edition.tags, edition.feeds)


def made_issues(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Return when each issue that was mailed was made, by its id, from schema `durable`."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'durable'"
    ).fetchall()
    if ("issues",) not in tables:
        return {}
    rows = connection.execute(
        "SELECT issue_id, frozen_at FROM durable.issues WHERE frozen_at IS NOT NULL"
    ).fetchall()
    return dict(rows)


def build_issue(
    settings: Settings,
    week: Week,
    *,
    on_stage: Callable[[str], None] = lambda _: None,
) -> BuiltIssue:
    """Return the issue of `week`; the same articles and settings give the same bytes.

    Args:
        settings: All of them.
        week: Which week.
        on_stage: Told the verb of each stage as it begins.
    """
    on_stage("cluster, tag and rank")
    judgement = load_judgement(settings)
    news = tell_week(settings, judgement, week)
    return finish_issue(settings, judgement, week, news, on_stage=on_stage)


def finish_issue(
    settings: Settings,
    judgement: Judgement,
    week: Week,
    news: WeekNews,
    *,
    on_stage: Callable[[str], None] = lambda _: None,
) -> BuiltIssue:
    """Return the issue of news that was told: gather pictures → assemble → render."""
    on_stage("gather pictures")
    wanted = pictures_wanted(news, settings.digest.cards)
    pictures = gather_pictures(settings, news, wanted)
    on_stage("render")
    return draw_issue(settings, judgement, week, news, pictures)


def draw_issue(
    settings: Settings,
    judgement: Judgement,
    week: Week,
    news: WeekNews,
    pictures: Mapping[str, Picture],
) -> BuiltIssue:
    """Assemble and render the issue."""
    chosen = issue_settings(settings)
    issue = assemble_issue(
        news,
        week,
        judgement.vocabulary.tags,
        chosen,
        pictures,
        corrections=corrections_of(news.rewrites, chosen),
        late=news.late,
    )
    return BuiltIssue(
        week=week,
        news=news,
        issue=issue,
        letter=render_letter(issue, chosen),
        page=render_html(issue, chosen, images="file"),
        full=render_html(issue, chosen, full=True),
    )


def write_issue(settings: Settings, built: BuiltIssue, out: Path) -> Written:
    """Write the pages, the text and a reader's message into `out/<week>/`."""
    folder = out / built.issue.issue_id
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    for picture in pictures_of(built.issue):
        (folder / "pictures" / picture.name).write_bytes(picture.data)
    names = ("index.html", "full.html", "digest.txt", "digest.eml")
    written = Written(*(folder / name for name in names))
    written.page.write_text(built.page, encoding="utf-8")
    written.full.write_text(built.full, encoding="utf-8")
    leave = built.letter.unsubscribe_mark
    sender = issue_settings(settings)
    message = compose_message(
        built.letter,
        Recipient(address=PREVIEW_RECIPIENT),
        sender,
        sent_at(settings, built.week),
    )
    written.text.write_text(
        re.sub(re.escape(leave), "(each reader's own address)", built.letter.text), encoding="utf-8"
    )
    written.message.write_bytes(message_bytes(message))
    return written


def sent_at(settings: Settings, week: Week) -> datetime:
    """Return the moment that a letter about `week` carries as its date: when the week was over."""
    return week.end(settings.time_zone)


def _list_id(settings: Settings) -> str | None:
    """Return the `List-Id` of the edition: readers sort their mail by it."""
    given = settings.delivery.list_id
    return f"{settings.edition.id}.{given}" if settings.edition and given else given


def _feed_url(settings: Settings) -> str | None:
    """Return the Atom feed of the edition's issues, which stands in the archive."""
    if not settings.digest.archive_url:
        return None
    folder = f"edition/{settings.edition.id}/" if settings.edition else ""
    return f"{settings.digest.archive_url.rstrip('/')}/{folder}atom.xml"


def issue_settings(settings: Settings) -> IssueSettings:
    """Return what reports need of the settings."""
    digest, delivery = settings.digest, settings.delivery
    return IssueSettings(
        title=digest.title,
        tagline=digest.tagline,
        language=digest.language,
        time_zone=settings.time_zone,
        edition=settings.edition.id if settings.edition else None,
        cards=digest.cards,
        section_stories=digest.section_stories,
        max_html_bytes=digest.max_html_bytes,
        images=digest.images,
        archive_url=digest.archive_url,
        feed_url=_feed_url(settings),
        sender=SenderSettings(
            sender=delivery.sender,
            list_id=_list_id(settings),
            unsubscribe_url=delivery.unsubscribe_url,
            unsubscribe_mailto=delivery.unsubscribe_mailto,
            postal_address=delivery.postal_address,
        ),
    )
