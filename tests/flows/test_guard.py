"""The address guard, its sessions and the total deadline, over real loopback sockets."""

import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
import trustme
from urllib3.exceptions import ReadTimeoutError

from flows.deadline import WatchedSocket, deadline_of
from flows.guard import GuardPolicy, check_address, check_url, make_session
from transforms.errors import UnsafeAddressError

PUBLIC_WEB = GuardPolicy()
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def loopback(shared: Path) -> Iterator:
    """Keep this process on loopback; fail the test if it tried to leave."""
    sys.path.insert(0, str(shared / "hostile"))
    import loopback_only  # noqa: PLC0415 its place is known only now

    loopback_only.violations.clear()
    yield loopback_only
    sys.path.remove(str(shared / "hostile"))
    assert loopback_only.violations == []


@contextmanager
def a_server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection in a thread of its own with `answer`; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                answer(connection)
            except OSError:
                return  # the client hung up, as it should

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def allowing(port: int, host: str = "127.0.0.1") -> GuardPolicy:
    return GuardPolicy(allow_addresses=frozenset({f"{host}:{port}"}))


def request_of(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError
        received += part
    return received


def keeps_answering(connection: socket.socket) -> None:
    while True:
        request_of(connection)
        connection.sendall(WHOLE)


def drips(start: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(start)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


@contextmanager
def a_session(policy: GuardPolicy, **options: str) -> Iterator[requests.Session]:
    with make_session(policy, 4, "Perigee/0 (+mailto:editor@example.test)", **options) as session:
        yield session


def test_every_listed_address_is_refused_or_allowed_by_its_spelling(shared):
    rows = json.loads((shared / "hostile" / "addresses.json").read_text())

    passed = []
    for row in rows["refuse"]:
        try:
            check_url(row["url"], PUBLIC_WEB)
        except UnsafeAddressError:
            continue
        passed.append(row["url"])
    for row in rows["allow"]:
        check_url(row["url"], PUBLIC_WEB)

    assert passed == []
    assert len(rows["refuse"]) == 86


def test_a_host_is_refused_if_any_of_its_addresses_is_not_public(shared, loopback):
    rows = json.loads((shared / "hostile" / "addresses.json").read_text())["answers"]

    for row in rows:
        with a_session(PUBLIC_WEB) as session, loopback.fake_dns(**{"x.test": row["answers"]}):
            if row["ok"]:
                # The guard of this test stops the connection that ours lets pass.
                with pytest.raises(requests.ConnectionError):
                    session.get("http://x.test/", timeout=1)
                assert loopback.violations[0] == ("connect", row["answers"][0])
                loopback.violations.clear()
            else:
                with pytest.raises((UnsafeAddressError, requests.ConnectionError)):
                    session.get("http://x.test/", timeout=1)
                assert loopback.violations == []


def test_a_name_is_looked_up_once_so_that_a_second_answer_changes_nothing(loopback):
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    with (
        a_session(PUBLIC_WEB) as session,
        loopback.fake_dns(
            rebind=[],
            **{
                "rebind.test": lambda: answers.pop(0),
            },
        ),
    ):
        with pytest.raises(requests.ConnectionError):
            session.get("http://rebind.test/", timeout=1)

        # It went to the address that was checked, and asked for no other one.
        assert loopback.violations == [("connect", "93.184.216.34")]
        assert answers == [["127.0.0.1"]]
        loopback.violations.clear()
        with pytest.raises(UnsafeAddressError):
            session.get("http://rebind.test/", timeout=1)


def test_a_kept_connection_stays_with_the_address_it_was_opened_to(loopback):
    with a_server(keeps_answering) as port, a_session(allowing(port)) as session:
        answers = [["127.0.0.1"]]
        with loopback.fake_dns(**{"kept.test": lambda: answers.pop(0)}):
            bodies = [session.get(f"http://kept.test:{port}/", timeout=1).text for _ in range(3)]

    assert bodies == ["ok"] * 3
    assert answers == []


def test_an_exception_holds_for_one_address_with_its_port(loopback):
    asked = []
    with (
        a_server(keeps_answering) as port,
        a_server(asked.append) as canary,
        a_session(allowing(port)) as session,
    ):
        assert session.get(f"http://127.0.0.1:{port}/", timeout=1).text == "ok"
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433"):
            with pytest.raises(UnsafeAddressError):
                session.get(f"http://{host}:{canary}/", timeout=1)
        with pytest.raises(UnsafeAddressError):
            session.get(f"http://localhost:{port}/", timeout=1)

    assert asked == []


def test_private_networks_can_be_allowed_but_not_odd_spellings():
    intranet = GuardPolicy(allow_private=True)

    for url in ("http://127.0.0.1/", "http://printer.local/", "http://[fd00::1]/", "http://wiki/"):
        check_url(url, intranet)
    check_address("10.0.0.1", 80, intranet)
    for url in ("http://2130706433/", "http://u:p@10.0.0.1/", "ftp://10.0.0.1/", "http://10.1:22/"):
        with pytest.raises(UnsafeAddressError):
            check_url(url, intranet)


def test_redirects_of_a_hostile_server_never_reach_its_other_port(shared, loopback):
    from server import start  # noqa: PLC0415 its place is known only now

    server, port = start()
    try:
        targets = {}
        with a_session(allowing(port)) as session:
            for case in server.catalogue()["special"]:
                if not case["path"].startswith("/special/redirect_"):
                    continue
                answer = session.get(f"http://127.0.0.1:{port}{case['path']}", timeout=5)
                assert not answer.history
                target = answer.headers.get("Location")
                if target and "://" in target:
                    targets[case["path"].rpartition("_")[2]] = target
        refused = set()
        for name, target in targets.items():
            try:
                check_url(target, allowing(port))
            except UnsafeAddressError:
                refused.add(name)

        assert refused >= {"port", "localhost", "mapped", "ip", "file", "ftp", "creds"}
        assert not [seen for seen in server.log if "canary" in seen["path"]]
    finally:
        server.stop()


def test_the_body_of_a_redirect_is_not_read(loopback):
    bomb = gzip.compress(b"0" * 30_000_000)
    head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Encoding: gzip\r\nContent-Length: "
    sent = []

    def answer(connection):
        request_of(connection)
        connection.sendall(head + b"99999999\r\n\r\n" + bomb)
        sent.append(len(bomb))
        connection.recv(1)

    with a_server(answer) as port, a_session(allowing(port)) as session:
        began = time.monotonic()
        with session.get(
            f"http://127.0.0.1:{port}/", stream=True, allow_redirects=False, timeout=2
        ) as response:
            assert response.headers["Location"] == "/next"

    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
    ids=["headers", "body", "body without length"],
)
def test_a_drip_ends_with_the_deadline_though_every_read_is_quick(loopback, start):
    with a_server(drips(start)) as port, a_session(allowing(port)) as session:
        began = time.monotonic()
        with deadline_of(0.6) as deadline:
            with (
                pytest.raises((requests.Timeout, ReadTimeoutError)),
                session.get(f"http://127.0.0.1:{port}/", stream=True, timeout=5) as response,
            ):
                response.raw.read(decode_content=False)
            assert deadline.expired
        took = time.monotonic() - began

    assert took == pytest.approx(0.6, abs=0.3)


def test_a_silent_tls_handshake_ends_with_the_deadline(loopback):
    with a_server(lambda connection: time.sleep(5)) as port, a_session(allowing(port)) as session:
        began = time.monotonic()
        with deadline_of(0.4) as deadline, pytest.raises(requests.RequestException):
            session.get(f"https://127.0.0.1:{port}/", timeout=5)
        assert deadline.expired

    assert time.monotonic() - began == pytest.approx(0.4, abs=0.3)


def test_a_kept_connection_comes_under_the_next_deadline(loopback):
    asked = []

    def answer(connection):
        request_of(connection)
        asked.append(1)
        connection.sendall(WHOLE)
        drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")(connection)

    with a_server(answer) as port, a_session(allowing(port)) as session:
        url = f"http://127.0.0.1:{port}/"
        with deadline_of(5) as first:
            assert session.get(url, timeout=5).text == "ok"
        began = time.monotonic()
        with deadline_of(0.4) as second, pytest.raises(requests.Timeout):
            session.get(url, timeout=5)

    assert asked == [1]
    assert not first.expired
    assert second.expired
    assert time.monotonic() - began == pytest.approx(0.4, abs=0.3)


@pytest.mark.parametrize(("seconds", "error"), [(0.05, TimeoutError), (5, ConnectionResetError)])
def test_what_is_reset_after_the_deadline_has_run_out_of_time(loopback, seconds, error):
    def answer(connection):
        closing_resets = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, closing_resets)

    with a_server(answer) as port, WatchedSocket() as asked:
        asked.connect(("127.0.0.1", port))
        with deadline_of(seconds):
            time.sleep(0.2)
            with pytest.raises(error):
                asked.recv_into(bytearray(1))


