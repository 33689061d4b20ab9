"""What came back, seen and acted on: by class and meaning, in the relays' words, address by address, mail by mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.dossier.statistics.daily_aggregates import count_all_due
from esmero.house.models import AuditEntry
from esmero.mailroom.arriving.queries import simplify_words
from esmero.mailroom.models import Inbound
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.addresses.suppression import find_suppressions, suppress
from esmero.people.models import Address, Suppression
from esmero.vault.files import path_of
from tests.mailroom.inbound import postfix_report, send_one
from tests.web.document import get_document, post_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.usefixtures("demo")]
UNKNOWN = "550 5.1.1 <persona0@cliente.example>: Recipient address rejected: User unknown"


@pytest.fixture
def returned(client):
    """One message that a real report brought back for good."""
    client.force_login(staff("manager"))
    sent = send_one()
    from esmero.rendering.tokens import TokenPurpose

    raw = postfix_report(sent.message, status="5.1.1", reply=UNKNOWN)
    sent.receive(raw, to=sent.address(TokenPurpose.RETURN))
    count_all_due(timezone.now())
    return sent


def read(client, path):
    return get_document(client, path)


def test_a_return_is_counted_by_meaning_and_leads_to_its_message_and_its_mail(client, returned):
    page = read(client, "/console/returns/")
    assert any("nobody of that name there" in cell for row in page.rows() for cell in row)
    listed = read(client, page.links("a[href^='/console/returns/each/?']")[0])
    assert f"/console/messages/{returned.message.pk}/" in listed.links("#table a")
    assert f"/console/returns/mail/{Inbound.objects.get().pk}/" in listed.links("#table a")
    assert "Nombre0" in listed.text("#table")
    assert "Nombre0" not in read(client, "/console/returns/each/?class=now").text("#table")


def test_the_mail_is_shown_as_text_with_the_signs_and_what_it_reports(client, returned):
    page = read(client, f"/console/returns/mail/{Inbound.objects.get().pk}/")
    assert "a delivery report in the standard's form (RFC 3464)" in page.text(".allowed")
    mail = page.texts("pre")
    assert [one for one in mail if "User unknown" in one]
    assert [one for one in mail if "<persona0@cliente.example>" in one]


def test_bytes_that_are_gone_are_said_to_be_gone(client, returned):
    arrived = Inbound.objects.select_related("raw").get()
    path_of(arrived.raw.sha256).write_bytes(b"changed")
    assert "Restore them from the backup" in read(client, f"/console/returns/mail/{arrived.pk}/").text(".say-broken")


def test_a_mail_of_random_bytes_harms_no_page(client):
    client.force_login(staff("manager"))
    from esmero.mailroom.arriving.receive import handle_due, take_in

    take_in(bytes(range(256)) * 20, envelope_from="", envelope_to="", door="file", at=timezone.now())
    handle_due("test")
    assert "\x00" not in read(client, f"/console/returns/mail/{Inbound.objects.get().pk}/").markup
    assert read(client, "/console/returns/mail/?look=untied").text("#table").count("no message of ours") == 1


WORDS = [
    ("550 5.1.1 <a@b.example>: User unknown", "550 5.1.1 <c.d@e.example>: User unknown"),
    (
        "452 4.2.2 Over quota x17-20020a5d4551000000b00317 - gsmtp",
        "452 4.2.2 Over quota y9-20020adff5c9000000b003a2 - gsmtp",
    ),
    ("421 [10.0.0.1] too many connections", "421 [192.168.7.30] too many connections"),
]


@pytest.mark.parametrize(("one", "other"), WORDS)
def test_words_that_differ_only_by_the_single_mail_are_the_same(one, other):
    assert simplify_words(one) == simplify_words(other)


def test_words_that_say_something_else_stay_apart():
    assert simplify_words("550 User unknown") != simplify_words("550 Mailbox disabled")


def test_the_words_of_relays_are_grouped_most_frequent_first(client):
    furnish(rows=3)
    client.force_login(staff())
    message = Message.objects.filter(person__isnull=False).first()
    MessageEvent.objects.create(
        message=message,
        kind="returned-for-now",
        at=timezone.now(),
        facts={"meaning": "mailbox-full", "text": "452 full"},
    )
    sheet = client.get("/console/returns/words/").context["sheets"][0]
    assert [(row[0], row[3]) for row in sheet.rows] == [("550 5.1.1 <address>: User unknown", 3), ("452 full", 1)]


def test_a_silence_is_lifted_with_a_reason_and_put_back_by_the_toast(client, returned):
    address = Address.objects.get(value="persona0@cliente.example")
    assert address.standing == "suppressed"
    client.post("/console/returns/addresses/act/", {"act": "lift", "pick": [address.pk], "lift-value": " "})
    assert find_suppressions([address.value])
    lift = {"act": "lift", "pick": [address.pk], "lift-value": "They called us"}
    page = post_document(client, "/console/returns/addresses/act/", lift)
    address.refresh_from_db()
    assert (address.standing, find_suppressions([address.value])) == ("ok", {})
    entry = AuditEntry.objects.get(action="address.lifted")
    assert (entry.subject_id, entry.facts) == (address.pk, {"reason": "They called us", "was": "unknown-user"})
    client.post("/console/undo/", {"ticket": page.ticket()})
    address.refresh_from_db()
    assert (address.standing, address.reason) == ("suppressed", "unknown-user")
    assert Suppression.objects.filter(lifted_at=None).count() == 1
    assert find_suppressions([address.value])


def test_lifting_leaves_alone_what_is_not_silent(client):
    furnish(rows=2)
    client.force_login(staff("manager"))
    failing = Address.objects.get(standing="failing")
    client.post("/console/returns/addresses/act/", {"act": "lift", "pick": [failing.pk], "lift-value": "Why not"})
    failing.refresh_from_db()
    assert failing.standing == "failing"
    assert not AuditEntry.objects.filter(action="address.lifted").exists()


def test_an_agent_may_look_but_not_lift(client):
    furnish()
    client.force_login(staff("agent"))
    assert client.get("/console/returns/addresses/").status_code == 200
    response = client.post("/console/returns/addresses/act/", {"act": "lift", "lift-value": "x", "pick": ["1"]})
    assert response.status_code == 403


def test_what_waits_for_an_address_goes_now(client):
    furnish()
    client.force_login(staff("manager"))
    address = Address.objects.first()
    later = timezone.now() + timedelta(hours=20)
    Message.objects.filter(person__address=address).update(state="waiting", due_at=later, address=address.value)
    client.post("/console/returns/addresses/act/", {"act": "again", "pick": [address.pk]})
    message = Message.objects.get(address=address.value, person__isnull=False)
    assert message.due_at <= timezone.now()
    assert message.events.filter(kind="retried").exists()


def test_one_message_goes_again_and_one_that_returned_for_good_does_not(client):
    furnish()
    client.force_login(staff("manager"))
    message = Message.objects.filter(person__isnull=False).first()
    Dispatch.objects.filter(pk=message.dispatch_id).update(state="closed", closed_at=timezone.now())
    path = f"/console/messages/{message.pk}/again/"
    Message.objects.filter(pk=message.pk).update(state="gave-up", worst=Message.Worst.HARD_BOUNCE, due_at=None)
    client.post(path)
    message.refresh_from_db()
    assert message.state == "gave-up"
    Message.objects.filter(pk=message.pk).update(worst=Message.Worst.SOFT_BOUNCE)
    client.post(path)
    message.refresh_from_db()
    assert (message.state, message.worst, message.dispatch.state) == ("planned", 0, "open")


def test_a_mail_that_could_not_be_read_is_read_again(client):
    furnish()
    client.force_login(staff("manager"))
    arrived = Inbound.objects.first()
    Inbound.objects.filter(pk=arrived.pk).update(state="failed", due_at=None, trouble="OSError: disk full")
    assert "OSError: disk full" in read(client, f"/console/returns/mail/{arrived.pk}/").text("blockquote")
    client.post(f"/console/returns/mail/{arrived.pk}/again/")
    arrived.refresh_from_db()
    assert (arrived.state, arrived.trouble) == ("new", "")
    assert arrived.due_at is not None


def test_a_failing_address_says_what_would_silence_it(client):
    furnish(rows=2)
    client.force_login(staff())
    listed = read(client, "/console/returns/addresses/").text("#table")
    assert "1 more return of this kind silences it." in listed
    assert "Nothing goes there any more." in listed


def test_absences_name_the_day_and_whom_they_propose(client):
    furnish()
    client.force_login(staff())
    listed = read(client, "/console/returns/absences/").text("#table")
    assert "until 24 Dec 2026" in listed
    assert "otra@cliente.example" in listed


def test_returns_of_another_brand_are_not_shown(client):
    console = furnish()
    client.force_login(staff())
    from esmero.house.models import Brand

    other = Brand.objects.create(slug="otra", name="Otra", public_url="https://o.example", return_domain="o.example")
    person = console.people[0]
    assert str(person) in read(client, "/console/returns/complaints/").text("#table")
    assert str(person) not in read(client, f"/console/returns/complaints/?brand={other.slug}").text("#table")


def test_silences_by_hand_do_not_touch_other_addresses(client, returned):
    suppress("otra@cliente.example", scope="all", reason="moved", evidence="x", at=timezone.now())
    address = Address.objects.get(value="persona0@cliente.example")
    client.post("/console/returns/addresses/act/", {"act": "lift", "pick": [address.pk], "lift-value": "Moved back"})
    assert set(find_suppressions(["otra@cliente.example", address.value])) == {"otra@cliente.example"}
