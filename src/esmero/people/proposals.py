"""Addresses that a machine named instead of a person's: proposed, and decided by somebody of the house.

Accepting gives no permission to write: whoever follows has allowed nothing, and one who moved proves nothing by an
automatic answer that anybody may have written. The new address has to be asked (mail.md, section C).
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from esmero.house import audit
from esmero.house.models import User
from esmero.people.addresses import domain_of, read_address
from esmero.people.models import Address, ContactPoint, Person, Proposal

BEFORE, AFTER = 300, 120  # characters of the mail that are kept around the address


class Decided(Exception):
    """Somebody decided on this proposal before; the text says what."""


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


def accept(proposal: Proposal, *, by: User | str) -> Person:
    """Take the address into the house and give the person that it belongs to; nobody is written to by it until asked.

    A successor becomes a person of the same organisation (or is one already); one who moved gets the address as a further
    contact point. Raises Decided.
    """
    with transaction.atomic():
        row = _open(proposal)
        person = _add_successor(row) if row.kind == Proposal.Kind.SUCCESSOR else _add_contact_point(row)
        _decide(row, state=Proposal.State.ACCEPTED, by=by, became=person)
    return person


def refuse(proposal: Proposal, *, by: User | str) -> None:
    """Leave the address out for good. Raises Decided."""
    with transaction.atomic():
        _decide(_open(proposal), state=Proposal.State.REFUSED, by=by, became=None)


def _cut_words(text: str, address: str) -> str:
    words = " ".join(text.replace("\x00", "").split())
    place = max(words.lower().find(address.lower()), 0)
    begin = max(place - BEFORE, 0)
    end = max(place + len(address) + AFTER, begin + BEFORE)
    return f"{'… ' if begin else ''}{words[begin:end]}{' …' if end < len(words) else ''}"[:600]


def _open(proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("person").get(pk=proposal.pk)
    if row.state != Proposal.State.OPEN:
        raise Decided(f"{row.decided_by} decided on {row.address} before: {row.state}.")
    return row


def _add_successor(row: Proposal) -> Person:
    known = Person.objects.filter(address__value=row.address, state=Person.State.ACTIVE).order_by("id").first()
    if known is not None:
        return known
    address, _ = Address.objects.get_or_create(value=row.address, defaults={"domain": domain_of(row.address)})
    return Person.objects.create(
        address=address,
        organisation=row.person.organisation,
        language=row.person.language,
        country=row.person.country,
        folded=row.address,
    )


def _add_contact_point(row: Proposal) -> Person:
    ContactPoint.objects.get_or_create(person=row.person, kind=ContactPoint.Kind.EMAIL, value=row.address)
    return row.person


def _decide(row: Proposal, *, state: str, by: User | str, became: Person | None) -> None:
    row.state, row.became, row.decided_by, row.decided_at = state, became, str(by)[:200], timezone.now()
    row.save(update_fields=["state", "became", "decided_by", "decided_at"])
    audit.note(f"proposal.{state}", by=by, subject=row.person, facts={"proposal": row.pk, "kind": row.kind})
