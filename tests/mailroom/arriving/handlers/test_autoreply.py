import pytest

from esmero.conversations.models import Conversation
from esmero.house.models import AuditEntry
from esmero.outbox.models import Message, MessageEvent
from esmero.people.addresses.address_proposals import ProposalDecided, accept, refuse
from esmero.people.models import Address, ContactPoint, Permission, Proposal
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

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
    sent.receive(away(sent, subject=subject, text=text, **headers), to=sent.address(TokenPurpose.RETURN))
    event = MessageEvent.objects.get()
    assert event.kind == MessageEvent.Kind.ABSENT
    assert event.facts["until"].endswith("-12-31")
    assert (sent.message.state, sent.message.worst) == (Message.State.SENT, Message.Worst.ABSENT)
    assert Address.objects.get(value=sent.message.address).standing == Address.Standing.OK
    assert not Conversation.objects.exists()


LEFT = "Ya no trabajo en esta empresa. Por favor, diríjase a Marta Gil, marta.gil@cliente.example."


def leave_company(sent, text=LEFT, **headers):
    mail = away(sent, subject="Respuesta automática", text=text, Auto_Submitted="auto-replied", **headers)
    sent.receive(mail, to=sent.address(TokenPurpose.RETURN))


def test_who_left_is_silenced_and_the_successor_proposed():
    sent = send_one()
    leave_company(sent)
    facts = MessageEvent.objects.get().facts
    assert (facts["left"], facts["successor"]) == (True, "marta.gil@cliente.example")
    assert not Address.objects.filter(value="marta.gil@cliente.example").exists()
    address = Address.objects.get()
    assert (address.standing, address.reason) == (Address.Standing.SUPPRESSED, "moved")
    proposal = Proposal.objects.get()
    assert (proposal.person, proposal.kind, proposal.address) == (sent.person, "successor", "marta.gil@cliente.example")
    assert "diríjase a Marta Gil" in proposal.words


def test_an_answer_from_another_house_silences_nobody():
    sent = send_one()
    mail = written(
        sender="fwd@otra.example", to="x@y.example", subject="Respuesta automática", text=LEFT,
        answers=f"<{sent.message.opaque}@fibranorte.example>", Auto_Submitted="auto-replied",
    )  # fmt: skip
    sent.receive(mail, to=sent.address(TokenPurpose.RETURN))
    assert MessageEvent.objects.get().facts["left"] is True
    assert Address.objects.get().standing == Address.Standing.OK
    assert not Proposal.objects.exists()


def test_accepting_a_successor_gives_no_permission_to_write():
    sent = send_one()
    leave_company(sent)
    successor = accept(Proposal.objects.get(), by="Lucía").person
    assert successor.address.value == "marta.gil@cliente.example"
    assert not Permission.objects.filter(person=successor).exists()
    assert AuditEntry.objects.get().action == "proposal.accepted"
    with pytest.raises(ProposalDecided):
        refuse(Proposal.objects.get(), by="Lucía")


def test_what_was_refused_is_not_proposed_again():
    sent = send_one()
    leave_company(sent)
    refuse(Proposal.objects.get(), by="Lucía")
    leave_company(sent, mail_id="<2@cliente.example>")
    assert Proposal.objects.get().state == Proposal.State.REFUSED


def test_who_moved_keeps_the_old_address_for_the_record_and_gets_a_contact_point():
    sent = send_one()
    leave_company(sent, text="He cambiado de correo. Mi nueva dirección es nueva@cliente.example")
    proposal = Proposal.objects.get()
    assert proposal.kind == "moved"
    assert accept(proposal, by="Lucía").person == sent.person
    assert ContactPoint.objects.get().value == "nueva@cliente.example"
    sent.person.refresh_from_db()
    assert sent.person.address.value == sent.message.address
