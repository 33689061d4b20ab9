"""Open dispatches: one for a campaign, and standing ones that all single messages with the same facts share."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from esmero.content.models import TemplateVersion
from esmero.house.models import Brand
from esmero.outbox.models import Dispatch, MessageClass
from esmero.people.models import Channel, Topic
from esmero.work.wakeups import wake

USED_PRECISION = timedelta(hours=1)  # so that a thousand messages write the row once

_STANDING_IN_USE = "SELECT id FROM esmero_dispatch WHERE standing_key = %s AND state = %s AND used_at >= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchFacts:
    """Hold the facts that all messages of a dispatch share. `relay_id` is None for letters on paper."""

    brand: Brand
    message_class: MessageClass
    channel: Channel = Channel.EMAIL
    topic: Topic | None = None
    promotion_topic: Topic | None = None
    version: TemplateVersion | None = None
    relay_id: int | None = None
    reason: Mapping[str, str] = field(default_factory=dict)

    def key(self) -> str:
        """Return the SHA-256 of the facts: equal facts share one standing dispatch."""
        rows = (self.brand, self.topic, self.promotion_topic, self.version)
        numbers = (*(row and row.pk for row in rows), self.relay_id)
        facts = (*numbers, self.message_class, self.channel, sorted(self.reason.items()))
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def open_dispatch(facts: DispatchFacts, *, state: str = Dispatch.State.OPEN) -> Dispatch:
    """Create a dispatch of its own: a campaign's, whose messages are counted, paused and closed together."""
    return Dispatch.objects.create(**_columns(facts), state=state)


def find_standing(facts: DispatchFacts, *, now: datetime) -> int:
    """Return the id of the standing dispatch with these facts, open, inside the transaction that posts the messages.

    Its `used_at` is renewed at most once an hour. `close_finished` closes only what was not used for a day, and its
    UPDATE repeats that condition; so either this UPDATE sees the closed row and opens it, or that one sees it in use.
    """
    key = facts.key()
    with connection.cursor() as cursor:
        # Plain SQL: each single message asks this, and nearly always it is the whole answer.
        fresh = connection.ops.adapt_datetimefield_value(now - USED_PRECISION)
        cursor.execute(_STANDING_IN_USE, [key, Dispatch.State.OPEN, fresh])
        if (row := cursor.fetchone()) is not None:
            return int(row[0])
    found = Dispatch.objects.filter(standing_key=key).values_list("pk", flat=True).first()
    if found is None:
        made, _ = Dispatch.objects.get_or_create(standing_key=key, defaults={**_columns(facts), "used_at": now})
        wake(Dispatch)
        return made.pk
    stale = Q(state=Dispatch.State.CLOSED) | Q(used_at__lt=now - USED_PRECISION)
    Dispatch.objects.filter(stale, pk=found).update(used_at=now, state=Dispatch.State.OPEN, closed_at=None)
    wake(Dispatch)
    return found


def _columns(facts: DispatchFacts) -> dict[str, object]:
    topic = facts.topic
    return {
        "brand": facts.brand,
        "message_class": facts.message_class,
        "channel": facts.channel,
        "purpose": topic.purpose if topic else None,
        "topic": topic,
        "promotion_topic": facts.promotion_topic,
        "version": facts.version,
        "relay_id": facts.relay_id,
        "reason": dict(facts.reason),
    }
