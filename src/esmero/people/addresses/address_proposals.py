"""Propose new addresses that incoming mail names for a person, and record what staff decide about them.

Accepting a proposal grants no permission to write. A successor has allowed nothing, and an automatic answer, which
anybody may have written, proves nothing about a person who moved. The new address needs an opt-in (mail.md, section C).
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
from esmero.refusal import Refusal

BEFORE, AFTER = 300, 120  # characters of the mail stored before and after the address
MOST_COUNTED = 1_000


class ProposalDecided(Refusal):
    """Refuse to decide on a proposal again."""


class AcceptedProposal(NamedTuple):
    """Hold the person who owns the address, and the id of the Person or ContactPoint created, None if neither was."""

    person: Person
    made: int | None


def propose(
    person: Person, *, kind: str, address: str, evidence: str, at: datetime, words: str = ""
) -> Proposal | None:
    """Store a Proposal in the caller's transaction; return None if the address is unusable or already in use.

    An existing proposal is returned with its decision unchanged. `words` is the text of the mail; an excerpt around the
    address is stored.
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
    """Return the proposals of active persons, annotated with the person id at the proposed address (`known`)."""
    known = Person.objects.filter(address__value=OuterRef("address"), state=Person.State.ACTIVE).order_by("id")
    rows = Proposal.objects.exclude(person__state__in=Person.INACTIVE).select_related("person__organisation", "became")
    return rows.annotate(known=Subquery(known.values("id")[:1]))


def count_open() -> int:
    """Return the number of open proposals, exact up to MOST_COUNTED."""
    rows = Proposal.objects.filter(state=Proposal.State.OPEN).exclude(person__state__in=Person.INACTIVE)
    return rows[:MOST_COUNTED].count()


def accept(proposal: Proposal, *, by: User | str) -> AcceptedProposal:
    """Accept a proposal and return the person who owns the address; no mail is allowed until an opt-in.

    A successor becomes a person of the same organisation, unless known already. A person who moved gets the address as
    a contact point. Raises ProposalDecided.
    """
    with transaction.atomic():
        row = _open(proposal)
        taken = _add_successor(row) if row.kind == Proposal.Kind.SUCCESSOR else _add_contact_point(row)
        _decide(row, state=Proposal.State.ACCEPTED, by=by, became=taken.person)
    return taken


def refuse(proposal: Proposal, *, by: User | str) -> None:
    """Refuse a proposal for good. Raises ProposalDecided."""
    with transaction.atomic():
        _decide(_open(proposal), state=Proposal.State.REFUSED, by=by, became=None)


def reopen(proposal: Proposal, *, made: int | None, by: User | str) -> None:
    """Undo a decision and remove the rows that accepting created. Raises Refusal if they are in use."""
    with transaction.atomic():
        row = Proposal.objects.select_for_update(of=("self",)).select_related("person").get(pk=proposal.pk)
        if row.state == Proposal.State.OPEN:
            return
        if row.state == Proposal.State.ACCEPTED and made is not None:
            _remove_created(row, made=made)
        row.state, row.became, row.decided_by, row.decided_at = Proposal.State.OPEN, None, "", None
        row.save(update_fields=["state", "became", "decided_by", "decided_at"])
        audit.note("proposal.reopened", by=by, subject=row.person, facts={"proposal": row.pk})


def _remove_created(row: Proposal, *, made: int) -> None:
    if row.kind == Proposal.Kind.MOVED:
        ContactPoint.objects.filter(pk=made, person=row.person, value=row.address).delete()
        return
    person = Person.objects.select_related("address").filter(pk=made, address__value=row.address).first()
    if person is None:
        return
    if _is_used(person, but=row):
        raise Refusal("person-in-use", name=str(person))
    address = person.address
    # The proposal itself refers to the person: clear that first, for the foreign key would block the deletion.
    row.became = None
    row.save(update_fields=["became"])
    person.delete()
    if address is not None and not _is_used(address):
        address.delete()


def _is_used(row: Model, *, but: Model | None = None) -> bool:
    """Return whether any row of any table refers to this row, except `but`."""
    for relation in row._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            pointing = relation.related_model._default_manager.filter(  # type: ignore[union-attr]
                **{relation.field.name: row.pk}  # type: ignore[union-attr]
            )
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
    # Lock the proposal alone: a lock on the joined person would wait for imports.
    row = Proposal.objects.select_for_update(of=("self",)).select_related("person").get(pk=proposal.pk)
    if row.state != Proposal.State.OPEN:
        raise ProposalDecided("proposal-decided", by=row.decided_by, address=row.address)
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
