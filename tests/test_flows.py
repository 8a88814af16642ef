"""The two real flows under Prefect's own test server, on the bundled sample."""

import errno
import gc
import json
import shutil
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from mailroom import MailServer, a_mail_server, a_scripted_server
from prefect.artifacts import Artifact
from prefect.client.schemas.objects import State, StateType
from prefect.exceptions import ParameterTypeError
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from prefect_email import EmailServerCredentials

from flows.database import open_database
from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.digest import digest
from flows.ingest import NoUsableFeedError, ingest
from flows.recipients import add_reader
from flows.settings import Settings, load_settings
from flows.steps import is_transient, with_credentials
from transforms.errors import ConfigError, DatabaseBusyError, DeliveryError

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.xdist_group("prefect"),
    # Prefect leaves its clients' sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


@pytest.fixture(scope="module")
def prefect_server():
    with prefect_test_harness(server_startup_timeout=120):
        yield
    gc.collect()  # what Prefect left open is closed here, and not in somebody else's test


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The sample as the configured one; issues are written below the test's folder."""
    config = tmp_path / "config"
    shutil.copytree(SAMPLE, config)
    with (config / "perigee.toml").open("r+") as file:
        text = file.read().replace("[digest]", f'[digest]\nout = "{tmp_path / "out"}"')
        file.seek(0)
        file.write(text)
    monkeypatch.setenv("PERIGEE_CONFIG", str(config))
    monkeypatch.setenv("PERIGEE_DATABASE", str(tmp_path / "perigee.duckdb"))
    return load_settings()


def artifact(key: str) -> Any:
    found = Artifact.get(key)
    assert found is not None, key
    return found


