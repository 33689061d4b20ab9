import pytest

from esmero.conversations.models import Conversation, Entry
from esmero.mailroom.models import Inbound
from esmero.outbox.models import MessageEvent
from esmero.people.models import Address
from esmero.rendering.tokens import TokenPurpose
from tests.mailroom.inbound import send_one, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

REPLIES = {
    "es": ("¿Me llaman por la tarde?", ("El jue, 1 ene 2026 a las 10:00, Fibra Norte <hola@fibranorte.example> "
                                       "escribió:\n\n> Hola Nombre0\n> esto es lo nuevo")),
    "fr": ("Pouvez-vous me rappeler demain ?", ("Le jeu. 1 janv. 2026 à 10:00, Fibra Norte <hola@fibranorte.example> "
                                               "a écrit :\n\n> Bonjour\n> du nouveau")),
    "en": ("Could you call me tomorrow?", ("On Thu, Jan 1, 2026 at 10:00 AM Fibra Norte <hola@fibranorte.example> "
                                          "wrote:\n\n> Hello\n> news")),
}  # fmt: skip


def reply(sent, *, text, mail_id="<1@cliente.example>", sender=None, subject="Re: Novedades", **headers):
    return written(
        sender=sender or sent.message.address, to="p@x.example", subject=subject, text=text, mail_id=mail_id,
        answers=f"<{sent.message.opaque}@fibranorte.example>", **headers,
    )  # fmt: skip


@pytest.mark.parametrize("language", REPLIES)
def test_a_person_s_words_stand_in_a_conversation_that_waits(language):
    sent = send_one()
    Address.objects.update(standing=Address.Standing.FAILING)
    new, quoted = REPLIES[language]
    sent.receive(reply(sent, text=f"{new}\n\n{quoted}\n"), to=sent.address(TokenPurpose.REPLY))
    entry = Entry.objects.get()
    assert entry.text.strip() == new
    assert "Fibra Norte" in entry.full_text
    assert entry.raw == Inbound.objects.get().raw
    conversation = entry.conversation
    assert (conversation.person, conversation.brand) == (sent.person, sent.house.brand)
    assert (conversation.state, conversation.subject) == (Conversation.State.WAITING_FOR_US, "Re: Novedades")
    assert MessageEvent.objects.get().kind == MessageEvent.Kind.REPLIED
    assert Address.objects.get(value=sent.message.address).standing == Address.Standing.OK


def test_the_next_mail_joins_the_thread_and_it_waits_again():
    sent = send_one()
    sent.receive(reply(sent, text="Primera pregunta", mail_id="<1@c.example>"), to=sent.address(TokenPurpose.REPLY))
    Conversation.objects.update(state=Conversation.State.CLOSED)
    sent.receive(reply(sent, text="Otra cosa", mail_id="<2@c.example>"), to=sent.address(TokenPurpose.REPLY))
    conversation = Conversation.objects.get()
    assert conversation.state == Conversation.State.WAITING_FOR_US
    assert [entry.text.strip() for entry in conversation.entries.all()] == ["Primera pregunta", "Otra cosa"]


def test_another_sender_at_the_same_token_has_a_thread_of_their_own():
    """A forwarded newsletter: what a stranger writes does not appear as the customer's words."""
    sent = send_one()
    sent.receive(reply(sent, text="Primera"), to=sent.address(TokenPurpose.REPLY))
    sent.receive(
        reply(sent, text="Soy otro", sender="otro@d.example", mail_id="<9@d.example>"),
        to=sent.address(TokenPurpose.REPLY),
    )
    assert Conversation.objects.count() == 2
    assert Entry.objects.get(author="otro@d.example").conversation.address == "otro@d.example"


def test_delivered_twice_it_is_one_entry_and_forwarded_once():
    sent = send_one()
    raw = reply(sent, text="Hola, una pregunta")
    sent.receive(raw, to=sent.address(TokenPurpose.REPLY))
    sent.receive(b"Received: from a by b\r\n" + raw, to=sent.address(TokenPurpose.REPLY))
    assert Inbound.objects.filter(state="done").count() == 2
    assert Entry.objects.count() == 1
    assert MessageEvent.objects.count() == 1
    assert Entry.objects.get().forwarded_at is not None


@pytest.mark.parametrize(
    "headers",
    [{"List_Id": "<l.example>"}, {"Precedence": "bulk"}, {"Auto_Submitted": "auto-generated"}],
    ids=["list", "bulk", "machine"],
)
def test_machines_open_no_conversation(headers):
    sent = send_one()
    sent.receive(reply(sent, text="Informe semanal de su cuenta", **headers), to=sent.address(TokenPurpose.REPLY))
    assert Inbound.objects.get().state == Inbound.State.DONE
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("who", ["mailbox", "sender_address"])
def test_what_we_write_ourselves_is_no_reply(who):
    sent = send_one()
    own = getattr(sent.house.brand, who)
    sent.receive(reply(sent, text="Le contesto", sender=own), to=sent.address(TokenPurpose.REPLY))
    assert not Conversation.objects.exists()
