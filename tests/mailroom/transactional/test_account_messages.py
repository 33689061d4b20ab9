"""Staff mail through the real doors.

Asked for at the console, sent by the worker's sender, read out of Postfix's sink.
"""

import re
from email import message_from_string
from email.policy import default

import dkim
import pytest
from django.conf import settings

from esmero.house.keys import create_dkim_key
from esmero.house.models import AuditEntry, Brand, User
from esmero.mailroom.sending.sender import Sender
from esmero.outbox.domain_readiness import public_key
from esmero.outbox.models import Message, Relay
from esmero.outbox.retry_schedule import RetrySchedule
from esmero.rounds.worker import run_sender
from esmero.work.stop_signal import StopSignal
from tests.house_facts import build_house
from tests.posted import octets_of
from tests.sink import open_sink
from tests.web.document import get_document, read_document

pytestmark = pytest.mark.django_db(transaction=True)
RESET = "/accounts/password/reset/"


@pytest.fixture
def owner():
    return User.objects.create_user(
        "lucia@fibranorte.example", "the-old-password", name="Lucía", role="owner", language="es"
    )


def send_all():
    sender = Sender(home=settings.HOME, worker="w", schedule=RetrySchedule(()), helo="esmero.test")
    run_sender(sender, stop=StopSignal(), until_idle=True)


def only_mail(sink):
    """Return (envelope recipients, octets) of the one mail in the sink, as it went over the wire."""
    text = sink.dump.read_bytes().decode("latin-1").replace("\r\n", "\n")
    recipients = re.findall(r"^X-Rcpt-Args: <([^>]*)>", text, re.MULTILINE)
    # smtp-sink puts its own lines before the first header of the message, the last of them Received.
    mail = text[text.index("Received: from", text.index("X-Rcpt-Args")) :]
    mail = mail.partition("\n")[2]
    while mail.startswith(("\t", " ")):
        mail = mail.partition("\n")[2]
    return recipients, mail.rstrip("\n") + "\n"


@pytest.mark.relay
def test_the_reset_mail_reaches_a_real_relay_and_its_link_works(tmp_path, client, owner):
    with open_sink(tmp_path) as sink:
        house = build_house(port=sink.port, relay_signs=False)
        house.brand.dkim_domain, house.brand.dkim_selector = "fibranorte.example", "esmero"
        house.brand.save()
        assert client.post(RESET, {"email": "Lucia@FibraNorte.example"}, HTTP_HOST="localhost").status_code == 302
        message = Message.objects.get()
        assert (message.dispatch.message_class, message.lane, message.state) == ("internal", 0, "planned")
        send_all()
        recipients, octets = only_mail(sink)
    message.refresh_from_db()
    assert message.state == "sent"
    assert recipients == [owner.email]
    mail = message_from_string(octets, policy=default)
    assert mail["From"].addresses[0].addr_spec == house.brand.sender_address
    assert mail["To"] == owner.email
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not mail.defects
    key = public_key(create_dkim_key(settings.HOME, domain="fibranorte.example", selector="esmero"))
    record = f"v=DKIM1; k=rsa; p={key}".encode()
    assert dkim.verify(octets.replace("\n", "\r\n").encode(), dnsfunc=lambda *_args, **_facts: record)
    [link] = re.findall(r"\S+/accounts/password/reset/key/\S+", mail.get_content())
    assert link.startswith(settings.ESMERO.public_url)
    walk_through(client, link.removeprefix(settings.ESMERO.public_url), password="a-whole-new-password")
    assert client.login(email=owner.email, password="a-whole-new-password")
    actions = list(AuditEntry.objects.filter(action__startswith="staff.").values_list("action", "actor"))
    assert actions == [("staff.written", owner.pk), ("staff.password-changed", owner.pk)]


def walk_through(client, path, *, password):
    page = client.get(path)
    assert page.status_code == 302  # the key goes out of the address into the session
    answer = client.post(page["Location"], {"password1": password, "password2": password})
    assert answer.status_code == 302, read_document(answer).errors()
    assert not get_document(client, path).has("[name=password1]"), "a used link opens no form"


def test_the_mail_is_in_the_language_of_its_reader_and_names_our_host_whatever_the_request_says(client, owner):
    build_house()
    settings_hosts, settings.ALLOWED_HOSTS = settings.ALLOWED_HOSTS, ["*"]
    try:
        client.post(RESET, {"email": owner.email}, HTTP_HOST="evil.example", HTTP_ACCEPT_LANGUAGE="fr")
    finally:
        settings.ALLOWED_HOSTS = settings_hosts
    octets = octets_of(Message.objects.get())
    text = message_from_string(octets.decode(), policy=default).get_content()
    assert "evil.example" not in text
    assert "Lucía" in text
    assert Message.objects.get().language == "es"


def test_nobody_makes_the_house_write_to_an_address_that_it_does_not_know(client, owner):
    build_house()
    known = client.post(RESET, {"email": owner.email})
    unknown = client.post(RESET, {"email": "stranger@elsewhere.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [one.address for one in Message.objects.all()] == [owner.email]


@pytest.mark.parametrize("lack", ["relay", "brand"])
def test_without_a_way_out_the_page_says_what_to_do_to_whoever_asks(client, owner, lack):
    if lack == "relay":
        build_house()
        Relay.objects.all().delete()
    for answer in (
        client.get(RESET),
        client.post(RESET, {"email": owner.email}),
        client.post(RESET, {"email": "stranger@elsewhere.example"}),
    ):
        assert answer.status_code == 200
        assert "esmero staff create" in read_document(answer).text("main code")
    assert not Message.objects.exists()


def test_the_relay_of_the_second_brand_serves_when_the_first_has_none(client, owner):
    house = build_house()
    other = Brand.objects.create(
        slug="otra", name="Otra", sender_name="Otra", sender_address="hola@otra.example",
        return_domain="v.otra.example",
        public_url="https://otra.example",
    )  # fmt: skip
    Relay.objects.filter(pk=house.relay.pk).update(brand=other)
    client.post(RESET, {"email": owner.email})
    assert Message.objects.get().dispatch.brand == other


def test_a_new_password_by_the_command_line_leaves_the_role_alone(owner, monkeypatch):
    from esmero.management.command_line import run

    monkeypatch.setenv("ESMERO_STAFF_PASSWORD", "one-more-new-password")
    assert run(["staff", "create", owner.email]) == 0
    owner.refresh_from_db()
    assert (owner.role, owner.language, owner.name) == ("owner", "es", "Lucía")
    assert owner.check_password("one-more-new-password")
    assert run(["staff", "create", "new@fibranorte.example"]) == 0
    assert User.objects.get(email="new@fibranorte.example").role == "reader"
