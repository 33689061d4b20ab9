"""How long one message takes to print: the 35 kB newsletter with 15 fields, 12 links, a loop and an if."""

import base64
import email
import email.policy
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from esmero.rendering.message import MessageRenderer, PersonalFacts, SharedHeaders
from esmero.rendering.mime.dkim import DkimKey
from esmero.rendering.templates.compile import CompiledTemplate, TemplateSource, compile_source
from esmero.rendering.templates.footer import Footer
from esmero.rendering.tokens import Signer

FIELDS = (
    "given_name", "customer_since", "city", "province", "plan", "speed", "customer_number", "agent_name", "office",
    "outage_minutes", "exchange", "credit", "postal_code", "price", "contract_end", "works",
)  # fmt: skip
_NAMES = ("Ana", "José María", "Íñigo", "Mª Carmen", "Zoë", "", "Begoña", "Jordi")
_CITIES = ("León", "A Coruña", "Donostia / San Sebastián", "Vic", "Écija", "Palencia", "Gijón")
_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def newsletter() -> CompiledTemplate:
    """Give the newsletter that sending is measured with."""
    source = TemplateSource(
        language="es",
        subject='{{ given_name | fallback("Cliente") }}: noviembre en {{ city }}',
        preheader="Obras en su barrio, lo que le debíamos y lo que no cambia",
        mjml=(Path(__file__).parent / "newsletter.mjml").read_text(encoding="utf-8"),
    )
    footer = Footer(
        sender="Fibra Norte, S. Coop.",
        reason="Recibe este boletín porque lo pidió en su área de cliente.",
        phone="987 000 000, de lunes a viernes de 9 a 19 h",
        postal="Calle de la Rúa 1, 24003 León",
        why_label="¿Por qué recibo esto?",
        preferences_label="Elegir qué me escriben",
        unsubscribe_label="Darme de baja",
    )
    return compile_source(source, fields=FIELDS, footer=footer)


def frame(*keys: DkimKey) -> SharedHeaders:
    return SharedHeaders(
        from_name="Fibra Norte",
        from_address="boletin@fibra-norte.example",
        message_domain="fibra-norte.example",
        return_domain="r.fibra-norte.example",
        reply_domain="b.fibra-norte.example",
        base_url="https://correo.fibra-norte.example",
        list_label="boletin",
        list_name="Boletín",
        list_domain="fibra-norte.example",
        feedback_id="noviembre:boletin:fn:esmero",
        bulk=True,
        keys=keys,
    )


def persons(count: int) -> Iterator[PersonalFacts]:
    """Give recipients whose facts differ as those of real customers do."""
    for number in range(1, count + 1):
        name = _NAMES[number % len(_NAMES)]
        values = {
            "given_name": name,
            "customer_since": f"{1 + number % 28} de marzo de {2005 + number % 20}",
            "city": _CITIES[number % len(_CITIES)],
            "province": None if number % 9 == 0 else "León",
            "plan": f"Fibra {300 * (1 + number % 3)}",
            "speed": 300 * (1 + number % 3),
            "customer_number": f"FN-{number:07d}",
            "agent_name": ("Pilar Núñez", "Óscar Gil")[number % 2],
            "office": ("León", "Ponferrada")[number % 2],
            "outage_minutes": number % 4 * 37,
            "exchange": "San Andrés del Rabanedo",
            "credit": f"{number % 4},{number % 90 + 10} €",
            "postal_code": f"24{number % 1000:03d}",
            "price": f"{29 + number % 20},90 €",
            "contract_end": f"{1 + number % 28} de mayo de 2027",
            "works": [
                {"street": f"Calle del Cid, {each}", "date": f"{each} de diciembre"}
                for each in range(1, 4 + number % 3)
            ],
        }
        address = f"cliente{number}@correo.example"
        yield PersonalFacts(
            message=number, opaque=f"m{number:x}.fibra", address=address, name=f"{name} Ruiz".strip(), values=values
        )


def measure(count: int = 3000, *, signed: bool = False) -> float:
    """Give the CPU microseconds that one message takes on one core; with `signed`, RSA-2048 included.

    The last message is read back by the standard library, and its signature by dkimpy: what is measured is also right.
    """
    compiled = newsletter()
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keys = (DkimKey(domain="fibra-norte.example", selector="s1", private=pem),) if signed else ()
    signer = Signer({1: bytes(range(32))}, current=1)
    press = MessageRenderer(compiled, frame(*keys), link_ids=range(1, len(compiled.links) + 1), signer=signer)
    everybody = list(persons(count))
    press.render(everybody[0], at=_AT)
    began = time.process_time()
    for personal in everybody:
        mail = press.render(personal, at=_AT)
    spent = time.process_time() - began
    read = email.message_from_bytes(mail.body, policy=email.policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    shown = list(read.iter_parts())[1].get_content()
    assert str(everybody[-1].values["customer_number"]) in shown
    if signed:
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        assert dkim.verify(mail.body, dnsfunc=lambda *_args, **_kwargs: record)
    return spent / count * 1e6
