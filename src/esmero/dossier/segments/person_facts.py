"""Read what conditions may ask of a few persons, for the evaluation in plain Python; a fixed number of queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from esmero.dossier.segments.behaviour import EVENTS, GOT, LEFT
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Permission, PermissionEntry, Person, PersonLine, Preference
from esmero.people.parties.memberships import HeldMembership, list_memberships
from esmero.people.relationship.roles import read_roles
from esmero.people.segments.evaluation import ActFact, HeldPermission, SegmentFacts

_STANDARD = (
    "number", "given_name", "family_name", "language", "country", "position", "capacity", "tax_id", "timezone"
)  # fmt: skip
_SCOPE = ("brand__slug", "topic__brand__slug", "topic__code")


def read_facts(persons: Sequence[Person]) -> dict[int, SegmentFacts]:
    """Return the facts of each person by id; eleven queries."""
    ids = [person.pk for person in persons]
    rows = Person.objects.filter(pk__in=ids).select_related("address", "organisation").prefetch_related("tags")
    of = {"person__in": ids}
    permissions = _gather(_read_permissions(of))
    wishes = _gather(
        (person, (f"{brand}/{code}", wanted))
        for person, brand, code, wanted in Preference.objects.filter(**of, topic__isnull=False).values_list(
            "person", "topic__brand__slug", "topic__code", "wanted"
        )
    )
    lines = PersonLine.objects.filter(**of).exclude(verdict=PersonLine.Verdict.REFUSED)
    lines = lines.exclude(undo__startswith=PersonLine.UNDONE)
    imports, acts = _gather(lines.values_list("person", "of")), _gather(_read_acts(ids))
    memberships = list_memberships(rows)
    held, bodies = read_roles(persons=ids, organisations=_list_organisations(memberships))
    return {
        person.pk: SegmentFacts(
            fields=_fields(person),
            tags=frozenset(tag.name for tag in person.tags.all()),
            permissions=permissions.get(person.pk, ()),
            wishes=dict(wishes.get(person.pk, ())),
            roles=held.get(person.pk, ()),
            organisation_roles=[role for one in of_person for role in bodies.get(one.organisation.pk, ())],
            memberships=[(one.organisation.name, one.position) for one in of_person],
            imports=frozenset(imports.get(person.pk, ())),
            acts=acts.get(person.pk, ()),
        )
        for person in rows
        for of_person in [memberships.get(person.pk, [])]
    }


def _list_organisations(memberships: Mapping[int, Sequence[HeldMembership]]) -> set[int]:
    return {one.organisation.pk for several in memberships.values() for one in several}


def _gather(pairs: Iterable[tuple[Any, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for person, fact in pairs:
        found.setdefault(person, []).append(fact)
    return found


def _fields(person: Person) -> dict[str, Any]:
    address = person.address
    return {
        **person.fields,
        **{name: getattr(person, name) for name in _STANDARD},
        "organisation": person.organisation.name if person.organisation else None,
        "address": address.value if address else None,
        "domain": address.domain if address else None,
        "standing": address.standing if address else None,
        "added": _day(person.created_at),
    }


def _read_permissions(of: Any) -> Iterator[tuple[int, Any]]:
    rows = Permission.objects.filter(**of).values_list(
        "person", "brand__slug", "topic__code", "channel", "state", "basis", "entry__at"
    )
    for person, brand, code, channel, state, basis, at in rows:
        fact = {"topic": f"{brand}/{code}", "channel": channel, "state": state, "basis": basis, "day": _day(at)}
        yield person, HeldPermission(**fact)


def _read_acts(ids: Sequence[int]) -> Iterator[tuple[int, ActFact]]:
    entries = PermissionEntry.objects.filter(person__in=ids, act__in=LEFT)
    for person, key, at, *of in entries.values_list("person", "pk", "at", *_SCOPE):
        yield person, _make("left", key, at, *of)
    dispatched = [f"dispatch__{name}" for name in (*_SCOPE, "pk")]
    sent = Message.objects.filter(person__in=ids, state=Message.State.SENT, sent_at__isnull=False)
    for person, worst, key, at, *of in sent.values_list("person", "worst", "pk", "sent_at", *dispatched):
        yield person, _make("sent", key, at, *of)
        if worst in GOT:
            yield person, _make("got", key, at, *of)
    acts = {kind: act for act, kind in EVENTS.items()}
    events = MessageEvent.objects.filter(message__person__in=ids, kind__in=list(acts))
    columns = ("message__person", "kind", "machine", "message", "at", *(f"message__{name}" for name in dispatched))
    for person, kind, machine, *of in events.values_list(*columns, "link__url"):
        if acts[kind] != "clicked" or not machine:
            yield person, _make(acts[kind], *of)


def _make(act: str, key: int, at: datetime, *of: Any) -> ActFact:
    brand, topic, code, *more = of  # an entry has no dispatch, a message no link
    dispatch, link = more[0] if more else 0, (more[1] or "") if len(more) > 1 else ""
    return ActFact(act=act, key=key, day=_day(at), brand=brand, topic=f"{topic}/{code}", dispatch=dispatch, link=link)


def _day(at: datetime) -> str:
    return timezone.localtime(at).date().isoformat()
