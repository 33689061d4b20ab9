"""One person's story: read from the tables where it stands, never written twice. Words are given to it in `web`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esmero.conversations.models import Entry
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import ImportLine, PermissionEntry, Person


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: `kind` is message, event, permission, wrote, answered or import; `facts` by kind."""

    at: datetime
    kind: str
    facts: Mapping[str, Any]


def read_timeline(person: Person, *, limit: int = 100) -> list[Moment]:
    """Return the latest `limit` moments of a person's story, the newest first; one query a table."""
    moments = [
        *_messages(person, limit=limit),
        *_events(person, limit=limit),
        *_permissions(person, limit=limit),
        *_conversation(person, limit=limit),
        *_imports(person, limit=limit),
    ]
    return sorted(moments, key=lambda moment: moment.at, reverse=True)[:limit]


def _messages(person: Person, *, limit: int) -> Iterator[Moment]:
    rows = Message.objects.filter(person=person).select_related("dispatch__version__template").order_by("-id")
    for row in rows[:limit]:
        version = row.dispatch.version
        yield Moment(
            row.sent_at or row.judged_at or row.dispatch.created_at,
            "message",
            {
                "message": row.pk,
                "state": row.state,
                "codes": row.verdict.split(),
                "dispatch": row.dispatch_id,
                "name": version.template.name if version else row.dispatch.message_class,
                "address": row.address,
            },
        )


def _events(person: Person, *, limit: int) -> Iterator[Moment]:
    rows = MessageEvent.objects.filter(message__person=person).select_related("link").order_by("-at", "-id")
    for row in rows[:limit]:
        facts = {"event": row.kind, "machine": row.machine, "link": row.link.url if row.link else "", **row.facts}
        yield Moment(row.at, "event", facts)


def _permissions(person: Person, *, limit: int) -> Iterator[Moment]:
    rows = PermissionEntry.objects.filter(person=person).select_related("topic", "purpose", "brand").order_by("-id")
    for row in rows[:limit]:
        yield Moment(
            row.at,
            "permission",
            {
                "act": row.act,
                "basis": row.basis,
                "brand": row.brand.name,
                "channel": row.channel,
                "topic": row.topic.name if row.topic else row.purpose.name,
                "wording": row.wording,
                "source": row.source,
                "place": row.proof_place,
            },
        )


def _conversation(person: Person, *, limit: int) -> Iterator[Moment]:
    rows = Entry.objects.filter(conversation__person=person).select_related("conversation").order_by("-at", "-id")
    for row in rows[:limit]:
        kind = "wrote" if row.direction == Entry.Direction.IN else "answered"
        yield Moment(
            row.at,
            kind,
            {
                "conversation": row.conversation_id,
                "subject": row.subject or row.conversation.subject,
                "text": row.text,
                "author": row.author,
            },
        )


def _imports(person: Person, *, limit: int) -> Iterator[Moment]:
    told = (ImportLine.Verdict.ADDED, ImportLine.Verdict.CHANGED, ImportLine.Verdict.MERGED)
    rows = ImportLine.objects.filter(person=person, verdict__in=told).select_related("of").order_by("-id")
    for row in rows[:limit]:
        yield Moment(
            row.of.finished_at or row.of.created_at,
            "import",
            {"import": row.of_id, "file": row.of.file_name, "line": row.line, "verdict": row.verdict},
        )
