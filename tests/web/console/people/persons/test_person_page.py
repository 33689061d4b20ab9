from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from esmero.dossier.timeline import read_timeline
from esmero.house.models import AuditEntry
from esmero.imports.models import Import
from esmero.outbox.models import Message, MessageEvent
from esmero.people.models import (
    Address,
    ContactPoint,
    CustomField,
    Note,
    Organisation,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Preference,
    Suppression,
)
from esmero.people.permissions.ledger import grant, withdraw
from esmero.vault.files import seal
from esmero.web.console.people.persons.custom_field_values import format_custom_value
from tests.house_facts import add_people, build_house, open_dispatch
from tests.web.document import read_document
from tests.web.facts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client):
    client.force_login(staff("agent"))
    return build_house()


@pytest.fixture
def person(house):
    return add_people(house, 1)[0]


def page(client, person, query=""):
    return client.get(f"/console/people/{person.pk}/{query}")


def toast(client, response):
    """Return the ticket of the undo button that the page shows once."""
    html = client.get(response["Location"])
    [ticket] = [message.extra_tags for message in html.context["messages"] if message.extra_tags]
    return ticket


def take_back(client, response="", *, ticket=""):
    """Press the undo button of the toast that follows."""
    answer = client.post("/console/undo/", {"ticket": ticket or toast(client, response), "next": "/console/"})
    assert answer.status_code == 302


def lines(client, person, query=""):
    return [line.text for line in page(client, person, query).context["lines"]]


def test_the_story_can_be_narrowed_to_each_kind(client, house, person):
    open_dispatch(house, [person])
    message = Message.objects.get()
    now = timezone.now()
    for kind in ("clicked", "returned-for-good", "unsubscribed"):
        MessageEvent.objects.create(message=message, kind=kind, at=now)
    Note.objects.create(person=person, kind="visit", text="Muy amable", at=now, by="Lucía")
    brought = Import.objects.create(
        kind="persons", file=seal(b"x", kind="import", media_type="text/csv"), file_name="x.csv", brand=house.brand
    )
    PersonLine.objects.create(of=brought, line=2, verdict="added", person=person)
    assert len(lines(client, person)) == 7
    expected = {
        "clicks": ["They opened a link"],
        "returns": ["It returned for good"],
        "imports": ["Came with the list x.csv, line 2"],
        "permissions": ["Allowed: Fibra Norte, Novedades"],
        "notes": ["Visit, written down by Lucía"],
        "conversations": [],
    }
    assert {show: lines(client, person, f"?show={show}") for show in expected} == expected
    assert len(lines(client, person, "?show=messages")) == 2
    assert len(lines(client, person, "?show=nonsense")) == 7


