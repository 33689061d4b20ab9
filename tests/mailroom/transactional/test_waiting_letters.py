"""Letters that are written beside the page.

One that cannot be written keeps nobody waiting, and stands where it is seen.
"""

import pytest
from django.utils import timezone

from esmero.asks.models import Submission
from esmero.house.models import Brand
from esmero.mailroom.transactional import sign_up_messages
from esmero.mailroom.transactional.sign_up_messages import queue_confirmations
from esmero.outbox.models import Message, Relay
from esmero.privacy import data_access
from esmero.privacy.data_access import request_access, send_links
from esmero.privacy.models import DataAccess
from esmero.rounds.table import JOBS
from esmero.work.jobs import run_to_end
from esmero.work.models import Job
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


def test_a_sign_up_that_cannot_be_asked_keeps_nobody_else_waiting_and_is_seen(client, monkeypatch):
    house, _form = open_form()
    for name in ("ana", "bea", "eva"):
        client.post("/s/boletin?lang=en", entry(house, email=f"{name}@cliente.example"))
    broken = Submission.objects.order_by("id").first()
    with monkeypatch.context() as patched:
        break_for(patched, sign_up_messages, "queue_confirmation", number=broken.pk)
        assert queue_confirmations(at=timezone.now()) == 3
        assert queue_confirmations(at=timezone.now()) == 0
    assert Message.objects.count() == 2
    job = Job.objects.get(kind=sign_up_messages.CONFIRMATION_JOB)
    assert job.subject == broken.pk
    run_to_end(job, kinds=JOBS, worker="test")
    assert set(Message.objects.values_list("address", flat=True)) == {
        "ana@cliente.example", "bea@cliente.example", "eva@cliente.example"
    }  # fmt: skip
    assert Job.objects.get(pk=job.pk).state == "done"


def test_whoever_was_written_to_already_is_not_written_to_again(client):
    house, _form = open_form()
    client.post("/s/boletin?lang=en", entry(house))
    queue_confirmations(at=timezone.now())
    Submission.objects.update(asked_at=None)  # as the version before left it
    assert queue_confirmations(at=timezone.now()) == 0
    assert Message.objects.count() == 1


def test_a_brand_without_a_way_out_hides_nobody(monkeypatch):
    house = build_house(kind="capture")
    first, second = add_people(house, 2)
    Relay.objects.update(brand=house.brand)
    other = Brand.objects.create(
        slug="cercle", name="Cercle", public_url="https://x.example", return_domain="x.example"
    )
    now = timezone.now()
    request_access(first, brand=other, language="es", at=now)
    request_access(second, brand=house.brand, language="es", at=now)
    assert send_links(at=now, most=1) == 1
    assert Message.objects.get().address == second.address.value
    assert DataAccess.objects.get(person=first).written_at is None


def test_a_link_that_cannot_be_written_keeps_nobody_else_waiting_and_is_written_once(monkeypatch):
    house = build_house(kind="capture")
    first, second = add_people(house, 2)
    now = timezone.now()
    for person in (first, second):
        request_access(person, brand=house.brand, language="es", at=now)
    broken = DataAccess.objects.get(person=first)
    with monkeypatch.context() as patched:
        break_for(patched, data_access, "_write_link", number=broken.pk)
        assert send_links(at=now) == 2
    assert Message.objects.get().address == second.address.value
    job = Job.objects.get(kind=data_access.LINK)
    run_to_end(job, kinds=JOBS, worker="test")
    Job.objects.filter(pk=job.pk).update(state="waiting", due_at=now)  # killed between its last chunk and its end
    run_to_end(Job.objects.get(pk=job.pk), kinds=JOBS, worker="test")
    assert sorted(Message.objects.values_list("address", flat=True)) == sorted(
        one.address.value for one in (first, second)
    )
