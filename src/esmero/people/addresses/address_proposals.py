"""Addresses that a machine named instead of a person's: proposed, and decided by somebody of the house.

Accepting gives no permission to write: whoever follows has allowed nothing, and one who moved proves nothing by an
automatic answer that anybody may have written. The new address has to be asked (mail.md, section C).
"""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils import timezone

from esmero.house import audit
from esmero.house.models import User
from esmero.people.addresses.parsing import domain_of, read_address
from esmero.people.models import Address, ContactPoint, Person, Proposal

BEFORE, AFTER = 300, 120  # characters of the mail that are kept around the address
MOST_COUNTED = 1_000


class ProposalDecided(Exception):
    """Somebody decided on this proposal before; the text says what."""


class AddressStillUsed(Exception):
    """What accepting made is in use by now: taking it back would lose more than it."""


class AcceptedProposal(NamedTuple):
    """Who follows, and the id of the row that accepting made: of the person, or of their contact point; None if neither."""

    person: Person
    made: int | None


def propose(
    person: Person, *, kind: str, address: str, evidence: str, at: datetime, words: str = ""
) -> Proposal | None:
    """Note an address for a person in the caller's transaction; None when it is none, or known of this person already.

    What was decided once is not asked again. `words` are what the mail said; those around the address are kept.
    """
    found = read_address(address)
    if not found.usable or (person.address is not None and person.address.value == found.normalised):
        return None
    row, _ = Proposal.objects.get_or_create(
        person=person,
        address=found.normalised,
        defaults={"kind": kind, "evidence": evidence, "words": _cut_words(words, address), "found_at": at},
    )
    return row


def proposal_rows() -> QuerySet[Proposal]:
    """Return what was proposed for people who are active, with who is known at the proposed address (`known`)."""
    known = Person.objects.filter(address__value=OuterRef("address"), state=Person.State.ACTIVE).order_by("id")
    rows = Proposal.objects.exclude(person__state__in=Person.GONE).select_related("person__organisation", "became")
    return rows.annotate(known=Subquery(known.values("id")[:1]))


def count_open() -> int:
    """Return how many proposals wait for a decision, exact up to MOST_COUNTED."""
    rows = Proposal.objects.filter(state=Proposal.State.OPEN).exclude(person__state__in=Person.GONE)
    return rows[:MOST_COUNTED].count()


def accept(proposal: Proposal, *, by: User | str) -> AcceptedProposal:
    """Take the address into the house and give the person that it belongs to; nobody is written to by it until asked.

    A successor becomes a person of the same organisation (or is one already); one who moved gets the address as a further
    contact point. Raises Decided.
    """
    with transaction.atomic():
        row = _open(proposal)
        taken = _add_successor(row) if row.kind == Proposal.Kind.SUCCESSOR else _add_contact_point(row)
        _decide(row, state=Proposal.State.ACCEPTED, by=by, became=taken.person)
    return taken


def refuse(proposal: Proposal, *, by: User | str) -> None:
    """Leave the address out for good. Raises Decided."""
    with transaction.atomic():
        _decide(_open(proposal), state=Proposal.State.REFUSED, by=by, became=None)


def reopen(proposal: Proposal, *, made: int | None, by: User | str) -> None:
    """Take a decision back, and with it what accepting made. Raises StillUsed where that is in use by now."""
    with transaction.atomic():
        row = Proposal.objects.select_for_update(of=("self",)).select_related("person").get(pk=proposal.pk)
        if row.state == Proposal.State.OPEN:
            return
        if row.state == Proposal.State.ACCEPTED and made is not None:
            _forget(row, made=made)
        row.state, row.became, row.decided_by, row.decided_at = Proposal.State.OPEN, None, "", None
        row.save(update_fields=["state", "became", "decided_by", "decided_at"])
        audit.note("proposal.reopened", by=by, subject=row.person, facts={"proposal": row.pk})


def _forget(row: Proposal, *, made: int) -> None:
    if row.kind == Proposal.Kind.MOVED:
        ContactPoint.objects.filter(pk=made, person=row.person, value=row.address).delete()
        return
    person = Person.objects.select_related("address").filter(pk=made, address__value=row.address).first()
    if person is None:
        return
    if _is_used(person, but=row):
        raise AddressStillUsed(str(person))
    address = person.address
    row.became = None
    row.save(update_fields=["became"])
    person.delete()
    if address is not None and not _is_used(address):
        address.delete()


def _is_used(row: Model, *, but: Model | None = None) -> bool:
    """Say whether any row of any table points to this one, but for `but`."""
    for relation in row._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            pointing = relation.related_model._default_manager.filter(**{relation.field.name: row.pk})  # type: ignore[union-attr]
            if but is not None and isinstance(but, relation.related_model):  # type: ignore[arg-type]
                pointing = pointing.exclude(pk=but.pk)
            if pointing.exists():
                return True
    return False


def _cut_words(text: str, address: str) -> str:
    words = " ".join(text.replace("\x00", "").split())
    place = max(words.lower().find(address.lower()), 0)
    begin = max(place - BEFORE, 0)
    end = max(place + len(address) + AFTER, begin + BEFORE)
    return f"{'… ' if begin else ''}{words[begin:end]}{' …' if end < len(words) else ''}"[:600]


def _open(proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("person").get(pk=proposal.pk)
    if row.state != Proposal.State.OPEN:
        raise ProposalDecided(f"{row.decided_by} decided on {row.address} before: {row.state}.")
    return row


def _add_successor(row: Proposal) -> AcceptedProposal:
    known = Person.objects.filter(Person.is_active(), address__value=row.address).order_by("id").first()
    if known is not None:
        return AcceptedProposal(known, None)
    address, _ = Address.objects.get_or_create(value=row.address, defaults={"domain": domain_of(row.address)})
    person = Person.objects.create(
        address=address,
        organisation=row.person.organisation,
        language=row.person.language,
        country=row.person.country,
        folded=row.address,
    )
    return AcceptedProposal(person, person.pk)


def _add_contact_point(row: Proposal) -> AcceptedProposal:
    point, new = ContactPoint.objects.get_or_create(person=row.person, kind=ContactPoint.Kind.EMAIL, value=row.address)
    return AcceptedProposal(row.person, point.pk if new else None)


def _decide(row: Proposal, *, state: str, by: User | str, became: Person | None) -> None:
    row.state, row.became, row.decided_by, row.decided_at = state, became, str(by)[:200], timezone.now()
    row.save(update_fields=["state", "became", "decided_by", "decided_at"])
    audit.note(f"proposal.{state}", by=by, subject=row.person, facts={"proposal": row.pk, "kind": row.kind})
