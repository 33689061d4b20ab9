"""The page of a single message: its content as it left, its files, and the decision on one that is held."""

import asyncio

import pytest
from django.conf import settings
from django.urls import reverse

from esmero.house.models import AuditEntry
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.models import Message, MessageClass
from esmero.outbox.posting.content import AttachedFile, FilledTemplate, ToAddress, ToPerson, ToStaff, WrittenText
from esmero.outbox.posting.kinds import STAFF_INVITATION, MessageKind
from esmero.outbox.posting.post import post
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.people.models import Person
from esmero.vault.files import seal
from esmero.work.stop_signal import StopSignal
from tests.house_facts import add_people, build_house
from tests.web.document import get_document, post_document
from tests.web.facts import staff

ANSWER = MessageKind(name="test-answer", message_class=MessageClass.SERVICE)
REASON = {"es": "Es cliente"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house():
    return build_house(kind="capture")


def enter(client, role):
    user = staff(role)
    client.force_login(user)
    return user


def send_all():
    sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    asyncio.run(sender.run(StopSignal(), until_idle=True))


def page_of(client, row):
    return get_document(client, reverse("console:message", args=[row.pk]))


def test_it_shows_what_was_sent_after_everything_has_changed(client, house):
    enter(client, "reader")
    person = add_people(house, 1)[0]
    row = post(ANSWER, ToPerson(person), FilledTemplate(house.version), brand=house.brand, reason=REASON)
    send_all()
    Person.objects.update(given_name="Otra")
    text = get_document(client, page_of(client, row).attribute("iframe", "src")).words
    assert "Nombre0" in text
    assert "Otra" not in text


def test_a_written_text_is_shown_as_text_and_its_file_is_a_download(client, house):
    enter(client, "reader")
    file = seal(b"<script>1</script>", kind="test", media_type="text/html")
    text = WrittenText(subject="Su <b>línea</b>", text="Ya está <script>", cc=("jefe@cliente.example",))
    to = ToAddress("ana@cliente.example", ground="test")
    row = post(ANSWER, to, text, brand=house.brand, reason=REASON, attachments=[AttachedFile(file.pk, "a ñ.html")])
    page = page_of(client, row)
    assert page.text(".letter.plain") == "Ya está <script>"
    answer = client.get(page.link("a ñ.html"))
    assert answer.getvalue() == b"<script>1</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_link_for_its_reader_alone_is_shown_to_nobody(client, house):
    user = enter(client, "owner")
    row = post(STAFF_INVITATION, ToStaff(user), WrittenText(subject="s", text="secret-link"), brand=house.brand)
    page = page_of(client, row)
    assert "secret-link" not in page.markup
    assert client.get(reverse("console:message-copy", args=[row.pk])).status_code == 404


def held(house):
    to, text = ToAddress("ana@cliente.example", ground="test"), WrittenText(subject="s", text="t")
    return post(ANSWER, to, text, brand=house.brand, reason=REASON, held=True)


def test_a_held_message_is_approved_or_cancelled_once(client, house):
    enter(client, "manager")
    approved, cancelled = held(house), held(house)
    forms = page_of(client, approved).forms("form[method=post]")
    assert reverse("console:message-approve", args=[approved.pk]) in [one.action for one in forms]
    client.post(reverse("console:message-approve", args=[approved.pk]))
    client.post(reverse("console:message-cancel", args=[cancelled.pk]))
    again = post_document(client, reverse("console:message-approve", args=[cancelled.pk]))
    assert "somebody else has decided" in again.toast()
    states = dict(Message.objects.values_list("pk", "state"))
    assert states == {approved.pk: "planned", cancelled.pk: "cancelled"}
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"message.approved", "message.cancelled"}


def test_today_names_what_is_held(client, house):
    enter(client, "manager")
    row = held(house)
    assert get_document(client, reverse("console:today")).links(".due a") == [reverse("console:message", args=[row.pk])]


def test_readers_decide_nothing(client, house):
    enter(client, "reader")
    row = held(house)
    assert client.post(reverse("console:message-approve", args=[row.pk])).status_code == 403
    assert client.post(reverse("console:message-cancel", args=[row.pk])).status_code == 403
    assert not [one for one in page_of(client, row).forms() if "approve" in one.action]
