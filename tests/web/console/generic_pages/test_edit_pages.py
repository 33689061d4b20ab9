"""The form page with a view of its own on teams: each outcome of sending it, its further buttons, and the deletion."""

import pytest
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.urls import path

from esmero.house.models import Team
from esmero.house.staffing.teams import delete_team, save_team
from esmero.refusal import InvalidValue
from esmero.urls import urlpatterns as pages
from esmero.web.console.generic_pages.edit_pages import EditView, PageAct, edit_view, remove_view
from tests.web.document import get_document, post_document, read_document
from tests.web.facts import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo"), pytest.mark.urls(__name__)]


class NameForm(forms.Form):
    """Edit the name of a team."""

    name = forms.CharField(label="Name", max_length=200)


def save(edit):
    name = edit.given["name"]
    if name == "Nadie":
        raise InvalidValue("role-unknown", role=name)
    if name == "Nunca":
        raise ValidationError({"name": ["Never."], "brand": ["No brand."]})
    return save_team(edit.row or Team(), name=name, brand=None, members=[], by=edit.by, seen=edit.seen)


VIEW = EditView(
    rows=Team.objects.all,
    subject="team",
    right="staff.manage",
    form=lambda _request, data, team: NameForm(data, initial={"name": team.name} if team else {}),
    save=save,
    above=(("settings", "Settings"), ("team", "Team")),
    new="New team",
    lead="Who answers.",
    name=lambda team: team.name,
    fields={"name-taken": "name"},
    heading="The name",
    button="Keep it",
    acts=(
        PageAct(value="greet", title="Greet", run=lambda request, team: messages.info(request, f"Hello {team.name}")),
    ),
    remove="staff-team-remove",
    remove_text="Its members stay.",
)
urlpatterns = [
    path("console/teams/new/", edit_view(VIEW)),
    path("console/teams/<int:pk>/", edit_view(VIEW)),
    path("console/teams/<int:pk>/remove/", remove_view(VIEW, lambda team, by: delete_team(team, by=by))),
    *pages,
]


@pytest.fixture
def owner(client):
    client.force_login(staff())
    return client


@pytest.fixture
def team():
    return Team.objects.create(name="Caja")


def test_a_new_object_has_the_title_the_lead_the_way_up_and_no_further_buttons(owner):
    page = get_document(owner, "/console/teams/new/")
    assert page.heading == "New team"
    assert page.text(".lead") == "Who answers."
    assert page.links(".place a") == ["/console/settings/", "/console/settings/team/"]
    assert page.section("The name").has("input[name=name]")
    assert page.link("Leave it") == "/console/settings/team/"
    assert page.acts() == set()
    assert "Delete" not in page.sections()


def test_what_is_made_is_told_and_the_list_follows(owner):
    answer = owner.post("/console/teams/new/", {"name": "Caja"}, follow=True)
    assert answer.redirect_chain == [("/console/settings/team/", 302)]
    assert "“Caja” is kept." in read_document(answer).toast()
    assert Team.objects.get().name == "Caja"


def test_an_object_is_shown_changed_and_written_once(owner, team):
    page = get_document(owner, f"/console/teams/{team.pk}/")
    assert page.heading == "Caja"
    form = page.form_of("name")
    assert (form.value("name"), form.value("row_version")) == ("Caja", "1")
    assert owner.post(f"/console/teams/{team.pk}/", form.fields | {"name": ["Tienda"]}).status_code == 302
    assert Team.objects.get().name == "Tienda"


def test_an_object_that_is_not_there_is_not_found(owner):
    assert owner.get("/console/teams/99/").status_code == 404


def test_a_fault_of_the_form_stands_at_its_field(owner):
    page = post_document(owner, "/console/teams/new/", {"name": ""})
    assert page.error("name")
    assert not Team.objects.exists()


def test_a_refusal_stands_at_the_field_that_the_view_names_and_what_was_typed_stays(owner, team):
    page = post_document(owner, "/console/teams/new/", {"name": team.name.upper()})
    assert page.error("name")
    assert page.form_of("name").value("name") == "CAJA"
    assert Team.objects.count() == 1


def test_another_refusal_stands_above_the_form(owner):
    page = post_document(owner, "/console/teams/new/", {"name": "Nadie"})
    assert "Nadie" in page.alert()


def test_faults_of_the_model_stand_at_their_fields_and_others_above_the_form(owner):
    page = post_document(owner, "/console/teams/new/", {"name": "Nunca"})
    assert page.error("name") == "Never."
    assert "No brand." in page.alert()


def test_who_saves_too_late_sees_both_versions_and_may_decide(owner, team):
    address = f"/console/teams/{team.pk}/"
    opened = get_document(owner, address).form_of("name").fields
    owner.post(address, opened | {"name": ["Ajeno"]})
    page = post_document(owner, address, opened | {"name": ["Propio"]})
    assert "Ajeno" in page.alert()
    assert "Propio" in page.alert()
    again = page.form_of("name")
    assert (again.value("name"), again.value("row_version")) == ("Propio", "2")
    assert owner.post(address, again.fields).status_code == 302
    assert Team.objects.get().name == "Propio"


def test_a_further_button_does_its_own_and_saves_nothing(owner, team):
    address = f"/console/teams/{team.pk}/"
    assert get_document(owner, address).acts() == {"greet"}
    answer = owner.post(address, {"act": "greet", "name": "Tienda"}, follow=True)
    assert "Hello Caja" in read_document(answer).toast()
    assert Team.objects.get().name == "Caja"


def test_an_act_that_is_not_offered_does_nothing(owner, team):
    assert owner.post(f"/console/teams/{team.pk}/", {"act": "burn", "name": "Tienda"}).status_code == 200
    assert Team.objects.get().name == "Caja"


def test_the_deletion_stands_beside_the_form_and_is_told(owner, team):
    card = get_document(owner, f"/console/teams/{team.pk}/").section("Delete")
    assert "Its members stay." in card.words
    assert owner.get(f"/console/teams/{team.pk}/remove/").status_code == 405
    answer = owner.post(f"/console/teams/{team.pk}/remove/", follow=True)
    assert "“Caja” is deleted." in read_document(answer).toast()
    assert not Team.objects.exists()


@pytest.mark.parametrize("rest", ["new/", "{pk}/", "{pk}/remove/"])
def test_who_lacks_the_right_is_refused(client, team, rest):
    client.force_login(staff("reader"))
    assert client.post("/console/teams/" + rest.format(pk=team.pk), {"name": "Tienda"}).status_code == 403
    assert Team.objects.get().name == "Caja"
