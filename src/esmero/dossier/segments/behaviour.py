"""What people did, or what was done for them, as queries whose rows name persons."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from esmero.dossier.segments.date_ranges import bound_span, moments
from esmero.dossier.segments.expressions import Unindexed
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import PermissionEntry
from esmero.people.segments.conditions import Did

_EVENTS = {
    "clicked": MessageEvent.Kind.CLICKED,
    "answered": MessageEvent.Kind.REPLIED,
    "returned": MessageEvent.Kind.RETURNED_FOR_GOOD,
    "complained": MessageEvent.Kind.COMPLAINED,
    "left": MessageEvent.Kind.UNSUBSCRIBED,
}
# A message that came back, even for now, was not got; neither absence nor complaint is a return.
_GOT = (Message.Worst.NOTHING, Message.Worst.ABSENT, Message.Worst.COMPLAINED)


def find_doers(node: Did, *, today: date, few: bool = False) -> tuple[QuerySet[Any], str]:
    """Return rows and the name of their column that holds the person; a person may stand there many times.

    `few`: they are asked for person by person, so that what happened is looked for from the person's messages on.
    """
    rows, person, thing, times = _rows(node, today=today, few=few)
    if node.times == 1:
        return rows, person
    often = rows.order_by().values(person).annotate(times=Count(thing, distinct=times)).filter(times__gte=node.times)
    return often.values(person), person


def _rows(node: Did, *, today: date, few: bool) -> tuple[QuerySet[Any], str, str, bool]:
    """Return rows, the column of the person, what is counted, and whether it may stand in several rows."""
    bounds = bound_span(node.span, today=today)
    if node.act == "left" and not node.dispatch:
        acts = (PermissionEntry.Act.WITHDRAWN, PermissionEntry.Act.OBJECTED)
        entries = PermissionEntry.objects.filter(act__in=acts, **moments(bounds, name="at"))
        if node.brand:
            entries = entries.filter(brand__slug=node.brand)
        if node.topic:
            brand, code = node.topic.split("/")
            entries = entries.filter(topic__brand__slug=brand, topic__code=code)
        return entries, "person", "pk", False
    if node.act in ("sent", "got"):
        messages = Message.objects.filter(_of(node, "dispatch"), state=Message.State.SENT, person__isnull=False)
        messages = messages.filter(**moments(bounds, name="sent_at"))
        return (messages.filter(worst__in=_GOT) if node.act == "got" else messages), "person", "pk", False
    kind, at = ("bare_kind", "bare_at") if few else ("kind", "at")
    events = MessageEvent.objects.alias(bare_kind=Unindexed("kind"), bare_at=Unindexed("at")).filter(
        _of(node, "message__dispatch"),
        message__person__isnull=False,
        **{kind: _EVENTS[node.act]},
        **moments(bounds, name=at),
    )
    if node.act == "clicked":
        events = events.filter(machine="")
        if node.link:
            events = events.filter(link__url=node.link)
    return events, "message__person", "message", True


def _of(node: Did, column: str) -> Q:
    if node.dispatch:
        return Q(**{column: node.dispatch})
    if node.topic:
        brand, code = node.topic.split("/")
        return Q(**{f"{column}__in": Dispatch.objects.filter(topic__brand__slug=brand, topic__code=code).values("pk")})
    if node.brand:
        return Q(**{f"{column}__in": Dispatch.objects.filter(brand__slug=node.brand).values("pk")})
    return Q()
