"""Letters that are written beside the page.

One that cannot be written keeps nobody waiting, and stands where it is seen.
"""

import pytest
from django.utils import timezone

from esmero.asks.models import Submission
from esmero.grants.models import Grant
from esmero.house.happening_queries import try_again
from esmero.house.happenings import SignUpReceived, happen
from esmero.house.models import Brand, HappeningDelivery
from esmero.mailroom.transactional import sign_up_messages
from esmero.outbox.models import Message, Relay
from esmero.privacy import data_access
from esmero.privacy.data_access import request_access
from esmero.rounds.delivery import deliver_due
from tests.asks.facts import entry, open_form
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def break_for(monkeypatch, module, name, *, number):
    """Let one row fail as a broken template would."""
    real = getattr(module, name)

    def fail(row, **facts):
        if row.pk == number:
            raise IndexError("no version")
        return real(row, **facts)

    monkeypatch.setattr(module, name, fail)


def failing(function):
    return HappeningDelivery.objects.select_related("happening").get(function=function, done_at=None)


def test_a_sign_up_that_cannot_be_asked_keeps_nobody_else_waiting_and_is_seen(client, monkeypatch):
    house, _form = open_form()
    for name in ("ana", "bea", "eva"):
        client.post("/s/boletin?lang=en", entry(house, email=f"{name}@cliente.example"))
    broken = Submission.objects.order_by("id").first()
    with monkeypatch.context() as patched:
        break_for(patched, sign_up_messages, "queue_confirmation", number=broken.pk)
        deliver_due("w")
    assert Message.objects.count() == 2
    trouble = failing("ask-to-confirm")
    assert "IndexError: no version" in trouble.trouble
    assert trouble.happening.facts == {"submission_id": broken.pk}
    assert try_again("ask-to-confirm", by="test") == 1
    deliver_due("w")
    assert set(Message.objects.values_list("address", flat=True)) == {
        "ana@cliente.example", "bea@cliente.example", "eva@cliente.example"
    }  # fmt: skip
    assert not HappeningDelivery.objects.filter(done_at=None).exists()


def test_whoever_was_written_to_already_is_not_written_to_again(client):
    house, _form = open_form()
    client.post("/s/boletin?lang=en", entry(house))
    deliver_due("w")
    Submission.objects.update(asked_at=None)
    happen(SignUpReceived(submission_id=Submission.objects.get().pk))
    deliver_due("w")
    assert Message.objects.count() == 1


def test_a_brand_without_a_way_out_hides_nobody(monkeypatch):
    house = build_house(kind="capture")
    first, second = add_people(house, 2)
    Relay.objects.update(brand=house.brand)
    other = Brand.objects.create(
        slug="cercle",
        name="Cercle",
        public_url="https://x.example",
        return_domain="x.example",
        sender_name="Cercle",
        sender_address="club@x.example",
    )
    now = timezone.now()
    request_access(first, brand=other, language="es", at=now)
    request_access(second, brand=house.brand, language="es", at=now)
    deliver_due("w")
    assert Message.objects.get().address == second.address.value
    assert Grant.objects.get(person=first).sent_at is None
    waiting = failing("send-data-link")
    assert "Cercle" in waiting.trouble
    assert waiting.tries == 0, "a brand without a relay is no failure of the function"
    Relay.objects.create(name="suya", kind="capture", brand=other)
    HappeningDelivery.objects.update(due_at=now)
    deliver_due("w")
    assert set(Message.objects.values_list("address", flat=True)) == {first.address.value, second.address.value}


def test_a_link_that_cannot_be_written_keeps_nobody_else_waiting_and_is_written_once(monkeypatch):
    house = build_house(kind="capture")
    first, second = add_people(house, 2)
    now = timezone.now()
    for person in (first, second):
        request_access(person, brand=house.brand, language="es", at=now)
    broken = Grant.objects.get(person=first)
    with monkeypatch.context() as patched:
        break_for(patched, data_access, "_write_link", number=broken.pk)
        deliver_due("w")
    assert Message.objects.get().address == second.address.value
    for _ in range(2):
        HappeningDelivery.objects.filter(function="send-data-link").update(due_at=now, done_at=None)
        deliver_due("w")
    assert sorted(Message.objects.values_list("address", flat=True)) == sorted(
        one.address.value for one in (first, second)
    )
