"""`config/*.toml` and the environment → one checked `Settings`."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo, available_timezones

from dotenv import load_dotenv
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from transforms.errors import ConfigError, did_you_mean
from transforms.records import Feed

# What an editor does not override comes from the checkout's own `config/`.
DEFAULT_CONFIG = Path(__file__).resolve().parent.parent / "config"

# The edition that tells everything.
DEFAULT_EDITION = "weekly"

# In place of an edition's id: each one whose day it is.
DUE = "due"

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = get_args(Day)

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Seconds = Annotated[float, Field(ge=0)]
Model = TypeVar("Model", bound=BaseModel)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FetchSettings(_Section):
    """`[fetch]`: how feeds are asked.

    Attributes:
        workers: Feeds asked side by side; never two at one host.
        per_host_delay: Seconds between two requests to one host.
        timeout: Seconds for one response in all, redirects and a dripping body included.
        user_agent_contact: An address at which a webmaster can reach you; sent with each request.
        allow_private_addresses: Also ask hosts on private and loopback networks.
        allow_addresses: Single `host:port` exceptions from that rule.
        respect_schedule: Ask only feeds that are due; false asks all of them.
        min_interval: The shortest time between two polls of a feed, in minutes.
        max_interval: The longest time between two polls of a feed, in minutes.
        max_body_bytes: The largest body, on the wire and decoded.
        parse_timeout: Seconds that reading one document may take.
        pages: Also read the pages of the week's candidates (per feed: `pages = true`).
    """

    workers: int = Field(default=32, ge=1, le=256)
    per_host_delay: Seconds = 1.0
    timeout: float = Field(default=30.0, gt=0)
    user_agent_contact: str = ""
    allow_private_addresses: bool = False
    allow_addresses: frozenset[str] = frozenset()
    respect_schedule: bool = True
    min_interval: float = Field(default=30, gt=0)
    max_interval: float = Field(default=1440, gt=0)
    max_body_bytes: int = Field(default=10_000_000, gt=0)
    parse_timeout: float = Field(default=10.0, gt=0)
    pages: bool = False


class DigestSettings(_Section):
    """`[digest]`: what the letter looks like.

    Attributes:
        title: The letter's name in the masthead and the subject.
        tagline: A line below it.
        language: A BCP 47 tag.
        languages: Those that its stories are told in, such as `en`; all where there are none. An
            article in another one counts as coverage, but makes no story of its own.
        cards: Stories shown as cards after the lead.
        section_stories: Stories a tag's section lists in the mail.
        max_html_bytes: The mail's HTML is never larger (Gmail clips at 102 KiB).
        images: `cid` sends pictures along, `remote` links the archive's copies, `none` shows none.
        archive_url: Where the issues are published, if anywhere.
        out: The folder that issues are written to.
        day: The weekday on which the letter leaves, in the week after the one it tells.
        approval: Whether an issue leaves only once an editor has approved it.
        cutoff: Hours before a scheduled issue's moment by which it must have been approved.
        on_cutoff: What becomes of it without that: `send` it as it is, or `hold` it.
    """

    title: str = "Perigee"
    tagline: str = ""
    language: str = "en"
    languages: tuple[Language, ...] = ()
    cards: int = Field(default=8, ge=0, le=40)
    section_stories: int = Field(default=5, ge=1, le=50)
    max_html_bytes: int = Field(default=100_000, ge=20_000)
    images: Literal["cid", "remote", "none"] = "cid"
    archive_url: str | None = None
    out: Path = Path("out")
    day: Day = "mon"
    approval: Literal["none", "required"] = "none"
    cutoff: float = Field(default=0.0, ge=0)
    on_cutoff: Literal["send", "hold"] = "hold"


class EditionSettings(_Section):
    """`[[edition]]`: one more series of issues, with its own readers, issues and feeds.

    Without any there is the edition `weekly`, which tells everything; it is always there.

    Attributes:
        id: Its short id; stands in its issues' ids and addresses.
        title: Its name in the masthead and the subject.
        tagline: A line below it.
        tags: Only stories with one of these tags; all where there are none.
        feeds: Only stories that one of these feeds told; all where there are none.
        language: A BCP 47 tag; by default that of `[digest]`.
        languages: As in `[digest]`, and by default those.
        day: The weekday on which it leaves, in the week after the one it tells.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1)
    tagline: str = ""
    tags: frozenset[str] = frozenset()
    feeds: frozenset[str] = frozenset()
    language: str | None = None
    languages: tuple[Language, ...] | None = None
    day: Day = "mon"


