"""Journal the progress of a batch in an append-only file, so that it can be settled after a crash.

The first line is `boot <id>`, the boot of the machine. Then there is one line for each event:
`h<message> …` before a sub-batch is handed to the transport; then the file is synced to disk.
`b<message>` before the first octet of a message's body may be sent.
`a<message>` as soon as the relay's acceptance is read, `o<message> <JSON>` for any other outcome.

The file is mapped into memory: a line costs no system call, and a killed process loses none, because the kernel keeps
the pages. Its space is reserved when it is created, so that a full disk is an error then and not while sending. After
another boot (power cut), missing lines prove nothing (outbox/journal_recovery.py). The file is deleted only after the
database has all its content.
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
from esmero.refusal import Refusal

RESERVED_SIZE = 64 * 1024  # octets, and again as many whenever they are used up


class Journal:
    """Write the journal of one batch; implements DeliveryObserver."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._size = self._at = 0
        self._map = self._reserve()
        self._write(b"boot %s\n" % boot_id().encode("ascii"))
        self.outcomes: list[Outcome] = []

    def begun(self, key: int) -> None:
        """Record that octets of this message's body may be sent from now on."""
        self._write(b"b%d\n" % key)

    def answered(self, outcome: Outcome) -> None:
        """Record the outcome of a message; acceptance, the usual case, in a short form."""
        if outcome.fate is Fate.ACCEPTED:
            self._write(b"a%d\n" % outcome.key)
        else:
            self._write(b"o%d %s\n" % (outcome.key, json.dumps(_serialize(outcome)).encode("ascii")))
        self.outcomes.append(outcome)

    def hand_over(self, keys: Iterable[int]) -> None:
        """Record, synced to disk, that these messages are handed to the transport now."""
        self._write(b"h%s\n" % b" ".join(b"%d" % key for key in keys))
        self._map.flush()

    def _reserve(self) -> mmap.mmap:
        os.posix_fallocate(self._file, self._size, RESERVED_SIZE)
        self._size += RESERVED_SIZE
        return mmap.mmap(self._file, self._size)

    def _write(self, line: bytes) -> None:
        end = self._at + len(line)
        while end > self._size:
            self._map.close()
            self._map = self._reserve()
        self._map[self._at : end] = line
        self._at = end

    def discard(self) -> None:
        """Delete the file. Call it when the database has all its content."""
        self._map.close()
        os.close(self._file)
        self.path.unlink()


@dataclass
class JournalRemains:
    """Hold the content of a dead worker's journals, by message id. `other_boot`: one was written before a restart."""

    handed: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    other_boot: bool = False


class JournalFolder:
    """Hold the folder of one worker's journals under a file lock, until the process ends or the context is left."""

    def __init__(self, home: Path, *, worker: str) -> None:
        self.folder = home / "journals" / worker
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            os.close(self._lock)
            raise Refusal("worker-name-taken", worker=worker) from taken
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
        """Create the journal of the next batch."""
        number, self._next = self._next, self._next + 1
        return Journal(self.folder / f"{number}.journal")

    def read_remains(self) -> JournalRemains:
        """Read the journals of earlier processes of this name. Call it before the first open_journal()."""
        remains = JournalRemains()
        for path in sorted(self._journals(), key=lambda path: int(path.stem)):
            # A last line without its line end was not written completely.
            _read_into(remains, path.read_bytes().rstrip(b"\0").split(b"\n")[:-1])
        return remains

    def clear(self) -> None:
        """Delete all journals. Call it when the database has all their content."""
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
            outcome = _deserialize(json.loads(rest.split(b" ", 1)[1]))
            remains.outcomes[outcome.key] = outcome


def _serialize(outcome: Outcome) -> list[str | int]:
    return [outcome.key, outcome.fate.value, outcome.code, outcome.enhanced, outcome.text, outcome.stage]


def _deserialize(plain: list[str | int]) -> Outcome:
    key, fate, code, enhanced, text, stage = plain
    return Outcome(int(key), Fate(str(fate)), int(code), str(enhanced), str(text), str(stage))


def boot_id() -> str:
    """Return the id of this boot of the machine (Linux); "" if the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""
