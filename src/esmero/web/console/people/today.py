"""List Today's lines about people: data requests to answer, and imports in progress."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esmero.imports.models import Import
from esmero.people.persons.queries import list_running_imports
from esmero.privacy.models import DataRequest
from esmero.privacy.requests import count_open, list_open
from esmero.web.console.area import RunningLine, TodayLine, TodayRequest
from esmero.web.parts.components.rates import format_number
from esmero.web.parts.components.template_tags import on, state

MOST = 5


def list_data_requests(asked: TodayRequest) -> list[TodayLine]:
    """Return the open data requests, the most urgent first, and a line for all if there are more."""
    requests, number = list_open(limit=MOST), count_open()
    lines = [_draw_request(one, asked) for one in requests]
    if number > len(requests):
        words = ngettext("All %(shown)s data request", "All %(shown)s data requests", number)
        url = f"{reverse('console:data-requests')}?state=open"
        lines.append(TodayLine(words=words % {"shown": format_number(number)}, url=url))
    return lines


def _draw_request(request: DataRequest, asked: TodayRequest) -> TodayLine:
    late, day = request.due_at < asked.now, on(request.due_on, "day")
    ended = _("The term of the law ended on %(day)s. Answer now.") % {"day": day}
    return TodayLine(
        when=on(request.due_on, "day and month"),
        look="broken" if late else "wait",
        words=_("%(name)s asks to be erased") % {"name": request.person},
        url=reverse("console:data-request", args=[request.pk]),
        detail=ended if late else _("The law wants an answer by %(day)s.") % {"day": day},
    )


def list_imports(asked: TodayRequest) -> list[RunningLine]:
    """Return the imports that are being checked, run or taken back."""
    return [_draw_import(one) for one in list_running_imports(brand=asked.brand.pk)]


def _draw_import(row: Import) -> RunningLine:
    done, total = (row.job.done, row.job.total or 0) if row.job else (0, 0)
    numbers = {"done": format_number(done), "total": format_number(total)}
    return RunningLine(
        words=row.file_name,
        url=reverse("console:import", args=[row.pk]),
        state=state("import", row.state),
        done=done,
        total=total,
        note=_("%(done)s of %(total)s lines") % numbers,
    )
