from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.conversations.models import Conversation, Entry
from esmero.conversations.threads import InboundReply, add_reply
from esmero.house.models import Brand
from esmero.vault.files import seal
from tests.house_facts import build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture
def brand():
    return build_house().brand


def written(brand, **facts):
    number = Entry.objects.count()
    raw = seal(b"x%d" % number, kind="inbound", media_type="message/rfc822")
    usual = {
        "brand": brand, "message": None, "sender": "Ana@cliente.example", "subject": "Factura", "text": "Hola",
        "full_text": "Hola", "language": "es", "message_id": f"{number}@cliente.example", "answers": (), "raw": raw,
        "at": timezone.now(),
    }  # fmt: skip
    return add_reply(InboundReply(**usual | facts))


def test_a_mail_that_answers_nothing_opens_a_conversation(brand):
    entry = written(brand)
    conversation = entry.conversation
    assert (conversation.address, conversation.person, conversation.state) == ("ana@cliente.example", None, "waiting")
    assert (entry.direction, entry.author) == (Entry.Direction.IN, "Ana@cliente.example")
    assert written(brand).conversation != conversation


def test_what_answers_a_mail_of_the_thread_joins_it_and_moves_it_up(brand):
    first = written(brand, at=timezone.now() - timedelta(days=3))
    ours = Entry.objects.create(
        conversation=first.conversation, direction="out", at=timezone.now(), author="Lucía", text="", message_id="our@x"
    )
    Conversation.objects.update(state=Conversation.State.WAITING_FOR_THEM)
    later = written(brand, answers=("unknown@x", ours.message_id))
    assert later.conversation == first.conversation
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.last_at) == (Conversation.State.WAITING_FOR_US, later.at)


def test_nobody_writes_into_the_thread_of_another_or_of_another_brand(brand):
    first = written(brand)
    stranger = written(brand, sender="eve@cliente.example", answers=(first.message_id,))
    other = Brand.objects.create(
        slug="otra", name="Otra", sender_name="O", sender_address="o@otra.example", public_url="https://otra.example",
        return_domain="vuelta.otra.example",
    )  # fmt: skip
    elsewhere = written(other, answers=(first.message_id,))
    assert len({first.conversation_id, stranger.conversation_id, elsewhere.conversation_id}) == 3


def test_the_same_mail_is_one_entry(brand):
    first = written(brand, message_id="same@cliente.example")
    assert written(brand, message_id="same@cliente.example") == first
    assert Entry.objects.count() == 1


def test_very_long_fields_are_cut_and_not_refused(brand):
    entry = written(
        brand, subject="x" * 5000, sender="a" * 400 + "@b.example", message_id="m" * 900, text="t" * 100_000
    )
    entry.refresh_from_db()
    assert (len(entry.subject), len(entry.author), len(entry.message_id), len(entry.text)) == (300, 320, 255, 100_000)