def everything_prefect_keeps() -> str:
    """Return all runs, logs and artifacts of the test server, as JSON."""
    kept = []
    for what in ("flow_runs", "task_runs", "logs", "artifacts"):
        request = urllib.request.Request(
            f"{PREFECT_API_URL.value()}/{what}/filter",
            b'{"limit": 200}',
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            kept += json.load(answer)
    assert len(kept) > 20
    return json.dumps(kept)


@pytest.mark.usefixtures("prefect_server")
def test_ingest_then_digest_mails_every_reader_once(
    sample: Settings, monkeypatch: pytest.MonkeyPatch
):
    with open_database(sample.database) as connection:
        add_reader(connection, "reader@example.org", now=SAMPLE_NOW)
    with a_scripted_server() as (smtp_url, said):
        monkeypatch.setenv("PERIGEE_SMTP_URL", smtp_url)
        monkeypatch.setenv("PERIGEE_SECRET", "a long random text for this test")
        monkeypatch.setenv("PERIGEE_SMTP_PASSWORD", "a-password-nobody-may-see")

        ingested = ingest(now=SAMPLE_NOW)
        first = digest(week=str(SAMPLE_WEEK))
        second = digest(week=str(SAMPLE_WEEK))

        assert ingested["outcomes"] == {"ok": 18, "not_a_feed": 1}
        assert (first["sent"], first["complete"]) == (1, True)
        assert second["decision"] == "already sent"
        assert "sent" not in second
        assert said.count("END") == 1  # one reader, one message
    assert Path(first["page"]).exists()
    assert "zenith-weekly" in artifact("feeds").data
    assert "206 entries read" in artifact("ingest").data
    assert "stories" in artifact("issue").data
    assert "r…r@example.org" in json.loads(artifact("deliveries").data)[0]["reader"]
    kept = everything_prefect_keeps()
    assert "reader@example.org" not in kept
    assert "a long random text" not in kept
    assert "a-password-nobody-may-see" not in kept


@pytest.mark.usefixtures("prefect_server")
def test_preview_flow_mails_nobody(sample: Settings):
    ingest(now=SAMPLE_NOW)

    result = digest(week=str(SAMPLE_WEEK), send=False)

    assert Path(result["page"]).exists()
    assert "sent" not in result


LUNAR = """
[[edition]]
id = "lunar"
title = "Perigee Lunar"
tags = ["lunar"]
day = "wed"

[[edition]]
id = "nobody"
title = "Perigee Nobody"
feeds = ["zenith-weekly"]  # a feed that cannot be read: it has nothing to tell
day = "wed"
"""
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
WEDNESDAY = MONDAY + timedelta(days=2)


@pytest.fixture
def editions(sample: Settings, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Three editions with a reader each, never late, and the server that gets their mail."""
    with (sample.config / "perigee.toml").open("a") as file:
        file.write(LUNAR.replace("[[edition]]", "max_lateness = 1e6\n\n[[edition]]", 1))
    with open_database(sample.database) as connection:
        for edition in ("weekly", "lunar", "nobody"):
            address = f"{edition}@example.org"
            add_reader(connection, address, edition=edition, now=SAMPLE_NOW)
    ingest(now=SAMPLE_NOW)
    with a_mail_server(shared, tmp_path / "mail") as server:
        monkeypatch.setenv("PERIGEE_SMTP_URL", server.url)
        monkeypatch.setenv("PERIGEE_SECRET", "a long random text for this test")
        yield server


@pytest.mark.usefixtures("prefect_server")
def test_each_edition_leaves_on_its_own_day_once(editions: MailServer):
    for days in (0, 1, 7):
        digest(edition="due", due_at=MONDAY + timedelta(days=days), week=str(SAMPLE_WEEK))
    assert editions.readers() == ["weekly@example.org"]

    for _ in range(2):
        with pytest.raises(DeliveryError, match=r"nobody: .*nobody-2026-W47 has no story"):
            digest(edition="due", due_at=WEDNESDAY)
    assert editions.readers() == ["lunar@example.org", "weekly@example.org"]


@pytest.mark.usefixtures("prefect_server")
def test_run_by_hand_mails_the_weekly_letter_on_any_day(editions: MailServer):
    result = digest(due_at=WEDNESDAY)

    assert (result["week"], result["sent"]) == ("2026-W47", 1)
    assert editions.readers() == ["weekly@example.org"]


@pytest.mark.usefixtures("prefect_server")
def test_day_without_an_edition_does_nothing(editions: MailServer):
    assert digest(edition="due", due_at=MONDAY + timedelta(days=3)) == {}
    assert editions.readers() == []


@pytest.mark.usefixtures("prefect_server")
def test_edition_whose_day_was_missed_for_too_long_waits_for_a_person(
    editions: MailServer, sample: Settings
):
    file = sample.config / "perigee.toml"
    file.write_text(file.read_text().replace("max_lateness = 1e6", "max_lateness = 6"))

    with pytest.raises(DeliveryError, match="--edition lunar --send --confirm-late"):
        digest(edition="due", due_at=WEDNESDAY - timedelta(weeks=104), week=str(SAMPLE_WEEK))


@pytest.mark.usefixtures("prefect_server")
def test_week_that_is_none_is_refused_before_the_run(sample: Settings):
    with pytest.raises(ParameterTypeError, match="week"):
        digest(week="next week")


@pytest.mark.usefixtures("prefect_server")
def test_moment_without_a_zone_is_refused_before_the_run(sample: Settings):
    with pytest.raises(ParameterTypeError, match="timezone"):
        ingest(now=datetime(2026, 11, 23))  # noqa: DTZ001 that is what is refused


@pytest.mark.usefixtures("prefect_server")
def test_letter_that_waits_for_an_approval_is_built_and_the_run_fails(sample: Settings):
    file = sample.config / "perigee.toml"
    rule = '[digest]\napproval = "required"\non_cutoff = "hold"'
    file.write_text(file.read_text().replace("[digest]", rule))
    ingest(now=SAMPLE_NOW)

    with pytest.raises(DeliveryError, match="was not approved"):
        digest(week=str(SAMPLE_WEEK))

    assert (sample.digest.out / str(SAMPLE_WEEK) / "index.html").exists()


@pytest.mark.usefixtures("prefect_server")
def test_week_without_a_story_is_not_mailed_and_the_run_fails(sample: Settings):
    ingest(now=SAMPLE_NOW)

    with pytest.raises(DeliveryError, match="2020-W07 has no story"):
        digest(week="2020-W07")


@pytest.mark.usefixtures("prefect_server")
def test_mail_server_that_is_down_fails_the_run_and_the_hourly_one_mails_later(
    sample: Settings, monkeypatch: pytest.MonkeyPatch
):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with open_database(sample.database) as connection:
        add_reader(connection, "reader@example.org", now=SAMPLE_NOW)
    monkeypatch.setenv("PERIGEE_SECRET", "a long random text for this test")
    monkeypatch.setenv("PERIGEE_SMTP_URL", f"smtp://127.0.0.1:{port}")
    ingest(now=SAMPLE_NOW)

    with pytest.raises(DeliveryError, match="perigee outbox report --week 2026-W47"):
        digest(week=str(SAMPLE_WEEK))
    with a_scripted_server() as (smtp_url, said):
        monkeypatch.setenv("PERIGEE_SMTP_URL", smtp_url)
        ingest(now=datetime.now(UTC) + timedelta(minutes=1))

        assert said.count("END") == 1


@pytest.mark.usefixtures("prefect_server")
def test_hour_in_which_every_feed_fails_is_a_failed_run(sample: Settings):
    (sample.config / "feeds.toml").write_text(
        '[[feed]]\nid = "gone"\ntitle = "Gone"\nurl = "file:feeds/no-such-file.xml"\n'
    )

    with pytest.raises(NoUsableFeedError, match="all 1 feeds failed"):
        ingest(now=SAMPLE_NOW)


@pytest.mark.usefixtures("prefect_server")
def test_hour_without_any_feed_is_a_failed_run(sample: Settings):
    (sample.config / "feeds.toml").write_text("")

    with pytest.raises(NoUsableFeedError, match="lists no feed"):
        ingest(now=SAMPLE_NOW)


@pytest.mark.parametrize(
    ("error", "is_retried"),
    [
        (DatabaseBusyError("held by another process"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (duckdb.IOException("IO Error: Could not write file: No space left on device"), True),
        (ConfigError("[delivery] smtp_url: is missing"), False),
        (PermissionError(errno.EACCES, "Permission denied"), False),
        (ValueError("a mistake of ours"), False),
    ],
)
def test_what_may_pass_is_tried_again_and_nothing_else(error, is_retried):
    failed = State(type=StateType.FAILED, data=error)

    assert is_transient(None, None, failed) is is_retried


@pytest.mark.usefixtures("prefect_server")
@pytest.mark.parametrize(
    ("kind", "port", "url"),
    [
        ("INSECURE", 2525, "smtp://ada%40example.org@127.0.0.1:2525"),
        ("STARTTLS", 587, "smtp://ada%40example.org@127.0.0.1:587?starttls=required"),
        ("SSL", 465, "smtps://ada%40example.org@127.0.0.1:465"),
    ],
)
def test_login_of_the_mail_server_comes_from_a_prefect_block(sample: Settings, kind, port, url):
    EmailServerCredentials(
        username="ada@example.org",
        password="a password",
        smtp_server="127.0.0.1",
        smtp_type=kind,
        smtp_port=port,
    ).save("mail", overwrite=True)
    delivery = sample.delivery.model_copy(update={"credentials_block": "mail"})

    settings = with_credentials(sample.model_copy(update={"delivery": delivery}))

    assert settings.delivery.smtp_url == url
    assert settings.smtp_password == "a password"
    assert "a password" not in repr(settings)
