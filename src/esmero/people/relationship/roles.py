"""Read the roles of many parties at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Q

from esmero.people.models import PartyRole
from esmero.people.relationship.stages import RoleFact

type RolesById = Mapping[int, list[RoleFact]]


def read_roles(*, persons: Collection[int] = (), organisations: Collection[int] = ()) -> tuple[RolesById, RolesById]:
    """Return the roles of persons and of organisations, past and future ones included, by id; one query."""
    of_persons: dict[int, list[RoleFact]] = defaultdict(list)
    of_bodies: dict[int, list[RoleFact]] = defaultdict(list)
    rows = PartyRole.objects.filter(Q(person__in=persons) | Q(organisation__in=organisations)).order_by("id")
    columns = ("person_id", "organisation_id", "kind", "since", "until", "brand__slug")
    for person, organisation, kind, since, until, brand in rows.values_list(*columns):
        fact = RoleFact(kind, since, until, brand or "")
        if person is not None:
            of_persons[person].append(fact)
        elif organisation is not None:
            of_bodies[organisation].append(fact)
    return of_persons, of_bodies
