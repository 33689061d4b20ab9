"""The caller's side in tests: parcels with a key in them, a journal, and the judgement of both books together."""

import asyncio
from collections import Counter

from esmero.outbox.transports.parcels import Fate, Outcome, Parcel
from esmero.outbox.transports.smtp.pool import RelayAddress, SmtpPool

MODES = {
    "step by step": {"extensions": ("8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES")},
    "pipelining": {"extensions": ("PIPELINING", "8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES")},
    "chunking": {},
}


def make_parcel(key, *, text=b"", **changes):
    body = b"From: a@example.org\r\nX-Key: %d\r\n\r\n%s\r\n" % (key, text or b"A line of text.\r\n" * 40)
    facts = {"return_path": f"b{key}@bounce.example", "recipient": f"r{key}@example.com", "body": body}
    return Parcel(key=key, **(facts | changes))


def make_address(port, **changes):
    facts = {"host": "127.0.0.1", "port": port, "helo": "client.example", "security": "none", "timeout": 10.0}
    return RelayAddress(**(facts | changes))


class Journal:
    """An observer that notes everything in order."""

    def __init__(self):
        self.notes = []
        self.outcomes: dict[int, Outcome] = {}
        self.count: Counter[int] = Counter()

    def begun(self, key):
        self.notes.append(("begun", key))

    def answered(self, outcome):
        self.notes.append(("answered", outcome.key))
        self.count[outcome.key] += 1
        self.outcomes[outcome.key] = outcome

    def fates(self):
        return Counter(outcome.fate for outcome in self.outcomes.values())


async def deliver(relay, parcels, **changes):
    """Deliver over a relay that is being served; gives the journal."""
    journal = Journal()
    pool = SmtpPool(make_address(relay.port, **changes))
    async with asyncio.timeout(30):
        await pool.deliver(parcels, journal)
        await pool.close()
    return journal


def judge(relay, journal, parcels):
    """Hold the client's outcomes against the relay's books."""
    assert journal.count == {parcel.key: 1 for parcel in parcels}, "each parcel has exactly one outcome"
    assert all(count == 1 for count in relay.acceptances.values()), "nothing is accepted twice"
    for parcel in parcels:
        key = parcel.key
        outcome = journal.outcomes[key]
        mine = [what for what, about in journal.notes if about == key]
        assert mine[-1] == "answered"
        if outcome.fate in {Fate.ACCEPTED, Fate.IN_DOUBT}:
            assert mine[0] == "begun", "the journal knows of it before the relay can"
        if outcome.fate is Fate.ACCEPTED:
            assert key in relay.accepted
            assert relay.accepted[key] == parcel.body, "what was sent is what arrived"
        if outcome.fate is Fate.NOT_BEGUN:
            assert key not in relay.finished, "a message that was not begun never ended at the relay"
        if outcome.fate in {Fate.REFUSED_PERMANENTLY, Fate.REFUSED_TEMPORARILY}:
            assert key not in relay.accepted
        if key in relay.finished and not relay.answered[key]:
            assert outcome.fate is Fate.IN_DOUBT, "received, and the reply was lost"
        if key in relay.accepted and relay.answered[key] and not relay.was_reset:
            assert outcome.fate is Fate.ACCEPTED, "accepted and acknowledged"
