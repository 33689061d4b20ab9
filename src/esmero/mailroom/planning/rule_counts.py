"""The gate's rules for people to read, and how often each held something back. Only the mailroom asks the gate."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from inspect import cleandoc

from django.utils import timezone

from esmero.outbox.models import Message
from esmero.policy.case import MESSAGE_CLASSES
from esmero.policy.gate import RULES
from esmero.policy.rule import RecipientRule

REFUSED_DAYS = 30
MOST = 50_000  # refused messages that are looked at, the latest first


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One rule: its code, the sources it names, the classes of message it applies to, and whether it looks at each person."""

    code: str
    norm: str
    classes: tuple[str, ...]
    each_person: bool


def list_norms() -> list[RuleSummary]:
    """Return the rules in the order in which the gate asks them."""
    told = []
    for rule in RULES:
        parts = [" ".join(part.split()) for part in cleandoc(rule.__doc__ or "").split("\n\n")]
        source = next((part.removeprefix("Norm:").strip() for part in parts if part.startswith("Norm:")), "")
        classes = tuple(kind for kind in MESSAGE_CLASSES if kind in rule.applies_to)
        told.append(RuleSummary(rule.code, source, classes, isinstance(rule, RecipientRule)))
    return told


def count_refused() -> tuple[dict[str, int], bool]:
    """Return {code: messages it was the first to refuse in the last 30 days}, and whether all of them were looked at.

    Ids grow with time, so the latest are read by the primary key, and no more than MOST of them.
    """
    since = timezone.now() - timedelta(days=REFUSED_DAYS)
    numbers = Counter({rule.code: 0 for rule in RULES})
    first = next(iter(Message.objects.order_by("-id").values_list("id", flat=True)[MOST - 1 : MOST]), None)
    rows = Message.objects.filter(id__gte=first or 0, state=Message.State.REFUSED, judged_at__gte=since)
    for verdict in rows.exclude(verdict="").values_list("verdict", flat=True).iterator(chunk_size=5000):
        numbers[verdict.partition(" ")[0].partition(":")[0]] += 1
    return dict(numbers), first is None
