"""Read the operator's mailboxes by IMAP, each message once, whenever the connection or the process ends.

A message is committed together with the read position of its folder (UIDVALIDITY and UID, RFC 3501 2.3.1.1), so after a
broken connection or a killed process at most the uncommitted messages are read again. Nothing in the mailbox is
changed: no flag, no deletion.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections, transaction
from django.db.models import F
from django.utils import timezone
from imapclient import IMAPClient

from esmero.mailroom.arriving.channels.imap_connection import MailboxTrouble, connect
from esmero.mailroom.models import Mailbox, MailboxFolder
from esmero.work.stop_signal import StopSignal, wait_readable
from esmero.work.wake_listener import WakeListener
from esmero.work.wakeups import Sleeper

log = logging.getLogger(__name__)

BATCH = 50
MAX_TOGETHER = 8_000_000
"""Octets to fetch in one command."""
WAIT_ALONE = 540.0
"""Seconds of IDLE on a single folder (RFC 2177 wants less than 29 minutes; some routers drop connections after ten)."""
WAIT_SHARED = 60.0
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
LOOK_FOR_CHANGES = 60.0


class FolderReadElsewhere(Exception):
    """Report that another process has moved the read position of the folder; the transaction must be rolled back."""


def read_mailbox(mailbox: Mailbox) -> int:
    """Receive new messages of all folders; returns their number. Raises MailboxTrouble."""
    with connect(mailbox) as client:
        return _read_all(client, mailbox)


def probe_mailbox(mailbox: Mailbox) -> dict[str, int]:
    """Sign in and count the messages of each folder; nothing is read. Raises MailboxTrouble."""
    with connect(mailbox) as client:
        return {
            str(name): int(client.select_folder(str(name), readonly=True)[b"EXISTS"])
            for name in mailbox.folders or ["INBOX"]
        }


def watch_mailbox(mailbox: Mailbox, stop: StopSignal) -> None:
    """Read a mailbox until `stop`: new messages at once (IDLE), and with a pause after a fault."""
    failures = 0
    while not stop.is_set():
        close_old_connections()
        try:
            with connect(mailbox) as client:
                _note_health(mailbox, trouble="")
                while not stop.is_set():
                    _read_all(client, mailbox)
                    failures = 0
                    _wait(client, mailbox, stop)
        except MailboxTrouble as trouble:
            _note_health(mailbox, trouble=str(trouble))
        except Exception as trouble:
            log.exception("mailbox %s", mailbox.name)
            _note_health(mailbox, trouble=str(trouble))
        stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1
    connections.close_all()


def run_mailboxes(stop: StopSignal) -> None:
    """Watch all active mailboxes, each in a thread; changes of the settings take effect at once."""
    watched: dict[int, _Watch] = {}
    sleeper = Sleeper(Mailbox)
    with WakeListener([sleeper]):
        while not stop.is_set():
            sleeper.take()
            close_old_connections()
            try:
                _reconcile(watched)
            except DatabaseError:
                log.exception("the list of mailboxes cannot be read")
            sleeper.wait(stop, seconds=LOOK_FOR_CHANGES)
    for watch in watched.values():
        watch.end.set()
    for watch in watched.values():
        watch.thread.join(timeout=5)
    connections.close_all()


class _Watch(NamedTuple):
    facts: tuple[object, ...]
    end: StopSignal
    thread: threading.Thread


def _reconcile(watched: dict[int, _Watch]) -> None:
    """Start and stop threads until they match the active mailboxes and their current settings."""
    wanted = {mailbox.pk: mailbox for mailbox in Mailbox.objects.filter(active=True)}
    for key, watch in list(watched.items()):
        if key not in wanted or _facts(wanted[key]) != watch.facts:
            watch.end.set()
            del watched[key]
    for key, mailbox in wanted.items():
        if key not in watched:
            end = StopSignal()
            thread = threading.Thread(
                target=watch_mailbox, args=(mailbox, end), name=f"imap {mailbox.name}", daemon=True
            )
            watched[key] = _Watch(_facts(mailbox), end, thread)
            thread.start()


def _facts(mailbox: Mailbox) -> tuple[object, ...]:
    """Return the settings of a connection: if one changes, the connection is opened again."""
    volatile = {"trouble", "trouble_at", "reached_at", "created_at", "check_result", "checked_at"}
    return tuple(str(getattr(mailbox, field.attname)) for field in mailbox._meta.fields if field.name not in volatile)


def _read_all(client: IMAPClient, mailbox: Mailbox) -> int:
    return sum(_read_folder(client, mailbox, name=str(name)) for name in mailbox.folders or ["INBOX"])


def _read_folder(client: IMAPClient, mailbox: Mailbox, *, name: str) -> int:
    facts = client.select_folder(name, readonly=True)
    folder = _resume(mailbox, name=name, validity=int(facts[b"UIDVALIDITY"]))
    # `n:*` matches the last message even if its UID is below n (RFC 3501 6.4.8).
    found = sorted(uid for uid in client.search(["UID", f"{folder.last_uid + 1}:*"]) if uid > folder.last_uid)
    for uids in batched(found, BATCH):
        sizes = client.fetch(uids, ["RFC822.SIZE"])
        for group in _group(uids, {uid: int(one[b"RFC822.SIZE"]) for uid, one in sizes.items()}):
            _read_group(client, folder, group)
    return len(found)


def _resume(mailbox: Mailbox, *, name: str, validity: int) -> MailboxFolder:
    """Return the read position of a folder.

    A new UIDVALIDITY invalidates the UIDs, so reading restarts at the first one. Messages that were received before are
    recognised by their bytes, so nothing is handled twice.
    """
    with transaction.atomic():
        folder, _ = MailboxFolder.objects.get_or_create(mailbox=mailbox, name=name, defaults={"uid_validity": validity})
        if folder.uid_validity != validity:
            folder.uid_validity, folder.last_uid = validity, 0
            folder.save(update_fields=["uid_validity", "last_uid"])
    return folder


def _group(uids: Sequence[int], sizes: dict[int, int]) -> list[list[int]]:
    """Split a batch so that no command fetches more than MAX_TOGETHER octets, except for a single larger message."""
    groups: list[list[int]] = []
    room = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if not groups or size > room:
            groups.append([])
            room = MAX_TOGETHER
        groups[-1].append(uid)
        room -= size
    return groups


def _read_group(client: IMAPClient, folder: MailboxFolder, uids: list[int]) -> None:
    most = settings.ESMERO.inbound_max_bytes
    # Of a message beyond the limit only the start is fetched: enough to classify it.
    section = f"BODY.PEEK[]<0.{most}>"
    answers = client.fetch(uids, [section, "INTERNALDATE"])
    for uid in uids:
        answer = answers.get(uid, {})
        raw = next((value for name, value in answer.items() if name.startswith(b"BODY[]")), None)
        # A message without body may be deleted meanwhile; if it still exists, skipping it would lose it.
        if raw is None and uid in client.search(["UID", str(uid)]):
            raise MailboxTrouble(f"{folder.mailbox.host} keeps back message {uid} of {folder.name}")
        _commit(folder, uid, raw, at=answer.get(b"INTERNALDATE"))


def _commit(folder: MailboxFolder, uid: int, raw: bytes | None, *, at: datetime | None) -> None:
    """Store a message and the new read position in one transaction; `raw` None: it was deleted meanwhile."""
    from esmero.mailroom.arriving.receive import take_in  # loads all readers of mail; a test of the mailbox needs none

    now = timezone.now()
    received_at = min(at.astimezone(UTC), now) if at is not None and at.tzinfo is not None else now
    with transaction.atomic():
        taken: dict[str, Any] = {}
        if raw is not None:
            take_in(raw, envelope_from="", envelope_to="", door=f"imap:{folder.mailbox.name}"[:20], at=received_at)
            taken = {"number": F("number") + 1, "fetched_at": now}
        # The update repeats the old position, so that of two readers only one commits this message.
        here = MailboxFolder.objects.filter(pk=folder.pk, uid_validity=folder.uid_validity, last_uid=folder.last_uid)
        if not here.update(last_uid=uid, **taken):
            raise FolderReadElsewhere
    folder.last_uid = uid


def _wait(client: IMAPClient, mailbox: Mailbox, stop: StopSignal) -> None:
    """Wait for news of the first folder, or a fixed time if there are others or no IDLE (RFC 2177)."""
    folders = mailbox.folders or ["INBOX"]
    if not client.has_capability("IDLE"):
        stop.wait(WAIT_SHARED)
        return
    client.select_folder(str(folders[0]), readonly=True)
    client.idle()
    ends = time.monotonic() + (WAIT_ALONE if len(folders) == 1 else WAIT_SHARED)
    descriptor = client.socket().fileno()
    while not stop.is_set() and (left := ends - time.monotonic()) > 0:
        if descriptor not in wait_readable(descriptor, stop.fileno(), seconds=left):
            continue
        responses = client.idle_check(timeout=0)
        # No response: the connection ended, and idle_done raises.
        if not responses or any(b"EXISTS" in response for response in responses if isinstance(response, tuple)):
            break
    client.idle_done()


def _note_health(mailbox: Mailbox, *, trouble: str) -> None:
    now = timezone.now()
    facts = {"trouble": trouble[:500], "trouble_at": now} if trouble else {"trouble": "", "reached_at": now}
    Mailbox.objects.filter(pk=mailbox.pk).update(**facts)
