import pytest

from esmero.content.models import Template, TemplateText, TemplateVersion
from tests.house_facts import MJML, build_house
from tests.web.facts import staff

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
    assert {problem.place.split()[0] for problem in page.context["problems"]} == {"subject", "body"}
    assert page.context["problem_lines"] == [2]
    html = page.content.decode()
    assert "data-problem" in html
    assert "nonsense" in html
    assert TemplateVersion.objects.count() == 1


def test_a_new_template_begins_with_a_letter_that_is_sound(client, house):
    response = client.post("/console/templates/new/", {"name": "Bienvenida"})
    template = Template.objects.get(name="Bienvenida")
    assert response["Location"] == f"/console/templates/{template.pk}/"
    first = client.get(response["Location"]).context["form"].initial["mjml"]
    assert write(client, template, mjml=first).status_code == 302


def test_the_preview_is_the_letter_of_a_person(client, house):
    from tests.house_facts import add_people

    add_people(house, 1)
    text = TemplateText.objects.get()
    html = client.get(f"/console/templates/versions/{text.version_id}/preview/es/").content.decode()
    assert "Hola Nombre0" in html
    assert "Calle Mayor 1" in html
    assert "{{" not in html


def test_a_reader_reads_and_writes_nothing(client, house):
    client.force_login(staff("reader"))
    assert write(client, house.version.template).status_code == 200
    assert TemplateVersion.objects.count() == 1
    assert "<textarea" not in client.get(f"/console/templates/{house.version.template_id}/").content.decode()
