import pytest

from esmero.campaigns.models import Campaign
from esmero.content.models import MediaFile, Template, TemplateText, TemplateVersion
from esmero.house.models import AuditEntry
from esmero.outbox.models import Message
from esmero.people.models import Segment
from esmero.people.persons.names import update_folded
from tests.house_facts import MJML, add_people, build_house
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import RICH, draw_picture, furnish_content, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client):
    client.force_login(staff("manager"))
    return build_house()


def write(client, template, language="es", **data):
    facts = {"subject": "Novedades", "preheader": "", "mjml": MJML}
    return client.post(f"/console/templates/{template.pk}/?language={language}", {**facts, **data})


def test_every_change_is_a_new_version_that_keeps_the_other_languages(client, house):
    template = house.version.template
    assert write(client, template, "fr", subject="Nouvelles").status_code == 302
    newest = template.versions.latest("number")
    assert newest.number == 2
    assert set(newest.texts.values_list("language", "subject")) == {
        ("es", "Novedades para {{ given_name }}"),
        ("fr", "Nouvelles"),
    }
    assert house.version.texts.count() == 1


def test_all_problems_are_named_with_their_place_and_nothing_is_kept(client, house):
    page = write(client, house.version.template, mjml=MJML.replace("given_name", "nonsense"), subject="{{ nothing }}")
    assert page.status_code == 200
    assert {one.go for one in page.context["notes"]} == {"subject", "line:2"}
    assert all(one.grave for one in page.context["notes"])
    assert page.context["problem_lines"] == [2]
    document = read_document(page)
    assert document.has("[data-problem]")
    assert "nonsense" in document.form_of("mjml").value("mjml")
    assert TemplateVersion.objects.count() == 1


def test_a_new_template_begins_with_a_letter_that_is_sound(client, house):
    response = client.post("/console/templates/new/", {"name": "Bienvenida", "kind": "mjml"})
    template = Template.objects.get(name="Bienvenida")
    assert response["Location"] == f"/console/templates/{template.pk}/"
    first = client.get(response["Location"]).context["form"].initial["mjml"]
    assert write(client, template, mjml=first).status_code == 302


def test_the_preview_is_the_letter_of_a_person(client, house):
    add_people(house, 1)
    text = TemplateText.objects.get()
    letter = get_document(client, f"/console/templates/versions/{text.version_id}/preview/es/")
    assert "Hola Nombre0" in letter.words
    assert "Calle Mayor 1" in letter.words
    assert "{{" not in letter.markup


def test_a_reader_reads_and_writes_nothing(client, house):
    client.force_login(staff("reader"))
    assert write(client, house.version.template).status_code == 200
    assert TemplateVersion.objects.count() == 1
    assert not get_document(client, f"/console/templates/{house.version.template_id}/").has("textarea")


LETTER = """# Hola, {{ given_name | fallback("cliente") }}

Vea [las obras](https://fibranorte.example/obras).

:::

Pase a Fibra 600.

:::
"""


def new_letter(client):
    client.post("/console/templates/new/", {"name": "Carta", "kind": "letter"})
    return Template.objects.get(name="Carta")


def write_letter(client, template, **data):
    facts = {"subject": "Obras", "preheader": "En su barrio", "letter": LETTER, "rich": "", **data}
    return client.post(f"/console/templates/{template.pk}/?language=es", facts)


def test_a_letter_is_written_in_marks_where_there_is_no_editor_and_comes_back_as_marks(client, house):
    template = new_letter(client)
    assert write_letter(client, template, changed="Primera").status_code == 302
    text = TemplateText.objects.get(version__template=template)
    assert text.letter.startswith("<h1>Hola, {{ given_name")
    assert "<em-promotion>" in text.mjml
    assert text.version.note == "Primera"
    assert client.get(f"/console/templates/{template.pk}/").context["form"].initial["letter"] == LETTER
    assert AuditEntry.objects.filter(action="template.saved", subject_id=template.pk).exists()


def test_what_the_editor_writes_wins_and_is_sanitised(client, house):
    template = new_letter(client)
    rich = '<p onclick="x()">Hola <script>alert(1)</script><b>hoy</b></p><iframe src="https://x.example"></iframe>'
    assert write_letter(client, template, rich=rich).status_code == 302
    assert TemplateText.objects.get(version__template=template).letter == "<p>Hola <strong>hoy</strong></p>"


