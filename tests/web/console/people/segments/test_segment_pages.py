import json

import lxml.html
import pytest
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from esmero.campaigns.models import Campaign
from esmero.dossier.models import SegmentEstimate
from esmero.dossier.segments import estimates
from esmero.dossier.segments.estimates import Estimate
from esmero.dossier.segments.selection import read_names
from esmero.house.models import AuditEntry, Brand
from esmero.people.models import Person, Segment
from esmero.people.segments.text_form import parse
from esmero.rounds.table import JOBS
from esmero.web.console.people.segments.choices import read_choices
from esmero.web.console.people.segments.sentence import describe_tree
from esmero.work.jobs import run_to_end
from esmero.work.models import Job
from tests.house_facts import add_people, build_house
from tests.web.facts import staff

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NEW = "/console/segments/new/"
ONE = {"node": ["n1 n0 row"], "match_n0": "all", "what_n1": "field:given_name", "is_n1": "=", "value_n1": "Nombre1"}
STORED = {"kind": "all", "parts": [{"kind": "field", "field": "given_name", "value": "Nombre1"}]}
NUMBERS = "/console/segments/numbers/"
EXAMPLES = "/console/segments/examples/"


@pytest.fixture
def people(client):
    client.force_login(staff("manager"))
    return add_people(build_house(), 3)


def numbers(response):
    """The number of each node, as the answer for htmx holds it."""
    return {one.uid: None if one.open else one.people for one in response.context["numbers"]}


def test_the_page_itself_counts_nothing(client, people, django_assert_max_num_queries):
    segment = Segment.objects.create(name="Uno", conditions=STORED)
    with django_assert_max_num_queries(30) as queries:
        client.get(f"/console/segments/{segment.pk}/")
    assert not [query for query in queries if 'FROM "esmero_person"' in query["sql"]]


def test_each_branch_has_its_own_number_and_all_come_in_one_query(client, people, django_assert_max_num_queries):
    tree = {
        **ONE, "node": ["n1 n0 row", "n2 n0 group", "n3 n2 row", "n4 n2 row"], "match_n2": "any",
        "what_n3": "field:language", "is_n3": "=", "value_n3": "es", "what_n4": "tag", "is_n4": "is", "value_n4": "",
    }  # fmt: skip
    with django_assert_max_num_queries(30) as queries:
        response = client.post(NUMBERS, tree)
    assert numbers(response) == {"n0": 1, "n1": 1, "n2": 3, "n3": 3, "n4": None}
    assert len([query for query in queries if "Nombre1" in query["sql"]]) == 1
    known = [f"{one.digest}:{one.people}" for one in response.context["numbers"] if not one.open]
    with django_assert_max_num_queries(30) as queries:
        again = client.post(NUMBERS, {**tree, "counted": known})
    assert numbers(again) == numbers(response)
    assert not [query for query in queries if 'FROM "esmero_person"' in query["sql"]]


def test_in_a_large_house_an_estimate_stands_until_all_are_counted_aside(client, people, monkeypatch):
    begun = []
    monkeypatch.setattr(estimates, "SMALL", 2)
    monkeypatch.setattr(estimates, "run_in_background", lambda work, **_facts: begun.append(work))
    response = client.post(NUMBERS, ONE)
    told = {one.uid: one.number for one in response.context["numbers"]}
    assert told["n1"].kind == "under"
    assert told["n1"].people > 1
    assert "fewer than" in response.content.decode()
    assert "load delay" in response.content.decode()
    assert not SegmentEstimate.objects.filter(number__isnull=False).exists()

    known = [f"{one.digest}:{one.people}:{one.number.kind}" for one in response.context["numbers"]]
    client.post(NUMBERS, {**ONE, "counted": known})
    assert len(begun) == 1, "what is being counted is not counted twice"
    begun.pop()()
    again = client.post(NUMBERS, {**ONE, "counted": known})
    assert {one.uid: one.number for one in again.context["numbers"]} == {"n0": Estimate(1), "n1": Estimate(1)}
    assert "load delay" not in again.content.decode()
    assert not begun

    SegmentEstimate.objects.update(asked_at=timezone.now() - 2 * estimates.FRESH)
    later = client.post(NUMBERS, ONE)
    assert {one.number.kind for one in later.context["numbers"]} == {"under"}, "people came and went meanwhile"
    begun.pop()()
    assert {one.number.kind for one in client.post(NUMBERS, ONE).context["numbers"]} == {"exact"}


