"""Express the policy's answer (policy/permission.py) as conditions on tables, to count among a million persons.

A person permits a message if they have one of the permitting rows, none of the revoking rows, and none of the
preferences against it. A test compares this with the policy over random persons.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from esmero.people.models import Channel, Permission, PermissionEntry, Preference, Topic
from esmero.people.permissions.decisions import ask_about
from esmero.policy.permission import CONSENT


def permitting_rows(topic: Topic, *, at: datetime) -> QuerySet[Permission]:
    """Return the permissions that prove that a brand may write about a topic by e-mail, whatever was withdrawn."""
    question = ask_about(topic.purpose, topic, brand=topic.brand, at=at)
    expired = _of_same_person(topic).filter(
        _covers(topic), state=PermissionEntry.Act.EXPIRED, entry__at__gte=OuterRef("granted_at"), entry__at__lte=at
    )
    return _of_brand(topic).filter(
        _covers(topic), ~Exists(expired), state=PermissionEntry.Act.GRANTED, basis__in=question.valid_bases
    )


def revoking_rows(topic: Topic, *, at: datetime) -> QuerySet[Permission]:
    """Return the withdrawals and objections against a topic that no newer consent overrides."""
    newer = _of_same_person(topic).filter(
        _covers(topic), basis=CONSENT, granted_at__gt=OuterRef("withdrawn_at"), granted_at__lte=at
    )
    against = _covers(topic) | Q(objected=True, topic=None)
    return _of_brand(topic).filter(against, ~Exists(newer), withdrawn_at__isnull=False)


def preferences_against(topic: Topic, *, at: datetime) -> QuerySet[Preference]:
    """Return the preferences by which a topic is turned off or paused; the topic's own overrides that of the brand."""
    rows = Preference.objects.filter(Q(topic=topic) | Q(topic=None), brand=topic.brand)
    own = Preference.objects.filter(person=OuterRef("person"), topic=topic, wanted__isnull=False)
    off = Q(topic=topic, wanted=False) | (Q(topic=None, wanted=False) & ~Exists(own))
    return rows.filter(off | Q(paused_until__gt=at))


def _of_brand(topic: Topic) -> QuerySet[Permission]:
    return Permission.objects.filter(brand=topic.brand, channel=Channel.EMAIL)


def _of_same_person(topic: Topic) -> QuerySet[Permission]:
    return _of_brand(topic).filter(person=OuterRef("person"))


def _covers(topic: Topic) -> Q:
    return Q(purpose=topic.purpose) & (Q(topic=topic) | Q(topic=None))
