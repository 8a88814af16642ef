"""Readers: one row per address and edition, whoever adds it and however often."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pytest
from mailroom import MONDAY, a_mail_server, some_settings
from typer.testing import CliRunner

from flows.cli import app
from flows.confirming import ask_pending
from flows.database import open_database
from flows.ledger import Ledger
from flows.recipients import (
    AddressError,
    add_reader,
    checked_address,
    confirm_reader,
    export_readers,
    import_readers,
    list_readers,
    mask,
    mask_all,
    note_bounce,
    remove_reader,
    set_status,
)
from flows.tokens import find_token
from transforms.errors import ConfigError


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_database(tmp_path / "perigee.duckdb") as opened:
        yield opened


def statuses(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return {reader.address: reader.status for reader in list_readers(connection)}


def test_the_same_address_in_another_case_is_the_same_reader(connection):
    assert add_reader(connection, "Reader@Example.org", MONDAY)
    assert not add_reader(connection, "reader@EXAMPLE.ORG", MONDAY)

    assert statuses(connection) == {"Reader@example.org": "confirmed"}


def test_a_reader_may_read_two_editions(connection):
    add_reader(connection, "reader@example.org", MONDAY)
    add_reader(connection, "reader@example.org", MONDAY, edition="moon")

    assert [r.edition for r in list_readers(connection)] == ["moon", "weekly"]
    assert len({r.reader_id for r in list_readers(connection)}) == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  reader@example.org ", "reader@example.org"),
        ("reader@Bücher.example", "reader@xn--bcher-kva.example"),
        ("o'neil+space@example.org", "o'neil+space@example.org"),
        ("reader@mail.test", "reader@mail.test"),
    ],
)
def test_an_address_is_kept_as_mail_servers_want_it(typed: str, kept: str):
    assert checked_address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "reader",
        "reader@",
        "@example.org",
        "reader@example",
        "a@b@example.org",
        "reader@example.org\r\nBcc: all@example.org",
        "reader@exam\nple.org",
        "<reader@example.org>",
        "reader@example.org, other@example.org",
        "reader@localhost",
        "reader@127.0.0.1",
        "",
    ],
)
def test_what_is_no_address_is_refused(typed: str):
    with pytest.raises(AddressError):
        checked_address(typed)


def test_an_address_that_needs_smtputf8_is_refused_with_a_reason():
    with pytest.raises(AddressError, match="must be ASCII"):
        checked_address("josé@example.org")


def test_a_name_cannot_carry_a_header_with_it(connection):
    with pytest.raises(AddressError, match="control characters"):
        add_reader(connection, "reader@example.org", MONDAY, name="Jo\r\nBcc: all@example.org")

    assert list_readers(connection) == []


def test_one_who_left_comes_back_only_by_a_step_of_that_readers_own(connection):
    add_reader(connection, "reader@example.org", MONDAY)
    (reader,) = list_readers(connection)
    set_status(connection, reader.reader_id, "unsubscribed", "one click", MONDAY)

    imported = import_readers(connection, io.StringIO("reader@example.org\n"), MONDAY)
    assert (imported.added, imported.known) == (0, 1)
    assert statuses(connection) == {"reader@example.org": "unsubscribed"}

    assert add_reader(connection, "reader@example.org", MONDAY)
    assert statuses(connection) == {"reader@example.org": "confirmed"}


def test_an_old_confirming_link_does_not_bring_back_one_who_left(connection):
    add_reader(connection, "reader@example.org", MONDAY, status="pending")
    (reader,) = list_readers(connection)
    set_status(connection, reader.reader_id, "unsubscribed", "one click", MONDAY)

    found = confirm_reader(connection, reader.reader_id, "one click", MONDAY)

    assert found is not None
    assert found.status == "unsubscribed"


def test_removing_forgets_the_address(connection):
    add_reader(connection, "reader@example.org", MONDAY)

    assert remove_reader(connection, "Reader@example.org", MONDAY)
    assert not remove_reader(connection, "Reader@example.org", MONDAY)
    assert list_readers(connection) == []


def test_a_csv_adds_what_it_can_and_tells_the_lines_it_cannot(connection):
    rows = (
        "\ufeffName,E-Mail,note\nJo,jo@example.org,x\n\nNo,nonsense,x\nJo again,JO@example.org,x\n"
    )

    imported = import_readers(connection, io.StringIO(rows), MONDAY)

    assert (imported.added, imported.known) == (1, 1)
    assert [line for line, _ in imported.refused] == [4]
    assert [(r.address, r.name) for r in list_readers(connection)] == [("jo@example.org", "Jo")]


def test_a_csv_without_a_header_has_addresses_in_its_first_column(connection):
    import_readers(connection, io.StringIO('jo@example.org,"Doe, Jo"\nal@example.org\n'), MONDAY)

    assert [(r.address, r.name) for r in list_readers(connection)] == [
        ("al@example.org", None),
        ("jo@example.org", "Doe, Jo"),
    ]


def test_an_export_read_back_elsewhere_keeps_who_has_left(connection, tmp_path: Path):
    add_reader(connection, "stays@example.org", MONDAY, name='Jo "the" Doe, Ms')
    add_reader(connection, "left@example.org", MONDAY, status="unsubscribed")
    file = io.StringIO()
    export_readers(list_readers(connection), file)
    file.seek(0)

    with open_database(tmp_path / "other.duckdb") as other:
        import_readers(other, file, MONDAY)

        assert statuses(other) == statuses(connection)
        assert [r.name for r in list_readers(other)] == [None, 'Jo "the" Doe, Ms']


def test_a_csv_that_breaks_off_adds_nobody(tmp_path: Path):
    ledger = Ledger(tmp_path / "perigee.duckdb")

    def rows() -> Iterator[str]:
        yield "jo@example.org\n"
        message = "disk gone"
        raise OSError(message)

    with pytest.raises(OSError, match="disk gone"):
        ledger.write(lambda connection: import_readers(connection, rows(), MONDAY))

    assert ledger.write(list_readers) == []


def test_an_address_that_does_not_exist_bounces_at_once(connection):
    add_reader(connection, "reader@example.org", MONDAY)
    (reader,) = list_readers(connection)

    note_bounce(connection, reader.reader_id, "5.1.1 no such user", MONDAY)

    assert statuses(connection) == {"reader@example.org": "bounced"}


@pytest.mark.parametrize(("days_apart", "status"), [(7, "bounced"), (61, "confirmed")])
def test_a_full_mailbox_bounces_at_the_third_time_within_two_months(
    connection, days_apart: int, status: str
):
    add_reader(connection, "reader@example.org", MONDAY)
    (reader,) = list_readers(connection)

    for n in range(2):
        note_bounce(connection, reader.reader_id, "5.2.2 full", MONDAY + n * timedelta(days_apart))
    assert statuses(connection) == {"reader@example.org": "confirmed"}
    note_bounce(connection, reader.reader_id, "5.2.2 full", MONDAY + 2 * timedelta(days_apart))

    assert statuses(connection) == {"reader@example.org": status}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("reader@example.org", "r…r@example.org"),
        ("jo@example.org", "j…@example.org"),
        ("nonsense", "…"),
    ],
)
def test_a_masked_address_shows_too_little_to_write_to(address: str, shown: str):
    assert mask(address) == shown


def test_addresses_inside_a_servers_words_are_masked():
    words = "<reader@example.org>: mailbox of reader@example.org (X@y.test) unknown"

    assert mask_all(words) == "<r…r@example.org>: mailbox of r…r@example.org (X…@y.test) unknown"


def test_with_confirm_a_new_reader_is_asked_once(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail") as server:
        settings = some_settings(tmp_path, server.url, confirm=True, secret="s" * 32)
        with open_database(settings.database) as connection:
            add_reader(connection, "jo@example.org", MONDAY, name="Jo", status="pending")

        assert ask_pending(settings, MONDAY) == {}
        assert ask_pending(settings, MONDAY) == {}

        (question,) = server.messages()
        token = find_token("s" * 32, unquote(question.get_content()))
        with open_database(settings.database) as connection:
            (reader,) = list_readers(connection)
        assert token
        assert (token.reader_id, token.is_leaving) == (reader.reader_id, False)
        assert question["To"] == "Jo <jo@example.org>"
        assert question["Auto-Submitted"] == "auto-generated"


def test_without_a_secret_nobody_can_be_asked(tmp_path: Path):
    settings = some_settings(tmp_path, "smtp://127.0.0.1:1", confirm=True)
    with open_database(settings.database) as connection:
        add_reader(connection, "jo@example.org", MONDAY, status="pending")

    with pytest.raises(ConfigError, match="PERIGEE_SECRET"):
        ask_pending(settings, MONDAY)


class TestCommandLine:
    @pytest.fixture
    def run(self, tmp_path: Path):
        (tmp_path / "perigee.toml").write_text('[delivery]\nfrom = "digest@example.org"\n')
        (tmp_path / "feeds.toml").touch()
        options = ["--config", str(tmp_path), "--database", str(tmp_path / "p.duckdb")]

        def run(*arguments: str):
            return CliRunner().invoke(app, [*options, "recipients", *arguments])

        return run

    def test_adding_listing_and_removing(self, run):
        assert run("add", "reader@example.org", "--name", "Jo").exit_code == 0
        listed = run("list", "--json")
        in_full = run("list", "--json", "--full")
        removed = run("remove", "reader@example.org")

        assert "reader@example.org" not in listed.output
        assert json.loads(listed.output)["address"] == "r…r@example.org"
        assert json.loads(in_full.output)["address"] == "reader@example.org"
        assert json.loads(in_full.output)["name"] == "Jo"
        assert removed.exit_code == 0
        assert run("list", "--json").output == ""

    def test_one_wrong_address_among_several_adds_none(self, run):
        assert run("add", "reader@example.org", "nonsense").exit_code == 1
        assert run("list", "--json").output == ""

    def test_removing_nobody_is_no_success(self, run):
        assert run("remove", "reader@example.org").exit_code == 1

    def test_export_and_import_go_through_files(self, run, tmp_path: Path):
        file = tmp_path / "readers.csv"
        file.write_text("address,name\njo@example.org,Jo\nnonsense,No\n")

        imported = run("import", str(file))
        exported = run("export")

        assert imported.exit_code == 1
        assert "1 added or changed" in imported.output
        assert exported.output.splitlines()[1].startswith("jo@example.org,Jo,weekly,confirmed,")

    def test_the_table_shows_whole_addresses_whatever_the_width(self, run):
        address = "a-reader-with-a-rather-long-name@mail.a-rather-long-domain.example.org"
        run("add", address)

        assert mask(address) in run("list").output
        assert address in run("list", "--full").output
        assert run("list", "--status", "pending").output.endswith("0 readers\n")

    def test_export_writes_a_file_that_import_reads(self, run, tmp_path: Path):
        run("add", "jo@example.org")
        file = tmp_path / "backup.csv"

        assert run("export", str(file)).exit_code == 0
        assert "0 added or changed, 1 were there" in run("import", str(file)).output

    def test_with_confirm_a_reader_who_cannot_be_asked_waits(self, run, tmp_path: Path):
        (tmp_path / "perigee.toml").write_text(
            '[delivery]\nfrom = "digest@example.org"\nconfirm = true\n'
        )

        added = run("add", "jo@example.org")

        assert added.exit_code == 1
        assert json.loads(run("list", "--json").output)["status"] == "pending"
