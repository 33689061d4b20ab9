import pytest

from esmero.campaigns.models import Campaign
from esmero.conversations.models import Conversation
from esmero.outbox.models import Message
from esmero.work.models import Job
from tests.web.document import read_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]


def test_nobody_sees_anything_without_signing_in(client):
    for path in furnish().paths.values():
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/accounts/login/?next=/console/")


def test_a_closed_access_opens_nothing(client):
    furnish()
    user = staff()
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/console/").status_code == 302


ACTS = {
    "mark": (lambda: f"/console/conversations/{Conversation.objects.first().pk}/mark/", {"state": "closed"}, "agent"),
    "start": (lambda: f"/console/campaigns/{Campaign.objects.first().pk}/act/", {"act": "pause"}, "manager"),
    "write": (lambda: "/console/campaigns/new/", {}, "manager"),
    "retry": (lambda: f"/console/work/jobs/{Job.objects.first().pk}/", {"act": "retry"}, "manager"),
    "doubt": (lambda: f"/console/work/doubts/{Message.objects.first().pk}/", {"sent": "yes"}, "manager"),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["reader", "agent", "manager", "owner"])
def test_each_act_needs_its_role(client, act, role):
    furnish()
    client.force_login(staff(role))
    path, data, least = ACTS[act]
    order = ["reader", "agent", "manager", "owner"]
    allowed = order.index(role) >= order.index(least)
    assert (client.post(path(), data).status_code != 403) is allowed


@pytest.mark.slow
def test_a_reader_sees_no_button_that_is_not_for_them(client):
    console = furnish()
    client.force_login(staff("reader"))
    for name, path in console.paths.items():
        response = client.get(path)
        if response.status_code == 200:
            acts = read_document(response)
            # A segment may be looked at row by row; only saving it changes anything.
            assert not acts.has("[value=save]"), name
            assert not acts.has("button[name=act]") or name.startswith("segment"), name
            assert not acts.has("button[value=theirs]"), name
    assert client.get(console.paths["campaign-new"]).status_code == 403


def test_changes_are_refused_to_links(client):
    furnish()
    client.force_login(staff())
    for path, _data, _role in ACTS.values():
        if not path().endswith("/new/"):
            assert client.get(path()).status_code == 405


@pytest.mark.parametrize(
    "path", ["media/new/", "templates/new/", "forms/new/", "campaigns/new/", "imports/new/", "reports/", "returns/"]
)
def test_a_page_that_needs_a_brand_leads_to_today_while_there_is_none(client, path):
    client.force_login(staff())
    answer = client.get(f"/console/{path}")
    assert (answer.status_code, answer["Location"]) == (302, "/console/")
