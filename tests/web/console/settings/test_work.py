import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry, Happening, HappeningDelivery
from esmero.mailroom.arriving.receive import handle_due, take_in
from esmero.outbox.models import Message, MessageEvent
from esmero.work.models import Job
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


def test_a_failed_job_says_why_and_goes_on(client):
    client.force_login(staff("manager"))
    job = Job.objects.create(kind="import", state="failed", tries=5, trouble="Traceback\nOSError: disk full <b>")
    page = get_document(client, "/console/work/?state=failed")
    assert "OSError: disk full <b>" in page.text("#jobs summary")
    client.post(f"/console/work/jobs/{job.pk}/", {"act": "retry"})
    job.refresh_from_db()
    assert (job.state, job.tries, job.trouble) == ("waiting", 0, "")
    assert job.due_at is not None
    assert AuditEntry.objects.get().action == "job.retry"


def test_a_running_job_is_stopped(client):
    client.force_login(staff("manager"))
    job = Job.objects.create(kind="dry-run", state="running")
    client.post(f"/console/work/jobs/{job.pk}/", {"act": "cancel"})
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_what_is_no_act_changes_nothing(client):
    client.force_login(staff("manager"))
    job = Job.objects.create(kind="dry-run", state="running")
    assert client.post(f"/console/work/jobs/{job.pk}/", {"act": "explode"}).status_code == 404
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("sent", "state"), [("yes", "sent"), ("no", "planned")])
def test_a_doubt_is_decided_once(client, sent, state):
    client.force_login(staff("manager"))
    house = build_house()
    open_dispatch(house, add_people(house, 1))
    Message.objects.update(state="doubt")
    message = Message.objects.get()
    client.post(f"/console/work/doubts/{message.pk}/", {"sent": sent})
    page = post_document(client, f"/console/work/doubts/{message.pk}/", {"sent": sent})
    message.refresh_from_db()
    assert message.state == state
    assert MessageEvent.objects.filter(kind="resolved").count() == 1
    assert "Somebody else decided this one first." in page.toast()


def test_doubts_are_decided_together(client):
    client.force_login(staff("manager"))
    house = build_house()
    open_dispatch(house, add_people(house, 3))
    Message.objects.update(state="doubt")
    first, second, third = Message.objects.order_by("id")
    client.post("/console/work/doubts/", {"sent": "yes", "pick": [first.pk, second.pk]})
    assert list(Message.objects.order_by("id").values_list("state", flat=True)) == ["sent", "sent", "doubt"]
    page = post_document(client, "/console/work/doubts/", {"sent": "no", "scope": "all"})
    assert "1 message goes again." in page.toast()
    third.refresh_from_db()
    assert third.state == "planned"
    assert AuditEntry.objects.filter(action="doubt.decided").count() == 3


def test_mail_that_could_not_be_read_is_had_and_read_again(client, monkeypatch):
    client.force_login(staff("manager"))
    letter = b"From: a@x.example\r\nSubject: Hola\r\n\r\nHola\r\n"
    row = take_in(letter, envelope_from="a@x.example", envelope_to="b@y.example", door="smtp", at=timezone.now())
    type(row).objects.update(state="failed", due_at=None, trouble="Traceback\nValueError: odd letter")
    assert [one for one in get_document(client, "/console/work/").texts("summary") if "ValueError: odd letter" in one]
    assert client.get(f"/console/work/arrivals/{row.pk}.eml").getvalue() == letter
    client.post(f"/console/work/arrivals/{row.pk}/again/")
    handle_due("w")
    row.refresh_from_db()
    assert (row.state, row.due_at) == ("done", None)


def test_a_reaction_that_fails_says_why_and_is_tried_again_by_a_person(client):
    happening = Happening.objects.create(kind="sign_up.received", facts={"submission_id": 7})
    row = HappeningDelivery.objects.create(
        happening=happening, function="ask-to-confirm", tries=6, trouble="Traceback\nOSError: disk full <b>"
    )
    client.force_login(staff("reader"))
    page = get_document(client, "/console/work/")
    assert [one for one in page.texts("summary") if "OSError: disk full <b>" in one]
    assert not [one for one in page.forms() if "reactions/ask-to-confirm/again" in one.action]
    assert client.post("/console/work/reactions/ask-to-confirm/again/").status_code == 403
    client.force_login(staff("manager"))
    page = post_document(client, "/console/work/reactions/ask-to-confirm/again/")
    assert "1 is tried again in a moment." in page.toast()
    row.refresh_from_db()
    assert (row.tries, row.trouble) == (0, "")
    assert row.due_at is not None
    assert AuditEntry.objects.get().action == "happening.again"
