"""What every command shares: the settings behind its context, the console, moments and weeks."""

from datetime import UTC, datetime

import typer
from rich.console import Console

from flows.settings import Settings
from transforms.weeks import Week

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def settings_of(context: typer.Context) -> Settings:
    """Return the settings; read when first needed, so that `--help` works without any."""
    root = context.find_root()
    if not isinstance(root.obj, Settings):
        root.obj = root.obj()
    settings: Settings = root.obj
    return settings


def moment_of(text: str) -> datetime:
    """Return the aware moment that an ISO 8601 text names; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no moment; write it like 2026-11-23T06:00:00Z"
        raise typer.BadParameter(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def week_of(text: str | None, settings: Settings) -> Week:
    """Return the week that `text` names, or the last whole one."""
    if text is None:
        return Week.last_whole(datetime.now(UTC), settings.time_zone)
    try:
        return Week.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
