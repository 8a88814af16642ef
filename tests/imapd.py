"""A real IMAP server for tests: Debian's dovecot, as an ordinary process on a free port."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

PASSWORD = "open-sesame"

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
namespace inbox {{
  inbox = yes
  mailbox Archive {{
    auto = create
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """A running dovecot as one user sees it; every name is a user, with an INBOX and an Archive."""

    port: int
    folder: Path
    user: str = "digest"

    @property
    def url(self) -> str:
        return f"imaps://{self.user}@localhost:{self.port}/INBOX"

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @contextmanager
    def session(self) -> Iterator[imaplib.IMAP4_SSL]:
        """Log in beside the code under test."""
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context, timeout=5) as imap:
            imap.login(self.user, PASSWORD)
            yield imap

    def put(self, data: bytes, folder: str = "INBOX") -> None:
        """Leave a message in a folder, as if it had arrived."""
        with self.session() as imap:
            answer, words = imap.append(folder, "", "", data)
            assert answer == "OK", words

    def flags(self) -> list[str]:
        """Return each message's flags in INBOX, oldest first."""
        with self.session() as imap:
            imap.select("INBOX", readonly=True)
            _, found = imap.fetch("1:*", "(FLAGS)")
            return [line.decode().partition("FLAGS ")[2] for line in found if line]


@contextmanager
def an_imap_server() -> Iterator[ImapServer]:
    """Run dovecot; skip the test where it is not installed, unless it has to be."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        reason = "dovecot is not installed (apt-get install dovecot-imapd)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not in pytest's own folder: dovecot never opens mail as root, and others may not look there.
    folder = Path(tempfile.mkdtemp(prefix="perigee-imap-"))
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    port = _free_port()
    _write_certificate(folder)
    (folder / "dovecot.conf").write_text(
        CONFIG.format(
            folder=folder,
            port=port,
            user=owner.pw_name,
            group=grp.getgrgid(owner.pw_gid).gr_name,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            password=PASSWORD,
        )
    )
    with subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")]) as process:
        try:
            server = ImapServer(port, folder)
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(10)
            shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _write_certificate(folder: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(folder / "cert.pem"), append=bool(number))


def _wait_for(server: ImapServer, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until and process.poll() is None:
        try:
            with server.session():
                return
        except OSError:
            time.sleep(0.05)
    log = server.folder / "log"
    pytest.fail(f"dovecot did not start: {log.read_text() if log.exists() else process.poll()}")
