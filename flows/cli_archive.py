"""`perigee archive`: build the web archive, and look at it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.cli_context import err, moment_of, out, settings_of

app = typer.Typer()


@app.command()
def archive(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The site's folder; default: site/ where issues go.", metavar="DIR"
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="Where it is published; default: archive_url.", metavar="URL"),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show it in a browser until Ctrl-C.")
    ] = False,
    port: Annotated[int, typer.Option(help="For --serve.", min=0, max=65535)] = 8800,
    now: Annotated[
        datetime | None,
        typer.Option(
            help="Weeks that have ended by then have an issue; default: now.",
            parser=moment_of,
            metavar="ISO",
        ),
    ] = None,
) -> None:
    """Build the static site of all issues; only what has changed is built again."""
    from flows.archiving import build_archive

    settings = settings_of(context)
    target = folder or settings.digest.out / "site"
    with err.status("") as status:
        built = build_archive(
            settings,
            target,
            now or datetime.now(UTC),
            base_url=base_url,
            on_stage=lambda what: status.update(f"{what} …"),
        )
    out.print(
        f"{len(built.told):,} issues told, {built.kept:,} unchanged · {built.stories:,} stories · "
        f"{built.pages:,} pages, {built.size / 1e6:,.1f} MB · {built.written:,} files written"
    )
    out.print(f"site  {target / 'index.html'}")
    if serve:
        from flows.archive_server import serve_folder

        serve_folder(target, port, lambda address: out.print(f"open  {address}  (Ctrl-C ends)"))
