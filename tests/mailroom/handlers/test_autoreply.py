import pytest

from esmero.conversations.models import Conversation
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Address
from esmero.rendering.tokens import Purpose
from tests.mailroom.inbound import send_one, written

pytestmark = pytest.mark.django_db

TEXTS = {
    "es": (
        "Respuesta automática: Novedades",
        "Estoy de vacaciones hasta el 31 de diciembre. Le contestaré a mi vuelta.",
    ),
    "fr": ("Réponse automatique : Nouvelles", "Je suis en congé jusqu’au 31 décembre. Je vous répondrai à mon retour."),
    "en": ("Automatic reply: News", "I am on holiday until 31 December and will answer when I am back."),
}


def away(sent, *, subject, text, **headers):
    return written(
        sender=sent.message.address, to="x@y.example", subject=subject, text=text,
        answers=f"<{sent.message.opaque}@fibranorte.example>", **headers,
    )  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-replied"}, {}], ids=["RFC 3834", "words only"])
def test_an_absence_keeps_the_address_and_knows_the_day(language, headers):
    sent = send_one()
    Address.objects.update(standing=Address.Standing.FAILING, temporary_returns=3)
    subject, text = TEXTS[language]
    sent.receive(away(sent, subject=subject, text=text, **headers), to=sent.address(Purpose.RETURN))
    event = MessageEvent.objects.get()
    assert event.kind == MessageEvent.Kind.ABSENT
    assert event.facts["until"].endswith("-12-31")
    assert (sent.message.state, sent.message.worst) == (Message.State.SENT, Message.Worst.ABSENT)
    assert Address.objects.get(value=sent.message.address).standing == Address.Standing.OK
    assert not Conversation.objects.exists()


def test_a_successor_is_a_fact_and_no_address_of_ours():
    sent = send_one()
    text = "Ya no trabajo en esta empresa. Por favor, diríjase a Marta Gil, marta.gil@cliente.example."
    mail = away(sent, subject="Respuesta automática", text=text, Auto_Submitted="auto-replied")
    sent.receive(mail, to=sent.address(Purpose.RETURN))
    facts = MessageEvent.objects.get().facts
    assert (facts["left"], facts["successor"]) == (True, "marta.gil@cliente.example")
    assert not Address.objects.filter(value="marta.gil@cliente.example").exists()
    assert Address.objects.get().standing == Address.Standing.OK
