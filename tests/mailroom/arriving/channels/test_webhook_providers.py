"""Every provider that can be set up tells of a return.

In the form that its documentation gives, proven as it proves itself. The payloads are written anew after the providers'
documentation. None bears our Message-ID: most providers replace it, so what ties the event to a message is the address
of which a provider speaks that has proven itself.
"""

import base64
import hashlib
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.conf import settings

from esmero.mailroom.arriving.channels import webhook_providers
from esmero.mailroom.arriving.channels.webhook_providers import PROVIDERS, provider_of
from esmero.mailroom.arriving.receive import handle_due
from esmero.mailroom.models import Inbound
from esmero.outbox.models import MessageEvent
from esmero.people.models import Address
from tests.mailroom.inbound import send_one

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:django-anymail has dropped")]
PAIR = "ana:geheim"
BASIC = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(PAIR.encode()).decode()}
FORGED = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"ana:falsch").decode()}
WORDS = "550 5.1.1 No such user here"
EC, RSA = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
JSON = "application/json"


def public(key):
    pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return "".join(pem.decode().splitlines()[1:-1])


def hexed(key, octets):
    return hmac.new(key.encode(), octets, hashlib.sha256).hexdigest()


def paired(facts):
    return lambda to, forged: (json.dumps(facts(to)), JSON, FORGED if forged else BASIC)


def brevo(to):
    return {
        "event": "hard_bounce", "email": to, "id": 26224, "date": "2026-11-25 10:00:00", "ts_epoch": 1795600000000,
        "message-id": "<202611251000.1@smtp-relay.mailin.fr>", "subject": "Novedades", "reason": WORDS,
        "sending_ip": "192.0.2.5",
    }  # fmt: skip


def mailjet(to):
    return [
        {
            "event": "bounce", "time": 1795600000, "MessageID": 19421777396190490, "email": to, "mj_campaign_id": 1,
            "hard_bounce": True,
            "blocked": False, "error_related_to": "recipient", "error": "user unknown", "comment": "x",
            "smtp_reply": WORDS,
        }
    ]  # fmt: skip


def postmark(to):
    return {
        "RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "ID": 42,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Email": to, "Details": WORDS, "BouncedAt": "2026-11-25T10:00:00Z", "Inactive": True,
    }  # fmt: skip


def sparkpost(to):
    event = {
        "type": "bounce", "bounce_class": "10", "error_code": "550", "event_id": "92356927693813856", "raw_rcpt_to": to,
        "message_id": "000443ee14578172be22", "raw_reason": WORDS, "timestamp": "1795600000",
        "transmission_id": "65832150921904138",
    }  # fmt: skip
    return [{"msys": {"message_event": event}}]


def mailersend(to, forged):
    email = {"message": {"id": "62fb66bef54a112e920b5493"}, "recipient": {"email": to}, "status": "rejected"}
    morph = {"object": "recipient_bounce", "readable_reason": WORDS, "reason": WORDS}
    data = {"id": "62f1", "type": "hard_bounced", "created_at": "2026-11-25T10:00:00Z", "email": email, "morph": morph}
    body = json.dumps({"type": "activity.hard_bounced", "data": data})
    return body, JSON, {"HTTP_SIGNATURE": hexed("otro" if forged else "clave", body.encode())}


def mailgun(to, forged):
    proof = {"timestamp": "1795600000", "token": "t0k3n"}
    proof["signature"] = hexed("otro" if forged else "clave", b"1795600000t0k3n")
    facts = {
        "event": "failed", "severity": "permanent", "id": "e-1", "timestamp": 1795600000.5, "recipient": to,
        "delivery-status": {"code": 550, "message": WORDS}, "message": {"headers": {"message-id": "2026@mg.example"}},
    }  # fmt: skip
    return json.dumps({"signature": proof, "event-data": facts}), JSON, {}


def mailtrap(to, forged):
    event = {
        "event": "bounce", "message_id": "1df37d17-0286-4d8b-8edf-bc4ec5be86e6", "sending_stream": "bulk", "email": to,
        "timestamp": 1795600000, "event_id": "bede7236", "response": WORDS, "response_code": 550,
        "bounce_category": "badmailbox",
    }  # fmt: skip
    body = json.dumps({"events": [event]})
    return body, JSON, {"HTTP_MAILTRAP_SIGNATURE": hexed("otro" if forged else "clave", body.encode())}


