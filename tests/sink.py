"""Postfix's `smtp-sink` as the relay of a test: it keeps every message, and knows nothing of us."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAM = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"


def require_sink():
    """Skip by name where smtp-sink is missing; fail instead where CI promised it."""
    if not Path(PROGRAM).exists():
        how = "smtp-sink is missing: install Debian's package postfix"
        if os.environ.get("CI"):
            pytest.fail(how)
        pytest.skip(how)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Sink:
    def __init__(self, port: int, dump: Path) -> None:
        self.port = port
        self.dump = dump

    def recipients(self) -> Counter[str]:
        """Count the messages kept for each recipient."""
        text = self.dump.read_text("latin-1") if self.dump.exists() else ""
        return Counter(re.findall(r"^X-Rcpt-Args: <([^>]*)>", text, re.MULTILINE))

    def mail_to(self, address: str) -> bytes:
        """Return the only mail kept for a recipient, as it came over the wire.

        What the sink put before it is cut off.
        """
        kept = self.dump.read_bytes().split(b"X-Client-Addr: ")
        (mail,) = [one for one in kept if f"X-Rcpt-Args: <{address}>\n".encode() in one]
        raw = re.sub(rb"\A.*?^Received: [^\n]*\n(?:[ \t][^\n]*\n)*", b"", mail, count=1, flags=re.DOTALL | re.MULTILINE)
        return raw.replace(b"\n", b"\r\n")


@contextmanager
def open_sink(folder: Path, *flags: str):
    """Run smtp-sink on a free port; its messages are appended to one file, which ends up in `folder`.

    It runs as another user, and pytest closes its own folders to others whenever it starts: so it works outside of
    them.
    """
    require_sink()
    outside = Path(tempfile.mkdtemp(prefix="esmero-sink-"))
    outside.chmod(0o777)
    dump = outside / "sink.dump"
    port = free_port()
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    command = [PROGRAM, *user, *flags, "-D", str(dump), f"127.0.0.1:{port}", "256"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=outside)
    sink = Sink(port, dump)
    try:
        _await_port(port, process)
        yield sink
    finally:
        process.kill()
        process.wait()
        if dump.exists():
            sink.dump = Path(shutil.move(dump, folder / "sink.dump"))
        shutil.rmtree(outside, ignore_errors=True)


def _await_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"smtp-sink ended at once with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("smtp-sink does not listen")
