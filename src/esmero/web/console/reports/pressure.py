"""Report contact pressure: messages per person in 30 days, and the people with the most."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.dossier.statistics.reports import read_pressure
from esmero.people.models import Person
from esmero.people.persons.queries import count_people
from esmero.web.console.access import requires
from esmero.web.console.reports.period import read_period
from esmero.web.console.reports.response import answer_report
from esmero.web.parts.components.charts import Chart, Series
from esmero.web.parts.components.rates import format_share
from esmero.web.parts.components.small_tables import SmallTable, SmallTableCell

LAST = 10  # this many messages and more share one bar


@requires()
def pressure(request: HttpRequest) -> HttpResponse:
    """Show the contact pressure report."""
    period = read_period(request)
    day, people, most = read_pressure(brand=period.brand)
    known = count_people()
    reached = sum(people.values())
    messages = sum(number * each for number, each in people.items())
    bars = {number: people.get(number, 0) for number in range(1, LAST)}
    bars[LAST] = sum(each for number, each in people.items() if number >= LAST)
    return answer_report(
        request,
        "console/reports/report.html",
        name="pressure",
        subject="reports",
        period=period,
        title=_("Pressure"),
        lead=_("How many messages each person got in the last 30 days, from this brand."),
        fixed=True,
        stats=[
            (_("People who got something"), reached, format_share(reached, known)),
            (_("Messages"), messages, ""),
            (_("Most to one person"), max(people, default=0), ""),
        ],
        charts=[_histogram(bars)],
        sheets=[_as_sheet(bars, known=known, reached=reached), _most(most)],
        pressure_day=day,
    )


def _bar(number: int) -> str:
    return _("%(number)s or more") % {"number": number} if number == LAST else str(number)


def _histogram(bars: dict[int, int]) -> Chart:
    return Chart(
        title=_("People by the number of messages that they got in 30 days"),
        first=_("Messages"),
        kind="bar",
        categories=[_bar(number) for number in bars],
        heads=[
            ngettext("%(number)s message", "%(number)s messages", number) % {"number": _bar(number)} for number in bars
        ],
        series=[Series(name=_("people"), values=list(bars.values()))],
    )


def _as_sheet(bars: dict[int, int], *, known: int, reached: int) -> SmallTable:
    rows = [(_("none"), max(known - reached, 0)), *((_bar(number), each) for number, each in bars.items())]
    return SmallTable(
        key="people",
        title=_("People by messages"),
        heads=[_("Messages"), _("people"), _("share of all")],
        rows=[[words, each, SmallTableCell(text=format_share(each, known), quiet=True)] for words, each in rows]
        if reached
        else [],
        empty=_("Nobody got anything in the last 30 days."),
    )


def _most(most: list[tuple[int, int]]) -> SmallTable:
    people = Person.objects.in_bulk([pk for pk, _number in most])
    return SmallTable(
        key="most",
        title=_("Who got the most"),
        heads=[_("Person"), _("messages")],
        rows=[
            [SmallTableCell(text=str(people[pk]), url=reverse("console:person", args=[pk])), number]
            for pk, number in most
            if pk in people
        ],
        empty=_("Nobody got anything in the last 30 days."),
    )
