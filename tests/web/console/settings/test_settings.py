import ast
import base64
import hashlib
import hmac
import re
import struct
import time
from pathlib import Path

import pytest
from django.core import mail

import esmero
from esmero.house.audit import note
from esmero.house.models import AuditEntry, Brand, User
from esmero.mailroom.planning.rule_counts import count_refused, list_rules
from esmero.outbox.models import Message, Relay
from esmero.outbox.relay_passwords import decrypt_relay_password
from esmero.people.models import CustomField, Person, Purpose, Segment, Topic
from esmero.policy.gate import RULES
from esmero.vault.files import path_of
from esmero.web.console.messages.rule_labels import NORMS
from esmero.web.labels.audit_actions import ACTS
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import get_document, post_document
from tests.web.facts import draw_picture, staff

pytestmark = pytest.mark.django_db

BRAND = {
    "name": "Norte", "slug": "norte", "profile": "ES", "language": "es", "sender_address": "hola@norte.example",
    "phone": "+34 910 000 000", "postal_address": "Calle Mayor 1", "public_url": "https://m.norte.example",
    "mailbox": "clientes@norte.example", "colour": "#0e5c59", "timezone": "Europe/Madrid",
}  # fmt: skip
RELAY = {"name": "main", "kind": "smtp", "host": "127.0.0.1", "security": "none", "connections": 4}


@pytest.fixture
def now_and_here(monkeypatch):
    """What runs beside a request runs within it."""
    for module in ("brands.domain", "mail.relays"):
        monkeypatch.setattr(f"esmero.web.console.settings.{module}.run_in_background", lambda work, name: work())


