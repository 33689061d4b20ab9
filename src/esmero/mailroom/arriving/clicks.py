"""Spool clicks to files before they are answered, and import each once into the ledger.

A line is `<nanoseconds since 1970> <message> <link> <sign> [<network>]`, one write(2) to a file that each process
appends to, so a click that was answered survives a crash. The reader renames a file before it reads it. A writer holds
a shared lock and checks that the name still refers to its open file, so nothing is written to a file that was read
already. If a reader dies, the renamed file remains, and the next reader skips clicks that the ledger has.
"""

import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from esmero.content.models import Link
from esmero.mailroom.arriving.machine_clicks import delete_old_traces, judge_clicks
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.address_status import record_delivery
from esmero.work.wakeups import wake, wake_here

log = logging.getLogger(__name__)

CHUNK = 500
_TAKEN = ".taken"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# User agents that open links automatically: mail gateways, link previews, monitors.
_MACHINES = re.compile(
    r"(?:google|bing|yandex|apple|duckduck|linkedin|twitter|petal|semrush|ahrefs)bot|\bbot\b|crawl|spider|preview|scan|monitor|proofpoint|mimecast|barracuda|safelinks|microsoft office|ms-office|"
    r"google-?(?:safety|imageproxy|read-aloud)|yahoo! slurp|facebookexternalhit|whatsapp|telegrambot|slack-?imgproxy|"
    r"urlscan|virustotal|fortiguard|fireeye|trendmicro|symantec|messagelabs|forcepoint|zscaler|sophos|vadesecure|ironport|checkpoint|"
    r"curl/|wget/|python-requests|python-urllib|go-http-client|okhttp|java/|libwww|headless|phantomjs|httpclient|node-fetch",
    re.IGNORECASE,
)


class Click(NamedTuple):
    """Describe a click in the spool; `machine` is the sign of an automatic click, or empty."""

    at: datetime
    message: int
    link: int
    machine: str
    network: str = ""


def find_sign(*, method: str, agent: str, purpose: str) -> str:
    """Return the sign of an automatic request: `head`, `prefetch` (declared by the client), `agent`, or empty."""
    if method == "HEAD":
        return "head"
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        return "prefetch"
    return "agent" if not agent.strip() or _MACHINES.search(agent[:1_000]) else ""


def spool_click(message: int, *, link: int, nanoseconds: int, sign: str, network: str = "") -> None:
    """Write one click to the spool, where it survives a crash of the process.

    Raises OSError if it cannot be written.
    """
    line = f"{nanoseconds} {message} {link} {sign or '-'} {network}".rstrip().encode("ascii") + b"\n"
    path = spool_folder() / f"{os.getpid()}.log"
    while True:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            with suppress(FileNotFoundError):  # the reader took the file between the two calls above
                if path.stat().st_ino == os.fstat(handle).st_ino:
                    is_first = os.fstat(handle).st_size == 0
                    os.write(handle, line)
                    break
        finally:
            os.close(handle)
    if is_first:  # the reader takes the file away as a whole, so later lines need no wake-up
        wake_here(Link)


def spool_folder() -> Path:
    """Return the folder of the spool; creates it if needed."""
    folder = Path(settings.HOME) / "spool" / "clicks"
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def take_in_clicks() -> int:
    """Import the spool into the ledger as events; returns the number of new ones.

    Only one process imports at a time.
    """
    new = 0
    with _lock_reader() as locked:
        if locked:
            for path in sorted(spool_folder().glob("*.log")):
                path.rename(path.with_name(f"{path.name}.{os.urandom(6).hex()}{_TAKEN}"))
            # Also the files of a reader that died.
            for path in sorted(spool_folder().glob(f"*{_TAKEN}")):
                new += _take_in(path)
                path.unlink()
            if new:
                with transaction.atomic():
                    delete_old_traces(now=timezone.now())
    return new


@contextmanager
def _lock_reader() -> Iterator[bool]:
    handle = os.open(spool_folder() / "reader.lock", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def _take_in(path: Path) -> int:
    new = 0
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for writers in the middle of a line
        for lines in batched(file, CHUNK):
            new += _store(list(_parse(lines)))
    return new


def _store(clicks: list[Click]) -> int:
    """Create the clicks that the ledger does not have; time, message and link identify a click."""
    messages, links = {one.message for one in clicks}, {one.link for one in clicks}
    with transaction.atomic():
        known = set(Message.objects.filter(id__in=messages).values_list("id", flat=True))
        targets = set(Link.objects.filter(id__in=links).values_list("id", flat=True))
        before = MessageEvent.objects.filter(message__in=known, kind=MessageEvent.Kind.CLICKED)
        have = set(before.filter(at__in={one.at for one in clicks}).values_list("at", "message_id", "link_id"))
        fresh: dict[tuple[datetime, int, int], MessageEvent] = {}
        networks: dict[tuple[datetime, int, int], str] = {}
        for one in clicks:
            key = (one.at, one.message, one.link)
            if one.message in known and one.link in targets and key not in have:
                fresh[key] = MessageEvent(
                    message_id=one.message,
                    kind=MessageEvent.Kind.CLICKED,
                    at=one.at,
                    link_id=one.link,
                    machine=one.machine,
                    facts={"signs": [one.machine]} if one.machine else {},
                )
                networks[key] = one.network
        created = MessageEvent.objects.bulk_create(fresh.values())
        judge_clicks(created, networks=dict(enumerate(networks[key] for key in fresh)))
        _record_arrivals(created)
        if created:
            wake(MessageEvent)
    return len(fresh)


def _record_arrivals(created: list[MessageEvent]) -> None:
    """Reset bounces of addresses: a person who clicks has received the mail."""
    people = MessageEvent.objects.filter(pk__in=[event.pk for event in created], machine="")
    record_delivery(*people.values_list("message__address", flat=True).distinct())


def _parse(lines: Iterable[bytes]) -> Iterator[Click]:
    for line in lines:
        try:
            nanoseconds, message, link, sign, *more = line.decode("ascii").split()
            at = _EPOCH + timedelta(microseconds=int(nanoseconds) // 1000)
            yield Click(at, int(message), int(link), "" if sign == "-" else sign[:30], _network(more))
        except (ValueError, OverflowError):  # a power cut may leave half a line
            log.warning("the spool of clicks has a line that is none: %r", line[:80])


def _network(words: list[str]) -> str:
    return words[0][:16] if words and words[0] != "-" else ""
