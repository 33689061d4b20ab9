"""One's own data: never through a mail that was passed on, whole, correctable, erasable; every link of one purpose."""

import io
import json
import re
import zipfile

import pytest
from django.utils import timezone

from esmero.grants.models import Grant
from esmero.house.models import AuditEntry
from esmero.mailroom.composing.compiled_templates import open_signer
from esmero.mailroom.inbound_addresses import day_of
from esmero.outbox.models import Message
from esmero.people.addresses.suppression import find_suppressions, suppress
from esmero.people.models import Address, ContactPoint, PartyRole, Person
from esmero.privacy.models import DataRequest
from esmero.privacy.requests import answer_erasure, find_due
from esmero.rendering.tokens import TokenPurpose
from esmero.rounds.delivery import deliver_due
from tests.mailroom.inbound import send_one
from tests.posted import octets_of
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return send_one()


def ask(client, sent):
    answer = client.post(f"/f/{sent.token(TokenPurpose.PREFERENCES)}/data?lang=en", follow=True)
    deliver_due("w")
    return answer


def letters(to):
    """Return the texts of what was put out to an address by the house itself, the latest first."""
    rows = Message.objects.filter(address=to, content__isnull=False).order_by("-id")
    raw = [octets_of(row) for row in rows]
    return [re.sub(rb"=\r?\n", b"", one).replace(b"=3D", b"=").decode("utf-8", "replace") for one in raw]


def door(client, sent):
    """Ask for the link and return its path, as it stands in the mail."""
    ask(client, sent)
    return re.search(r"https://correo\.fibranorte\.example(/d/[a-z2-7]{40})", letters(sent.message.address)[0])[1]


def test_what_a_passed_on_mail_opens_shows_nothing(client, sent):
    page = get_document(client, f"/f/{sent.token(TokenPurpose.PREFERENCES)}/data")
    for secret in (sent.person.given_name, sent.person.number, sent.message.address):
        assert secret not in page.markup
    assert not Grant.objects.exists()


