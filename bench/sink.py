"""Run Postfix's smtp-sink, which keeps all that it accepts, so that a benchmark can count them by recipient."""

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"


@dataclass(frozen=True, slots=True)
class MessageSink:
    """Describe a running smtp-sink by its port and the file of the messages that it accepted."""

    port: int
    kept: Path

    def recipients(self) -> Counter[str]:
        """Count the accepted messages of each recipient."""
        return Counter(re.findall(r"^X-Rcpt-Args: <([^>]*)>", self.kept.read_text("latin-1"), re.MULTILINE))


def has_sink() -> bool:
    """Return whether smtp-sink is installed."""
    return Path(PROGRAM).exists()


@contextmanager
def open_sink() -> Iterator[MessageSink]:
    """Start a sink on a free port of loopback, and end it with its files."""
    folder = Path(tempfile.mkdtemp(prefix="esmero-sink-"))
    folder.chmod(0o777)  # it runs as nobody
    sink = MessageSink(free_port(), folder / "kept")
    process = subprocess.Popen(
        [PROGRAM, "-u", "nobody", "-D", str(sink.kept), f"127.0.0.1:{sink.port}", "256"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        _await_port(sink.port)
        yield sink
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int) -> None:
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit("smtp-sink does not listen")
