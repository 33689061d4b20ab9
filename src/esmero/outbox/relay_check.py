"""Check a relay step by step: name, connection, greeting, TLS and login, each with its result and a remedy."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from esmero.outbox.models import Relay
from esmero.outbox.private_networks import PrivateNetworkRefused, find_addresses
from esmero.outbox.relay_passwords import RelayPasswordLost
from esmero.outbox.relays import address_of
from esmero.outbox.transports.smtp.relay_address import RelayAddress, RelayTrouble
from esmero.outbox.transports.smtp.session import open_session

TIMEOUT = 15.0  # seconds for the whole session

# The order of the steps by connection security; transports/smtp/session.py uses the same names.
_ORDER = {
    "none": ("name", "connect", "ehlo", "auth"),
    "starttls": ("name", "connect", "ehlo", "tls", "auth"),
    "tls": ("name", "connect", "tls", "ehlo", "auth"),
}


@dataclass(frozen=True, slots=True)
class RelayCheckStep:
    """Describe one step: its facts (`said`), its `remedy`, and `state`: ok, broken, open (not reached) or warned."""

    step: str
    state: str
    said: str = ""
    remedy: str = ""


def check_relay(relay: Relay) -> list[RelayCheckStep]:
    """Check all steps within about 20 seconds, without sending a message. Faults of the relay never raise."""
    order = _ORDER[relay.security]
    if not relay.username:
        order = tuple(step for step in order if step != "auth")
    try:
        found = find_addresses(relay.host, port=relay.port)
    except PrivateNetworkRefused as trouble:
        remedy = "Write the address itself as the host if you mean that machine"
        return _fail_step(order, "name", said=str(trouble), remedy=remedy)
    except OSError as trouble:
        return _fail_step(order, "name", said=str(trouble.strerror or trouble), remedy="Check the host")
    try:
        address = replace(address_of(relay, helo=socket.getfqdn()), timeout=TIMEOUT)
    except RelayPasswordLost as trouble:
        return _fail_step(order, "auth", said=str(trouble), remedy="Enter the password again")
    try:
        return asyncio.run(_run_session(address, order=order, found=", ".join(found)))
    except RelayTrouble as trouble:
        place = trouble.place if trouble.place in order else "connect"
        return _fail_step(order, place, said=trouble.text, remedy=trouble.remedy)


async def _run_session(address: RelayAddress, *, order: tuple[str, ...], found: str) -> list[RelayCheckStep]:
    link, session = await open_session(address)
    tls, names = link.tls_version, ", ".join(session.capabilities.names)
    link.quit()
    said = {
        "name": found,
        "connect": session.greeting,
        "ehlo": names,
        "tls": tls,
        "auth": ", ".join(session.capabilities.mechanisms),
    }
    steps = [RelayCheckStep(step, "ok", said[step][:400]) for step in order]
    if address.security == "none" and not _is_loopback(address.host):
        steps.append(RelayCheckStep("tls", "warned", remedy="Use security starttls or tls"))
    return steps


def store_check(relay_id: int, *, then: Callable[[], Mapping[str, Any]] = dict) -> list[RelayCheckStep]:
    """Check a relay and store the result on its row; a successful check clears its trouble.

    `then` is called after a successful check. Its facts are stored in the same UPDATE, so that a page that waits for
    the result gets both.
    """
    steps = check_relay(Relay.objects.get(pk=relay_id))
    result: dict[str, Any] = {"steps": [asdict(one) for one in steps], "good": is_good(steps)}
    if result["good"]:
        with transaction.atomic():
            Relay.objects.filter(pk=relay_id).update(trouble="", trouble_at=None)
        result |= then()
    with transaction.atomic():
        Relay.objects.filter(pk=relay_id).update(checked_at=timezone.now(), check_result=result)
    return steps


def mark_checking(relay: Relay) -> None:
    """Store that a check is running, so that a page can wait for the result."""
    with transaction.atomic():
        Relay.objects.filter(pk=relay.pk).update(check_result={"since": timezone.now().isoformat()})


def is_good(steps: list[RelayCheckStep]) -> bool:
    """Return whether the relay can send mail."""
    return all(one.state in {"ok", "warned"} for one in steps)


def _fail_step(order: tuple[str, ...], place: str, *, said: str, remedy: str) -> list[RelayCheckStep]:
    position = order.index(place) if place in order else len(order) - 1
    return [
        *(RelayCheckStep(step, "ok") for step in order[:position]),
        RelayCheckStep(order[position], "broken", said[:400], remedy),
        *(RelayCheckStep(step, "open") for step in order[position + 1 :]),
    ]


def _is_loopback(host: str) -> bool:
    return host in {"127.0.0.1", "localhost", "::1"}
