"""Count the selected persons who permit a topic and can be reached by mail."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from esmero.dossier.segments.estimates import Estimate, estimate_conditions, is_large
from esmero.dossier.segments.selection import compile_conditions, select_persons
from esmero.dossier.segments.sql import SegmentContext, person_in
from esmero.people.models import Address, Topic
from esmero.people.permissions.permitting_rows import permitting_rows, preferences_against, revoking_rows


def count_reachable(conditions: Any, *, topic: Topic, context: SegmentContext) -> Estimate:
    """Return the number of persons with a working address, the permission that the topic needs, and no pause.

    The policy gate decides for each person in the dry run: it also applies frequencies, hashed suppressions and shared
    addresses, so that fewer may remain. In a large installation the result is an estimate.

    Raises:
        SegmentFault: see `select_persons`.

    """
    if not is_large():
        able = can_be_reached(topic, per_person=False)
        return Estimate(select_persons(conditions, context=context).filter(able).count())
    near = replace(context, per_person=True, compiled={})
    condition, able = compile_conditions(conditions, context=near), can_be_reached(topic, per_person=True)
    joined = condition if condition is False else able if condition is True else condition & able
    return estimate_conditions({"reached": joined})["reached"]


def can_be_reached(topic: Topic, *, per_person: bool) -> Q:
    """Return the condition that a person can get mail about a topic now; `per_person` as in `person_in`."""
    now = timezone.now()
    reachable = Q(address__isnull=False) & ~Q(address__standing=Address.Standing.SUPPRESSED)
    reachable &= person_in(permitting_rows(topic, at=now), "person", per_person=per_person)
    for against in (revoking_rows(topic, at=now), preferences_against(topic, at=now)):
        reachable &= ~person_in(against, "person", per_person=per_person)
    return reachable
