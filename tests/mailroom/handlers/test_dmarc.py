from datetime import UTC, datetime

import pytest

from esmero.mailroom.alignment import list_sources
from esmero.mailroom.models import AggregateReport, AggregateRow, Inbound
from tests.intake.dmarc_samples import make_gzip_mail, make_mail
from tests.mailroom.inbound import send_one

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
OURS = [("192.0.2.1", 10, "pass", "pass"), ("192.0.2.1", 5, "fail", "pass"), ("198.51.100.7", 3, "fail", "fail")]


def arrive(sent, raw):
    sent.receive(raw, to=f"returns@{sent.house.brand.return_domain}")
    return Inbound.objects.order_by("-id").first()


def test_a_report_answers_who_sends_in_our_name():
    sent = send_one()
    row = arrive(sent, make_gzip_mail(OURS))
    assert (row.kind, row.state) == ("dmarc", Inbound.State.DONE)
    arrive(sent, make_gzip_mail([("192.0.2.1", 100, "pass", "fail")], report_id="r-2"))
    arrive(sent, make_gzip_mail([("192.0.2.9", 100, "pass", "fail")], report_id="r-3", domain="otra.example"))
    found = list_sources("fibra.example", since=SINCE)
    assert [(one.source, one.total, one.aligned, one.dkim, one.spf) for one in found] == [
        ("192.0.2.1", 115, 115, 110, 15),
        ("198.51.100.7", 3, 0, 0, 0),
    ]
    assert found[1].share == 0
    assert list_sources("fibra.example", since=datetime(2027, 1, 1, tzinfo=UTC)) == []
    assert AggregateReport.objects.get(report_id="r-1").evidence == f"inbound {row.pk}"


def test_a_report_that_comes_twice_counts_once():
    sent = send_one()
    arrive(sent, make_gzip_mail(OURS))
    arrive(sent, make_gzip_mail(OURS) + b"\n")
    assert AggregateReport.objects.count() == 1
    assert AggregateRow.objects.count() == 3


def test_one_that_cannot_be_read_stays_visible_with_what_is_wrong():
    row = arrive(send_one(), make_mail(b"PK\x03\x04 broken"))
    assert row.kind == "dmarc"
    assert row.why[0].startswith("dmarc:unreadable: The zip file is damaged")
    assert not AggregateReport.objects.exists()
