"""Define the demo's invented group: two brands, their topics, staff, and the relay into the mail catcher."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.conf import settings

from esmero.house.issuers.editing import save_issuer
from esmero.house.issuers.number_series import open_series
from esmero.house.keys import create_dkim_key
from esmero.house.models import Brand, Issuer, User
from esmero.outbox.models import Relay
from esmero.people.models import CustomField, Purpose, Topic

PASSWORD = "esmero-demo-2026"  # noqa: S105 - printed for everybody who runs the demo
DKIM_SELECTOR = "esmero"
BY = "esmero demo"
SERIES_YEAR = 2026

STAFF = (
    ("marta@fibra-norte.example", "Marta Rincón", User.Role.OWNER, "es"),
    ("camille@cercle-references.example", "Camille Delaunay", User.Role.MANAGER, "fr"),
    ("nora@fibra-norte.example", "Nora Kilbride", User.Role.AGENT, "en"),
    ("pelayo@fibra-norte.example", "Pelayo Arango", User.Role.READER, "es"),
)

BRANDS = (
    {
        "slug": "fibra-norte",
        "name": "Fibra Norte",
        "profile": "ES",
        "language": "es",
        "sender_name": "Marta Rincón, Fibra Norte",
        "sender_address": "marta@fibra-norte.example",
        "mailbox": "atencion@fibra-norte.example",
        "phone": "+34 985 000 100",
        "postal_address": "Avda. de la Constitución 8, 33001 Oviedo",
        "return_domain": "vuelta.fibra-norte.example",
        "dkim_domain": "fibra-norte.example",
        "colour": "#0e5c59",
        "timezone": "Europe/Madrid",
    },
    {
        "slug": "cercle-references",
        "name": "Cercle Références",
        "profile": "FR",
        "language": "fr",
        "sender_name": "Camille Delaunay, Cercle Références",
        "sender_address": "camille@cercle-references.example",
        "mailbox": "bonjour@cercle-references.example",
        "phone": "+33 1 99 00 12 34",
        "postal_address": "14 rue des Tisserands, 69004 Lyon",
        "return_domain": "retour.cercle-references.example",
        "dkim_domain": "cercle-references.example",
        "colour": "#6b2f5c",
        "timezone": "Europe/Paris",
    },
)

# The companies behind the brands, with numbers that nobody has: correct in form, made of zeros and sequences.
ISSUERS: Mapping[str, Mapping[str, Any]] = {
    "fibra-norte": {
        "name": "Fibra Norte Telecomunicaciones SL",
        "tax_id": "B33000001",
        "postal_address": {
            "street": "Avda. de la Constitución 8",
            "postal_code": "33001",
            "city": "Oviedo",
            "region": "Asturias",
            "country": "ES",
        },
        "iban": "ES9121000418450200051332",
        "creditor_id": "ES53000B33000001",
        "status_address": "facturas@fibra-norte.example",
    },
    "cercle-references": {
        "name": "Cercle Références SAS",
        "tax_id": "FR12000000000",
        "siren": "000000000",
        "postal_address": {
            "street": "14 rue des Tisserands",
            "postal_code": "69004",
            "city": "Lyon",
            "country": "FR",
        },
        "iban": "FR1420041010050500013M02606",
        "status_address": "factures@cercle-references.example",
    },
}

PURPOSES = (
    ("marketing", {"es": "Novedades y ofertas", "fr": "Actualités et offres", "en": "News and offers"}, True),
    ("service", {"es": "Lo que necesita saber", "fr": "Ce qu’il faut savoir", "en": "What you need to know"}, False),
)

TOPICS = (
    ("fibra-norte", "novedades", "marketing", {"es": "Novedades", "fr": "Nouveautés", "en": "News"}),
    ("fibra-norte", "ofertas", "marketing", {"es": "Ofertas", "fr": "Offres", "en": "Offers"}),
    (
        "fibra-norte", "avisos", "service",
        {"es": "Avisos del servicio", "fr": "Avis de service", "en": "Service notices"},
    ),
    (
        "cercle-references", "lettre", "marketing",
        {"es": "La carta del club", "fr": "La lettre du Cercle", "en": "The club’s letter"},
    ),
    ("cercle-references", "rencontres", "marketing", {"es": "Encuentros", "fr": "Rencontres", "en": "Gatherings"}),
    ("cercle-references", "membres", "service", {"es": "Vida de socio", "fr": "Vie des membres", "en": "Membership"}),
)  # fmt: skip

FIELDS: tuple[tuple[str, str, dict[str, str], list[str]], ...] = (
    ("tariff", "choice", {"es": "Tarifa", "fr": "Forfait", "en": "Tariff"}, ["Fibra 300", "Fibra 600", "Fibra 1000"]),
    ("monthly", "decimal", {"es": "Cuota mensual", "fr": "Mensualité", "en": "Monthly price"}, []),
    ("since", "date", {"es": "Cliente desde", "fr": "Client depuis", "en": "Customer since"}, []),
    ("city", "text", {"es": "Ciudad", "fr": "Ville", "en": "City"}, []),
    (
        "sector", "choice", {"es": "Sector", "fr": "Secteur", "en": "Sector"},
        ["industrie", "conseil", "logiciel", "artisanat"],
    ),
    (
        "mentor", "boolean",
        {"es": "Acompaña a otros socios", "fr": "Parraine d’autres membres", "en": "Mentors other members"}, [],
    ),
)  # fmt: skip


class InventedGroup(NamedTuple):
    """Hold the created brands and topics by code (topics by brand and code)."""

    brands: dict[str, Brand]
    topics: dict[tuple[str, str], Topic]


def create_group(*, public_url: str) -> InventedGroup:
    """Create the group in an empty database. Call it in a transaction."""
    brands = {}
    for facts in BRANDS:
        issuer = save_issuer(Issuer(), facts=ISSUERS[facts["slug"]], by=BY)
        open_series(issuer, prefix="F", year=SERIES_YEAR, first=1, by=BY)
        brand = Brand.objects.create(**facts, issuer=issuer, public_url=public_url, dkim_selector=DKIM_SELECTOR)
        create_dkim_key(settings.HOME, domain=brand.dkim_domain, selector=brand.dkim_selector)
        brands[brand.slug] = brand
    purposes = {
        code: Purpose.objects.create(code=code, name=name, commercial=commercial) for code, name, commercial in PURPOSES
    }
    topics = {
        (brand, code): Topic.objects.create(brand=brands[brand], code=code, name=name, purpose=purposes[purpose])
        for brand, code, purpose, name in TOPICS
    }
    for key, kind, label, choices in FIELDS:
        CustomField.objects.create(key=key, kind=kind, label=label, choices=choices)
    for email, name, role, language in STAFF:
        User.objects.create_user(email, PASSWORD, name=name, role=role, language=language)
    Relay.objects.create(name="catcher", kind=Relay.Kind.CAPTURE)
    return InventedGroup(brands, topics)
