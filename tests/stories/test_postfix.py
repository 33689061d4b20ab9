"""The newsletter to the telecom's customers through a real Postfix; their mailboxes do what their fate says.

What Postfix refuses or gives up comes back as its own reports to our listener, the absent answer by a machine: in the
end the ledger, the standing of every address and Postfix's own log say the same. A second run has the refusals in the
SMTP session. The first lines of the list in `make test`, all of it with SIZE=full.
"""

import os
import socket
from collections import Counter

import pytest
from django.conf import settings

from esmero.mailroom.models import Inbound
from esmero.outbox.models import Message
from tests.corpus import CORPUS, needs
from tests.fates import open_mailboxes
from tests.house_facts import build_house
from tests.postfix import open_postfix, wait_for
from tests.sink import free_port
from tests.stories.post import (
    ABSENT,
    FOR_GOOD,
    FOR_NOW,
    NOTHING,
    OURS,
    bring_and_start,
    cut_list,
    events,
    open_listener,
    outcomes,
    read_fates,
    waiting_inbound,
    work_until_idle,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.relay,
    pytest.mark.corpus,
    pytest.mark.slow,
    needs("telco-churn"),
]
TELCO = CORPUS / "telco-churn"
MOST_LINES = None if os.environ.get("SIZE") == "full" else 1_400

# fate: state, worst outcome and standing in the end, when the relay takes everything and reports later
REPORTED = {
    "good": ("sent", NOTHING, "ok"),
    "slow": ("sent", NOTHING, "ok"),
    "absent": ("sent", ABSENT, "ok"),
    "unknown": ("sent", FOR_GOOD, "suppressed"),
    "refused": ("sent", OURS, "ok"),
    "full": ("gave-up", FOR_NOW, "ok"),
    "dead": ("gave-up", FOR_NOW, "ok"),
}
# what Postfix's log says of an address at last, and what that means for us
LOGGED = {
    ("sent", "2.0.0"): {"good", "slow", "absent"},
    ("bounced", "5.1.1"): {"unknown"},
    ("bounced", "5.7.1"): {"refused"},
    ("expired", "4.2.2"): {"full"},
    ("expired", "4.4.1"): {"dead"},
}
# the same when the relay itself refuses in the session
SPOKEN = {
    **REPORTED,
    "unknown": ("gave-up", FOR_GOOD, "suppressed"),
    "refused": ("gave-up", OURS, "ok"),
    "full": ("gave-up", FOR_NOW, "ok"),
    "dead": ("gave-up", NOTHING, "ok"),
}


@pytest.fixture
def closed_port():
    """Hold a port on which nobody listens: whoever connects there is refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@pytest.fixture
def inbound(monkeypatch):
    port = free_port()
    monkeypatch.setattr(settings.ESMERO, "inbound_port", port)
    with open_listener():
        yield port


def by_fate(found, fates):
    """Return {fate: {what became of it: how many}}; a household's message is that of whoever got it."""
    addresses = dict(Message.objects.exclude(state="refused").values_list("address", "person__number"))
    counted = {}
    for address, became in found.items():
        counted.setdefault(fates[addresses[address]], Counter())[became] += 1
    return counted


