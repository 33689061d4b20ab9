from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from esmero.intake.classify import classify
from esmero.mailroom.arriving.dmarc_reports import (
    delete_reports,
    read_alignment,
    reported_domains,
    source_rows,
    store_report,
)
from esmero.mailroom.models import AlignmentDay, AlignmentSource, DmarcReportFile, DmarcReportRow, Inbound
from tests.intake.dmarc_samples import make_gzip_mail, make_mail
from tests.mailroom.inbound import send_one

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
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
    found = source_rows("fibra.example").order_by("-total")
    assert [(one.source, one.total, one.aligned, one.dkim, one.spf) for one in found] == [
        ("192.0.2.1", 115, 115, 110, 15),
        ("198.51.100.7", 3, 0, 0, 0),
    ]
    assert [one.failed_on for one in found] == [None, found[1].last_on]
    assert set(source_rows("otra.example").values_list("source", flat=True)) == {"192.0.2.9"}
    assert DmarcReportFile.objects.get(report_id="r-1").evidence == f"inbound {row.pk}"


def test_a_report_that_comes_twice_counts_once():
    sent = send_one()
    arrive(sent, make_gzip_mail(OURS))
    arrive(sent, make_gzip_mail(OURS) + b"\n")
    assert DmarcReportFile.objects.count() == 1
    assert DmarcReportRow.objects.count() == 3


def test_one_that_cannot_be_read_stays_visible_with_what_is_wrong():
    row = arrive(send_one(), make_mail(b"PK\x03\x04 broken"))
    assert row.kind == "dmarc"
    assert row.why[0].startswith("dmarc:unreadable: The zip file is damaged")
    assert not DmarcReportFile.objects.exists()


def plain_sums():
    """The sums, added up from the rows themselves."""
    rows = DmarcReportRow.objects.values_list("report__domain", "source", "count", "dkim", "spf")
    sums = {}
    for domain, source, count, dkim, spf in rows:
        one = sums.setdefault((domain, source), [0, 0])
        one[0] += count
        one[1] += count if dkim or spf else 0
    return {key: tuple(one) for key, one in sums.items()}


def kept_sums():
    rows = AlignmentSource.objects.values_list("domain", "source", "total", "aligned")
    return {(domain, source): (total, aligned) for domain, source, total, aligned in rows}


def test_the_sums_are_those_of_the_rows_when_reports_come_and_go():
    sent = send_one()
    for number in range(4):
        rows = [("192.0.2.1", number + 1, "pass", "fail"), (f"198.51.100.{number}", 7, "fail", "fail")]
        arrive(sent, make_gzip_mail(rows, report_id=f"r-{number}"))
    assert kept_sums() == plain_sums()
    day = AlignmentDay.objects.get()
    assert (day.total, day.aligned) == (4 * 7 + 10, 10)
    report = DmarcReportFile.objects.get(report_id="r-2")
    delete_reports([report.pk])
    assert not DmarcReportFile.objects.filter(pk=report.pk).exists()
    assert kept_sums() == plain_sums()
    assert AlignmentDay.objects.aggregate(all=Sum("total"))["all"] == sum(total for total, _ in plain_sums().values())
    delete_reports(DmarcReportFile.objects.values_list("pk", flat=True))
    assert not DmarcReportRow.objects.exists()
    assert not AlignmentSource.objects.exists()
    assert not AlignmentDay.objects.exists()


def test_forgetting_costs_as_many_queries_for_many_reports_as_for_few(django_assert_max_num_queries):
    sent = send_one()
    for number in range(6):
        rows = [(f"198.51.100.{place}", 7, "fail", "fail") for place in range(number * 5, 40)]
        arrive(sent, make_gzip_mail(rows, report_id=f"r-{number}"))
    with CaptureQueriesContext(connection) as one:
        delete_reports([DmarcReportFile.objects.first().pk])
    assert kept_sums() == plain_sums()
    with django_assert_max_num_queries(len(one)):
        delete_reports(DmarcReportFile.objects.values_list("pk", flat=True)[1:])
    assert kept_sums() == plain_sums()
    assert len(kept_sums()) == len(plain_sums()) > 0


def test_the_days_and_the_domains_of_a_brand():
    sent = send_one()
    arrive(sent, make_gzip_mail(OURS))
    report = DmarcReportFile.objects.get()
    day = report.begin.astimezone(UTC).date()
    assert read_alignment("fibra.example", begin=day, end=day) == {day: (18, 15)}
    assert read_alignment("fibra.example", begin=date(2020, 1, 1), end=date(2020, 1, 31)) == {}
    brand = sent.house.brand
    assert reported_domains(brand) == []
    brand.dkim_domain = "correo.fibra.example"
    assert reported_domains(brand) == ["fibra.example"]


def test_a_report_without_a_time_is_taken_for_todays():
    found = classify(make_gzip_mail(OURS)).aggregate
    kept = store_report(replace(found, begin=datetime(1970, 1, 1, tzinfo=UTC)), evidence="inbound 1")
    assert timezone.now() - kept.begin < timedelta(minutes=5)
