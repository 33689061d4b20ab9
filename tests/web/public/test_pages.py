from datetime import timedelta

import pytest
from django.utils import timezone

from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import ContactPoint, Permission, PermissionEntry, Person, Preference, Topic
from esmero.people.permissions.decisions import find_permitted
from esmero.policy.gate import RULES
from esmero.rendering.tokens import TokenPurpose
from esmero.web.public.labels import BASES, PASSED, mask
from tests.mailroom.inbound import send_one
from tests.web.document import get_document, post_document, read_document
from tests.web.public.pages import bad_tokens

pytestmark = pytest.mark.django_db

PAGES = [TokenPurpose.UNSUBSCRIBE, TokenPurpose.WHY, TokenPurpose.PREFERENCES]


@pytest.fixture
def sent():
    return send_one()


def path(sent, purpose):
    return f"/{purpose.value}/{sent.token(purpose)}"


def permitted(sent, topic=None):
    topic = topic or sent.house.topic
    ids = {"brand": sent.house.brand.pk, "purpose": topic.purpose_id, "topic": topic.pk}
    return bool(find_permitted([sent.person.pk], **ids))


@pytest.mark.parametrize("purpose", PAGES)
@pytest.mark.parametrize("language", ["", "es", "fr", "en"])
def test_pages_are_strict_and_ask_nobody_else_and_change_nothing(client, sent, purpose, language):
    for method in (client.get, client.head):
        response = method(path(sent, purpose), {"lang": language} if language else {})
        assert response.status_code == 200
    page = get_document(client, path(sent, purpose), {"lang": language})
    assert page.language == (language or "es")  # the mail was Spanish
    assert page.text(".mark") == sent.house.brand.name
    assert page.text("footer .phone") == sent.house.brand.phone
    assert page.find_forbidden() == []
    assert all(address.startswith("/") for address in page.resources())
    assert not page.has("script")
    assert page.heading
    assert response["X-Robots-Tag"].startswith("noindex")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert not client.cookies
    assert not PermissionEntry.objects.exclude(act="granted").exists()
    assert not Preference.objects.exists()
    assert not MessageEvent.objects.exists()


@pytest.mark.parametrize("purpose", [*PAGES, TokenPurpose.CLICK])
def test_bad_tokens_get_one_plain_page_that_tells_nothing(client, sent, purpose):
    pages = set()
    for token in bad_tokens(sent, purpose):
        response = client.get(f"/{purpose.value}/{token}")
        assert response.status_code in (404, 410), token
        page = read_document(response)
        for secret in ("Fibra", "Nombre0", "persona0", "cliente.example"):
            assert secret not in page.markup
        pages.add((response.status_code, page.markup))
        if purpose is not TokenPurpose.CLICK:
            assert client.post(f"/{purpose.value}/{token}", {"act": "leave"}).status_code in (404, 405, 410)
    assert len(pages) == 2  # whatever is wrong with them, the forged look alike
    assert not PermissionEntry.objects.exclude(act="granted").exists()


def test_the_message_is_gone_but_the_token_was_ours(client, sent):
    address = path(sent, TokenPurpose.WHY)
    Message.objects.all().delete()
    assert client.get(address).status_code == 410


def test_leave_say_why_and_undo(client, sent):
    address = path(sent, TokenPurpose.UNSUBSCRIBE)
    assert get_document(client, address).acts() == {"leave"}
    page = post_document(client, address, {"act": "leave", "reason": "too-often"})
    assert page.acts() == {"undo"}
    assert not permitted(sent)
    assert MessageEvent.objects.get().facts["reason"] == "too-often"
    client.post(address, {"act": "leave"})
    assert PermissionEntry.objects.filter(act="withdrawn").count() == 1
    client.post(address, {"act": "undo"})
    assert permitted(sent)
    back = PermissionEntry.objects.order_by("id").last()
    assert (back.act, back.basis, back.by_person) == ("granted", "consent", True)
    assert back.wording == page.text("button[value=undo]")
    assert get_document(client, address).acts() == {"leave"}
    client.post(address, {"act": "leave"})
    assert not permitted(sent)


