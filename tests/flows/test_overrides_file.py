"""Writing a decision to the end of `overrides.toml`."""

import errno
import tomllib
from pathlib import Path

import pytest

from flows.overrides_file import append_override, restore
from transforms.errors import ConfigError
from transforms.overrides import parse_overrides

ONE, TWO = "https://one.example/a", "https://two.example/b"


def test_decision_is_appended_and_what_is_there_stays(tmp_path):
    path = tmp_path / "overrides.toml"
    before = '# Our decisions.\n\n[[drop]]  # a phone\narticle = "x"\nwho = "Bo"\nwhy = "phone"\n'
    path.write_text(before, "utf-8")

    append_override(path, "join", [ONE, TWO], "Ada", "one landing")
    append_override(path, "split", [ONE, "b" * 32], "Ada", "two flights")

    text = path.read_text("utf-8")
    assert text.startswith(before)
    kinds = [(o.kind, o.articles, o.why) for o in parse_overrides(tomllib.loads(text), [])]
    assert kinds == [
        ("join", (ONE, TWO), "one landing"),
        ("split", (ONE, "b" * 32), "two flights"),
        ("drop", ("x",), "phone"),
    ]
    assert [file.name for file in tmp_path.iterdir()] == ["overrides.toml"]


@pytest.mark.parametrize(
    "words", ['"]\n[[drop]]\narticle = "x', "back\\slash", "a\tb\x00c", "»é🚀"]
)
def test_words_of_an_editor_cannot_become_another_decision(tmp_path, words):
    path = tmp_path / "overrides.toml"

    append_override(path, "join", [ONE, TWO], words, words)

    tables = tomllib.loads(path.read_text("utf-8"))
    assert list(tables) == ["join"]
    assert len(tables["join"]) == 1
    assert tables["join"][0]["why"].split() == words.replace("\x00", " ").split()


@pytest.mark.parametrize(
    ("kind", "articles", "who", "why"),
    [
        ("retag", [ONE, TWO], "Ada", "x"),
        ("join", [ONE], "Ada", "x"),
        ("join", [ONE, ONE], "Ada", "x"),
        ("split", [ONE, TWO], " ", "x"),
        ("split", [ONE, TWO], "Ada", ""),
    ],
)
def test_decision_that_lacks_something_is_refused(tmp_path, kind, articles, who, why):
    with pytest.raises(ConfigError, match="a decision needs"):
        append_override(tmp_path / "overrides.toml", kind, articles, who, why)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", [b"[[join]\n", b"# caf\xe9\n"])
def test_file_that_is_broken_is_not_touched(tmp_path, broken):
    path = tmp_path / "overrides.toml"
    path.write_bytes(broken)

    with pytest.raises(ConfigError, match="not valid TOML, so nothing was added"):
        append_override(path, "join", [ONE, TWO], "Ada", "x")

    assert path.read_bytes() == broken


def test_what_cannot_be_written_leaves_the_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "overrides.toml"
    path.write_text("# ours\n", "utf-8")

    def fill_the_disk(part, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        append_override(path, "join", [ONE, TWO], "Ada", "x")

    assert path.read_text("utf-8") == "# ours\n"
    assert list(tmp_path.iterdir()) == [path]


def test_file_is_given_back_whole(tmp_path):
    path = tmp_path / "overrides.toml"
    path.write_text("# ours\n", "utf-8")
    before = path.read_bytes()
    append_override(path, "join", [ONE, TWO], "Ada", "x")

    restore(path, before)
    assert path.read_bytes() == before
    restore(path, None)
    assert not path.exists()


def test_ends_of_lines_stay_as_the_editor_has_them(tmp_path):
    path = tmp_path / "overrides.toml"
    path.write_bytes(b"# Ours.\r\n# Mine.\r\n")

    append_override(path, "join", [ONE, TWO], "Ada", "x")

    assert path.read_bytes().startswith(b"# Ours.\r\n# Mine.\n\n[[join]]\n")
