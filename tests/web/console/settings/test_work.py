import pytest

from esmero.house.models import AuditEntry
from esmero.outbox.models import Message, MessageEvent
from esmero.work.models import Job
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


def test_a_failed_job_says_why_and_goes_on(client):
    client.force_login(staff("manager"))
    job = Job.objects.create(kind="import", state="failed", tries=5, trouble="Traceback\nOSError: disk full <b>")
    html = client.get("/console/work/?state=failed").content.decode()
    assert "OSError: disk full &lt;b&gt;" in html
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
    page = client.post(f"/console/work/doubts/{message.pk}/", {"sent": sent}, follow=True)
    message.refresh_from_db()
    assert message.state == state
    assert MessageEvent.objects.filter(kind="resolved").count() == 1
    assert "Somebody else decided this one first." in page.content.decode()
