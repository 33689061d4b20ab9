"""Show DMARC aggregate reports of a brand's domains: by day, by source, and report by report."""

import re
from datetime import UTC, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from esmero.house.models import Brand
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
from esmero.web.console.list_pages import answer_list
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
from esmero.web.parts.components.tables import Filter, Listing, Rows, TableColumn
from esmero.web.parts.components.template_tags import chip, on
from esmero.web.parts.labels.states import TIME_FORMATS
from esmero.work.background import run_in_background

_ADDRESS = re.compile(r"[0-9a-f.:]*[0-9:][0-9a-f.:]*")


def _day(value: Any) -> str:
    return date_format(value, str(TIME_FORMATS["short"])) if value else ""


def _number(value: int) -> str:
    return str(number_format(value, force_grouping=True))


def _status_chip(row: AlignmentSource) -> SafeString:
    word = describe_status(row)
    return chip(word.look, str(word.text))  # type: ignore[arg-type]


def _with_status(rows: Rows, value: str) -> Rows:
    if value == "fails":
        return rows.filter(aligned=0)
    if value == "partly":
        return rows.filter(aligned__gt=0, aligned__lt=F("total"))
    return rows.filter(aligned__gte=F("total"))


def _find(rows: Rows, text: str) -> Rows:
    begins = text.lower()
    if _ADDRESS.fullmatch(begins):
        return rows.filter(source__startswith=begins)
    return rows.filter(host__contains=begins)


def _unchanged(rows: Rows, value: str) -> Rows:
    del value  # the queryset already covers the period of the chart
    return rows


def _sources(brand: Brand, domain: str) -> Listing:
    def name(row: AlignmentSource) -> SafeString:
        url = reverse("console:sender", args=[brand.pk, domain, row.pk])
        link = format_html('<a class="wrap" href="{}">{}</a>', url, row.host or row.source)
        return format_html('{}<br><span class="small soft wrap">{}</span>', link, row.source) if row.host else link

    def by(row: AlignmentSource) -> SafeString:
        return format_html('<span class="wrap">{}</span>', row.signed_by or row.envelope)

    return Listing(
        page="senders",
        order="-total",
        search=_find,
        search_title=gettext_lazy("Machine"),
        columns=(
            TableColumn(
                key="source", title=gettext_lazy("Machine"), cell=name, plain=lambda row: row.source, head=True
            ),
            TableColumn(key="host", title=gettext_lazy("Name in the DNS"), cell=lambda row: row.host, shown=False),
            TableColumn(key="state", title=gettext_lazy("State"), cell=_status_chip),
            TableColumn(key="by", title=gettext_lazy("Signed or sent as"), cell=by, quiet=True),
            TableColumn(
                key="total",
                title=gettext_lazy("Mails"),
                cell=lambda row: _number(row.total),
                plain=lambda row: row.total,
                order=("total", "id"),
                numeric=True,
                label=gettext_lazy("mails"),
            ),
            TableColumn(
                key="passed",
                title=gettext_lazy("Passed"),
                cell=lambda row: format_share(row.aligned, row.total),
                plain=lambda row: row.aligned,
                numeric=True,
                label=gettext_lazy("passed"),
            ),
            TableColumn(
                key="dkim",
                title=gettext_lazy("by DKIM"),
                cell=lambda row: format_share(row.dkim, row.total),
                plain=lambda row: row.dkim,
                numeric=True,
                quiet=True,
                label=gettext_lazy("by DKIM"),
            ),
            TableColumn(
                key="spf",
                title=gettext_lazy("by SPF"),
                cell=lambda row: format_share(row.spf, row.total),
                plain=lambda row: row.spf,
                numeric=True,
                quiet=True,
                label=gettext_lazy("by SPF"),
            ),
            TableColumn(
                key="first",
                title=gettext_lazy("First seen"),
                cell=lambda row: _day(row.first_on),
                plain=lambda row: row.first_on,
                quiet=True,
                shown=False,
            ),
            TableColumn(
                key="last",
                title=gettext_lazy("Last seen"),
                cell=lambda row: _day(row.last_on),
                plain=lambda row: row.last_on,
                order=("last_on", "id"),
                quiet=True,
                label=gettext_lazy("last seen"),
            ),
        ),
        filters=(
            Filter(
                key="stand",
                title=gettext_lazy("State"),
                every=gettext_lazy("Every state"),
                choices=lambda: [("fails", _("fails")), ("partly", _("passes in part")), ("passes", _("passes"))],
                apply=_with_status,
            ),
            Filter(
                key="since",
                title=gettext_lazy("Picture of"),
                every=gettext_lazy("30 days"),
                choices=lambda: [(str(days), words) for days, words in SPANS.items() if days != DEFAULT_DAYS],
                apply=_unchanged,
            ),
        ),
    )


