"""A relay that does as a script says: at the n-th of some event it drops, hangs, refuses or talks rubbish.

It keeps its own books of what it got and what it answered for, by which the client's outcomes are judged.
"""

import asyncio
import re
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

EVENTS = ("connect", "ehlo", "rset", "mail", "rcpt", "data", "mid-body", "body")
ACTIONS = ("drop", "reset", "hang", "421", "421-stay", "451", "554", "garbage", "overlong", "odd", "answer-and-drop")


@dataclass(frozen=True)
class Fault:
    """At the `nth` of this event over the relay's life (0: at every one) it does this."""

    event: str
    action: str
    nth: int = 1


class Gone(Exception):
    """The session is over."""


@dataclass
class ScriptedRelay:
    faults: tuple[Fault, ...] = ()
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES", "CHUNKING")
    refused: frozenset[str] = frozenset()
    """Recipients that get 550."""
    lenient_data: bool = False
    """Answers 354 to DATA though no recipient was taken, as RFC 2920 allows."""
    forgets_bdat: bool = False
    """Offers CHUNKING and yet takes BDAT and what follows for commands."""
    dribble: bool = False
    """Sends its replies octet by octet and on several lines."""
    on_auth: Callable[[str, Callable[[str], Awaitable[str]]], Awaitable[str]] | None = None

    port: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    commands: list[str] = field(default_factory=list)
    finished: Counter[int] = field(default_factory=Counter)
    """Messages by key of which the last octet was read within a valid transaction."""
    accepted: dict[int, bytes] = field(default_factory=dict)
    acceptances: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    """Messages whose reply was sent on a connection that was not reset before it could be read."""
    empties: int = 0
    sessions: int = 0
    was_reset: bool = False

    @asynccontextmanager
    async def serve(self, **kwargs):
        tasks = set()

        async def handle(reader, writer):
            tasks.add(asyncio.current_task())
            self.sessions += 1
            try:
                await Conversation(self, reader, writer).hold()
            except (Gone, ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                tasks.discard(asyncio.current_task())
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0, **kwargs)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def fault_at(self, event: str) -> str | None:
        self.seen[event] += 1
        for fault in self.faults:
            if fault.event == event and fault.nth in {0, self.seen[event]}:
                return fault.action
        return None


