"""Relays: the way a dispatch takes, and the open transports of a sending process (passwords at rest: passwords.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.db.models import Q

from esmero.house.models import Brand
from esmero.outbox.models import Relay
from esmero.outbox.passwords import reveal_password
from esmero.outbox.transports.capture.transport import CaptureTransport, InThread
from esmero.outbox.transports.parcels import Observer, Parcel
from esmero.outbox.transports.smtp.pool import RelayAddress, SmtpPool


class Transport(Protocol):
    """What every way out can do."""

    async def deliver(self, parcels: Sequence[Parcel], observer: Observer) -> None: ...

    async def close(self) -> None: ...


class NoRelay(Exception):
    """There is no way out for a brand; the text says how to make one."""


def find_relay(brand: Brand) -> Relay:
    """Return the relay for a brand's mail: its own, else one that serves all."""
    ways = Relay.objects.filter(Q(brand=brand) | Q(brand=None)).order_by("id")
    for way in sorted(ways, key=lambda way: way.brand_id is None):
        return way
    raise NoRelay(
        f"No relay can carry mail of {brand.name}. Make one: esmero relay create NAME --host HOST --port PORT"
    )


def address_of(relay: Relay, *, helo: str) -> RelayAddress:
    """Return where and how to speak to an SMTP relay; raises PasswordLost."""
    return RelayAddress(
        host=relay.host,
        port=relay.port,
        security=relay.security,  # type: ignore[arg-type]
        username=relay.username,
        password=reveal_password(relay),
        connections=relay.connections,
        helo=helo,
        ca_file=relay.ca_file,
    )


def address_facts(relay: Relay) -> tuple[object, ...]:
    """Return what an open transport was opened with: when one of these changes, it is to be opened anew."""
    return (
        relay.kind,
        relay.host,
        relay.port,
        relay.security,
        relay.username,
        relay.password,
        relay.ca_file,
        relay.connections,
        relay.per_second,
    )


def open_transport(relay: Relay, *, helo: str, in_thread: InThread) -> Transport:
    """Return the open way out for a relay's row; raises PasswordLost."""
    if relay.kind == Relay.Kind.CAPTURE:
        return CaptureTransport(in_thread=in_thread)
    return SmtpPool(address_of(relay, helo=helo))


def note_trouble(relay_id: int, *, trouble: str, at: datetime | None) -> None:
    """Keep why a relay could not be reached, or (empty) that it can; written only when it changes."""
    with transaction.atomic():
        Relay.objects.filter(pk=relay_id).exclude(trouble=trouble[:500]).update(trouble=trouble[:500], trouble_at=at)