class DeliverySettings(_Section):
    """`[delivery]`: who sends the letter, and through which server.

    Attributes:
        smtp_url: `smtp://host`, `smtps://user@host`, `smtp://user@host:587?starttls=required`; the
            password comes from the environment (`PERIGEE_SMTP_PASSWORD`). Without `starttls=`
            STARTTLS is required, except on this machine.
        credentials_block: The Prefect block (`EmailServerCredentials` of prefect-email) that holds
            the server's login; for the flows, instead of address and environment.
        sender: The `From` of the letter (`from` in the file).
        bounce_address: The envelope's sender, which bounces go to; by default the `From`.
        list_id: The `List-Id`; by default made of the sender's domain.
        unsubscribe_url: The https page for one click (RFC 8058); needs `PERIGEE_SECRET`.
        unsubscribe_mailto: The address that takes unsubscribe mails; by default the sender's.
        postal_address: Printed in the footer where the law asks for one.
        confirm: Ask new readers by mail whether they want the letter (double opt-in).
        connections: SMTP connections side by side.
        max_per_minute: Messages handed over in a minute; no limit where it is not given.
        timeout: Seconds for each answer of the server.
        answer_timeout: Seconds for the answer to a whole message (RFC 5321 wants 10 minutes: who
            gives up early sends twice).
        deadline: Hours after which a copy that was put off again and again is given up.
        max_lateness: Hours after its moment that a scheduled letter still leaves by itself.
        on_uncertain: What becomes of a copy whose sending died between the message and its
            answer: `hold` leaves it to a person, `retry` sends it again, `lookup` asks the
            mailbox of `imap_url` whether it has arrived.
        imap_url: `imaps://user@host/Folder`, where bounces and unsubscribe mails arrive; the
            password comes from the environment (`PERIGEE_IMAP_PASSWORD`).
        archive_folder: The folder at `imap_url` that gets a copy of every letter, for `lookup`.
        ca_file: Trust this authority's certificates instead of the system's.
        dkim_selector: Sign with this selector (needs `pip install dkimpy`) ...
        dkim_key: ... and the private key in this PEM file.
    """

    smtp_url: str | None = None
    credentials_block: str | None = None
    sender: str = Field(default="Perigee <perigee@localhost.localdomain>", alias="from")
    bounce_address: str | None = None
    list_id: str | None = None
    unsubscribe_url: str | None = None
    unsubscribe_mailto: str | None = None
    postal_address: str | None = None
    confirm: bool = False
    connections: int = Field(default=4, ge=1, le=16)
    max_per_minute: int | None = Field(default=None, ge=1)
    timeout: float = Field(default=60.0, gt=0)
    answer_timeout: float = Field(default=600.0, gt=0)
    deadline: float = Field(default=72.0, gt=0)
    max_lateness: float = Field(default=6.0, gt=0)
    on_uncertain: Literal["hold", "retry", "lookup"] = "hold"
    imap_url: str | None = None
    archive_folder: str = "Archive"
    ca_file: Path | None = None
    dkim_selector: str | None = None
    dkim_key: Path | None = None

    @property
    def imap_password(self) -> str | None:
        """The password of the user in `imap_url`; from the environment only."""
        return os.environ.get("PERIGEE_IMAP_PASSWORD")


