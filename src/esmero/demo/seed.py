"""Write the invented people to the database, in bulk."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from esmero.demo.group import InventedGroup, create_group
from esmero.demo.parties import seed_parties
from esmero.demo.population import InventedPerson, invent_people
from esmero.dossier.segments.saving import save_segment
from esmero.house.audit import note
from esmero.house.models import Brand
from esmero.people.addresses.suppression import suppress
from esmero.people.models import Address, ContactPoint, Person, Preference, Suppression, Tag
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.search_texts import index_persons
from esmero.policy.permission import CONSENT
from esmero.text_folding import fold

CHUNK = 500
SOURCES = {
    "consent": "alta en la web",
    "soft opt-in": "contrato, casilla de información",
    "contract": "contrato",
    "": "centro de preferencias",
}
WORDINGS = {
    "es": "Quiero recibir las novedades por correo. Puedo dejarlo cuando quiera.",
    "fr": "Je souhaite recevoir les actualités par courriel. Je peux arrêter quand je veux.",
    "en": "I would like to get the news by mail. I can stop whenever I like.",
}


def seed_house(*, public_url: str) -> bool:
    """Seed an empty database with the group and its people, atomically; return False if it is not empty."""
    if Brand.objects.exists():
        Brand.objects.update(public_url=public_url)
        return False
    with transaction.atomic():
        group = create_group(public_url=public_url)
        people = list(invent_people())
        rows = _write_people(people)
        seed_parties(people, rows, group)
        _write_permissions(people, rows, group)
        _write_preferences(people, rows, group)
        for name, conditions in SEGMENTS:
            save_segment(None, name=name, conditions=conditions, brand=None, by="esmero demo")
        note("demo.seeded", by="esmero demo", facts={"people": len(people)})
    return True


SEGMENTS = (
    ("Clientes de fibra", {"kind": "field", "field": "tariff", "comparison": "known"}),
    (
        "Fibra 1000 en Oviedo y Gijón",
        {
            "kind": "all",
            "parts": [
                {"kind": "field", "field": "tariff", "value": "Fibra 1000"},
                {"kind": "field", "field": "city", "comparison": "in", "value": ["Oviedo", "Gijón"]},
            ],
        },
    ),
    ("Membres du Cercle", {"kind": "field", "field": "sector", "comparison": "known"}),
    ("Membres qui parrainent", {"kind": "field", "field": "mentor", "value": True}),
    ("Los que se van", {"kind": "stage", "stage": "leaving", "brand": "fibra-norte"}),
    ("Sociétés adhérentes", {"kind": "role", "role": "member", "holder": "organisation"}),
)  # fmt: skip


def _write_people(people: Sequence[InventedPerson]) -> list[Person]:
    values = dict.fromkeys(one.address for one in people if one.address)
    Address.objects.bulk_create([Address(value=v, domain=v.rpartition("@")[2]) for v in values], batch_size=CHUNK)
    addresses = dict(Address.objects.values_list("value", "id"))
    rows = Person.objects.bulk_create(
        [
            Person(
                number=one.number,
                given_name=one.given,
                family_name=one.family,
                language=one.language,
                country=one.country,
                capacity="business" if one.tag == "empresa" else "consumer",
                address_id=addresses.get(one.address),
                fields=one.fields,
                folded=one.folded,
            )
            for one in people
        ],
        batch_size=CHUNK,
    )
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(
                person=row, kind=ContactPoint.Kind.PHONE, value=one.phone, facts={"e164": one.phone.replace(" ", "")}
            )
            for one, row in zip(people, rows, strict=True)
            if one.phone
        ],
        batch_size=CHUNK,
    )
    index_persons([row.pk for row in rows])
    tags = {name: Tag.objects.create(name=name) for name in sorted({one.tag for one in people if one.tag}, key=fold)}
    Person.tags.through.objects.bulk_create(
        [
            Person.tags.through(person_id=row.pk, tag_id=tags[one.tag].pk)
            for one, row in zip(people, rows, strict=True)
            if one.tag
        ],
        batch_size=CHUNK,
    )
    return rows


def _write_permissions(people: Sequence[InventedPerson], rows: Sequence[Person], group: InventedGroup) -> None:
    entries = []
    for one, row in zip(people, rows, strict=True):
        for permission in one.permissions:
            topic = group.topics[permission.topic]
            entries.append(
                NewEntry(
                    person=row.pk,
                    brand=topic.brand_id,
                    purpose=topic.purpose_id,
                    topic=topic.pk,
                    act=permission.act,
                    source=SOURCES[permission.basis],
                    at=permission.at,
                    basis=permission.basis,
                    wording=WORDINGS[one.language] if permission.basis == CONSENT else "",
                    wording_version="2016-03" if permission.basis == CONSENT else "",
                    by_person=permission.by_person,
                )
            )
    for start in range(0, len(entries), CHUNK):
        record(entries[start : start + CHUNK], announced=False)


def _write_preferences(people: Sequence[InventedPerson], rows: Sequence[Person], group: InventedGroup) -> None:
    now = timezone.now()
    preferences = []
    for one, row in zip(people, rows, strict=True):
        if one.suppressed:
            scope = Suppression.Scope.COMMERCIAL if one.suppressed == "complaint" else Suppression.Scope.ALL
            evidence = "lista de la herramienta anterior"
            suppress(one.address, scope=scope, reason=one.suppressed, evidence=evidence, at=_before(now))
        for preference in one.preferences:
            topic = group.topics[preference.topic]
            preferences.append(
                Preference(
                    person=row,
                    brand_id=topic.brand_id,
                    topic=topic,
                    wanted=preference.wanted,
                    minimum_gap_days=preference.gap,
                    paused_until=now + timedelta(days=preference.pause) if preference.pause else None,
                )
            )
    Preference.objects.bulk_create(preferences, batch_size=CHUNK)


def _before(now: datetime) -> datetime:
    return now - timedelta(days=200)
