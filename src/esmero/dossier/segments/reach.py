"""How many of the people whom conditions select have said yes to a topic and can be reached by mail now."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from esmero.dossier.segments.estimates import Estimate, guess_conditions, is_large
from esmero.dossier.segments.selection import condition_of, select_persons
from esmero.dossier.segments.sql import SegmentContext, among
from esmero.people.models import Address, Channel, Permission, PermissionEntry, Preference, Topic


def count_reachable(conditions: Any, *, topic: Topic, house: SegmentContext) -> Estimate:
    """Return how many have an address that works, the permission that the topic needs, and no pause.

    What is not commercial needs no permission, only that nobody objected. The gate alone decides, person by person, in
    the dry run: it also knows norms, silence by hash and shared addresses, so that fewer may remain. In a large house
    it is an estimate.

    Raises:
        SegmentFault: see `select_persons`.

    """
    if not is_large():
        able = _can_be_reached(topic, few=False)
        return Estimate(select_persons(conditions, house=house).filter(able).count())
    near = replace(house, few=True, compiled={})
    condition, able = condition_of(conditions, house=near), _can_be_reached(topic, few=True)
    joined = condition if condition is False else able if condition is True else condition & able
    return guess_conditions({"reached": joined})["reached"]


def _can_be_reached(topic: Topic, *, few: bool) -> Q:
    words = Permission.objects.filter(topic=topic, channel=Channel.EMAIL)
    reachable = Q(address__isnull=False) & ~Q(address__standing=Address.Standing.SUPPRESSED)
    if topic.purpose.commercial:
        reachable &= among(words.filter(state=PermissionEntry.Act.GRANTED), "person", few=few)
    else:
        reachable &= ~among(words.filter(objected=True), "person", few=few)
    unwanted = Preference.objects.filter(Q(wanted=False) | Q(paused_until__gt=timezone.now()), topic=topic)
    return reachable & ~among(unwanted, "person", few=few)
