"""The look at a brand's records, against a name server that speaks real DNS on this machine."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from django.conf import settings
from django.utils import timezone

from esmero.house.brands import create_next_key, use_next_key
from esmero.house.models import Brand, User
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import AddressBook
from esmero.outbox.domain_readiness import (
    DnsRecord,
    check_https,
    check_readiness,
    compare_answers,
    is_ready,
    records_for,
    zone_line,
)
from tests.house_facts import build_house

pytestmark = pytest.mark.django_db


class NameServer(threading.Thread):
    """Answers by UDP from `zone`: {(name, kind): [values]}; everything else does not exist."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port, self.zone = self.socket.getsockname()[1], {}

    def run(self):
        while True:
            try:
                wire, address = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(wire)
            asked = question.question[0]
            values = self.zone.get((asked.name.to_text().rstrip("."), dns.rdatatype.to_text(asked.rdtype)))
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            if values:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype, *values))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self.socket.sendto(answer.to_wire(), address)


@pytest.fixture
def names(monkeypatch):
    server = NameServer()
    server.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    yield server.zone
    server.socket.close()


def publish(zone, records):
    for record in records:
        line = zone_line(record).partition(f" IN {record.kind} ")[2]
        zone.setdefault((record.name, record.kind), []).append(line)


def test_nothing_is_there_then_all_is_there(names):
    brand = build_house().brand
    assert is_ready(brand) is None
    check_readiness(brand)
    brand.refresh_from_db()
    assert {key: one["trouble"] for key, one in brand.readiness["records"].items() if key != "https"} == dict.fromkeys(
        ("mx", "spf", "dkim", "dmarc"), "missing"
    )
    assert is_ready(brand) is False
    publish(names, records_for(brand, home=settings.HOME))
    found = check_readiness(brand)["records"]
    assert [found[key]["trouble"] for key in ("mx", "spf", "dkim", "dmarc")] == [""] * 4
    assert found["spf"]["found"] == ["v=spf1 mx include:SPF-OF-YOUR-RELAY -all"]


def test_another_key_and_a_second_spf_are_named(names):
    brand = build_house().brand
    publish(names, records_for(brand, home=settings.HOME))
    names["esmero._domainkey.fibranorte.example", "TXT"] = ['"v=DKIM1; k=rsa; p=AAAA"']
    names["vuelta.fibranorte.example", "TXT"].append('"v=spf1 -all"')
    found = check_readiness(brand)["records"]
    assert (found["dkim"]["trouble"], found["spf"]["trouble"]) == ("other", "twice")


def test_a_name_server_that_is_silent_is_no_missing_record(monkeypatch):
    resolver = dns.resolver.Resolver(configure=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        resolver.nameservers, resolver.port = ["127.0.0.1"], deaf.getsockname()[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        monkeypatch.setattr("esmero.outbox.domain_readiness.TIMEOUT", 0.2)
        assert check_readiness(build_house().brand)["records"]["mx"]["trouble"] == "unreachable"


def test_the_key_that_follows_signs_only_when_it_is_told_to(names):
    brand = build_house().brand
    owner = User.objects.create_user("o@x.example", "a-long-password", name="O", role="owner")
    Brand.objects.filter(pk=brand.pk).update(dkim_domain="fibranorte.example", dkim_selector="esmero")
    brand.refresh_from_db()
    assert not use_next_key(brand, by=owner)
    assert create_next_key(brand, by=owner) == "esmero2"
    brand.refresh_from_db()
    records = {one.key: one for one in records_for(brand, home=settings.HOME)}
    assert brand.dkim_selector == "esmero"
    assert records["dkim"].value != records["dkim-next"].value
    publish(names, [records["dkim-next"]])
    assert check_readiness(brand)["records"]["dkim-next"]["trouble"] == ""
    brand.refresh_from_db()
    assert use_next_key(brand, by=owner)
    brand.refresh_from_db()
    assert (brand.dkim_selector, brand.readiness["old_selector"]) == ("esmero2", "esmero")
    now = {one.key: one for one in records_for(brand, home=settings.HOME)}
    assert "dkim-next" not in now
    assert now["dkim"].value == records["dkim-next"].value


def test_a_public_name_that_leads_inside_is_not_followed(monkeypatch):
    brand = build_house().brand
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: inside)
    finding = check_https(brand)
    assert finding.trouble == "unreachable"
    assert "10.0.0.7" in finding.detail


def test_http_alone_is_not_enough():
    brand = build_house().brand
    brand.public_url = "http://correo.fibranorte.example"
    assert check_https(brand).trouble == "missing"


def test_other_texts_beside_spf_do_not_disturb():
    record = DnsRecord("spf", "x.example", "TXT", "v=spf1 -all", "", "v=spf1")
    assert compare_answers(record, ["google-site-verification=1", "v=spf1 include:r.example -all"]).trouble == ""
    assert compare_answers(record, ["google-site-verification=1"]).trouble == "missing"


@pytest.mark.parametrize(
    ("sender", "returns", "asked"),
    [
        ("hello@news.example", "returns.news.example", False),
        ("hello@mail.news.example", "news.example", False),
        ("hello@news.example", "news.example", False),
        ("hello@news.example", "returns.another.example", True),
        ("hello@news.example", "mynews.example", True),  # ends alike, lies elsewhere
    ],
)
def test_reports_come_to_an_address_that_is_read_and_a_strange_domain_says_that_it_wants_them(sender, returns, asked):
    brand = build_house(kind="capture").brand
    Brand.objects.filter(pk=brand.pk).update(sender_address=sender, return_domain=returns)
    brand.refresh_from_db()
    records = {one.key: one for one in records_for(brand, home=settings.HOME)}
    address = records["dmarc"].value.partition("rua=mailto:")[2]
    assert AddressBook(open_signer()).read(address, at=timezone.now()).brand == brand
    stranger = records.get("dmarc-reports")
    assert (stranger.name if stranger else None) == (f"news.example._report._dmarc.{returns}" if asked else None)
