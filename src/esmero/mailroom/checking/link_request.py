"""Whether links answer: each is asked once, as a stranger would, and never anything inside of our own network.

An author's link is untrusted: whoever writes a template could have the house ask its own machines. So only http and https
are spoken, to ordinary ports, and every address is looked at when it is connected to, after each redirect anew: what a name
resolved to a moment before proves nothing (DNS rebinding). Nothing is sent that says for whom the link is: no token, no
cookie, no referrer. HEAD is asked first; whoever does not understand it gets a GET of which little is read.
Sources: RFC 9110 sections 9.3.1, 9.3.2 and 15.4; RFC 6890 and the IANA registries of special-purpose addresses; RFC 6052;
RFC 6761 and 2606 (reserved names).
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
SIDE_BY_SIDE = 8
MOST_REDIRECTS = 5
SECONDS, TOTAL = 5.0, 20.0  # for one answer; for all links together
MOST_OCTETS = 65_536
USER_AGENT = "Mozilla/5.0 (compatible; Esmero link check)"
_RESERVED = ("example", "test", "invalid", "localhost", "local", "example.com", "example.net", "example.org", "onion")
_SURE = "a.root-servers.net"  # a house that is cut off often has a resolver that denies every name but its own
_EMBEDDED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 within IPv6 (RFC 6052)
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF protocol assignments (RFC 6890)
            "168.63.129.16/32",  # what a virtual machine of Azure asks its host (Microsoft Learn)
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
    """What a link said: `status` is that of HTTP (0: none came), `final` the address where the redirects ended.

    `outcome` is one of ok, status, guarded, silent, no-host, certificate, refused, inside, reserved, redirects, scheme,
    untried, and demo.
    """

    outcome: str
    status: int = 0
    final: str = ""


class PrivateAddress(OSError):
    """The address belongs to no public host: nobody but us could reach it."""


class HostNotFound(OSError):
    """The name has no address."""


class NetworkUnreachable(OSError):
    """We cannot get out, or cannot ask for names."""


def is_public(address: Address) -> bool:
    """Say whether an address belongs to a host of the public network, seen through the ways to write IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _EMBEDDED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def try_links(
    urls: Iterable[str],
    *,
    own: Collection[str] = (),
    allow: Allow = is_public,
    seconds: float = SECONDS,
    total: float = TOTAL,
) -> dict[str, LinkAnswer]:
    """Ask the first MOST_LINKS links, SIDE_BY_SIDE at a time, and return what each said.

    Whose turn did not come within `total` seconds, or who had less than `seconds` of them, is not among them. `own` are the
    names of our own hosts, which are never asked, also not where a redirect leads there. `allow` says of an address whether
    it may be connected to. Where nothing at all could be reached because we cannot get out, no link is blamed for it: what
    would be silent or without a host is untried.
    """
    wanted = list(dict.fromkeys(urls))[:MOST_LINKS]
    trial = _LinkRequest(own=frozenset(own), allow=allow, seconds=seconds)
    pool = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="links")
    futures = {pool.submit(trial.ask, url): url for url in wanted}
    done, late = wait(futures, timeout=total)
    pool.shutdown(wait=False, cancel_futures=True)
    trial.end()
    told = {futures[future]: future.result() for future in done}
    left = [futures[future] for future in late if not future.cancelled()]
    told |= {url: LinkAnswer("silent") for url in left if trial.waited(url) >= seconds}
    answers = {url: told[url] for url in wanted if url in told}
    if trial.connected or any(one.outcome == "refused" for one in answers.values()):
        return answers
    doubtful = {"silent"} if _blames_names(answers) and _knows_names() else {"silent", "no-host"}
    return {url: LinkAnswer("untried") if one.outcome in doubtful else one for url, one in answers.items()}


def _blames_names(answers: Mapping[str, LinkAnswer]) -> bool:
    return any(one.outcome == "no-host" for one in answers.values())


def _knows_names() -> bool:
    """Say whether names of the public network are answered for here: one that exists as long as the network does is."""
    try:
        return bool(_resolve(_SURE, 443))
    except (HostNotFound, NetworkUnreachable):
        return False


class _LinkRequest:
    """One round of asking: what it may reach, and the sockets that it has open, to be cut when its time is over."""

    def __init__(self, *, own: frozenset[str], allow: Allow, seconds: float) -> None:
        self._own, self._allow, self._seconds = own, allow, seconds
        self._began: dict[str, float] = {}
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._ended = False
        self.connected = False

    def ask(self, url: str) -> LinkAnswer:
        """Follow one link to its end."""
        final = url
        self._began[url] = time.monotonic()
        for _ in range(MOST_REDIRECTS + 1):
            answer, target = self._ask_once(final)
            if not target:
                return replace(answer, final=final if final != url else "")
            final = urljoin(final, target)
        return LinkAnswer("redirects", answer.status, final)

    def waited(self, url: str) -> float:
        """Return for how many seconds a link has been asked."""
        began = self._began.get(url)
        return 0.0 if began is None else time.monotonic() - began

    def end(self) -> None:
        """Cut whatever is still open: a server that drips must not hold a thread."""
        with self._lock:
            self._ended = True
            for each in self._open:
                _cut(each)

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to the first allowed address of a host; raise Inside, NoHost, NoNetwork or OSError."""
        trouble: OSError | None = None
        for family, address in _resolve(host, port):
            if not self._allow(ipaddress.ip_address(address[0].partition("%")[0])):
                raise PrivateAddress(host)
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                made.settimeout(self._seconds)
                self.keep(made)
                made.connect(address)
            except OSError as fault:
                made.close()
                trouble = fault
            else:
                self.connected = True
                return made
        raise trouble or HostNotFound(host)

    def keep(self, made: socket.socket) -> None:
        """Remember a socket, to cut it when the time is over."""
        with self._lock:
            self._open.append(made)
            if self._ended:
                _cut(made)

    def _ask_once(self, url: str) -> tuple[LinkAnswer, str]:
        """Ask one address; give the answer, and where it sends us (empty: nowhere)."""
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
            return self._speak(parts.scheme, host, port, path)
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
            return LinkAnswer(_blame(fault)), ""

    def _speak(self, scheme: str, host: str, port: int | None, path: str) -> tuple[LinkAnswer, str]:
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
    # Signs in, counts requests, or keeps machines out: a reader may well get in (RFC 9110, 15.5; RFC 6585, 4).
    return "guarded" if status in (401, 403, 407, 429, 451, 999) else "status"


def _blame(fault: BaseException) -> str:
    """Say what a fault means; urllib3 wraps what the socket said."""
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


def _plain(trial: _LinkRequest) -> type[HTTPConnection]:
    class Plain(HTTPConnection):
        @override
        def _new_conn(self) -> socket.socket:
            return trial.connect(self.host, self.port)

    return Plain


def _secure(trial: _LinkRequest) -> type[HTTPSConnection]:
    class Secure(HTTPSConnection):
        @override
        def _new_conn(self) -> socket.socket:
            return trial.connect(self.host, self.port)

        @override
        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, socket.socket):
                trial.keep(self.sock)

    return Secure
