"""Test a mailbox: name, connection, TLS, sign-in and folders, each step with its result and remedy.

Nothing is read and nothing changed. All steps together take at most about LIMIT seconds.
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

WAIT = 10.0  # seconds to wait for a server that does not answer
LIMIT = 20.0
MAX_FOLDERS = 30  # folders named in a result
STEPS = ("name", "connect", "tls", "auth", "folders")
_HERE = {"127.0.0.1", "localhost", "::1"}


class _StepFailed(Exception):
    """Report that a step failed: `said` is the cause."""

    def __init__(self, said: str, remedy: str) -> None:
        super().__init__(said)
        self.said, self.remedy = said, remedy


def check_mailbox(mailbox: Mailbox) -> list[RelayCheckStep]:
    """Run all steps. Never raises for faults of the server."""
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
    except _StepFailed:
        pass
    finally:
        if clock is not None:
            clock.cancel()
        if client is not None:
            close_client(client)
    met = {one.step for one in done}
    return [*done, *(RelayCheckStep(step, "open") for step in _order(mailbox) if step not in met)]


def store_check(mailbox_id: int) -> list[RelayCheckStep]:
    """Check a mailbox and store the result on its row; success clears its trouble."""
    steps = check_mailbox(Mailbox.objects.get(pk=mailbox_id))
    good = all(one.state in {"ok", "warned"} for one in steps)
    facts: dict[str, Any] = {"check_result": {"steps": [asdict(one) for one in steps], "good": good}}
    if good:
        facts |= {"trouble": "", "trouble_at": None}
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox_id).update(checked_at=timezone.now(), **facts)
    return steps


def mark_checking(mailbox: Mailbox) -> None:
    """Store that a test is running, so that a page can wait for the result."""
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox.pk).update(check_result={"since": timezone.now().isoformat()})


def _order(mailbox: Mailbox) -> list[str]:
    return [step for step in STEPS if step != "tls" or mailbox.security != Mailbox.Security.NONE]


def _step(done: list[RelayCheckStep], name: str, work: Callable[[], str]) -> None:
    """Run one step and append its result; a failure ends the test."""
    try:
        done.append(RelayCheckStep(name, "ok", work()[:400]))
    except _StepFailed as stop:
        done.append(RelayCheckStep(name, "broken", stop.said[:400], stop.remedy))
        raise
    except MailboxTrouble as trouble:
        done.append(RelayCheckStep(name, "broken", trouble.text[:400], trouble.remedy))
        raise _StepFailed(trouble.text, trouble.remedy) from trouble
    except (OSError, IMAPClientError, ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        # The library raises these if the server's answer is cut short.
        done.append(RelayCheckStep(name, "broken", str(fault)[:400] or type(fault).__name__, "Try again later"))
        raise _StepFailed(str(fault), "Try again later") from fault


def _step_client(done: list[RelayCheckStep], mailbox: Mailbox) -> IMAPClient:
    """Open the connection: with encryption as a step of its own, else with a warning that there is none."""
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
        raise _StepFailed(str(fault), "Write the address itself as the host if you mean that machine") from fault
    except OSError as fault:
        raise _StepFailed(str(fault.strerror or fault), "Check the host") from fault


def _reach(mailbox: Mailbox) -> str:
    try:
        with socket.create_connection((mailbox.host, mailbox.port), timeout=WAIT) as link:
            peer = link.getpeername()
    except OSError as fault:
        remedy = "Check host and port, and that no firewall stands between"
        raise _StepFailed(str(fault.strerror or fault), remedy) from fault
    return f"{peer[0]}, {peer[1]}"


def _open(mailbox: Mailbox) -> IMAPClient:
    try:
        return open_client(mailbox, timeout=WAIT)
    except ssl.SSLCertVerificationError as fault:
        remedy = "Set the host to a name in its certificate, or ca_file to the authority that signed it"
        raise _StepFailed(fault.verify_message or str(fault), remedy) from fault
    except FileNotFoundError as fault:
        remedy = "Set ca_file to a readable file of PEM certificates, or leave it out to use the system's"
        raise _StepFailed(str(fault.strerror or fault), remedy) from fault
    except ssl.SSLError as fault:
        raise _StepFailed(
            fault.reason or str(fault), "Check port and security: 993 is usually tls, 143 starttls"
        ) from fault
    except (OSError, IMAPClientError) as fault:
        raise _StepFailed(str(fault), "Check port and security: 993 is usually tls, 143 starttls") from fault


def _enter(client: IMAPClient, mailbox: Mailbox) -> str:
    sign_in(client, mailbox, timeout=WAIT)
    return mailbox.username


def _count(client: IMAPClient, mailbox: Mailbox) -> str:
    """Count the messages of each folder to read; a missing folder is reported with the folders that exist."""
    counted = []
    for name in mailbox.folders or ["INBOX"]:
        try:
            number = int(client.select_folder(str(name), readonly=True)[b"EXISTS"])
        except IMAPClientError as fault:
            there = ", ".join(_list_folders(client))
            raise _StepFailed(f"{name}: {fault}. {there}", "Name folders that are there") from fault
        counted.append(f"{name}: {number}")
    return "; ".join(counted)


def _list_folders(client: IMAPClient) -> list[str]:
    return [str(name) for _flags, _delimiter, name in client.list_folders()[:MAX_FOLDERS]]
