"""Erase a person: every table by the literal table, in one transaction; the bytes that nobody needs any more go after it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.models import User
from esmero.outbox.models import Message
from esmero.people.addresses.suppression import ERASED, suppress, suppress_number
from esmero.people.models import Import, ImportLine, Merge, Person, Suppression
from esmero.privacy.personal_data import BY_RULE, EMPTIED, TABLE, PersonalData, RowErasure
from esmero.vault.files import discard
from esmero.vault.models import StoredFile

_LEAVING = (Message.State.CLAIMED, Message.State.WIRE, Message.State.ORPHANED)
_TO_LEAVE = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)


class ErasureRefused(Exception):
    """The person cannot be erased at this moment; the text says why and when."""


def erase_person(person: Person, *, by: User | str, reason: str, at: datetime) -> dict[str, int]:
    """Erase a person and return how many rows of which table were emptied or deleted.

    What the law keeps stays, without what names them: the proofs of permission and the ledger of what was sent. Their
    number, and the address unless somebody else uses it, are kept as hashes, so that no import brings them back. Who was
    merged into them is erased with them.

    Raises:
        NotYet: a message to them is on the wire at this moment.

    """
    counts: dict[str, int] = {}
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if Message.objects.filter(person=person, state__in=_LEAVING).exists():
            raise ErasureRefused(_("A message to this person is leaving right now. Try again in a minute."))
        into = Merge.objects.filter(kept=person, undone_at=None).values("gone")
        for merged in Person.objects.filter(pk__in=into, state=Person.State.MERGED):
            erase_person(merged, by=by, reason=reason, at=at)
        _keep_silence(person, at=at)
        address = person.address.value if person.address else ""
        papers = _find_papers(person)
        for holding in TABLE:
            rows = rows_of(holding, person)
            counts[holding.name] = _empty(rows, holding=holding)
        counts["lines of dry runs"] = _forget_dry_lines(person, address=address)
        gone = discard(papers)
        counts["sealed files"] = len(gone)
        note("person.erased", by=by, subject=person, facts={"reason": reason[:300], "rows": counts})
    return counts


def rows_of(holding: PersonalData, person: Person) -> QuerySet[Any]:
    """Return the rows of one table that are about a person."""
    about = Q()
    for path in holding.paths:
        about |= Q(**{path: person.pk})
    rows = holding.model._default_manager.filter(about)
    if holding.rows is RowErasure.UNSHARED:
        rows = rows.exclude(pk__in=Person.objects.exclude(pk=person.pk).filter(address__isnull=False).values("address"))
    return rows


def _keep_silence(person: Person, *, at: datetime) -> None:
    address = person.address
    if address is not None and not Person.objects.filter(address=address).exclude(pk=person.pk).exists():
        suppress(address.value, scope=Suppression.Scope.ALL, reason=ERASED, evidence=f"person {person.pk}", at=at)
    if person.number:
        suppress_number(person.number, reason=ERASED, evidence=f"person {person.pk}", at=at)


def _forget_dry_lines(person: Person, *, address: str) -> int:
    """Empty what dry runs of imports said of them: such a line knows nobody yet but by number, name and address."""
    theirs = Q()
    if person.number:
        theirs |= Q(number=person.number)
    if address:
        theirs |= Q(cell__icontains=address)
    if not theirs:
        return 0
    dry = Import.objects.exclude(state__in=(Import.State.RUNNING, Import.State.DONE)).values("pk")
    return ImportLine.objects.filter(theirs, of__in=dry, person=None).update(number="", cell="")


def _find_papers(person: Person) -> set[int]:
    """Return the ids of the sealed files that rows of this person point to."""
    found: set[int] = set()
    for holding in TABLE:
        for field in holding.model._meta.get_fields():
            if field.concrete and field.related_model is StoredFile:
                values = rows_of(holding, person).values_list(field.name, flat=True)
                found |= {value for value in values if value is not None}
    sealed = Message.objects.filter(person=person, payload__isnull=False).values_list("payload__sealed", flat=True)
    hashes = {value for value in sealed if value}
    return found | set(StoredFile.objects.filter(sha256__in=hashes).values_list("id", flat=True))


def _empty(rows: QuerySet[Any], *, holding: PersonalData) -> int:
    if holding.rows is not RowErasure.BLANKED:
        return int(rows.delete()[0])
    ids = list(rows.values_list("pk", flat=True))
    if holding.model is Message:
        Message.objects.filter(pk__in=ids, state__in=_TO_LEAVE).update(state=Message.State.CANCELLED, due_at=None)
    if holding.model is Person:
        Person.tags.through.objects.filter(person_id__in=ids).delete()
    values = {name: _nothing(holding.model, name) for name in holding.blanked if (holding.model, name) not in BY_RULE}
    return holding.model._default_manager.filter(pk__in=ids).update(**values)


def _nothing(model: type[Model], name: str) -> Any:
    """Return what an emptied column holds: None where it may, else the empty value of its kind."""
    if (model, name) in EMPTIED:
        return EMPTIED[model, name]
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    if field.null:
        return None
    if field.get_internal_type() == "JSONField":
        return field.get_default()
    return ""
