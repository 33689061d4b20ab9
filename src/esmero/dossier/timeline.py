"""Read the timeline of one person from the source tables; nothing is stored twice. `web` renders the texts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from esmero.conversations.models import Entry
from esmero.house.models import AuditEntry
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Channel, Note, PermissionEntry, Person, PersonLine

LIMIT = 100
_EVENT = MessageEvent.Kind
_CLICKS = (_EVENT.CLICKED,)
_RETURNS = (
    _EVENT.HARD_BOUNCE, _EVENT.SOFT_BOUNCE, _EVENT.OUR_FAULT, _EVENT.ABSENT, _EVENT.COMPLAINED,
    _EVENT.REFUSED, _EVENT.DEFERRED,
)  # fmt: skip
_OTHER = (_EVENT.UNSUBSCRIBED, _EVENT.REPLIED, _EVENT.RETRIED, _EVENT.RESOLVED)


class TimelineKey(NamedTuple):
    """Order timeline entries: latest first, then by rank of the table, then by id."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Describe one event: `kind` is message, event, permission, wrote, answered, import, note or change."""

    at: datetime
    kind: str
    facts: Mapping[str, Any]
    rank: int = 0
    id: int = 0

    @property
    def key(self) -> TimelineKey:
        return TimelineKey(self.at, self.rank, self.id)


def read_timeline(
    person: Person, *, show: str = "", before: TimelineKey | None = None, limit: int = LIMIT
) -> list[TimelineEntry]:
    """Return the latest `limit` timeline entries before a key, newest first; one query per table.

    `show` is a key of FILTERS, or "" for everything.
    """
    names = FILTERS.get(show) or tuple(_SOURCES)
    entries = [
        entry
        for rank, (name, source) in enumerate(_SOURCES.items())
        if name in names
        for entry in _read(source, person, rank=rank, before=before, limit=limit)
    ]
    return sorted(entries, key=lambda entry: entry.key, reverse=True)[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Describe a source table: its rows, the expression of their time, and the facts of a row."""

    rows: Callable[[Person], QuerySet[Any]]
    entry_time: Any
    describe: Callable[[Any], tuple[str, Mapping[str, Any]]]


def _read(
    source: _Source, person: Person, *, rank: int, before: TimelineKey | None, limit: int
) -> Iterator[TimelineEntry]:
    rows = source.rows(person).annotate(entry_time=source.entry_time)
    if before is not None:
        # Keyset pagination over several tables: on equal times the rank of the table decides, then the id.
        earlier = Q(entry_time__lt=before.at)
        if rank < before.rank:
            earlier = Q(entry_time__lte=before.at)
        elif rank == before.rank:
            earlier |= Q(entry_time=before.at, id__lt=before.id)
        rows = rows.filter(earlier)
    for row in rows.order_by("-entry_time", "-id")[:limit]:
        kind, facts = source.describe(row)
        yield TimelineEntry(row.entry_time, kind, facts, rank, row.pk)


def _describe_message(row: Message) -> tuple[str, Mapping[str, Any]]:
    version = row.dispatch.version
    subject = (row.content or {}).get("text", {}).get("subject", "") if row.channel == Channel.POST else ""
    return "message", {
        "message": row.pk,
        "state": row.state,
        "codes": row.verdict.split(),
        "dispatch": row.dispatch_id,
        "name": version.template.name if version else subject or row.dispatch.message_class,
        "channel": row.channel,
        "address": row.address,
    }


def _describe_event(row: MessageEvent) -> tuple[str, Mapping[str, Any]]:
    return "event", {"event": row.kind, "machine": row.machine, "link": row.link.url if row.link else "", **row.facts}


def _describe_permission(row: PermissionEntry) -> tuple[str, Mapping[str, Any]]:
    return "permission", {
        "act": row.act,
        "basis": row.basis,
        "brand": row.brand.name,
        "channel": row.channel,
        "topic": row.topic.name if row.topic else row.purpose.name,
        "wording": row.wording,
        "source": row.source,
        "place": row.proof_place,
    }


def _describe_entry(row: Entry) -> tuple[str, Mapping[str, Any]]:
    return "wrote" if row.direction == Entry.Direction.IN else "answered", {
        "conversation": row.conversation_id,
        "subject": row.subject or row.conversation.subject,
        "text": row.text,
        "author": row.author,
    }


def _describe_import(row: PersonLine) -> tuple[str, Mapping[str, Any]]:
    return "import", {"import": row.of_id, "file": row.of.file_name, "line": row.line, "verdict": row.verdict}


def _describe_note(row: Note) -> tuple[str, Mapping[str, Any]]:
    return "note", {"note": row.pk, "kind": row.kind, "text": row.text, "by": row.by}


def _describe_change(row: AuditEntry) -> tuple[str, Mapping[str, Any]]:
    return "change", {"action": row.action, "by": row.actor_name, **row.facts}


def _events(kinds: Iterable[str]) -> Callable[[Person], QuerySet[Any]]:
    # Excluding the other kinds keeps planners off the index on kind: the messages of one person are more selective.
    others = [kind for kind in _EVENT.values if kind not in set(kinds)]

    def rows(person: Person) -> QuerySet[Any]:
        return MessageEvent.objects.filter(~Q(kind__in=others), message__person=person).select_related("link")

    return rows


def _changes(person: Person) -> QuerySet[Any]:
    """Return the audit entries about a person, except those with a timeline entry of their own."""
    told = ("permission.recorded", "person.noted")
    rows = AuditEntry.objects.filter(subject_kind=_name(Person), subject_id=person.pk)
    return rows.exclude(action__in=told)


def _name(model: type[Model]) -> str:
    return model._meta.model_name or ""


_SOURCES: Mapping[str, _Source] = {
    "changes": _Source(rows=_changes, entry_time=F("at"), describe=_describe_change),
    "imports": _Source(
        rows=lambda person: PersonLine.objects.filter(
            person=person,
            verdict__in=(PersonLine.Verdict.ADDED, PersonLine.Verdict.CHANGED, PersonLine.Verdict.MERGED),
        ).select_related("of"),
        entry_time=Coalesce("of__finished_at", "of__created_at"),
        describe=_describe_import,
    ),
    "permissions": _Source(
        rows=lambda person: PermissionEntry.objects.filter(person=person).select_related("topic", "purpose", "brand"),
        entry_time=F("at"),
        describe=_describe_permission,
    ),
    "messages": _Source(
        rows=lambda person: Message.objects.filter(person=person).select_related("dispatch__version__template"),
        entry_time=Coalesce("sent_at", "judged_at", "dispatch__created_at"),
        describe=_describe_message,
    ),
    "events": _Source(rows=_events(_OTHER), entry_time=F("at"), describe=_describe_event),
    "returns": _Source(rows=_events(_RETURNS), entry_time=F("at"), describe=_describe_event),
    "clicks": _Source(rows=_events(_CLICKS), entry_time=F("at"), describe=_describe_event),
    "notes": _Source(
        rows=lambda person: Note.objects.filter(person=person), entry_time=F("at"), describe=_describe_note
    ),
    "conversations": _Source(
        rows=lambda person: Entry.objects.filter(conversation__person=person).select_related("conversation"),
        entry_time=F("at"),
        describe=_describe_entry,
    ),
}
# Filter of the timeline → the source tables that it shows.
FILTERS: Mapping[str, tuple[str, ...]] = {
    "messages": ("messages", "events"),
    "returns": ("returns",),
    "clicks": ("clicks",),
    "permissions": ("permissions",),
    "conversations": ("conversations",),
    "imports": ("imports",),
    "notes": ("notes", "changes"),
}
