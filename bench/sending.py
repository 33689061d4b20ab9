"""The whole path to Postfix's smtp-sink: claim, gate, print, SMTP, record. The relay signs; 46 kB, 15 fields, 12 links.

What is measured is verified: every message says *sent*, and the sink has each recipient once. Beside it stands what
smtp-source, which is written in C and knows no ledger, does into the same sink.
"""

import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

from bench.figures import show, tell
from bench.house import open_house
from bench.sink import has_sink, open_sink

BAR = 2_000
SOURCE = shutil.which("smtp-source") or "/usr/sbin/smtp-source"


def run(*, number: int) -> bool:
    """Send `number` newsletters; show messages per CPU-second of ours."""
    if not has_sink():
        print("sending\t–\t–\tshort\tsmtp-sink is missing: install Debian's package postfix")
        return False
    home = open_house()
    with open_sink() as sink:
        expected = fill(number, port=sink.port)
        used, passed = _send(home)
        if sink.recipients() != Counter(expected):
            raise SystemExit("sending: what arrived is not what was sent, each once")
        met = show("sending, messages per CPU-second", number / used, bar=BAR, unit="/s")
        tell("sending, messages per second", number / passed, unit="/s")
        tell("smtp-source into the same sink", _raw_rate(number, port=sink.port), unit="/s")
        return met


def fill(number: int, *, port: int) -> list[str]:
    """Make the house, its newsletter and its people; returns the addresses."""
    from django.utils import timezone

    from bench.rendering import FIELDS, persons
    from esmero.content.versions import add_version, create_template
    from esmero.house.models import Brand, Issuer
    from esmero.mailroom.composing.recipient_fields import STANDARD, known_fields
    from esmero.outbox.ledger import new_opaque
    from esmero.outbox.models import Dispatch, Message, Relay
    from esmero.people.models import Address, CustomField, Permission, PermissionEntry, Person, Purpose, Topic
    from esmero.rendering.templates.compile import TemplateSource

    brand = Brand.objects.create(
        slug="fibra-norte",
        name="Fibra Norte",
        issuer=Issuer.objects.create(name="Fibra Norte, S. L."),
        profile="ES",
        language="es",
        sender_name="Fibra Norte",
        sender_address="boletin@fibra-norte.example",
        phone="+34 987 000 000",
        postal_address="Calle de la Rúa 1, 24003 León",
        public_url="https://correo.fibra-norte.example",
        return_domain="r.fibra-norte.example",
    )
    purpose = Purpose.objects.create(code="newsletter", commercial=True)
    topic = Topic.objects.create(brand=brand, code="novedades", name={"es": "Novedades"}, purpose=purpose)
    relay = Relay.objects.create(
        name="sink", host="127.0.0.1", port=port, security="none", relay_signs=True, connections=8
    )
    CustomField.objects.bulk_create(CustomField(key=key) for key in FIELDS if key not in STANDARD)
    source = TemplateSource("es", "{{ given_name }}: noviembre en {{ city }}", "", _mjml())
    version = add_version(create_template("Boletín", brand=brand), texts=[source], fields=known_fields())
    facts = {"brand": brand, "purpose": purpose, "topic": topic}
    dispatch = Dispatch.objects.create(
        message_class="commercial", version=version, relay=relay, reason={"es": "Novedades de su línea"}, **facts
    )
    now = timezone.now()
    values = [dict(one.values) for one in persons(number)]
    addresses = Address.objects.bulk_create(
        [Address(value=f"p{n}@cliente.example", domain="cliente.example") for n in range(number)]
    )
    people = Person.objects.bulk_create(
        [
            Person(address=address, given_name=str(own.pop("given_name", "")), language="es", fields=own)
            for address, own in zip(addresses, values, strict=True)
        ]
    )
    entries = PermissionEntry.objects.bulk_create(
        [PermissionEntry(person=one, act="granted", basis="consent", at=now, source="bench", **facts) for one in people]
    )
    Permission.objects.bulk_create(
        [
            Permission(person=e.person, state="granted", basis="consent", granted_at=now, entry=e, **facts)
            for e in entries
        ]
    )
    Message.objects.bulk_create(
        Message(
            dispatch=dispatch, person=one, address=one.address.value, language="es", due_at=now, opaque=new_opaque()
        )
        for one in people
        if one.address
    )
    return [address.value for address in addresses]


def _mjml() -> str:
    return (Path(__file__).parent / "newsletter.mjml").read_text("utf-8")


def _send(home: Path) -> tuple[float, float]:
    """Send all; returns CPU seconds (user and system, all threads) and seconds on the clock."""
    from esmero.outbox.models import Message
    from esmero.rounds.worker import make_sender, run_sender
    from esmero.work.stop_signal import StopSignal

    sender = make_sender(home=home, worker="bench")
    cpu, clock = time.process_time(), time.perf_counter()
    run_sender(sender, stop=StopSignal(), until_idle=True)
    used, passed = time.process_time() - cpu, time.perf_counter() - clock
    states = Counter(Message.objects.values_list("state", flat=True))
    if set(states) != {"sent"}:
        raise SystemExit(f"sending: not all were sent: {dict(states)}")
    return used, passed


def _raw_rate(number: int, *, port: int) -> float:
    started = time.perf_counter()
    subprocess.run(
        [SOURCE, "-s", "8", "-m", str(number), "-l", "46000", "-d", f"127.0.0.1:{port}"], check=True, timeout=300
    )
    return number / (time.perf_counter() - started)
