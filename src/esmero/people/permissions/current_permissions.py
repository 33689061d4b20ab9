"""Read the current permissions of one person for a brand, by topic and channel, with the ledger entry as proof."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from esmero.house.models import AuditEntry, Brand
from esmero.people.models import (
    Channel,
    ContactPoint,
    Import,
    Permission,
    PermissionEntry,
    Person,
    Preference,
    Topic,
)
from esmero.people.permissions.state import CONSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRight:
    """Describe the permission for a topic on a channel.

    `state` is granted, withdrawn, objected, requested, expired, off or never, and `since` its date. `entry` is the
    proof, None where the ledger has none. "off" means that the person's own preference excludes the topic.
    """

    channel: str
    state: str
    since: datetime | None = None
    basis: str = ""
    entry: PermissionEntry | None = None

    @property
    def allowed(self) -> bool:
        return self.state == PermissionEntry.Act.GRANTED


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRights:
    """Hold the permissions for one topic on each channel that applies to the person."""

    topic: Topic
    rights: Sequence[ChannelRight]
    preference: Preference | None

    @property
    def by_mail(self) -> ChannelRight:
        return self.rights[0]


def read_rights(person: Person, *, brand: Brand, kinds: Iterable[str]) -> list[TopicRights]:
    """Return the permissions for each topic: e-mail always, other channels with a contact point or an entry.

    `kinds` are those of the contact points. Three queries, however many topics.
    """
    permissions = list(
        Permission.objects.filter(person=person, brand=brand).select_related("entry__proof", "entry__topic", "purpose")
    )
    preferences = {row.topic_id: row for row in Preference.objects.filter(person=person, brand=brand)}
    topics = Topic.objects.filter(brand=brand, archived_at=None).select_related("purpose").order_by("id")
    reach = {Channel.POST: ContactPoint.Kind.POST, Channel.PHONE: ContactPoint.Kind.PHONE}
    have = set(kinds)
    channels = [
        channel
        for channel in Channel
        if channel == Channel.EMAIL or reach.get(channel) in have or any(row.channel == channel for row in permissions)
    ]
    return [
        TopicRights(
            topic=topic,
            rights=[
                _combine(permissions, topic, channel, preference=preferences.get(topic.pk)) for channel in channels
            ],
            preference=preferences.get(topic.pk) or preferences.get(None),
        )
        for topic in topics
    ]


def find_recorders(person: Person, *, entries: Sequence[PermissionEntry]) -> dict[int, str]:
    """Return {entry id: name of the recorder}: the member of staff, or the person who imported the list."""
    files = {entry.proof_id: entry.pk for entry in entries if entry.proof_id}
    brought = Import.objects.filter(file__in=files).values_list("file_id", "created_by")
    by_file = dict(brought)
    found = {entry.pk: by_file[entry.proof_id] for entry in entries if entry.proof_id in by_file}
    written = AuditEntry.objects.filter(
        subject_kind="person", subject_id=person.pk, action="permission.recorded"
    ).values_list("facts__entry", "actor_name")
    return found | {int(pk): name for pk, name in written if pk is not None}


def _combine(
    permissions: Sequence[Permission], topic: Topic, channel: str, *, preference: Preference | None
) -> ChannelRight:
    """Combine all permissions that cover a topic like the policy gate: a withdrawal overrides an older grant."""
    mine = [row for row in permissions if row.channel == channel]
    covering = [row for row in mine if row.purpose_id == topic.purpose_id and row.topic_id in {None, topic.pk}]
    refusals = covering + [
        row
        for row in mine
        if row.objected and row.topic_id is None and topic.purpose.commercial and row not in covering
    ]
    revoked = max((row for row in refusals if row.withdrawn_at), key=_withdrawn, default=None)
    grants = [row for row in covering if row.granted_at and row.state == PermissionEntry.Act.GRANTED]
    if revoked is not None:
        grants = [row for row in grants if row.basis == CONSENT and _granted(row) > _withdrawn(revoked)]
    if grants:
        best = max(grants, key=lambda row: (row.basis == CONSENT, _granted(row)))
        state = (
            "off" if preference is not None and preference.wanted is False and channel == Channel.EMAIL else best.state
        )
        since = best.granted_at if state != "off" or preference is None else preference.changed_at
        return ChannelRight(channel=channel, state=state, since=since, basis=best.basis, entry=best.entry)
    if revoked is not None:
        act = PermissionEntry.Act.OBJECTED if revoked.objected else PermissionEntry.Act.WITHDRAWN
        return ChannelRight(channel=channel, state=act, since=revoked.withdrawn_at, entry=revoked.entry)
    last = max(covering, key=lambda row: row.entry.at, default=None)
    if last is None:
        return ChannelRight(channel=channel, state="never")
    return ChannelRight(channel=channel, state=last.state, since=last.entry.at, entry=last.entry)


def _withdrawn(row: Permission) -> datetime:
    assert row.withdrawn_at is not None
    return row.withdrawn_at


def _granted(row: Permission) -> datetime:
    assert row.granted_at is not None
    return row.granted_at