def test_a_number_belongs_to_the_segments_as_they_stand(client, people, monkeypatch):
    begun = []
    monkeypatch.setattr(estimates, "SMALL", 2)
    monkeypatch.setattr(estimates, "run_in_background", lambda work, **_facts: begun.append(work))
    named = Segment.objects.create(name="A", conditions=STORED)
    by_name = {"node": ["n1 n0 row"], "match_n0": "all", "what_n1": "segment", "is_n1": "is", "value_n1": "A"}
    client.post(NUMBERS, by_name)
    begun.pop()()
    told = client.post(NUMBERS, by_name).context["numbers"]
    assert {one.number for one in told} == {Estimate(1)}
    Segment.objects.filter(pk=named.pk).update(conditions={"kind": "none", "parts": [STORED]})
    known = [f"{one.digest}:{one.people}" for one in told]
    later = client.post(NUMBERS, {**by_name, "counted": known}).context["numbers"]
    assert {one.number.kind for one in later} == {"about"} or {one.number.kind for one in later} == {"under"}


def test_in_a_large_house_a_saved_segment_is_counted_by_the_worker(client, people, monkeypatch):
    monkeypatch.setattr(estimates, "SMALL", 2)
    client.post(NEW, {**ONE, "name": "Uno", "act": "save"})
    kept = Segment.objects.get()
    assert kept.counted is None
    assert "being counted" in client.get("/console/segments/").content.decode()
    run_to_end(Job.objects.get(kind="count-segment"), kinds=JOBS, worker="w")
    kept.refresh_from_db()
    assert kept.counted == 1


def test_without_scripts_a_button_counts(client, people):
    response = client.post(NEW, {**ONE, "act": "count"})
    assert response.context["tree"].number.people == Person.objects.filter(given_name="Nombre1").count() == 1
    assert "<html" in response.content.decode()


def test_htmx_gets_the_editor_alone(client, people):
    html = client.post(NEW, ONE, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith("<form")
    assert "<html" not in html


def test_an_act_is_done_said_and_followed_by_the_cursor(client, people):
    html = client.post(NEW, {**ONE, "act": "add:n0"}).content.decode()
    assert "A condition was added." in html
    assert LexborHTMLParser(html).css_matches("select#what_n2[autofocus]")
    assert client.post(NEW, {**ONE, "act": "remove:n1"}).context["empty"]
    assert not Segment.objects.exists()


def test_a_segment_is_saved_with_its_count_and_opened_again(client, people):
    response = client.post(NEW, {**ONE, "act": "save", "name": "Uno"})
    segment = Segment.objects.get()
    assert response["Location"] == f"/console/segments/{segment.pk}/"
    assert (segment.counted, segment.conditions) == (1, STORED)
    assert AuditEntry.objects.get().action == "segment.created"
    assert 'value="Nombre1"' in client.get(response["Location"]).content.decode()
    saved = client.post(response["Location"], {**ONE, "act": "save", "name": "Dos"}, headers={"HX-Request": "true"})
    assert saved["HX-Redirect"] == response["Location"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "Give the segment a name"),
        ({"name": "12"}, "more than a number"),
        ({"name": "Taken"}, "already"),
        ({"name": "Ours", "what_n1": "field:nothing"}, "This is no longer there"),
        ({"name": "Ours", "what_n1": "field:added", "is_n1": "<", "value_n1": "2026-13-01"}, "This is not a day"),
        ({"name": "Ours", "value_n1": ""}, "Choose or type a value"),
        ({"name": "Ours", "what_n1": "tag", "is_n1": "is", "value_n1": "gone"}, "There is no “gone”"),
    ],
)
def test_what_cannot_be_is_said_beside_it_and_nothing_is_stored(client, people, data, said):
    Segment.objects.create(name="Taken")
    response = client.post(NEW, {**ONE, "act": "save", **data})
    assert said in response.content.decode()
    assert Segment.objects.count() == 1