def mandrill(to, forged):
    events = [{"event": "hard_bounce", "_id": "e1", "ts": 1795600000,
            "msg": {"_id": "m1", "email": to, "diag": WORDS, "bounce_description": "bad_mailbox"}}]  # fmt: skip
    value = json.dumps(events)
    signed = f"{settings.ESMERO.public_url.rstrip('/')}/hooks/mandrill" + "mandrill_events" + value
    signature = hmac.new(b"otro" if forged else b"clave", signed.encode(), hashlib.sha1).digest()
    return {"mandrill_events": value}, None, {"HTTP_X_MANDRILL_SIGNATURE": base64.b64encode(signature).decode()}


def postal(to, forged):
    message = {"id": 12345, "token": "abcdef123", "direction": "outgoing",
        "message_id": "5817a64332f44@rp.postal.example", "to": to, "from": "hola@fibranorte.example"}  # fmt: skip
    bounce = {"id": 12347, "token": "abcdef124", "direction": "incoming", "subject": "Delivery Error"}
    body = json.dumps(
        {"event": "MessageBounced", "timestamp": 1795600000, "uuid": "0f1",
            "payload": {"original_message": message, "bounce": bounce, "output": WORDS}}
    )  # fmt: skip
    signature = RSA.sign(b"other" if forged else body.encode(), padding.PKCS1v15(), hashes.SHA1())
    return body, JSON, {"HTTP_X_POSTAL_SIGNATURE": base64.b64encode(signature).decode()}


def resend(to, forged):
    data = {
        "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "created_at": "2026-11-25T10:00:00.000Z",
        "from": "Norte <hola@fibranorte.example>",
        "to": [to], "subject": "Novedades", "bounce": {"message": WORDS, "type": "Permanent", "subType": "General"},
    }  # fmt: skip
    body = json.dumps({"type": "email.bounced", "created_at": "2026-11-25T10:00:01.000Z", "data": data})
    stamp = str(int(time.time()))
    key = b"another key, not ours" if forged else b"a key of twenty-four oct"
    proof = base64.b64encode(hmac.new(key, f"msg_1.{stamp}.{body}".encode(), hashlib.sha256).digest()).decode()
    return (
        body,
        JSON,
        {"HTTP_SVIX_ID": "msg_1", "HTTP_SVIX_TIMESTAMP": stamp, "HTTP_SVIX_SIGNATURE": f"v1,xx v1,{proof}"},
    )


def sendgrid(to, forged):
    body = json.dumps(
        [{"email": to, "timestamp": 1795600000, "event": "bounce", "type": "bounce", "sg_event_id": "6g4ZI7SA",
                "sg_message_id": "14c5d75ce93.dfd.64b469", "reason": WORDS, "status": "5.1.1"}]
    )  # fmt: skip
    stamp = "1795600000"
    proof = EC.sign((b"0" if forged else stamp.encode()) + body.encode(), ec.ECDSA(hashes.SHA256()))
    return body, JSON, {
        "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE": base64.b64encode(proof).decode(),
        "HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP": stamp,
    }  # fmt: skip


def sns(message, kind="Notification", **facts):
    body = {
        "Type": kind,
        "MessageId": "n-1",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:correo",
        "Message": message,
        **facts,
    }
    return json.dumps(body), {"HTTP_X_AMZ_SNS_MESSAGE_TYPE": kind, "HTTP_X_AMZ_SNS_MESSAGE_ID": "n-1"}


def ses(to, forged):
    gone = {"emailAddress": to, "status": "5.1.1", "action": "failed", "diagnosticCode": f"smtp; {WORDS}"}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [gone],
        "timestamp": "2026-11-25T10:00:00.000Z", "feedbackId": "f-1"}  # fmt: skip
    mail = {
        "messageId": "EXAMPLE7c191be45",
        "timestamp": "2026-11-25T09:59:00.000Z",
        "source": "hola@fibranorte.example",
        "destination": [to],
    }
    body, headers = sns(json.dumps({"eventType": "Bounce", "bounce": bounce, "mail": mail}))
    return body, "text/plain; charset=UTF-8", {**headers, **(FORGED if forged else BASIC)}


