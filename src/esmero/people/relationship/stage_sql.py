"""Derive the stage of many parties in SQL, by the definition of stages.py."""

from datetime import date
from typing import Literal

from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When

from esmero.people.models import PartyRole
from esmero.people.relationship.stages import CUSTOMER_ROLES, PROSPECT_ROLE

type Party = Literal["person", "organisation"]


def stage_expression(party: Party, *, today: date, brand: str = "", per_row: bool = False) -> Case:
    """Return the stage of the rows of Person or Organisation; with `brand` (a code), towards that brand.

    Roles towards the whole house count for every brand. `per_row`: few rows are read, so each looks up its own roles
    instead of one pass over all roles.
    """
    roles = PartyRole.objects.filter(**{f"{party}__isnull": False})
    if brand:
        roles = roles.filter(Q(brand=None) | Q(brand__slug=brand))

    def has(condition: Q) -> Q:
        found = roles.filter(condition)
        return Q(Exists(found.filter(**{party: OuterRef("pk")}))) if per_row else Q(pk__in=found.values(party))

    bound, held = Q(kind__in=CUSTOMER_ROLES), PartyRole.on(today)
    return Case(
        When(has(bound & held & Q(until=None)), then=Value("customer")),
        When(has(bound & held), then=Value("leaving")),
        When(has(bound & Q(until__lt=today)), then=Value("former")),
        When(has(bound | (Q(kind=PROSPECT_ROLE) & held)), then=Value("prospect")),
        default=Value("known"),
        output_field=CharField(),
    )
