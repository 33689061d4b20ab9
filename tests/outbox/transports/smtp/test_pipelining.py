import asyncio
import gc
import sys

import pytest

from esmero.outbox.transports.parcels import Fate
from tests.outbox.transports.smtp.books import MODES, deliver, judge, make_parcel
from tests.outbox.transports.smtp.scripted_relay import Fault, ScriptedRelay

PARCELS = [make_parcel(key) for key in range(1, 13)]
BOTH = ["step by step", "pipelining"]


def run(relay, parcels=PARCELS, **changes):
    async def main():
        async with relay.serve():
            return await deliver(relay, parcels, **({"connections": 1} | changes))

    return asyncio.run(main())


@pytest.mark.parametrize("mode", BOTH)
def test_bodies_arrive_as_they_were(mode):
    parcels = [make_parcel(key, text=b".\r\n..\r\n.\r\nMAIL FROM:<x@y>\r\n" * key) for key in range(1, 30)]
    relay = ScriptedRelay(**MODES[mode])
    journal = run(relay, parcels)
    judge(relay, journal, parcels)
    assert journal.fates() == {Fate.ACCEPTED: 29}
    assert relay.sessions == 1
    assert not any(command.startswith("BDAT") for command in relay.commands)


def test_a_delivered_message_is_freed_at_once():
    parcels = [make_parcel(key) for key in range(1, 4)]
    earlier = parcels[:-1]  # a session may hold its last one
    before = [sys.getrefcount(parcel) for parcel in earlier]
    gc.disable()  # without it only what nothing refers to is freed
    try:
        assert run(ScriptedRelay(), parcels).fates() == {Fate.ACCEPTED: 3}
        assert [sys.getrefcount(parcel) for parcel in earlier] == before
    finally:
        gc.enable()


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("mode", BOTH)
def test_a_refused_recipient_does_not_touch_the_next(mode, lenient):
    relay = ScriptedRelay(
        refused=frozenset({"r1@example.com", "r5@example.com", "r6@example.com", "r12@example.com"}),
        lenient_data=lenient,
        **MODES[mode],
    )
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.ACCEPTED: 8, Fate.REFUSED_PERMANENTLY: 4}
    assert {outcome.stage for outcome in journal.outcomes.values()} == {"rcpt", "body"}
    assert relay.sessions == 1


@pytest.mark.parametrize(
    ("event", "action", "fate", "stage"),
    [
        ("mail", "451", Fate.REFUSED_TEMPORARILY, "mail"),
        ("mail", "554", Fate.REFUSED_PERMANENTLY, "mail"),
        ("rcpt", "451", Fate.REFUSED_TEMPORARILY, "rcpt"),
        ("data", "451", Fate.REFUSED_TEMPORARILY, "data"),
        ("data", "554", Fate.REFUSED_PERMANENTLY, "data"),
        ("body", "451", Fate.REFUSED_TEMPORARILY, "body"),
        ("body", "554", Fate.REFUSED_PERMANENTLY, "body"),
        ("body", "421", Fate.REFUSED_TEMPORARILY, "body"),
        ("body", "drop", Fate.IN_DOUBT, "body"),
        ("body", "garbage", Fate.IN_DOUBT, "body"),
        ("body", "odd", Fate.IN_DOUBT, "body"),
        ("mail", "421", None, ""),
        ("rcpt", "421", None, ""),
        ("data", "421", None, ""),
        ("data", "drop", None, ""),
        ("rcpt", "odd", None, ""),
    ],
)
@pytest.mark.parametrize("mode", BOTH)
def test_each_refusal_has_its_fate_and_stage_and_the_rest_arrives(mode, event, action, fate, stage):
    relay = ScriptedRelay(faults=(Fault(event, action, 4),), **MODES[mode])
    journal = run(relay)
    judge(relay, journal, PARCELS)
    if fate is None:
        assert journal.fates() == {Fate.ACCEPTED: 12}
        return
    assert (journal.outcomes[4].fate, journal.outcomes[4].stage) == (fate, stage)
    assert journal.fates() == {Fate.ACCEPTED: 11, fate: 1}


def test_end_of_body_and_the_next_envelope_go_in_one_write():
    relay = ScriptedRelay(**MODES["pipelining"])
    arrivals = []

    async def main():
        async def handle(reader, writer):
            writer.write(b"220 hi\r\n")
            await reader.read(4096)
            writer.write(b"250-hi\r\n250 PIPELINING\r\n")
            answers = iter([b"250 ok\r\n250 ok\r\n354 go\r\n"] + [b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"] * 2)
            for answer in answers:
                arrivals.append(await reader.read(65536))
                writer.write(answer)
            arrivals.append(await reader.read(65536))
            writer.write(b"250 ok\r\n")
            await reader.read(4096)
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        relay.port = server.sockets[0].getsockname()[1]
        async with server:
            return await deliver(relay, PARCELS[:3], connections=1)

    assert asyncio.run(main()).fates() == {Fate.ACCEPTED: 3}
    assert arrivals[0].startswith(b"MAIL FROM:<b1@")
    assert arrivals[0].endswith(b"DATA\r\n")
    for arrival, following in zip(arrivals[1:3], (b"b2@", b"b3@"), strict=True):
        assert arrival.startswith(b"From: ")
        assert b"\r\n.\r\nMAIL FROM:<" + following in arrival
        assert arrival.endswith(b"DATA\r\n")
    assert arrivals[3].endswith(b"\r\n.\r\n")


@pytest.mark.slow
@pytest.mark.parametrize("mode", BOTH)
def test_a_body_that_cannot_leave_is_not_in_doubt(mode):
    large = (b"x" * 900 + b"\r\n") * 18_000
    parcels = [make_parcel(1), make_parcel(2, text=large), make_parcel(3)]
    extensions = tuple(name for name in MODES[mode]["extensions"] if "SIZE" not in name)
    relay = ScriptedRelay(faults=(Fault("mid-body", "hang", 2),), extensions=extensions)
    journal = run(relay, parcels, timeout=5)
    judge(relay, journal, parcels)
    assert journal.fates() == {Fate.ACCEPTED: 3}


def test_a_relay_that_takes_a_recipient_without_a_sender_is_left():
    """Ending such a transaction by a lone dot could deliver an empty message."""
    got = []

    async def main():
        async def handle(reader, writer):
            writer.write(b"220 hi\r\n")
            await reader.read(4096)
            writer.write(b"250-hi\r\n250 PIPELINING\r\n")
            await reader.read(4096)
            writer.write(b"451 no\r\n250 yes\r\n354 go\r\n")
            got.append(await reader.read())
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        relay = ScriptedRelay(port=server.sockets[0].getsockname()[1])
        async with server:
            return await deliver(relay, PARCELS[:1], connections=1)

    assert asyncio.run(main()).fates() == {Fate.REFUSED_TEMPORARILY: 1}
    assert got == [b""]