def test_a_deadline_ends_its_own_thread_only(loopback):
    def answer(connection):
        request_of(connection)
        time.sleep(0.8)
        connection.sendall(WHOLE)

    def ask(seconds):
        with deadline_of(seconds):
            try:
                return session.get(f"http://127.0.0.1:{port}/", timeout=5).text
            except requests.Timeout:
                return "cut"

    with (
        a_server(answer) as port,
        a_session(allowing(port)) as session,
        ThreadPoolExecutor(4) as threads,
    ):
        answers = list(threads.map(ask, [0.3, 3, 0.3, 3]))

    assert answers == ["cut", "ok", "cut", "ok"]


def test_an_inner_deadline_never_outlasts_the_outer_one():
    with deadline_of(0.1) as outer, deadline_of(60) as inner:
        assert inner.left <= outer.left + 0.01
        time.sleep(0.12)
        assert inner.expired
        assert outer.expired


def test_no_connection_is_opened_when_the_time_is_over(loopback):
    opened = []
    with (
        a_server(opened.append) as port,
        a_session(allowing(port)) as session,
        deadline_of(0),
        pytest.raises(requests.Timeout),
    ):
        session.get(f"http://127.0.0.1:{port}/", timeout=5)

    assert opened == []


def test_deadlines_leak_no_descriptors_and_share_one_thread(loopback):
    with a_server(keeps_answering) as port, a_session(allowing(port)) as session:
        url = f"http://127.0.0.1:{port}/"
        with deadline_of(5):
            session.get(url, timeout=1)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(50):
            with deadline_of(5) as deadline:
                assert session.get(url, timeout=1).text == "ok"
                assert not deadline.expired
        after = len(list(Path("/proc/self/fd").iterdir()))

    assert after <= before
    assert [thread.name for thread in threading.enumerate()].count("deadlines") == 1


