"""Report deliveries: messages sent and not bounced, over time, by mailbox provider and by campaign."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from esmero.campaigns.queries import list_started
from esmero.dossier.statistics.reports import sum_by_day, sum_by_key
from esmero.web.console.access import requires
from esmero.web.console.reports.period import ReportPeriod, read_period
from esmero.web.console.reports.response import answer_report
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import find_interval, format_estimate, format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell

RECEIVERS = 40
CAMPAIGNS = 50


@requires()
def delivery(request: HttpRequest) -> HttpResponse:
    """Show the delivery report."""
    period = read_period(request)
    kinds = ("sent", "delivered", "clicked", "complained")
    days = sum_by_day(brand=period.brand, kinds=kinds, begin=period.begin, end=period.end)
    keys = sum_by_key(brand=period.brand, kinds=kinds, begin=period.begin, end=period.end)
    sent, delivered = sum(days["sent"].values()), sum(days["delivered"].values())
    complained = sum(days["complained"].values())
    return answer_report(
        request,
        "console/reports/report.html",
        name="delivery",
        subject="reports",
        period=period,
        title=_("Delivery"),
        lead=_("What left this house, and what was not returned. A message counts on the day on which it left."),
        stats=[
            (_("Sent"), sent, ""),
            (_("Delivered"), delivered, format_share(delivered, sent)),
            (_("Links opened by people"), keys["clicked"].get("person", 0), ""),
            (_("Complaints"), complained, format_estimate(complained, delivered)),
        ],
        charts=[chart_sent(period, days), chart_rate(period, days)],
        sheets=[_by_receiver(keys), _by_campaign(period)],
    )


def chart_sent(period: ReportPeriod, days: dict[str, dict]) -> Chart:  # type: ignore[type-arg]
    """Draw messages sent and delivered, by day."""
    steps = period.steps
    return Chart(
        title=_("Sent and delivered"),
        first=_("Day"),
        categories=[step.label for step in steps],
        heads=[step.head for step in steps],
        series=[
            Series(name=_("sent"), values=[step.add(days["sent"]) for step in steps], fill=5),
            Series(
                name=pgettext("messages", "delivered"), values=[step.add(days["delivered"]) for step in steps], fill=1
            ),
        ],
    )


def chart_rate(period: ReportPeriod, days: dict[str, dict]) -> Chart:  # type: ignore[type-arg]
    """Draw the delivery rate with its interval; days without a message have none."""
    steps = period.steps
    numbers = [(step.add(days["delivered"]), step.add(days["sent"])) for step in steps]
    # Wilson's interval of an empty sample is 0 to 1, which would fill the chart.
    bounds = [find_interval(part, whole) if whole else None for part, whole in numbers]
    return Chart(
        title=_("Delivered of what was sent, with its interval (95 %)"),
        first=_("Day"),
        unit="%",
        decimals=1,
        categories=[step.label for step in steps],
        heads=[step.head for step in steps],
        series=[
            Series(
                name=pgettext("messages", "delivered"),
                values=[round(100 * part / whole, 2) if whole else None for part, whole in numbers],
                low=[round(100 * one[0], 2) if one else None for one in bounds],
                high=[round(100 * one[1], 2) if one else None for one in bounds],
            )
        ],
    )


def _by_receiver(keys: dict[str, dict[str, int]]) -> SmallTable:
    ranked = sorted(keys["sent"].items(), key=lambda one: (not one[0], -one[1], one[0]))
    shown, rest = ranked[:RECEIVERS], ranked[RECEIVERS:]
    rows = [
        (name or _("others"), number, keys["delivered"].get(name, 0), keys["complained"].get(name, 0))
        for name, number in shown
    ]
    if rest:
        others = [
            sum(kind.get(name, 0) for name, _number in rest)
            for kind in (keys["sent"], keys["delivered"], keys["complained"])
        ]
        rows.append((_("others"), *others))  # type: ignore[arg-type]
    return SmallTable(
        key="receivers",
        title=_("By receiver"),
        heads=[_("Receiver"), _("sent"), _("delivered"), _("rate"), _("complaints"), _("rate of complaints")],
        rows=[
            [
                name,
                sent,
                there,
                SmallTableCell(text=format_estimate(there, sent), quiet=True),
                bad,
                SmallTableCell(text=format_estimate(bad, there), quiet=True),
            ]
            for name, sent, there, bad in rows
        ],
        note=_("Behind each rate stands its interval (95 %): the fewer messages, the less it says."),
        empty=_("Nothing left in this time."),
    )


def _by_campaign(period: ReportPeriod) -> SmallTable:
    rows = list_started(brand=period.brand, begin=period.begin, limit=CAMPAIGNS)
    return SmallTable(
        key="campaigns",
        title=_("By campaign"),
        heads=[
            _("Campaign"),
            _("sent"),
            _("returned for good"),
            _("rate"),
            _("human click"),
            _("rate of clicks"),
            _("answered"),
        ],
        rows=[
            [
                SmallTableCell(text=row.name, url=reverse("console:campaign", args=[row.pk])),
                row.left or 0,
                row.good or 0,
                SmallTableCell(text=format_estimate(row.good or 0, row.left or 0), quiet=True),
                row.clicked or 0,
                SmallTableCell(text=format_estimate(row.clicked or 0, row.left or 0), quiet=True),
                row.answered or 0,
            ]
            for row in rows
        ],
        empty=_("No campaign was started in this time."),
    )
