"""How many of the people whom conditions select have said yes to a topic and can be reached by mail now."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from esmero.dossier.compiling import House, among
from esmero.dossier.segments import select_persons
from esmero.people.models import Address, Channel, Permission, PermissionEntry, Preference, Topic


def count_reachable(conditions: Any, *, topic: Topic, house: House) -> int:
    """Return how many have an address that works, the permission that the topic needs, and no pause.

    What is not commercial needs no permission, only that nobody objected. The gate alone decides, person by person, in
    the dry run: it also knows norms, silence by hash and shared addresses, so that fewer may remain.

    Raises:
        SegmentFault: see `select_persons`.

    """
    words = Permission.objects.filter(topic=topic, channel=Channel.EMAIL)
    reachable = Q(address__isnull=False) & ~Q(address__standing=Address.Standing.SUPPRESSED)
    if topic.purpose.commercial:
        reachable &= among(words.filter(state=PermissionEntry.Act.GRANTED), "person")
    else:
        reachable &= ~among(words.filter(objected=True), "person")
    unwanted = Preference.objects.filter(Q(wanted=False) | Q(paused_until__gt=timezone.now()), topic=topic)
    return select_persons(conditions, house=house).filter(reachable).exclude(among(unwanted, "person")).count()
