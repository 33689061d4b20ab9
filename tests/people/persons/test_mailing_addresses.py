"""The address for a use: its own, else one for every use, else any; and the lines on the envelope."""

import pytest

from esmero.people.models import ContactPoint, Organisation, Person
from esmero.people.persons.mailing_addresses import choose_postal_address, list_mailing_addresses, write_lines
from tests.house_facts import add_people, build_house

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def add(party, city, *, use="", usable=True):
    name = "person" if isinstance(party, Person) else "organisation"
    facts = {"street": "Calle 1", "postal_code": "24001", "city": city, "country": "ES"}
    return ContactPoint.objects.create(
        **{name: party}, kind="post", value=f"Calle 1, {city}", use=use, facts=facts, usable=usable
    )


@pytest.mark.parametrize(
    ("there", "home", "billing", "service"),
    [
        ([("León", "")], "León", "León", "León"),
        ([("Lugo", "billing"), ("León", "")], "León", "Lugo", "León"),
        ([("Lugo", "billing"), ("León", "home")], "León", "Lugo", "Lugo"),
        ([("Lugo", "service"), ("Vigo", "service")], "Lugo", "Lugo", "Lugo"),
        ([], None, None, None),
    ],
)
def test_each_use_has_its_address(there, home, billing, service):
    person, other = add_people(build_house(), 2)
    points = [add(person, city, use=use) for city, use in there]
    add(other, "Otra")
    add(Organisation.objects.create(name="Acme", folded="acme"), "Nada")
    add(person, "Rota", use="home", usable=False)
    for use, city in (("home", home), ("billing", billing), ("service", service)):
        found = list_mailing_addresses([person.pk], home="ES", language="es", use=use)
        assert found[person.pk].text.endswith(f"24001 {city}") if city else not found, use
        chosen = choose_postal_address(points, use=use)
        assert (chosen.city if chosen else None) == city


def test_an_organisation_is_an_addressee():
    body = Organisation(name="Acme, S.L.")
    facts = {"street": "1 rue Neuve", "postal_code": "69004", "city": "Lyon", "country": "FR"}
    assert write_lines(body, facts=facts, home="ES", language="es") == [
        "Acme, S.L.",
        "1 rue Neuve",
        "69004 Lyon",
        "FRANCIA",
    ]
