"""A small house for tests of the ledger and of what stands on it: one brand, one topic, one template, some people."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from esmero.content.models import TemplateVersion
from esmero.content.versions import add_version, create_template
from esmero.house.models import Brand, Issuer
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message, Relay
from esmero.people.models import Address, Permission, PermissionEntry, Person, Purpose, Topic
from esmero.people.search_texts import index_persons
from esmero.rendering.templates.compile import TemplateSource

MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hola {{ given_name | fallback("cliente") }}, esto es lo nuevo.</mj-text>
<mj-button href="https://fibranorte.example/novedades">Ver</mj-button>
</mj-column></mj-section></mj-body></mjml>"""


@dataclass
class House:
    brand: Brand
    topic: Topic
    relay: Relay
    version: TemplateVersion


def build_house(**relay) -> House:
    brand = Brand.objects.create(
        slug="fibra-norte",
        name="Fibra Norte",
        issuer=Issuer.objects.create(name="Fibra Norte, S.L."),
        profile="ES",
        language="es",
        sender_name="Lucía de Fibra Norte",
        sender_address="hola@fibranorte.example",
        mailbox="clientes@fibranorte.example",
        phone="+34 910 000 000",
        postal_address="Calle Mayor 1, 28013 Madrid",
        public_url="https://correo.fibranorte.example",
        return_domain="vuelta.fibranorte.example",
    )
    purpose = Purpose.objects.create(code="newsletter", name={"es": "Boletín"}, commercial=True)
    topic = Topic.objects.create(brand=brand, code="novedades", name={"es": "Novedades"}, purpose=purpose)
    facts = {"name": "salida", "host": "127.0.0.1", "port": 25, "security": "none", "relay_signs": True, **relay}
    out = Relay.objects.create(**facts)
    template = create_template("Boletín", brand=brand)
    source = TemplateSource(language="es", subject="Novedades para {{ given_name }}", preheader="", mjml=MJML)
    version = add_version(template, texts=[source], fields=known_fields())
    return House(brand, topic, out, version)


def find_zone(*, hour: int) -> str:
    """Return a time zone in which it is this hour now."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the sign of these names is turned round


def add_people(house: House, number: int, *, domain: str = "cliente.example", permission: bool = True) -> list[Person]:
    now = timezone.now()
    addresses = Address.objects.bulk_create(
        [Address(value=f"persona{n}@{domain}", domain=domain) for n in range(number)]
    )
    people = Person.objects.bulk_create(
        [
            Person(number=f"{domain}-{n}", given_name=f"Nombre{n}", family_name="Güell", language="es", address=address)
            for n, address in enumerate(addresses)
        ]
    )
    index_persons([person.pk for person in people])
    if permission:
        facts = {"brand": house.brand, "purpose": house.topic.purpose, "topic": house.topic}
        entries = PermissionEntry.objects.bulk_create(
            [
                PermissionEntry(person=p, act="granted", basis="consent", at=now, source="formulario", **facts)
                for p in people
            ]
        )
        Permission.objects.bulk_create(
            [
                Permission(person=e.person, state="granted", basis="consent", granted_at=now, entry=e, **facts)
                for e in entries
            ]
        )
    return people


def open_dispatch(house: House, people: list[Person], *, message_class: str = "commercial") -> Dispatch:
    dispatch = Dispatch.objects.create(
        brand=house.brand,
        message_class=message_class,
        purpose=house.topic.purpose,
        topic=house.topic,
        version=house.version,
        relay=house.relay,
        reason={"es": "Novedades de su línea"},
    )
    now = timezone.now()
    Message.objects.bulk_create(
        Message(
            dispatch=dispatch,
            person=person,
            address=person.address.value if person.address else "",
            language="es",
            due_at=now,
            opaque=new_opaque(),
        )
        for person in people
    )
    return dispatch