class PerigeeFile(_Section):
    """`config/perigee.toml`."""

    database: Path = Path("data/perigee.duckdb")
    time_zone: str = "UTC"
    fetch: FetchSettings = FetchSettings()
    digest: DigestSettings = DigestSettings()
    edition: tuple[EditionSettings, ...] = ()
    delivery: DeliverySettings = DeliverySettings()

    @field_validator("edition")
    @classmethod
    def _are_told_apart(cls, value: tuple[EditionSettings, ...]) -> tuple[EditionSettings, ...]:
        ids = [DEFAULT_EDITION, DUE, *(edition.id for edition in value)]
        if twice := [name for at, name in enumerate(ids) if name in ids[:at]]:
            message = f"the id {twice[0]!r} is taken; give the edition another one"
            raise ValueError(message)
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            hint = did_you_mean(value, available_timezones()) or "; take one like 'Europe/Berlin'"
            message = f"{value!r} is no time zone{hint}"
            raise ValueError(message)
        return value


class _FeedTable(_Section):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
    title: str = Field(min_length=1)
    url: str = Field(pattern=r"^(https?://|file:).+")
    kind: Literal["agency", "observatory", "journal", "press", "blog", "general"] = "press"
    publisher: str = ""
    weight: float = Field(default=1.0, ge=0, le=10)
    pages: bool = False


class _FeedsFile(_Section):
    feed: tuple[_FeedTable, ...] = ()


class Settings(BaseModel):
    """Everything that was configured, checked.

    Attributes:
        config: The folder it was read from.
        database: The DuckDB file, absolute.
        editions: Those besides the default one.
        edition: The one that is being told; None is the default one.
        smtp_password: From the environment only.
        secret: What unsubscribe links are signed with; from the environment only.
    """

    model_config = ConfigDict(frozen=True)

    config: Path
    database: Path
    time_zone: str
    fetch: FetchSettings
    digest: DigestSettings
    delivery: DeliverySettings
    feeds: tuple[Feed, ...]
    editions: tuple[EditionSettings, ...] = ()
    edition: EditionSettings | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    secret: str | None = Field(default=None, repr=False)

    @property
    def edition_id(self) -> str:
        """The edition that is being told, as readers are listed under it."""
        return self.edition.id if self.edition else DEFAULT_EDITION

    def for_edition(self, edition_id: str | None) -> "Settings":
        """Return the same for telling one edition, with its title and language.

        Raises:
            ConfigError: There is no such edition.
        """
        if edition_id in (None, DEFAULT_EDITION):
            return self
        known = {edition.id: edition for edition in self.editions}
        edition = known.get(edition_id or "")
        if edition is None:
            hint = did_you_mean(edition_id or "", [DEFAULT_EDITION, *known])
            message = f"edition {edition_id!r} is not in {self.config / 'perigee.toml'}{hint}"
            raise ConfigError(message)
        named = {
            "title": edition.title,
            "tagline": edition.tagline,
            "language": edition.language or self.digest.language,
            "languages": self.digest.languages if edition.languages is None else edition.languages,
            "day": edition.day,
        }
        digest = self.digest.model_copy(update=named)
        return self.model_copy(update={"edition": edition, "digest": digest})

    def editions_due(self, moment: datetime) -> tuple[str, ...]:
        """Return the ids of the editions that leave on the day of `moment`, in the editor's zone.

        The default one goes first, the others follow in the order of the file.
        """
        today = DAYS[moment.astimezone(self.zone).weekday()]
        days = {DEFAULT_EDITION: self.digest.day} | {e.id: e.day for e in self.editions}
        return tuple(name for name, day in days.items() if day == today)

    def with_login(self, smtp_url: str, password: str | None) -> "Settings":
        """Return the same with another mail server and its password."""
        delivery = self.delivery.model_copy(update={"smtp_url": smtp_url})
        return self.model_copy(update={"delivery": delivery, "smtp_password": password})

    @property
    def wants_pages(self) -> bool:
        """Whether any article's own page may be read."""
        return self.fetch.pages or any(feed.pages for feed in self.feeds)

    @property
    def zone(self) -> ZoneInfo:
        """The editor's time zone."""
        return ZoneInfo(self.time_zone)


