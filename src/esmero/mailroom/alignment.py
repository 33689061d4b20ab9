"""DMARC aggregate reports in tables, and what they say: which sources send in our name, and whose mail is aligned."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from esmero.intake.dmarc import AggregateReport as Found
from esmero.mailroom.models import AggregateReport, AggregateRow

MOST_SOURCES = 200
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """Mail that one address sent with our domain in From: how much, how much of it passed DMARC, and by which of the two."""

    source: str
    total: int
    aligned: int
    dkim: int
    spf: int

    @property
    def share(self) -> float:
        """Part of the mail that passed, from 0 to 1."""
        return self.aligned / self.total if self.total else 0.0


def keep_report(found: Found, *, evidence: str) -> AggregateReport | None:
    """Keep a report in the caller's transaction; None when it came before (receivers send some twice)."""
    row, new = AggregateReport.objects.get_or_create(
        organisation=found.organisation,
        report_id=found.report_id,
        domain=found.domain,
        defaults={
            "evidence": evidence,
            "begin": found.begin,
            "end": found.end,
            "policy": found.policy[:20],
            "truncated": found.truncated,
        },
    )
    if not new:
        return None
    AggregateRow.objects.bulk_create(
        [
            AggregateRow(
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
        ],
        batch_size=CHUNK,
    )
    return row


def list_sources(domain: str, *, since: datetime) -> list[Source]:
    """Return who sent in a domain's name since a moment, the busiest first, at most MOST_SOURCES."""
    rows = AggregateRow.objects.filter(report__domain=domain.lower(), report__begin__gte=since).values("source")
    sums = rows.annotate(
        total=Sum("count", default=0),
        aligned=Sum("count", filter=Q(dkim=True) | Q(spf=True), default=0),
        by_dkim=Sum("count", filter=Q(dkim=True), default=0),
        by_spf=Sum("count", filter=Q(spf=True), default=0),
    ).order_by("-total", "source")
    return [
        Source(one["source"], one["total"], one["aligned"], one["by_dkim"], one["by_spf"])
        for one in sums[:MOST_SOURCES]
    ]
