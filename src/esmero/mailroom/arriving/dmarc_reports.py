"""Store DMARC aggregate reports, and query sending sources and alignment of a domain.

Sums by day and by source are stored beside the rows of the reports, so that no page adds up millions of rows. They
change in the transaction that stores or deletes a report.
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
EARLIEST = datetime(2012, 1, 1, tzinfo=UTC)  # DMARC began in that year


@dataclass(slots=True)
class SourceAlignment:
    """Sum one report's rows of one source; `failed`: some mail passed neither DKIM nor SPF."""

    total: int = 0
    aligned: int = 0
    dkim: int = 0
    spf: int = 0
    signed_by: str = ""
    envelope: str = ""

    @property
    def failed(self) -> bool:
        return self.aligned < self.total


def store_report(found: Found, *, evidence: str) -> DmarcReportFile | None:
    """Store a report in the caller's transaction; None if it is stored already (receivers send some twice).

    A report without a plausible time gets the current one.
    """
    now = timezone.now()
    begin = found.begin if EARLIEST <= found.begin <= now else now
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
    _add_to_sums(row, _sum_by_source(rows))
    return row


def delete_reports(ids: Iterable[int]) -> None:
    """Delete reports and subtract them from the sums, in the caller's transaction.

    The database adds up their rows and subtracts once per source, however many reports and rows there are.
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
        cursor.executemany(_SUBTRACT_SOURCE, taken)
        cursor.executemany(_SUBTRACT_DAY, [(total, aligned[key], *key) for key, total in sorted(days.items())])
    for domain in sorted({domain for domain, _ in days}):
        AlignmentSource.objects.filter(domain=domain, total__lte=0).delete()
        AlignmentDay.objects.filter(domain=domain, total__lte=0).delete()
    reports.delete()


def domains_of(brand: Brand) -> list[str]:
    """Return the domains under which receivers may report on a brand: its sending domains and their parents."""
    found: dict[str, None] = {}
    for name in (brand.dkim_domain, brand.sender_address.rpartition("@")[2]):
        parts = name.lower().strip(".").split(".")
        found.update(dict.fromkeys(".".join(parts[place:]) for place in range(len(parts) - 1)))
    return list(found)


def reported_domains(brand: Brand) -> list[str]:
    """Return the brand's domains that have stored reports."""
    return [one for one in domains_of(brand) if DmarcReportFile.objects.filter(domain=one).exists()]


def source_rows(domain: str) -> QuerySet[AlignmentSource]:
    """Return the sources that send with a domain."""
    return AlignmentSource.objects.filter(domain=domain.lower())


def report_rows(domain: str) -> QuerySet[DmarcReportFile]:
    """Return the reports on a domain."""
    return DmarcReportFile.objects.filter(domain=domain.lower())


def read_alignment(domain: str, *, begin: date, end: date) -> dict[date, tuple[int, int]]:
    """Return by day the number of reported mails and of those that passed, for at most MOST_DAYS."""
    rows = AlignmentDay.objects.filter(domain=domain.lower(), day__gte=begin, day__lte=end).order_by("-day")[:MOST_DAYS]
    return {row.day: (row.total, row.aligned) for row in rows}


def _sum_by_source(rows: Iterable[DmarcReportRow]) -> Mapping[str, SourceAlignment]:
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


# One atomic statement per source, safe with concurrent writers on SQLite and PostgreSQL.
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
_SUBTRACT_SOURCE = """
UPDATE esmero_alignmentsource SET total = total - %s, aligned = aligned - %s, dkim = dkim - %s, spf = spf - %s
WHERE domain = %s AND source = %s
"""
_SUBTRACT_DAY = (
    "UPDATE esmero_alignmentday SET total = total - %s, aligned = aligned - %s WHERE domain = %s AND day = %s"
)


def _add_to_sums(report: DmarcReportFile, sums: Mapping[str, SourceAlignment]) -> None:
    day = _day_of(report)
    last = report.end.astimezone(UTC).date()
    with connection.cursor() as cursor:
        # Sorted by source, so that two workers cannot deadlock.
        cursor.executemany(
            _ADD_SOURCE,
            [
                (
                    report.domain, source, one.total, one.aligned, one.dkim, one.spf,
                    day, last, last if one.failed else None, one.signed_by, one.envelope,
                )
                for source, one in sorted(sums.items())
            ],
        )  # fmt: skip
        cursor.execute(_ADD_DAY, (report.domain, day, report.total, report.aligned))


def _day_of(report: DmarcReportFile) -> date:
    return report.begin.astimezone(UTC).date()
