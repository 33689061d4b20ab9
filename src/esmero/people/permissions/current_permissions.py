"""Read the current permissions of one person for a brand, by topic and channel, with the ledger entry as proof."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from esmero.house.models import AuditEntry, Brand
from esmero.imports.models import Import
from esmero.people.models import (
    Channel,
    ContactPoint,
    Permission,
    PermissionEntry,
    Person,
    Preference,
    Topic,
)
from esmero.people.permissions.decisions import decide_topics, read_person
from esmero.policy.facts import StatedPreference, combine_preferences
from esmero.policy.permission import PermissionAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRight:
    """Describe the permission for a topic on a channel.

    `state` is granted, withdrawn, objected, requested, expired, invalid, off or never, and `since` its date. `entry` is
    the proof, None where the ledger has none. "invalid" means that the jurisdiction does not accept the legal basis,
    "off" that the person's own preference excludes the topic.
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
    preference: StatedPreference

    @property
    def by_mail(self) -> ChannelRight:
        return self.rights[0]


def read_rights(person: Person, *, brand: Brand, kinds: Iterable[str]) -> list[TopicRights]:
    """Return the permissions for each topic: e-mail always, other channels with a contact point or an entry.

    `kinds` are those of the contact points. Four queries, however many topics.
    """
    statements = read_person(person.pk, brand=brand)
    rows = Permission.objects.filter(person=person, brand=brand).select_related("entry__proof", "entry__topic")
    entries = {row.entry_id: row.entry for row in rows}
    preferences = _read_preferences(person, brand=brand)
    topics = list(Topic.objects.filter(brand=brand, archived_at=None).select_related("purpose").order_by("id"))
    reach = {Channel.POST: ContactPoint.Kind.POST, Channel.PHONE: ContactPoint.Kind.PHONE}
    have = set(kinds)
    answers = {
        channel.value: decide_topics(statements.get(channel, ()), topics=topics, brand=brand, channel=channel)
        for channel in Channel
        if channel == Channel.EMAIL or reach.get(channel) in have or channel in statements
    }
    found = []
    for topic in topics:
        of_topic, topic_changed = preferences.get(topic.pk, _NEVER_STATED)
        of_brand, brand_changed = preferences.get(None, _NEVER_STATED)
        preference = combine_preferences(of_topic, of_brand)
        since = topic_changed if of_topic and of_topic.wanted is False else brand_changed
        off = since if preference.wanted is False else None
        rights = [
            _describe_right(of_channel[topic.pk], channel=channel, off=off, entries=entries)
            for channel, of_channel in answers.items()
        ]
        found.append(TopicRights(topic=topic, rights=rights, preference=preference))
    return found


_NEVER_STATED: tuple[StatedPreference | None, datetime | None] = (None, None)


def _read_preferences(
    person: Person, *, brand: Brand
) -> dict[int | None, tuple[StatedPreference | None, datetime | None]]:
    """Return what a person stated for each topic of a brand, and when, by its id (None: for all mail of the brand)."""
    rows = Preference.objects.filter(person=person, brand=brand).values_list(
        "topic_id", "wanted", "minimum_gap_days", "paused_until", "changed_at"
    )
    return {
        topic: (StatedPreference(wanted, None if days is None else timedelta(days=days), until), changed)
        for topic, wanted, days, until, changed in rows
    }


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


# Answers of the policy that are no act of the ledger.
_STATES = {"no grant": "never", "basis not valid": "invalid"}


def _describe_right(
    answer: PermissionAnswer, *, channel: str, off: datetime | None, entries: Mapping[int, PermissionEntry]
) -> ChannelRight:
    """Describe an answer of the policy; `off` is when the person turned the topic off, None if they did not."""
    statement = answer.deciding
    if statement is None:
        return ChannelRight(channel=channel, state=_STATES.get(answer.reason, answer.reason))
    state, since = _STATES.get(answer.reason, answer.reason), statement.at
    if answer.is_allowed:
        state, since = ("off", off) if off else (PermissionEntry.Act.GRANTED.value, statement.at)
    return ChannelRight(
        channel=channel,
        state=state,
        since=since,
        basis=answer.grant.basis if answer.grant else "",
        entry=entries.get(statement.entry or 0),
    )
