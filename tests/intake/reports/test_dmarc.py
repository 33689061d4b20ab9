import gzip
import tracemalloc
from datetime import UTC, datetime

import pytest

from esmero.intake.classify import InboundKind, classify
from esmero.intake.reports.dmarc import MAX_ROWS, MAX_UNPACKED, UnreadableDmarcReport, read_report
from tests.intake.dmarc_samples import make_gzip_mail, make_mail, make_xml, pack_zip

RECORDS = [("192.0.2.1", 10, "pass", "pass"), ("198.51.100.7", 3, "fail", "fail"), ("2001:db8::1", 2, "fail", "pass")]


@pytest.mark.parametrize(
    "octets",
    [
        make_xml(RECORDS),
        gzip.compress(make_xml(RECORDS)),
        pack_zip(make_xml(RECORDS)),
        make_xml(RECORDS, space=' xmlns="urn:ietf:params:xml:ns:dmarc-2.0"'),
    ],
    ids=["xml", "gzip", "zip", "rfc9990"],
)
def test_a_report_in_each_wrapping(octets):
    report = read_report(octets)
    assert (report.organisation, report.report_id, report.domain) == ("correo.example", "r-1", "fibra.example")
    assert (report.policy, report.subdomain_policy) == ("none", "reject")
    assert report.begin == datetime.fromtimestamp(1795478400, UTC)
    assert [(row.source, row.count, row.aligned) for row in report.rows] == [
        ("192.0.2.1", 10, True),
        ("198.51.100.7", 3, False),
        ("2001:db8::1", 2, True),
    ]
    assert report.rows[0].dkim_selector == "e1"
    assert report.rows[2].spf_domain == "rebote.fibra.example"
    assert not report.truncated


def test_a_mail_with_a_report():
    verdict = classify(make_gzip_mail(RECORDS))
    assert verdict.kind is InboundKind.DMARC
    assert verdict.aggregate
    assert sum(row.count for row in verdict.aggregate.rows) == 15


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"no xml",
        b"<feedback>",
        b"<feedback/>",
        b"\x1f\x8b broken",
        b"PK\x03\x04 broken",
        gzip.compress(make_xml(RECORDS))[:60],
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feedback>&b;</feedback>',
        b'<!DOCTYPE x SYSTEM "http://evil.example/x.dtd"><feedback/>',
        b"<a>" * 100_000,
    ],
    ids=["empty", "text", "open", "bare", "bad gzip", "bad zip", "cut gzip", "entities", "fetched", "deep"],
)
def test_what_is_no_report_says_why(octets):
    with pytest.raises(UnreadableDmarcReport):
        read_report(octets)
    verdict = classify(make_mail(octets))
    assert verdict.kind is InboundKind.DMARC
    assert verdict.aggregate is None
    assert verdict.why[0].startswith("dmarc:unreadable: ")


@pytest.mark.parametrize("pack", [gzip.compress, pack_zip], ids=["gzip", "zip"])
def test_a_bomb_is_bounded(pack):
    bomb = pack(b" " * (3 * MAX_UNPACKED))
    tracemalloc.start()
    with pytest.raises(UnreadableDmarcReport, match="larger"):
        read_report(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * MAX_UNPACKED


@pytest.mark.slow
def test_rows_beyond_the_bound_are_left_out_and_said():
    record = ("192.0.2.1", 1, "pass", "pass")
    report = read_report(make_xml([record] * (MAX_ROWS + 1)))
    assert len(report.rows) == MAX_ROWS
    assert report.truncated


def test_a_picture_is_no_report():
    raw = make_mail(b"\x89PNG", name="foto.png", kind="octet-stream", subject="La foto")
    assert classify(raw).kind is InboundKind.REPLY
