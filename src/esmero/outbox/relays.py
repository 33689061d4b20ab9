"""Relays: the way a dispatch takes, and the open transports of a sending process (passwords at rest: relay_passwords.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from esmero.house.audit import note
from esmero.house.models import Brand, User
from esmero.outbox.models import Dispatch, Relay
from esmero.outbox.relay_passwords import hide_password, reveal_password
from esmero.outbox.transports.smtp.relay_address import RelayAddress

if TYPE_CHECKING:
    from esmero.outbox.transports.capture.transport import InThread
    from esmero.outbox.transports.parcels import DeliveryObserver, Parcel


class Transport(Protocol):
    """What every way out can do."""

    async def deliver(self, parcels: "Sequence[Parcel]", observer: "DeliveryObserver") -> None: ...

    async def close(self) -> None: ...


class NoRelay(Exception):
    """There is no way out for a brand; the text says how to make one."""


def find_relay(brand: Brand) -> Relay:
    """Return the relay for a brand's mail: its own, else one that serves all."""
    ways = Relay.objects.filter(Q(brand=brand) | Q(brand=None)).order_by("id")
    for way in sorted(ways, key=lambda way: way.brand_id is None):
        return way
    raise NoRelay(
        _("No relay can carry mail of %(name)s. Make one under Settings, Relays, or by `esmero relay create`.")
        % {"name": brand.name}
    )


def brands_with_relay() -> QuerySet[Brand]:
    """Return the brands whose mail has a way out."""
    ways = Relay.objects.all()
    return Brand.objects.filter(Q(pk__in=ways.values("brand")) | Exists(ways.filter(brand=None)))


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


def open_transport(relay: Relay, *, helo: str, in_thread: "InThread") -> Transport:
    """Return the open way out for a relay's row; raises PasswordLost."""
    if relay.kind == Relay.Kind.CAPTURE:
        from esmero.outbox.transports.capture.transport import CaptureTransport

        return CaptureTransport(in_thread=in_thread)
    from esmero.outbox.transports.smtp.pool import SmtpPool

    return SmtpPool(address_of(relay, helo=helo))


def note_trouble(relay_id: int, *, trouble: str, at: datetime | None) -> None:
    """Keep why a relay could not be reached, or (empty) that it can; written only when it changes."""
    with transaction.atomic():
        Relay.objects.filter(pk=relay_id).exclude(trouble=trouble[:500]).update(trouble=trouble[:500], trouble_at=at)


def save_relay(relay: Relay, *, facts: Mapping[str, Any], password: str | None, by: User | str) -> Relay:
    """Make a relay or change it. `password` None leaves the one that is kept; without a username there is none.

    Raises:
        ValidationError: a value cannot be.

    """
    for name, value in facts.items():
        setattr(relay, name, value)
    if not relay.username:
        relay.password = ""
    elif password is not None:
        relay.password = hide_password(password)
    relay.trouble, relay.trouble_at, relay.check_result, relay.checked_at = "", None, {}, None
    relay.full_clean()
    with transaction.atomic():
        relay.save()
        note("relay.saved", by=by, subject=relay, facts={"name": relay.name, "host": relay.host})
    return relay


def drop_relay(relay: Relay, *, by: User) -> bool:
    """Forget a relay by which nothing ever left; False where something did, because the ledger names it."""
    with transaction.atomic():
        if Dispatch.objects.filter(relay=relay).exists():
            return False
        note("relay.dropped", by=by, facts={"name": relay.name, "host": relay.host})
        relay.delete()
    return True
