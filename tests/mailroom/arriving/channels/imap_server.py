"""A small IMAP4rev1 server that can be cut at every command: before it acts, in the middle of its answer, or after it.

It speaks what RFC 3501 says of the commands below, with the numbers that it keeps; it knows nothing of our reader.
"""

import contextlib
import re
import socket
import threading


class Cut(Exception):
    """The connection ends here."""


class ImapServer:
    """Keep `messages`: the mails of each folder in order.

    The UID of the first is `first_uid`. `tls` is a server's context.
    """

    def __init__(self, messages, *, cut=None, uid_validity=7, arrive=None, tls=None, password=""):
        self.tls, self.password = tls, password
        self.messages, self.cut, self.uid_validity, self.arrive = messages, cut, uid_validity, arrive
        self.commands, self.connections, self.logins = [], 0, []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        if self.tls:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
            except OSError:
                return
        with connection, connection.makefile("rb") as lines, contextlib.suppress(Cut, OSError):
            session = Session(self, connection, lines)
            connection.sendall(b"* OK ready\r\n")
            while line := lines.readline():
                session.answer(line)


class Session:
    def __init__(self, server, connection, lines):
        self.server, self.connection, self.lines = server, connection, lines
        self.folder, self.number, self.ended = "", 0, False

    def answer(self, line):
        tag, _, rest = line.strip().decode().partition(" ")
        name = rest.split(" ", 2)[1 if rest.upper().startswith("UID ") else 0].upper()
        self.number += 1
        phase = self.server.cut(self.server.connections, self.number, name) if self.server.cut else None
        if phase == "before":
            raise Cut
        self.server.commands.append(name)
        if self.server.arrive:
            self.server.arrive(self.server)
        try:
            out = self._run(name, rest) + f"{tag} OK done\r\n".encode()
        except KeyError:
            out = f"{tag} NO there is no such thing\r\n".encode()
        if phase == "middle":
            self.connection.sendall(out[: len(out) // 2])
            raise Cut
        self.connection.sendall(out)
        if phase == "after" or name == "LOGOUT":
            raise Cut

    def _run(self, name, rest):
        return getattr(self, f"_do_{name.lower()}", lambda _: b"")(rest)

    def _do_capability(self, _):
        return b"* CAPABILITY IMAP4rev1 IDLE AUTH=XOAUTH2\r\n"

    def _do_login(self, rest):
        self.server.logins.append(rest)
        if self.server.password and self.server.password not in rest:
            raise KeyError
        return b""

    def _do_list(self, _):
        return b"".join(f'* LIST () "/" "{name}"\r\n'.encode() for name in self.server.messages)

    def _do_authenticate(self, rest):
        self.connection.sendall(b"+ \r\n")
        self.server.logins.append(self.lines.readline().strip().decode())
        return b""

    def _do_examine(self, rest):
        self.folder = rest.split(" ", 1)[1].strip('"')
        number = len(self.server.messages[self.folder])
        return (
            f"* {number} EXISTS\r\n* OK [UIDVALIDITY {self.server.uid_validity}] x\r\n* OK [UIDNEXT {number + 1}] x\r\n"
        ).encode()

    def _uids(self, given):
        top = len(self.server.messages[self.folder])
        for part in given.split(","):
            low, _, high = part.partition(":")
            first, last = int(low), top if high == "*" else int(high or low)
            if high == "*" and first > last:  # RFC 3501 6.4.8: "*" is the last message whatever the other end says
                first = last
            yield from (uid for uid in range(first, last + 1) if 0 < uid <= top)

    def _do_search(self, rest):
        given = re.search(r"UID ([\d:*,]+)$", rest, re.IGNORECASE)[1]
        return f"* SEARCH {' '.join(map(str, self._uids(given)))}\r\n".encode()

    def _do_fetch(self, rest):
        given, items = re.match(r"UID FETCH ([\d:*,]+) (.*)$", rest, re.IGNORECASE).groups()
        out = b""
        for uid in self._uids(given):
            mail = self.server.messages[self.folder][uid - 1]
            if "BODY.PEEK[]" in items.upper():
                most = int(re.search(r"<0\.(\d+)>", items)[1])
                part = mail[:most]
                out += b'* %d FETCH (UID %d INTERNALDATE "24-Nov-2026 10:00:00 +0100" BODY[]<0> {%d}\r\n%b)\r\n' % (
                    uid, uid, len(part), part,
                )  # fmt: skip
            else:
                out += b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(mail))
        return out

    def _do_idle(self, _):
        self.connection.sendall(b"+ idling\r\n")
        self.connection.sendall(f"* {len(self.server.messages[self.folder])} EXISTS\r\n".encode())
        self.lines.readline()
        return b""
