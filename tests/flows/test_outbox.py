"""The outbox: killed at every step, run twice at once, decided by people."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mailroom import (
    ISSUE,
    MONDAY,
    MailServer,
    a_letter,
    a_mail_server,
    deliveries,
    some_settings,
    states,
    with_readers,
)
from typer.testing import CliRunner

from flows.cli import app
from flows.copies import STATES, Delivery, find_deliveries, report_issues
from flows.database import open_database
from flows.deciding import decide, send_decision
from flows.letters import pack_letter, unpack_letter
from flows.mailing import deliver_due, deliver_issue, sending_lock
from flows.outbox import back_off, claim, enter_data, resolve
from flows.recipients import add_reader, list_readers, remove_reader, set_status
from flows.settings import Settings
from transforms.errors import DeliveryError
from transforms.weeks import Week

TUESDAY = MONDAY + timedelta(days=1)

# A mailing in a process of its own that ends itself at the n-th time a phase is reached.
MAILING = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from mailroom import ISSUE, MONDAY, a_letter, some_settings
from flows.mailing import deliver_issue

_, _, folder, url, connections, phase, times, how = sys.argv
left = int(times)

def fault(reached):
    global left
    left -= reached == phase
    if reached == phase and not left:
        os._exit(9) if how == "exit" else os.kill(os.getpid(), signal.SIGKILL)

settings = some_settings(Path(folder), url, connections=int(connections))
receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY, fault=fault)
print(len(receipt.sent))
"""


def a_mailing(
    folder: Path, url: str, *, connections: int = 1, dies: tuple[str, int, str] = ("never", 0, "")
) -> subprocess.Popen[str]:
    """Start a mailing of the issue in a process of its own."""
    arguments = [str(folder), url, str(connections), dies[0], str(dies[1]), dies[2]]
    tests = str(Path(__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, "-c", MAILING, tests, *arguments], stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def server(shared: Path, tmp_path: Path) -> Iterator[MailServer]:
    with a_mail_server(shared, tmp_path / "mail") as running:
        yield running


def assert_nobody_twice_and_nobody_forgotten(settings: Settings, server: MailServer) -> None:
    kept = Counter(server.readers())
    by_state: dict[str, set[str]] = {}
    for delivery in deliveries(settings):
        by_state.setdefault(delivery.state, set()).add(delivery.address)
    with open_database(settings.database) as connection:
        everybody = {reader.address for reader in list_readers(connection)}
    assert max(kept.values()) == 1
    assert by_state["sent"] <= set(kept)
    assert by_state["sent"] | by_state.get("uncertain", set()) == everybody


@pytest.mark.parametrize("how", ["exit", "SIGKILL"])
def test_killed_at_every_step_a_mailing_reaches_each_of_50_readers_once(
    server: MailServer, tmp_path: Path, how: str
):
    settings = with_readers(some_settings(tmp_path, server.url), 50)
    for phase, times in (("queued", 1), ("sending", 1), ("data", 8), ("answered", 8), ("done", 8)):
        with a_mailing(tmp_path, server.url, dies=(phase, times, how)) as process:
            assert process.wait(30) == (9 if how == "exit" else -signal.SIGKILL), phase

    receipt = deliver_issue(settings, a_letter(), ISSUE, TUESDAY)

    assert_nobody_twice_and_nobody_forgotten(settings, server)
    # One died before its message was said, one after the server had taken it: from here they
    # look the same, and a person has to look.
    assert len(receipt.uncertain) == 2
    uncertain = [d for d in deliveries(settings) if d.state == "uncertain"]
    arrived = [d for d in uncertain if d.address in server.readers()]
    (missing,) = [d for d in uncertain if d not in arrived]
    assert len(arrived) == 1

    with open_database(settings.database) as connection:
        resolve(connection, arrived[0], "sent", "found in the log", TUESDAY)
        resolve(connection, missing, "queued", "not in the log", TUESDAY)
    deliver_due(settings, TUESDAY)

    assert sorted(server.readers()) == sorted(states(settings))
    assert set(states(settings).values()) == {"sent"}


def test_killed_from_outside_with_four_connections_at_work(server: MailServer, tmp_path: Path):
    readers = 80  # so many that a busy machine has not mailed all of them before it kills
    settings = with_readers(some_settings(tmp_path, server.url), readers)
    with a_mailing(tmp_path, server.url, connections=4) as process:
        until = time.monotonic() + 30
        while len(server.envelopes()) < 12 and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
    taken = len(server.readers())

    receipt = deliver_issue(settings, a_letter(), ISSUE, TUESDAY)

    assert 12 <= taken < readers
    assert len(receipt.uncertain) <= 4
    assert_nobody_twice_and_nobody_forgotten(settings, server)


def test_with_retry_nobody_is_missing_and_a_twin_has_the_same_message_id(
    server: MailServer, tmp_path: Path
):
    settings = some_settings(tmp_path, server.url, connections=1, on_uncertain="retry")
    settings = with_readers(settings, 5)
    for phase in ("data", "answered"):
        with a_mailing(tmp_path, server.url, dies=(phase, 2, "exit")) as process:
            process.wait(30)

    receipt = deliver_issue(settings, a_letter(), ISSUE, TUESDAY)

    ids = Counter(message["Message-ID"] for message in server.messages())
    assert receipt.is_complete
    assert len(set(server.readers())) == len(ids) == 5
    assert sorted(ids.values()) == [1, 1, 1, 1, 2]
    assert len({message.as_bytes() for message in server.messages()}) == 5


def test_two_processes_at_once_send_one_mail_each_reader(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 20)

    with (
        a_mailing(tmp_path, server.url, connections=2) as first,
        a_mailing(tmp_path, server.url, connections=2) as second,
    ):
        told = [int(process.communicate(timeout=60)[0]) for process in (first, second)]

    assert sorted(told) == [0, 20]
    assert sorted(server.readers()) == sorted(states(settings))


def test_whoever_finds_another_process_sending_says_so(tmp_path: Path):
    settings = some_settings(tmp_path, "smtp://127.0.0.1:1")

    with (
        sending_lock(settings.database),
        pytest.raises(DeliveryError, match="another process is sending"),
        sending_lock(settings.database, patience=0.1),
    ):
        pytest.fail("two hold the lock")


def test_without_the_lock_a_copy_is_still_only_its_own_runs(tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, "smtp://127.0.0.1:1"), 1)
    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    with open_database(settings.database) as connection:
        (copy,) = claim(connection, ISSUE, "first", MONDAY, 10)

        assert claim(connection, ISSUE, "second", MONDAY, 10) == []
        assert not enter_data(connection, copy, "<id@example.org>", "second", MONDAY)
        assert enter_data(connection, copy, "<id@example.org>", "first", MONDAY)


