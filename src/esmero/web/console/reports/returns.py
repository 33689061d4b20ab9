"""Report bounces over time, by meaning and by mailbox provider."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from esmero.dossier.statistics.reports import read_days, sum_by_key
from esmero.web.console.access import requires
from esmero.web.console.reports.period import ReportPeriod, read_period
from esmero.web.console.reports.response import answer_report
from esmero.web.labels.returns import RETURN_CLASS, label_meaning
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import format_estimate, format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell

RECEIVERS = 40
CLASSES = ("good", "now", "ours")


@requires()
def returns_report(request: HttpRequest) -> HttpResponse:
    """Show the bounce report among the reports."""
    period = read_period(request)
    return answer_returns(request, "console/reports/report.html", period=period, subject="reports")


def answer_returns(request: HttpRequest, template: str, /, *, period: ReportPeriod, subject: str) -> HttpResponse:
    """Render the bounce report, also used as the first page of Returns."""
    keys = sum_by_key(
        brand=period.brand,
        kinds=("returned", "returned-at", "sent", "complained", "absent"),
        begin=period.begin,
        end=period.end,
    )
    numbers = {
        one: sum(number for key, number in keys["returned"].items() if key.startswith(f"{one}|")) for one in CLASSES
    }
    sent = sum(keys["sent"].values())
    complained = sum(keys["complained"].values())
    return answer_report(
        request,
        template,
        name="returns",
        subject=subject,
        period=period,
        title=_("Returns"),
        lead=_("What came back, on the day on which it came back, and what it means."),
        stats=[
            (_("Returned for good"), numbers["good"], format_estimate(numbers["good"], sent)),
            (_("Returned for now"), numbers["now"], format_share(numbers["now"], sent)),
            (_("Because of us"), numbers["ours"], format_share(numbers["ours"], sent)),
            (_("Complaints"), complained, format_estimate(complained, sent)),
        ],
        charts=[chart_classes(period)],
        sheets=[_by_meaning(keys["returned"], period), _by_receiver(keys, period)],
        absent=sum(keys["absent"].values()),
    )


def chart_classes(period: ReportPeriod) -> Chart:
    """Draw the bounces of each day, stacked by class."""
    rows = read_days(brand=period.brand, kind="returned", begin=period.begin, end=period.end)
    by_class: dict[str, dict[date, int]] = {one: {} for one in CLASSES}
    for day, key, number in rows:
        of = by_class[key.partition("|")[0]]
        of[day] = of.get(day, 0) + number
    steps = period.steps
    fills = {"good": 4, "now": 2, "ours": 3}
    return Chart(
        title=_("Returns by day"),
        first=_("Day"),
        kind="stack",
        categories=[step.label for step in steps],
        heads=[step.head for step in steps],
        series=[
            Series(name=RETURN_CLASS[one].text, values=[step.add(by_class[one]) for step in steps], fill=fills[one])
            for one in CLASSES
        ],
    )


def _by_meaning(returned: dict[str, int], period: ReportPeriod) -> SmallTable:
    whole = sum(returned.values())
    rows = sorted(returned.items(), key=lambda one: (-one[1], one[0]))
    door = reverse("console:returns-each")
    consequences = {
        "good": _("the address falls silent"),
        "now": _("it is tried again"),
        "ours": _("never held against the address"),
    }
    return SmallTable(
        key="meanings",
        title=_("By what it means"),
        heads=[_("Meaning"), _("Class"), _("number"), _("share"), _("What follows")],
        rows=[
            [
                SmallTableCell(
                    text=label_meaning(meaning), url=f"{door}?class={of}&meaning={meaning}&since={period.days}"
                ),
                SmallTableCell(text=RETURN_CLASS[of].text, look=RETURN_CLASS[of].look),
                number,
                SmallTableCell(text=format_share(number, whole), quiet=True),
                consequences[of],
            ]
            for key, number in rows
            for of, _bar, meaning in (key.partition("|"),)
        ],
        empty=_("Nothing came back in this time."),
    )


def _by_receiver(keys: dict[str, dict[str, int]], period: ReportPeriod) -> SmallTable:
    found: dict[str, dict[str, int]] = {}
    for key, number in keys["returned-at"].items():
        of, _bar, receiver = key.partition("|")
        found.setdefault(receiver, dict.fromkeys(CLASSES, 0))[of] += number
    ranked = sorted(found.items(), key=lambda one: (not one[0], -sum(one[1].values()), one[0]))[:RECEIVERS]
    door = reverse("console:returns-each")
    return SmallTable(
        key="receivers",
        title=_("By receiver"),
        heads=[_("Receiver"), _("sent"), _("for good"), _("rate"), _("for now"), _("because of us")],
        rows=[
            [
                SmallTableCell(text=name or _("others"), url=f"{door}?q={name}&since={period.days}" if name else ""),
                sent := keys["sent"].get(name, 0),
                numbers["good"],
                SmallTableCell(text=format_estimate(min(numbers["good"], sent), sent), quiet=True),
                numbers["now"],
                numbers["ours"],
            ]
            for name, numbers in ranked
        ],
        note=_("The rate compares what came back in this time with what left in it."),
        empty=_("Nothing came back in this time."),
    )