def test_a_fault_in_a_letter_names_its_paragraph_and_keeps_what_was_written(client, house):
    template = new_letter(client)
    page = write_letter(client, template, rich="<h1>Hola</h1><p>{{ nonsense }}</p>")
    assert [one.go for one in page.context["notes"]] == ["block:2"]
    assert "{{ nonsense }}" in read_document(page).form_of("rich").value("rich")
    assert not TemplateVersion.objects.filter(template=template).exists()


def test_what_is_written_is_looked_at_without_being_kept(client, house):
    template = new_letter(client)
    add_people(house, 2)
    rich = '<p>Hola {{ given_name }}</p><p><a href="http://x.test/">aquí</a></p><img src="/m/a.png">'
    url = f"/console/templates/{template.pk}/check/?language=fr"
    told = post_document(client, url, {"subject": "s", "preheader": "", "letter": "", "rich": rich})
    assert {"preheader", "block:1", "block:2", "block:3"} <= set(told.attributes("[data-go]", "data-go"))
    about = get_document(client, f"/console/templates/{template.pk}/unwritten/?language=fr")
    assert "2 people read Spanish" in about.words
    segment = Segment.objects.create(name="Nadie", conditions={"kind": "field", "field": "language", "value": "fr"})
    facts = {"brand": house.brand, "topic": house.topic, "version": house.version, "segment": segment}
    Campaign.objects.create(name="Una", **facts)
    about = get_document(client, f"/console/templates/{house.version.template_id}/unwritten/?language=en")
    assert "read" not in about.words, "nobody of the segment reads what is not written"
    assert not TemplateVersion.objects.filter(template=template).exists()
    mjml = MJML.replace(' | fallback("cliente")', "")
    url = f"/console/templates/{house.version.template_id}/check/?language=es"
    told = post_document(client, url, {"subject": "s", "preheader": "p", "mjml": mjml})
    assert "line:2" in told.attributes("[data-go]", "data-go")
    assert [one for one in told.texts("li") if "given_name" in one]


def test_versions_are_compared_and_an_earlier_one_is_made_the_newest(client, house):
    template = house.version.template
    write(client, template, subject="Segunda", changed="Otro asunto")
    page = client.get(f"/console/templates/{template.pk}/versions/")
    document = read_document(page)
    assert (page.context["old"], page.context["new"]) == (1, 2)
    assert [one for one in document.texts("ins") if one.startswith("Subject: Segunda")]
    assert "Otro asunto" in document.rows()[0]
    client.post(f"/console/templates/versions/{house.version.pk}/restore/")
    newest = template.versions.latest("number")
    assert (newest.number, newest.texts.get().subject) == (3, house.version.texts.get().subject)
    compared = get_document(client, f"/console/templates/{template.pk}/versions/?old=1&new=3")
    assert "The two texts are the same." in compared.text("#difference")


def test_the_preview_shows_with_and_without_the_promotion_by_day_and_in_the_dark(client, house):
    (person,) = add_people(house, 1)
    update_folded(person)
    person.save()
    pk = furnish_content(house, 1)["letter-version"]
    page = client.get(f"/console/templates/versions/{pk}/look/?person={person.pk}")
    seen = page.context["seen"]
    assert (seen.subject, seen.preheader) == ("Dos cosas 0", "Las obras y el precio")
    assert "Publicidad" in seen.text
    assert "Hola, Nombre0" in seen.text
    bare = client.get(f"/console/templates/versions/{pk}/look/?bare=1").context["seen"]
    assert "Publicidad" not in bare.text
    frame = f"/console/templates/versions/{pk}/preview/es/"
    light, dark = (get_document(client, f"{frame}?{query}") for query in ("", "dark=1&bare=1"))
    assert any("@media not all" in one for one in light.styles())
    assert any("@media all" in one for one in dark.styles())
    assert "Publicidad" in light.words
    assert "Publicidad" not in dark.markup
    found = client.get(f"/console/templates/versions/{pk}/look/?q=persona0").context["found"]
    assert found == [person]


