"""Files leave as downloads that run nothing, to whoever may have them, whole or in part; no cache keeps them."""

from itertools import product

import pytest
from django.urls import reverse

from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message, MessageAttachment
from esmero.people.models import PermissionEntry
from esmero.vault.files import path_of, seal
from esmero.vault.models import StoredFile
from tests.web.document import read_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
CONTENT = bytes(range(256)) * 1000
HTML = b"<!doctype html><script>document.title = 1</script>" * 20
ROLES = ["reader", "agent", "manager", "owner"]


@pytest.fixture
def house():
    return furnish(rows=1)


def attach(content=CONTENT, *, name="informe.pdf", media_type="application/pdf"):
    file = seal(content, kind="invoice", media_type=media_type, name=name)
    row = MessageAttachment.objects.create(message=Message.objects.first(), file=file, name=name, position=0)
    return reverse("console:message-attachment", args=[row.message_id, 0]), file


@pytest.fixture
def signed_in(client, house):
    client.force_login(staff("reader"))
    return client


def check_safe(answer):
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


PAGES = ["text/html", "image/svg+xml; x", "application/xhtml+xml", "text/xml", "text/javascript"]


@pytest.mark.parametrize("media_type", PAGES)
def test_a_page_is_a_download_of_octets(signed_in, media_type):
    address, _file = attach(HTML, name="a.html", media_type=media_type)
    answer = signed_in.get(address)
    assert answer.getvalue() == HTML
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    check_safe(answer)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.pdf", 'attachment; filename="x.pdf"'),
        ("a\r\nSet-Cookie: s=1.pdf", 'attachment; filename="aSet-Cookie_ s=1.pdf"'),
        ("nómina\u202efdp.exe", "attachment; filename*=utf-8''n%C3%B3minafdp.exe"),
        ('x"; filename="y.html', 'attachment; filename="x_; filename=_y.html"'),
    ],
)
def test_a_name_cannot_leave_its_header(signed_in, name, shown):
    address, _file = attach(name=name)
    answer = signed_in.get(address)
    assert answer["Content-Disposition"] == shown
    assert "Set-Cookie" not in answer


def test_a_part_is_sent_for_a_range(signed_in):
    address, file = attach()
    whole = signed_in.get(address, headers={"Accept-Encoding": "gzip"})
    assert (whole.status_code, whole["Accept-Ranges"], whole["Content-Length"]) == (200, "bytes", str(len(CONTENT)))
    assert whole.getvalue() == CONTENT, "never compressed: a range counts octets of the file"
    for header, start, end in [("0-99", 0, 100), ("-7", 255_993, 256_000), ("70000-", 70_000, 256_000)]:
        part = signed_in.get(address, headers={"Range": f"bytes={header}", "Accept-Encoding": "gzip"})
        assert part.status_code == 206
        assert part["Content-Range"] == f"bytes {start}-{end - 1}/256000"
        assert part["Content-Length"] == str(end - start)
        assert part.getvalue() == CONTENT[start:end]
        check_safe(part)
    beyond = signed_in.get(address, headers={"Range": "bytes=256000-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */256000")
    for header in ("bytes=5-2", "bytes=0-1,5-6", "pages=1-2"):
        assert signed_in.get(address, headers={"Range": header}).status_code == 200
    same, other = {"If-Range": f'"{file.sha256}"'}, {"If-Range": '"0"'}
    assert signed_in.get(address, headers={"Range": "bytes=0-9", **same}).status_code == 206
    assert signed_in.get(address, headers={"Range": "bytes=0-9", **other}).status_code == 200
    assert signed_in.get(address, headers={"Range": "bytes=0-9", "If-Range": f'W/"{file.sha256}"'}).status_code == 200
    assert signed_in.head(address, headers={"Range": "bytes=0-9"}).status_code == 200
    assert signed_in.get(address, headers={"If-None-Match": f'W/"{file.sha256}"'}).status_code == 304


def test_a_lost_or_changed_file_is_said_and_never_sent(signed_in):
    address, file = attach()
    path_of(file.sha256).write_bytes(b"changed")
    answer = signed_in.get(address)
    assert answer.status_code == 409
    assert str(path_of(file.sha256)) in read_document(answer).text("h1 + *")
    path_of(file.sha256).unlink()
    assert signed_in.get(address).status_code == 404
    StoredFile.objects.filter(pk=file.pk).update(dropped_at=file.sealed_at)
    answer = signed_in.get(address)
    assert answer.status_code == 404
    assert "informe.pdf" in read_document(answer).text("h1 + *")


def addresses(house):
    """Return (address, role that it needs, body) of each place that serves a file of the vault to staff."""
    entry = PermissionEntry.objects.order_by("id").first()
    PermissionEntry.objects.filter(pk=entry.pk).update(
        proof=seal(CONTENT, kind="permission-proof", media_type="text/html", name="p.html")
    )
    inbound = Inbound.objects.first()
    brand = house.house.brand
    type(brand).objects.filter(pk=brand.pk).update(logo=seal(b"\x89PNG", kind="logo", media_type="image/png"))
    return {
        "attachment": (attach()[0], "reader"),
        "proof": (reverse("console:proof", args=[entry.person_id, entry.pk]), "reader"),
        "logo": (reverse("console:brand-logo", args=[brand.pk]), "reader"),
        "inbound": (reverse("console:inbound-file", args=[inbound.pk]), "manager"),
    }


@pytest.mark.parametrize(("place", "role"), list(product(["attachment", "proof", "logo", "inbound"], ["", *ROLES])))
def test_each_file_needs_its_role(client, house, place, role):
    address, least = addresses(house)[place]
    if not role:
        answer = client.get(address)
        assert (answer.status_code, "login" in answer["Location"]) == (302, True)
        return
    client.force_login(staff(role))
    answer = client.get(address)
    assert answer.status_code == (200 if ROLES.index(role) >= ROLES.index(least) else 403)
    if answer.status_code == 200:
        check_safe(answer)
        assert answer["Content-Type"] in {"application/octet-stream", "image/png", "application/pdf"}


def test_only_pictures_of_mails_are_public(client, house):
    _address, file = attach(b"\x89PNG", name="x.png", media_type="image/png")
    assert client.get(f"/m/{file.sha256}.png").status_code == 404
    picture = StoredFile.objects.filter(kind="media").first()
    answer = client.get(f"/m/{picture.sha256}.png", headers={"Range": "bytes=0-7"})
    assert (answer.status_code, answer.getvalue()) == (206, b"\x89PNG\r\n\x1a\n")
    assert "immutable" in answer["Cache-Control"]
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
