"""What may leave this house: every rule of the gate in words, and how many messages each has held back lately."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from esmero.mailroom.planning.rule_counts import REFUSED_DAYS, count_refused, list_rules
from esmero.web.console.access import requires
from esmero.web.console.messages.rule_labels import NORMS
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.parts.labels.states import MESSAGE_CLASSES


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """One rule as the page says it."""

    code: str
    name: str | Promise
    words: str | Promise
    way_out: str | Promise
    norm: str
    classes: list[str | Promise]
    each_person: bool


@requires()
def norms(request: HttpRequest) -> HttpResponse:
    """Show the rules in the order in which the gate asks them; htmx asks for the numbers, which take a moment."""
    if wants_part(request):
        numbers, complete = count_refused()
        return show_part(
            request,
            "console/messages/norms.html#numbers",
            numbers=[(code, NORMS[code].name, number) for code, number in numbers.items() if code in NORMS],
            complete=complete,
            days=REFUSED_DAYS,
        )
    told = [
        RuleDescription(
            code=one.code,
            name=NORMS[one.code].name,
            words=NORMS[one.code].words,
            way_out=NORMS[one.code].way_out,
            norm=one.norm,
            classes=[MESSAGE_CLASSES[kind] for kind in one.classes],
            each_person=one.each_person,
        )
        for one in list_rules()
    ]
    return show(request, "console/messages/norms.html", subject="norms", told=told, days=REFUSED_DAYS)
