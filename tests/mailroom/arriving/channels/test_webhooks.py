"""Webhooks, signed as Mailgun documents it (HMAC-SHA256 over timestamp and token), through the real door."""

import hashlib
import hmac
import json

import pytest
from django.conf import settings
from django.utils import timezone

from esmero.mailroom.arriving.channels.webhook_secrets import SecretRefused, find_webhook, set_secret
from esmero.mailroom.arriving.receive import handle_due
from esmero.mailroom.models import Inbound, ReturnCount, WebhookSecret
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import Address, PermissionEntry, Suppression
from tests.house_facts import open_dispatch
from tests.mailroom.inbound import send_one

pytestmark = pytest.mark.django_db
KEY = "clave-de-firma"


@pytest.fixture(autouse=True)
def hooks(monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "hooks", {"mailgun": KEY, "postmark": "ana:geheim"})


def sign(stamp="1795600000", token="t0k3n", key=KEY):
    return {
        "timestamp": stamp,
        "token": token,
        "signature": hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest(),
    }


def tell(client, sent, event, *, signature=None, **facts):
    data = {
        "event": event, "id": "e-1", "timestamp": 1795600000.5, "recipient": sent.message.address,
        "message": {"headers": {"message-id": f"{sent.message.opaque}@fibranorte.example"}}, **facts,
    }  # fmt: skip
    body = {"signature": signature or sign(), "event-data": data}
    return client.post("/hooks/mailgun", json.dumps(body), content_type="application/json")


def work(sent):
    while handle_due("test"):
        pass
    sent.message.refresh_from_db()


def test_a_permanent_failure_silences_the_address(client):
    sent = send_one()
    failed = {"severity": "permanent", "delivery-status": {"code": 550, "message": "5.1.1 No such user here"}}
    assert tell(client, sent, "failed", **failed).status_code == 200
    work(sent)
    event = MessageEvent.objects.get()
    assert (event.kind, event.facts["meaning"]) == ("returned-for-good", "unknown-user")
    assert Address.objects.get().standing == Address.Standing.SUPPRESSED
    row = Inbound.objects.get()
    assert (row.door, row.kind, row.why, row.message) == (
        "hook:mailgun",
        "bounce",
        ["hook:mailgun:bounced"],
        sent.message,
    )


def test_a_complaint_and_a_withdrawal(client):
    sent = send_one()
    assert tell(client, sent, "complained").status_code == 200
    work(sent)
    assert sent.message.worst == Message.Worst.COMPLAINED
    assert Suppression.objects.get().scope == "commercial"


def test_the_same_event_twice_is_one(client):
    sent = send_one()
    for _ in range(2):
        tell(client, sent, "unsubscribed")
    work(sent)
    assert Inbound.objects.count() == MessageEvent.objects.count() == 1
    assert MessageEvent.objects.get().kind == "unsubscribed"


@pytest.mark.parametrize("event", ["delivered", "opened", "clicked", "accepted"])
def test_what_we_count_ourselves_is_not_taken(client, event):
    assert tell(client, send_one(), event).status_code == 200
    assert not Inbound.objects.exists()


@pytest.mark.parametrize("signature", [sign(key="another"), {**sign(), "token": "other"}, {}])
def test_a_forged_request_changes_nothing(client, signature):
    sent = send_one()
    answer = tell(client, sent, "complained", signature=signature or {"timestamp": "1", "token": "x", "signature": "y"})
    assert answer.status_code == 403
    assert not Inbound.objects.exists()


def test_an_unknown_or_unset_provider_is_not_there(client):
    for provider in ("nobody", "sendgrid"):
        assert client.post(f"/hooks/{provider}", "{}", content_type="application/json").status_code == 404
    assert client.get("/hooks/mailgun").status_code == 405
    assert client.head("/hooks/mailgun").status_code == 200


def test_postmark_signs_by_name_and_password(client):
    sent = send_one()
    body = json.dumps(
        {
            "RecordType": "Bounce", "Type": "HardBounce", "ID": 4, "Email": sent.message.address, "MessageID": "pm-1",
            "Details": "smtp;550 5.1.1 user unknown", "BouncedAt": "2026-11-25T10:00:00Z",
            "Metadata": {"message-id": f"<{sent.message.opaque}@fibranorte.example>"},
        }
    )  # fmt: skip
    post = {"data": body, "content_type": "application/json"}
    assert client.post("/hooks/postmark", **post).status_code == 403
    right = {"HTTP_AUTHORIZATION": "Basic YW5hOmdlaGVpbQ=="}
    assert client.post("/hooks/postmark", **post, **right).status_code == 200
    work(sent)
    assert MessageEvent.objects.get().kind == "returned-for-good"


def test_nonsense_that_is_signed_is_said(client):
    body = json.dumps({"signature": sign(), "event-data": "?"})
    assert client.post("/hooks/mailgun", body, content_type="application/json").status_code == 400


