"""DMARC aggregate reports in tables, and what they say: which sources send in our name, and whose mail is aligned.

Beside the rows of the reports their sums stand, by day and by source, so that no page adds up millions of rows. They
change in the transaction in which a report comes or goes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from esmero.house.models import Brand
from esmero.intake.reports.dmarc import DmarcReport as Found
from esmero.mailroom.models import AlignmentDay, AlignmentSource, DmarcReportFile, DmarcReportRow

CHUNK = 1_000
MOST_DAYS = 400
SENSIBLE = datetime(2012, 1, 1, tzinfo=UTC)  # DMARC began in that year


@dataclass(slots=True)
class SourceAlignment:
    """What one report says of one source; `failed` tells that some of it passed neither way."""

    total: int = 0
    aligned: int = 0
    dkim: int = 0
    spf: int = 0
    signed_by: str = ""
    envelope: str = ""

    @property
    def failed(self) -> bool:
        return self.aligned < self.total


def keep_report(found: Found, *, evidence: str) -> DmarcReportFile | None:
    """Keep a report in the caller's transaction; None when it came before (receivers send some twice).

    A report without a time that can be is taken for today's.
    """
    now = timezone.now()
    begin = found.begin if SENSIBLE <= found.begin <= now else now
    end = found.end if begin <= found.end <= now else begin
    row, new = DmarcReportFile.objects.get_or_create(
        organisation=found.organisation,
        report_id=found.report_id,
        domain=found.domain,
        defaults={
            "evidence": evidence,
            "begin": begin,
            "end": end,
            "policy": found.policy[:20],
            "truncated": found.truncated,
            "total": sum(one.count for one in found.rows),
            "aligned": sum(one.count for one in found.rows if one.aligned),
        },
    )
    if not new:
        return None
    rows = [
        DmarcReportRow(
            report=row,
            source=one.source,
            count=one.count,
            disposition=one.disposition,
            dkim=one.dkim,
            spf=one.spf,
            header_from=one.header_from,
            dkim_domain=one.dkim_domain,
            dkim_selector=one.dkim_selector,
            dkim_result=one.dkim_result,
            spf_domain=one.spf_domain,
            spf_result=one.spf_result,
            reasons=list(one.reasons),
        )
        for one in found.rows
    ]
    DmarcReportRow.objects.bulk_create(rows, batch_size=CHUNK)
    _add(row, _sum_up(rows))
    return row


def forget_reports(ids: Iterable[int]) -> None:
    """Delete reports, and take them out of the sums; the caller's transaction holds them together.

    What they say is added up by the database and taken away once a source, however many reports and rows there are.
    """
    reports = DmarcReportFile.objects.filter(pk__in=list(ids))
    passed = Q(dkim=True) | Q(spf=True)
    sums = (
        DmarcReportRow.objects.filter(report__in=reports)
        .values_list("report__domain", "source")
        .annotate(
            mails=Sum("count"),
            passing=Sum("count", filter=passed, default=0),
            by_dkim=Sum("count", filter=Q(dkim=True), default=0),
            by_spf=Sum("count", filter=Q(spf=True), default=0),
        )
        .order_by("report__domain", "source")
    )
    taken = [(*numbers, domain, source) for domain, source, *numbers in sums]
    days: Counter[tuple[str, date]] = Counter()
    aligned: Counter[tuple[str, date]] = Counter()
    for report in reports:
        days[report.domain, _day_of(report)] += report.total
        aligned[report.domain, _day_of(report)] += report.aligned
    with connection.cursor() as cursor:
        cursor.executemany(_TAKE_SOURCE, taken)
        cursor.executemany(_TAKE_DAY, [(total, aligned[key], *key) for key, total in sorted(days.items())])
    for domain in sorted({domain for domain, _ in days}):
        AlignmentSource.objects.filter(domain=domain, total__lte=0).delete()
        AlignmentDay.objects.filter(domain=domain, total__lte=0).delete()
    reports.delete()


def domains_of(brand: Brand) -> list[str]:
    """Return the domains under which receivers may report on a brand: those it sends with, and what lies above them."""
    found: dict[str, None] = {}
    for name in (brand.dkim_domain, brand.sender_address.rpartition("@")[2]):
        parts = name.lower().strip(".").split(".")
        found.update(dict.fromkeys(".".join(parts[place:]) for place in range(len(parts) - 1)))
    return list(found)


def reported_domains(brand: Brand) -> list[str]:
    """Return those of a brand's domains of which reports are kept."""
    return [one for one in domains_of(brand) if DmarcReportFile.objects.filter(domain=one).exists()]


