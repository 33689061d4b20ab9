"""A worker that sleeps is woken by whoever makes something due. Here it would never look by itself."""

import threading
import time

import pytest
from django.conf import settings
from django.db import connections, transaction

from esmero.campaigns.lifecycle import begin_dry_run, create_campaign, pause_campaign, resume_campaign, start_campaign
from esmero.campaigns.models import Campaign
from esmero.content.models import Link
from esmero.house.happenings import PersonErased, happen
from esmero.house.models import Happening
from esmero.mailroom.arriving.clicks import spool_click
from esmero.mailroom.arriving.receive import take_in
from esmero.mailroom.models import Inbound
from esmero.mailroom.sending import sender
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import Segment
from esmero.rendering.tokens import TokenPurpose
from esmero.rounds import delivery, routines, worker
from esmero.work import wake_listener
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house, open_dispatch
from tests.mailroom.inbound import Sent, written
from tests.postfix import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NEVER = 100_000.0


@pytest.fixture
def working(monkeypatch):
    """Run a worker in threads of this process, and wait until it has nothing to do."""
    monkeypatch.setattr(wake_listener, "LOOK_EVERY", NEVER)
    monkeypatch.setattr(worker, "LOOK_EVERY", NEVER)
    monkeypatch.setattr(routines, "LOOK_EVERY", NEVER)
    monkeypatch.setattr(sender, "TIDY_ANYWAY", NEVER)
    asleep = set()
    real = wake_listener.Sleeper.wait

    def wait(self, stop, *, seconds):
        asleep.add(threading.current_thread().name)
        real(self, stop, seconds=seconds)

    monkeypatch.setattr(wake_listener.Sleeper, "wait", wait)
    stop = StopSignal()
    thread = threading.Thread(
        target=worker.run_worker, kwargs={"home": settings.HOME, "worker": "sleepy", "stop": stop}, name="sender"
    )
    thread.start()
    wait_for(lambda: asleep >= {"jobs", "happenings", "routines"}, what="its threads sleep")
    yield
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    connections.close_all()


def sent(dispatch):
    return Message.objects.filter(dispatch=dispatch, state="sent").count()


def test_a_campaign_from_the_dry_run_to_its_end_is_woken_at_each_step(working):
    house = build_house(kind="capture")
    add_people(house, 3)
    segment = Segment.objects.create(name="Todos")
    campaign = create_campaign(
        "Noviembre",
        brand=house.brand,
        topic=house.topic,
        version=house.version,
        segment=segment,
        reason={"es": "Novedades"},
        by="test",
    )
    begin_dry_run(campaign, by="test")

    def reach(state):
        def has_reached():
            campaign.refresh_from_db()
            return campaign.state == state

        wait_for(has_reached, what=f"the campaign is {state}")

    reach("checked")
    start_campaign(campaign, by="test")
    reach("done")
    assert sent(campaign.dispatch_id) == 3


def test_a_pause_reaches_a_sleeping_sender_and_so_does_its_end(working):
    house = build_house(kind="capture")
    dispatch = open_dispatch(house, add_people(house, 1))
    Dispatch.objects.filter(pk=dispatch.pk).update(state="open")
    campaign = Campaign.objects.create(
        name="x", brand=house.brand, topic=house.topic, dispatch=dispatch, state="running", reason={}
    )
    pause_campaign(campaign, by="test")
    (other,) = add_people(house, 1, domain="otra.example")
    Message.objects.create(
        dispatch=dispatch, person=other, address=other.address.value, opaque="b", due_at=dispatch.created_at
    )
    resume_campaign(campaign, by="test")
    wait_for(lambda: sent(dispatch) == 2, what="both are sent")


def test_mail_that_comes_clicks_and_happenings_are_taken_up(working, monkeypatch):
    house = build_house(kind="capture")
    (person,) = add_people(house, 1)
    dispatch = open_dispatch(house, [person])
    Message.objects.update(state="sent", sent_at=dispatch.created_at, due_at=None)
    one = Sent(house, person, Message.objects.get())
    mail = written(sender=one.message.address, to="x@y.example", subject="Re", text="Gracias por el aviso")
    take_in(mail, envelope_from="", envelope_to=one.address(TokenPurpose.REPLY), door="smtp", at=dispatch.created_at)
    wait_for(lambda: Inbound.objects.filter(state="done").exists(), what="the mail is read")
    link = Link.objects.create(text=house.version.texts.first(), number=99, url="https://fibranorte.example/")
    spool_click(one.message.pk, link=link.pk, nanoseconds=time.time_ns(), sign="")
    wait_for(lambda: MessageEvent.objects.filter(kind="clicked").exists(), what="the click is recorded")
    with transaction.atomic():
        happen(PersonErased(person_id=1))
    wait_for(lambda: not Happening.objects.filter(due_at__isnull=False).exists(), what="it is distributed")
    assert delivery.distribute() == 0
