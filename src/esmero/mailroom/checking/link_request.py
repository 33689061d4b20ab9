"""Request links once, without credentials, and never an address inside the installation's network.

An author's link is untrusted: it could make the installation request its own machines (SSRF). So only http and https to
ordinary ports are allowed, and every address is checked at connection time, again after each redirect: an earlier
resolution of a name proves nothing (DNS rebinding). No token, no cookie and no referrer is sent. HEAD is tried first; a
server that does not support it gets a GET of which little is read. Sources: RFC 9110 sections 9.3.1, 9.3.2 and 15.4;
RFC 6890 and the IANA registries of special-purpose addresses; RFC 6052; RFC 6761 and 2606 (reserved names).
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any, override
from urllib.parse import urljoin, urlsplit

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError, SSLError

MOST_LINKS = 60
CONCURRENCY = 8
MOST_REDIRECTS = 5
SECONDS, TOTAL = 5.0, 20.0  # for one answer; for all links together
MOST_OCTETS = 65_536
USER_AGENT = "Mozilla/5.0 (compatible; Esmero link check)"
_RESERVED = ("example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org", "onion")
_KNOWN_HOST = "a.root-servers.net"  # without a network, a resolver often denies every name but its own
_EMBEDDED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 within IPv6 (RFC 6052)
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF protocol assignments (RFC 6890)
            "168.63.129.16/32",  # the host services of an Azure virtual machine (Microsoft Learn)
            "fec0::/10",  # site-local, still routed in old networks (RFC 3879)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 429, 500, 501, 502, 503})

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Allow = Callable[[Address], bool]


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """Describe the answer of a link: `status` is the HTTP status (0: none), `final` the address after redirects.

    `outcome` is one of ok, status, guarded, silent, no-host, certificate, refused, inside, reserved, redirects, scheme,
    untried, and demo.
    """

    outcome: str
    status: int = 0
    final: str = ""


class PrivateAddress(OSError):
    """Refuse an address that belongs to no public host."""


class HostNotFound(OSError):
    """Report that the name has no address."""


class NetworkUnreachable(OSError):
    """Report that the network or the resolver cannot be reached."""


def is_public(address: Address) -> bool:
    """Say whether an address belongs to a public host; IPv4 addresses embedded in IPv6 are unwrapped."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _EMBEDDED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def check_links(
    urls: Iterable[str],
    *,
    own: Collection[str] = (),
    allow: Allow = is_public,
    seconds: float = SECONDS,
    total: float = TOTAL,
) -> dict[str, LinkAnswer]:
    """Request the first MOST_LINKS links, CONCURRENCY at a time, and return their answers.

    Links that were not started within `total` seconds, or had less than `seconds` of them, are left out. `own` are our
    host names, which are never requested, not even after a redirect. `allow` says whether an address may be connected
    to. If nothing could be reached because our network is down, no link is at fault: silent or no-host become untried.
    """
    wanted = list(dict.fromkeys(urls))[:MOST_LINKS]
    request = _LinkRequest(own=frozenset(own), allow=allow, seconds=seconds)
    pool = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="links")
    futures = {pool.submit(request.ask, url): url for url in wanted}
    done, late = wait(futures, timeout=total)
    # Without waiting: `end` closes the sockets of servers that are still slow.
    pool.shutdown(wait=False, cancel_futures=True)
    request.end()
    found = {futures[future]: future.result() for future in done}
    left = [futures[future] for future in late if not future.cancelled()]
    found |= {url: LinkAnswer("silent") for url in left if request.waited(url) >= seconds}
    answers = {url: found[url] for url in wanted if url in found}
    if request.connected or any(one.outcome == "refused" for one in answers.values()):
        return answers
    doubtful = {"silent"} if _lacks_names(answers) and _resolves_names() else {"silent", "no-host"}
    return {url: LinkAnswer("untried") if one.outcome in doubtful else one for url, one in answers.items()}


def _lacks_names(answers: Mapping[str, LinkAnswer]) -> bool:
    return any(one.outcome == "no-host" for one in answers.values())


def _resolves_names() -> bool:
    """Say whether public names can be resolved, by a name that exists as long as the DNS does."""
    try:
        return bool(_resolve(_KNOWN_HOST, 443))
    except (HostNotFound, NetworkUnreachable):
        return False


