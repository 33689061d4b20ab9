"""Undo acts on people, organisations and segments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from esmero.dossier.segments.saving import restore_segment
from esmero.house.models import Brand, User
from esmero.people.duplicates.search import reopen_pair
from esmero.people.models import (
    Address,
    ContactPoint,
    Duplicate,
    Merge,
    Organisation,
    PartyNumber,
    PartyRole,
    Person,
)
from esmero.people.parties.memberships import MembershipChange, undo_membership_change
from esmero.people.parties.party_rows import remove_row, restore_row
from esmero.people.permissions import staff_records
from esmero.people.permissions.staff_records import pause_person
from esmero.people.persons.contact_points import remove_point, restore_point
from esmero.people.persons.editing import restore_person
from esmero.people.persons.organisations import save_organisation
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.privacy.merging import undo_merge
from esmero.web.console.area import Undo


def undo_change(facts: Mapping[str, Any], by: User) -> None:
    """Restore the previous values of a person."""
    restore_person(Person.objects.get(pk=facts["person"]), before=facts["before"], by=by)


def undo_organisation_change(facts: Mapping[str, Any], by: User) -> None:
    """Restore the previous values of an organisation."""
    row = Organisation.objects.get(pk=facts["organisation"])
    save_organisation(row, facts=facts["before"], by=by)


def undo_party_row(facts: Mapping[str, Any], by: User) -> None:
    """Remove a role or number that was just added."""
    model = PartyRole if facts["model"] == PartyRole.__name__ else PartyNumber
    row: PartyRole | PartyNumber | None = model.objects.filter(pk=facts["row"]).first()
    if row is not None:
        remove_row(row, by=by)


def restore_party_row(facts: Mapping[str, Any], by: User) -> None:
    """Restore a role, number or membership."""
    restore_row(facts["before"], by=by)


def undo_membership(facts: Mapping[str, Any], by: User) -> None:
    """Restore the organisations of a person."""
    change = MembershipChange(**facts["change"])
    undo_membership_change(Person.objects.get(pk=facts["person"]), change, by=by)


def undo_addition(facts: Mapping[str, Any], by: User) -> None:
    """Remove a contact point that was just added."""
    point = ContactPoint.objects.select_related("person").filter(pk=facts["point"]).first()
    if point is not None:
        remove_point(point, by=by)


def restore_contact_point(facts: Mapping[str, Any], by: User) -> None:
    """Restore a contact point."""
    restore_point(facts["before"], by=by)


def restore_pause(facts: Mapping[str, Any], by: User) -> None:
    """Restore the previous pause."""
    until = datetime.fromisoformat(facts["before"]) if facts["before"] else None
    person, brand = Person.objects.get(pk=facts["person"]), Brand.objects.get(pk=facts["brand"])
    pause_person(person, brand=brand, until=until, by=by)


def undo_suppression(facts: Mapping[str, Any], by: User) -> None:
    """Lift a suppression that was just set."""
    staff_records.undo_suppression(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by)


def undo_lifting(facts: Mapping[str, Any], by: User) -> None:
    """Restore a suppression that was just lifted."""
    staff_records.undo_lifting(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by)


def undo_note(facts: Mapping[str, Any], by: User) -> None:
    """Delete a note that was just written."""
    staff_records.delete_note(facts["note"], by=by)


def undo_merging(facts: Mapping[str, Any], by: User) -> None:
    """Undo a merge."""
    undo_merge(Merge.objects.get(pk=facts["merge"]), by=by)


def reopen_pairs(facts: Mapping[str, Any], by: User) -> None:
    """Reopen pairs that were marked as different people."""
    for pair in Duplicate.objects.filter(pk__in=facts["pairs"]):
        reopen_pair(pair, by=by)


def untag(facts: Mapping[str, Any], by: User) -> None:
    """Take a tag from the persons who were just given it."""
    untag_persons(facts["persons"], name=facts["tag"], by=by)


def tag(facts: Mapping[str, Any], by: User) -> None:
    """Give a tag back to the persons from whom it was just taken."""
    tag_persons(facts["persons"], name=facts["tag"], by=by)


def undo_segment_deletion(facts: Mapping[str, Any], by: User) -> None:
    """Restore a segment that was just deleted."""
    restore_segment(facts, by=by)


UNDOS: Mapping[str, Undo] = {
    "tagged": untag,
    "untagged": tag,
    "person-changed": undo_change,
    "organisation-changed": undo_organisation_change,
    "party-row-added": undo_party_row,
    "party-row-changed": restore_party_row,
    "membership-changed": undo_membership,
    "reach-added": undo_addition,
    "reach-changed": restore_contact_point,
    "paused": restore_pause,
    "silenced": undo_suppression,
    "lifted": undo_lifting,
    "noted": undo_note,
    "merged": undo_merging,
    "told-apart": reopen_pairs,
    "segment-deleted": undo_segment_deletion,
}
