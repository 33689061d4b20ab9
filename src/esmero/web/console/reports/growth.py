"""Report growth: new people, permissions granted and withdrawn, by topic and by source."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from esmero.dossier.statistics.reports import sum_by_day, sum_by_key
from esmero.people.models import Purpose, Topic
from esmero.web.console.access import requires
from esmero.web.console.reports.period import ReportPeriod, read_period
from esmero.web.console.reports.response import answer_report
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell
from esmero.web.parts.components.template_tags import said

GIVEN, TAKEN, OBJECTED = "permission-granted", "permission-withdrawn", "permission-objected"
SOURCES = 50


@requires()
def growth(request: HttpRequest) -> HttpResponse:
    """Show the growth report."""
    period = read_period(request)
    kinds = ("people", GIVEN, TAKEN, OBJECTED, "granted-by")
    days = sum_by_day(brand=period.brand, kinds=kinds, begin=period.begin, end=period.end)
    keys = sum_by_key(brand=period.brand, kinds=kinds, begin=period.begin, end=period.end)
    given, taken = sum(days[GIVEN].values()), sum(days[TAKEN].values()) + sum(days[OBJECTED].values())
    return answer_report(
        request,
        "console/reports/report.html",
        name="growth",
        subject="reports",
        period=period,
        title=_("Growth"),
        lead=_(
            "People who came to this house, and what they allowed and took back. Each entry counts on the day on"
            " which it was written down."
        ),
        stats=[
            (_("People added"), sum(days["people"].values()), _("to the house, of all brands")),
            (_("Permissions given"), given, ""),
            (_("Taken back or objected to"), taken, format_share(taken, given)),
        ],
        charts=[_permissions(period, days), _people(period, days)],
        sheets=[_by_topic(period, keys), _by_source(keys)],
    )


def _permissions(period: ReportPeriod, days: dict[str, dict]) -> Chart:  # type: ignore[type-arg]
    steps = period.steps
    return Chart(
        title=_("Permissions given and taken back"),
        first=_("Day"),
        categories=[step.label for step in steps],
        heads=[step.head for step in steps],
        series=[
            Series(name=_("given"), values=[step.add(days[GIVEN]) for step in steps], fill=1),
            Series(
                name=_("taken back"),
                values=[step.add(days[TAKEN]) + step.add(days[OBJECTED]) for step in steps],
                fill=4,
            ),
        ],
    )


def _people(period: ReportPeriod, days: dict[str, dict]) -> Chart:  # type: ignore[type-arg]
    steps = period.steps
    return Chart(
        title=_("People added"),
        first=_("Day"),
        kind="bar",
        categories=[step.label for step in steps],
        heads=[step.head for step in steps],
        series=[Series(name=_("people"), values=[step.add(days["people"]) for step in steps], fill=5)],
    )


def _by_topic(period: ReportPeriod, keys: dict[str, dict[str, int]]) -> SmallTable:
    names = {str(topic.pk): said(topic.name) or topic.code for topic in Topic.objects.filter(brand=period.brand)}
    names |= {f"purpose:{purpose.pk}": said(purpose.name) or purpose.code for purpose in Purpose.objects.all()}
    used = sorted({*keys[GIVEN], *keys[TAKEN], *keys[OBJECTED]}, key=lambda key: (-keys[GIVEN].get(key, 0), key))
    return SmallTable(
        key="topics",
        title=_("By topic"),
        heads=[_("Topic"), _("given"), _("taken back"), _("objected to"), _("difference")],
        rows=[
            [
                names.get(key, key),
                given := keys[GIVEN].get(key, 0),
                taken := keys[TAKEN].get(key, 0),
                objected := keys[OBJECTED].get(key, 0),
                given - taken - objected,
            ]
            for key in used
        ],
        empty=_("Nothing was allowed or taken back in this time."),
    )


def _by_source(keys: dict[str, dict[str, int]]) -> SmallTable:
    ranked = sorted(keys["granted-by"].items(), key=lambda one: (not one[0], -one[1], one[0]))[:SOURCES]
    whole = sum(keys["granted-by"].values())
    return SmallTable(
        key="sources",
        title=_("By where it came from"),
        heads=[pgettext("of a permission", "Source"), _("given"), _("share")],
        rows=[
            [name or _("others"), number, SmallTableCell(text=format_share(number, whole), quiet=True)]
            for name, number in ranked
        ],
        empty=_("Nothing was allowed in this time."),
    )