def test_a_secret_given_in_the_console_is_kept_encrypted_and_believed(client, monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "hooks", {})
    sent = send_one()
    assert tell(client, sent, "failed", severity="permanent").status_code == 404  # nobody listens yet
    set_secret("mailgun", KEY, by="Lucía")
    assert KEY not in WebhookSecret.objects.get().secret
    assert tell(client, sent, "failed", severity="permanent").status_code == 200
    heard = find_webhook("mailgun")
    assert (heard.source, heard.suspect, bool(heard.heard_at)) == ("console", False, True)
    forged = sign(key="falsch")
    assert tell(client, sent, "failed", signature=forged, severity="permanent").status_code == 403
    assert find_webhook("mailgun").suspect
    set_secret("mailgun", "", by="Lucía")
    assert tell(client, sent, "failed", severity="permanent").status_code == 404


@pytest.mark.parametrize(
    ("name", "secret", "code"),
    [
        ("postmark", "geheim", "secret-not-a-pair"),
        ("ses", ":geheim", "secret-not-a-pair"),
        ("resend", "whsec_é", "secret-not-a-key"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_where_it_is_given(name, secret, code):
    with pytest.raises(SecretRefused) as refusal:
        set_secret(name, secret, by="Lucía")
    assert refusal.value.code == code
    assert not WebhookSecret.objects.exists()


def tell_by_address(client, address, event, **facts):
    """An event in which Mailgun names no Message-ID, as for mail that another of its customers' systems put in."""
    data = {"event": event, "id": "e-9", "timestamp": 1795600000.5, "recipient": address, **facts}
    body = json.dumps({"signature": sign(), "event-data": data})
    return client.post("/hooks/mailgun", body, content_type="application/json")


@pytest.fixture
def several():
    """An address to which two messages went lately: one of them is meant, nobody knows which."""
    sent = send_one()
    other = open_dispatch(sent.house, [sent.person])
    Message.objects.filter(dispatch=other).update(state=Message.State.SENT, sent_at=timezone.now(), due_at=None)
    return sent


def test_a_return_that_names_none_of_several_counts_for_the_address_and_marks_none(client, several):
    failed = {"severity": "permanent", "delivery-status": {"code": 550, "message": "5.1.1 No such user here"}}
    assert tell_by_address(client, several.message.address, "failed", **failed).status_code == 200
    work(several)
    assert Address.objects.get(value=several.message.address).standing == Address.Standing.SUPPRESSED
    assert set(Message.objects.values_list("state", "worst")) == {(Message.State.SENT, Message.Worst.NOTHING)}
    assert not MessageEvent.objects.exists()
    row = Inbound.objects.get()
    assert (row.message, row.why) == (None, ["hook:mailgun:bounced", "hook:by-address"])
    assert ReturnCount.objects.get().number == 1


def test_a_complaint_that_names_none_of_several_silences_the_address_for_the_brand(client, several):
    tell_by_address(client, several.message.address, "complained")
    work(several)
    silence = Suppression.objects.get()
    assert (silence.scope, silence.brand) == ("commercial", several.house.brand)
    assert not Message.objects.filter(worst=Message.Worst.COMPLAINED).exists()
    last = PermissionEntry.objects.order_by("-id").first()
    assert (last.act, last.proof_place) == ("objected", f"inbound {Inbound.objects.get().pk}")


def test_a_withdrawal_that_names_none_of_several_ends_what_was_written_of_lately(client, several):
    tell_by_address(client, several.message.address, "unsubscribed")
    work(several)
    last = PermissionEntry.objects.order_by("-id").first()
    assert (last.act, last.topic, last.person) == ("withdrawn", several.house.topic, several.person)
    assert not MessageEvent.objects.exists()


def test_the_only_message_is_marked_as_a_guess_and_not_sent_again(client):
    sent = send_one()
    failed = {"severity": "permanent", "delivery-status": {"code": 452, "message": "4.2.2 Mailbox full"}}
    tell_by_address(client, sent.message.address, "failed", **failed)
    work(sent)
    assert (sent.message.state, sent.message.due_at) == (Message.State.SENT, None)
    assert sent.message.worst == Message.Worst.SOFT_BOUNCE
    facts = MessageEvent.objects.get().facts
    assert facts["guessed"] is True
    assert "again_at" not in facts
    assert Inbound.objects.get().why[-1] == "hook:only-one"


def test_an_event_of_a_stranger_changes_nothing(client):
    sent = send_one()
    before = PermissionEntry.objects.count()
    for event in ("complained", "unsubscribed"):
        tell_by_address(client, "nadie@otra.example", event)
    work(sent)
    assert not Suppression.objects.exists()
    assert PermissionEntry.objects.count() == before


def test_who_was_not_asked_for_a_name_yet_is_no_suspect_and_the_rest_is_written_down_seldom(
    client, django_assert_max_num_queries
):
    body = json.dumps([{"x": 1}])
    client.post("/hooks/postmark", body, content_type="application/json")
    assert not find_webhook("postmark").suspect
    wrong = {"Authorization": "Basic YW5hOmZhbHNjaA=="}
    assert client.post("/hooks/postmark", body, content_type="application/json", headers=wrong).status_code == 403
    assert find_webhook("postmark").suspect
    with django_assert_max_num_queries(2) as asked:
        client.post("/hooks/postmark", body, content_type="application/json", headers=wrong)
    assert not [one for one in asked.captured_queries if not one["sql"].startswith("SELECT")]
