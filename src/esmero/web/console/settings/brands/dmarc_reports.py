"""Show DMARC aggregate reports of a brand's domains: by day, by source, and report by report."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.models import Brand
from esmero.lists.columns import Column
from esmero.mailroom.arriving.dmarc_listing import REPORTS, list_report_rows, list_sources
from esmero.mailroom.arriving.dmarc_reports import (
    domains_of,
    read_alignment,
    report_rows,
    reported_domains,
    source_rows,
)
from esmero.mailroom.arriving.reverse_dns import name_sources
from esmero.mailroom.models import AlignmentSource, DmarcReportFile, DmarcReportRow
from esmero.web.console.access import requires
from esmero.web.console.generic_pages.list_pages import answer_list
from esmero.web.console.page_frame import wants_part
from esmero.web.console.reports.period import DEFAULT_DAYS, SPANS, ReportPeriod
from esmero.web.console.settings.brands.dmarc_labels import (
    describe_advice,
    describe_policy,
    describe_result,
    describe_status,
)
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import format_share
from esmero.web.parts.components.tables import DrawCell
from esmero.web.parts.components.template_tags import chip, on
from esmero.web.parts.labels.states import TIME_FORMATS
from esmero.work.background import run_in_background


def _day(value: Any) -> str:
    return date_format(value, str(TIME_FORMATS["short"])) if value else ""


def _status_chip(row: AlignmentSource) -> SafeString:
    word = describe_status(row)
    return chip(word.look, str(word.text))  # type: ignore[arg-type]


def _draw_share(name: str) -> DrawCell:
    """Return the function that draws a part of the mails of a row in per cent."""
    return lambda row: format_share(getattr(row, name), row.total)


def _draw_wrapped_link(address: str, words: object) -> SafeString:
    return format_html('<a class="wrap" href="{}">{}</a>', address, words)


def _draw_sources(brand: Brand, domain: str) -> Mapping[str, DrawCell]:
    def source(row: AlignmentSource) -> SafeString:
        link = _draw_wrapped_link(reverse("console:sender", args=[brand.pk, domain, row.pk]), row.host or row.source)
        return format_html('{}<br><span class="small soft wrap">{}</span>', link, row.source) if row.host else link

    return {
        "source": source,
        "state": _status_chip,
        "by": lambda row: format_html('<span class="wrap">{}</span>', row.signed_by or row.envelope),
        "passed": _draw_share("aligned"),
        "dkim": _draw_share("dkim"),
        "spf": _draw_share("spf"),
        "first": lambda row: _day(row.first_on),
        "last": lambda row: _day(row.last_on),
    }


def _draw_reports(brand: Brand, domain: str) -> Mapping[str, DrawCell]:
    def receiver(row: DmarcReportFile) -> SafeString:
        url = reverse("console:dmarc-report", args=[brand.pk, domain, row.pk])
        return _draw_wrapped_link(url, row.organisation or row.report_id or _("without a name"))

    return {"from": receiver, "passed": _draw_share("aligned")}


def _draw_result(name: str) -> DrawCell:
    """Return the function that draws the result of DKIM or SPF with the domain that passed."""

    def draw(row: DmarcReportRow) -> SafeString:
        passed = getattr(row, name)
        result, domain = getattr(row, f"{name}_result"), getattr(row, f"{name}_domain")
        shown = chip("kept", _("passed")) if passed else chip("broken", _("failed"))
        facts = " ".join(part for part in ("" if passed else describe_result(result), domain) if part)
        return format_html('{}<br><span class="small soft wrap">{}</span>', shown, facts) if facts else shown

    return draw


_DRAWN_ROWS: Mapping[str, DrawCell] = {"dkim": _draw_result("dkim"), "spf": _draw_result("spf")}


@requires("house.settings")
def senders(request: HttpRequest, pk: int, domain: str = "") -> HttpResponseBase:
    """List the sources that send in a brand's name, below a chart by day."""
    brand = get_object_or_404(Brand, pk=pk)
    reported = reported_domains(brand)
    if not domain:
        return redirect("console:senders", pk, (reported or domains_of(brand) or ["-"])[0])
    _check(brand, domain)
    summary = {} if wants_part(request) else _summarise_days(request, brand, domain)
    return answer_list(
        request,
        "console/settings/senders.html",
        listing=list_sources([(str(days), words) for days, words in SPANS.items() if days != DEFAULT_DAYS]),
        drawn=_draw_sources(brand, domain),
        rows=source_rows(domain),
        subject="brands",
        edited=brand,
        domain=domain,
        domains=reported,
        view="senders",
        empty_title=_("No report has come yet"),
        empty_text=_(
            "Receivers send their reports once a day to the address that your DMARC record names; they are read as"
            " they come."
        ),
        empty_url=reverse("console:domain", args=[brand.pk]),
        empty_action=_("Look at the record"),
        **summary,
    )


