"""Links are asked like a stranger asks, of real HTTP servers on the loopback.

In the product nothing inside is ever asked.
"""

import ipaddress
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from esmero.mailroom.checking import link_request
from esmero.mailroom.checking.link_request import LinkAnswer, check_links, is_public


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        way = self.path.partition("?")[0]
        if way == "/hangs":
            self.server.released.wait(20)
            return
        if way == "/drips":
            self.send_response(200)
            while not self.server.released.wait(0.05):
                try:
                    self.wfile.write(b"X-A: b\r\n")
                except OSError:
                    return
            return
        status = {"/gone": 410, "/broken": 500, "/login": 403, "/busy": 429, "/get-only": 405}.get(way, 200)
        if way == "/get-only" and self.command == "GET":
            status = 200
        target = {"/moved": "/well", "/loop": "/loop", "/in": "http://10.1.2.3/", "/file": "file:///etc/passwd"}.get(
            way
        )
        if way.startswith("/hop/"):
            number = int(way.rpartition("/")[2])
            target = f"/hop/{number - 1}" if number else "/well"
        self.send_response(302 if target else status)
        if target:
            self.send_header("Location", target)
        body = b"x" * (5_000_000 if way == "/large" and self.command == "GET" else 3)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            try:
                self.wfile.write(body)
            except OSError:
                return

    def log_message(self, *_):
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.asked, server.released = [], threading.Event()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()


def loopback(address):
    """What tests alone allow, and only by passing it."""
    return address.is_loopback


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/well", LinkAnswer("ok", 200)),
        ("/gone", LinkAnswer("status", 410)),
        ("/broken", LinkAnswer("status", 500)),
        ("/login", LinkAnswer("guarded", 403)),
        ("/busy", LinkAnswer("guarded", 429)),
        ("/get-only", LinkAnswer("ok", 200)),
        ("/large", LinkAnswer("ok", 200)),
        ("/moved", LinkAnswer("ok", 200, "BASE/well")),
        ("/hop/4", LinkAnswer("ok", 200, "BASE/well")),
        ("/hop/5", LinkAnswer("redirects", 302, "BASE/well")),
        ("/loop", LinkAnswer("redirects", 302, "BASE/loop")),
        ("/in", LinkAnswer("inside", 0, "http://10.1.2.3/")),
        ("/file", LinkAnswer("scheme", 0, "file:///etc/passwd")),
    ],
)
def test_what_a_site_says_is_told(path, answer):
    with serving() as (_server, base):
        told = check_links([base + path], allow=loopback)
    assert told == {base + path: LinkAnswer(answer.outcome, answer.status, answer.final.replace("BASE", base))}


def test_in_the_product_nothing_of_our_own_is_asked():
    with serving() as (server, base):
        port = server.server_port
        urls = [
            f"{base}/well",
            f"http://[::ffff:127.0.0.1]:{port}/",
            f"http://2130706433:{port}/",
            "http://169.254.169.254/latest",
        ]
        told = check_links(urls)
        assert {one.outcome for one in told.values()} == {"inside"}
        assert server.asked == []


