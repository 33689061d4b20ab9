"""Classify delivery events that providers report by webhook, as `classify` does for mail.

The input is one JSON object per event, in the provider-neutral form that mailroom/arriving/channels/webhooks.py stores
after it has verified the signature.
"""

import json
from types import MappingProxyType

from esmero.intake.bounces.dsn import Report, clean_address, make_report
from esmero.intake.bounces.meaning import find_status
from esmero.intake.classification import Classification, InboundKind

MAX_OCTETS = 262_144
MAX_IDS = 20

_KINDS = {
    "bounced": InboundKind.BOUNCE,
    "rejected": InboundKind.BOUNCE,
    "deferred": InboundKind.BOUNCE,
    "complained": InboundKind.COMPLAINT,
    "unsubscribed": InboundKind.UNSUBSCRIBE,
    "autoresponded": InboundKind.AUTOREPLY,
}
EVENT_TYPES = frozenset(_KINDS)
"""Event types that are stored. Deliveries, opens and clicks as counted by a provider are ignored."""


def read_webhook_event(raw: bytes) -> Classification:
    """Classify one event. Never raises: octets that are no known event give the kind *other*."""
    try:
        facts = json.loads(raw[:MAX_OCTETS])
    except (ValueError, RecursionError):
        facts = {}
    if not isinstance(facts, dict):
        facts = {}
    kind = _KINDS.get(_word(facts, "type"), InboundKind.OTHER)
    ids = [one.strip().strip("<>")[:500] for one in _list(facts, "ids")[:MAX_IDS]]
    report = _make_report(facts) if kind is InboundKind.BOUNCE else None
    return Classification(
        kind=kind,
        sender=clean_address(_word(facts, "recipient")),  # the recipient takes the place of a mail's sender
        subject="",
        text=_word(facts, "words"),
        why=(f"hook:{_word(facts, 'provider')[:20]}:{_word(facts, 'type')[:20]}",),
        message_id="",
        in_reply_to=tuple(ids[1:]),
        returned_message_id=ids[0] if ids else "",
        returned_headers=MappingProxyType({}),
        language="",
        truncated=len(raw) > MAX_OCTETS,
        hard=report.hard if report else None,
        reports=(report,) if report else (),
        feedback="abuse" if kind is InboundKind.COMPLAINT else "",
    )


def _make_report(facts: dict[str, object]) -> Report:
    words = _word(facts, "words")
    return make_report(
        clean_address(_word(facts, "recipient")),
        action="delayed" if _word(facts, "type") == "deferred" else "failed",
        status=find_status(words),
        diagnostic=words,
    )


def _word(facts: dict[str, object], name: str) -> str:
    value = facts.get(name)
    return value[:2_000] if isinstance(value, str) else ""


def _list(facts: dict[str, object], name: str) -> list[str]:
    value = facts.get(name)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
