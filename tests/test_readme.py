"""Every command and file that README and docs name exists."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from flows.cli import app
from flows.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands_in(page: Path) -> list[str]:
    """Return the `perigee …` commands in code blocks and code spans."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|console|bash)?\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`(perigee [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [line.split("  #")[0] for block in blocks for line in block.splitlines()]
    named = [line[line.index("perigee ") :] for line in lines if re.search(r"(^|/)perigee ", line)]
    return [*named, *spans]


def test_every_command_is_documented_somewhere():
    named = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = typer.main.get_command(app).commands

    assert [name for name in commands if f"perigee {name}" not in named] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_command_and_option_exists(page):
    root = typer.main.get_command(app)
    for text in commands_in(page):
        words = shlex.split(text.split("#")[0].replace("…", ""))[1:]
        command = root
        for word in words:
            inner = getattr(command, "commands", {})
            if word in inner:
                command = inner[word]
            elif word.startswith("--"):
                options = {o for c in (root, command) for p in c.params for o in p.opts}
                assert word.split("=")[0].strip("[]") in options | {"--help"}, (page.name, text)
        assert command is not root or not words or words[0].startswith("-"), (page.name, text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_linked_file_exists(page):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_every_make_target_that_the_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text()))

    assert {"demo", "test", "up"} <= named
    assert [target for target in named if f"\n{target}:" not in makefile] == []


def test_shipped_configuration_is_valid_and_lists_many_feeds():
    settings = load_settings(ROOT / "config")

    assert len(settings.feeds) >= 40
    assert {feed.kind for feed in settings.feeds} >= {"agency", "observatory", "press", "journal"}


def test_environment_example_explains_every_variable_the_code_reads():
    code = "\n".join(path.read_text() for path in (ROOT / "flows").glob("*.py"))
    read = set(re.findall(r"PERIGEE_[A-Z_]+", code))
    example = (ROOT / ".env.example").read_text()

    assert [name for name in sorted(read) if name not in example] == []


def test_help_of_every_command_says_what_it_does():
    result = subprocess.run(
        [sys.executable, "-m", "flows.cli", "--help"], capture_output=True, text=True, check=True
    )

    assert "Poll the feeds that are due" in result.stdout
