"""One person's story: read from the tables where it stands, never written twice. Words are given to it in `web`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from esmero.conversations.models import Entry
from esmero.house.models import AuditEntry
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import ImportLine, Note, PermissionEntry, Person

LIMIT = 100
_EVENT = MessageEvent.Kind
_CLICKS = (_EVENT.CLICKED,)
_RETURNS = (
    _EVENT.RETURNED_FOR_GOOD, _EVENT.RETURNED_FOR_NOW, _EVENT.OUR_FAULT, _EVENT.ABSENT, _EVENT.COMPLAINED, _EVENT.REFUSED,
    _EVENT.DEFERRED,
)  # fmt: skip
_OTHER = (_EVENT.UNSUBSCRIBED, _EVENT.REPLIED, _EVENT.RETRIED, _EVENT.RESOLVED)


class TimelineKey(NamedTuple):
    """The place of a moment: later first, then the table's rank, then the row's id."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: `kind` is message, event, permission, wrote, answered, import, note or change."""

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
    """Return the latest `limit` moments of a person's story that lie before a key, the newest first; one query a table.

    `show` is one of SHOWN, or "" for everything.
    """
    names = SHOWN.get(show) or tuple(_SOURCES)
    moments = [
        moment
        for rank, (name, source) in enumerate(_SOURCES.items())
        if name in names
        for moment in _read(source, person, rank=rank, before=before, limit=limit)
    ]
    return sorted(moments, key=lambda moment: moment.key, reverse=True)[:limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A table of the story: its rows with the moment of each as `moment`, and what a row says."""

    rows: Callable[[Person], QuerySet[Any]]
    moment: Any
    tell: Callable[[Any], tuple[str, Mapping[str, Any]]]


def _read(
    source: _Source, person: Person, *, rank: int, before: TimelineKey | None, limit: int
) -> Iterator[TimelineEntry]:
    rows = source.rows(person).annotate(moment=source.moment)
    if before is not None:
        earlier = Q(moment__lt=before.at)
        if rank < before.rank:
            earlier = Q(moment__lte=before.at)
        elif rank == before.rank:
            earlier |= Q(moment=before.at, id__lt=before.id)
        rows = rows.filter(earlier)
    for row in rows.order_by("-moment", "-id")[:limit]:
        kind, facts = source.tell(row)
        yield TimelineEntry(row.moment, kind, facts, rank, row.pk)


def _tell_message(row: Message) -> tuple[str, Mapping[str, Any]]:
    version = row.dispatch.version
    return "message", {
        "message": row.pk,
        "state": row.state,
        "codes": row.verdict.split(),
        "dispatch": row.dispatch_id,
        "name": version.template.name if version else row.dispatch.message_class,
        "address": row.address,
    }


def _tell_event(row: MessageEvent) -> tuple[str, Mapping[str, Any]]:
    return "event", {"event": row.kind, "machine": row.machine, "link": row.link.url if row.link else "", **row.facts}


def _tell_permission(row: PermissionEntry) -> tuple[str, Mapping[str, Any]]:
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


def _tell_entry(row: Entry) -> tuple[str, Mapping[str, Any]]:
    return "wrote" if row.direction == Entry.Direction.IN else "answered", {
        "conversation": row.conversation_id,
        "subject": row.subject or row.conversation.subject,
        "text": row.text,
        "author": row.author,
    }


def _tell_import(row: ImportLine) -> tuple[str, Mapping[str, Any]]:
    return "import", {"import": row.of_id, "file": row.of.file_name, "line": row.line, "verdict": row.verdict}


def _tell_note(row: Note) -> tuple[str, Mapping[str, Any]]:
    return "note", {"note": row.pk, "kind": row.kind, "text": row.text, "by": row.by}


def _tell_change(row: AuditEntry) -> tuple[str, Mapping[str, Any]]:
    return "change", {"action": row.action, "by": row.actor_name, **row.facts}


def _events(kinds: Iterable[str]) -> Callable[[Person], QuerySet[Any]]:
    # What they are not, for which no index offers itself: one person's messages are the narrower door.
    others = [kind for kind in _EVENT.values if kind not in set(kinds)]

    def rows(person: Person) -> QuerySet[Any]:
        return MessageEvent.objects.filter(~Q(kind__in=others), message__person=person).select_related("link")

    return rows


def _changes(person: Person) -> QuerySet[Any]:
    """Return what staff did to a person; what the story tells in a table of its own is left out."""
    told = ("permission.recorded", "person.noted")
    rows = AuditEntry.objects.filter(subject_kind=_name(Person), subject_id=person.pk)
    return rows.exclude(action__in=told)


def _name(model: type[Model]) -> str:
    return model._meta.model_name or ""


_SOURCES: Mapping[str, _Source] = {
    "changes": _Source(rows=_changes, moment=F("at"), tell=_tell_change),
    "imports": _Source(
        rows=lambda person: ImportLine.objects.filter(
            person=person,
            verdict__in=(ImportLine.Verdict.ADDED, ImportLine.Verdict.CHANGED, ImportLine.Verdict.MERGED),
        ).select_related("of"),
        moment=Coalesce("of__finished_at", "of__created_at"),
        tell=_tell_import,
    ),
    "permissions": _Source(
        rows=lambda person: PermissionEntry.objects.filter(person=person).select_related("topic", "purpose", "brand"),
        moment=F("at"),
        tell=_tell_permission,
    ),
    "messages": _Source(
        rows=lambda person: Message.objects.filter(person=person).select_related("dispatch__version__template"),
        moment=Coalesce("sent_at", "judged_at", "dispatch__created_at"),
        tell=_tell_message,
    ),
    "events": _Source(rows=_events(_OTHER), moment=F("at"), tell=_tell_event),
    "returns": _Source(rows=_events(_RETURNS), moment=F("at"), tell=_tell_event),
    "clicks": _Source(rows=_events(_CLICKS), moment=F("at"), tell=_tell_event),
    "notes": _Source(rows=lambda person: Note.objects.filter(person=person), moment=F("at"), tell=_tell_note),
    "conversations": _Source(
        rows=lambda person: Entry.objects.filter(conversation__person=person).select_related("conversation"),
        moment=F("at"),
        tell=_tell_entry,
    ),
}
# What the story can be narrowed to → the tables that it then shows.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "messages": ("messages", "events"),
    "returns": ("returns",),
    "clicks": ("clicks",),
    "permissions": ("permissions",),
    "conversations": ("conversations",),
    "imports": ("imports",),
    "notes": ("notes", "changes"),
}
