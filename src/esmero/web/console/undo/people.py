"""How what was done to people is taken back: the part of table.py that is about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from esmero.house.models import Brand, User
from esmero.people.addresses.address_proposals import AddressStillUsed, reopen
from esmero.people.duplicates.search import reopen_pair
from esmero.people.models import Address, ContactPoint, Duplicate, Merge, Organisation, Person, Proposal
from esmero.people.permissions.staff_records import delete_note, pause_person, undo_lifting, undo_suppression
from esmero.people.persons.contact_points import remove_point, restore_point
from esmero.people.persons.editing import restore_person
from esmero.people.persons.organisations import save_organisation
from esmero.privacy.merging import MergeRefused, undo_merge


def change(facts: Mapping[str, Any], by: User) -> None:
    """Put back what a change of a person found."""
    restore_person(Person.objects.get(pk=facts["person"]), before=facts["before"], by=by)


def organisation(facts: Mapping[str, Any], by: User) -> None:
    """Put back what an organisation was."""
    row = Organisation.objects.get(pk=facts["organisation"])
    save_organisation(row, facts=facts["before"], by=by)


def addition(facts: Mapping[str, Any], by: User) -> None:
    """Forget a way to reach somebody that was just added."""
    point = ContactPoint.objects.select_related("person").filter(pk=facts["point"]).first()
    if point is not None:
        remove_point(point, by=by)


def reach(facts: Mapping[str, Any], by: User) -> None:
    """Put back a way to reach somebody."""
    restore_point(facts["before"], by=by)


def pause(facts: Mapping[str, Any], by: User) -> None:
    """Put back the pause that there was."""
    until = datetime.fromisoformat(facts["before"]) if facts["before"] else None
    person, brand = Person.objects.get(pk=facts["person"]), Brand.objects.get(pk=facts["brand"])
    pause_person(person, brand=brand, until=until, by=by)


def silence(facts: Mapping[str, Any], by: User) -> None:
    """Lift a silence that was just laid on an address."""
    undo_suppression(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by)


def lifting(facts: Mapping[str, Any], by: User) -> None:
    """Silence an address again that was just allowed to speak."""
    undo_lifting(Address.objects.get(pk=facts["address"]), rows=facts["rows"], by=by)


def note(facts: Mapping[str, Any], by: User) -> None:
    """Forget a note that was just written."""
    delete_note(facts["note"], by=by)


def merging(facts: Mapping[str, Any], by: User) -> None:
    """Make two persons of one again."""
    undo_merge(Merge.objects.get(pk=facts["merge"]), by=by)


def telling_apart(facts: Mapping[str, Any], by: User) -> None:
    """Ask again about a pair."""
    for pair in Duplicate.objects.filter(pk__in=facts["pairs"]):
        reopen_pair(pair, by=by)


def proposals(facts: Mapping[str, Any], by: User) -> None:
    """Ask again about proposed addresses, and forget whom taking over brought, as long as nothing hangs on them."""
    made = dict(facts["decided"])
    try:
        with transaction.atomic():
            for row in Proposal.objects.filter(pk__in=made):
                reopen(row, made=made[row.pk], by=by)
    except AddressStillUsed as refusal:
        raise MergeRefused(
            _("%(name)s is in use by now and stays. Change the person’s page instead.") % {"name": refusal}
        ) from refusal
