"""The pages of own roles, teams and absences."""

import pytest

from esmero.house.models import AuditEntry, StaffAbsence, StaffRole, Team, User
from esmero.house.staffing.own_roles import define_role
from tests.web.document import get_document, read_document
from tests.web.facts import furnish, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
TEAM = "/console/settings/team/"


@pytest.fixture
def owner(client):
    user = staff()
    client.force_login(user)
    return user


def be(client, owner, *rights):
    """Sign in as somebody with a role of these rights."""
    role = define_role(f"Role of {len(rights)}", rights=rights, by=owner)
    user = User.objects.create_user("own@fibranorte.example", "a-long-password", name="Own", role=role.code)
    client.force_login(user)
    return user


def test_a_role_is_defined_changed_given_and_deleted(client, owner):
    assert client.post(TEAM + "roles/new/", {"name": "Contabilidad", "rights": ["house.read"]})["Location"] == TEAM
    role = StaffRole.objects.get()
    page = f"{TEAM}roles/{role.pk}/"
    client.post(page, {"name": "Caja", "rights": ["house.read", "people.export"], "row_version": 1})
    assert (StaffRole.objects.get().name, StaffRole.objects.get().rights) == ("Caja", ["house.read", "people.export"])
    facts = {"name": "Noa", "email": "noa@fibranorte.example", "role": role.code, "language": "es"}
    client.post(TEAM + "new/", facts)
    assert User.objects.get(name="Noa").role == role.code
    assert any("Caja" in cell for row in get_document(client, TEAM).rows() for cell in row)
    assert client.post(f"{page}remove/").status_code == 302
    assert StaffRole.objects.exists()  # Noa has it
    client.post(f"{TEAM}{User.objects.get(name='Noa').pk}/", {"name": "Noa", "role": "reader", "language": "es"})
    client.post(f"{page}remove/")
    assert not StaffRole.objects.exists()
    assert client.get("/console/settings/audit/").status_code == 200


def test_a_stale_change_shows_both_versions(client, owner):
    role = define_role("Caja", rights=["house.read"], by=owner)
    page = f"{TEAM}roles/{role.pk}/"
    client.post(page, {"name": "Caja", "rights": ["house.read", "files.read"], "row_version": 1})
    stale = client.post(page, {"name": "Mine", "rights": ["house.read"], "row_version": 1})
    assert stale.status_code == 200
    document = read_document(stale)
    assert "while you wrote" in document.alert()
    form = document.form_of("row_version")
    assert (form.value("name"), form.value("row_version")) == ("Mine", "2")
    assert StaffRole.objects.get().name == "Caja"


def test_an_own_role_opens_exactly_what_its_rights_open(client, owner):
    furnish()
    be(client, owner, "house.read", "campaigns.write")
    assert client.get("/console/templates/new/").status_code != 403
    for path in (TEAM, "/console/settings/brands/", "/console/imports/new/", TEAM + "roles/new/"):
        assert client.get(path).status_code == 403, path
    links = get_document(client, "/console/campaigns/").links()
    assert "/console/campaigns/new/" in links
    assert "/console/imports/new/" not in links


def test_who_manages_staff_alone_finds_the_team_and_no_other_settings(client, owner):
    be(client, owner, "house.read", "staff.manage")
    links = get_document(client, "/console/settings/").links()
    assert TEAM in links
    assert "/console/settings/brands/" not in links
    assert client.get(TEAM).status_code == 200


def test_nobody_gives_by_the_pages_more_than_they_have(client, owner):
    me = be(client, owner, "house.read", "staff.manage")
    offered = get_document(client, TEAM + "roles/new/").attributes("input[name=rights]", "value")
    assert set(offered) == {"house.read", "staff.manage"}
    answer = client.post(TEAM + "roles/new/", {"name": "All", "rights": ["house.read", "people.erase"]})
    assert answer.status_code == 200  # the form with its fault
    facts = {"name": "Own", "role": "owner", "language": "es"}
    assert client.post(f"{TEAM}{me.pk}/", facts).status_code == 200
    # a link for a new password would be the owner's account
    for act in ("invite", "lock"):
        client.post(f"{TEAM}{owner.pk}/act/", {"act": act})
    assert "invitation" not in client.session
    assert User.objects.get(pk=owner.pk).is_active
    assert StaffRole.objects.count() == 1
    assert User.objects.get(pk=me.pk).role == me.role


def test_a_team_is_made_changed_and_deleted(client, owner):
    client.post(TEAM + "teams/new/", {"name": "Atención", "members": [owner.pk]})
    team = Team.objects.get()
    assert list(team.members.all()) == [owner]
    assert "Atención" in get_document(client, TEAM).text("#teams")
    client.post(f"{TEAM}teams/{team.pk}/", {"name": "Soporte", "members": [], "row_version": 1})
    stale = client.post(f"{TEAM}teams/{team.pk}/", {"name": "Other", "row_version": 1})
    assert "while you wrote" in read_document(stale).alert()
    assert Team.objects.get().name == "Soporte"
    client.post(f"{TEAM}teams/{team.pk}/remove/")
    assert not Team.objects.exists()


def test_an_absence_is_noted_and_removed(client, owner):
    other = User.objects.create_user("nora@fibranorte.example", "a-long-password", name="Nora", role="agent")
    facts = {"user": owner.pk, "first_day": "2099-08-10", "last_day": "2099-08-14", "stand_in": other.pk}
    assert client.post(TEAM + "absences/new/", {**facts, "last_day": "2099-08-09"}).status_code == 200
    assert client.post(TEAM + "absences/new/", {**facts, "stand_in": owner.pk}).status_code == 200
    assert not StaffAbsence.objects.exists()
    client.post(TEAM + "absences/new/", facts)
    assert "Nora" in get_document(client, TEAM).text("#absences")
    client.post(f"{TEAM}absences/{StaffAbsence.objects.get().pk}/remove/")
    assert not StaffAbsence.objects.exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"absence.recorded", "absence.removed"}