def test_a_reader_counts_but_does_not_save(client, people):
    client.force_login(staff("reader"))
    assert client.post(NEW, {**ONE, "act": "save", "name": "Uno"}).status_code == 200
    assert numbers(client.post(NUMBERS, ONE))["n0"] == 1
    assert not Segment.objects.exists()


def test_a_circle_is_refused_with_its_path(client, people):
    first = Segment.objects.create(name="A", conditions=STORED)
    Segment.objects.create(name="B", conditions={"kind": "all", "parts": [{"kind": "segment", "name": "A"}]})
    circle = {"node": ["n1 n0 row"], "what_n1": "segment", "is_n1": "is", "value_n1": "B", "name": "A", "act": "save"}
    assert "A → B → A" in client.post(f"/console/segments/{first.pk}/", circle).content.decode()
    assert "B → A → B" in client.post(NUMBERS, {**circle, "segment": first.pk}).content.decode()
    first.refresh_from_db()
    assert first.conditions == STORED


def test_a_circle_through_the_old_name_is_refused_with_the_new_name(client, people):
    first = Segment.objects.create(name="A", conditions=STORED)
    Segment.objects.create(name="B", conditions={"kind": "segment", "name": "A"})
    circle = {"node": ["n1 n0 row"], "what_n1": "segment", "is_n1": "is", "value_n1": "B", "name": "Z", "act": "save"}
    assert "in a circle" in client.post(f"/console/segments/{first.pk}/", circle).content.decode()
    first.refresh_from_db()
    assert (first.name, first.conditions) == ("A", STORED)


def test_a_new_name_is_followed_by_those_who_use_it(client, people):
    first = Segment.objects.create(name="A", conditions=STORED)
    user = Segment.objects.create(
        name="B",
        conditions={
            "kind": "any",
            "parts": [
                {"kind": "segment", "name": "A", "negated": True},
                {"kind": "none", "parts": [{"kind": "segment", "name": "A"}]},
            ],
        },
    )
    client.post(f"/console/segments/{first.pk}/", {**ONE, "act": "save", "name": "Nuevo"})
    user.refresh_from_db()
    assert "Nuevo" in json.dumps(user.conditions)
    assert '"A"' not in json.dumps(user.conditions)
    assert '<a href="/console/segments/' in client.get(f"/console/segments/{first.pk}/").content.decode()


def test_a_copy_is_opened_and_a_deletion_can_be_taken_back(client, people):
    segment = Segment.objects.create(name="A", conditions=STORED)
    act = f"/console/segments/{segment.pk}/act/"
    client.post(act, {"act": "copy"})
    client.post(act, {"act": "copy"})
    assert list(Segment.objects.order_by("id").values_list("name", flat=True)) == ["A", "Copy of A", "Copy of A 2"]
    html = client.post(act, {"act": "delete"}, follow=True).content.decode()
    assert not Segment.objects.filter(name="A").exists()
    ticket = html.partition('name="ticket" value="')[2].partition('"')[0]
    client.post("/console/undo/", {"ticket": ticket, "next": "/console/segments/"})
    assert Segment.objects.get(name="A").conditions == STORED


def test_what_is_used_stays(client, people):
    from esmero.people.models import Topic

    topic = Topic.objects.get()
    segment = Segment.objects.create(name="A", conditions=STORED)
    other = Segment.objects.create(name="B", conditions={"kind": "segment", "name": "A"})
    Campaign.objects.create(name="Primavera", brand=topic.brand, topic=topic, segment=other)
    for one in (segment, other):
        html = client.post(f"/console/segments/{one.pk}/act/", {"act": "delete"}, follow=True).content.decode()
        assert "is used, so it stays" in html
    assert Segment.objects.count() == 2
    html = client.get("/console/segments/").content.decode()
    assert "Primavera" in html
    assert 'value="delete"' not in client.get(f"/console/segments/{segment.pk}/").content.decode()