def test_a_reader_who_leaves_while_the_letter_waits_does_not_get_it(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "greylist") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 2)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        with open_database(settings.database) as connection:
            reader = list_readers(connection)[0]
            set_status(connection, reader.reader_id, "unsubscribed", "one click", MONDAY)

        deliver_due(settings, TUESDAY)

        assert server.readers() == ["reader-001@example.org"]
        assert states(settings)["reader-000@example.org"] == "dead"


def test_a_reader_who_is_removed_while_the_letter_waits_is_forgotten(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "greylist") as server:
        settings = with_readers(some_settings(tmp_path, server.url), ["reader@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        with open_database(settings.database) as connection:
            remove_reader(connection, "READER@example.org", MONDAY)

        deliver_due(settings, TUESDAY)

        assert server.readers() == []
        assert states(settings) == {"r…r@example.org": "dead"}
        with open_database(settings.database) as connection:
            assert list_readers(connection) == []


def test_readers_who_come_after_the_mailing_get_it_on_the_next_run_only(
    server: MailServer, tmp_path: Path
):
    settings = with_readers(some_settings(tmp_path, server.url), ["first@example.org"])
    deliver_issue(settings, a_letter(), ISSUE, MONDAY)
    with_readers(settings, ["second@example.org"])

    assert deliver_due(settings, TUESDAY) == ()
    receipt = deliver_issue(settings, a_letter(), ISSUE, TUESDAY)

    assert (receipt.sent, receipt.already) == (("s…d@example.org",), 1)


def test_only_confirmed_readers_of_the_edition_get_the_letter(server: MailServer, tmp_path: Path):
    settings = some_settings(tmp_path, server.url)
    with open_database(settings.database) as connection:
        add_reader(connection, "weekly@example.org", MONDAY)
        add_reader(connection, "pending@example.org", MONDAY, status="pending")
        add_reader(connection, "moon@example.org", MONDAY, edition="moon")

    deliver_issue(settings, a_letter(), ISSUE, MONDAY)
    deliver_issue(settings, a_letter(), f"moon-{ISSUE}", MONDAY, edition="moon")

    assert server.readers() == ["moon@example.org", "weekly@example.org"]


def test_a_letter_that_has_begun_to_leave_stays_as_it_was(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail") as server:
        settings = with_readers(some_settings(tmp_path, server.url), ["first@example.org"])
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        with_readers(settings, ["second@example.org"])

        receipt = deliver_issue(settings, a_letter(subject="Rewritten"), ISSUE, TUESDAY)

        assert receipt.is_older_letter
        assert {m["Subject"] for m in server.messages()} == {a_letter().subject}
        assert {m["Date"] for m in server.messages()} == {"Mon, 23 Nov 2026 07:00:00 +0000"}


def test_a_letter_of_which_no_copy_has_left_may_still_be_mended(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "greylist") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        receipt = deliver_issue(settings, a_letter(subject="Mended"), ISSUE, TUESDAY)

        assert not receipt.is_older_letter
        assert [m["Subject"] for m in server.messages()] == ["Mended"]


def test_what_has_waited_past_the_deadline_does_not_leave_by_itself(
    server: MailServer, tmp_path: Path
):
    settings = with_readers(some_settings(tmp_path, server.url), 2)
    with a_mailing(tmp_path, server.url, dies=("queued", 1, "exit")) as process:
        process.wait(30)

    assert deliver_due(settings, MONDAY + timedelta(days=4)) == ()
    assert set(states(settings).values()) == {"queued"}
    assert len(deliver_issue(settings, a_letter(), ISSUE, MONDAY + timedelta(days=4)).sent) == 2


def test_the_caller_is_told_of_every_copy_in_its_own_thread(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 6)
    started: list[int] = []
    done: list[Delivery] = []

    deliver_issue(settings, a_letter(), ISSUE, MONDAY, on_start=started.append, on_done=done.append)

    assert started == [6]
    assert {delivery.state for delivery in done} == {"sent"}
    assert len(done) == 6


def test_a_caller_that_interrupts_leaves_nothing_half_way(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 20)

    def interrupt(_: Delivery) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver_issue(settings, a_letter(), ISSUE, MONDAY, on_done=interrupt)

    assert set(states(settings).values()) == {"queued", "sent"}
    assert len(server.readers()) == list(states(settings).values()).count("sent")


def test_nothing_is_due_where_nothing_was_ever_sent(tmp_path: Path):
    settings = some_settings(tmp_path, "smtp://127.0.0.1:1")

    assert deliver_due(settings, MONDAY) == ()
    assert not settings.database.exists()


def test_a_person_decides_about_one_copy_by_its_key(shared: Path, tmp_path: Path):
    with a_mail_server(shared, tmp_path / "mail", "--mode", "drop-after-data") as server:
        settings = with_readers(some_settings(tmp_path, server.url), 1)
        receipt = deliver_issue(settings, a_letter(), ISSUE, MONDAY)

        with open_database(settings.database) as connection:
            (copy,) = find_deliveries(connection, receipt.uncertain[0].key)
            assert resolve(connection, copy, "sent", "seen in the inbox", MONDAY)
            assert not resolve(connection, copy, "queued", "too late", MONDAY)
            (report,) = report_issues(connection, None)

        assert report.counts == dict.fromkeys(STATES, 0) | {"sent": 1}
        assert report.troubles == ()


def test_waits_grow_from_minutes_to_hours():
    waits = [back_off(attempts) / timedelta(minutes=1) for attempts in (1, 2, 3, 6, 60)]

    assert waits == [5, 15, 30, 240, 240]


def test_a_kept_letter_is_the_same_letter_to_a_message():
    letter = a_letter()

    again = unpack_letter(pack_letter(letter))

    assert replace(again, pictures=()) == replace(letter, pictures=())
    assert [(p.name, p.media_type, p.data) for p in again.pictures] == [
        (p.name, p.media_type, p.data) for p in letter.pictures
    ]


class TestCommandLine:
    """`perigee outbox` over a mailing of which one copy is dead, one put off, one uncertain."""

    @pytest.fixture
    def run(self, shared: Path, tmp_path: Path):
        modes = ("--mode", "refuse", "--mode", "drop-after-data")
        with a_mail_server(shared, tmp_path / "mail", *modes) as server:
            settings = with_readers(
                some_settings(tmp_path, server.url, connections=1),
                ["nobody@example.org", "full@example.org", "a@example.org", "b@example.org"],
            )
            deliver_issue(settings, a_letter(), ISSUE, datetime.now(UTC))
            (tmp_path / "perigee.toml").write_text(
                f'[delivery]\nsmtp_url = "{server.url}"\nfrom = "digest@example.org"\n'
            )
            (tmp_path / "feeds.toml").touch()
            options = ["--config", str(tmp_path), "--database", str(settings.database)]
            yield lambda *arguments: CliRunner().invoke(app, [*options, "outbox", *arguments])

    @pytest.fixture
    def keys(self, run) -> dict[str, str]:
        """The key of a copy in each state that is listed."""
        rows = [json.loads(line) for line in run("list", "--json").output.splitlines()]
        return {row["state"]: row["key"] for row in rows}

    def test_the_list_shows_what_did_not_arrive_and_no_address(self, run, keys):
        listed = run("list")

        assert sorted(keys) == ["dead", "queued", "uncertain"]
        assert listed.exit_code == 0
        assert "n…y@example.org" in listed.output
        assert "nobody@" not in listed.output
        assert "3 copies" in listed.output

    def test_an_unknown_state_is_refused(self, run):
        assert run("list", "--state", "lost").exit_code == 2

    def test_show_tells_all_about_a_copy(self, run, keys):
        shown = json.loads(run("show", keys["dead"], "--json").output)

        assert shown["words"] == "5.1.1 No such user here"
        assert shown["code"] == 550
        assert run("show", keys["dead"]).exit_code == 0
        assert run("show", "2026-W47/ffffffff").exit_code == 2

    def test_resolving_an_uncertain_copy_and_retrying_it_sends_it(self, run, keys, tmp_path: Path):
        before = len(list((tmp_path / "mail").glob("*.eml")))

        assert run("resolve", keys["uncertain"], "--as", "maybe").exit_code == 2
        assert run("resolve", keys["uncertain"], "--as", "queued").exit_code == 0
        retried = run("retry", "--json")

        assert [json.loads(retried.output)[k] for k in ("sent", "already")] == [
            [f"{json.loads(retried.output)['sent'][0][0]}…@example.org"],
            1,
        ]
        assert len(list((tmp_path / "mail").glob("*.eml"))) == before + 1

    def test_retrying_a_dead_copy_needs_to_be_said(self, run, keys):
        refused = run("retry", keys["dead"])

        assert refused.exit_code == 1
        assert "stays dead" in refused.output

    def test_a_copy_that_was_put_off_can_be_sent_at_once(self, run, keys):
        run("retry", keys["queued"])

        assert json.loads(run("show", keys["queued"], "--json").output)["attempts"] == 2

    def test_the_report_counts_every_copy(self, run):
        report = json.loads(run("report", "--week", ISSUE, "--json").output)

        counts = {state: n for state, n in report["counts"].items() if n}
        assert counts == {"queued": 1, "sent": 1, "dead": 1, "uncertain": 1}
        assert len(report["not_sent"]) == 3
        assert run("report").output.startswith("2026-W47")
        assert run("report", "--week", "2026-W01").exit_code == 1


DUE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NOTHING = dict.fromkeys(STATES, 0)


def decision(hours_late: float, *, is_confirmed: bool = False, **counts: int):
    return send_decision(
        ISSUE,
        NOTHING | counts,
        options="--week 2026-W47",
        due_at=DUE,
        now=DUE + timedelta(hours=hours_late),
        max_lateness=timedelta(hours=6),
        is_confirmed=is_confirmed,
    )


@pytest.mark.parametrize(
    ("hours_late", "counts", "verdict"),
    [
        (0, {}, "send"),
        (6, {}, "send"),
        (6.1, {}, "late"),
        (1, {"sent": 40, "queued": 10}, "resume"),
        (1, {"data": 1}, "resume"),
        (19, {"sent": 40, "queued": 10}, "late"),
        (1, {"sent": 50}, "already sent"),
        (19, {"sent": 48, "dead": 1, "uncertain": 1}, "already sent"),
    ],
)
def test_a_scheduled_letter_leaves_only_in_time_and_once(
    hours_late: float, counts: dict[str, int], verdict: str
):
    decided = decision(hours_late, **counts)

    assert decided.verdict == verdict
    assert decided.may_send == (verdict in ("send", "resume"))


def test_whoever_waits_for_a_person_names_the_command():
    late, sent = decision(19), decision(1, sent=50)

    assert late.words == (
        "2026-W47 has not been mailed; it was due 2026-11-23 07:00 UTC, 19 hours ago, and leaves "
        "by itself only within 6 hours; to mail it now: "
        "perigee digest --week 2026-W47 --send --confirm-late"
    )
    assert sent.words.startswith("2026-W47 was mailed before (50 sent)")


@pytest.mark.parametrize("counts", [{}, {"sent": 50}, {"sent": 1, "queued": 1}])
def test_what_a_person_confirms_is_mailed(counts: dict[str, int]):
    assert decision(100, is_confirmed=True, **counts).may_send


def test_the_decision_knows_what_the_outbox_holds(server: MailServer, tmp_path: Path):
    settings = with_readers(some_settings(tmp_path, server.url), 1)

    def decided() -> str:
        return decide(settings, ISSUE, week=Week(2026, 47), due_at=MONDAY, now=MONDAY).verdict

    before = decided()
    deliver_issue(settings, a_letter(), ISSUE, MONDAY)

    assert (before, decided()) == ("send", "already sent")
