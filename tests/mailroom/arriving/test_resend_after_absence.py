from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from esmero.campaigns.models import Campaign
from esmero.mailroom.arriving.resend_after_absence import resend_due
from esmero.mailroom.models import ScheduledResend
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.rendering.tokens import TokenPurpose
from tests.house_facts import open_dispatch
from tests.mailroom.inbound import send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
SENT = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Madrid"))


@pytest.fixture
def clock():
    with time_machine.travel(SENT, tick=False) as traveller:
        yield traveller


def be_away(sent, *, until="1 de diciembre de 2026", mail_id="<away-1@cliente.example>"):
    mail = written(
        sender=sent.message.address, to="x@y.example", subject="Respuesta automática", mail_id=mail_id,
        text=f"Estoy de vacaciones hasta el {until}.", Auto_Submitted="auto-replied",
        answers=f"<{sent.message.opaque}@fibranorte.example>",
    )  # fmt: skip
    sent.receive(mail, to=sent.address(TokenPurpose.RETURN))


def come_back(sent, clock, *, days=8):
    clock.move_to(SENT + timedelta(days=days))
    resend_due("test")
    sent.message.refresh_from_db()
    return ScheduledResend.objects.get()


def test_it_goes_again_on_the_morning_after_the_absence_as_the_same_message(clock):
    sent = send_one()
    opaque = sent.message.opaque
    be_away(sent)
    plan = ScheduledResend.objects.get()
    assert plan.due_at == datetime(2026, 12, 2, 9, 0, tzinfo=ZoneInfo("Europe/Madrid"))
    assert datetime.fromisoformat(MessageEvent.objects.get().facts["again_at"]) == plan.due_at
    assert come_back(sent, clock, days=7).state == "waiting"
    assert sent.message.state == Message.State.SENT
    assert come_back(sent, clock).state == "sent"
    assert (sent.message.state, sent.message.opaque) == (Message.State.WAITING, opaque)
    assert sent.message.due_at == timezone.now()
    assert Dispatch.objects.get().state == Dispatch.State.OPEN
    assert not resend_due("test")  # once


def test_two_answers_plan_once_and_the_later_day_counts(clock):
    sent = send_one()
    be_away(sent)
    be_away(sent, until="3 de diciembre de 2026", mail_id="<away-2@cliente.example>")
    assert ScheduledResend.objects.get().due_at.day == 4


@pytest.mark.parametrize("until", ["9 de diciembre de 2026", "31 de diciembre de 2026"])
def test_news_of_more_than_two_weeks_are_none(clock, until):
    sent = send_one()
    be_away(sent, until=until)
    assert not ScheduledResend.objects.exists()
    assert MessageEvent.objects.get().facts["until"].startswith("2026-12")


def test_service_mail_is_not_repeated(clock):
    sent = send_one()
    Dispatch.objects.update(message_class="service")
    be_away(sent)
    assert not ScheduledResend.objects.exists()


def test_the_next_issue_of_the_topic_takes_its_place(clock):
    sent = send_one()
    be_away(sent)
    clock.move_to(SENT + timedelta(days=3))
    newer = open_dispatch(sent.house, [sent.person])
    Message.objects.filter(dispatch=newer).update(state=Message.State.SENT, sent_at=timezone.now(), due_at=None)
    row = come_back(sent, clock)
    assert (row.state, row.reason, sent.message.state) == ("dropped", "superseded", Message.State.SENT)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"kind": "clicked"}, "seen"),
        ({"kind": "replied"}, "seen"),
        ({"kind": "unsubscribed"}, "seen"),
        ({"kind": "clicked", "machine": "agent"}, ""),
    ],
)
def test_who_has_seen_it_does_not_need_it_again(clock, event, reason):
    sent = send_one()
    be_away(sent)
    MessageEvent.objects.create(message=sent.message, at=timezone.now(), **event)
    assert come_back(sent, clock).reason == reason


def test_nothing_of_a_cancelled_campaign_goes_again(clock):
    sent = send_one()
    Campaign.objects.create(
        name="c", brand=sent.house.brand, topic=sent.house.topic, dispatch=sent.message.dispatch, state="cancelled"
    )
    be_away(sent)
    assert come_back(sent, clock).reason == "cancelled"


def test_what_came_back_meanwhile_does_not_go_again(clock):
    sent = send_one()
    be_away(sent)
    Message.objects.update(worst=Message.Worst.COMPLAINED)
    assert come_back(sent, clock).reason == "state"
