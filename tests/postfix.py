"""A private Debian Postfix on loopback as the relay of a test: its own configuration, queue, data and log, no chroot.

What it is given goes where `routes` say and nowhere else; it asks no DNS. It is a child of the test and ends with it.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sink import free_port

PROGRAM = shutil.which("postfix") or "/usr/sbin/postfix"
PATIENCE = 60
"""Seconds for one command of Postfix, and for one step of progress (`wait_for`): far more than any takes."""

# Back-offs of a second or two in place of minutes, and no brake for a client that is faster than the destinations.
MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtp_dns_support_level = disabled
transport_maps = texthash:{root}/etc/transport
default_transport = error:5.1.2 no way leads out of this test
relay_transport = $default_transport
notify_classes =
delay_warning_time = 0
default_process_limit = 50
in_flow_delay = 0
initial_destination_concurrency = 20
smtp_destination_concurrency_limit = 20
smtp_destination_concurrency_failed_cohort_limit = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
maximal_queue_lifetime = 1d
bounce_queue_lifetime = 1d
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

_DELIVERY = re.compile(r": (\w+): to=<([^>]*)>.* dsn=([\d.]+), status=(\w+) ")
_EXPIRY = re.compile(r": (\w+): from=<[^>]*>, status=(?:force-)?expired, returned to sender")


def require_postfix():
    """Skip by name where Postfix cannot run; fail instead where CI promised it."""
    how = ""
    if not Path(PROGRAM).exists():
        how = "Postfix is missing: install Debian's package postfix"
    elif os.getuid() != 0:
        how = "Postfix gives its daemons other users: run this test as root"
    if how and os.environ.get("CI"):
        pytest.fail(how)
    if how:
        pytest.skip(how)


class Postfix:
    """The running relay: where it listens, what its log says, and a way to let time pass for what is stuck."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.log = root / "mail.log"

    def outcomes(self) -> dict[str, list[tuple[str, str]]]:
        """Return of each recipient what the log says was tried, in order.

        Each try is (status, enhanced code); "expired" at last.
        """
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        recipients: dict[str, str] = {}
        for line in self.log.read_text("utf-8", "replace").splitlines():
            if told := _DELIVERY.search(line):
                recipients[told[1]] = told[2]
                found[told[2]].append((told[4], told[3]))
            elif told := _EXPIRY.search(line):
                address = recipients[told[1]]
                found[address].append(("expired", found[address][-1][1]))
        return dict(found)

    def expire(self) -> None:
        """Let the life of all that is deferred now run out, as days would; reports about it still have theirs."""
        run("postsuper", "-c", str(self.root / "etc"), "-e", "ALL", "deferred")


def run(program: str, *arguments: str) -> str:
    """Run one of Postfix's commands to its end and return what it said."""
    command = [str(Path(PROGRAM).with_name(program)), *arguments]
    done = subprocess.run(command, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL, capture_output=True)
    told = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, f"{' '.join(command)}: {told}"
    return told


@contextmanager
def open_postfix(folder: Path, *, routes: Mapping[str, int]):
    """Run Postfix; `routes` lead a domain (".example": all below it) to a local port. Its log ends up in `folder`.

    Its daemons are other users, and pytest closes its own folders to others whenever it starts: so it works outside of
    them.
    """
    require_postfix()
    outside = Path(tempfile.mkdtemp(prefix="esmero-postfix-"))
    outside.chmod(0o755)
    postfix = Postfix(outside / "postfix")
    _furnish(postfix, routes)
    etc = str(postfix.root / "etc")
    run("postfix", "-c", etc, "check")  # makes the folders of the queue
    master = Path(run("postconf", "-c", etc, "-h", "daemon_directory").strip()) / "master"
    # Not `postfix start`, which detaches it: the master is our child, and is told to end when the test dies in any way.
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", str(master), "-c", etc, "-s"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _is_up(postfix, process), what="Postfix listens")
        yield postfix
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
        if postfix.log.exists():
            postfix.log = Path(shutil.move(postfix.log, folder / "mail.log"))
        shutil.rmtree(outside, ignore_errors=True)


def _furnish(postfix: Postfix, routes: Mapping[str, int]) -> None:
    for name in ("etc", "queue", "data"):
        (postfix.root / name).mkdir(parents=True)
    shutil.chown(postfix.root / "data", "postfix")
    etc = postfix.root / "etc"
    (etc / "main.cf").write_text(MAIN.format(root=postfix.root))
    (etc / "master.cf").write_text(MASTER.format(port=postfix.port))
    (etc / "transport").write_text("".join(f"{domain} smtp:[127.0.0.1]:{port}\n" for domain, port in routes.items()))


def _is_up(postfix: Postfix, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        told = postfix.log.read_text() if postfix.log.exists() else "nothing in its log"
        pytest.fail(f"Postfix ended at once with {process.returncode}: {told}")
    return is_open(postfix.port)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(reached: Callable[[], bool], *, what: str, progress: Callable[[], object] = lambda: None) -> None:
    """Wait until `reached`; fail by the name of it when nothing has moved in `progress` for a long time."""
    seen, since = progress(), time.monotonic()
    while not reached():
        now = progress()
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            pytest.fail(f"nothing moves any more while waiting until {what}: {seen}")
        time.sleep(0.05)
