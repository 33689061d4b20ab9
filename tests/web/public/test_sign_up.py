"""Signing up through the real doors: the page, the mail that leaves, the link in it, the permission, the welcome."""

import re
import zlib
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.test import Client

from esmero.asks.models import Submission
from esmero.outbox.models import Captured, Message
from esmero.people.models import PermissionEntry, Person
from esmero.rounds.worker import run_worker
from esmero.work.stop_signal import StopSignal
from tests.asks.facts import entry, open_form
from tests.house_facts import add_people
from tests.web.document import get_document, post_document, read_document

pytestmark = pytest.mark.django_db


def work():
    run_worker(home=settings.HOME, worker="w", stop=StopSignal(), until_idle=True)


def read_mail(captured):
    return message_from_bytes(zlib.decompress(bytes(captured.body)), policy=default)


def path_in(mail, letter):
    html = mail.get_body(("html",)).get_content()
    return re.search(rf'https://correo\.fibranorte\.example(/{letter}/[a-z2-7]{{40}})"', html)[1]


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_from_the_form_to_the_welcome():
    house, form = open_form()
    browser = Client()
    assert "buzón" in post_document(browser, "/s/boletin?lang=es", entry(house, given_name="Ana")).heading
    work()
    [caught] = Captured.objects.all()
    mail = read_mail(caught)
    assert mail["To"] == "ana@cliente.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    door = path_in(mail, "o")
    assert door in mail.get_body(("plain",)).get_content()
    assert browser.get(door).status_code == 200
    assert browser.head(door).status_code == 200
    assert not Person.objects.exists()
    assert browser.post(door, follow=True).status_code == 200
    person = Person.objects.get()
    assert person.given_name == "Ana"
    assert PermissionEntry.objects.get().by_person
    work()
    greeting = read_mail(Captured.objects.order_by("-id").first())
    assert greeting["To"].addresses[0].addr_spec == "ana@cliente.example"
    assert "Novedades" in greeting.get_body(("plain",)).get_content()
    assert greeting["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Message.objects.get(person=person).state == "sent"
    browser.post(door)
    work()
    assert Captured.objects.count() == 2
    assert form.slug == "boletin"


def test_the_answer_is_the_same_whether_or_not_an_address_is_known(client):
    house, _form = open_form()
    [known] = add_people(house, 1)
    answers = []
    for address in (known.address.value, "nobody@cliente.example"):
        response = client.post("/s/boletin?lang=en", entry(house, email=address))
        answers.append((response.status_code, response["Location"], client.get(response["Location"]).content))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("facts", [{"age": 0}, {"age": 60 * 60 * 24}, {"website": "https://spam.example"}])
def test_a_program_gets_the_same_answer_and_nothing_is_kept(client, facts):
    house, _form = open_form()
    response = client.post("/s/boletin", entry(house, **facts))
    assert response.status_code == 302
    assert not Submission.objects.exists()


def test_faults_stand_beside_their_fields_and_on_top(client):
    house, _form = open_form()
    response = client.post("/s/boletin?lang=en", entry(house, email="ana", agree=None, topics=[]))
    page = read_document(response)
    assert response.status_code == 422
    assert "Please write an e-mail address" in page.alert()
    assert "Please write an e-mail address" in page.error("email")
    assert page.form_of("email").value("email") == "ana"


def test_a_form_on_another_site_is_shown_once_more_before_it_counts():
    house, _form = open_form()
    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post(
        "/s/boletin?lang=en", entry(house, stamp=None), headers={"origin": "https://www.fibranorte.example"}
    )
    page = read_document(response)
    assert response.status_code == 200
    assert "One more click." in page.notice()
    form = page.form_of("email")
    assert form.value("email") == "ana@cliente.example"
    assert page.has("[name=agree]")
    assert "agree" not in form.fields  # another site's tick is not theirs
    assert not Submission.objects.exists()


def test_nothing_is_ticked_beforehand(client):
    open_form()
    page = get_document(client, "/s/boletin")
    assert page.has("[type=checkbox]")
    assert not page.has("[type=checkbox][checked]")


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_a_form_that_is_not_open_takes_nothing(client, state):
    house, form = open_form()
    form.state = state
    form.save()
    assert client.post("/s/boletin", entry(house)).status_code in {404, 410}
    assert not Submission.objects.exists()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_form_speaks_the_languages_that_it_has_words_for(client, language):
    open_form()
    assert get_document(client, "/s/boletin", headers={"accept-language": language}).language == language
    assert get_document(client, "/s/boletin?lang=fr", headers={"accept-language": "fr"}).language == "es"
