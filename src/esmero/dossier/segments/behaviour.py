"""Build queries for behaviour conditions, whose rows refer to persons."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from esmero.dossier.segments.expressions import Unindexed
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import PermissionEntry
from esmero.people.segments.date_ranges import bound_span, range_lookups
from esmero.people.segments.tree import Did

EVENTS = {
    "clicked": MessageEvent.Kind.CLICKED,
    "answered": MessageEvent.Kind.REPLIED,
    "returned": MessageEvent.Kind.HARD_BOUNCE,
    "complained": MessageEvent.Kind.COMPLAINED,
    "left": MessageEvent.Kind.UNSUBSCRIBED,
}
# A bounced message, even a soft bounce, was not received; neither absence nor complaint is a bounce.
GOT = (Message.Worst.NOTHING, Message.Worst.ABSENT, Message.Worst.COMPLAINED)
LEFT = (PermissionEntry.Act.WITHDRAWN, PermissionEntry.Act.OBJECTED)


def find_actors(node: Did, *, today: date, per_person: bool = False) -> tuple[QuerySet[Any], str]:
    """Return rows and the name of their person column; a person may occur in many rows.

    `per_person`: the condition is evaluated for single persons, so the lookup starts from the person's messages.
    """
    rows, person, thing, times = _rows(node, today=today, per_person=per_person)
    if node.times == 1:
        return rows, person
    often = rows.order_by().values(person).annotate(times=Count(thing, distinct=times)).filter(times__gte=node.times)
    return often.values(person), person


def _rows(node: Did, *, today: date, per_person: bool) -> tuple[QuerySet[Any], str, str, bool]:
    """Return rows, their person column, the counted column, and whether that one repeats."""
    bounds = bound_span(node.when, today=today)
    if node.act == "left" and not node.scope("dispatch"):
        entries = PermissionEntry.objects.filter(act__in=LEFT, **range_lookups(bounds, name="at"))
        if brand := node.scope("brand"):
            entries = entries.filter(brand__slug=brand)
        if topic := node.scope("topic"):
            brand, code = topic.split("/")
            entries = entries.filter(topic__brand__slug=brand, topic__code=code)
        return entries, "person", "pk", False
    if node.act in ("sent", "got"):
        messages = Message.objects.filter(_of(node, "dispatch"), state=Message.State.SENT, person__isnull=False)
        messages = messages.filter(**range_lookups(bounds, name="sent_at"))
        return (messages.filter(worst__in=GOT) if node.act == "got" else messages), "person", "pk", False
    kind, at = ("bare_kind", "bare_at") if per_person else ("kind", "at")
    events = MessageEvent.objects.alias(bare_kind=Unindexed("kind"), bare_at=Unindexed("at")).filter(
        _of(node, "message__dispatch"),
        message__person__isnull=False,
        **{kind: EVENTS[node.act]},
        **range_lookups(bounds, name=at),
    )
    if node.act == "clicked":
        events = events.filter(machine="")
        if node.link:
            events = events.filter(link__url=node.link)
    return events, "message__person", "message", True


def _of(node: Did, column: str) -> Q:
    scope, _colon, name = node.of.partition(":")
    if scope == "topic":
        brand, code = name.split("/")
        return Q(**{f"{column}__in": Dispatch.objects.filter(topic__brand__slug=brand, topic__code=code).values("pk")})
    if scope == "brand":
        return Q(**{f"{column}__in": Dispatch.objects.filter(brand__slug=name).values("pk")})
    return Q(**{column: int(name)}) if scope else Q()
