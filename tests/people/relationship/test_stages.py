"""The stage of a relationship, by hand for the cases that people ask for, and in SQL for random roles."""

import random
from datetime import date, timedelta

import pytest

from esmero.house.models import Brand
from esmero.people.models import Organisation, PartyRole, Person
from esmero.people.relationship.roles import read_roles
from esmero.people.relationship.stage_sql import stage_expression
from esmero.people.relationship.stages import STAGES, RoleFact, derive_stage
from tests.house_facts import build_house

TODAY = date(2026, 3, 1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("roles", "stage"),
    [
        ([], "known"),
        ([("supplier",)], "known"),
        ([("sponsor",), ("member-client",)], "known"),
        ([("prospect",)], "prospect"),
        ([("prospect", None, TODAY - DAY)], "known"),
        ([("customer", TODAY + DAY)], "prospect"),
        ([("customer",)], "customer"),
        ([("member", TODAY)], "customer"),
        ([("customer", None, TODAY)], "leaving"),
        ([("customer", None, TODAY + DAY)], "leaving"),
        ([("customer", None, TODAY - DAY)], "former"),
        ([("customer", None, TODAY - DAY), ("prospect",)], "former"),
        ([("customer", None, TODAY - DAY), ("member",)], "customer"),
        ([("customer", None, TODAY + DAY), ("member",)], "customer"),
        ([("customer", None, TODAY - DAY), ("customer", TODAY + DAY)], "former"),
    ],
)
def test_the_first_that_applies(roles, stage):
    assert derive_stage([RoleFact(*role) for role in roles], today=TODAY) == stage


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("per_row", [False, True])
def test_sql_and_python_say_the_same_of_random_roles(per_row):
    dice = random.Random(13)
    brands = [None, build_house().brand, Brand.objects.create(slug="otra", name="Otra", return_domain="v.otra.example")]
    people = Person.objects.bulk_create([Person() for _ in range(300)])
    bodies = Organisation.objects.bulk_create([Organisation(name=str(n), folded=str(n)) for n in range(100)])
    days = [None, *(TODAY + n * DAY for n in (-9, -1, 0, 1, 9))]
    roles = []
    for name, parties in (("person", people), ("organisation", bodies)):
        for party in parties:
            held = {(dice.choice(PartyRole.Kind.values), dice.choice(brands)) for _ in range(dice.randrange(4))}
            for kind, brand in held:
                since, until = dice.choice(days), dice.choice(days)
                if since is None or until is None or since <= until:
                    roles.append(PartyRole(**{name: party}, kind=kind, brand=brand, since=since, until=until))
    PartyRole.objects.bulk_create(roles)
    of_people, of_bodies = read_roles(persons=[one.pk for one in people], organisations=[one.pk for one in bodies])
    seen = set()
    for brand in ("", "fibra-norte", "otra"):
        for model, name, facts in ((Person, "person", of_people), (Organisation, "organisation", of_bodies)):
            stage = stage_expression(name, today=TODAY, brand=brand, per_row=per_row)
            found = dict(model.objects.annotate(stage=stage).values_list("pk", "stage"))
            expected = {
                pk: derive_stage(
                    [one for one in facts.get(pk, ()) if not brand or one.brand in ("", brand)], today=TODAY
                )
                for pk in found
            }
            assert found == expected
            seen |= set(found.values())
    assert seen == set(STAGES)
