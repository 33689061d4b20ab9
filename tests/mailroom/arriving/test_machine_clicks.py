"""What machines' clicks look like beside each other, and that people's are left alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.content.models import Link, TemplateText
from esmero.mailroom.arriving.clicks import spool_click, spool_folder, take_in_clicks
from esmero.mailroom.arriving.machine_clicks import hash_network
from esmero.mailroom.models import ClickTrace
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Address
from tests.house_facts import add_people, open_dispatch
from tests.mailroom.inbound import send_one

ANCHOR = (timezone.now() - timedelta(hours=1)).replace(microsecond=0)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_spool():
    yield
    for path in spool_folder().iterdir():
        path.unlink()


@pytest.fixture
def sent():
    one = send_one()
    Message.objects.update(sent_at=timezone.now() - timedelta(hours=3))
    text = TemplateText.objects.get()
    one.links = list(text.links.order_by("number"))
    while len(one.links) < 5:
        number = 100 + len(one.links)
        one.links.append(Link.objects.create(text=text, number=number, url=f"https://fibranorte.example/{number}"))
    return one


def click(message, link, *, seconds, network="", sign=""):
    at = ANCHOR + timedelta(seconds=seconds)
    spool_click(message.pk, link=link.pk, nanoseconds=int(at.timestamp() * 1e9), sign=sign, network=network)


def machines():
    return list(MessageEvent.objects.order_by("at").values_list("machine", flat=True))


def test_three_links_in_ten_seconds_are_no_person(sent):
    for number, second in enumerate((0, 4, 9)):
        click(sent.message, sent.links[number], seconds=second)
    take_in_clicks()
    assert machines() == ["all-links"] * 3


def test_a_click_becomes_a_machine_s_after_the_fact(sent):
    click(sent.message, sent.links[0], seconds=0)
    take_in_clicks()
    assert machines() == [""]
    click(sent.message, sent.links[1], seconds=3)
    click(sent.message, sent.links[2], seconds=5)
    take_in_clicks()
    assert machines() == ["all-links"] * 3


def test_a_reader_who_takes_their_time_stays_a_person(sent):
    for number in range(5):
        click(sent.message, sent.links[number], seconds=20 * number)
    for _ in range(6):  # the same link again and again is impatience
        click(sent.message, sent.links[0], seconds=200)
    take_in_clicks()
    assert set(machines()) == {""}


def test_every_link_of_a_short_letter_in_two_seconds(sent):
    for link in sent.links[2:]:
        link.delete()
    click(sent.message, sent.links[0], seconds=0)
    click(sent.message, sent.links[1], seconds=1.5)
    take_in_clicks()
    assert machines() == ["all-links"] * 2


@pytest.mark.parametrize(
    ("seconds", "links", "sign"), [(-20, 2, "too-soon"), (2, 2, "too-soon"), (2, 1, ""), (5, 2, ""), (-300, 2, "")]
)
def test_nobody_reads_two_links_before_the_mail_is_there(sent, seconds, links, sign):
    Message.objects.update(sent_at=ANCHOR)
    for number in range(links):
        click(sent.message, sent.links[number], seconds=seconds)
    take_in_clicks()
    assert set(machines()) == {sign}


def send_more(sent, number, *, domains=1):
    people = [p for n in range(domains) for p in add_people(sent.house, number // domains, domain=f"d{n}.example")]
    dispatch = open_dispatch(sent.house, people)
    rows = Message.objects.filter(dispatch=dispatch)
    rows.update(state=Message.State.SENT, due_at=None, sent_at=timezone.now() - timedelta(hours=3))
    return list(rows)


@pytest.mark.parametrize(("number", "sign"), [(5, "network"), (4, "")])
def test_one_network_and_many_messages_in_the_same_second(sent, number, sign):
    for message in send_more(sent, number):
        click(message, sent.links[0], seconds=0.5, network="ab" * 8)
    take_in_clicks()
    assert set(machines()) == {sign}


def test_the_pattern_of_a_data_centre(sent):
    rows = send_more(sent, 12, domains=3)
    for number, message in enumerate(rows):
        Message.objects.filter(pk=message.pk).update(sent_at=ANCHOR + timedelta(seconds=60 * number))
        click(message, sent.links[0], seconds=60 * number + 30, network="cd" * 8)
    take_in_clicks()
    assert set(machines()) == {"data-centre"}


def test_colleagues_behind_one_door_are_people(sent):
    for number, message in enumerate(send_more(sent, 12)):
        click(message, sent.links[0], seconds=10 * number, network="ef" * 8)
    take_in_clicks()
    assert set(machines()) == {""}


def test_all_signs_are_kept_the_first_gives_the_name(sent):
    Message.objects.update(sent_at=ANCHOR)
    for number in range(3):
        click(sent.message, sent.links[number], seconds=1, sign="agent" if number == 0 else "")
    take_in_clicks()
    events = MessageEvent.objects.order_by("link__number")
    assert [event.machine for event in events] == ["agent", "too-soon", "too-soon"]
    assert events[0].facts["signs"] == ["agent", "too-soon", "all-links"]


def test_a_person_s_click_forgives_the_address_a_machine_s_does_not(sent):
    Address.objects.update(standing=Address.Standing.FAILING, last_return_at=timezone.now())
    click(sent.message, sent.links[0], seconds=0, sign="agent")
    take_in_clicks()
    assert Address.objects.get().standing == Address.Standing.FAILING
    click(sent.message, sent.links[0], seconds=60)
    take_in_clicks()
    assert Address.objects.get().standing == Address.Standing.OK


def test_a_network_is_a_hash_of_one_day():
    now = timezone.now()
    assert hash_network("192.0.2.7", at=now) == hash_network("192.0.2.200", at=now) != hash_network("192.0.3.7", at=now)
    assert hash_network("192.0.2.7", at=now) != hash_network("192.0.2.7", at=now + timedelta(days=1))
    assert hash_network("2001:db8:1::1", at=now) == hash_network("2001:db8:1:ffff::2", at=now)
    assert hash_network("nonsense", at=now) == hash_network("", at=now) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.9", "::1", "fd00::7", "::ffff:127.0.0.1"])
def test_behind_a_network_of_the_house_may_be_everybody(address):
    assert hash_network(address, at=timezone.now()) == ""


def test_networks_are_forgotten_after_a_day(sent):
    click(sent.message, sent.links[0], seconds=0, network="ab" * 8)
    take_in_clicks()
    ClickTrace.objects.update(at=timezone.now() - timedelta(hours=25))
    click(sent.message, sent.links[0], seconds=99, network="ab" * 8)
    take_in_clicks()
    assert ClickTrace.objects.count() == 1