def test_older_moments_are_paged_without_loss_even_at_the_same_instant(client, house, person):
    open_dispatch(house, [person])
    message = Message.objects.get()
    now = timezone.now()
    for number in range(130):
        kind = ("clicked", "returned-for-now", "replied")[number % 3]
        MessageEvent.objects.create(message=message, kind=kind, at=now - timedelta(days=number // 40))
    everything = [moment.key for moment in read_timeline(person, limit=1000)]
    assert len(everything) == 132
    seen, before = [], None
    while len(seen) < 200:
        part = read_timeline(person, before=before, limit=7)
        if not part:
            break
        seen += [moment.key for moment in part]
        before = part[-1].key
    assert seen == everything
    shown, query = [], ""
    while len(shown) < 200:
        context = page(client, person, query).context
        shown += context["lines"]
        if not context["following"]:
            break
        query = f"?after={quote(context['following'])}"
    assert len(shown) == 132
    assert page(client, person, '?after=["x",1,1]').status_code == 200


def read_right_lines(client, person) -> list[str]:
    """Return the text of each line of "What we may do"; the first is mail about the contract."""
    return read_document(page(client, person)).texts("ul.allowed > li")


def test_what_is_allowed_is_said_per_topic_and_channel_with_its_proof(client, house, person):
    ContactPoint.objects.create(person=person, kind="phone", value="+34 600 000 000")
    about = {"brand": house.brand, "purpose": house.topic.purpose, "topic": house.topic}
    grant(person, source="mostrador", channel="post", wording="Quiero cartas", wording_version="v3", **about)
    rights = read_right_lines(client, person)
    assert len(rights) == 4
    assert rights[1].startswith("Novedades — allowed")
    assert rights[2].startswith("Novedades (post) — allowed")
    assert rights[3].startswith("Novedades (phone) — never allowed")
    document = read_document(page(client, person))
    assert "By post: Novedades." in document.notice("kept")
    assert "“Quiero cartas” (v3)" in document.section("What we may do").words
    withdraw(person, source="carta", channel="post", at=timezone.now() + timedelta(hours=-1), **about)
    withdraw(person, source="carta", channel="post", **about)
    assert "Novedades (post) — taken back" in read_right_lines(client, person)[2]


def test_an_objection_to_all_advertising_covers_every_topic(client, house, person):
    PermissionEntry.objects.all().update(at=timezone.now() - timedelta(days=9))
    Permission.objects.update(granted_at=timezone.now() - timedelta(days=9))
    entry = PermissionEntry.objects.create(
        person=person, brand=house.brand, purpose=house.topic.purpose, act="objected", at=timezone.now(), source="carta"
    )
    Permission.objects.create(
        person=person, brand=house.brand, purpose=house.topic.purpose, state="objected", objected=True,
        withdrawn_at=timezone.now(), entry=entry,
    )  # fmt: skip
    assert "Novedades — objected to" in read_right_lines(client, person)[1]
    assert "No advertising." in read_document(page(client, person)).notice("wait")


def test_what_the_person_turned_off_themselves_is_said(client, house, person):
    Preference.objects.create(person=person, brand=house.brand, topic=house.topic, wanted=False)
    assert "turned off by themselves" in read_right_lines(client, person)[1]


def edit(client, person, **facts):
    fields = {
        "given_name": person.given_name, "family_name": person.family_name, "number": person.number, "language": "es",
        "country": "", "title": "", "organisation": "",
    }  # fmt: skip
    return client.post(f"/console/people/{person.pk}/edit/", {**fields, **facts})


def test_facts_and_own_fields_are_changed_each_by_its_kind_and_taken_back(client, house, person):
    for key, kind, choices in (
        ("text", "text", []), ("whole", "integer", []), ("number", "decimal", []), ("yes", "boolean", []),
        ("day", "date", []), ("one", "choice", ["a", "b"]),
    ):  # fmt: skip
        CustomField.objects.create(key=key, label={"en": key}, kind=kind, choices=choices)
    answer = edit(
        client, person, given_name="Begoña", organisation="Talleres Güell", own_text="x", own_whole="3",
        own_number="2.5",
        own_yes="no", own_day="2026-03-04", own_one="b",
    )  # fmt: skip
    person.refresh_from_db()
    assert person.fields == {"text": "x", "whole": 3, "number": 2.5, "yes": False, "day": "2026-03-04", "one": "b"}
    assert (person.given_name, person.organisation.name) == ("Begoña", "Talleres Güell")
    take_back(client, answer)
    person.refresh_from_db()
    assert (person.given_name, person.fields, person.organisation) == ("Nombre0", {}, None)


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"own_whole": "three"}, "own_whole"), ({"number": "otro.example-0"}, "number"), ({"country": "XX"}, "country")],
)
def test_what_does_not_fit_is_said_beside_the_field(client, house, person, facts, field):
    CustomField.objects.create(key="whole", label={"en": "Whole"}, kind="integer")
    add_people(house, 1, domain="otro.example")
    answer = edit(client, person, given_name="X", **facts)
    assert list(answer.context["form"].errors) == [field]
    person.refresh_from_db()
    assert person.given_name == "Nombre0"


def test_an_organisation_is_found_however_it_is_spelt(client, house, person):
    organisation = Organisation.objects.create(name="Talleres Güell", folded="talleres guell")
    edit(client, person, organisation="TALLERES  GUELL")
    person.refresh_from_db()
    assert person.organisation == organisation


def test_the_address_is_changed_and_taken_back(client, house, person):
    answer = client.post(f"/console/people/{person.pk}/address/", {"address": " Nueva@Cliente.example "})
    person.refresh_from_db()
    assert person.address.value == "nueva@cliente.example"
    take_back(client, answer)
    person.refresh_from_db()
    assert person.address.value == "persona0@cliente.example"
    bad = client.post(f"/console/people/{person.pk}/address/", {"address": "no at all"})
    assert "address" in bad.context["form"].errors


def test_phones_and_postal_addresses_come_change_and_go(client, house, person):
    at = f"/console/people/{person.pk}/reach"
    client.post(f"{at}/phone/new/", {"phone": "600 123 456", "country": "ES"})
    client.post(
        f"{at}/post/new/",
        {"street": "C/ Mayor 1", "postal_code": "08001", "city": "Barcelona", "region": "", "country": "ES"},
    )
    assert list(person.contact_points.order_by("kind").values_list("kind", "value")) == [
        ("phone", "+34 600 12 34 56"),
        ("post", "C/ Mayor 1, 08001, Barcelona, ES"),
    ]
    assert client.post(f"{at}/phone/new/", {"phone": "600123456", "country": "ES"}).context["form"].errors
    point = person.contact_points.get(kind="post")
    answer = client.post(f"{at}/{point.pk}/", {"act": "remove"})
    assert not person.contact_points.filter(kind="post").exists()
    take_back(client, answer)
    assert ContactPoint.objects.get(kind="post") == point
    bad = client.post(f"{at}/{point.pk}/", {"street": "x", "postal_code": "123", "city": "y", "country": "ES"})
    assert list(bad.context["form"].errors) == ["postal_code"]
    assert "region" not in client.get(f"{at}/post/new/?country=FR").context["form"].fields
    assert client.get(f"{at}/fax/new/").status_code == 404


def say(client, house, person, **facts):
    fields = {
        "act": "granted", "topic": house.topic.pk, "channel": "phone", "basis": "consent", "day": "2026-03-01",
        "source": "teléfono",
    }  # fmt: skip
    return client.post(f"/console/people/{person.pk}/permission/", {**fields, **facts})


