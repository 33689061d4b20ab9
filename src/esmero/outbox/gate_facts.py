"""Provide the gate with the facts of the ledger: when a person was last written to, for those who chose a frequency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q

from esmero.outbox.models import Message
from esmero.people.dispatch_reason import AddressedPerson, DispatchReason, are_among
from esmero.people.models import Preference, Topic
from esmero.policy.facts import NO_FREQUENCY, FrequencyFacts, TopicFrequency


def provide_frequencies(
    people: Sequence[AddressedPerson], *, reason: DispatchReason
) -> Mapping[AddressedPerson, FrequencyFacts]:
    """Return the interval that each person chose for the topics of body and slot, and when they were last written to.

    One query for the intervals, and one more per topic if anybody chose one.
    """
    topics = reason.topics
    chosen = _read_gaps(people, reason=reason) if reason.is_unsolicited else {}
    found: dict[int, dict[str, TopicFrequency]] = defaultdict(lambda: dict.fromkeys(topics, NO_FREQUENCY))
    for code, topic in topics.items() if chosen else ():
        gaps = {
            person: gap
            for person, mine in chosen.items()
            if (gap := mine.get(topic.pk if topic else None, mine.get(None))) is not None
        }
        written = _last_written(gaps, reason=reason, topic=topic)
        for person, gap in gaps.items():
            found[person][code] = TopicFrequency(gap, written.get(person))
    never = FrequencyFacts(dict.fromkeys(topics, NO_FREQUENCY))
    return {one: FrequencyFacts(found[one.person]) if one.person in found else never for one in people}


def _read_gaps(people: Sequence[AddressedPerson], *, reason: DispatchReason) -> dict[int, dict[int | None, timedelta]]:
    """Return the chosen intervals by person and topic id (None: for all mail of the brand)."""
    found: dict[int, dict[int | None, timedelta]] = defaultdict(dict)
    rows = Preference.objects.filter(
        Q(topic__in=[topic for topic in reason.topics.values() if topic]) | Q(topic=None),
        are_among(people),
        brand=reason.brand,
        minimum_gap_days__isnull=False,
    )
    for person, topic, days in rows.values_list("person_id", "topic_id", "minimum_gap_days"):
        found[person][topic] = timedelta(days=days)
    return found


def _last_written(
    persons: Mapping[int, timedelta], *, reason: DispatchReason, topic: Topic | None
) -> dict[int, datetime]:
    """Return when these persons were last written to about a topic, in body or promotion, by another dispatch."""
    if not persons:
        return {}
    about = Q(dispatch__topic=topic)
    if topic is not None:
        about |= Q(dispatch__promotion_topic=topic, promotion="")
    written = Message.objects.filter(about, person_id__in=persons, sent_at__isnull=False, dispatch__brand=reason.brand)
    if reason.dispatch_id is not None:
        written = written.exclude(dispatch_id=reason.dispatch_id)
    return dict(written.values_list("person_id").annotate(Max("sent_at")))
