"""Find, save and delete relays, and open their transports (passwords at rest: relay_passwords.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection, transaction

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.outbox.models import Dispatch, Relay
from esmero.outbox.relay_passwords import decrypt_relay_password, encrypt_password
from esmero.outbox.transports.smtp.relay_address import RelayAddress
from esmero.refusal import Refusal
from esmero.work.wakeups import wake

if TYPE_CHECKING:
    from esmero.outbox.transports.capture.transport import InThread
    from esmero.outbox.transports.parcels import DeliveryObserver, Parcel


_RELAY_OF_BRAND = """SELECT id FROM esmero_relay WHERE brand_id = %s OR brand_id IS NULL
ORDER BY brand_id IS NULL, id LIMIT 1"""


class Transport(Protocol):
    """Define the interface of transports."""

    async def deliver(self, parcels: "Sequence[Parcel]", observer: "DeliveryObserver") -> None: ...

    async def close(self) -> None: ...


class NoRelay(Refusal):
    """Refuse to write in the name of a brand, or of the house, that has no relay."""


def find_relay(brand: Brand) -> Relay:
    """Return the relay of a brand: its own, else one of all brands. Raises NoRelay."""
    return Relay.objects.get(pk=find_relay_id(brand))


def find_relay_id(brand: Brand) -> int:
    """Return the id of the relay that `find_relay` returns. Raises NoRelay.

    Plain SQL: each single message asks this, and to build the same query from models takes several times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RELAY_OF_BRAND, [brand.pk])
        row = cursor.fetchone()
    if row is None:
        raise NoRelay("brand-without-relay", name=brand.name)
    return int(row[0])


def address_of(relay: Relay, *, helo: str) -> RelayAddress:
    """Return the connection parameters of an SMTP relay. Raises RelayPasswordLost."""
    return RelayAddress(
        host=relay.host,
        port=relay.port,
        security=relay.security,  # type: ignore[arg-type]
        username=relay.username,
        password=decrypt_relay_password(relay),
        connections=relay.connections,
        helo=helo,
        ca_file=relay.ca_file,
    )


def connection_settings(relay: Relay) -> tuple[object, ...]:
    """Return the settings of an open transport: if one of them changes, it must be opened again."""
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


def open_transport(relay: Relay, *, helo: str, in_thread: "InThread") -> Transport:
    """Open the transport of a relay. Raises RelayPasswordLost."""
    if relay.kind == Relay.Kind.CAPTURE:
        from esmero.outbox.transports.capture.transport import CaptureTransport

        return CaptureTransport(in_thread=in_thread)
    from esmero.outbox.transports.smtp.pool import SmtpPool

    return SmtpPool(address_of(relay, helo=helo))


def note_trouble(relay_id: int, *, trouble: str, at: datetime | None) -> None:
    """Store the reason why a relay could not be reached; "": it works. Written only on change."""
    with transaction.atomic():
        Relay.objects.filter(pk=relay_id).exclude(trouble=trouble[:500]).update(trouble=trouble[:500], trouble_at=at)


def save_relay(relay: Relay, *, facts: Mapping[str, Any], password: str | None, by: User | str) -> Relay:
    """Create or change a relay. `password` None keeps the stored one; without a username there is none.

    Raises:
        ValidationError: a value is invalid.

    """
    for name, value in facts.items():
        setattr(relay, name, value)
    if not relay.username:
        relay.password = ""
    elif password is not None:
        relay.password = encrypt_password(password)
    # Results of the old settings prove nothing about the new ones.
    relay.trouble, relay.trouble_at, relay.check_result, relay.checked_at = "", None, {}, None
    relay.full_clean()
    with transaction.atomic():
        relay.save()
        note("relay.saved", by=by, subject=relay, facts={"name": relay.name, "host": relay.host})
        wake(Dispatch)  # senders open its transport anew
    return relay


def delete_relay(relay: Relay, *, by: User) -> bool:
    """Delete a relay without dispatches; False if a dispatch used it, because the ledger refers to it."""
    with transaction.atomic():
        if Dispatch.objects.filter(relay=relay).exists():
            return False
        note("relay.dropped", by=by, facts={"name": relay.name, "host": relay.host})
        relay.delete()
    return True
