"""What a dead sender leaves behind: one small append-only file a batch, saying what was begun and what was answered.

The first line, `boot <id>`, names the boot of the machine: after another boot, what the file does not say proves nothing
(outbox/journal_recovery.py). Then, a line each: `h<message> <message> …` before a sub-batch is handed to the transport,
`b<message>` before the first octet of a message's body may leave, and once the relay's answer is read `a<message>` where
it accepted the message, else `o<message> <outcome as a JSON list>`. The map is synced to disk with each `h` line alone.

The file is mapped into memory that the kernel keeps: a line is written without a system call, and a killed process loses
none. Its room is reserved when the file is made and whenever a line needs more, so a full disk is an error there and not
a crash in the middle of a line. The sender deletes the file when the batch is recorded in the database; a journal that a
dead process left is deleted by the next worker of that name, once it has settled what the file says.
"""

import fcntl
import json
import mmap
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from esmero.outbox.transports.parcels import Fate, Outcome

ROOM = 64 * 1024


class WorkerNameTaken(Exception):
    """Another live worker has this name; two of one name would settle each other's messages."""


class Journal:
    """The journal of one batch; the observer that a transport reports to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._size = self._at = 0
        self._map = self._reserve()
        self._write(b"boot %s\n" % boot_id().encode("ascii"))
        self.outcomes: list[Outcome] = []

    def begun(self, key: int) -> None:
        self._write(b"b%d\n" % key)

    def answered(self, outcome: Outcome) -> None:
        if outcome.fate is Fate.ACCEPTED:
            self._write(b"a%d\n" % outcome.key)
        else:
            self._write(b"o%d %s\n" % (outcome.key, json.dumps(_plain(outcome)).encode("ascii")))
        self.outcomes.append(outcome)

    def hand_over(self, keys: Iterable[int]) -> None:
        """Note, synced to disk, that these messages go to the transport now."""
        self._write(b"h%s\n" % b" ".join(b"%d" % key for key in keys))
        self._map.flush()

    def _reserve(self) -> mmap.mmap:
        os.posix_fallocate(self._file, self._size, ROOM)
        self._size += ROOM
        return mmap.mmap(self._file, self._size)

    def _write(self, line: bytes) -> None:
        end = self._at + len(line)
        while end > self._size:
            self._map.close()
            self._map = self._reserve()
        self._map[self._at : end] = line
        self._at = end

    def discard(self) -> None:
        """Forget the file: the database has all of it."""
        self._map.close()
        os.close(self._file)
        self.path.unlink()


@dataclass
class JournalRemains:
    """What the journals of a dead worker say."""

    handed: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    other_boot: bool = False


class JournalFolder:
    """The folder of one worker's journals, held under a lock as long as the worker lives."""

    def __init__(self, home: Path, *, worker: str) -> None:
        self.folder = home / "journals" / worker
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            os.close(self._lock)
            raise WorkerNameTaken(
                f"A worker named {worker!r} is running already. Stop it, or give this one another name (ESMERO_WORKER_NAME)."
            ) from taken
        self._next = 1 + max((int(path.stem) for path in self._journals()), default=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)

    def _journals(self) -> Iterable[Path]:
        return self.folder.glob("*.journal")

    def open_journal(self) -> Journal:
        number, self._next = self._next, self._next + 1
        return Journal(self.folder / f"{number}.journal")

    def read_remains(self) -> JournalRemains:
        """Read what earlier processes of this name left; call before the first open_journal()."""
        remains = JournalRemains()
        for path in sorted(self._journals(), key=lambda path: int(path.stem)):
            _read_into(
                remains, path.read_bytes().rstrip(b"\0").split(b"\n")[:-1]
            )  # what has no line end was never complete
        return remains

    def clear(self) -> None:
        """Delete all journals; the database has everything that they say."""
        for path in self._journals():
            path.unlink()


def _read_into(remains: JournalRemains, lines: list[bytes]) -> None:
    if not lines:
        return
    if lines[0] != f"boot {boot_id()}".encode("ascii"):
        remains.other_boot = True
    for line in lines[1:]:
        kind, rest = line[:1], line[1:]
        if kind == b"h":
            remains.handed.update(int(key) for key in rest.split())
        elif kind == b"b":
            remains.begun.add(int(rest))
        elif kind == b"a":
            key = int(rest)
            remains.outcomes[key] = Outcome(key, Fate.ACCEPTED, 250, "", "", "body")
        elif kind == b"o":
            outcome = _from_plain(json.loads(rest.split(b" ", 1)[1]))
            remains.outcomes[outcome.key] = outcome


def _plain(outcome: Outcome) -> list[str | int]:
    return [outcome.key, outcome.fate.value, outcome.code, outcome.enhanced, outcome.text, outcome.stage]


def _from_plain(plain: list[str | int]) -> Outcome:
    key, fate, code, enhanced, text, stage = plain
    return Outcome(int(key), Fate(str(fate)), int(code), str(enhanced), str(text), str(stage))


def boot_id() -> str:
    """Return what tells this boot of the machine from another; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""
