"""Whom we may connect to: the address guard, and sessions that keep to it.

An address is looked at three times. `check_url` refuses by its spelling, before anything is
asked. Then each new connection resolves the name once, refuses if any answer is not public, and
connects to an address that it has seen, so there is no second look-up that could answer
otherwise. A kept connection stays with the address it was opened to.

Connections of these sessions obey the deadline of their thread; see `flows.deadline`.
"""
# ruff: noqa: ANN401 signatures of urllib3 and requests

import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import ALPN_PROTOCOLS

from flows.deadline import Deadline, WatchedSocket, WatchedTLSSocket, current_deadline, deadline_of
from transforms.errors import InvalidURLError, UnsafeAddressError
from transforms.urls import DEFAULT_PORTS, clean_url, is_local

__all__ = [
    "Deadline",
    "GuardPolicy",
    "GuardedAdapter",
    "check_address",
    "check_url",
    "deadline_of",
    "is_public",
    "make_session",
]

# IANA IPv4 Special-Purpose Address Registry, RFC 6890 and its followers. Spelt out, because what
# `ipaddress` calls global differs between Python versions.
_NOT_PUBLIC_4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# IPv6: only global unicast (RFC 4291, section 2.4) is public. That leaves out mapped, NAT64,
# link-local and multicast addresses; within it, these are special: protocol assignments with
# Teredo, documentation, 6to4.
_GLOBAL_UNICAST_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

# Ports of other services that a request could reach and confuse: all below 1024 but the web's
# own, and of the others what browsers block (Fetch standard, "bad port") or databases use.
_FIRST_FREE_PORT = 1024
_OTHER_SERVICES = frozenset(
    {1719, 1720, 1723, 2049, 2375, 2376, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900}
    | {6000, 6379, 6443, 6566, 6697, 9200, 10080, 11211, 27017}
    | set(range(6665, 6670))
)

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)

IPAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class GuardPolicy:
    """What may be asked besides the public web.

    Attributes:
        allow_private: Hosts on private and loopback networks.
        allow_addresses: Single exceptions, each `host:port` as in an address (`[::1]:8080`).
    """

    allow_private: bool = False
    allow_addresses: frozenset[str] = frozenset()


def check_url(url: str, policy: GuardPolicy) -> None:
    """Refuse `url` by its spelling; nothing is looked up.

    Raises:
        UnsafeAddressError: It is not plain http(s), carries credentials or a zone, hides its
            host in an odd number, names a private network or the port of another service.
    """
    # Stricter than `clean_url`, which repairs what a link may need: we only ask for addresses
    # that every parser reads in one way.
    if not url.isprintable() or " " in url or "\\" in url:
        raise _unsafe(url, "it holds white space, a control character or a backslash")
    try:
        split = urlsplit(clean_url(url))
        if "@" in urlsplit(url).netloc:
            raise _unsafe(url, "it carries credentials")
    except InvalidURLError as error:
        raise UnsafeAddressError(str(error)) from error
    port = split.port or DEFAULT_PORTS[split.scheme]
    host = split.netloc.removesuffix(f":{port}")
    if f"{host}:{port}" in policy.allow_addresses:
        return
    is_web = port in DEFAULT_PORTS.values()
    if not is_web and (port < _FIRST_FREE_PORT or port in _OTHER_SERVICES):
        raise _unsafe(url, f"port {port} belongs to another service")
    address = _numeric(host.strip("[]"))
    if address:
        check_address(str(address), port, policy)
    elif is_local(f"http://{host}/") and not policy.allow_private:
        raise _unsafe(url, "its host is a name of private networks")


def check_address(ip: str, port: int, policy: GuardPolicy) -> None:
    """Refuse a numeric address that is not public, unless `policy` allows it.

    Raises:
        UnsafeAddressError: It is private, reserved, or translated from another one.
    """
    address = _numeric(ip)
    spelt = f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"
    if spelt in policy.allow_addresses:
        return
    if address is None:
        raise _unsafe(ip, "it is no plain IP address")
    if not policy.allow_private and not is_public(address):
        raise _unsafe(spelt, "it is not a public address; see [fetch] in config/perigee.toml")


