import asyncio

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esmero.outbox.transports.parcels import Fate
from tests.outbox.transports.smtp.books import MODES, deliver, judge, make_parcel
from tests.outbox.transports.smtp.scripted_relay import ACTIONS, EVENTS, Fault, ScriptedRelay

pytestmark = pytest.mark.slow

PARCELS = [make_parcel(key) for key in range(1, 13)]
PATIENCE = 0.05
"""Seconds; only a relay that hangs makes the client wait so long."""


def run(relay, *, loop_factory=None, connections=1, timeout=10.0):
    async def main():
        async with relay.serve():
            return await deliver(relay, PARCELS, connections=connections, timeout=timeout)

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())


@pytest.mark.parametrize("nth", [1, 2, 6, 0])
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("mode", MODES)
def test_one_fault_anywhere_leaves_each_parcel_with_one_true_outcome(mode, event, action, nth):
    relay = ScriptedRelay(faults=(Fault(event, action, nth),), **MODES[mode])
    timeout = PATIENCE if "hang" in action or action == "421-stay" else 10.0
    journal = run(relay, timeout=timeout)
    judge(relay, journal, PARCELS)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    mode=st.sampled_from(sorted(MODES)),
    connections=st.integers(1, 3),
    fast=st.booleans(),
    dribble=st.booleans(),
    faults=st.lists(
        st.builds(Fault, st.sampled_from(EVENTS), st.sampled_from(ACTIONS), st.integers(0, 12)),
        max_size=5,
    ),
)
def test_any_script_leaves_each_parcel_with_one_true_outcome(mode, connections, fast, dribble, faults):
    relay = ScriptedRelay(faults=tuple(faults), dribble=dribble, **MODES[mode])
    loop_factory = uvloop.new_event_loop if fast else None
    # Longer: while one connection hangs, a machine with much to do must not make the others seem to.
    journal = run(relay, loop_factory=loop_factory, connections=connections, timeout=3 * PATIENCE)
    judge(relay, journal, PARCELS)


@pytest.mark.parametrize("mode", MODES)
def test_a_connection_lost_once_costs_no_message(mode):
    relay = ScriptedRelay(
        faults=(Fault("mail", "drop", 3),), **(MODES[mode] if mode != "chunking" else MODES["pipelining"])
    )
    journal = run(relay)
    judge(relay, journal, PARCELS)
    assert journal.fates() == {Fate.ACCEPTED: 12}
    assert relay.sessions == 2
