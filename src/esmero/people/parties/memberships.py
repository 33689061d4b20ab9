"""Answer who belongs to which organisation: the main one of a person and further ones alike."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from esmero.house.models import User
from esmero.people.models import Membership, Organisation, Person
from esmero.people.parties.party_rows import PartyRowBefore, add_row, change_row, remove_row, restore_row
from esmero.people.persons.editing import Before, change_person, restore_person


class HeldMembership(NamedTuple):
    """Hold one organisation of a person; `row` is the id of a further membership, None for the main one."""

    organisation: Organisation
    position: str
    row: int | None


class MembershipChange(NamedTuple):
    """Hold the undo of a change: the person's previous values, the added row, and a changed or removed row before."""

    person: Before | None = None
    added: int | None = None
    before: PartyRowBefore | None = None


def list_memberships(persons: Collection[Person]) -> Mapping[int, list[HeldMembership]]:
    """Return the organisations of each person by id, the main one first; two queries."""
    found: dict[int, list[HeldMembership]] = defaultdict(list)
    main = Organisation.objects.in_bulk({one.organisation_id for one in persons if one.organisation_id})
    for one in persons:
        if one.organisation_id in main:
            found[one.pk].append(HeldMembership(main[one.organisation_id], one.position, None))
    rows = Membership.objects.filter(person__in=[one.pk for one in persons]).select_related("organisation")
    for row in rows.order_by("organisation__folded", "id"):
        if all(held.organisation.pk != row.organisation_id for held in found[row.person_id]):
            found[row.person_id].append(HeldMembership(row.organisation, row.position, row.pk))
    return found


def members_of(organisation: Organisation) -> Q:
    """Return the condition that a person belongs to an organisation, as their main one or a further one."""
    further = Membership.objects.filter(organisation=organisation)
    return Q(organisation=organisation) | Q(pk__in=further.values("person"))


def join_organisation(
    person: Person, organisation: Organisation, *, position: str = "", by: User | str
) -> MembershipChange:
    """Make a person a member; the first organisation is their main one, later ones are further ones.

    Somebody who belongs to it gets the position, if one is given.
    """
    with transaction.atomic():
        row = _lock(person)
        known = Membership.objects.filter(person=row, organisation=organisation).exists()
        if known or row.organisation_id == organisation.pk:
            return _place(row, organisation, position=position, by=by) if position else MembershipChange()
        if row.organisation_id is None:
            changes = {"organisation": organisation.pk, "position": position}
            return MembershipChange(person=change_person(row, changes=changes, by=by))
        values = {"organisation_id": organisation.pk, "position": position}
        return MembershipChange(added=add_row(row, Membership, values=values, by=by).pk)


def place_in_organisation(
    person: Person, organisation: Organisation, *, position: str, by: User | str
) -> MembershipChange:
    """Set the position of a member in their organisation."""
    with transaction.atomic():
        return _place(_lock(person), organisation, position=position, by=by)


def leave_organisation(person: Person, organisation: Organisation, *, by: User | str) -> MembershipChange:
    """End a person's membership; if it was the main one, the oldest further one takes its place."""
    with transaction.atomic():
        row = _lock(person)
        further = Membership.objects.filter(person=row).order_by("id")
        if row.organisation_id != organisation.pk:
            found = further.filter(organisation=organisation).first()
            return MembershipChange(before=remove_row(found, by=by)) if found else MembershipChange()
        further.filter(organisation=organisation).delete()
        heir = further.first()
        changes = {"organisation": heir.organisation_id if heir else None, "position": heir.position if heir else ""}
        before = change_person(row, changes=changes, by=by)
        return MembershipChange(person=before, before=remove_row(heir, by=by) if heir else None)


def lead_organisation(person: Person, membership: Membership, *, by: User | str) -> MembershipChange:
    """Make a further organisation the main one; the main one becomes a further one."""
    with transaction.atomic():
        row = _lock(person)
        removed = remove_row(membership, by=by)
        added = None
        if row.organisation_id is not None and row.organisation_id != membership.organisation_id:
            values = {"organisation_id": row.organisation_id, "position": row.position}
            added = add_row(row, Membership, values=values, by=by).pk
        changes = {"organisation": membership.organisation_id, "position": membership.position}
        return MembershipChange(person=change_person(row, changes=changes, by=by), added=added, before=removed)


def undo_membership_change(person: Person, change: MembershipChange, *, by: User | str) -> None:
    """Undo a change that one of the functions above returned."""
    with transaction.atomic():
        added = Membership.objects.filter(pk=change.added or 0).select_related("person").first()
        if added is not None:
            remove_row(added, by=by)
        if change.person:
            restore_person(person, before=change.person, by=by)
        if change.before:
            restore_row(change.before, by=by)


def _place(person: Person, organisation: Organisation, *, position: str, by: User | str) -> MembershipChange:
    if person.organisation_id == organisation.pk:
        return MembershipChange(person=change_person(person, changes={"position": position}, by=by) or None)
    row = Membership.objects.filter(person=person, organisation=organisation).first()
    if row is None or row.position == position:
        return MembershipChange()
    return MembershipChange(before=change_row(row, values={"position": position}, by=by))


def _lock(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
