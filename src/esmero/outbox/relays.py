"""Relays: their passwords at rest, the way a dispatch takes, and the open transports of a sending process."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.core import signing
from django.db import transaction
from django.db.models import Q

from esmero.house.models import Brand
from esmero.outbox.models import Relay
from esmero.outbox.transports.capture.transport import CaptureTransport, InThread
from esmero.outbox.transports.parcels import Observer, Parcel
from esmero.outbox.transports.smtp.pool import RelayAddress, SmtpPool

_SALT = "esmero.relay"


class Transport(Protocol):
    """What every way out can do."""

    async def deliver(self, parcels: Sequence[Parcel], observer: Observer) -> None: ...

    async def close(self) -> None: ...


class NoRelay(Exception):
    """There is no way out for a brand; the text says how to make one."""


def hide_password(password: str) -> str:
    """Return the password as the table keeps it: signed and bound to this house's secret, never in clear in a listing."""
    return signing.dumps(password, salt=_SALT) if password else ""


def reveal_password(relay: Relay) -> str:
    """Return the password in clear; signing.BadSignature if the table was changed or the secret was lost."""
    return str(signing.loads(relay.password, salt=_SALT)) if relay.password else ""


def find_relay(brand: Brand) -> Relay:
    """Return the relay for a brand's mail: its own, else one that serves all."""
    ways = Relay.objects.filter(Q(brand=brand) | Q(brand=None)).order_by("id")
    for way in sorted(ways, key=lambda way: way.brand_id is None):
        return way
    raise NoRelay(
        f"No relay can carry mail of {brand.name}. Make one: esmero relay create NAME --host HOST --port PORT"
    )


def address_of(relay: Relay, *, helo: str) -> RelayAddress:
    """Return where and how to speak to an SMTP relay."""
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


def open_transport(relay: Relay, *, helo: str, in_thread: InThread) -> Transport:
    """Return the open way out for a relay's row."""
    if relay.kind == Relay.Kind.CAPTURE:
        return CaptureTransport(in_thread=in_thread)
    return SmtpPool(address_of(relay, helo=helo))


def note_trouble(relay_id: int, *, trouble: str, at: datetime | None) -> None:
    """Keep why a relay could not be reached, or (empty) that it can; written only when it changes."""
    with transaction.atomic():
        Relay.objects.filter(pk=relay_id).exclude(trouble=trouble[:500]).update(trouble=trouble[:500], trouble_at=at)
