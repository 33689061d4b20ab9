"""List every policy rule with a description and the number of messages it held back recently."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

from esmero.mailroom.planning.rule_counts import REFUSED_DAYS, count_refused, list_rules
from esmero.web.console.access import requires
from esmero.web.console.messages.rule_labels import NORMS
from esmero.web.console.page_frame import show, show_part, wants_part
from esmero.web.labels.messages import MESSAGE_CLASSES


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """Describe one rule for the page."""

    code: str
    name: str | Promise
    words: str | Promise
    way_out: str | Promise
    norm: str
    classes: list[str | Promise]
    each_person: bool


@requires()
def norms(request: HttpRequest) -> HttpResponse:
    """Show the rules in evaluation order; htmx loads the counts separately because they take longer."""
    if wants_part(request):
        numbers, complete = count_refused()
        return show_part(
            request,
            "console/messages/norms.html#numbers",
            numbers=[(code, NORMS[code].name, number) for code, number in numbers.items() if code in NORMS],
            complete=complete,
            days=REFUSED_DAYS,
        )
    descriptions = [
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
    return show(request, "console/messages/norms.html", subject="norms", descriptions=descriptions, days=REFUSED_DAYS)