@requires("house.settings")
def reports(request: HttpRequest, pk: int, domain: str) -> HttpResponseBase:
    """List the received reports."""
    brand = get_object_or_404(Brand, pk=pk)
    _check(brand, domain)
    return answer_list(
        request,
        "console/settings/senders.html",
        listing=REPORTS,
        drawn=_draw_reports(brand, domain),
        rows=report_rows(domain),
        subject="brands",
        edited=brand,
        domain=domain,
        domains=reported_domains(brand),
        view="dmarc-reports",
        empty_title=_("No report has come yet"),
        empty_text=_("Receivers send them once a day to the address that your DMARC record names."),
    )


@requires("house.settings")
def sender(request: HttpRequest, pk: int, domain: str, source: int) -> HttpResponseBase:
    """Show one source: description, advice, and the rows about it in each report."""
    brand = get_object_or_404(Brand, pk=pk)
    _check(brand, domain)
    row = get_object_or_404(source_rows(domain), pk=source)

    def name(one: DmarcReportRow) -> SafeString:
        url = reverse("console:dmarc-report", args=[brand.pk, domain, one.report_id])
        day = on(one.report.begin, "short")
        return format_html('<a class="wrap" href="{}">{}, {}</a>', url, one.report.organisation, day)

    first = Column(
        key="report",
        title=gettext_lazy("Report"),
        value=lambda one: one.report.organisation,
        file_value=lambda one: one.report.organisation,
        head=True,
    )
    return answer_list(
        request,
        "console/settings/sender.html",
        listing=list_report_rows("sender", first),
        drawn={**_DRAWN_ROWS, "report": name},
        rows=DmarcReportRow.objects.filter(source=row.source, report__domain=domain).select_related("report"),
        subject="brands",
        edited=brand,
        domain=domain,
        source=row,
        stand=_status_chip(row),
        advice=describe_advice(row),
        share=format_share(row.aligned, row.total),
        days=(_day(row.first_on), _day(row.last_on), _day(row.failed_on)),
    )  # fmt: skip


@requires("house.settings")
def report(request: HttpRequest, pk: int, domain: str, number: int) -> HttpResponseBase:
    """Show one report with its rows and a link to the mail that contained it."""
    brand = get_object_or_404(Brand, pk=pk)
    _check(brand, domain)
    shown = get_object_or_404(report_rows(domain), pk=number)
    first = Column(key="source", title=gettext_lazy("Machine"), value=lambda one: one.source, head=True)
    kind, _space, inbound = shown.evidence.partition(" ")
    return answer_list(
        request,
        "console/settings/dmarc_report.html",
        listing=list_report_rows("dmarc-report", first),
        drawn={**_DRAWN_ROWS, "source": lambda one: format_html('<span class="wrap">{}</span>', one.source)},
        rows=DmarcReportRow.objects.filter(report=shown),
        subject="brands",
        edited=brand,
        domain=domain,
        shown=shown,
        share=format_share(shown.aligned, shown.total),
        arrival=int(inbound) if kind == "inbound" and inbound.isdecimal() else None,
    )


@require_POST
@requires("house.settings")
def name_senders(request: HttpRequest, pk: int, domain: str) -> HttpResponse:
    """Resolve the host names of the sources in the background."""
    _check(get_object_or_404(Brand, pk=pk), domain)
    run_in_background(lambda: name_sources(domain), name="ask for names of senders")
    messages.success(request, _("The DNS is being asked. Load this page again in half a minute."))
    return redirect("console:senders", pk, domain)


def _check(brand: Brand, domain: str) -> None:
    if domain not in domains_of(brand):
        raise Http404


def _summarise_days(request: HttpRequest, brand: Brand, domain: str) -> dict[str, Any]:
    """Read the daily data of the chart and its summary."""
    asked = request.GET.get("since", "")
    days = int(asked) if asked in map(str, SPANS) else DEFAULT_DAYS
    today = timezone.now().astimezone(UTC).date()
    period = ReportPeriod(brand=brand, days=days, begin=today - timedelta(days=days - 1), end=today)
    read = read_alignment(domain, begin=period.begin, end=period.end)
    total, aligned = (sum(one[place] for one in read.values()) for place in (0, 1))
    steps = period.steps
    passed = {day: one[1] for day, one in read.items()}
    failed = {day: one[0] - one[1] for day, one in read.items()}
    latest = report_rows(domain).order_by("-begin", "-id").first()
    return {
        "latest": latest,
        "stats": [
            (_("Mails reported"), total, SPANS[days]),
            (_("Passed"), aligned, format_share(aligned, total)),
            (_("Failed"), total - aligned, format_share(total - aligned, total)),
        ],
        "policy": describe_policy(latest.policy, share=aligned / total if total else 0.0, total=total)
        if latest
        else "",
        "chart": Chart(
            title=_("Mail in your name, by day"),
            first=_("Day"),
            kind="stack",
            categories=[step.label for step in steps],
            heads=[step.head for step in steps],
            series=[
                Series(name=_("passed"), values=[step.add(passed) for step in steps], fill=1),
                Series(name=_("failed"), values=[step.add(failed) for step in steps], fill=4),
            ],
        ),
    }
