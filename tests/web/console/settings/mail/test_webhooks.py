"""Webhooks in the settings: a secret goes in, is believed, and never comes out."""

import pytest

from esmero.house.models import AuditEntry
from esmero.mailroom.arriving.channels.webhook_secrets import find_secret
from esmero.outbox.models import Relay
from tests.house_facts import build_house
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def owner(client):
    build_house(host="smtp.postmarkapp.com")
    client.force_login(staff("owner"))
    return client


def test_from_the_relay_to_a_secret_that_is_believed_and_forgotten(owner):
    relay = get_document(owner, f"/console/settings/relays/{Relay.objects.get().pk}/")
    assert "/console/settings/hooks/postmark/" in relay.links("main a")
    page = "/console/settings/hooks/postmark/"
    assert "/hooks/postmark" in get_document(owner, page).text("code")
    assert "name:password" in post_document(owner, page, {"secret": "geheim"}).error("secret")
    assert find_secret("postmark") == ""
    after = post_document(owner, page, {"secret": "ana:sehr-geheim"})
    assert find_secret("postmark") == "ana:sehr-geheim"
    assert "sehr-geheim" not in after.markup
    assert "sehr-geheim" not in get_document(owner, page).markup
    owner.post(page, {"act": "forget"})
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
