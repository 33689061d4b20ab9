"""Show Today: work that waits for a person, running work, and changes since yesterday."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from esmero.web.console.access import requires, staff
from esmero.web.console.area import RunningLine, TodayLine, TodayRequest
from esmero.web.console.areas import collect_contributions
from esmero.web.console.page_frame import read_brand, show, show_part, wants_part
from esmero.web.console.settings.first_steps import list_steps
from esmero.web.console.today import cards


@requires()
def today(request: HttpRequest) -> HttpResponse:
    """Show the start page; htmx polls the running work while there is any."""
    brand = read_brand(request)
    if brand is None:
        steps = list_steps(None)
        return show(request, "console/welcome.html", subject="today", steps=steps, following=steps[0])
    asked = TodayRequest(user=staff(request), brand=brand, now=timezone.now())
    running = _list_running(asked)
    if wants_part(request):
        return show_part(request, "console/today_running.html", running=running)
    yesterday = asked.now - timedelta(days=1)
    number = cards.count_conversations(asked)
    return show(
        request,
        "console/today.html",
        subject="today",
        menu_counts={"conversations": str(number or "")},
        greeting=cards.greet(asked),
        lead=cards.describe_day(asked),
        steps_left=cards.describe_steps_left(asked),
        statistics=cards.list_statistics(asked, since=yesterday),
        line_cards=[cards.draw_conversations(asked), cards.draw_decisions(_list_decisions(asked))],
        running=running,
        events=cards.list_events(asked, since=yesterday),
        relays=cards.list_relay_lines(asked),
        health=cards.list_health(asked),
    )


def _list_decisions(asked: TodayRequest) -> list[TodayLine]:
    return [line for lines in collect_contributions().today for line in lines(asked)]


def _list_running(asked: TodayRequest) -> list[RunningLine]:
    return [line for lines in collect_contributions().running for line in lines(asked)]