class _LinkRequest:
    """Run one round of requests, and hold its open sockets, to close them when its time is over."""

    def __init__(self, *, own: frozenset[str], allow: Allow, seconds: float) -> None:
        self._own, self._allow, self._seconds = own, allow, seconds
        self._began: dict[str, float] = {}
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._ended = False
        self.connected = False

    def ask(self, url: str) -> LinkAnswer:
        """Request one link and follow its redirects."""
        final = url
        self._began[url] = time.monotonic()
        for _ in range(MOST_REDIRECTS + 1):
            answer, target = self._ask_once(final)
            if not target:
                return replace(answer, final=final if final != url else "")
            final = urljoin(final, target)
        return LinkAnswer("redirects", answer.status, final)

    def waited(self, url: str) -> float:
        """Return the seconds since the request of a link began."""
        began = self._began.get(url)
        return 0.0 if began is None else time.monotonic() - began

    def end(self) -> None:
        """Close all open sockets: a server that answers slowly must not hold a thread."""
        with self._lock:
            self._ended = True
            for each in self._open:
                _cut(each)

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to the first allowed address of a host.

        Raises PrivateAddress, HostNotFound, NetworkUnreachable or OSError.
        """
        trouble: OSError | None = None
        for family, address in _resolve(host, port):
            if not self._allow(ipaddress.ip_address(address[0].partition("%")[0])):
                raise PrivateAddress(host)
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.settimeout(self._seconds)
                self.track(made)
                made.connect(address)
            except OSError as fault:
                made.close()
                trouble = fault
            else:
                self.connected = True
                return made
        raise trouble or HostNotFound(host)

    def track(self, made: socket.socket) -> None:
        """Register a socket, to close it when the time is over."""
        with self._lock:
            self._open.append(made)
            if self._ended:
                _cut(made)

    def _ask_once(self, url: str) -> tuple[LinkAnswer, str]:
        """Request one address; returns the answer and the target of a redirect (empty: none)."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            return LinkAnswer("scheme"), ""
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            return LinkAnswer("scheme"), ""
        if host.lower() in self._own:
            return LinkAnswer("untried"), ""
        if port is not None and port < 1024 and port not in (80, 443):
            return LinkAnswer("inside"), ""
        if any(host == name or host.endswith(f".{name}") for name in _RESERVED) and not _is_address(host):
            return LinkAnswer("reserved"), ""
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            return self._request(parts.scheme, host, port, path)
        except (
            PrivateAddress,
            HostNotFound,
            NetworkUnreachable,
            OSError,
            HTTPError,
            LocationParseError,
            UnicodeError,
            ValueError,
        ) as fault:
            return LinkAnswer(_name_fault(fault)), ""

    def _request(self, scheme: str, host: str, port: int | None, path: str) -> tuple[LinkAnswer, str]:
        kind = HTTPSConnectionPool if scheme == "https" else HTTPConnectionPool
        with kind(host, port, timeout=Timeout(connect=self._seconds, read=self._seconds), maxsize=1) as pool:
            pool.ConnectionCls = _secure(self) if scheme == "https" else _plain(self)
            for method in ("HEAD", "GET"):
                answer = pool.urlopen(
                    method,
                    path,
                    headers={"User-Agent": USER_AGENT, "Accept": "text/html,*/*;q=0.8"},
                    redirect=False,
                    retries=False,
                    preload_content=False,
                    decode_content=False,
                )
                try:
                    status, location = answer.status, answer.headers.get("Location", "")
                    if method == "GET":
                        answer.read(MOST_OCTETS, decode_content=False)
                finally:
                    answer.close()
                if method == "GET" or status not in _NO_HEAD:
                    break
        if 300 <= status < 400 and status != 304 and location:
            return LinkAnswer("status", status), location
        return LinkAnswer(_judge(status), status), ""


def _judge(status: int) -> str:
    if status < 400:
        return "ok"
    # Login, rate limit or bot protection: a reader may still have access (RFC 9110, 15.5; RFC 6585, 4).
    return "guarded" if status in (401, 403, 407, 429, 451, 999) else "status"


def _name_fault(fault: BaseException) -> str:
    """Return the outcome for a fault; urllib3 wraps the exceptions of the socket."""
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, PrivateAddress):
            return "inside"
        if isinstance(seen, HostNotFound):
            return "no-host"
        if isinstance(seen, (SSLError, ssl.SSLError)):
            return "certificate"
        if isinstance(seen, ConnectionRefusedError):
            return "refused"
        seen = seen.__cause__ or seen.__context__
    return "silent"


def _resolve(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as fault:
        if fault.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
            raise HostNotFound(host) from fault
        raise NetworkUnreachable(host) from fault
    return [(family, address) for family, _kind, _protocol, _name, address in found]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _cut(made: socket.socket) -> None:
    try:
        made.shutdown(socket.SHUT_RDWR)
    except OSError:
        made.close()


def _plain(request: _LinkRequest) -> type[HTTPConnection]:
    class Plain(HTTPConnection):
        @override
        def _new_conn(self) -> socket.socket:
            return request.connect(self.host, self.port)

    return Plain


def _secure(request: _LinkRequest) -> type[HTTPSConnection]:
    class Secure(HTTPSConnection):
        @override
        def _new_conn(self) -> socket.socket:
            return request.connect(self.host, self.port)

        @override
        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, socket.socket):
                request.track(self.sock)

    return Secure
