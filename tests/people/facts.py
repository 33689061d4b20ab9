"""What tests about people stand on: a brand with one commercial topic."""

from dataclasses import dataclass

from esmero.house.models import Brand
from esmero.people.models import Purpose, Topic


@dataclass
class House:
    brand: Brand
    topic: Topic


def build_brand(slug="fibra-norte"):
    brand = Brand.objects.create(
        slug=slug,
        name="Fibra Norte",
        profile="ES",
        language="es",
        sender_name="Fibra Norte",
        sender_address="hola@fibranorte.example",
        public_url="https://correo.fibranorte.example",
        return_domain="vuelta.fibranorte.example",
    )
    purpose, _ = Purpose.objects.get_or_create(code="newsletter", defaults={"commercial": True})
    return House(brand, Topic.objects.create(brand=brand, code="novedades", name={"es": "Novedades"}, purpose=purpose))