def test_a_name_is_looked_at_when_it_is_connected_to(monkeypatch):
    """DNS rebinding: what a name means is asked once, and that very address is judged and connected to."""
    with serving() as (server, _base):
        answers = iter(["127.0.0.1", "93.184.215.14"])

        def lies(_host, port, **_):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(link_request.socket, "getaddrinfo", lies)
        told = check_links([f"http://rebind.org:{server.server_port}/well"])
        assert [one.outcome for one in told.values()] == ["inside"]
        assert server.asked == []
        assert next(answers) == "93.184.215.14"  # it was asked once


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "fec0::1", "192.0.0.8", "3fff::1", "168.63.129.16", "2002:a00:1::",
        "2001:db8::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_special_addresses_are_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_hosts_of_the_network_are(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("ftp://norte.org/", "scheme"),
        ("http://ana:secreto@norte.org/", "scheme"),
        ("http://norte.org:25/", "inside"),
        ("http://norte.org:99999/", "scheme"),
        ("https://norte.example/obras", "reserved"),
        ("https://www.example.com/", "reserved"),
        ("https://consola.local/", "reserved"),
    ],
)
def test_what_is_no_address_of_the_web_is_not_asked_at_all(url, outcome, monkeypatch):
    monkeypatch.setattr(link_request.socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was asked for"))
    assert check_links([url])[url].outcome == outcome


def test_one_that_hangs_or_drips_holds_nobody():
    with serving() as (_server, base):
        # Two seconds: a machine with much to do answers late, too, and must not seem silent.
        told = check_links([f"{base}/drips", f"{base}/hangs", f"{base}/well"], allow=loopback, seconds=2, total=2.5)
    assert [one.outcome for one in told.values()] == ["silent", "silent", "ok"]


def test_a_closed_port_and_a_certificate_that_nobody_vouches_for():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with serving() as (server, _base):
        urls = [f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{server.server_port}/"]
        assert [one.outcome for one in check_links(urls, allow=loopback).values()] == ["refused", "certificate"]


@pytest.mark.parametrize("code", [socket.EAI_AGAIN, socket.EAI_NONAME], ids=["no resolver", "one that knows nobody"])
def test_a_house_without_a_way_out_blames_no_link(monkeypatch, code):
    def fails(*_, **__):
        raise socket.gaierror(code, "no such name here")

    monkeypatch.setattr(link_request.socket, "getaddrinfo", fails)
    urls = ["https://fibranorte.org/", "https://cercle.org/"]
    assert check_links(urls) == dict.fromkeys(urls, LinkAnswer("untried"))
    mixed = check_links([*urls, "https://norte.example/"])
    assert [one.outcome for one in mixed.values()] == ["untried", "untried", "reserved"]


def test_a_name_that_does_not_exist_is_told(monkeypatch):
    def knows(host, port, **_):
        if host == link_request._KNOWN_HOST:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("198.41.0.4", port))]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(link_request.socket, "getaddrinfo", knows)
    assert check_links(["https://fibranorrte.org/"])["https://fibranorrte.org/"].outcome == "no-host"


def test_nothing_that_is_sent_says_for_whom_and_each_link_is_asked_once():
    with serving() as (server, base):
        check_links([f"{base}/well?a=1"] * 3, allow=loopback)
        [(method, path, headers)] = server.asked
    assert (method, path) == ("HEAD", "/well?a=1")
    assert set(headers) <= {"Host", "User-Agent", "Accept", "Accept-Encoding"}


def test_more_than_is_sensible_is_not_asked():
    with serving() as (server, base):
        told = check_links([f"{base}/{number}" for number in range(link_request.MOST_LINKS + 5)], allow=loopback)
        assert len({path for _, path, _ in server.asked}) == link_request.MOST_LINKS
    assert [one.outcome for one in told.values()] == ["ok"] * link_request.MOST_LINKS


def test_whose_turn_did_not_come_in_time_is_not_told_of():
    with serving() as (_server, base):
        urls = [f"{base}/hangs?{number}" for number in range(link_request.CONCURRENCY + 2)]
        told = check_links(urls, allow=loopback, seconds=5, total=0.3)
    assert told == {}, "who had no time is not blamed"
    with serving() as (_server, base):
        urls = [f"{base}/hangs?{number}" for number in range(link_request.CONCURRENCY + 2)]
        told = check_links(urls, allow=loopback, seconds=1.5, total=2.5)
    assert list(told) == urls[: link_request.CONCURRENCY]


def test_our_own_hosts_are_never_asked_whoever_sends_us_there():
    with serving() as (server, base):
        own = base.replace("127.0.0.1", "localhost")
        told = check_links([f"{own}/well"], own={"localhost"}, allow=loopback)
        assert server.asked == []
    assert [one.outcome for one in told.values()] == ["untried"]