TELLS = {
    "brevo": paired(brevo), "mailersend": mailersend, "mailgun": mailgun, "mailjet": paired(mailjet),
    "mailtrap": mailtrap,
    "mandrill": mandrill, "postal": postal, "postmark": paired(postmark), "resend": resend, "sendgrid": sendgrid,
    "ses": ses, "sparkpost": paired(sparkpost),
}  # fmt: skip
SECRETS = {
    **{name: PAIR if one.pair else "clave" for name, one in PROVIDERS.items()},
    "postal": public(RSA),
    "sendgrid": public(EC),
    "resend": "whsec_" + base64.b64encode(b"a key of twenty-four oct").decode(),
}


@pytest.fixture(autouse=True)
def hooks(monkeypatch):
    monkeypatch.setattr(settings.ESMERO, "hooks", SECRETS)


def tell(client, name, to, *, forged=False):
    body, kind, headers = TELLS[name](to, forged)
    more = {"content_type": kind} if kind else {}
    return client.post(f"/hooks/{name}", body, **more, **headers)


def test_each_provider_has_its_example():
    assert set(TELLS) == set(PROVIDERS)


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_return_that_a_provider_tells_silences_the_address_once(client, name):
    sent = send_one()
    for _ in range(2):
        assert tell(client, name, sent.message.address).status_code == 200
    while handle_due("test"):
        pass
    row = Inbound.objects.get()
    assert (row.door, row.kind, row.state, row.message) == (f"hook:{name}", "bounce", "done", sent.message)
    event = MessageEvent.objects.get()
    assert (event.kind, event.facts["meaning"]) == ("returned-for-good", "unknown-user")
    assert Address.objects.get().standing == Address.Standing.SUPPRESSED


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_what_does_not_prove_that_the_provider_sent_it_changes_nothing(client, name):
    sent = send_one()
    assert tell(client, name, sent.message.address, forged=True).status_code == 403
    assert not Inbound.objects.exists()


def test_a_provider_who_speaks_of_a_stranger_changes_nothing(client):
    sent = send_one()
    assert tell(client, "brevo", "nadie@cliente.example").status_code == 200
    while handle_due("test"):
        pass
    assert Inbound.objects.get().message is None
    assert not MessageEvent.objects.exists()
    assert sent.message.worst == 0


def test_an_old_signature_of_resend_is_not_taken(client, monkeypatch):
    body, kind, headers = resend("a@b.example", False)
    now = time.time()
    monkeypatch.setattr(webhook_providers.time, "time", lambda: now + 400)
    assert client.post("/hooks/resend", body, content_type=kind, **headers).status_code == 403


def test_amazon_is_asked_for_its_password_and_told_that_we_want_to_know(client, monkeypatch):
    asked = []

    class Answer:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def read(self, _most):
            return b"<ConfirmSubscriptionResponse/>"

    monkeypatch.setattr(webhook_providers, "urlopen", lambda url, timeout: asked.append((url, timeout)) or Answer())
    url = (
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:1:correo&"
        "Token=23"
    )
    body, headers = sns("You have chosen to subscribe", "SubscriptionConfirmation", SubscribeURL=url, Token="23")
    post = {"content_type": "text/plain; charset=UTF-8", **headers}
    unasked = client.post("/hooks/ses", body, **post)
    assert unasked.status_code == 401
    assert unasked["WWW-Authenticate"].startswith("Basic ")
    assert not asked
    assert client.post("/hooks/ses", body, **post, **BASIC).status_code == 200
    assert [one for one, _wait in asked] == [url]
    for wrong in ("https://sns.eu-west-1.amazonaws.com.malo.example/?x", "http://sns.eu-west-1.amazonaws.com/?x", ""):
        body, _ = sns("x", "SubscriptionConfirmation", SubscribeURL=wrong, Token="23")
        assert client.post("/hooks/ses", body, **post, **BASIC).status_code == 403
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", "ses"), ("smtp.resend.com", "resend"), ("smtp-relay.brevo.com", "brevo"),
        ("smtp.eu.mailgun.org", "mailgun"), ("in-v3.mailjet.com.", "mailjet"), ("relay.fibranorte.example", ""),
        ("notresend.com", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_relay_is_known_by_its_host(host, name):
    assert provider_of(host) == name
