"""Answer every report: the page with charts and tables, or one table as a file."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from esmero.dossier.statistics.reports import counted_at
from esmero.web.console.page_frame import show
from esmero.web.console.reports.period import SPANS, ReportPeriod
from esmero.web.files.serving import serve_made
from esmero.web.parts.components.charts import Chart
from esmero.web.parts.components.small_tables import SmallTable
from esmero.web.parts.tags.cards import PageTab


def answer_report(
    request: HttpRequest,
    template: str,
    /,
    *,
    name: str,
    subject: str,
    period: ReportPeriod,
    charts: Sequence[Chart],
    sheets: Sequence[SmallTable],
    **context: Any,
) -> HttpResponse:
    """Answer the report `name`; `?file=key` returns the table with that key as CSV."""
    wanted = request.GET.get("file")
    if wanted:
        sheet = next((one for one in sheets if one.key == wanted), None)
        if sheet is None:
            raise Http404
        return _answer_file(sheet, name=f"{name}-{sheet.key}-{period.brand.slug}")
    return show(
        request,
        template,
        subject=subject,
        report_tabs=_list_tabs(name),
        absence=_describe_absence(name),
        period=period,
        spans=SPANS.items(),
        charts=charts,
        sheets=sheets,
        nothing=all(chart.is_empty for chart in charts) and not any(sheet.rows for sheet in sheets),
        counted=counted_at(brand=period.brand, day=period.end),
        **context,
    )


def _list_tabs(name: str) -> list[PageTab]:
    named = [
        ("delivery", "console:reports", _("Delivery")),
        ("pressure", "console:report-pressure", _("Pressure")),
        ("returns", "console:report-returns", _("Returns")),
        ("growth", "console:report-growth", _("Growth")),
    ]
    return [PageTab(url=reverse(route), words=words, current=code == name) for code, route, words in named]


def _describe_absence(name: str) -> tuple[str, str, str]:
    """Return the text of a report without numbers, with the URL and words of the next step."""
    if name == "growth":
        text = _("When people come, allow something or take it back, the numbers stand here the same minute.")
        return text, reverse("console:people"), _("People")
    text = _("When messages leave and something comes of them, the numbers stand here the same minute.")
    return text, reverse("console:campaigns"), _("Messages")


def _answer_file(sheet: SmallTable, *, name: str) -> HttpResponse:
    text = StringIO()
    text.write("\ufeff")  # spreadsheets take UTF-8 for it only with a mark
    csv.writer(text).writerows(sheet.write())
    name = f"{name}-{timezone.localdate():%Y-%m-%d}.csv"
    return serve_made(text.getvalue(), name=name, media_type="text/csv; charset=utf-8")
