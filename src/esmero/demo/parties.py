"""Give the invented people roles, organisations and postal addresses; the same on every machine."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from esmero.demo.group import InventedGroup
from esmero.demo.population import SEED, InventedPerson
from esmero.people.models import ContactPoint, Membership, Organisation, PartyNumber, PartyRole, Person
from esmero.people.search_texts import index_persons
from esmero.postal_address import PostalAddress
from esmero.text_folding import fold

CHUNK = 500
EACH = 5  # one of so many members of the club comes with a company
STREETS = {
    "ES": ("Calle Uría", "Calle del Sol", "Avenida de la Costa", "Plaza Mayor", "Calle Nueva", "Camino del Molino"),
    "FR": ("rue des Lilas", "rue du Moulin", "avenue de la Gare", "place du Marché", "rue Neuve", "quai des Brumes"),
    "GB": ("Mill Lane", "Station Road", "Church Street", "Meadow Walk", "Harbour Road", "King’s Row"),
}
# Postal codes of the cities in demo/names.py; in Britain they are of an area that does not exist.
POSTAL_CODES = {
    "Oviedo": "33003", "Gijón": "33201", "Avilés": "33401", "León": "24001", "Santander": "39001", "Bilbao": "48001",
    "Logroño": "26001", "Burgos": "09003", "Lugo": "27001", "A Coruña": "15001", "Ourense": "32001",
    "Palencia": "34001", "Torrelavega": "39300", "Mieres": "33600", "Langreo": "33900", "Ponferrada": "24400",
    "Nantes": "44000", "Rennes": "35000", "Angers": "49000", "Lyon": "69004", "Grenoble": "38000", "Annecy": "74000",
    "Lille": "59000", "Amiens": "80000", "Rouen": "76000", "Caen": "14000", "Tours": "37000", "Orléans": "45000",
    "Dijon": "21000", "Reims": "51100", "Metz": "57000", "Nancy": "54000",
}  # fmt: skip
TRADES = {
    "industrie": ("Ateliers", "Fonderie", "Mécanique"),
    "conseil": ("Conseil", "Cabinet", "Études"),
    "logiciel": ("Logiciels", "Données", "Réseaux"),
    "artisanat": ("Ébénisterie", "Verrerie", "Imprimerie"),
}
POSITIONS = ("Direction", "Achats", "Communication", "Technique")
SUPPLIERS = (
    ("fibra-norte", "Papelera del Sella, S.A.", "ES", "Calle Nueva 4", "33003", "Oviedo"),
    ("cercle-references", "Imprimerie du Rhône SARL", "FR", "12 quai des Brumes", "69004", "Lyon"),
)
TODAY = date(2026, 11, 1)  # of the demo's story


def seed_parties(people: Sequence[InventedPerson], rows: Sequence[Person], group: InventedGroup) -> None:
    """Write organisations, memberships, roles, numbers and postal addresses. Call it in a transaction."""
    dice = random.Random(SEED + 1)  # noqa: S311 - the same parties every time is the point
    _write_roles(people, rows, group, dice=dice)
    _write_addresses(people, rows, dice=dice)
    members = [pair for pair in zip(people, rows, strict=True) if pair[0].brands[0] == "cercle-references"]
    _write_companies(members, group, dice=dice)
    _write_suppliers(group)


def _write_roles(
    people: Sequence[InventedPerson], rows: Sequence[Person], group: InventedGroup, *, dice: random.Random
) -> None:
    """Make customers of those who are with the provider; some leave, have left, or only asked."""
    roles = []
    for one, row in zip(people, rows, strict=True):
        if "fibra-norte" not in one.brands:
            continue
        since, chance = date.fromisoformat(one.fields["since"]), dice.random()
        facts = {"person": row, "brand": group.brands["fibra-norte"]}
        if chance < 0.05:
            roles.append(PartyRole(kind=PartyRole.Kind.PROSPECT, since=since, **facts))
            continue
        ends = {0: TODAY - timedelta(days=40), 1: TODAY + timedelta(days=60)}.get(int((chance - 0.05) / 0.04))
        until = ends if ends and ends >= since else None
        roles.append(PartyRole(kind=PartyRole.Kind.CUSTOMER, since=since, until=until, **facts))
    PartyRole.objects.bulk_create(roles, batch_size=CHUNK)


def _write_addresses(people: Sequence[InventedPerson], rows: Sequence[Person], *, dice: random.Random) -> None:
    """Give two of three people a postal address, some of them another one for invoices."""
    points = []
    for one, row in zip(people, rows, strict=True):
        if dice.random() < 0.33:
            continue
        uses = ("home", "billing") if dice.random() < 0.06 else ("home",)
        points += [_point(row, use=use, country=one.country, city=one.fields["city"], dice=dice) for use in uses]
    ContactPoint.objects.bulk_create(points, batch_size=CHUNK)


def _point(party: Person | Organisation, *, use: str, country: str, city: str, dice: random.Random) -> ContactPoint:
    number, street = dice.randrange(1, 120), dice.choice(STREETS[country])
    address = PostalAddress(
        street=f"{street} {number}" if country == "ES" else f"{number} {street}",
        postal_code=POSTAL_CODES.get(city, f"ZZ{number % 9 + 1} {number % 9}ZZ"),
        city=city,
        country=country,
    )
    facts = address.as_parts()
    name = "person" if isinstance(party, Person) else "organisation"
    return ContactPoint(**{name: party}, kind="post", use=use, value=", ".join(facts.values()), facts=facts)


def _write_companies(
    members: Sequence[tuple[InventedPerson, Person]], group: InventedGroup, *, dice: random.Random
) -> None:
    """Found companies that are members of the club, each with two people; some people act for a second one."""
    club = group.brands["cercle-references"]
    heads, seconds = members[::EACH], members[1::EACH]
    firms = []
    for one, _row in heads:
        trade = dice.choice(TRADES[one.fields.get("sector", "conseil")])
        name = f"{trade} {one.family.split()[0]} {one.fields['city']}"
        domain = f"{fold(name).replace(' ', '-').replace('’', '')}.example"
        firms.append(
            Organisation(name=name, folded=fold(name), capacity="business", country=one.country, domain=domain)
        )
    Organisation.objects.bulk_create(firms, batch_size=CHUNK)
    changed, further, roles, numbers, points = [], [], [], [], []
    for place, (firm, (head, row)) in enumerate(zip(firms, heads, strict=True)):
        row.organisation, row.position = firm, POSITIONS[0]
        changed.append(row)
        if place < len(seconds):
            colleague = seconds[place][1]
            colleague.organisation, colleague.position = firm, dice.choice(POSITIONS[1:])
            changed.append(colleague)
        if place % 20 == 0:
            other = firms[(place + 7) % len(firms)]
            further.append(Membership(person=row, organisation=other, position=dice.choice(POSITIONS)))
        since = date.fromisoformat(head.fields["since"])
        roles.append(PartyRole(organisation=firm, kind=PartyRole.Kind.MEMBER, brand=club, since=since))
        if place % 12 == 0:
            roles.append(PartyRole(organisation=firm, kind=PartyRole.Kind.SPONSOR, brand=club, since=since))
        numbers.append(PartyNumber(organisation=firm, brand=club, value=f"ADH-{place + 1:04d}"))
        points.append(_point(firm, use="billing", country=head.country, city=head.fields["city"], dice=dice))
    Person.objects.bulk_update(changed, ["organisation", "position"], batch_size=CHUNK)
    Membership.objects.bulk_create(further)
    PartyRole.objects.bulk_create(roles, batch_size=CHUNK)
    PartyNumber.objects.bulk_create(numbers, batch_size=CHUNK)
    ContactPoint.objects.bulk_create(points, batch_size=CHUNK)
    index_persons([row.pk for row in changed])


def _write_suppliers(group: InventedGroup) -> None:
    for brand, name, country, street, code, city in SUPPLIERS:
        firm = Organisation.objects.create(name=name, folded=fold(name), capacity="business", country=country)
        PartyRole.objects.create(organisation=firm, kind=PartyRole.Kind.SUPPLIER, brand=group.brands[brand])
        address = PostalAddress(street=street, postal_code=code, city=city, country=country)
        facts = address.as_parts()
        ContactPoint.objects.create(organisation=firm, kind="post", value=", ".join(facts.values()), facts=facts)
