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
from esmero.people.permissions.staff_records import delete_note, pause_person, undo_lifting, undo_suppression
from esmero.people.persons.contact_points import remove_point, restore_point
from esmero.people.persons.editing import restore_person
from esmero.people.persons.organisations import save_organisation
from esmero.people.persons.tags import tag_persons, untag_persons
from esmero.privacy.merging import undo_merge
from esmero.web.console.area import Undo


def undo_party_row(facts: Mapping[str, Any], by: User) -> None:
    """Remove a role or number that was just added."""
    model = PartyRole if facts["model"] == PartyRole.__name__ else PartyNumber
    row: PartyRole | PartyNumber | None = model.objects.filter(pk=facts["row"]).first()
    if row is not None:
        remove_row(row, by=by)


def undo_addition(facts: Mapping[str, Any], by: User) -> None:
    """Remove a contact point that was just added."""
    point = ContactPoint.objects.select_related("person").filter(pk=facts["point"]).first()
    if point is not None:
        remove_point(point, by=by)


def restore_pause(facts: Mapping[str, Any], by: User) -> None:
    """Restore the previous pause."""
    until = datetime.fromisoformat(facts["before"]) if facts["before"] else None
    person, brand = Person.objects.get(pk=facts["person"]), Brand.objects.get(pk=facts["brand"])
    pause_person(person, brand=brand, until=until, by=by)


def reopen_pairs(facts: Mapping[str, Any], by: User) -> None:
    """Reopen pairs that were marked as different people."""
    for pair in Duplicate.objects.filter(pk__in=facts["pairs"]):
        reopen_pair(pair, by=by)


UNDOS: Mapping[str, Undo] = {
    "tagged": lambda facts, by: untag_persons(facts["persons"], name=facts["tag"], by=by),
    "untagged": lambda facts, by: tag_persons(facts["persons"], name=facts["tag"], by=by),
    "person-changed": lambda facts, by: restore_person(
        Person.objects.get(pk=facts["person"]), before=facts["before"], by=by
    ),
    "organisation-changed": lambda facts, by: save_organisation(
        Organisation.objects.get(pk=facts["organisation"]), facts=facts["before"], by=by
    ),
    "party-row-added": undo_party_row,
    "party-row-changed": lambda facts, by: restore_row(facts["before"], by=by),
    "membership-changed": lambda facts, by: undo_membership_change(
        Person.objects.get(pk=facts["person"]), MembershipChange(**facts["change"]), by=by
    ),
    "reach-added": undo_addition,
    "reach-changed": lambda facts, by: restore_point(facts["before"], by=by),
    "paused": restore_pause,
    "silenced": lambda facts, by: undo_suppression(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by),
    "lifted": lambda facts, by: undo_lifting(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by),
    "noted": lambda facts, by: delete_note(facts["note"], by=by),
    "merged": lambda facts, by: undo_merge(Merge.objects.get(pk=facts["merge"]), by=by),
    "told-apart": reopen_pairs,
    "segment-deleted": lambda facts, by: restore_segment(facts, by=by),
}
