"""Addresses that automatic answers name: seen with the mail's words, taken over or left out, and taken back."""

import pytest

from esmero.house.models import AuditEntry
from esmero.outbox.models import Message
from esmero.people.models import Address, ContactPoint, Note, Permission, Person, Proposal
from tests.mailroom.arriving.handlers.test_autoreply import leave_company
from tests.mailroom.inbound import send_one
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
LIST, ACT = "/console/returns/proposals/", "/console/returns/proposals/act/"
MOVED = "He cambiado de correo. Mi nueva dirección es nueva@cliente.example"


@pytest.fixture
def left(client):
    """A person whose automatic answer said who follows, through the real reader."""
    client.force_login(staff("agent"))
    sent = send_one()
    leave_company(sent)
    return sent


def read(client, path=LIST):
    return get_document(client, path)


def act(client, **post):
    return post_document(client, ACT, post)


def undo(client, page):
    return post_document(client, "/console/undo/", {"ticket": page.ticket(), "next": LIST})


def test_the_list_says_who_is_gone_what_was_proposed_and_in_which_words(client, left):
    page = read(client)
    row = " ".join(page.rows("#table table")[0])
    assert "Nombre0" in row
    assert "marta.gil@cliente.example" in row
    assert "diríjase a Marta Gil" in row
    assert f"/console/returns/mail/{Proposal.objects.get().evidence.split()[1]}/" in page.links("#table a")
    assert "Taking over gives no permission." in page.notice("info")
    assert "1 proposed address" in read(client, "/console/").section("To decide").words
    person = read(client, f"/console/people/{left.person.pk}/")
    assert "marta.gil@cliente.example" in person.section("Proposed addresses").words


def test_taking_over_gives_a_person_without_permission_and_writes_to_nobody(client, left):
    before = Message.objects.count()
    page = act(client, one=f"accept-{Proposal.objects.get().pk}")
    assert "Nothing goes there until its owner says yes." in page.toast()
    successor = Person.objects.get(address__value="marta.gil@cliente.example")
    assert not Permission.objects.filter(person=successor).exists()
    assert Message.objects.count() == before
    assert "marta.gil@cliente.example" not in read(client).text("#table")
    assert "marta.gil@cliente.example" in read(client, f"{LIST}?state=accepted").text("#table")
    assert "proposed address" not in read(client, "/console/").section("To decide").words


def test_taking_over_is_taken_back_with_whom_it_brought(client, left):
    page = act(client, one=f"accept-{Proposal.objects.get().pk}")
    undo(client, page)
    assert Proposal.objects.get().state == "open"
    assert not Person.objects.filter(address__value="marta.gil@cliente.example").exists()
    assert not Address.objects.filter(value="marta.gil@cliente.example").exists()
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-2:] == [
        "proposal.accepted",
        "proposal.reopened",
    ]
    assert left.person.pk in Person.objects.values_list("pk", flat=True)


def test_who_is_in_use_by_now_stays(client, left):

    page = act(client, one=f"accept-{Proposal.objects.get().pk}")
    successor = Person.objects.get(address__value="marta.gil@cliente.example")
    Note.objects.create(person=successor, kind="call", text="Llamó", at=successor.created_at, by="Lucía")
    assert "is in use by now and stays" in undo(client, page).toast()
    assert Person.objects.filter(pk=successor.pk).exists()
    assert Proposal.objects.get().state == "accepted"


def test_who_was_known_before_is_not_forgotten_by_taking_back(client, left):
    address = Address.objects.create(value="marta.gil@cliente.example", domain="cliente.example")
    known = Person.objects.create(address=address, given_name="Marta")
    assert "known already" in read(client).text("#table")
    page = act(client, one=f"accept-{Proposal.objects.get().pk}")
    assert Proposal.objects.get().became == known
    undo(client, page)
    assert Person.objects.filter(pk=known.pk).exists()


def test_another_address_of_the_same_person_comes_and_goes(client):
    client.force_login(staff("agent"))
    leave_company(send_one(), text=MOVED)
    page = act(client, one=f"accept-{Proposal.objects.get().pk}")
    assert ContactPoint.objects.get().value == "nueva@cliente.example"
    undo(client, page)
    assert not ContactPoint.objects.exists()


def test_many_are_left_out_at_once_and_asked_again(client, left):
    other = Proposal.objects.create(
        person=left.person, kind="successor", address="luis@cliente.example", evidence="inbound 1",
        found_at=left.person.created_at
    )  # fmt: skip
    page = act(client, act="refuse", pick=[str(pk) for pk in Proposal.objects.values_list("pk", flat=True)])
    assert "2 addresses are left out" in page.toast()
    assert set(Proposal.objects.values_list("state", flat=True)) == {"refused"}
    assert "Somebody decided on this before." in act(client, one=f"accept-{other.pk}").toast()
    undo(client, page)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"open"}


def test_a_reader_sees_and_does_not_decide(client, left):
    client.force_login(staff("reader"))
    assert not read(client).has("button[name=one], button[value=refuse]")
    assert client.post(ACT, {"one": f"accept-{Proposal.objects.get().pk}"}).status_code == 403
