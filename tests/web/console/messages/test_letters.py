"""The page of letters: print, take the files, post, discard, and record what came back."""

import pytest
from django.urls import reverse
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.outbox.letters.batches import post_batch
from esmero.outbox.letters.numbers import write_number
from esmero.outbox.models import Message, PrintBatch
from esmero.people.models import ContactPoint
from tests.house_facts import build_house
from tests.letters import add_neighbours, make_batch, run_print_job, write_letters
from tests.printed import read_pages
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS = "/console/letters/"


@pytest.fixture
def house():
    return build_house(kind="capture")


def enter(client, role="manager"):
    client.force_login(staff(role))


def look(client, path=LETTERS):
    return get_document(client, path)


def batch_acts(page):
    return page.part("#batches").acts()


def test_an_empty_house_says_what_will_stand_here(client, house):
    enter(client)
    page = look(client)
    assert page.has(".empty")
    assert f"{LETTERS}print/" not in [one.action for one in page.forms()]
    assert not page.has("#batches li")


def test_from_print_to_posted_through_the_pages(client, house):
    enter(client)
    people = add_neighbours(house, 2)
    write_letters(house, people)
    page = look(client)
    assert page.links(".due a") == [reverse("console:message", args=[one.pk]) for one in Message.objects.order_by("id")]
    client.post(f"{LETTERS}print/", {"both_sides": "on"})
    batch = PrintBatch.objects.get()
    assert batch.both_sides
    page = look(client)
    assert page.attribute("#batches", "hx-get") == LETTERS  # it is followed while it is made
    assert batch_acts(page) == {"discard"}
    run_print_job(batch)
    page = get_document(client, LETTERS, headers={"HX-Request": "true"})
    assert page.has("#batches:not([hx-get])")
    assert batch_acts(page) == {"post", "discard"}
    pdf = client.post(f"{LETTERS}{batch.pk}/pdf/")
    assert pdf["Content-Type"] == "application/pdf"
    assert "attachment" in pdf["Content-Disposition"]
    assert len(read_pages(pdf.getvalue())) == 3  # the back of the first is blank
    table = client.post(f"{LETTERS}{batch.pk}/csv/")
    assert table.getvalue().decode("utf-8-sig").count("\r\n") == 3
    assert AuditEntry.objects.filter(action="letters.exported").count() == 2
    client.post(f"{LETTERS}{batch.pk}/act/", {"act": "post"})
    batch.refresh_from_db()
    assert batch.state == "posted"
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert batch_acts(look(client)) == set()


def test_posting_twice_is_a_note_on_the_page(client, house):
    enter(client)
    write_letters(house, add_neighbours(house, 1))
    batch = make_batch(house)
    post_batch(batch, by="test", now=timezone.now())
    answer = client.post(f"{LETTERS}{batch.pk}/act/", {"act": "post"}, follow=True)
    assert answer.redirect_chain
    assert read_document(answer).has("#batches")
    assert AuditEntry.objects.filter(action="letters.posted").count() == 1


def test_discarded_files_cannot_be_taken(client, house):
    enter(client)
    write_letters(house, add_neighbours(house, 1))
    batch = make_batch(house)
    client.post(f"{LETTERS}{batch.pk}/act/", {"act": "discard"})
    assert client.post(f"{LETTERS}{batch.pk}/pdf/").status_code == 404
    assert not look(client).has("#batches form")
    assert Message.objects.get().state == "planned"


@pytest.mark.parametrize(("role", "may_print", "may_return"), [("reader", False, False), ("agent", False, True)])
def test_each_act_needs_its_role(client, house, role, may_print, may_return):
    enter(client, role)
    write_letters(house, add_neighbours(house, 1))
    batch = make_batch(house)
    page = look(client)
    actions = {one.action for one in page.forms()}
    assert (f"{LETTERS}print/" in actions) is may_print
    assert page.has("#batches form") is may_print
    assert (f"{LETTERS}returned/" in actions) is may_return
    for path in ("print/", f"{batch.pk}/act/", f"{batch.pk}/pdf/"):
        assert (client.post(LETTERS + path).status_code == 403) is not may_print
    assert (client.post(f"{LETTERS}returned/").status_code == 403) is not may_return


def test_a_return_is_recorded_and_taken_back(client, house):
    enter(client, "agent")
    (person,) = add_neighbours(house, 1)
    (letter,) = write_letters(house, [person])
    post_batch(make_batch(house), by="test", now=timezone.now())
    given = {"number": write_number(letter.pk), "reason": "moved"}
    page = post_document(client, f"{LETTERS}returned/", given)
    assert not ContactPoint.objects.get().usable
    assert reverse("console:message", args=[letter.pk]) in page.links(".rows a")
    client.post("/console/undo/", {"ticket": page.ticket(), "next": LETTERS})
    assert ContactPoint.objects.get().usable
    letter.refresh_from_db()
    assert letter.worst == 0


@pytest.mark.parametrize("number", ["", "7-1", "x"])
def test_a_wrong_number_is_said_at_its_field(client, house, number):
    enter(client)
    page = post_document(client, f"{LETTERS}returned/", {"number": number, "reason": "moved"})
    assert page.attribute("[name=number]", "aria-invalid") == "true"
    assert page.error("number")


def test_the_page_of_a_message_gives_its_letter(client, house):
    enter(client, "reader")
    (person,) = add_neighbours(house, 1)
    (letter,) = write_letters(house, [person])
    path = reverse("console:message-letter", args=[letter.pk])
    page = look(client, reverse("console:message", args=[letter.pk]))
    assert path in page.links()
    assert not page.has("iframe")
    (before,) = read_pages(client.get(path).content)
    batch = make_batch(house)
    person.given_name = "Otra"
    person.save()
    assert read_pages(client.get(path).content) == [before]
    assert batch.letters == 1


def test_a_mail_has_no_letter(client, house):
    from tests.house_facts import add_people, open_dispatch

    enter(client, "reader")
    open_dispatch(house, add_people(house, 1))
    assert client.get(reverse("console:message-letter", args=[Message.objects.get().pk])).status_code == 404


@pytest.mark.parametrize("state", ["planned", "printed", "sent"])
def test_the_timeline_tells_letters_from_mails(client, house, state):
    enter(client, "reader")
    (person,) = add_neighbours(house, 1)
    (letter,) = write_letters(house, [person])
    if state != "planned":
        batch = make_batch(house)
    if state == "sent":
        post_batch(batch, by="test", now=timezone.now())
    page = look(client, f"/console/people/{person.pk}/")
    assert reverse("console:message", args=[letter.pk]) in page.links(".timeline a")