def test_through_a_relay_that_takes_all_and_reports_later(tmp_path, monkeypatch, inbound, closed_port):
    monkeypatch.setattr(settings.ESMERO, "return_retry_hours", [0.0])  # one more try, at once
    fates = read_fates(TELCO / "clientes.truth.tsv", most_lines=MOST_LINES)
    with open_mailboxes(reply_port=inbound) as mailboxes:
        routes = {".example": mailboxes.port, "caido.example": closed_port, "vuelta.fibranorte.example": inbound}
        with open_postfix(tmp_path, routes=routes) as postfix:
            build_house(port=postfix.port)
            file = cut_list(TELCO / "clientes.csv", most_lines=MOST_LINES, to=tmp_path / "clientes.csv")
            campaign = bring_and_start(file, tmp_path)
            work_until_idle()
            rows = Message.objects.filter(dispatch=campaign.dispatch_id).exclude(state="refused")
            number_of = dict(rows.values_list("address", "person__number"))
            fate_of = {address: fates[number] for address, number in number_of.items()}
            assert Counter(fate_of.values()).keys() == REPORTED.keys(), "each fate is met"
            ids = dict(rows.values_list("id", "opaque"))
            for tries in (1, 2):
                let_expire(postfix, mailboxes, fate_of, tries=tries)
                work_until_idle()
            wait_for(
                lambda: not_yet(postfix, fate_of) == 0,
                what="all is decided",
                progress=lambda: not_yet(postfix, fate_of),
            )
            log = postfix.outcomes()

    assert dict(rows.values_list("id", "opaque")) == ids, "a message that goes again is the same message"
    assert by_fate(outcomes(campaign), fates) == {fate: Counter({end: n}) for fate, end, n in ends(REPORTED, fate_of)}
    assert {address: log[address][-1] for address in fate_of}.keys() == fate_of.keys()
    for address, fate in fate_of.items():
        assert fate in LOGGED[log[address][-1]], (address, fate, log[address])
        assert sum(status == "sent" for status, _ in log[address]) == mailboxes.accepted[address] <= 1
        if fate == "slow":
            assert [status for status, _ in log[address]] == ["deferred", "deferred", "sent"]
    assert not {address for address in mailboxes.accepted if address not in fate_of}, "nobody else was written to"
    told = {fate: list(kinds) for fate, kinds in events(campaign, fates).items()}
    assert told == {
        "good": [()],
        "slow": [()],
        "absent": [("absent",)],
        "unknown": [("returned-for-good",)],
        "refused": [("our-fault",)],
        "full": [("returned-for-now", "returned-for-now")],
        "dead": [("returned-for-now", "returned-for-now")],
    }
    assert set(Inbound.objects.values_list("state", flat=True)) == {"done"}
    campaign.refresh_from_db()
    assert campaign.state == "done"
    print(f"{len(fate_of)} messages through Postfix: {dict(Counter(fate_of.values()))}")


def ends(table, fate_of):
    return [(fate, table[fate], number) for fate, number in Counter(fate_of.values()).items()]


def not_yet(postfix, fate_of):
    """Count those of whom the log has no end: neither sent, nor bounced, nor twice expired."""
    log = postfix.outcomes()
    return sum(not is_over(log.get(address, []), lives=2) for address in fate_of)


def is_over(tried, *, lives):
    statuses = [status for status, _ in tried]
    return "sent" in statuses or "bounced" in statuses or statuses.count("expired") >= lives


def let_expire(postfix, mailboxes, fate_of, *, tries):
    """Wait until only those are in the queue who never will be reached, let their time run out, and hear of it."""
    stuck = {address for address, fate in fate_of.items() if fate in {"full", "dead"}}

    def still_moving():
        log = postfix.outcomes()
        moving = [a for a in fate_of if a not in stuck and not is_over(log.get(a, []), lives=1)]
        tried = [a for a in stuck if [status for status, _ in log.get(a, [])][-1:] == ["deferred"]]
        return len(moving) + len(stuck) - len(tried)

    wait_for(lambda: still_moving() == 0, what=f"all have been tried ({tries})", progress=still_moving)
    reports = Counter(fate_of.values())
    expected = reports["unknown"] + reports["refused"] + reports["absent"] + tries * len(stuck)
    postfix.expire()
    heard = Inbound.objects.count
    wait_for(lambda: heard() >= expected, what=f"all reports are here ({tries})", progress=heard)
    assert heard() == expected
    assert waiting_inbound() <= expected


def test_a_relay_that_refuses_in_the_session(tmp_path, monkeypatch, inbound):
    monkeypatch.setattr(settings.ESMERO, "retry_minutes", [0.0, 0.0])
    most = 1_400
    fates = read_fates(TELCO / "clientes.truth.tsv", most_lines=most)
    with open_mailboxes(reply_port=inbound) as mailboxes:
        build_house(port=mailboxes.port)
        file = cut_list(TELCO / "clientes.csv", most_lines=most, to=tmp_path / "clientes.csv")
        campaign = bring_and_start(file, tmp_path)
        work_until_idle()
        wait_for(lambda: not waiting_inbound(), what="the absent are heard", progress=waiting_inbound)
    rows = Message.objects.filter(dispatch=campaign.dispatch_id).exclude(state="refused")
    fate_of = {address: fates[number] for address, number in rows.values_list("address", "person__number")}
    assert Counter(fate_of.values()).keys() == SPOKEN.keys(), "each fate is met"
    assert by_fate(outcomes(campaign), fates) == {fate: Counter({end: n}) for fate, end, n in ends(SPOKEN, fate_of)}
    for address, fate in fate_of.items():
        assert mailboxes.accepted[address] == (fate in {"good", "slow", "absent"}), (address, fate)
        if fate in {"full", "slow"}:
            assert mailboxes.asked[address] == 3, (address, fate)
        if fate in {"unknown", "refused"}:
            assert mailboxes.asked[address] == 1, "a refusal for good is not tried again"
