"""Store events that providers report by webhook: verified and parsed by django-anymail, then stored like a mail.

An event is committed before the provider gets its 200, and is handled by the same handlers as a mail. A repeated event
has the same octets, so it is the same row.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from django.http import HttpRequest
from django.utils import timezone

from esmero.intake.webhook_events import EVENT_TYPES
from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS, open_reader
from esmero.mailroom.arriving.channels.webhook_secrets import find_secret, record_request
from esmero.mailroom.arriving.receive import take_in

MAX_VALUES = 1_000  # of a list within one event
MAX_DEPTH = 8
_ID_KEY = re.compile(r"(?:message|smtp|msg)[-_ ]?id$", re.IGNORECASE)


class UnknownProvider(Exception):
    """Report that the provider is unknown, or that no secret is set for it."""


class SignatureRefused(Exception):
    """Refuse a request that does not prove to come from the provider."""


class UnreadableEvent(Exception):
    """Report that a request is signed, but that its events cannot be parsed."""


def take_events(provider: str, *, request: HttpRequest) -> int:
    """Store the events of one request, committed on return; returns their number.

    Raises UnknownProvider, SignatureRefused or UnreadableEvent.
    """
    secret = find_secret(provider) if provider in PROVIDERS else ""
    if not secret:
        raise UnknownProvider(provider)
    reader = open_reader(provider, secret=secret)
    try:
        reader.run_validators(request)
        events = list(reader.parse_events(request))  # the size of a request is bounded, so their number is
    except AnymailWebhookValidationFailure as fault:
        # Without Authorization the client has not been asked for its password yet, so nothing was refused.
        if not PROVIDERS[provider].pair or "Authorization" in request.headers:
            record_request(provider, proven=False)
        raise SignatureRefused(str(fault)) from fault
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError, LookupError) as fault:
        raise UnreadableEvent(f"{type(fault).__name__}: {fault}") from fault
    at = timezone.now()
    kept = [describe_event(event, provider=provider) for event in events if event.event_type in EVENT_TYPES]
    for raw in kept:
        take_in(raw, envelope_from="", envelope_to="", door=f"hook:{provider}", at=at)
    record_request(provider, proven=True)
    return len(kept)


def describe_event(event: Any, *, provider: str) -> bytes:
    """Serialise an event of anymail for storage; the same event gives the same octets."""
    source = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    words = " ".join(str(word) for word in (event.mta_response, event.description) if word)
    facts = {
        "provider": provider,
        "type": event.event_type,
        "event": str(event.event_id or ""),
        "at": event.timestamp.isoformat() if event.timestamp else "",
        "recipient": str(event.recipient or ""),
        "words": words[:2_000],
        "reason": str(event.reject_reason or ""),
        "ids": list(dict.fromkeys(islice(_find_ids(source), 20))) or [str(event.message_id or "")],
    }
    # Sorted, because a repeated event must give the same octets.
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _find_ids(facts: Any, depth: int = 0) -> Iterator[str]:
    """Yield every Message-ID in a provider's event: each provider has its own name and place for it."""
    if depth > MAX_DEPTH:
        return
    if isinstance(facts, Mapping):
        if _ID_KEY.fullmatch(str(facts.get("name", ""))) and "@" in str(facts.get("value", "")):
            yield str(facts["value"])  # a header as name and value (SES)
        for name, value in facts.items():
            if isinstance(value, str) and _ID_KEY.search(str(name)) and "@" in value:
                yield value
            else:
                yield from _find_ids(value, depth + 1)
    elif isinstance(facts, list):
        for value in facts[:MAX_VALUES]:
            yield from _find_ids(value, depth + 1)
