"""The reader of mailboxes against Debian's Dovecot, through a wire that is cut after ever more octets."""

import json
import os
import shutil
import socket
import subprocess
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from esmero.mailroom.arriving.channels.imap_connection import MailboxTrouble
from esmero.mailroom.arriving.channels.mailboxes import probe_mailbox, read_mailbox
from esmero.mailroom.models import Inbound, Mailbox, MailboxFolder
from esmero.outbox.relay_passwords import encrypt_password
from esmero.vault.files import read
from tests.postfix import is_open, wait_for
from tests.sink import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.relay]
PROGRAM = Path("/usr/sbin/dovecot")
CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{root}/mail
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 1
default_internal_user = {user}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
{signing}
userdb {{
  driver = static
  args = uid={user} gid={user} home={root}
}}
"""


PASSWORD = """
passdb {
  driver = static
  args = password=geheim
}
"""
TOKEN = """
auth_mechanisms = xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2
}}
"""
ASKED = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/?token=
username_attribute = username
active_attribute = active
active_value = true
"""


@contextmanager
def open_dovecot(root, *, signing=PASSWORD):
    if not PROGRAM.exists() or os.getuid() != 0:
        pytest.skip("Dovecot is missing, or we are not root: install Debian's package dovecot-imapd")
    for parent in (root, *root.parents):  # its processes are another user and must get through
        if parent == Path("/tmp"):
            break
        parent.chmod(0o755)
    port = free_port()
    box = root / "mail"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    (root / "dovecot.conf").write_text(CONFIG.format(root=root, port=port, user="dovecot", signing=signing))
    for path in (box, *box.iterdir()):
        shutil.chown(path, "dovecot", "dovecot")
    process = subprocess.Popen([str(PROGRAM), "-F", "-c", str(root / "dovecot.conf")], stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: process.poll() is not None or is_open(port), what="Dovecot listens")
        assert process.poll() is None, (root / "log").read_text()
        yield port, box
    finally:
        process.terminate()
        process.wait(30)


class Wire:
    """A way to a port that ends after so many octets of the server's answers; `limit` None: never."""

    def __init__(self, target):
        self.target, self.limit = target, None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._carry, args=(client, self.limit), daemon=True).start()

    def _carry(self, client, limit):
        server = socket.create_connection(("127.0.0.1", self.target))
        threading.Thread(target=self._copy, args=(client, server, None), daemon=True).start()
        self._copy(server, client, limit)

    @staticmethod
    def _copy(source, sink, limit):
        passed = 0
        with suppress(OSError):
            while octets := source.recv(65_536):
                rest = octets if limit is None else octets[: limit - passed]
                sink.sendall(rest)
                passed += len(rest)
                if limit is not None and passed >= limit:
                    break
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def put(box, number):
    text = (
        f"From: lola@correo.example\r\nSubject: carta {number}\r\nMessage-ID: <{number}@correo.example>\r\n\r\n"
        f"hola {number}\r\n"
    )
    path = box / "tmp" / f"{1_700_000_000 + number}.{number}.test"
    path.write_bytes(text.encode())
    shutil.chown(path, "dovecot", "dovecot")
    path.rename(box / "new" / path.name)
    return text.encode()


def test_each_mail_once_wherever_the_wire_is_cut(tmp_path):
    with open_dovecot(tmp_path) as (port, box):
        letters = [put(box, number) for number in range(40)]
        wire = Wire(port)
        mailbox = Mailbox.objects.create(
            name="buzon",
            host="127.0.0.1",
            port=wire.port,
            security="none",
            username="ana",
            secret=encrypt_password("geheim"),
        )
        assert probe_mailbox(mailbox) == {"INBOX": 40}
        broken = 0
        for limit in range(0, 6_000, 199):
            wire.limit = limit
            if limit % 5 == 0:
                letters.append(put(box, len(letters)))
            try:
                read_mailbox(mailbox)
            except MailboxTrouble:
                broken += 1
        wire.limit = None
        read_mailbox(mailbox)
        assert broken > 5
        assert read_mailbox(mailbox) == 0
        mailbox.secret = encrypt_password("falsch")
        with pytest.raises(MailboxTrouble, match="refuses ana"):
            read_mailbox(mailbox)
    taken = [read(row.raw) for row in Inbound.objects.order_by("id")]
    assert len(taken) == len(letters)
    assert sorted(taken) == sorted(letters)
    assert MailboxFolder.objects.get().last_uid == len(letters)


class Provider(BaseHTTPRequestHandler):
    """A provider's book of tokens: Dovecot asks it whose a token is."""

    def do_GET(self):
        body = json.dumps({"active": "token=offen&" in self.path, "username": "ana"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def test_a_token_signs_in_where_the_server_asks_its_provider_and_a_stale_one_is_told(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        (tmp_path / "oauth2").write_text(ASKED.format(port=provider.server_port))
        with open_dovecot(tmp_path, signing=TOKEN.format(root=tmp_path)) as (port, box):
            letter = put(box, 1)
            mailbox = Mailbox.objects.create(
                name="buzon", host="127.0.0.1", port=port, security="none",
                username="ana", access="xoauth2", secret=encrypt_password("offen"),
            )  # fmt: skip
            assert read_mailbox(mailbox) == 1
            mailbox.secret = encrypt_password("abgelaufen")
            with pytest.raises(MailboxTrouble, match=r"refuses ana .* Sign in to it anew"):
                read_mailbox(mailbox)
        provider.shutdown()
    assert [read(row.raw) for row in Inbound.objects.all()] == [letter]
