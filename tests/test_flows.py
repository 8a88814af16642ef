"""The two real flows under Prefect's own test server, on the bundled sample."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from mailroom import a_mail_server
from prefect.artifacts import Artifact
from prefect.testing.utilities import prefect_test_harness
from prefect_email import EmailServerCredentials

from flows.database import open_database
from flows.demo import SAMPLE, SAMPLE_NOW, SAMPLE_WEEK
from flows.digest import digest
from flows.ingest import NoUsableFeedError, ingest
from flows.recipients import add_reader
from flows.settings import Settings, load_settings
from flows.steps import with_credentials

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.xdist_group("prefect"),
    # What Prefect is built on warns about itself, differently with each release.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def prefect_server():
    with prefect_test_harness(server_startup_timeout=120):
        yield


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


@pytest.mark.usefixtures("prefect_server")
def test_ingest_then_digest_mails_every_reader_once(
    sample: Settings, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with open_database(sample.database) as connection:
        add_reader(connection, "reader@example.org", now=SAMPLE_NOW)
    with a_mail_server(shared, tmp_path / "mail") as server:
        monkeypatch.setenv("PERIGEE_SMTP_URL", server.url)
        monkeypatch.setenv("PERIGEE_SECRET", "a long random text for this test")

        ingested = ingest(now=SAMPLE_NOW)
        first = digest(week=str(SAMPLE_WEEK))
        second = digest(week=str(SAMPLE_WEEK))

        assert ingested["outcomes"] == {"ok": 18, "not_a_feed": 1}
        assert (first["sent"], first["complete"]) == (1, True)
        assert second["decision"] == "already sent"
        assert "sent" not in second
        assert server.readers() == ["reader@example.org"]
    assert Path(first["page"]).exists()
    assert "zenith-weekly" in artifact("feeds").data
    assert "206 entries read" in artifact("ingest").data
    assert "stories" in artifact("issue").data
    assert "reader@example.org" not in artifact("deliveries").data


@pytest.mark.usefixtures("prefect_server")
def test_preview_flow_mails_nobody(sample: Settings):
    ingest(now=SAMPLE_NOW)

    result = digest(week=str(SAMPLE_WEEK), send=False)

    assert Path(result["page"]).exists()
    assert "sent" not in result


@pytest.mark.usefixtures("prefect_server")
def test_week_that_is_none_is_refused_before_the_run(sample: Settings):
    with pytest.raises(Exception, match="week"):
        digest(week="next week")


@pytest.mark.usefixtures("prefect_server")
def test_hour_in_which_every_feed_fails_is_a_failed_run(sample: Settings):
    (sample.config / "feeds.toml").write_text(
        '[[feed]]\nid = "gone"\ntitle = "Gone"\nurl = "file:feeds/no-such-file.xml"\n'
    )

    with pytest.raises(NoUsableFeedError, match="all 1 feeds failed"):
        ingest(now=SAMPLE_NOW)


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
