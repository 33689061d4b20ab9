"""Query inbound messages with their state, bounces with their wording, absences and complaints."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet
from django.utils import timezone

from esmero.dossier.statistics.day_counts import bounce_class
from esmero.house.models import Brand, Happening, HappeningDelivery
from esmero.mailroom.models import Inbound, Mailbox
from esmero.outbox.models import OTHER_KINDS, RETURN_KINDS, Dispatch, Message, MessageEvent
from esmero.work.models import Due, Job

MAX_WORDINGS = 2000
MAX_FAILED_COUNT = 1_000
_CHANGING = (
    (re.compile(r"<?[\w.+'=-]+@[\w.-]+>?"), "<address>"),
    (re.compile(r"https?://\S+"), "<link>"),
    (re.compile(r"\[[0-9a-fA-F.:]+\]|\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<IP>"),
    (re.compile(r"\b(?=[\w-]*\d)[\w-]{9,}(?:\.[\w-]+)*\b"), "…"),
    (re.compile(r"\s+"), " "),
)


def count_arrivals() -> dict[str, int]:
    """Return the number of inbound messages by state."""
    return dict(Inbound.objects.values_list("state").annotate(number=Count("id")).order_by())


def count_failed() -> int:
    """Return the number of inbound messages that could not be handled, exact up to MAX_FAILED_COUNT."""
    return Inbound.objects.filter(state=Inbound.State.FAILED)[:MAX_FAILED_COUNT].count()


def list_failing_mailboxes() -> Sequence[Mailbox]:
    """Return the active mailboxes that cannot be read."""
    return list(Mailbox.objects.filter(active=True).exclude(trouble="").order_by("name"))


def list_failed(*, limit: int) -> Sequence[Inbound]:
    """Return inbound messages that could not be handled, the latest first; their bytes are stored."""
    return list(Inbound.objects.filter(state=Inbound.State.FAILED).select_related("raw").order_by("-id")[:limit])


# The other tables with due rows, by the name in the output.
DUE: dict[str, type[Due]] = {
    "arrivals": Inbound,
    "jobs": Job,
    "happenings": Happening,
    "deliveries": HappeningDelivery,
}
MOST_COUNTED = 2_000
# Literals, not parameters: otherwise SQLite does not use its partial index of due messages.
_SENDABLE = [
    Func(template=f"'{state}'", output_field=CharField())
    for state in (Message.State.PLANNED.value, Message.State.WAITING.value)
]


# Literals for the partial index of returns, negated, so that the planner does not prefer an index on the kind.
_NO_RETURN = [Func(template=f"'{kind}'", output_field=CharField()) for kind in OTHER_KINDS]


def count_due() -> dict[str, int]:
    """Return the number of rows due now by table, each counted up to MOST_COUNTED."""
    now = timezone.now()
    sendable = Message.objects.filter(due_at__lte=now, state__in=_SENDABLE).order_by()
    rest = {name: table._default_manager.filter(due_at__lte=now) for name, table in DUE.items()}
    return {
        "messages": sendable[:MOST_COUNTED].count(),
        **{name: rows[:MOST_COUNTED].count() for name, rows in rest.items()},
    }


def arrival_rows() -> QuerySet[Inbound]:
    """Return all inbound messages with the relations that a list shows; some belong to no brand."""
    return Inbound.objects.select_related("message__person", "raw")


def event_rows(*, brand: Brand, kinds: Sequence[str], since: datetime) -> QuerySet[MessageEvent]:
    """Return events of these kinds of a brand's messages since a time, without tests and notices."""
    wanted = ~Q(kind__in=_NO_RETURN) if tuple(kinds) == RETURN_KINDS else Q(kind__in=kinds)
    # Adding 0 keeps the planner from an index on the dispatch: kind and time are more selective.
    rows = MessageEvent.objects.alias(of=F("message__dispatch_id") + 0).filter(
        wanted, at__gte=since, of__in=Dispatch.objects.filter(brand=brand).values("pk")
    )
    return rows.filter(message__person__isnull=False).select_related("message__person", "message__dispatch")


@dataclass(slots=True)
class RelayWording:
    """Group returns with the same wording: number, class, receivers, and the latest message as an example."""

    words: str
    meaning: str
    of: str
    number: int = 0
    receivers: Counter[str] = field(default_factory=Counter)
    example: int = 0
    text: str = ""
    address: str = ""


def group_words(*, brand: Brand, since: datetime, limit: int = 100) -> tuple[list[RelayWording], int]:
    """Group the wordings of the latest returns, the most frequent first.

    Returns the groups and the number of returns that were read (at most MAX_WORDINGS). Addresses, server numbers and
    codes of single messages are removed before wordings are compared.
    """
    groups: dict[tuple[str, str], RelayWording] = {}
    seen = 0
    for kind, said, receiver, message, address in _read_latest_words(brand=brand, since=since):
        seen += 1
        text = _text_of(said)
        if not text:
            continue
        meaning = str(said.get("meaning") or "undefined")
        of = "now" if kind == MessageEvent.Kind.DEFERRED else bounce_class(kind, meaning)
        words = simplify_words(text)
        group = groups.setdefault((of, words), RelayWording(words, meaning, of))
        group.number += 1
        group.receivers[receiver] += 1
        if not group.example:
            group.example, group.text, group.address = message, text, address
    ranked = sorted(groups.values(), key=lambda one: (-one.number, one.words))
    return ranked[:limit], seen


def _read_latest_words(*, brand: Brand, since: datetime) -> list[tuple[Any, ...]]:
    """Read the latest MAX_WORDINGS returns and deferrals from the ends of two indexes, each in the order of time."""
    rows = MessageEvent.objects.alias(of=F("message__dispatch_id") + 0).filter(
        at__gte=since, of__in=Dispatch.objects.filter(brand=brand).values("pk")
    )
    each = (rows.filter(~Q(kind__in=_NO_RETURN)), rows.filter(kind=MessageEvent.Kind.DEFERRED))
    latest = [row for kinds in each for row in kinds.order_by("-at").values_list("at", "pk")[:MAX_WORDINGS]]
    keys = [pk for _at, pk in sorted(latest, reverse=True)[:MAX_WORDINGS]]
    facts = ("pk", "kind", "facts", "message__receiver", "message", "message__address")
    found = {row[0]: row[1:] for row in MessageEvent.objects.filter(pk__in=keys).values_list(*facts)}
    return [found[key] for key in keys if key in found]


def simplify_words(text: str) -> str:
    """Remove the parts of a server's wording that differ between messages."""
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    return text.strip()[:300]


def _text_of(facts: dict[str, Any]) -> str:
    status, text = str(facts.get("status") or ""), str(facts.get("text") or "").strip()
    return text if not status or status in text else f"{status} {text}".strip()


def unmatched(rows: QuerySet[Inbound]) -> QuerySet[Inbound]:
    """Filter inbound messages that were handled but match no message."""
    return rows.filter(message__isnull=True, state=Inbound.State.DONE)