def test_a_permission_that_staff_heard_is_recorded_with_its_proof(client, house, person):
    proof = SimpleUploadedFile("ficha.html", b"<script>alert(1)</script>", content_type="text/html")
    assert say(client, house, person, wording="Quiero", wording_version="v1", proof=proof).status_code == 302
    entry = PermissionEntry.objects.latest("id")
    assert (entry.channel, entry.act, entry.wording, entry.source) == ("phone", "granted", "Quiero", "teléfono")
    assert AuditEntry.objects.latest("id").action == "permission.recorded"
    [line] = [line for line in read_right_lines(client, person) if "(phone)" in line]
    assert line.endswith("Lucía Prado")
    file = client.get(f"/console/people/{person.pk}/proof/{entry.pk}/")
    assert file["Content-Type"] == "application/octet-stream"
    assert "attachment" in file["Content-Disposition"]
    assert b"".join(file.streaming_content) == b"<script>alert(1)</script>"
    other = Person.objects.create()
    assert client.get(f"/console/people/{other.pk}/proof/{entry.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"source": ""}, "source"),
        ({"day": "2099-01-01"}, "day"),
        ({"basis": "legitimate interest"}, "basis"),
        ({"channel": "fax"}, "channel"),
    ],
)
def test_a_statement_without_what_makes_it_one_is_refused(client, house, person, facts, field):
    before = PermissionEntry.objects.count()
    assert field in say(client, house, person, **facts).context["form"].errors
    assert PermissionEntry.objects.count() == before


def test_a_withdrawal_needs_no_ground(client, house, person):
    say(client, house, person, act="withdrawn", channel="email", day=timezone.localdate().isoformat())
    assert Permission.objects.get(person=person, channel="email").state == "withdrawn"


def test_the_pause_and_the_silence_can_be_taken_back(client, house, person):
    ticket = toast(client, client.post(f"/console/people/{person.pk}/pause/", {"days": "30"}))
    assert page(client, person).context["paused"] > timezone.now() + timedelta(days=29)
    take_back(client, ticket=ticket)
    assert page(client, person).context["paused"] is None
    at = f"/console/people/{person.pk}/silence/"
    client.post(at, {"act": "silence", "scope": "all", "reason": ""})
    assert not Suppression.objects.exists()
    answer = client.post(at, {"act": "silence", "scope": "all", "reason": "lo pidió"})
    assert Address.objects.get().standing == "suppressed"
    take_back(client, answer)
    assert Address.objects.get().standing == "ok"
    toast(client, client.post(at, {"act": "silence", "scope": "all", "reason": "lo pidió"}))
    answer = client.post(at, {"act": "lift", "reason": "se equivocó"})
    assert Address.objects.get().standing == "ok"
    take_back(client, answer)
    assert Address.objects.get().standing == "suppressed"
    reasons = AuditEntry.objects.filter(subject_kind="address").values_list("facts__reason", flat=True)
    assert {"lo pidió", "se equivocó"} <= set(reasons)


def test_notes_and_tags_come_and_go(client, house, person):
    ticket = toast(client, client.post(f"/console/people/{person.pk}/note/", {"kind": "call", "text": "El lunes"}))
    assert lines(client, person, "?show=notes") == ["Call, written down by Lucía Prado"]
    take_back(client, ticket=ticket)
    assert not Note.objects.exists()
    toast(client, client.post(f"/console/people/{person.pk}/tags/", {"tag": "vip"}))
    answer = client.post(f"/console/people/{person.pk}/tags/", {"untag": "vip"})
    assert not person.tags.exists()
    take_back(client, answer)
    assert [tag.name for tag in person.tags.all()] == ["vip"]


@pytest.mark.parametrize("what", ["edit", "address", "permission", "reach/phone/new"])
def test_a_reader_changes_nothing(client, house, person, what):
    client.force_login(staff("reader"))
    assert client.get(f"/console/people/{person.pk}/{what}/").status_code == 403
    for act in ("pause", "silence", "note", "tags"):
        assert client.post(f"/console/people/{person.pk}/{act}/", {"text": "x", "tag": "x"}).status_code == 403
    document = read_document(page(client, person))
    assert "Record what they said" not in document.texts("a")
    assert "Silence this address" not in document.texts("summary")


@pytest.mark.parametrize(
    ("kind", "value", "language", "said"),
    [
        ("date", "2021-01-20", "es", "20 ene 2021"),
        ("date", "2021-01-20", "en", "20 Jan 2021"),
        ("date", "soon", "en", "soon"),
        ("decimal", 12.5, "fr", "12,5"),
        ("integer", 12345, "es", "12345"),
        ("boolean", True, "es", "sí"),
        ("text", "2021-01-20", "es", "2021-01-20"),
        (None, None, "es", ""),
    ],
)
def test_an_own_value_is_said_as_the_reader_writes_it(kind, value, language, said):
    with translation.override(language):
        assert format_custom_value(value, kind) == said
