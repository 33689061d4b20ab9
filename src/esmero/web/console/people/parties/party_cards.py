"""Gather what the pages of a person and of an organisation show of them as a party: stage, roles, numbers."""

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from esmero.people.models import Organisation, PartyNumber, PartyRole, Person
from esmero.people.parties.memberships import list_memberships
from esmero.people.relationship.roles import read_roles
from esmero.people.relationship.stages import RoleFact, Stage, derive_stage


class RoleLine(NamedTuple):
    """Hold a role with its look: held today, yet to begin, or ended."""

    role: PartyRole
    look: str
    is_past: bool


class OrganisationLine(NamedTuple):
    """Hold one organisation of a person; `row` is the id of a further membership, None for the main one."""

    organisation: Organisation
    position: str
    row: int | None
    stage: Stage


def describe_party(party: Person | Organisation) -> dict[str, Any]:
    """Return the context of the cards about a party; two queries."""
    name = "person" if isinstance(party, Person) else "organisation"
    rows = PartyRole.objects.filter(**{name: party}).select_related("brand").order_by("kind", "-since", "id")
    today = timezone.localdate()
    facts = [(row, RoleFact(row.kind, row.since, row.until, row.brand.slug if row.brand else "")) for row in rows]
    numbers = PartyNumber.objects.filter(**{name: party}).select_related("brand").order_by("brand__name", "value")
    return {
        "party": party,
        "stage": derive_stage([fact for _row, fact in facts], today=today),
        "roles": [
            RoleLine(row, "kept" if fact.is_held(today) else "plain", row.until is not None and row.until < today)
            for row, fact in facts
        ],
        "numbers": list(numbers),
        "party_kind": name,
        "role_new": reverse(f"console:{name}-role-new", args=[party.pk]),
        "number_new": reverse(f"console:{name}-number-new", args=[party.pk]),
    }


def describe_memberships(person: Person) -> list[OrganisationLine]:
    """Return the organisations of a person, the main one first, each with its stage; three queries."""
    held = list_memberships([person]).get(person.pk, [])
    _persons, roles = read_roles(organisations=[one.organisation.pk for one in held])
    today = timezone.localdate()
    return [
        OrganisationLine(
            one.organisation, one.position, one.row, derive_stage(roles.get(one.organisation.pk, ()), today=today)
        )
        for one in held
    ]
