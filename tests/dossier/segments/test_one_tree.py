"""One tree says one thing: SQL, plain Python, JSON, text and the sentence read back, over random trees.

The oracle is a reading of the conditions that was written apart (tests/dossier/plain.py).
"""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import example, given

from esmero.dossier.segments.person_facts import read_facts
from esmero.dossier.segments.selection import count_each, read_context, select_persons
from esmero.people.models import Person
from esmero.people.segments.evaluation import TreeReading
from esmero.people.segments.text_form import parse, write
from esmero.people.segments.tree import Compare, Group, read_json, write_json
from esmero.web.console.people.segments.choices import SegmentChoices
from esmero.web.console.people.segments.sentence import describe_tree
from esmero.web.labels.people import PARTY_ROLES, STAGE
from tests.dossier.plain import OWN, PEOPLE, TODAY, furnish, holds
from tests.dossier.segments.random_trees import OF_THE_BAR, each_act, each_relationship, put_ids, trees
from tests.web.console.people.segments.sentence_reader import Reader

pytestmark = pytest.mark.postgres
TOPICS = {"Novedades": "fibra-norte/novedades", "Ofertas": "fibra-norte/ofertas"}
LANGUAGES = {"Spanish": "es", "French": "fr"}
NEGATED_RANGE = {"kind": "field", "field": "since", "comparison": "last", "value": 9, "negated": True}


@pytest.fixture
def house(db):
    return furnish()


def offer_of(known, *, dispatches, brought):
    scopes = {"brand:fibra-norte": "Fibra Norte", **{f"topic:{code}": words for words, code in TOPICS.items()}}
    scopes |= {f"dispatch:{one.pk}": f"Campaign {place}" for place, one in enumerate(dispatches)}
    offer = SegmentChoices(
        groups=[],
        kinds=known.kinds,
        labels={f"{subject}:{code}": words for words, code in TOPICS.items() for subject in ("topic", "permission")},
        choices={
            "of": list(scopes.items()),
            "import": [(str(brought.pk), "list.csv")],
            "brand": [("fibra-norte", "Fibra Norte"), ("otra", "Otra")],
            "role": list(PARTY_ROLES.items()),
            "stage": [(code, word.text) for code, word in STAGE.items()],
            "field:language": [(code, words) for words, code in LANGUAGES.items()],
        },
    )
    names = TOPICS | LANGUAGES | {"list.csv": brought.pk}
    return offer, names | {words: value.partition(":")[2] for value, words in scopes.items()}


def value_of(node, chance):
    """Evaluate a tree as a formula over its conditions, of which each is true or false by chance."""
    if isinstance(node, Group):
        values = [value_of(part, chance) for part in node.parts]
        return all(values) if node.kind == "all" else any(values) is (node.kind == "any")
    plain = node.model_copy(update={"negated": False})
    if isinstance(plain, Compare) and plain.comparison == "in" and len(plain.value) == 1:
        plain = plain.model_copy(update={"comparison": "=", "value": plain.value[0]})
    atom = json.dumps([chance, write_json(plain)], sort_keys=True)
    return bool(hashlib.sha256(atom.encode()).digest()[0] & 1) is not node.negated


@pytest.mark.slow
@OF_THE_BAR
@given(tree=trees)
@example(tree={"kind": "any", "parts": [NEGATED_RANGE, {"kind": "none", "parts": [NEGATED_RANGE, NEGATED_RANGE]}]})
@example(tree={"kind": "field", "field": "fibre", "value": True, "negated": True})
def test_all_readings_of_a_tree_are_equal(house, tree):
    ids, dispatches, brought = house
    tree = put_ids(tree, dispatches=[dispatch.pk for dispatch in dispatches], brought=brought.pk)
    context = ([dispatch.pk for dispatch in dispatches], brought.pk)
    expected = [pk for pk, row in zip(ids, PEOPLE, strict=True) if holds(tree, row, context=context)]

    now = read_context(today=TODAY)
    near = replace(now, per_person=True, compiled={})  # each person looked up by themselves, as for an estimate
    assert list(select_persons(tree, context=near).values_list("pk", flat=True)) == expected
    assert list(select_persons(tree, context=now).values_list("pk", flat=True)) == expected
    opposite = {"kind": "none", "parts": [tree]}
    counts = count_each({"a": tree, "b": opposite}, context=now)
    assert counts == {"a": len(expected), "b": len(ids) - len(expected)}

    facts = read_facts(list(Person.objects.order_by("pk")))
    reading = TreeReading(today=TODAY, known=now.known, named=now.named)
    assert [pk for pk in ids if reading.holds(tree, facts[pk])] == expected

    node = read_json(tree, known=now.known)
    assert read_json(json.loads(json.dumps(write_json(node))), known=now.known) == node
    assert parse(write(node), known=now.known) == node

    offer, names = offer_of(now.known, dispatches=dispatches, brought=brought)
    sentence = describe_tree(node, offer=offer)
    again = read_json(Reader(sentence, names=names).sentence(), known=now.known)
    assert all(value_of(node, chance) is value_of(again, chance) for chance in range(32)), sentence
    assert list(select_persons(again, context=now).values_list("pk", flat=True)) == expected


def test_every_act_and_relationship_is_read_alike_by_sql_and_plain_python(house):
    ids, dispatches, brought = house
    numbers = [dispatch.pk for dispatch in dispatches]
    now, facts = read_context(today=TODAY), read_facts(list(Person.objects.order_by("pk")))
    reading = TreeReading(today=TODAY, known=now.known, named=now.named)
    for leaf in (*each_act(), *each_relationship()):
        tree = put_ids(leaf, dispatches=numbers, brought=brought.pk)
        expected = [pk for pk, row in zip(ids, PEOPLE, strict=True) if holds(tree, row, context=(numbers, brought.pk))]
        assert list(select_persons(tree, context=now).values_list("pk", flat=True)) == expected, tree
        assert [pk for pk in ids if reading.holds(tree, facts[pk])] == expected, tree


def test_the_facts_of_many_cost_as_many_queries_as_those_of_one(house, django_assert_num_queries):
    people = list(Person.objects.order_by("pk"))
    for number in (1, len(people)):
        with django_assert_num_queries(11):
            assert len(read_facts(people[:number])) == number


def test_the_plain_house_has_something_for_every_kind_of_condition(house):
    _ids, dispatches, brought = house
    context = ([dispatch.pk for dispatch in dispatches], brought.pk)
    for act in ("sent", "got", "clicked", "answered", "returned", "complained", "left"):
        found = [holds({"kind": "did", "act": act}, row, context=context) for row in PEOPLE]
        assert any(found), act
        assert not all(found), act
    for leaf in each_relationship():
        if leaf["kind"] == "stage" and not leaf.get("brand"):
            assert any(holds(leaf, row, context=context) for row in PEOPLE), leaf
    anniversary = {"kind": "field", "field": "since", "comparison": "anniversary", "value": 1}
    assert holds(anniversary, PEOPLE[0], context=context)  # 29 February, on 1 March
    assert set(OWN) <= set(read_context().known.kinds)