def test_cookies_are_neither_kept_nor_sent(loopback):
    seen = []

    def answer(connection):
        while True:
            seen.append(request_of(connection))
            connection.sendall(WHOLE.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=1; Path=/\r\n\r\n"))

    with a_server(answer) as port, a_session(allowing(port)) as session:
        for _ in range(2):
            session.get(f"http://127.0.0.1:{port}/", timeout=1)
        assert not session.cookies

    assert len(seen) == 2
    assert not any(b"cookie" in request.lower() for request in seen)


def test_we_say_who_we_are_and_take_only_gzip_and_deflate(loopback):
    seen = []

    def answer(connection):
        seen.append(request_of(connection).decode())
        connection.sendall(WHOLE)

    with a_server(answer) as port, a_session(allowing(port)) as session:
        session.get(f"http://127.0.0.1:{port}/", timeout=1)

    [request] = seen
    assert "User-Agent: Perigee/0 (+mailto:editor@example.test)\r\n" in request
    assert "Accept-Encoding: gzip, deflate\r\n" in request
    assert "application/rss+xml" in request


def test_proxies_of_the_environment_are_ignored_and_given_ones_refused(loopback, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    with a_server(keeps_answering) as port, a_session(allowing(port)) as session:
        url = f"http://127.0.0.1:{port}/"
        assert session.get(url, timeout=1).text == "ok"
        with pytest.raises(UnsafeAddressError):
            session.get(url, timeout=1, proxies={"http": "http://127.0.0.1:9"})


@pytest.fixture
def secure(tmp_path) -> tuple[ssl.SSLContext, str]:
    """Return a server's context for `feeds.test`, and the file of its authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("feeds.test").configure_cert(context)
    return context, str(tmp_path / "ca.pem")


def test_the_certificate_must_be_the_hosts_own_though_we_connect_to_an_address(loopback, secure):
    context, ca_file = secure
    names = []
    context.sni_callback = lambda _, name, __: names.append(name)

    def answer(connection):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            keeps_answering(wrapped)

    here = {"feeds.test": ["127.0.0.1"], "other.test": ["127.0.0.1"]}
    with a_server(answer) as port, loopback.fake_dns(**here):
        with a_session(allowing(port), ca_file=ca_file) as session:
            with deadline_of(5):
                assert session.get(f"https://feeds.test:{port}/", timeout=2).text == "ok"
                assert session.get(f"https://feeds.test:{port}/", timeout=2).text == "ok"
            with pytest.raises(requests.exceptions.SSLError):
                session.get(f"https://other.test:{port}/", timeout=2)
        with a_session(allowing(port)) as stranger, pytest.raises(requests.exceptions.SSLError):
            stranger.get(f"https://feeds.test:{port}/", timeout=2, verify=False)

    assert names[0] == "feeds.test"


def test_a_drip_under_tls_ends_with_the_deadline_too(loopback, secure):
    context, ca_file = secure

    def answer(connection):
        with context.wrap_socket(connection, server_side=True) as wrapped:
            drips(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")(wrapped)

    with (
        a_server(answer) as port,
        loopback.fake_dns(**{"feeds.test": ["127.0.0.1"]}),
        a_session(allowing(port), ca_file=ca_file) as session,
    ):
        began = time.monotonic()
        with (
            deadline_of(0.6),
            pytest.raises(ReadTimeoutError),
            session.get(f"https://feeds.test:{port}/", stream=True, timeout=5) as response,
        ):
            response.raw.read(decode_content=False)

    assert time.monotonic() - began == pytest.approx(0.6, abs=0.3)