def test_a_test_of_what_is_shown_goes_to_one_address_only(client, house):
    (person,) = add_people(house, 1)
    pk = furnish_content(house, 1)["letter-version"]
    facts = {"to": "yo@fibranorte.example", "language": "es", "person": str(person.pk), "bare": "1"}
    client.post(f"/console/templates/versions/{pk}/proof/", facts)
    message = Message.objects.get()
    assert (message.address, message.person, message.dispatch.message_class) == (
        "yo@fibranorte.example",
        None,
        "internal",
    )
    assert message.content["promotion"] is False
    assert message.content["values"]["given_name"] == "Nombre0"


def test_the_list_tells_kind_languages_and_use_and_archiving_is_taken_back(client, house):
    furnish_content(house, 1)
    Campaign.objects.create(name="Una", brand=house.brand, topic=house.topic, version=house.version)
    rows = {line.row.name: line.row for line in client.get("/console/templates/").context["table"].lines}
    assert (rows["Boletín"].used, rows["Boletín"].in_es, rows["Boletín"].in_fr) == (1, True, False)
    assert rows["Carta"].kind == "letter"
    page = client.post("/console/templates/act/", {"act": "archive", "pick": [rows["Carta"].pk]}, follow=True)
    assert [line.row.name for line in page.context["table"].lines] == ["Boletín"]
    ticket = next(iter(page.context["messages"])).extra_tags
    client.post("/console/undo/", {"ticket": ticket})
    assert Template.objects.get(name="Carta").archived_at is None


def test_a_duplicate_is_a_template_of_its_own(client, house):
    letter = Template.objects.get(pk=furnish_content(house, 1)["letter"])
    client.post(f"/console/templates/{letter.pk}/duplicate/")
    copy = Template.objects.get(name="Carta 2")
    assert copy.kind == "letter"
    assert copy.versions.get().texts.get().letter == RICH


def test_a_picture_is_brought_described_offered_and_archived(client, house):
    from django.core.files.uploadedfile import SimpleUploadedFile

    def bring():
        file = SimpleUploadedFile("calle.png", draw_picture(), content_type="image/png")
        return post_document(client, "/console/media/new/", {"file": file, "name": "", "alt_es": "Una calle"})

    assert bring().heading == "calle.png"
    picture = MediaFile.objects.get()
    assert (picture.name, picture.alt, picture.created_by) == ("calle.png", {"es": "Una calle"}, "Lucía Prado")
    assert "here already" in bring().toast()
    assert MediaFile.objects.count() == 1
    client.post(f"/console/media/{picture.pk}/", {"name": "Calle", "alt_es": "Una calle", "alt_fr": "Une rue"})
    (offered,) = client.get("/console/media/offer/?language=fr").json()["pictures"]
    assert (offered["name"], offered["alt"]) == ("Calle", "Une rue")
    client.post("/console/media/act/", {"act": "archive", "pick": [picture.pk]})
    assert client.get("/console/media/offer/").json()["pictures"] == []
    svg = SimpleUploadedFile("x.png", b"<svg/>", content_type="image/png")
    assert "this is SVG" in post_document(client, "/console/media/new/", {"file": svg}).error("file")


def test_the_visual_editor_keeps_what_comes_out_of_it_and_warns_of_what_it_may_lose(client, house):
    template = house.version.template
    url = f"/console/templates/{template.pk}/visual/?language=es"
    page = client.get(url)
    assert page.context["cannot"] == []
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "unsafe-eval" not in page["Content-Security-Policy"]
    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert client.post(url, {"mjml": MJML.replace("Ver", "Mirar")}).status_code == 302
    assert "Mirar" in template.versions.latest("number").texts.get().mjml
    bad = client.post(url, {"mjml": MJML.replace("given_name", "nonsense")})
    assert bad.context["notes"]
    assert "nonsense" in read_document(bad).alert()
    with_steps = MJML.replace("<mj-text>", "{% if given_name %}<!-- x --><mj-text>").replace(
        "</mj-text>", "</mj-text>{% endif %}"
    )
    write(client, template, mjml=with_steps)
    assert len(client.get(url).context["cannot"]) == 2