def test_the_link_goes_to_the_address_on_file_and_opens_everything(client, sent):
    answer = client.get(door(client, sent))
    page = read_document(answer)
    held = page.facts()
    assert sent.person.given_name in held["Nombre"]
    assert sent.message.address in held["Correo"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert page.find_forbidden() == []
    assert not page.has("script")


def test_the_answer_is_the_same_where_no_mail_may_go(client, sent):
    first = ask(client, sent).content
    for _ in range(5):
        assert ask(client, sent).content == first
    assert Grant.objects.count() == 3
    suppress(sent.message.address, scope="all", reason="unknown-user", evidence="x", at=timezone.now())
    Grant.objects.all().delete()
    written = Message.objects.count()
    assert ask(client, sent).content == first
    assert Message.objects.count() == written


def test_data_are_taken_along_in_two_forms(client, sent):
    path = door(client, sent)
    held = json.loads(client.get(f"{path}/my-data.json").content)
    assert held["person"][0]["number"] == sent.person.number
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/my-data.zip").content)) as archive:
        assert "permission-ledger.csv" in archive.namelist()


@pytest.mark.parametrize("purpose", [each for each in TokenPurpose if each is not TokenPurpose.DATA])
def test_no_other_token_opens_the_data(client, sent, purpose):
    path = door(client, sent)
    access = Grant.objects.get()
    other = open_signer().sign(purpose, access.pk, link=access.nonce, day=day_of(timezone.now()))
    forged = path[:-1] + ("a" if path[-1] != "a" else "b")
    for where in (f"/d/{other}", f"/d/{other}/my-data.json", forged, f"/d/{'a' * 40}"):
        response = client.get(where)
        assert response.status_code in {404, 410}
        assert sent.person.given_name not in read_document(response).markup


def test_the_link_lives_a_day(client, sent):
    path = door(client, sent)
    Grant.objects.update(expires_at=timezone.now())
    assert client.get(path).status_code == 410


def test_a_corrected_name_is_the_persons_own(client, sent):
    Person.objects.filter(pk=sent.person.pk).update(written_by={"given_name": 7}, name_is_damaged=True)
    client.post(door(client, sent), {"act": "correct", "given_name": "Zoë", "family_name": "Güell"})
    person = Person.objects.get(pk=sent.person.pk)
    assert (person.given_name, person.written_by, person.name_is_damaged) == ("Zoë", {}, False)
    assert AuditEntry.objects.filter(action="person.corrected").exists()


def test_another_address_counts_when_it_is_confirmed_from_there_and_the_old_one_is_told(client, sent):
    old = sent.message.address
    client.post(door(client, sent), {"act": "move", "new": "Neu@cliente.example"})
    assert Person.objects.get(pk=sent.person.pk).address.value == old
    link = re.search(r"(/m/[a-z2-7]{40})", letters("neu@cliente.example")[0])[1]
    assert client.get(link).status_code == 200
    assert Person.objects.get(pk=sent.person.pk).address.value == old
    client.post(link)
    client.post(link)
    person = Person.objects.get(pk=sent.person.pk)
    assert person.address.value == "neu@cliente.example"
    assert ContactPoint.objects.get(person=person, kind="email").value == old
    assert Grant.objects.get(purpose="address-change").uses == 1
    assert len([one for one in letters(old) if "Subject:" in one]) == 2  # the link, and the notice


def test_a_change_that_was_overtaken_changes_nothing(client, sent):
    client.post(door(client, sent), {"act": "move", "new": "neu@cliente.example"})
    link = re.search(r"(/m/[a-z2-7]{40})", letters("neu@cliente.example")[0])[1]
    other = Address.objects.create(value="staff@cliente.example", domain="cliente.example")
    Person.objects.filter(pk=sent.person.pk).update(address=other)
    client.post(link)
    assert Person.objects.get(pk=sent.person.pk).address == other


@pytest.mark.parametrize("new", ["nonsense", "persona0@cliente.example", ""])
def test_an_address_that_cannot_be_is_refused_in_words(client, sent, new):
    page = post_document(client, f"{door(client, sent)}?lang=en", {"act": "move", "new": new})
    assert "This cannot be." in page.alert()
    assert not Grant.objects.filter(purpose="address-change").exists()


def test_who_is_no_customer_is_erased_at_once(client, sent):
    Person.objects.filter(pk=sent.person.pk).update(number=None)
    path = door(client, sent)
    assert "at once" in get_document(client, f"{path}?lang=en").section("Have it erased").text("p")
    assert client.post(f"{path}?lang=en", {"act": "erase"}).status_code == 200
    assert Person.objects.get(pk=sent.person.pk).state == "active"  # without the tick nothing happens
    page = post_document(client, f"{path}?lang=en", {"act": "erase", "sure": "on"})
    assert page.heading == "Erased"
    assert Person.objects.get(pk=sent.person.pk).state == "erased"
    assert set(find_suppressions([sent.message.address])) == {sent.message.address}
    assert client.get(path).status_code == 404  # as a link that never was
    assert client.get(f"/f/{sent.token(TokenPurpose.PREFERENCES)}").status_code == 200


def test_a_customers_wish_waits_for_a_person_who_answers_within_a_month(client, sent):
    Person.objects.filter(pk=sent.person.pk).update(number=None)
    PartyRole.objects.create(person=sent.person, kind="customer", brand=sent.message.dispatch.brand)
    path = door(client, sent)
    erasing = get_document(client, f"{path}?lang=en").section("Have it erased")
    assert "a person looks at it first" in erasing.text("p")
    for _ in range(2):
        client.post(path, {"act": "erase", "sure": "on"})
    wish = DataRequest.objects.get()
    assert (wish.state, wish.due_at) == ("open", find_due(wish.brand, at=wish.at))
    assert Person.objects.get(pk=sent.person.pk).state == "active"
    lucia = staff()
    assert answer_erasure(wish, by=lucia, at=timezone.now())
    assert not answer_erasure(wish, by=lucia, at=timezone.now(), decline="Too late")
    wish.refresh_from_db()
    assert (wish.state, wish.answered_by) == ("done", "Lucía Prado")
    assert Person.objects.get(pk=sent.person.pk).state == "erased"


def test_a_wish_can_be_declined_with_words(client, sent):
    client.post(door(client, sent), {"act": "erase", "sure": "on"})
    assert answer_erasure(
        DataRequest.objects.get(), by=staff(), at=timezone.now(), decline="Un contrato sigue en vigor."
    )
    wish = DataRequest.objects.get()
    assert (wish.state, wish.words) == ("declined", "Un contrato sigue en vigor.")
    assert Person.objects.get(pk=sent.person.pk).state == "active"
