from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from esmero.conversations.models import Conversation, Entry
from esmero.dossier.timeline import read_timeline
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Address, Permission, Person, Preference
from esmero.people.permissions.current_permissions import read_rights
from esmero.people.persons.listing import PEOPLE
from esmero.people.persons.names import update_folded
from esmero.people.persons.queries import find_people, people_rows
from esmero.people.search_texts import index_persons
from esmero.web.console.people.persons.timeline_entries import describe_entries
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import get_document
from tests.web.facts import staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def person(name="Zoë Yáñez", number=None, address=None):
    given, _blank, family = name.partition(" ")
    reached = Address.objects.create(value=address, domain=address.partition("@")[2]) if address else None
    made = Person(given_name=given, family_name=family, number=number, address=reached)
    update_folded(made)
    made.save()
    index_persons([made.pk])
    return made


@pytest.mark.parametrize(
    "text", ["zoe", "YANEZ", "zoë yáñez", "yáñez zoë", "7590", "7590-vhveg", "zoe.yanez@", "áñe", "90-vh", "z"]
)
def test_a_person_is_found(text):
    wanted = person(number="7590-VHVEG", address="zoe.yanez@cliente.example")
    person("Ann Smith", number="1", address="ann@client.example")
    found = list(find_people(people_rows(), text=text))
    assert found == [wanted]


@pytest.mark.parametrize("text", ["zoe smith", "nobody", "ñe", "%", "_", "'; drop"])
def test_nobody_is_found(text):
    person(number="7590-VHVEG")
    person("Ann Smith")
    assert not find_people(people_rows(), text=text).exists()


def test_merged_and_erased_people_are_not_listed():
    gone = person()
    Person.objects.filter(pk=gone.pk).update(state="erased")
    assert not people_rows().exists()


def test_pages_show_everybody_once(client):
    client.force_login(staff())
    for number in range(PEOPLE.size + 7):
        person(f"Nombre{number % 3} Güell", number=str(number))
    seen, path = [], "/console/people/"
    while path and len(seen) < 3 * PEOPLE.size:
        table = client.get(path).context["table"]
        seen += [one.pk for one in table.lines]
        path = f"/console/people/?after={quote(table.following)}" if table.following else ""
    assert len(seen) == len(set(seen)) == PEOPLE.size + 7


def test_the_story_holds_everything_newest_first():
    house = build_house()
    [one] = add_people(house, 1)
    open_dispatch(house, [one])
    now = timezone.now()
    message = Message.objects.get()
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=now + timedelta(hours=1))
    MessageEvent.objects.create(message=message, kind="clicked", at=now + timedelta(hours=2), machine="prefetch")
    talk = Conversation.objects.create(
        brand=house.brand, person=one, address="x@cliente.example", opened_at=now, last_at=now
    )
    Entry.objects.create(
        conversation=talk, direction="in", at=now + timedelta(hours=3), author="x", subject="Re", text="¿Me llaman?"
    )
    lines = describe_entries(read_timeline(one))
    assert [line.text for line in lines] == [
        "They wrote by mail: Re",
        "A machine opened a link",
        "“Boletín” sent",
        "Allowed: Fibra Norte, Novedades",
    ]
    assert lines[0].quote == "¿Me llaman?"


def test_the_story_says_why_something_was_not_sent():
    house = build_house()
    [one] = add_people(house, 1)
    open_dispatch(house, [one])
    Message.objects.update(state="refused", verdict="G03 G06:wait")
    line = next(line for line in describe_entries(read_timeline(one)) if "not sent" in line.text)
    assert line.note == "No permission for this; They asked for less than this often"


def test_what_we_may_do_follows_permission_and_preference():
    house = build_house()
    [one] = add_people(house, 1)

    def right():
        [topic] = read_rights(one, brand=house.brand, kinds=())
        return topic.by_mail

    assert (right().state, right().basis, right().allowed) == ("granted", "consent", True)
    preference = Preference.objects.create(person=one, brand=house.brand, wanted=False)
    assert (right().state, right().since, right().allowed) == ("off", preference.changed_at, False)
    preference.delete()
    Permission.objects.update(basis="legitimate interest")
    assert (right().state, right().basis, right().allowed) == ("invalid", "legitimate interest", False)
    Permission.objects.update(granted_at=None, state="requested")
    assert (right().state, right().allowed) == ("requested", False)
    Permission.objects.all().delete()
    assert (right().state, right().entry, right().allowed) == ("never", None, False)


@pytest.mark.parametrize(
    ("standing", "said"), [("suppressed", "Silent."), ("failing", "Mail returns for now."), ("ok", "")]
)
def test_the_top_of_the_page_says_what_stands_against_writing(client, standing, said):
    client.force_login(staff())
    one = person(address="zoe@cliente.example")
    Address.objects.update(standing=standing, since=timezone.now())
    page = get_document(client, f"/console/people/{one.pk}/")
    assert bool(page.notices()) is bool(said)
    assert said in page.notice()


def test_the_top_of_the_page_says_what_may_be_written(client):
    client.force_login(staff())
    house = build_house()
    [one] = add_people(house, 1)
    page = f"/console/people/{one.pk}/"
    assert "We may write about: Novedades." in get_document(client, page).notice("kept")
    Permission.objects.all().delete()
    assert "No advertising." in get_document(client, page).notice("wait")


def test_the_words_of_people_are_never_markup(client):
    client.force_login(staff())
    one = person("<script>alert(1)</script> Güell")
    page = get_document(client, f"/console/people/{one.pk}/")
    assert page.heading == "<script>alert(1)</script> Güell"
    assert not [each for each in page.find_forbidden() if "alert" in each]
