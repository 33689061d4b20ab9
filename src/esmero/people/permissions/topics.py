"""Create and change topics and purposes."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from esmero.house.audit import note
from esmero.house.editing.row_versions import advance_version
from esmero.house.models import User
from esmero.people.models import PermissionEntry, Purpose, Topic
from esmero.refusal import Refusal


def save_topic(
    topic: Topic,
    *,
    name: Mapping[str, str],
    description: Mapping[str, str],
    purpose: Purpose,
    archive_is_public: bool,
    by: User | str,
    seen: int | None = None,
) -> Topic:
    """Create a topic (brand and code set, no key) or change it. The purpose is fixed once entries refer to the topic.

    `seen` is the row version that the author built on (house/editing/row_versions.py).

    Raises:
        StaleWrite: somebody else changed it since.
        ValidationError: a value is invalid.
        PurposeFixed: permissions were given for the current purpose.

    """
    is_new = topic.pk is None
    if not is_new and topic.purpose_id != purpose.pk and has_entries(topic):
        raise PurposeFixed("purpose-fixed")
    topic.name, topic.description, topic.purpose = dict(name), dict(description), purpose
    topic.archive_is_public = archive_is_public
    topic.full_clean()
    facts = {"code": topic.code, "archive_is_public": archive_is_public}
    with transaction.atomic():
        if not is_new:
            advance_version(topic, seen=seen)
        topic.save()
        note("topic.created" if is_new else "topic.changed", by=by, subject=topic, facts=facts)
    return topic


class PurposeFixed(Refusal):
    """Refuse another purpose: permissions were given for one purpose (GDPR art. 5(1)(b))."""


def has_entries(topic: Topic) -> bool:
    """Return whether the ledger has any entry for this topic."""
    return PermissionEntry.objects.filter(topic=topic).exists()


def archive_topic(topic: Topic, *, at: datetime | None, by: User) -> None:
    """Archive a topic from `at` on, or restore it (None). Its ledger stays."""
    with transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(archived_at=at)
        note("topic.archived" if at else "topic.brought-back", by=by, subject=topic, facts={"code": topic.code})


def save_purpose(purpose: Purpose, *, name: Mapping[str, str], commercial: bool, by: User) -> Purpose:
    """Create a purpose (code set, no key) or rename it. `commercial` is fixed at creation."""
    is_new = purpose.pk is None
    purpose.name = dict(name)
    if is_new:
        purpose.commercial = commercial
    purpose.full_clean()
    with transaction.atomic():
        purpose.save()
        note("purpose.created" if is_new else "purpose.changed", by=by, subject=purpose, facts={"code": purpose.code})
    return purpose
