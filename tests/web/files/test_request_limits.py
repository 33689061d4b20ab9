"""A request that is too large is answered before its body is read."""

import socket
from urllib.parse import urlsplit

import pytest
from django.test import RequestFactory

from esmero.web.files.request_limits import UploadLimitMiddleware
from tests.web.facts import staff

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nContent-Length: {size}\r\n"
    "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
)


def send(served, path, *, size, cookie=""):
    there = urlsplit(served.address)
    with socket.create_connection((there.hostname, there.port), timeout=30) as line:
        line.sendall(HEAD.format(path=path, host=there.netloc, size=size, cookie=cookie).encode())
        return int(line.recv(4096).split()[1])


@pytest.mark.slow
def test_ten_gigabytes_are_refused_at_their_declaration(house):
    session = f"sessionid={house.sessions['full es']}"
    assert send(house, "/console/imports/new/", size=10_000_000_000, cookie=session) == 413
    assert send(house, "/accounts/login/", size=5_000_000) == 413


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("size", "kind", "signed_in", "status"),
    [
        ("99000000", "multipart/form-data; boundary=b", True, 200),
        ("102000000", "multipart/form-data; boundary=b", True, 413),
        ("2000000", "multipart/form-data; boundary=b", False, 413),
        ("900000", "multipart/form-data; boundary=b", False, 200),
        ("-5", "multipart/form-data; boundary=b", False, 200),
        ("9" * 400, "multipart/form-data; boundary=b", True, 413),
        ("2000000", "application/json", False, 200),  # bounded where it is read
    ],
)
def test_sizes(size, kind, signed_in, status):
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpResponse

    request = RequestFactory().post("/console/", b"x", content_type=kind)
    request.META["CONTENT_LENGTH"] = size
    request.user = staff() if signed_in else AnonymousUser()
    assert UploadLimitMiddleware(lambda _request: HttpResponse())(request).status_code == status
