"""Count the selected persons who permit a topic and can be reached by mail."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from esmero.dossier.segments.estimates import Estimate, estimate_conditions, is_large
from esmero.dossier.segments.selection import compile_conditions, select_persons
from esmero.dossier.segments.sql import SegmentContext, person_in
from esmero.people.models import Address, Channel, Permission, PermissionEntry, Preference, Topic


def count_reachable(conditions: Any, *, topic: Topic, context: SegmentContext) -> Estimate:
    """Return the number of persons with a working address, the permission that the topic needs, and no pause.

    A topic that is not commercial needs no permission, only the absence of an objection. The policy gate decides for
    each person in the dry run: it also applies its rules, hashed suppressions and shared addresses, so that fewer may
    remain. In a large installation the result is an estimate.

    Raises:
        SegmentFault: see `select_persons`.

    """
    if not is_large():
        able = _can_be_reached(topic, per_person=False)
        return Estimate(select_persons(conditions, context=context).filter(able).count())
    near = replace(context, per_person=True, compiled={})
    condition, able = compile_conditions(conditions, context=near), _can_be_reached(topic, per_person=True)
    joined = condition if condition is False else able if condition is True else condition & able
    return estimate_conditions({"reached": joined})["reached"]


def _can_be_reached(topic: Topic, *, per_person: bool) -> Q:
    permissions = Permission.objects.filter(topic=topic, channel=Channel.EMAIL)
    reachable = Q(address__isnull=False) & ~Q(address__standing=Address.Standing.SUPPRESSED)
    if topic.purpose.commercial:
        reachable &= person_in(permissions.filter(state=PermissionEntry.Act.GRANTED), "person", per_person=per_person)
    else:
        reachable &= ~person_in(permissions.filter(objected=True), "person", per_person=per_person)
    unwanted = Preference.objects.filter(Q(wanted=False) | Q(paused_until__gt=timezone.now()), topic=topic)
    return reachable & ~person_in(unwanted, "person", per_person=per_person)
