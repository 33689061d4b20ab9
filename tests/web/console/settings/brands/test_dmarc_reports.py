"""Who sends in a brand's name: from a mail with a report through the real reader to the pages, and what they advise."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import dns.resolver
import pytest
from django.utils import timezone

from esmero.mailroom.arriving import reverse_dns
from esmero.mailroom.models import AlignmentSource, DmarcReportFile, Inbound
from esmero.web.console.settings.brands.dmarc_labels import describe_advice, describe_policy, status_of
from tests.intake.dmarc_samples import make_gzip_mail
from tests.mailroom.inbound import send_one
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
ROWS = [("192.0.2.1", 90, "pass", "fail"), ("198.51.100.7", 10, "fail", "fail")]


@pytest.fixture
def told(client):
    """A brand of fibra.example about which a receiver has reported today."""
    client.force_login(staff())
    sent = send_one()
    brand = sent.house.brand
    brand.dkim_domain = "fibra.example"
    brand.save()
    sent.receive(make_gzip_mail(ROWS), to=f"returns@{brand.return_domain}")
    report = DmarcReportFile.objects.get()
    return SimpleNamespace(
        base=f"/console/settings/brands/{brand.pk}/senders/fibra.example/", brand=brand, report=report
    )


def read(client, path):
    return get_document(client, path, follow=True)


def sources(page):
    """Return the numbers of the machines in the rows."""
    return page.texts("tbody th a")


def test_the_machines_stand_there_with_what_passed_and_the_days_as_a_picture(client, told):
    page = read(client, f"/console/settings/brands/{told.brand.pk}/senders/?since=365")
    assert any("192.0.2.1" in cell for row in page.rows() for cell in row)
    page = read(client, f"{told.base}?since=365")
    assert page.facts(".stats")["Mails reported"].split()[0] == "100"
    assert "90" in page.text(".stats")
    assert "Mail in your name, by day" in page.sections()
    failing = sources(read(client, f"{told.base}?stand=fails"))
    assert "198.51.100.7" in failing
    assert "192.0.2.1" not in failing
    assert client.get(f"{told.base}?file=csv").getvalue().decode().count("\n") == 3


def test_a_machine_is_found_by_its_number_or_its_name(client, told):
    AlignmentSource.objects.filter(source="192.0.2.1").update(host="mail.fibra.example")
    source(source="2001:db8::1").save()
    for text, found in (
        ("192.0", "192.0.2.1"),
        ("mail.f", "192.0.2.1"),
        ("2001:DB8", "2001:db8::1"),
        ("198.51.100.7", "198.51.100.7"),
    ):
        [row] = read(client, f"{told.base}?q={text}").rows(".list table")
        assert found in " ".join(row), text


def test_one_machine_leads_to_its_reports_and_they_to_their_mail(client, told):
    source = AlignmentSource.objects.get(source="198.51.100.7")
    said = read(client, f"{told.base}{source.pk}/")
    assert "It bears your signature, but not always a whole one" in said.text(".card p")
    assert f"{told.base}reports/{told.report.pk}/" in said.links()
    report = read(client, f"{told.base}reports/{told.report.pk}/")
    assert any("198.51.100.7" in cell for row in report.rows() for cell in row)
    assert f"/console/returns/mail/{Inbound.objects.get().pk}/" in report.links()
    assert "correo.example" in sources(read(client, f"{told.base}reports/"))


def test_a_domain_that_is_not_the_brands_is_not_shown(client, told):
    for path in ("", "reports/", f"reports/{told.report.pk}/"):
        assert client.get(f"/console/settings/brands/{told.brand.pk}/senders/otra.example/{path}").status_code == 404
    client.force_login(staff("manager"))
    assert client.get(told.base).status_code == 403


def test_the_list_goes_on_after_its_first_page_in_either_order(client, told):
    last = source().last_on
    for number in range(60):
        source(source=f"203.0.113.{number}", total=number + 1, last_on=last - timedelta(days=number // 3)).save()
    for order in ("-last", "-total", "last"):
        seen, path = [], f"{told.base}?sort={order}"
        while path:
            page = read(client, path)
            seen += [one for one in sources(page) if one.startswith("203.0.113.")]
            [following] = [one for one in page.links() if "after=" in one] or [""]
            path = following and told.base + following
        assert len(seen) == len(set(seen)) == 60, order


def source(**facts):
    day = datetime(2026, 11, 20, tzinfo=UTC).date()
    given = {"domain": "fibra.example", "source": "192.0.2.1", "total": 10, "first_on": day, "last_on": day, **facts}
    return AlignmentSource(**given)


@pytest.mark.parametrize(
    ("facts", "stand", "words"),
    [
        ({"aligned": 10, "dkim": 10}, "passes", "Nothing to do"),
        ({"aligned": 10, "spf": 10}, "passes", "lost when somebody forwards"),
        ({"signed_by": "correo.fibra.example"}, "fails", "forward mail and change it"),
        ({"aligned": 5, "signed_by": "servicio.example"}, "partly", "set up DKIM for your own domain"),
        ({"envelope": "rebote.fibra.example"}, "fails", "not in your SPF record"),
        ({"envelope": "malo.example"}, "fails", "it is a forgery"),
    ],
)
def test_what_to_do_depends_on_who_signed_and_whose_envelope_it_was(facts, stand, words):
    row = source(failed_on=source().last_on if stand != "passes" else None, **facts)
    assert status_of(row) == stand
    assert words in describe_advice(row)


def test_what_failed_long_ago_and_passes_since_is_mended():
    row = source(aligned=9, dkim=9, failed_on=source().last_on - timedelta(days=15))
    assert status_of(row) == "mended"
    row.failed_on += timedelta(days=2)
    assert status_of(row) == "partly"


@pytest.mark.parametrize(
    ("policy", "share", "words"),
    [
        ("none", 0.99, "p=quarantine is the next step"),
        ("none", 0.5, "First mend"),
        ("quarantine", 0.99, "p=reject is the next step"),
        ("quarantine", 0.5, "before p=reject"),
        ("reject", 0.1, "is refused"),
    ],
)
def test_the_next_step_of_the_policy(policy, share, words):
    assert words in describe_policy(policy, share=share, total=100)


def test_a_name_counts_only_if_it_leads_back(monkeypatch):
    zone = {("1.2.0.192.in-addr.arpa.", "PTR"): ["Mail.Fibra.Example."], ("mail.fibra.example", "A"): ["192.0.2.1"],
            ("7.100.51.198.in-addr.arpa.", "PTR"): ["google.example."],
            ("google.example", "A"): ["192.0.2.99"]}  # fmt: skip

    def resolve(name, kind, lifetime):
        assert lifetime <= reverse_dns.WAIT
        try:
            return zone[str(name), kind]
        except KeyError:
            raise dns.resolver.NXDOMAIN from None

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert reverse_dns.find_name("192.0.2.1") == "mail.fibra.example"
    assert reverse_dns.find_name("198.51.100.7") == ""
    assert reverse_dns.find_name("2001:db8::1") == ""
    assert reverse_dns.find_name("no address") == ""
    source(source="192.0.2.1").save()
    source(source="198.51.100.7", asked_at=timezone.now()).save()
    assert reverse_dns.name_sources("fibra.example") == 1
    assert reverse_dns.name_sources("fibra.example") == 0
    assert AlignmentSource.objects.get(source="192.0.2.1").host == "mail.fibra.example"