def is_public(address: IPAddress) -> bool:
    """Whether `address` belongs to a host of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_4)
    return address in _GLOBAL_UNICAST_6 and not any(address in block for block in _NOT_PUBLIC_6)


def _numeric(host: str) -> IPAddress | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return None if isinstance(address, IPv6Address) and address.scope_id else address


def _unsafe(url: str, reason: str) -> UnsafeAddressError:
    return UnsafeAddressError(f"address {url[:200]!r} is refused: {reason}")


class _Guarded(HTTPConnection):
    """A connection that looks before it connects, and obeys its thread's deadline."""

    def __init__(self, *args: Any, policy: GuardPolicy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy
        self._watched: tuple[Deadline, socket.socket] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request; a kept connection comes under the present deadline."""
        if self.sock is not None:
            self._obey(self.sock)
        super().request(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        """Return a socket that is connected to one of the host's addresses, all of them checked."""
        failure: OSError | None = None
        for family, kind, protocol, _, address in self._answers():
            sock = WatchedSocket(family, kind, protocol)
            try:
                sock.settimeout(self._patience())
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.connect(address)
                self._obey(sock)
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        message = f"no connection to {self.host}:{self.port}: {failure}"
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, message) from failure
        raise NewConnectionError(self, message) from failure

    def _answers(self) -> list[tuple[Any, ...]]:
        """Resolve the host, once, and return `getaddrinfo`'s rows.

        Raises:
            UnsafeAddressError: One of the answers is not public.
        """
        host = self._dns_host.strip("[]")
        try:
            answers = socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        if f"{self._dns_host}:{self.port}" not in self._policy.allow_addresses:
            for *_, address in answers:
                check_address(str(address[0]), self.port, self._policy)
        return answers

    def _patience(self) -> float | None:
        deadline = current_deadline()
        if deadline is None:
            return self.timeout
        deadline.check()
        return deadline.left if self.timeout is None else min(self.timeout, deadline.left)

    def _obey(self, sock: socket.socket) -> None:
        if self._watched:
            # Else the earlier deadline, still open in another thread, could end this request.
            earlier, handle = self._watched
            earlier.release(handle)
            self._watched = None
        deadline = current_deadline()
        if deadline:
            self._watched = deadline, deadline.watch(sock)


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The same under TLS: name and certificate are those of the host, not of the address."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class _Pools(PoolManager):
    """A pool manager that hands the policy to every connection."""

    def __init__(self, policy: GuardPolicy, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._policy = policy
        self.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}

    def _new_pool(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = super()._new_pool(*args, **kwargs)
        pool.conn_kw["policy"] = self._policy
        return pool


class _SharedContext(ssl.SSLContext):
    """A TLS context that may serve many threads, and whose sockets obey deadlines."""

    sslsocket_class = WatchedTLSSocket

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """Keep the list that `_tls_context` set.

        urllib3 sets it for every connection; OpenSSL then frees the old one, which another
        thread may be copying into its own connection.
        """


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    # Loading the 140 authorities takes 20 ms: once a session, not once a connection.
    context = _SharedContext(ssl.PROTOCOL_TLS_CLIENT)
    ssl.SSLContext.set_alpn_protocols(context, ALPN_PROTOCOLS)
    context.load_verify_locations(ca_file or DEFAULT_CA_BUNDLE_PATH)
    return context


class GuardedAdapter(HTTPAdapter):
    """A transport for `requests` that keeps to a `GuardPolicy` on every hop and connection."""

    def __init__(self, policy: GuardPolicy, workers: int, ca_file: str | None = None) -> None:
        """Prepare pools for `workers` threads; retries are the caller's."""
        self._policy = policy
        self._context = _tls_context(ca_file)
        super().__init__(pool_connections=workers, pool_maxsize=workers, max_retries=0)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,
        **pool_kwargs: Any,
    ) -> None:
        """Make the guarded pools."""
        self.poolmanager = _Pools(
            self._policy,
            num_pools=connections,
            maxsize=maxsize,
            block=block,
            ssl_context=self._context,
            **pool_kwargs,
        )

    def cert_verify(self, conn: Any, url: str, verify: object, cert: object) -> None:  # noqa: ARG002
        """Demand a certificate, always; the shared context knows the authorities."""
        conn.cert_reqs = "CERT_REQUIRED"

    def proxy_manager_for(self, proxy: str, **_: Any) -> Any:
        """Refuse: a proxy would look names up and connect for us.

        Raises:
            UnsafeAddressError: Always.
        """
        raise _unsafe(proxy, "proxies are not used")

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send `request` if its address passes.

        Raises:
            UnsafeAddressError: By its spelling, or by what its host resolves to.
        """
        check_url(request.url or "", self._policy)
        return super().send(request, *args, **kwargs)


class _Session(requests.Session):
    """A session that leaves redirects to its caller.

    Even when it is told not to follow one, `requests` reads and unpacks the whole body of the
    redirect, without a limit.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that there is none."""


def make_session(
    policy: GuardPolicy, workers: int, user_agent: str, *, ca_file: str | None = None
) -> requests.Session:
    """Return a session that `workers` threads share.

    It keeps to `policy`, follows no redirect, sends and keeps no cookie, retries nothing, and
    takes neither proxies nor passwords from the environment.

    Args:
        policy: What may be asked besides the public web.
        workers: Kept pools, and kept connections to one host.
        user_agent: Names us and says how to reach us.
        ca_file: PEM file of the authorities to trust instead of certifi's.
    """
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update(
        {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            # Named, because requests would add br and zstd where those happen to be installed.
            "Accept-Encoding": "gzip, deflate",
        }
    )
    adapter = GuardedAdapter(policy, workers, ca_file)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
