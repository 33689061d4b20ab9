"""Topics and purposes: what a brand writes about, and what a permission for it is for."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from esmero.house.audit import note
from esmero.house.models import User
from esmero.people.models import PermissionEntry, Purpose, Topic


def save_topic(
    topic: Topic,
    *,
    name: Mapping[str, str],
    description: Mapping[str, str],
    purpose: Purpose,
    archive_is_public: bool,
    by: User | str,
) -> Topic:
    """Make a topic (brand and code set, no key) or change it. The purpose of one with permissions does not change.

    Raises:
        ValidationError: a value cannot be.
        PurposeStands: permissions were given for the purpose that it has.

    """
    is_new = topic.pk is None
    if not is_new and topic.purpose_id != purpose.pk and has_ledger(topic):
        raise PurposeFixed
    topic.name, topic.description, topic.purpose = dict(name), dict(description), purpose
    topic.archive_is_public = archive_is_public
    topic.full_clean()
    facts = {"code": topic.code, "archive_is_public": archive_is_public}
    with transaction.atomic():
        topic.save()
        note("topic.created" if is_new else "topic.changed", by=by, subject=topic, facts=facts)
    return topic


class PurposeFixed(Exception):
    """People gave their permission for one purpose; it cannot become one for another (GDPR art. 5(1)(b))."""


def has_ledger(topic: Topic) -> bool:
    """Say whether anybody ever said anything about this topic."""
    return PermissionEntry.objects.filter(topic=topic).exists()


def archive_topic(topic: Topic, *, at: datetime | None, by: User) -> None:
    """Offer a topic no longer from `at` on (its ledger stays), or (None) offer it again."""
    with transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(archived_at=at)
        note("topic.archived" if at else "topic.brought-back", by=by, subject=topic, facts={"code": topic.code})


def save_purpose(purpose: Purpose, *, name: Mapping[str, str], commercial: bool, by: User) -> Purpose:
    """Make a purpose (code set, no key) or rename it. Whether it is advertising is settled when it is made."""
    is_new = purpose.pk is None
    purpose.name = dict(name)
    if is_new:
        purpose.commercial = commercial
    purpose.full_clean()
    with transaction.atomic():
        purpose.save()
        note("purpose.created" if is_new else "purpose.changed", by=by, subject=purpose, facts={"code": purpose.code})
    return purpose
