"""Trying a mailbox out: name, connection, TLS, sign-in and folders, each step with what happened and what to do.

Nothing is read and nothing changed. The whole takes at most about LIMIT seconds.
"""

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from esmero.mailroom.arriving.channels.imap_connection import MailboxTrouble, close_client, open_client, sign_in
from esmero.mailroom.models import Mailbox
from esmero.outbox.private_networks import PrivateNetworkRefused, find_addresses
from esmero.outbox.relay_check import RelayCheckStep

WAIT = 10.0  # seconds that a silent server is waited for
LIMIT = 20.0
NAMED = 30  # folders that are named
STEPS = ("name", "connect", "tls", "auth", "folders")
_HERE = {"127.0.0.1", "localhost", "::1"}


class _Stopped(Exception):
    """A step that did not work: `said` is what happened."""

    def __init__(self, said: str, remedy: str) -> None:
        super().__init__(said)
        self.said, self.remedy = said, remedy


def check_mailbox(mailbox: Mailbox) -> list[RelayCheckStep]:
    """Go through all steps. Never raises for what the server does."""
    done: list[RelayCheckStep] = []
    client: IMAPClient | None = None
    clock: threading.Timer | None = None
    try:
        _step(done, "name", lambda: _find(mailbox))
        _step(done, "connect", lambda: _reach(mailbox))
        client = _step_client(done, mailbox)
        clock = threading.Timer(LIMIT, close_client, [client])
        clock.daemon = True
        clock.start()
        opened = client
        _step(done, "auth", lambda: _enter(opened, mailbox))
        _step(done, "folders", lambda: _count(opened, mailbox))
    except _Stopped:
        pass
    finally:
        if clock is not None:
            clock.cancel()
        if client is not None:
            close_client(client)
    met = {one.step for one in done}
    return [*done, *(RelayCheckStep(step, "open") for step in _order(mailbox) if step not in met)]


def keep_check(mailbox_id: int) -> list[RelayCheckStep]:
    """Check a mailbox and keep the result on its row; one that answers is no longer in trouble."""
    steps = check_mailbox(Mailbox.objects.get(pk=mailbox_id))
    good = all(one.state in {"ok", "warned"} for one in steps)
    facts: dict[str, Any] = {"check_result": {"steps": [asdict(one) for one in steps], "good": good}}
    if good:
        facts |= {"trouble": "", "trouble_at": None}
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox_id).update(checked_at=timezone.now(), **facts)
    return steps


def mark_checking(mailbox: Mailbox) -> None:
    """Keep that the mailbox is being tried out just now, so that a page can wait for the result."""
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox.pk).update(check_result={"since": timezone.now().isoformat()})


def _order(mailbox: Mailbox) -> list[str]:
    return [step for step in STEPS if step != "tls" or mailbox.security != Mailbox.Security.NONE]


def _step(done: list[RelayCheckStep], name: str, work: Callable[[], str]) -> None:
    """Do one step and note what came of it; what does not work ends the way."""
    try:
        done.append(RelayCheckStep(name, "ok", work()[:400]))
    except _Stopped as stop:
        done.append(RelayCheckStep(name, "broken", stop.said[:400], stop.remedy))
        raise
    except MailboxTrouble as trouble:
        done.append(RelayCheckStep(name, "broken", trouble.text[:400], trouble.remedy))
        raise _Stopped(trouble.text, trouble.remedy) from trouble
    except (OSError, IMAPClientError, ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        # A server that is cut short makes the library stumble over what is missing.
        done.append(RelayCheckStep(name, "broken", str(fault)[:400] or type(fault).__name__, "Try again later"))
        raise _Stopped(str(fault), "Try again later") from fault


def _step_client(done: list[RelayCheckStep], mailbox: Mailbox) -> IMAPClient:
    """Open the connection: encryption is a step of its own where there is one, else it is said that there is none."""
    opened: list[IMAPClient] = []

    def encrypt() -> str:
        opened.append(_open(mailbox))
        return str(getattr(opened[0].socket(), "version", lambda: "")() or "")

    if mailbox.security != Mailbox.Security.NONE:
        _step(done, "tls", encrypt)
        return opened[0]
    reached = done.pop()
    _step(done, "connect", lambda: encrypt() or reached.said)
    if mailbox.host not in _HERE:
        done.append(RelayCheckStep("tls", "warned", remedy="Use security starttls or tls"))
    return opened[0]


def _find(mailbox: Mailbox) -> str:
    try:
        return ", ".join(find_addresses(mailbox.host, port=mailbox.port))
    except PrivateNetworkRefused as fault:
        raise _Stopped(str(fault), "Write the address itself as the host if you mean that machine") from fault
    except OSError as fault:
        raise _Stopped(str(fault.strerror or fault), "Check the host") from fault


def _reach(mailbox: Mailbox) -> str:
    try:
        with socket.create_connection((mailbox.host, mailbox.port), timeout=WAIT) as link:
            peer = link.getpeername()
    except OSError as fault:
        remedy = "Check host and port, and that no firewall stands between"
        raise _Stopped(str(fault.strerror or fault), remedy) from fault
    return f"{peer[0]}, {peer[1]}"


def _open(mailbox: Mailbox) -> IMAPClient:
    try:
        return open_client(mailbox, timeout=WAIT)
    except ssl.SSLCertVerificationError as fault:
        remedy = "Set the host to a name in its certificate, or ca_file to the authority that signed it"
        raise _Stopped(fault.verify_message or str(fault), remedy) from fault
    except FileNotFoundError as fault:
        remedy = "Set ca_file to a readable file of PEM certificates, or leave it out to use the system's"
        raise _Stopped(str(fault.strerror or fault), remedy) from fault
    except ssl.SSLError as fault:
        raise _Stopped(
            fault.reason or str(fault), "Check port and security: 993 is usually tls, 143 starttls"
        ) from fault
    except (OSError, IMAPClientError) as fault:
        raise _Stopped(str(fault), "Check port and security: 993 is usually tls, 143 starttls") from fault


def _enter(client: IMAPClient, mailbox: Mailbox) -> str:
    sign_in(client, mailbox, timeout=WAIT)
    return mailbox.username


def _count(client: IMAPClient, mailbox: Mailbox) -> str:
    """Count what each folder that is to be read holds; where one is missing, say which there are."""
    counted = []
    for name in mailbox.folders or ["INBOX"]:
        try:
            number = int(client.select_folder(str(name), readonly=True)[b"EXISTS"])
        except IMAPClientError as fault:
            there = ", ".join(_list_folders(client))
            raise _Stopped(f"{name}: {fault}. {there}", "Name folders that are there") from fault
        counted.append(f"{name}: {number}")
    return "; ".join(counted)


def _list_folders(client: IMAPClient) -> list[str]:
    return [str(name) for _flags, _delimiter, name in client.list_folders()[:NAMED]]