def actions_of_the_code():
    """Every first argument of note(), as a pattern: literals whole, parts that are computed as anything."""
    for path in Path(esmero.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "note" and node.args:
                act = node.args[0]
                yield from values_of(act.value.id, tree) if isinstance(act, ast.Subscript) else patterns(act, path)


def values_of(table, tree):
    """Every value of a module's literal dictionary, from which the action is taken."""
    (found,) = [
        one.value for one in tree.body if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == table
    ]
    return [re.escape(value.value) for value in found.values]


def patterns(node, path):
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.IfExp():
            yield from patterns(node.body, path)
            yield from patterns(node.orelse, path)
        case ast.JoinedStr():
            yield "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values)
        case ast.Name(id="action"):
            assert path.name == "brands.py"
        case _:
            raise AssertionError(f"{path.name}: the action of note() cannot be read: {ast.unparse(node)}")


def test_no_action_of_the_audit_log_lacks_words():
    found = set(actions_of_the_code())
    assert len(found) > 20
    assert [
        one for one in sorted(found) if not any(re.fullmatch(one, act) for act in ACTS) and one != ".+\\.exported"
    ] == []


def test_an_empty_house_is_furnished_in_the_browser_alone(client, now_and_here):
    client.force_login(staff())
    assert "/console/settings/brands/new/" in get_document(client, "/console/").links("main a")
    made = client.post("/console/settings/brands/new/", BRAND)
    brand = Brand.objects.get()
    assert made["Location"] == f"/console/settings/brands/{brand.pk}/domain/"
    client.post("/console/settings/relays/new/", RELAY)
    assert client.get("/console/topics/new/")["Location"] == "/console/purposes/new/"
    asked = client.post("/console/purposes/new/", {"code": "news", "commercial": "on", "name_en": "News"})
    assert asked["Location"] == "/console/topics/new/"
    client.post(
        "/console/topics/new/",
        {"brand": brand.pk, "code": "offers", "purpose": Purpose.objects.get().pk, "name_es": "Ofertas"},
    )
    assert Topic.objects.get().name == {"es": "Ofertas"}
    assert get_document(client, "/console/first-steps/").texts(".steps .small") == [
        f"Still missing: {what}"
        for what in (
            "a look at the records", "a test of the relay", "at least one person", "a template",
            "a test mail that left",
        )
    ]  # fmt: skip
    Relay.objects.update(check_result={"good": True})
    assert "a test of the relay" not in get_document(client, "/console/first-steps/").text(".steps")
    assert "of the first steps are left" in get_document(client, "/console/").notice("info")
    client.post("/console/first-steps/away/", {"hide": "yes"})
    assert "of the first steps are left" not in get_document(client, "/console/").text()


@pytest.mark.parametrize(
    ("language", "foot"), [("es", "Darme de baja"), ("fr", "Me désinscrire"), ("en", "Unsubscribe")]
)
def test_a_new_brand_begins_in_its_writers_language(client, language, foot):
    client.force_login(staff(language=language))
    page = get_document(client, "/console/settings/brands/new/")
    assert page.form_of("sender_name").value("language") == language
    assert foot in page.text(".preview")
    client.post("/console/settings/brands/new/", {**BRAND, "language": "fr"})
    brand = Brand.objects.get()
    page = get_document(client, f"/console/settings/brands/{brand.pk}/")
    assert page.form_of("sender_name").value("language") == "fr", "what was chosen stays"


def test_a_number_that_costs_more_is_refused(client):
    client.force_login(staff())
    page = post_document(client, "/console/settings/brands/new/", {**BRAND, "phone": "+34 902 123 456"})
    assert "costs more than an ordinary one" in page.error("phone")
    assert not Brand.objects.exists()


def test_a_logo_must_be_a_picture(client):
    client.force_login(staff())
    from django.core.files.uploadedfile import SimpleUploadedFile

    script = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>")
    new = "/console/settings/brands/new/"
    assert "this is SVG" in post_document(client, new, {**BRAND, "logo": script}).error("logo")
    damaged = SimpleUploadedFile("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(20))
    assert "read wholly" in post_document(client, new, {**BRAND, "logo": damaged}).error("logo")
    picture = SimpleUploadedFile("logo.png", draw_picture())
    client.post("/console/settings/brands/new/", {**BRAND, "logo": picture})
    brand = Brand.objects.select_related("logo").get()
    assert path_of(brand.logo.sha256).is_file()
    shown = client.get(f"/console/settings/brands/{brand.pk}/logo")
    assert shown["Content-Type"] == "image/png"


def test_the_preview_follows_the_form(client):
    client.force_login(staff())
    page = post_document(client, "/console/settings/brands/preview/", {**BRAND, "name": "Sur <b>", "colour": "#ffee00"})
    assert page.text(".mark") == "Sur <b>"
    assert "Your colour was corrected for text." in page.notice("info")
    assert client.get("/console/settings/brands/preview.css?colour=ffee00").content.startswith(b".preview{")
    assert client.get("/console/settings/brands/preview.css?colour=x}body{").content == b""


def test_a_password_is_written_and_never_shown(client):
    client.force_login(staff())
    client.post("/console/settings/relays/new/", {**RELAY, "username": "u", "password": "s3cr3t-word"})
    relay = Relay.objects.get()
    assert decrypt_relay_password(relay) == "s3cr3t-word"
    address = f"/console/settings/relays/{relay.pk}/"
    assert "s3cr3t-word" not in get_document(client, address).markup
    client.post(address, {**RELAY, "username": "u", "port": 26})
    relay.refresh_from_db()
    assert (decrypt_relay_password(relay), relay.port) == ("s3cr3t-word", 26)
    client.post(address, {**RELAY, "username": ""})
    relay.refresh_from_db()
    assert relay.password == ""


def test_a_relay_that_carried_something_stays(client):
    client.force_login(staff())
    house = build_house()
    open_dispatch(house, add_people(house, 1))
    unused = Relay.objects.create(name="other", host="h")
    client.post(f"/console/settings/relays/{house.relay.pk}/remove/")
    client.post(f"/console/settings/relays/{unused.pk}/remove/")
    assert list(Relay.objects.values_list("name", flat=True)) == ["salida"]


def test_a_topic_is_archived_and_the_toast_takes_it_back(client):
    client.force_login(staff())
    house = build_house()
    page = post_document(client, f"/console/topics/{house.topic.pk}/file/")
    assert Topic.objects.get().archived_at is not None
    client.post("/console/undo/", {"ticket": page.ticket()})
    assert Topic.objects.get().archived_at is None
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"topic.archived", "topic.brought-back"}


def test_the_issues_of_a_topic_are_public_only_when_it_is_said(client):
    client.force_login(staff())
    house = build_house()
    given = {"purpose": house.topic.purpose_id, "name_es": "Novedades"}
    for said in (True, False):
        client.post(f"/console/topics/{house.topic.pk}/", given | ({"archive_is_public": "on"} if said else {}))
        assert Topic.objects.get().archive_is_public is said
    assert [one.facts["archive_is_public"] for one in AuditEntry.objects.order_by("pk")] == [True, False]


def test_the_purpose_of_a_topic_that_people_allowed_stays(client):
    client.force_login(staff())
    house = build_house()
    add_people(house, 1)
    other = Purpose.objects.create(code="survey", name={"es": "Encuesta"}, commercial=False)
    client.post(f"/console/topics/{house.topic.pk}/", {"purpose": other.pk, "name_es": "Nuevo"})
    house.topic.refresh_from_db()
    assert (house.topic.purpose.code, house.topic.name) == ("newsletter", {"es": "Nuevo"})


def test_a_field_changes_its_kind_only_when_every_value_fits(client):
    client.force_login(staff())
    people = add_people(build_house(), 3)
    field = CustomField.objects.create(key="years", label={"en": "Years"})
    for person, value in zip(people, ("7", "12", "many"), strict=True):
        Person.objects.filter(pk=person.pk).update(fields={"years": value})
    address = f"/console/settings/fields/{field.pk}/"
    page = post_document(client, address, {"kind": "integer", "label_en": "Years"})
    assert "1 of 3 values is not of the kind" in page.alert()
    assert page.link("many") == f"/console/people/{people[2].pk}/"
    field.refresh_from_db()
    assert field.kind == "text"
    Person.objects.filter(pk=people[2].pk).update(fields={"years": "3"})
    client.post(address, {"kind": "integer", "label_en": "Years"})
    assert [one.fields["years"] for one in Person.objects.order_by("id")] == [7, 12, 3]
    numbers = get_document(client, address, headers={"HX-Request": "true"})
    assert "the values of 3 people" in numbers.attribute("[data-ask]", "data-ask")
    assert f"{address}remove/" in [one.action for one in numbers.forms()]
    Segment.objects.create(
        name="Veterans", conditions={"kind": "field", "field": "years", "comparison": ">", "value": 5, "negated": True}
    )
    assert "Veterans" in post_document(client, f"{address}remove/").toast("broken")
    Segment.objects.all().delete()
    client.post(f"{address}remove/")
    assert not CustomField.objects.exists()
    assert [one.fields for one in Person.objects.all()] == [{}, {}, {}]


def test_whoever_is_invited_sets_a_password_by_the_link(client, django_user_model):
    client.force_login(staff())
    facts = {"name": "Nuria", "email": "Nuria@norte.example", "role": "agent", "language": "es"}
    page = post_document(client, "/console/settings/team/new/", facts)
    link = re.search(r"http\S+/accounts/password/reset/key/\S+", page.text())[0]
    assert link not in get_document(client, f"/console/settings/team/{User.objects.get(name='Nuria').pk}/").markup
    client.logout()
    door = client.get(re.sub(r"^https?://[^/]+", "", link), follow=True)
    client.post(door.redirect_chain[-1][0], {"password1": "una-clave-larga-9", "password2": "una-clave-larga-9"})
    signed_in = client.post("/accounts/login/", {"login": "nuria@norte.example", "password": "una-clave-larga-9"})
    assert signed_in["Location"] == "/console/"
    assert client.get("/console/settings/team/").status_code == 403


def test_an_invitation_leaves_by_the_outbox(client):
    build_house()
    client.force_login(staff())
    facts = {"name": "Nuria", "email": "nuria@norte.example", "role": "agent", "language": "es"}
    page = post_document(client, "/console/settings/team/new/", facts)
    message = Message.objects.get()
    assert (message.address, message.kind) == ("nuria@norte.example", "staff-invitation")
    assert "reset/key" not in page.markup
    assert mail.outbox == []


def six_digits(secret):
    """RFC 6238 by hand: six digits of HMAC-SHA1 over the count of half minutes."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_a_second_factor_is_set_up_asked_for_and_required(client):
    build_house()
    user = staff()
    client.post("/accounts/login/", {"login": user.email, "password": "a-long-password"})
    refused = client.post("/console/settings/team/two-factor/", {"on": "yes"})
    assert refused["Location"] == "/accounts/2fa/"
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    page = post_document(client, asked["Location"], {"password": "a-long-password"})
    assert page.attribute("main img", "src").startswith("data:image/svg+xml")
    client.post("/accounts/2fa/totp/activate/", {"code": six_digits(page.text("main code"))})
    client.post("/console/settings/team/two-factor/", {"on": "yes"})
    assert client.get("/console/").status_code == 200
    client.logout()
    door = client.post("/accounts/login/", {"login": user.email, "password": "a-long-password"})
    assert door["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/console/").status_code == 302
    client.logout()
    other = staff("reader")
    client.force_login(other)
    assert client.get("/console/")["Location"] == "/accounts/2fa/"
    for path in ("/accounts/2fa/", "/accounts/sessions/"):
        assert client.get(path).status_code == 200


def test_keys_can_be_turned_off(client):
    client.force_login(staff())
    facts = {"name": "Lucía", "language": "fr", "timezone": "Europe/Paris", "theme": "dark"}
    client.post("/console/settings/own/", facts)
    user = User.objects.get()
    assert (user.language, user.timezone, user.theme, user.console["no_keys"]) == ("fr", "Europe/Paris", "dark", True)
    assert get_document(client, "/console/settings/own/").has("[data-keys=off]")


def test_the_norms_page_tells_every_rule_and_counts_what_each_refused(client):
    client.force_login(staff())
    assert [one.code for one in list_rules()] == [rule.code for rule in RULES] == list(NORMS)
    house = build_house()
    dispatch = open_dispatch(house, add_people(house, 3))
    from django.utils import timezone

    rows = list(Message.objects.filter(dispatch=dispatch))
    now = timezone.now()
    Message.objects.filter(pk=rows[0].pk).update(state="refused", verdict="G03 G10", judged_at=now)
    Message.objects.filter(pk=rows[1].pk).update(state="waiting", verdict="G06:wait", judged_at=now)
    numbers, complete = count_refused()
    assert (numbers["G03"], numbers["G10"], numbers["G06"], complete) == (1, 0, 0, True)
    assert "#G03" in get_document(client, "/console/norms/", headers={"HX-Request": "true"}).links()


@pytest.mark.parametrize("role", ["reader", "agent", "manager"])
def test_settings_of_the_house_are_their_owners_alone(client, role):
    house = build_house()
    client.force_login(staff(role))
    for path in ("brands/", "brands/new/", "relays/", "fields/", "team/", "audit/", f"brands/{house.brand.pk}/domain/"):
        assert client.get(f"/console/settings/{path}").status_code == 403, path
    for path in ("", "own/", "profiles/"):
        assert client.get(f"/console/settings/{path}").status_code == 200, path
    assert client.get("/console/topics/new/").status_code == 403


@pytest.mark.parametrize(
    ("host", "hooks", "said", "not_said"),
    [
        ("smtp-relay.brevo.com", {}, "not listened to", "not heard yet"),
        ("smtp-relay.brevo.com", {"brevo": "ana:muy-secreto"}, "not heard yet", "muy-secreto"),
        ("relay.norte.example", {}, "Returns come by mail", "not listened to"),
    ],
)
def test_a_relays_page_says_how_its_provider_tells(client, settings, monkeypatch, host, hooks, said, not_said):
    client.force_login(staff())
    monkeypatch.setattr(settings.ESMERO, "hooks", hooks)
    relay = Relay.objects.create(name="uno", kind="smtp", host=host)
    page = get_document(client, f"/console/settings/relays/{relay.pk}/")
    assert said in page.text("#relay-test")
    assert not_said not in page.markup
    assert ("/console/settings/hooks/brevo/" if "brevo" in host else "/console/settings/hooks/") in page.links("main a")


def test_the_audit_log_names_what_things_are_called(client, django_assert_max_num_queries):
    house = build_house()
    client.force_login(staff(language="es"))
    people = add_people(house, 3)
    for one in people:
        note("person.changed", by="x", subject=one)
    note("topic.changed", by="x", subject=house.topic)
    note("person.changed", by="Marta", subject=people[0])
    note("segment.deleted", by="x", subject=Segment(pk=77))
    note("brand.changed", by="command line", subject=house.brand, facts={"fields": ["name", "return_domain"]})
    note("staff.invited", by="x", facts={"email": "x@example.com", "role": "manager"})
    client.get("/console/settings/audit/")
    with django_assert_max_num_queries(15):
        page = get_document(client, "/console/settings/audit/")
    for one in people:
        assert page.link(f"persona «{one}»") == f"/console/people/{one.pk}/"
    assert page.link(f"tema «{house.topic.name['es']}»") == f"/console/topics/{house.topic.pk}/"
    rows = ["\t".join(cells) for cells in page.rows()]
    for words in (
        "segmento 77", "Marta", "línea de órdenes", "modificado: Nombre, Dominio para los rebotes", "función: gestión",
    ):  # fmt: skip
        assert len([row for row in rows if words in row]) == 1, words
    assert "/console/segments/77/" not in page.links()
    file = b"".join(client.post("/console/settings/audit/?file=csv", {"reason": "x"}).streaming_content).decode()
    assert f"persona «{people[0]}»" in file
