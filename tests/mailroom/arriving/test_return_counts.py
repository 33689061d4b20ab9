import pytest
from django.utils import timezone

from esmero.mailroom.arriving.return_counts import count_by_receiver, count_faults
from esmero.mailroom.models import ReturnCount
from esmero.mailroom.sending.relay_outcomes import judge_outcome, record_judged
from esmero.outbox.models import Message
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.outbox.transports.parcels import Fate, Outcome
from esmero.rendering.tokens import TokenPurpose
from tests.intake.reports.test_arf import ARF
from tests.mailroom.inbound import postfix_report, send_one

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def complain(sent, feedback, *, mail_id="1"):
    raw = ARF.format(feedback=feedback, recipient="[redacted]").replace("m-5@", f"{sent.message.opaque}@")
    sent.receive(f"Message-ID: <{mail_id}@fbl.example>\n{raw}".encode(), to=sent.address(TokenPurpose.RETURN))


def test_faults_of_ours_and_complaints_are_counted_by_receiver_and_day():
    sent = send_one()
    Message.objects.update(receiver="gmail")
    for number, (status, words) in enumerate(
        [
            ("5.7.1", "550 5.7.1 blocked by policy"),
            ("5.7.26", "550-5.7.26 unauthenticated"),
            ("5.7.1", "550 5.7.1 policy"),
        ]
    ):
        raw = postfix_report(sent.message, status=status, reply=words, mail_id=str(number))
        sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    complain(sent, "abuse")
    today = timezone.now().date()
    assert count_by_receiver(sent.house.brand, since=today) == {"gmail": {"our-fault": 3, "complained": 1}}
    faults = count_faults(sent.house.brand, receiver="gmail", day=today)
    assert faults["complaint"] == 1
    assert sum(number for meaning, number in faults.items() if meaning != "complaint") == 3
    assert faults["authentication"] == 1


def test_the_same_mail_twice_counts_once():
    sent = send_one()
    raw = postfix_report(sent.message, status="5.1.1", reply="550 5.1.1 user unknown")
    sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    sent.receive(raw + b"\r\n", to=sent.address(TokenPurpose.RETURN))
    row = ReturnCount.objects.get()
    assert (row.number, row.kind, row.meaning, row.domain) == (
        1,
        "returned-for-good",
        "unknown-user",
        "cliente.example",
    )


def test_what_the_relay_itself_refuses_is_counted_too():
    sent = send_one()
    Message.objects.update(state=Message.State.WIRE, claimed_by="w", claimed_until=timezone.now(), receiver="gmail")
    outcome = Outcome(sent.message.pk, Fate.REFUSED_PERMANENTLY, 554, "5.7.1", "554 5.7.1 policy", "rcpt")
    judged = judge_outcome(outcome, tries=1, schedule=RetrySchedule(pauses=()), now=timezone.now())
    record_judged([judged], addresses=lambda _: sent.message.address, worker="w", at=timezone.now())
    today = timezone.now().date()
    assert count_by_receiver(sent.house.brand, since=today) == {"gmail": {"refused": 1}}
    assert count_faults(sent.house.brand, receiver="gmail", day=today) == {"policy": 1}
