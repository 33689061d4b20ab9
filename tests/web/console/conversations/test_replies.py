from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from esmero.conversations.models import Conversation, Entry
from esmero.conversations.queries import list_waiting
from esmero.house.models import AuditEntry
from esmero.people.persons.names import update_folded
from esmero.web.console.conversations.threads import CONVERSATIONS
from tests.house_facts import add_people, build_house
from tests.web.document import read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
PAGE = CONVERSATIONS.size


def talk(house, *, hours=0, state="waiting", text="¿Me llaman?"):
    at = timezone.now() - timedelta(hours=hours)
    made = Conversation.objects.create(
        brand=house.brand, address="x@cliente.example", state=state, opened_at=at, last_at=at
    )
    Entry.objects.create(conversation=made, direction="in", at=at - timedelta(hours=1), author="x", text="Lo primero")
    Entry.objects.create(conversation=made, direction="in", at=at, author="x", text=text)
    Entry.objects.create(conversation=made, direction="out", at=at, author="Lucía", text="Nuestra respuesta")
    return made


def test_the_longest_waiting_stand_first_with_their_latest_words():
    house = build_house()
    late, early = talk(house, hours=1), talk(house, hours=5, text="Espero desde hace horas")
    talk(house, hours=9, state="closed")
    waiting = list_waiting(brand=house.brand, limit=9)
    assert waiting == [early, late]
    assert waiting[0].latest_text == "Espero desde hace horas"


def test_today_and_the_menu_count_who_waits(client):
    client.force_login(staff())
    talk(build_house())
    page = client.get("/console/")
    counts = {one.place.subject: one.count for group in page.context["menu"] for one in group}
    assert (page.context["statistics"][0].number, counts["conversations"]) == ("1", "1")
    document = read_document(page)
    assert "1 person waits for an answer" in document.text(".lead")
    assert "¿Me llaman?" in document.section("Who waits for an answer").words


def test_marking_says_who_has_the_next_word_and_is_audited(client):
    client.force_login(staff("agent"))
    made = talk(build_house())
    path = f"/console/conversations/{made.pk}/mark/"
    for state in ("theirs", "theirs", "nonsense"):
        client.post(path, {"state": state})
    made.refresh_from_db()
    assert made.state == "theirs"
    assert AuditEntry.objects.filter(action="conversation.marked").count() == 1


def test_pages_show_every_conversation_once(client):
    client.force_login(staff())
    house = build_house()
    for number in range(PAGE + 3):
        talk(house, hours=number // 2)
    seen, path = [], "/console/conversations/"
    while path and len(seen) < 3 * PAGE:
        table = client.get(path).context["table"]
        seen += [line.pk for line in table.lines]
        path = f"/console/conversations/?after={quote(table.following)}" if table.following else ""
    assert len(seen) == len(set(seen)) == PAGE + 3


@pytest.mark.parametrize("after", ['["nonsense",1]', "[1,2]", "x"])
def test_a_broken_key_shows_the_first_page(client, after):
    client.force_login(staff())
    talk(build_house())
    assert len(client.get(f"/console/conversations/?after={after}").context["table"].lines) == 1


def test_the_list_shows_who_waits_unless_it_is_asked_for_others_and_finds_by_name_address_and_subject(client):
    client.force_login(staff())
    house = build_house()
    [person] = add_people(house, 1)
    update_folded(person)
    person.save()
    waits, closed = talk(house, hours=2), talk(house, hours=1, state="closed")
    Conversation.objects.filter(pk=waits.pk).update(person=person, subject="Re: Las obras")

    def find(**asked):
        return [line.pk for line in client.get("/console/conversations/", asked).context["table"].lines]

    assert find() == find(q="obras") == find(q=str(person.given_name)) == find(q="X@cliente") == [waits.pk]
    assert (find(q="precio"), find(state="closed"), find(state="all")) == ([], [closed.pk], [closed.pk, waits.pk])


def test_another_brand_has_its_own_conversations(client):
    from esmero.house.models import Brand

    client.force_login(staff())
    talk(build_house())
    Brand.objects.create(slug="cercle", name="Cercle", public_url="https://x.example", return_domain="x.example")
    client.post("/console/settings/brand/", {"brand": "cercle"})
    assert client.get("/console/conversations/").context["table"].lines == []
    client.post("/console/settings/brand/", {"brand": "nobody"})
    assert client.get("/console/").context["brand"].slug == "cercle"
