"""The table of phases is fitted on labelled headlines: the same ones give the same table."""

import json
import sys

import fit_phases
import pytest

from transforms.stories.phase import PHASES

SAID = {
    "preview": "Probe {} to visit the comet soon",
    "delay": "Weather puts off probe {} again",
    "event": "Probe {} waves at the comet",
    "after": "What probe {} broke in passing",
    "none": "Paper on comets by {} authors",
}


@pytest.fixture
def labelled(tmp_path):
    rows = [
        {"title": said.format(name), "dek": "It is a long way." * (at % 2), "phase": phase}
        for at, name in enumerate(("Alba", "Brisa", "Cirro", "Duna", "Estela", "Fiord"))
        for phase, said in SAID.items()
    ]
    path = tmp_path / "own.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_what_was_labelled_is_told_again_by_the_words_that_differ(labelled):
    articles = fit_phases.read_articles(labelled)

    words, weights = fit_phases.fit(articles)

    told = fit_phases.guess(words, weights, [article.bare for article in articles])
    assert told.argmax(axis=1).tolist() == [article.phase for article in articles]
    speaks = dict(zip(words, abs(weights[1:]).max(axis=1), strict=True))
    assert speaks["puts"] > 10 * speaks["alba"]  # a name is in one article of each phase


def test_the_table_that_is_written_is_the_one_that_is_read(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(fit_phases, "TABLE", tmp_path / "phases.json")
    monkeypatch.setattr(sys, "argv", ["fit_phases.py", str(labelled), "--write"])

    fit_phases.main()
    first = fit_phases.TABLE.read_bytes()
    fit_phases.main()

    table = json.loads(first)
    assert fit_phases.TABLE.read_bytes() == first
    assert len(table["bias"]) == len(PHASES)
    assert {len(weights) for weights in table["weights"].values()} == {len(PHASES)}


def test_each_file_is_told_by_the_others(labelled, tmp_path, monkeypatch, capsys):
    other = tmp_path / "other.jsonl"
    other.write_bytes(labelled.read_bytes())
    monkeypatch.setattr(sys, "argv", ["fit_phases.py", str(labelled), str(other)])

    fit_phases.main()

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["own", "other"]
    assert all("1.000 right" in line for line in lines)