def load_settings(config: Path | None = None, database: Path | None = None) -> Settings:
    """Read `config/` and the environment.

    Args:
        config: The folder; default `$PERIGEE_CONFIG`, else `config/` of the working folder, else
            that of the checkout.
        database: The DuckDB file; default `$PERIGEE_DATABASE`, else `database` in the file.

    Raises:
        ConfigError: A file is missing or wrong; names file, key and the likely right one.
    """
    load_dotenv(Path(".env"))  # what the environment already says goes first
    folder = config or _default_folder()
    if not folder.is_dir():
        message = f"{folder}: no such folder; give one with --config"
        raise ConfigError(message)
    file = _checked(PerigeeFile, folder / "perigee.toml")
    delivery = file.delivery
    if smtp_url := os.environ.get("PERIGEE_SMTP_URL"):
        delivery = delivery.model_copy(update={"smtp_url": smtp_url})
    chosen = database or Path(os.environ.get("PERIGEE_DATABASE") or file.database)
    feeds = load_feeds(folder / "feeds.toml")
    _check_editions(file.edition, feeds, folder / "perigee.toml")
    return Settings(
        config=folder.resolve(),
        database=chosen.absolute(),
        time_zone=file.time_zone,
        fetch=file.fetch,
        digest=file.digest,
        delivery=delivery,
        feeds=feeds,
        editions=file.edition,
        smtp_password=os.environ.get("PERIGEE_SMTP_PASSWORD"),
        secret=os.environ.get("PERIGEE_SECRET"),
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of `path`; an absent file is an empty one.

    Raises:
        ConfigError: It is no TOML, or cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: not valid TOML: {error}"
        raise ConfigError(message) from error
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}; make it a file to be read"
        raise ConfigError(message) from error


def config_file(folder: Path, name: str) -> Path:
    """Return `folder/name` or, where the editor has none, the checkout's own."""
    own = folder / name
    return own if own.exists() else DEFAULT_CONFIG / name


def _default_folder() -> Path:
    if named := os.environ.get("PERIGEE_CONFIG"):
        return Path(named)
    here = Path("config")
    return here if here.is_dir() else DEFAULT_CONFIG


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """Return the feeds of `feeds.toml`.

    Raises:
        ConfigError: The file is wrong, or two feeds have one id.
    """
    tables = _checked(_FeedsFile, path).feed
    seen: set[str] = set()
    for table in tables:
        if table.id in seen:
            message = f"{path}: feed {table.id!r} stands there twice; give one another id"
            raise ConfigError(message)
        seen.add(table.id)
    return tuple(
        Feed(t.id, t.title, t.url, t.kind, t.publisher or t.title, t.weight, t.pages)
        for t in tables
    )


def _check_editions(
    editions: tuple[EditionSettings, ...], feeds: tuple[Feed, ...], path: Path
) -> None:
    """Refuse an edition of feeds that there are not; its tags are checked with the vocabulary."""
    known = [feed.feed_id for feed in feeds]
    for edition in editions:
        for feed_id in sorted(edition.feeds.difference(known)):
            hint = did_you_mean(feed_id, known)
            message = f"{path}: edition {edition.id!r} names the unknown feed {feed_id!r}{hint}"
            raise ConfigError(message)


def _checked(model: type[Model], path: Path) -> Model:
    """Return `path` as `model`; its first mistake is told in one line."""
    try:
        return model.model_validate(read_toml(path))
    except ValidationError as error:
        message = f"{path}: {_first_mistake(model, error)}"
        raise ConfigError(message) from error


def _first_mistake(model: type[BaseModel], error: ValidationError) -> str:
    mistake = error.errors()[0]
    *table, key = mistake["loc"]
    where = "".join(f"[{part}] " if isinstance(part, str) else f"#{part + 1} " for part in table)
    if mistake["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(key), list(_keys(model, table)), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else "there is no such key"
        return f"{where}{key}: unknown key; {hint}"
    what = mistake["msg"].removeprefix("Value error, ")
    return f"{where}{key}: {what} (found {mistake['input']!r})"


def _keys(model: type[BaseModel], table: list[int | str]) -> Iterator[str]:
    """Yield the keys that the table at `table` may have."""
    for part in table:
        if isinstance(part, str):
            inner = model.model_fields[part].annotation
            args = getattr(inner, "__args__", ())
            model = next((a for a in (inner, *args) if _is_model(a)), model)
    for name, info in model.model_fields.items():
        yield info.alias or name


def _is_model(candidate: object) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)