class Conversation:
    def __init__(self, relay, reader, writer):
        self.relay = relay
        self.reader = reader
        self.writer = writer
        self.sender = None
        self.recipient = None

    async def hold(self):
        if not await self.meet("connect"):
            await self.say("220 relay.example ready")
        while True:
            line = (await self.reader.readuntil(b"\r\n"))[:-2].decode()
            self.relay.commands.append(line)
            verb = line.split(" ")[0].upper()
            await getattr(self, f"do_{verb.lower()}", self.do_unknown)(line)

    async def say(self, *lines):
        """Say one reply, on as many lines as there are texts; all begin with the code."""
        if self.relay.dribble and lines[0][3:4] == " ":
            lines = (lines[0][:3] + " several", lines[0][:3] + " lines", *lines)
        octets = b"".join(
            (line[:3] + (" " if n == len(lines) else "-") + line[4:]).encode() + b"\r\n"
            for n, line in enumerate(lines, 1)
        )
        for piece in [octets[i : i + 1] for i in range(len(octets))] if self.relay.dribble else [octets]:
            self.writer.write(piece)
            await self.writer.drain()
            if self.relay.dribble:
                await asyncio.sleep(0)

    async def meet(self, event, key=None):
        """Do what the script says at this event; true if that was the answer."""
        action = self.relay.fault_at(event)
        if action is None:
            return False
        match action:
            case "drop":
                await self.hang_up()
            case "reset":
                self.reset()
            case "hang":
                await asyncio.Event().wait()
            case "421":
                await self.answer("421 4.3.2 going down", key)
                await self.hang_up()
            case "421-stay":
                await self.answer("421 4.7.0 not this one", key)
            case "451":
                await self.answer("451 4.3.0 later", key)
            case "554":
                await self.answer("554 5.7.1 never", key)
            case "garbage":
                self.writer.write(b"\x80\x00 what?\r\n")
                await self.hang_up()
            case "overlong":
                with suppress(ConnectionError):
                    for _ in range(40):
                        self.writer.write(b"250-" + b"x" * 4000 + b"\r\n")
                        await self.writer.drain()
                await self.hang_up()
            case "odd":
                self.writer.write(b"333 odd\r\n")
                await self.hang_up()
            case "answer-and-drop":
                return None
        return True

    async def answer(self, line, key):
        await self.say(line)
        if key is not None:
            self.relay.answered[key] += 1

    async def hang_up(self):
        """Close so that what was said before is surely read: end our side, then take in the rest unread."""
        with suppress(ConnectionError):
            self.writer.write_eof()
            while await self.reader.read(65536):
                pass
        raise Gone

    def reset(self):
        self.relay.was_reset = True
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Gone

    async def step(self, event, reply, key=None):
        """Answer one command, unless the script answers it; true if the answer was ours."""
        met = await self.meet(event, key)
        if met:
            return False
        await self.answer(reply, key)
        if met is None:
            await self.hang_up()
        return True

    async def do_ehlo(self, line):
        met = await self.meet("ehlo")
        if not met:
            await self.say("250 relay.example", *(f"250 {name}" for name in self.relay.extensions))
        if met is None:
            await self.hang_up()

    async def do_helo(self, line):
        await self.say("250 relay.example")

    async def do_rset(self, line):
        if await self.step("rset", "250 2.0.0 forgotten"):
            self.sender = self.recipient = None

    async def do_mail(self, line):
        if self.sender is not None:
            await self.say("503 5.5.1 nested MAIL")
        elif await self.step("mail", "250 2.1.0 sender ok"):
            self.sender = line

    async def do_rcpt(self, line):
        address = re.search("<(.*?)>", line)[1]
        if self.sender is None:
            await self.say("503 5.5.1 MAIL first")
        elif address in self.relay.refused:
            await self.say("550 5.1.1 no such user")
        elif await self.step("rcpt", "250 2.1.5 recipient ok"):
            self.recipient = address

    async def do_data(self, line):
        if self.recipient is None and not self.relay.lenient_data:
            await self.say("503 5.5.1 RCPT first")
        elif await self.step("data", "354 go on"):
            refused = await self.meet("mid-body")
            # Read strictly line by line: only CRLF . CRLF ends it
            lines = []
            while (text := await self.reader.readuntil(b"\r\n")) != b".\r\n":
                lines.append(text.removeprefix(b"."))
            await self.end_body(b"".join(lines), refused=refused)

    async def do_bdat(self, line):
        if self.relay.forgets_bdat:
            await self.do_unknown(line)
            return
        _, size, last = line.split()
        assert last == "LAST"
        refused = await self.meet("mid-body")
        body = await self.reader.readexactly(int(size))
        if self.recipient is None and not refused:
            await self.say("503 5.5.1 RCPT first")
        else:
            await self.end_body(body, refused=refused)

    async def end_body(self, body, *, refused):
        if refused:  # in the middle of it, and only once
            self.sender = self.recipient = None
            return
        if self.recipient is None:
            self.relay.empties += body == b""
            await self.say("554 5.5.1 no valid recipients")
            self.sender = None
            return
        key = int(re.search(rb"X-Key: (\d+)", body)[1])
        assert self.recipient == f"r{key}@example.com", "a message under another's envelope"
        self.relay.finished[key] += 1
        self.sender = self.recipient = None
        met = await self.meet("body", key)
        if not met:
            self.relay.accepted[key] = body
            self.relay.acceptances[key] += 1
            await self.answer(f"250 2.0.0 queued as {key}", key)
        if met is None:
            await self.hang_up()

    async def do_quit(self, line):
        await self.say("221 2.0.0 bye")
        raise Gone

    async def do_auth(self, line):
        async def challenge(text):
            await self.say(f"334 {text}")
            return (await self.reader.readuntil(b"\r\n"))[:-2].decode()

        await self.say(await self.relay.on_auth(line, challenge))

    async def do_starttls(self, line):
        await self.say("220 2.0.0 go ahead")
        await self.writer.start_tls(self.relay.tls)

    async def do_unknown(self, line):
        await self.say("500 5.5.2 unknown command")