def source_rows(domain: str) -> QuerySet[AlignmentSource]:
    """Return who sends in a domain's name."""
    return AlignmentSource.objects.filter(domain=domain.lower())


def report_rows(domain: str) -> QuerySet[DmarcReportFile]:
    """Return the reports over a domain."""
    return DmarcReportFile.objects.filter(domain=domain.lower())


def read_alignment(domain: str, *, begin: date, end: date) -> dict[date, tuple[int, int]]:
    """Return by day how many mails receivers reported and how many of them passed, at most MOST_DAYS."""
    rows = AlignmentDay.objects.filter(domain=domain.lower(), day__gte=begin, day__lte=end).order_by("-day")[:MOST_DAYS]
    return {row.day: (row.total, row.aligned) for row in rows}


def _sum_up(rows: Iterable[DmarcReportRow]) -> Mapping[str, SourceAlignment]:
    sums: defaultdict[str, SourceAlignment] = defaultdict(SourceAlignment)
    for row in rows:
        one = sums[row.source]
        one.total += row.count
        one.aligned += row.count if row.dkim or row.spf else 0
        one.dkim += row.count if row.dkim else 0
        one.spf += row.count if row.spf else 0
        one.signed_by = row.dkim_domain or one.signed_by
        one.envelope = row.spf_domain or one.envelope
    return sums


# One statement a source adds what is new, whoever else adds at the same time (SQLite and PostgreSQL alike).
_ADD_SOURCE = """
INSERT INTO esmero_alignmentsource AS old
  (domain, source, total, aligned, dkim, spf, first_on, last_on, failed_on, host, signed_by, envelope)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s, %s)
ON CONFLICT (domain, source) DO UPDATE SET
  total = old.total + excluded.total, aligned = old.aligned + excluded.aligned,
  dkim = old.dkim + excluded.dkim, spf = old.spf + excluded.spf,
  first_on = CASE WHEN excluded.first_on < old.first_on THEN excluded.first_on ELSE old.first_on END,
  last_on = CASE WHEN excluded.last_on > old.last_on THEN excluded.last_on ELSE old.last_on END,
  failed_on = CASE WHEN old.failed_on IS NULL OR excluded.failed_on > old.failed_on THEN excluded.failed_on
    ELSE old.failed_on END,
  signed_by = CASE WHEN excluded.last_on >= old.last_on AND excluded.signed_by <> '' THEN excluded.signed_by
    ELSE old.signed_by END,
  envelope = CASE WHEN excluded.last_on >= old.last_on AND excluded.envelope <> '' THEN excluded.envelope
    ELSE old.envelope END
"""
_ADD_DAY = """
INSERT INTO esmero_alignmentday AS old (domain, day, total, aligned) VALUES (%s, %s, %s, %s)
ON CONFLICT (domain, day) DO UPDATE SET total = old.total + excluded.total, aligned = old.aligned + excluded.aligned
"""
_TAKE_SOURCE = """
UPDATE esmero_alignmentsource SET total = total - %s, aligned = aligned - %s, dkim = dkim - %s, spf = spf - %s
WHERE domain = %s AND source = %s
"""
_TAKE_DAY = "UPDATE esmero_alignmentday SET total = total - %s, aligned = aligned - %s WHERE domain = %s AND day = %s"


def _add(report: DmarcReportFile, sums: Mapping[str, SourceAlignment]) -> None:
    day = _day_of(report)
    last = report.end.astimezone(UTC).date()
    with connection.cursor() as cursor:
        # In the order of their names: two workers then never wait for each other crosswise.
        cursor.executemany(
            _ADD_SOURCE,
            [
                (report.domain, source, one.total, one.aligned, one.dkim, one.spf, day, last, last if one.failed else None, one.signed_by, one.envelope)
                for source, one in sorted(sums.items())
            ],
        )  # fmt: skip
        cursor.execute(_ADD_DAY, (report.domain, day, report.total, report.aligned))


def _day_of(report: DmarcReportFile) -> date:
    return report.begin.astimezone(UTC).date()