def test_undo_is_for_slips_and_revives_nothing_else(client, sent):
    address = path(sent, TokenPurpose.UNSUBSCRIBE)
    client.post(address, {"act": "undo"})  # nothing was left
    assert PermissionEntry.objects.count() == 1
    client.post(address, {"act": "leave"})
    PermissionEntry.objects.filter(act="withdrawn").update(at=timezone.now() - timedelta(hours=25))
    client.post(address, {"act": "undo"})
    assert not permitted(sent)
    assert "undo" not in get_document(client, address).acts()


def test_undo_makes_no_permission_where_there_was_none(client, sent):
    Permission.objects.all().delete()
    PermissionEntry.objects.all().delete()
    address = path(sent, TokenPurpose.UNSUBSCRIBE)
    client.post(address, {"act": "leave"})
    client.post(address, {"act": "undo"})
    assert not permitted(sent)


def test_an_invented_reason_is_not_kept(client, sent):
    client.post(path(sent, TokenPurpose.UNSUBSCRIBE), {"act": "leave", "reason": "<script>"})
    assert MessageEvent.objects.get().facts["reason"] == ""


def test_forms_need_no_cookie_and_no_session(sent):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    assert client.post(path(sent, TokenPurpose.UNSUBSCRIBE), {"act": "leave"}).status_code == 302
    assert not permitted(sent)


def test_why_says_permission_reason_rules_and_what_is_known(client, sent):
    PermissionEntry.objects.update(wording="Quiero recibir novedades", source="formulario web")
    page = get_document(client, path(sent, TokenPurpose.WHY), {"lang": "en"})
    assert "pe•••@cliente.example" in page.text(".lead")
    for name, *words in (
        ("Your permission", BASES["consent"], "Quiero recibir novedades", "formulario web"),
        ("The reason", "Novedades de su línea"),
        ("What we checked before it left", f"{len(RULES)} rules", PASSED["G03"]),
        ("What we know of you", "your name"),
    ):
        assert [one for one in words if str(one) not in page.facts()[name]] == [], name
    assert "persona0" not in page.markup
    assert "Güell" not in page.markup


def test_why_of_a_message_that_needs_no_permission(client, sent):
    Dispatch.objects.update(message_class="service", topic=None, purpose=None)
    page = get_document(client, path(sent, TokenPurpose.WHY), {"lang": "en"})
    assert "needed none" in page.facts()["Your permission"]


def test_every_rule_has_words_for_the_recipient():
    assert set(PASSED) == {rule.code for rule in RULES}


@pytest.mark.parametrize(
    ("address", "shown"), [("beatriz@x.example", "be•••@x.example"), ("a@x.example", "a•••@x.example"), ("", "")]
)
def test_masks(address, shown):
    assert mask(address) == shown


def test_preferences_hold_at_once(client, sent):
    house, address = sent.house, path(sent, TokenPurpose.PREFERENCES)
    other = Topic.objects.create(brand=house.brand, code="tv", name={"es": "Televisión"}, purpose=house.topic.purpose)
    opened = get_document(client, address).form()
    assert opened.value(f"topic-{house.topic.pk}") == "always"
    assert opened.value(f"topic-{other.pk}") == "never"
    form = {
        f"topic-{house.topic.pk}": "monthly", f"topic-{other.pk}": "always", "pause": "1", "language": "fr",
        "act": "save"
    }  # fmt: skip
    response = client.post(address, form, follow=True)
    assert response.status_code == 200
    wish = Preference.objects.get(topic=house.topic)
    assert (wish.wanted, wish.minimum_gap_days) == (True, 30)
    pause = Preference.objects.get(topic=None).paused_until
    assert timedelta(days=29) < pause - timezone.now() <= timedelta(days=30)
    person = Person.objects.get()
    assert person.language == "fr"
    assert permitted(sent, other)
    consent = PermissionEntry.objects.get(topic=other)
    assert (consent.act, consent.basis, consent.by_person) == ("granted", "consent", True)
    assert "Televisión" in consent.wording
    assert PermissionEntry.objects.filter(topic=house.topic).count() == 1
    client.post(address, {f"topic-{other.pk}": "never", "pause": "0"})
    assert not permitted(sent, other)
    assert Preference.objects.get(topic=None).paused_until is None
    client.post(address, form | {"pause": ""})
    assert Preference.objects.get(topic=None).paused_until is None


