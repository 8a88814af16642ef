"""DKIM: what is signed verifies with the published key, and covers what one-click needs."""

import base64
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from mailroom import ISSUE, MONDAY, a_letter, a_mail_server, some_settings, with_readers

from flows.mailing import deliver_issue
from flows.signing import signer_of
from transforms.errors import ConfigError

DOMAIN_RECORD = b"letters._domainkey.example.org."


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, bytes]:
    """A private key in a file, and the DNS record of its public half."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "dkim.pem"
    file.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return file, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def test_what_arrives_verifies_and_what_was_changed_on_its_way_does_not(
    shared: Path, tmp_path: Path, key: tuple[Path, bytes]
):
    dkim = pytest.importorskip("dkim", reason="dkimpy is not installed")
    file, record = key
    with a_mail_server(shared, tmp_path / "mail") as server:
        settings = some_settings(
            tmp_path,
            server.url,
            secret="s" * 32,
            unsubscribe_url="https://digest.example.org/leave?token={token}",
            dkim_selector="letters",
            dkim_key=file,
        )
        with_readers(settings, 1)
        deliver_issue(settings, a_letter(), ISSUE, MONDAY)
        (arrived,) = [f.read_bytes() for f in server.folder.glob("*.eml")]

    def verifies(message: bytes) -> bool:
        return dkim.verify(message, dnsfunc=lambda name, **_: {DOMAIN_RECORD: record}.get(name))

    assert verifies(arrived)
    assert not verifies(arrived.replace(b"Probe wakes", b"Probe naps", 1))
    assert not verifies(arrived.replace(b"One-Click", b"Two-Click"))
    assert not verifies(arrived.replace(b"leave?token=", b"leave?taken="))


def test_without_a_key_the_message_stays_as_it_is(tmp_path: Path):
    assert signer_of(some_settings(tmp_path, None))(b"Subject: x\r\n\r\n") == b"Subject: x\r\n\r\n"


def test_half_of_the_settings_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="set both or neither"):
        signer_of(some_settings(tmp_path, None, dkim_selector="letters"))


def test_without_dkimpy_a_key_is_an_error_that_names_it(
    tmp_path: Path, key: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "dkim", None)

    with pytest.raises(ConfigError, match="pip install dkimpy"):
        signer_of(some_settings(tmp_path, None, dkim_selector="letters", dkim_key=key[0]))


def test_a_key_that_is_not_there_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "dkim", sys)
    missing = tmp_path / "missing.pem"

    with pytest.raises(ConfigError, match="cannot be read"):
        signer_of(some_settings(tmp_path, None, dkim_selector="letters", dkim_key=missing))