def test_ten_examples_say_why_and_how_many_said_yes(client, people):
    from esmero.people.models import Permission, Topic

    Permission.objects.filter(person=people[0]).update(state="withdrawn")
    tree = {
        "node": ["n1 n0 row", "n2 n0 group", "n3 n2 row"], "what_n1": "field:language", "is_n1": "=", "value_n1": "es",
        "match_n2": "none", "what_n3": "field:given_name", "is_n3": "=", "value_n3": "Nombre1",
        "reach": Topic.objects.get().pk,
    }  # fmt: skip
    response = client.post(EXAMPLES, tree)
    assert [one.person.given_name for one in response.context["people"]] == ["Nombre0", "Nombre2"]
    assert response.context["people"][0].why == ["who speak Spanish"]
    assert response.context["reached"].people == 1


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ("all ()", "Everybody."),
        (
            "list = 1, 2, 3, 4, 5",
            "People who stand on a pasted list (1, 2, 3, 4, 5).",
        ),
        ("list = 1, 2, 3, 4, 5, 6", "People who stand on a pasted list (6 numbers or addresses)."),
        ("did got brand fibra-norte", "People who got a message of Fibra Norte."),
        (
            "any (not topic fibra-norte/novedades = no; none (tag = vip; tag = vip2))",
            ("People who have not said that they do not want the topic “Novedades” or who are not among those (with the"
             " tag “vip” or with the tag “vip2”)."),
        ),
        ("none (tag = vip)", "Everybody but those with the tag “vip”."),
        (
            ("all (language = es; any (country unknown; did clicked times 2 last 30);"
             " none (tag = vip; did left topic fibra-norte/novedades))"),
            ("People who speak Spanish and (whose “Country” is not known or who opened a link at least 2 times in "
             "the last"
            " 30 days), but not those with the tag “vip” or who took a permission back about “Novedades”."),
        ),
        (
            ("any (permission fibra-norte/novedades = granted channel phone basis consent ago 1;"
             " none (added last 7))"),
            ("People whose permission for “Novedades” is “given” by phone (consent) more than 1 day ago or who are "
             "not among"
            " those whose “Known since” lies in the last 7 days."),
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_the_tree(people, conditions, sentence):
    from esmero.house.models import Brand
    from esmero.people.models import Tag

    Tag.objects.create(name="vip")
    assert (
        describe_tree(parse(conditions, known=read_names()), offer=read_choices(brand=Brand.objects.get())) == sentence
    )


def fields_of(html):
    """What a browser would send of a page's editor as it stands."""
    form = next(one for one in lxml.html.fromstring(html).forms if one.xpath(".//*[@name='node']"))
    return {name: form.fields[name] for name in form.fields} | {
        name: [box.get("value") for box in form.xpath(f".//*[@name='{name}']")] for name in ("node",)
    }


def test_what_a_segment_names_and_is_gone_stays_a_choice_of_its_own_and_no_saving_loses_it(client, people):
    house = Brand.objects.get()
    kept = {
        "kind": "all",
        "parts": [
            {"kind": "tag", "negated": True, "name": "vip"},
            {"kind": "permission", "topic": "otra-casa/ofertas", "state": "granted"},
            {"kind": "did", "act": "clicked", "of": "dispatch:4711"},
            {"kind": "field", "field": "language", "value": "es"},
        ],
    }
    segment = Segment.objects.create(name="Antiguo", conditions=kept, brand=house)
    page = client.get(f"/console/segments/{segment.pk}/")
    html = page.content.decode()
    assert "vip (no longer there)" in html
    assert "ofertas (no longer there)" in html
    assert "4711 (no longer there)" in html
    assert "vip" in str(page.context["sentence"])
    client.post(f"/console/segments/{segment.pk}/", {**fields_of(html), "act": "save", "name": "Antiguo"})
    segment.refresh_from_db()
    assert segment.conditions == kept


def test_what_a_saved_segment_says_amiss_stands_beside_it_at_once(client, people):
    segment = Segment.objects.create(name="Roto", conditions={"kind": "field", "field": "gone", "value": "x"})
    assert "This is no longer there" in client.get(f"/console/segments/{segment.pk}/").content.decode()
