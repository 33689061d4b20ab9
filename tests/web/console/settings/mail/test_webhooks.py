"""Webhooks in the settings: a secret goes in, is believed, and never comes out."""

import pytest

from esmero.house.models import AuditEntry
from esmero.mailroom.arriving.channels.webhook_secrets import find_secret
from esmero.outbox.models import Relay
from tests.house_facts import build_house
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def owner(client):
    build_house(host="smtp.postmarkapp.com")
    client.force_login(staff("owner"))
    return client


def test_from_the_relay_to_a_secret_that_is_believed_and_forgotten(owner):
    relay = owner.get(f"/console/settings/relays/{Relay.objects.get().pk}/").content.decode()
    assert "/console/settings/hooks/postmark/" in relay
    page = "/console/settings/hooks/postmark/"
    assert "/hooks/postmark" in owner.get(page).content.decode()
    wrong = owner.post(page, {"secret": "geheim"}).content.decode()
    assert "name:password" in wrong
    assert find_secret("postmark") == ""
    after = owner.post(page, {"secret": "ana:sehr-geheim"}, follow=True).content.decode()
    assert find_secret("postmark") == "ana:sehr-geheim"
    assert "sehr-geheim" not in after
    assert "sehr-geheim" not in owner.get(page).content.decode()
    owner.post(page, {"forget": "1"})
    assert find_secret("postmark") == ""
    assert list(
        AuditEntry.objects.filter(action__startswith="hook.").order_by("id").values_list("action", "facts")
    ) == [
        ("hook.armed", {"provider": "postmark"}),
        ("hook.disarmed", {"provider": "postmark"}),
    ]


def test_only_who_may_set_the_house_sees_it(client):
    build_house()
    client.force_login(staff("reader"))
    assert client.get("/console/settings/hooks/").status_code == 403