def _reports(brand: Brand, domain: str) -> Listing:
    def name(row: DmarcReportFile) -> SafeString:
        url = reverse("console:dmarc-report", args=[brand.pk, domain, row.pk])
        return format_html(
            '<a class="wrap" href="{}">{}</a>', url, row.organisation or row.report_id or _("without a name")
        )

    return Listing(
        page="dmarc-reports",
        order="-begin",
        columns=(
            TableColumn(
                key="from", title=gettext_lazy("Receiver"), cell=name, plain=lambda row: row.organisation, head=True
            ),
            TableColumn(
                key="begin",
                title=gettext_lazy("From"),
                cell=lambda row: on(row.begin, "short time"),
                plain=lambda row: row.begin.isoformat(),
                order=("begin", "id"),
                quiet=True,
            ),
            TableColumn(
                key="end",
                title=gettext_lazy("Until"),
                cell=lambda row: on(row.end, "short time"),
                plain=lambda row: row.end.isoformat(),
                quiet=True,
            ),
            TableColumn(
                key="total",
                title=gettext_lazy("Mails"),
                cell=lambda row: _number(row.total),
                plain=lambda row: row.total,
                numeric=True,
                label=gettext_lazy("mails"),
            ),
            TableColumn(
                key="passed",
                title=gettext_lazy("Passed"),
                cell=lambda row: format_share(row.aligned, row.total),
                plain=lambda row: row.aligned,
                numeric=True,
                label=gettext_lazy("passed"),
            ),
            TableColumn(
                key="policy",
                title=gettext_lazy("Policy seen"),
                cell=lambda row: f"p={row.policy}" if row.policy else "",
                quiet=True,
            ),
        ),
    )


def _result_chip(passed: bool, *, result: str, domain: str) -> SafeString:
    said = chip("kept", _("passed")) if passed else chip("broken", _("failed"))
    facts = " ".join(part for part in ("" if passed else describe_result(result), domain) if part)
    return format_html('{}<br><span class="small soft wrap">{}</span>', said, facts) if facts else said


def _rows(page: str, first: TableColumn) -> Listing:
    return Listing(
        page=page,
        order="-id",
        columns=(
            first,
            TableColumn(
                key="count",
                title=gettext_lazy("Mails"),
                cell=lambda row: _number(row.count),
                plain=lambda row: row.count,
                numeric=True,
                label=gettext_lazy("mails"),
            ),
            TableColumn(
                key="dkim",
                title="DKIM",
                cell=lambda row: _result_chip(row.dkim, result=row.dkim_result, domain=row.dkim_domain),
                label="DKIM",
            ),
            TableColumn(
                key="spf",
                title="SPF",
                cell=lambda row: _result_chip(row.spf, result=row.spf_result, domain=row.spf_domain),
                label="SPF",
            ),
            TableColumn(key="did", title=gettext_lazy("The receiver"), cell=_say_disposition),
            TableColumn(
                key="header", title=gettext_lazy("In the From line"), cell=lambda row: row.header_from, quiet=True
            ),
            TableColumn(
                key="why",
                title=gettext_lazy("Its reasons"),
                cell=lambda row: ", ".join(map(str, row.reasons)),
                quiet=True,
                shown=False,
            ),
            TableColumn(
                key="id",
                title=gettext_lazy("Number"),
                cell=lambda row: str(row.pk),
                order=("id",),
                quiet=True,
                shown=False,
            ),
        ),
    )


def _say_disposition(row: DmarcReportRow) -> str:
    words = {"none": _("let it in"), "quarantine": _("put it aside"), "reject": _("refused it"), "pass": _("let it in")}
    return words.get(row.disposition, row.disposition)


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
        listing=_sources(brand, domain),
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
        listing=_reports(brand, domain),
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

    first = TableColumn(
        key="report", title=gettext_lazy("Report"), cell=name, plain=lambda one: one.report.organisation, head=True
    )
    return answer_list(
        request,
        "console/settings/sender.html",
        listing=_rows("sender", first),
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
    first = TableColumn(
        key="source",
        title=gettext_lazy("Machine"),
        cell=lambda one: format_html('<span class="wrap">{}</span>', one.source),
        head=True,
    )
    kind, _space, inbound = shown.evidence.partition(" ")
    return answer_list(
        request,
        "console/settings/dmarc_report.html",
        listing=_rows("dmarc-report", first),
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
