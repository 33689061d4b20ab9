import asyncio

import pytest

from esmero.outbox.transports.parcels import Fate
from tests.outbox.transports.smtp.books import deliver, judge, make_parcel
from tests.outbox.transports.smtp.scripted_relay import Fault, ScriptedRelay

PARCELS = [make_parcel(key) for key in range(1, 13)]


def run(relay, parcels=PARCELS, **changes):
    async def main():
        async with relay.serve():
            return await deliver(relay, parcels, **({"connections": 1} | changes))

    return asyncio.run(main())


def test_bodies_go_by_bdat_and_arrive_as_they_were():
    parcels = [make_parcel(key, text=b".\r\n..\r\n.\r\nMAIL FROM:<x@y>\r\n" * key) for key in range(1, 30)]
    relay = ScriptedRelay()
    journal = run(relay, parcels)
    judge(relay, journal, parcels)
    assert journal.fates() == {Fate.ACCEPTED: 29}
    assert "DATA" not in relay.commands


def test_recipients_refused_in_the_middle_of_a_window_are_told_from_their_neighbours():
    relay = ScriptedRelay(refused=frozenset({"r3@example.com", "r4@example.com", "r9@example.com"}))
    journal = run(relay)
    judge(relay, journal, PARCELS)
    refused = {key for key, outcome in journal.outcomes.items() if outcome.fate is Fate.REFUSED_PERMANENTLY}
    assert refused == {3, 4, 9}
    assert journal.fates()[Fate.ACCEPTED] == 9
    assert (journal.outcomes[3].code, journal.outcomes[3].enhanced) == (550, "5.1.1")
    assert (journal.outcomes[3].text, journal.outcomes[3].stage) == ("5.1.1 no such user", "rcpt")


def test_the_window_is_opened_only_when_one_message_has_gone_through():
    relay = ScriptedRelay(faults=(Fault("body", "drop", 1),))
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.IN_DOUBT: 1, Fate.ACCEPTED: 11}


def test_a_connection_lost_in_a_full_window_puts_only_its_members_in_doubt():
    relay = ScriptedRelay(faults=(Fault("body", "drop", 2),))
    journal = run(relay, window=4)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.IN_DOUBT: 4, Fate.ACCEPTED: 8}


@pytest.mark.parametrize("event", ["rset", "mail", "rcpt", "body"])
def test_what_stands_behind_a_421_was_never_looked_at_and_is_sent_anew(event):
    relay = ScriptedRelay(faults=(Fault(event, "421", 3),))
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert Fate.IN_DOUBT not in journal.fates()
    assert journal.fates()[Fate.ACCEPTED] == (11 if event == "body" else 12)


def test_a_relay_that_goes_on_after_a_421_is_heard_out():
    relay = ScriptedRelay(faults=(Fault("rcpt", "421-stay", 3),))
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.ACCEPTED: 12}


def test_a_relay_that_does_not_know_bdat_after_all_gets_data():
    relay = ScriptedRelay(forgets_bdat=True)
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.ACCEPTED: 12}
    assert relay.sessions == 2
    assert relay.commands.count("DATA") == 12


def test_a_relay_on_which_bdat_timed_out_once_gets_data():
    relay = ScriptedRelay(faults=(Fault("body", "hang", 5),))
    journal = run(relay, timeout=1.0, window=2)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.ACCEPTED: 10, Fate.IN_DOUBT: 2}
    assert relay.commands.count("DATA") == 6


def test_chunking_can_be_declined():
    relay = ScriptedRelay()
    journal = run(relay, chunking=False)
    assert journal.fates() == {Fate.ACCEPTED: 12}
    assert relay.commands.count("DATA") == 12


@pytest.mark.slow
def test_a_body_that_cannot_leave_is_not_in_doubt():
    # The relay does not read on after the third RCPT, so that the end of a body larger than all buffers stays here
    large = (b"x" * 900 + b"\r\n") * 18_000
    parcels = [make_parcel(1), make_parcel(2), make_parcel(3, text=large), make_parcel(4)]
    relay = ScriptedRelay(
        faults=(Fault("mid-body", "hang", 3),),
        extensions=("PIPELINING", "CHUNKING", "SIZE 0"),
    )
    journal = run(relay, parcels, timeout=2.0)
    judge(relay, journal, parcels)
    assert journal.fates() == {Fate.ACCEPTED: 4}
