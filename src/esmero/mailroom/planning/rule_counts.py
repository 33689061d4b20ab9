"""Describe the gate's rules for staff, with the number of refusals by each. Only the mailroom may import the gate."""

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
MAX_MESSAGES = 50_000  # the latest ones are read


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """Describe one rule: its code, its sources, its message classes, and whether it judges each person."""

    code: str
    norm: str
    classes: tuple[str, ...]
    each_person: bool


def list_rules() -> list[RuleSummary]:
    """Return the rules in the order in which the gate applies them."""
    summaries = []
    for rule in RULES:
        parts = [" ".join(part.split()) for part in cleandoc(rule.__doc__ or "").split("\n\n")]
        source = next((part.removeprefix("Norm:").strip() for part in parts if part.startswith("Norm:")), "")
        classes = tuple(kind for kind in MESSAGE_CLASSES if kind in rule.applies_to)
        summaries.append(RuleSummary(rule.code, source, classes, isinstance(rule, RecipientRule)))
    return summaries


def count_refused() -> tuple[dict[str, int], bool]:
    """Return {code: messages first refused by it in the last 30 days}, and whether all of them were read.

    Ids grow with time, so the latest MAX_MESSAGES messages are read by the primary key.
    """
    since = timezone.now() - timedelta(days=REFUSED_DAYS)
    numbers = Counter({rule.code: 0 for rule in RULES})
    first = next(
        iter(Message.objects.order_by("-id").values_list("id", flat=True)[MAX_MESSAGES - 1 : MAX_MESSAGES]), None
    )
    rows = Message.objects.filter(id__gte=first or 0, state=Message.State.REFUSED, judged_at__gte=since)
    for verdict in rows.exclude(verdict="").values_list("verdict", flat=True).iterator(chunk_size=5000):
        numbers[verdict.partition(" ")[0].partition(":")[0]] += 1
    return dict(numbers), first is None
