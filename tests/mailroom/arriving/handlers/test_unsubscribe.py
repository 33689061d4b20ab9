import pytest

from esmero.conversations.models import Entry
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import Permission, PermissionEntry
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def last_entry():
    return PermissionEntry.objects.order_by("id").last()


def test_a_mail_to_the_unsubscribe_address_leaves_the_topic_whatever_it_says():
    sent = send_one()
    for text in ("", "Hello there, this mail was sent by my mail program."):
        raw = written(
            sender="other@cliente.example",
            to="u@x.example",
            subject="unsubscribe",
            text=text,
            mail_id=f"<{len(text)}@x>",
        )
        sent.receive(raw, to=sent.address(TokenPurpose.UNSUBSCRIBE))
    left = last_entry()
    assert (left.act, left.topic, left.by_person, left.source) == ("withdrawn", sent.house.topic, True, "mail")
    assert left.proof is not None
    assert PermissionEntry.objects.filter(act="withdrawn").count() == 1
    assert Permission.objects.get().state == "withdrawn"
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.UNSUBSCRIBED
    assert not Entry.objects.exists()
    assert Message.objects.count() == 1  # no mail back, none forwarded


@pytest.mark.parametrize("words", ["BAJA", "Quiero darme de baja, gracias.", "Se désinscrire", "unsubscribe", "STOP"])
def test_a_whole_reply_that_means_it(words):
    sent = send_one()
    raw = written(sender=sent.message.address, to="p@x.example", subject="Re: Novedades", text=words)
    sent.receive(raw, to=sent.address(TokenPurpose.REPLY))
    assert last_entry().act == "withdrawn"


def test_a_question_about_leaving_is_for_a_person():
    sent = send_one()
    text = "¿Cómo puedo darme de baja de la línea fija sin perder el número? Me mudo en marzo a Valencia."
    sent.receive(
        written(sender=sent.message.address, to="p@x.example", subject="Re: x", text=text),
        to=sent.address(TokenPurpose.REPLY),
    )
    assert not PermissionEntry.objects.exclude(act="granted").exists()
    assert Entry.objects.count() == 1


def test_without_a_topic_it_is_an_objection_to_all_advertising_of_the_brand():
    sent = send_one()
    Dispatch.objects.update(topic=None)
    sent.receive(
        written(sender="a@b.example", to="u@x.example", subject="x", text="x"),
        to=sent.address(TokenPurpose.UNSUBSCRIBE),
    )
    left = last_entry()
    assert (left.act, left.topic, left.brand) == ("objected", None, sent.house.brand)


def test_unproven_words_are_shown_to_a_person():
    sent = send_one()
    raw = written(sender=sent.message.address, to="returns@x.example", subject="Baja", text="BAJA")
    sent.receive(raw, to=f"returns@{sent.house.brand.return_domain}")
    assert not PermissionEntry.objects.exclude(act="granted").exists()
    assert Entry.objects.get().text == "BAJA"
