"""A house with something on every page of the console: `rows` of each thing, so that lists can be tried with 1 and 3."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from esmero.asks.models import Form
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.conversations.models import Conversation, Entry
from esmero.house.models import AuditEntry, User
from esmero.outbox.models import Captured, Message, MessageEvent, Relay
from esmero.outbox.transports.capture.transport import capture
from esmero.outbox.transports.parcels import Parcel
from esmero.people.imports.lifecycle import bring_file
from esmero.people.models import ContactPoint, Import, ImportLine, OwnField, Person, Segment, Tag
from esmero.privacy.models import DataRequest
from esmero.work.models import Job
from tests.house_facts import House, add_people, build_house, open_dispatch

LETTER = (
    b"From: Fibra Norte <hola@fibranorte.example>\r\nTo: persona0@cliente.example\r\nSubject: Novedades\r\n"
    b"Message-ID: <a1@fibranorte.example>\r\nReply-To: <p-tag@vuelta.fibranorte.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b'<p>Hola</p><a href="https://correo.fibranorte.example/c/tag">Ver</a>\r\n'
)

LIST = "Número;Correo;¿Acepta publicidad?;Tarifa\r\n7;zoe@cliente.example;sí;Fibra\r\n".encode()


@dataclass
class Console:
    """What the pages show; `paths` are the addresses of all pages that answer GET, by name."""

    house: House
    people: list[Person]
    paths: dict[str, str]


def staff(role: str = "owner", language: str = "en") -> User:
    return User.objects.create_user(
        f"{role}@fibranorte.example", "a-long-password", name="Lucía Prado", role=role, language=language
    )


def furnish(rows: int = 1) -> Console:
    house = build_house()
    Relay.objects.create(name="catcher", kind="capture")
    OwnField.objects.create(key="contract", label={"en": "Contract"})
    people = add_people(house, rows)
    now = timezone.now()
    facts = {"brand": house.brand, "topic": house.topic, "reason": {"es": "Su línea", "en": "Your line"}}
    segments = [
        Segment.objects.create(
            name=f"Segmento {n}",
            conditions={"any": [{"field": "language", "is": "=", "value": "es"}, {"not": {"tag": "vip"}}]},
        )
        for n in range(rows)
    ]
    draft_import = bring_file(LIST, name="clientes.csv", brand=house.brand, by="Lucía")
    dispatch = open_dispatch(house, people)
    running = Campaign.objects.create(
        name="Novedades",
        state="running",
        dispatch=dispatch,
        version=house.version,
        segment=segments[0],
        started_at=now,
        **facts,
    )
    checked = Campaign.objects.create(
        name="Ofertas",
        state="checked",
        version=house.version,
        segment=segments[0],
        counts={"audience": 3, "go": 2, "G03": 1},
        **facts,
    )
    draft = Campaign.objects.create(name="Bienvenida", **facts)
    for number, person in enumerate(people):
        Person.objects.filter(pk=person.pk).update(fields={"contract": "monthly"}, folded=f"guell nombre{number}")
        person.tags.add(Tag.objects.create(name=f"etiqueta {number}"))
        ContactPoint.objects.create(
            person=person, kind="phone", value="+34 600 000 000", facts={"e164": "+34600000000"}
        )
        message = Message.objects.get(person=person, dispatch=dispatch)
        Message.objects.filter(pk=message.pk).update(
            state="doubt", trouble="The sender stopped.", receiver=f"receiver {number}"
        )
        MessageEvent.objects.create(message=message, kind="clicked", at=now)
        MessageEvent.objects.create(message=message, kind="returned-for-good", at=now, facts={"status": "5.1.1"})
        talk = Conversation.objects.create(
            brand=house.brand,
            person=person,
            address=f"persona{number}@cliente.example",
            subject="Re: Novedades",
            opened_at=now,
            last_at=now,
        )
        Entry.objects.create(
            conversation=talk, direction="in", at=now, author=talk.address, text="¿Me llaman?", answers=message
        )
        AudienceMember.objects.create(campaign=checked, person=person, outcome="refuse", first="G03", codes="G03")
        AuditEntry.objects.create(
            action="campaign.started", actor_name="Lucía", subject_kind="campaign", subject_id=running.pk
        )
        Campaign.objects.create(name=f"Antigua {number}", state="done", **facts)
        Job.objects.create(kind="dry-run", state="failed", trouble="Traceback\nOSError: disk full", done=1, total=2)
        capture([Parcel(message.pk, "r-tag@vuelta.fibranorte.example", f"persona{number}@cliente.example", LETTER)])
    imported = [
        Import.objects.create(
            file=draft_import.file,
            reading=draft_import.reading,
            file_name="clientes.csv",
            brand=house.brand,
            topic=house.topic,
            source="formulario",
            state="done",
            counts={"added": rows},
            finished_at=now - timedelta(days=1),
        )
        for _ in range(rows)
    ]
    ImportLine.objects.bulk_create(
        ImportLine(of=imported[0], line=number + 2, verdict="added", person=person)
        for number, person in enumerate(people)
    )
    forms = [
        Form.objects.create(
            brand=house.brand, slug=f"boletin-{n}", name=f"Boletín {n}", wording={"es": "Sí"}, state="open"
        )
        for n in range(rows)
    ]
    forms[0].topics.add(house.topic)
    wishes = [
        DataRequest.objects.create(kind="erase", person=person, brand=house.brand, at=now, due_at=now)
        for person in people
    ]
    pages = {
        "today": "", "people": "people/", "search": "people/?q=nombre", "person": f"people/{people[0].pk}/",
        "data-requests": "data-requests/", "data-request": f"data-requests/{wishes[0].pk}/",
        "forms": "forms/", "form-new": "forms/new/", "form": f"forms/{forms[0].pk}/",
        "segments": "segments/", "imports": "imports/", "import-new": "imports/new/", "import": f"imports/{imported[0].pk}/",
        "import-draft": f"imports/{draft_import.pk}/",
        "segment": f"segments/{segments[0].pk}/", "segment-new": "segments/new/", "campaigns": "campaigns/", "campaign-new": "campaigns/new/",
        "campaign": f"campaigns/{running.pk}/", "campaign-people": f"campaigns/{running.pk}/?tab=people",
        "campaign-message": f"campaigns/{running.pk}/?tab=message", "campaign-record": f"campaigns/{running.pk}/?tab=record",
        "campaign-checked": f"campaigns/{checked.pk}/", "campaign-audience": f"campaigns/{checked.pk}/?tab=people",
        "campaign-draft": f"campaigns/{draft.pk}/", "campaign-edit": f"campaigns/{draft.pk}/edit/",
        "templates": "templates/", "template-new": "templates/new/", "template": f"templates/{house.version.template_id}/",
        "conversations": "conversations/", "conversation": f"conversations/{Conversation.objects.first().pk}/",
        "catcher": "catcher/", "caught": f"catcher/{Captured.objects.first().pk}/",
        "caught-headers": f"catcher/{Captured.objects.first().pk}/?view=headers",
        "caught-source": f"catcher/{Captured.objects.first().pk}/?view=source",
        "work": "work/", "settings": "settings/", "parts": "parts/", "own": "settings/own/",
        "first-steps": "first-steps/", "brands": "settings/brands/", "brand-new": "settings/brands/new/",
        "brand": f"settings/brands/{house.brand.pk}/", "domain": f"settings/brands/{house.brand.pk}/domain/",
        "relays": "settings/relays/", "relay-new": "settings/relays/new/", "relay": f"settings/relays/{house.relay.pk}/",
        "fields": "settings/fields/", "field-new": "settings/fields/new/", "field": f"settings/fields/{OwnField.objects.get().pk}/",
        "profiles": "settings/profiles/", "team": "settings/team/", "member-new": "settings/team/new/",
        "audit": "settings/audit/", "topics": "topics/", "topic-new": "topics/new/", "topic": f"topics/{house.topic.pk}/",
        "purpose-new": "purposes/new/", "purpose": f"purposes/{house.topic.purpose_id}/", "norms": "norms/",
    }  # fmt: skip
    return Console(house, people, {name: f"/console/{path}" for name, path in pages.items()})