def test_no_advertising_at_all(client, sent):
    client.post(path(sent, TokenPurpose.PREFERENCES), {"act": "none"})
    assert not permitted(sent)
    objection = PermissionEntry.objects.order_by("id").last()
    assert (objection.act, objection.topic) == ("objected", None)


def test_nonsense_in_the_form_changes_nothing(client, sent):
    nonsense = {f"topic-{sent.house.topic.pk}": "x", "pause": "99", "language": "xx", "topic-0": "never"}
    client.post(path(sent, TokenPurpose.PREFERENCES), nonsense)
    assert permitted(sent)
    assert not Preference.objects.exists()
    assert Person.objects.get().language == "es"


@pytest.mark.parametrize("purpose", PAGES)
def test_a_test_message_that_belongs_to_nobody_has_its_pages_too(client, sent, purpose):
    Message.objects.update(person=None)
    assert client.get(path(sent, purpose)).status_code == 200
    if purpose is not TokenPurpose.WHY:
        assert client.post(path(sent, purpose), {"act": "leave"}, follow=True).status_code == 200


def test_letters_and_calls_are_the_recipients_choice_where_they_can_be_reached_so(client, sent):
    address, topic = path(sent, TokenPurpose.PREFERENCES), sent.house.topic
    assert not get_document(client, address).has("[name^=way-]")
    for kind in ("phone", "post"):
        ContactPoint.objects.create(person=sent.person, kind=kind, value=f"{kind} 1")
    form = get_document(client, address).form()
    assert (form.value("way-post"), form.value("way-phone")) == ("no", "no")  # nothing is allowed that nobody allowed
    client.post(address, {"way-post": "yes", "way-phone": "no", "act": "save"})
    entry = PermissionEntry.objects.exclude(channel="email").get()
    assert (entry.channel, entry.act, entry.basis, entry.topic, entry.by_person) == (
        "post", "granted", "consent", topic, True,
    )  # fmt: skip
    assert "Novedades" in entry.wording
    client.post(address, {"way-post": "yes", "act": "save"})
    assert PermissionEntry.objects.filter(channel="post").count() == 1
    assert permitted(sent)
    client.post(address, {"act": "none"})
    assert Permission.objects.get(channel="post").state == "withdrawn"
    client.post(address, {"way-post": "yes", "act": "save"})
    assert Permission.objects.get(channel="post").state == "withdrawn"  # no topic is wanted: there is nothing to send


def test_the_page_speaks_the_language_that_was_just_chosen(client, sent):
    assert post_document(client, path(sent, TokenPurpose.PREFERENCES), {"language": "fr"}).language == "fr"
    assert Person.objects.get().language == "fr"


def test_a_topic_that_is_offered_no_more_is_not_shown(client, sent):
    Topic.objects.update(archived_at=timezone.now())
    assert not get_document(client, path(sent, TokenPurpose.PREFERENCES)).has("[name^=topic-]")


def test_the_preferences_ask_no_query_per_topic(client, sent, django_assert_max_num_queries):
    for number in range(20):
        Topic.objects.create(brand=sent.house.brand, code=f"t{number}", name={}, purpose=sent.house.topic.purpose)
    with django_assert_max_num_queries(10):
        client.get(path(sent, TokenPurpose.PREFERENCES))


def test_why_says_so_where_no_permission_is_found(client, sent):
    Permission.objects.all().delete()
    PermissionEntry.objects.all().delete()
    told = get_document(client, path(sent, TokenPurpose.WHY), {"lang": "en"}).facts()["Your permission"]
    assert "needed none" not in told
    assert "should not have gone out" in told


def test_an_address_that_leads_nowhere_names_the_house_that_was_asked_and_no_door_for_staff(client, sent, settings):
    brand, settings.ALLOWED_HOSTS = sent.house.brand, ["correo.fibranorte.example", "testserver"]
    for address in ("/w/" + "a" * 40, "/nothing/here"):
        page = read_document(client.get(address, headers={"host": "correo.fibranorte.example"}))
        assert page.text("footer .phone") == brand.phone
        assert page.text(".mark") == brand.name
        assert "/" not in page.links()
        assert brand.phone not in read_document(client.get(address)).markup


def test_a_test_message_says_that_there_is_nothing_to_leave(client, sent):
    Message.objects.update(person=None)
    assert "leave" not in get_document(client, path(sent, TokenPurpose.UNSUBSCRIBE)).acts()
