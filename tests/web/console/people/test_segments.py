import pytest

from esmero.house.models import AuditEntry
from esmero.people.models import Person, Segment
from tests.house_facts import add_people, build_house
from tests.web.facts import staff

pytestmark = pytest.mark.django_db
NEW = "/console/segments/new/"
ROW = {"row": "1", "what_1": "field:given_name", "is_1": "=", "value_1": "Nombre1", "match": "all"}


@pytest.fixture
def people(client):
    client.force_login(staff("manager"))
    return add_people(build_house(), 3)


def test_the_count_is_that_of_the_conditions(client, people):
    response = client.post(NEW, ROW)
    assert response.context["number"] == Person.objects.filter(given_name="Nombre1").count() == 1
    assert client.get(NEW).context["number"] == len(people)


def test_htmx_gets_the_editor_alone(client, people):
    html = client.post(NEW, ROW, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith("<form")
    assert "<html" not in html


def test_a_row_is_added_and_taken_away(client, people):
    assert len(client.post(NEW, {**ROW, "act": "add"}).context["controls"]) == 2
    assert client.post(NEW, {**ROW, "act": "remove:1"}).context["controls"] == []
    assert not Segment.objects.exists()


def test_a_segment_is_saved_with_its_count_and_opened_again(client, people):
    response = client.post(NEW, {**ROW, "act": "save", "name": "Uno"})
    segment = Segment.objects.get()
    assert response["Location"] == f"/console/segments/{segment.pk}/"
    assert (segment.counted, segment.conditions) == (
        1,
        {"all": [{"field": "given_name", "is": "=", "value": "Nombre1"}]},
    )
    assert AuditEntry.objects.get().action == "segment.created"
    opened = client.get(response["Location"])
    assert opened.context["controls"][0].row.value == "Nombre1"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "Give the segment a name"),
        ({"name": "Taken"}, "already"),
        ({"name": "Ours", "what_1": "field:nothing"}, "There is no field “nothing”"),
        ({"name": "Ours", "what_1": "field:added", "is_1": "<", "value_1": "yesterday"}, "a date such as"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(client, people, data, said):
    Segment.objects.create(name="Taken")
    response = client.post(NEW, {**ROW, "act": "save", **data})
    assert said in response.content.decode()
    assert Segment.objects.count() == 1


def test_a_reader_counts_but_does_not_save(client, people):
    client.force_login(staff("reader"))
    assert client.post(NEW, {**ROW, "act": "save", "name": "Uno"}).status_code == 200
    assert not Segment.objects.exists()


def test_nested_conditions_are_counted_and_left_as_they_are(client, people):
    segment = Segment.objects.create(
        name="Deep", conditions={"all": [{"any": [{"field": "given_name", "is": "=", "value": "Nombre2"}]}]}
    )
    response = client.get(f"/console/segments/{segment.pk}/")
    assert response.context["number"] == 1
    assert 'value="save"' not in response.content.decode()
