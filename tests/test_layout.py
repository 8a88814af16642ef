"""Our three import names are generic: they must be ours, and each layer must stay what it is."""

import importlib
import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("flows", "transforms", "reports")


@pytest.mark.parametrize("name", NAMES)
def test_import_name_resolves_inside_the_checkout(name):
    module = importlib.import_module(name)

    assert Path(module.__file__).resolve().parent == ROOT / name


@pytest.mark.parametrize("name", NAMES)
def test_no_other_distribution_brings_the_import_name(name):
    providers = importlib.metadata.packages_distributions().get(name, [])

    assert set(providers) <= {"perigee"}


@pytest.mark.parametrize("command", [["--help"], ["ingest", "--help"], ["feeds", "list"]])
def test_command_line_does_without_prefect(command):
    code = (
        "import sys; from flows.cli import app\n"
        f"try: app({command!r})\n"
        "finally: print('prefect' in sys.modules, file=sys.stderr)"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert result.stderr.splitlines()[-1] == "False"


def test_only_the_flows_themselves_import_prefect():
    users = {
        path.relative_to(ROOT).as_posix()
        for name in NAMES
        for path in (ROOT / name).rglob("*.py")
        if re.search(r"^\s*(from|import) prefect\b", path.read_text(), re.MULTILINE)
    }

    assert users == {"flows/ingest.py", "flows/digest.py", "flows/steps.py"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pinned_requirements_carry_hashes_and_no_address(name):
    text = (ROOT / name).read_text()

    assert "--hash=sha256:" in text
    assert "://" not in text
    assert "index-url" not in text
