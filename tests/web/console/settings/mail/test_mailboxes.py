"""Mailboxes in the settings: set up, tried out, paused, removed; secrets go in and never come out."""

import pytest
from django.utils import timezone

from esmero.house.models import AuditEntry
from esmero.mailroom.arriving.channels.mailboxes import read_mailbox
from esmero.mailroom.models import Inbound, Mailbox
from esmero.outbox.relay_passwords import decrypt_password
from tests.house_facts import build_house
from tests.mailroom.arriving.channels.imap_server import ImapServer
from tests.web.document import get_document, post_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db(transaction=True)]
NEW = {
    "name": "vuelta", "host": "127.0.0.1", "security": "none", "username": "vuelta@norte.example",
    "access": "password", "secret": "sehr-geheim", "folders": "INBOX\r\nSpam\r\n",
}  # fmt: skip


@pytest.fixture(autouse=True)
def now_and_here(monkeypatch):
    """What runs beside a request runs within it."""
    monkeypatch.setattr("esmero.web.console.settings.mail.mailboxes.run_in_background", lambda work, name: work())


@pytest.fixture
def owner(client):
    build_house()
    client.force_login(staff("owner"))
    return client


def make(client, **facts):
    page = post_document(client, "/console/settings/mailboxes/new/", {**NEW, **facts})
    return page, Mailbox.objects.filter(name=facts.get("name", "vuelta")).first()


def act(client, mailbox, what):
    return post_document(client, f"/console/settings/mailboxes/{mailbox.pk}/act/", {"act": what})


def test_a_mailbox_is_made_tested_read_and_says_what_was_fetched(owner):
    letters = [b"From: ana@correo.example\r\nSubject: hola\r\n\r\nhola\r\n"]
    with ImapServer({"INBOX": letters, "Spam": []}, password="sehr-geheim") as server:
        page, mailbox = make(owner, port=str(server.port))
        assert "not read yet" in page.text(".chip")
        assert mailbox.folders == ["INBOX", "Spam"]
        page = act(owner, mailbox, "test")
        assert "This mailbox can be read." in page.section("Test").text("[role=status]")
        assert "INBOX: 1; Spam: 0" in page.section("Test").text(".steps")
        assert read_mailbox(mailbox) == 1
    page = get_document(owner, f"/console/settings/mailboxes/{mailbox.pk}/")
    assert "last on" in page.section("What was fetched").text(".rows")
    assert Inbound.objects.get().door == "imap:vuelta"


def test_the_password_is_kept_encrypted_and_never_shown(owner):
    _html, mailbox = make(owner)
    assert "sehr-geheim" not in mailbox.secret
    assert decrypt_password(mailbox.secret) == "sehr-geheim"
    page = get_document(owner, f"/console/settings/mailboxes/{mailbox.pk}/")
    assert "sehr-geheim" not in page.markup
    assert mailbox.secret not in page.markup
    url = f"/console/settings/mailboxes/{mailbox.pk}/"
    owner.post(url, {**NEW, "secret": "", "port": "1143"})
    mailbox.refresh_from_db()
    assert (mailbox.port, decrypt_password(mailbox.secret)) == (1143, "sehr-geheim")
    refused = post_document(owner, url, {**NEW, "secret": "", "host": "elsewhere.example"})
    assert "the one that is kept was given for another machine" in refused.error("secret")
    mailbox.refresh_from_db()
    assert mailbox.host == "127.0.0.1"
    assert not any("sehr-geheim" in str(one.facts) for one in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"secret": ""}, "Without it nobody can sign in."),
        ({"token_url": "http://token.example/"}, "Tokens are never sent in the clear"),
        ({"folders": "\n".join(f"f{n}" for n in range(21))}, "At most 20 folders are read."),
    ],
)
def test_what_cannot_be_is_said(owner, facts, words):
    page, mailbox = make(owner, **facts)
    assert words in page.error(next(iter(facts)))
    assert mailbox is None


def test_a_test_that_fails_says_where_and_what_to_do(owner):
    with ImapServer({"INBOX": []}, password="otra") as server:
        _html, mailbox = make(owner, port=str(server.port))
        page = act(owner, mailbox, "test")
    assert "This mailbox cannot be read yet." in page.section("Test").text("[role=status]")
    assert "Many providers want a password made for programs." in page.section("Test").text(".steps")


def test_how_it_stands_is_what_happened_last_on_the_way_that_is_kept(owner):
    """That it was read once holds neither after a test that failed nor for another machine."""

    def stands():
        return [one.words for one in get_document(owner, "/console/settings/mailboxes/").chips()]

    with ImapServer({"INBOX": [], "Spam": []}, password="sehr-geheim") as server:
        _html, mailbox = make(owner, port=str(server.port))
        Mailbox.objects.update(reached_at=timezone.now())
        act(owner, mailbox, "test")
        assert stands() == ["is read"]
    act(owner, mailbox, "test")  # the server is gone
    assert stands() == ["cannot be read"]
    Mailbox.objects.update(reached_at=timezone.now())
    assert stands() == ["is read"]
    url = f"/console/settings/mailboxes/{mailbox.pk}/"
    owner.post(url, {**NEW, "secret": "", "port": str(server.port)})
    assert stands() == ["is read"]
    owner.post(url, {**NEW, "secret": "", "port": "1143"})
    assert stands() == ["not read yet"]


def test_it_rests_is_read_again_and_goes(owner):
    _html, mailbox = make(owner)
    assert "rests" in act(owner, mailbox, "pause").text(".chip")
    mailbox.refresh_from_db()
    assert not mailbox.active
    act(owner, mailbox, "pause")
    act(owner, mailbox, "resume")
    act(owner, mailbox, "remove")
    assert not Mailbox.objects.exists()
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["mailbox.saved", "mailbox.paused", "mailbox.resumed", "mailbox.dropped"]


def test_trouble_stands_on_today_and_only_owners_set_it(owner, client):
    _html, mailbox = make(owner)
    Mailbox.objects.update(trouble="127.0.0.1 refuses vuelta")
    assert "The mailbox vuelta cannot be read" in get_document(owner, "/console/").section("To decide").words
    act(owner, mailbox, "pause")
    assert "cannot be read" not in get_document(owner, "/console/").section("To decide").words
    client.force_login(staff("manager"))
    assert client.get("/console/settings/mailboxes/").status_code == 403
    assert client.post(f"/console/settings/mailboxes/{mailbox.pk}/act/", {"act": "remove"}).status_code == 403
