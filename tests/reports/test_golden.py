"""What an issue looks like: golden files, read by a person when they change."""

from pathlib import Path

import invented_week
import pytest
from checker import failures
from factories import SETTINGS, VOCABULARY, WEEK

from reports.issue import assemble_issue
from reports.render import render_html, render_text

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="module")
def drawn():
    issue = assemble_issue(
        invented_week.news(),
        WEEK,
        VOCABULARY,
        SETTINGS,
        invented_week.pictures(),
        corrections=invented_week.CORRECTIONS,
        late=invented_week.LATE,
    )
    return {
        "issue.html": render_html(issue, SETTINGS, images="remote"),
        "issue.txt": render_text(issue, SETTINGS),
    }


@pytest.mark.parametrize("name", ["issue.html", "issue.txt"])
def test_an_issue_looks_as_it_was_reviewed(drawn, name, tmp_path):
    now = tmp_path / name
    now.write_text(drawn[name], encoding="utf-8")

    reviewed = (GOLDEN / name).read_text(encoding="utf-8")

    assert drawn[name] == reviewed, f"if it should look so: cp {now} {GOLDEN / name}"


def test_the_reviewed_issue_passes_the_checker(shared):
    assert failures(shared, GOLDEN / "issue.html") == []
