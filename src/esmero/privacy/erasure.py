"""Erase a person by the table of personal data, in one transaction; unused files are deleted after its commit."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Field, Model, Q, QuerySet

from esmero.accounts.models import CustomerAccount
from esmero.accounts.opening import end_sessions
from esmero.conversations.models import Entry
from esmero.grants.models import Grant
from esmero.house.audit import note
from esmero.house.happenings import PersonErased, happen
from esmero.house.models import User
from esmero.imports.models import Import
from esmero.mailroom.models import Inbound
from esmero.outbox.letters.batches import drop_files_of
from esmero.outbox.models import Captured, Message, MessageAttachment, MessageEvent
from esmero.outbox.posting.decisions import expire_content
from esmero.outbox.posting.kinds import CAMPAIGN_TEST, REPLY_FORWARD, TEMPLATE_TEST
from esmero.people.addresses.suppression import ERASED, suppress, suppress_number
from esmero.people.models import Address, Merge, PartyNumber, Person, PersonLine, Suppression
from esmero.people.parties.external_numbers import write_identity
from esmero.privacy.personal_data import BY_RULE, EMPTIED, TABLE, PersonalData, RowErasure
from esmero.refusal import Refusal
from esmero.search.purging import request_purge
from esmero.vault.files import delete_unused
from esmero.vault.models import StoredFile

_LEAVING = (Message.State.CLAIMED, Message.State.WIRE, Message.State.ORPHANED)
_TO_LEAVE = (Message.State.PLANNED, Message.State.WAITING, Message.State.HELD)


class ErasureRefused(Refusal):
    """Refuse to erase the person at this time."""


def erase_person(person: Person, *, by: User | str, reason: str, at: datetime) -> dict[str, int]:
    """Erase a person and return the number of blanked or deleted rows per table.

    Rows that the law requires stay without identifying data: proofs of permission and the ledger of sent messages. The
    customer number, and the addresses that no other person uses, are stored as hashes, so that no import restores
    them. Persons merged into this one are erased too.

    Raises:
        ErasureRefused: a message to the person is in transmission, or a letter is printed and not posted.

    """
    counts: dict[str, int] = {}
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        theirs = Q(person=person) | Q(copy_of__person=person)
        if Message.objects.filter(theirs, state__in=_LEAVING).exists():
            raise ErasureRefused("erasure-while-sending")
        if Message.objects.filter(person=person, state=Message.State.PRINTED).exists():
            raise ErasureRefused("erasure-while-printed")
        into = Merge.objects.filter(kept=person, undone_at=None).values("gone")
        for merged in Person.objects.filter(pk__in=into, state=Person.State.MERGED):
            erase_person(merged, by=by, reason=reason, at=at)
        addresses = _list_addresses(person)  # before their rows are deleted
        _suppress_identity(person, addresses=addresses, at=at)
        drop_files_of(person.pk, at=at)
        files = _expire_messages_to_others(person, addresses=addresses, at=at)
        files |= _find_files(person)  # before blanking, which removes the references
        end_sessions(CustomerAccount.objects.filter(person=person))
        for holding in TABLE:
            rows = rows_of(holding, person)
            counts[holding.name] = _erase_rows(rows, holding=holding)
        # Rows of addresses that they had before: nobody has them now.
        Address.objects.filter(value__in=addresses, person=None).delete()
        counts["lines of dry runs"] = _blank_dry_run_lines(person, addresses=addresses)
        gone = delete_unused(files)
        request_purge()
        counts["sealed files"] = len(gone)
        note("person.erased", by=by, subject=person, facts={"reason": reason[:300], "rows": counts})
        happen(PersonErased(person_id=person.pk))
    return counts


def _list_addresses(person: Person) -> set[str]:
    """Return the addresses of a person that nobody else uses: on file, of their log-ins, and of confirmed changes.

    An address that they only typed may be a stranger's, so it is not listed.
    """
    found = {person.address.value} if person.address else set()
    accounts = CustomerAccount.objects.filter(person=person)
    found |= set(accounts.values_list("user__email", flat=True))
    for facts, uses in Grant.objects.filter(person=person).values_list("facts", "uses"):
        names = ("old", "new", "email") if uses else ("old",)
        found |= {str(facts[name]) for name in names if facts.get(name)}
    others = Person.objects.filter(address__value__in=found).exclude(pk=person.pk).values_list("address__value")
    log_ins = CustomerAccount.objects.filter(user__email__in=found).exclude(person=person).values_list("user__email")
    return found - {address for (address,) in others.union(log_ins)}


def _expire_messages_to_others(person: Person, *, addresses: set[str], at: datetime) -> set[int]:
    """Blank messages about the person that name no person: forwarded replies, tests, mail to their addresses, links.

    Return the ids of the stored files that arrived in answer to those to the person.
    """
    entries = Entry.objects.filter(conversation__person=person)
    about = Q(kind=REPLY_FORWARD.name, occasion__in=[f"entry {pk}" for pk in entries.values_list("pk", flat=True)])
    about |= Q(kind__in=(CAMPAIGN_TEST.name, TEMPLATE_TEST.name), ground__endswith=f", person {person.pk}")
    grants = Grant.objects.filter(person=person).values_list("pk", flat=True)
    grounds = [f"{ground} {pk}" for pk in grants for ground in ("grant", "access", "address change")]
    bare = Message.objects.filter(Q(address__in=addresses) | Q(ground__in=grounds), person=None).exclude(kind="")
    to_person = list(bare.values_list("pk", flat=True))
    ids = [*to_person, *Message.objects.filter(about).values_list("pk", flat=True)]
    expire_content(ids, now=at, is_due=True)
    Message.objects.filter(pk__in=to_person).exclude(state__in=_LEAVING).update(address="", objections=None, trouble="")
    Captured.objects.filter(message__in=to_person).delete()
    MessageEvent.objects.filter(message__in=to_person).update(facts={})
    arrived = Inbound.objects.filter(message__in=to_person)
    files = set(arrived.values_list("raw", flat=True))
    arrived.delete()
    return {pk for pk in files if pk is not None}


def rows_of(holding: PersonalData, person: Person, *, with_copies: bool = True) -> QuerySet[Any]:
    """Return the rows of one table about a person.

    `with_copies`: also what others got in Cc of a message to the person: to be erased with it, but theirs to export.
    """
    about = Q()
    for path in holding.paths:
        about |= Q(**{path: holding.number_of(person.pk)})
    # The base manager, because that of users finds staff alone.
    rows = holding.model._meta.base_manager.filter(about)
    if not with_copies and holding.model in (Message, MessageAttachment):
        rows = rows.filter(**{holding.paths[0]: person.pk})
    if holding.rows is RowErasure.UNSHARED:
        rows = rows.exclude(pk__in=Person.objects.exclude(pk=person.pk).filter(address__isnull=False).values("address"))
    return rows


def _suppress_identity(person: Person, *, addresses: set[str], at: datetime) -> None:
    for address in sorted(addresses):
        suppress(address, scope=Suppression.Scope.ALL, reason=ERASED, evidence=f"person {person.pk}", at=at)
    if person.number:
        suppress_number(person.number, reason=ERASED, evidence=f"person {person.pk}", at=at)
    for row in PartyNumber.objects.filter(person=person).select_related("brand"):
        identity = write_identity(row.value, brand=row.brand)
        suppress_number(identity, reason=ERASED, evidence=f"person {person.pk}", at=at)


def _blank_dry_run_lines(person: Person, *, addresses: set[str]) -> int:
    """Blank lines of dry runs, which refer to the person only by number, name and address."""
    theirs = Q()
    if person.number:
        theirs |= Q(number=person.number)
    for address in {*addresses, *([person.address.value] if person.address else [])}:
        theirs |= Q(cell__icontains=address)
    if not theirs:
        return 0
    written = (Import.State.RUNNING, Import.State.DONE, Import.State.UNDOING, Import.State.UNDONE)
    dry = Import.objects.exclude(state__in=written).values("pk")
    return PersonLine.objects.filter(theirs, of__in=dry, person=None).update(number="", cell="")


def _find_files(person: Person) -> set[int]:
    """Return the ids of the stored files that the person's rows refer to."""
    found: set[int] = set()
    for holding in TABLE:
        for field in holding.model._meta.get_fields():
            if field.concrete and field.related_model is StoredFile:
                values = rows_of(holding, person).values_list(field.name, flat=True)
                found |= {value for value in values if value is not None}
    return found


def _erase_rows(rows: QuerySet[Any], *, holding: PersonalData) -> int:
    if holding.rows is not RowErasure.BLANKED:
        return int(rows.delete()[0])
    ids = list(rows.values_list("pk", flat=True))
    # Cancel first: a blanked message that is still due would be claimed by a worker.
    if holding.model is Message:
        Message.objects.filter(pk__in=ids, state__in=_TO_LEAVE).update(state=Message.State.CANCELLED, due_at=None)
    if holding.model is Person:
        Person.tags.through.objects.filter(person_id__in=ids).delete()
    values = {
        name: _blank_value(holding.model, name) for name in holding.blanked if (holding.model, name) not in BY_RULE
    }
    return holding.model._default_manager.filter(pk__in=ids).update(**values)


def _blank_value(model: type[Model], name: str) -> Any:
    """Return the value of a blanked column: null if allowed, else the empty value of its type."""
    if (model, name) in EMPTIED:
        return EMPTIED[model, name]
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    if field.null:
        return None
    if field.get_internal_type() == "JSONField":
        return field.get_default()
    return ""
