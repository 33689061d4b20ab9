"""A house with something on every page of the console.

There are `rows` of each thing, so that lists can be tried with 1 and 3.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from esmero.asks.models import Form
from esmero.campaigns.models import AudienceMember, Campaign
from esmero.content.media import add_picture
from esmero.content.versions import add_version, create_template, make_letter, source_of
from esmero.conversations.models import Conversation, Entry
from esmero.dossier.statistics.daily_aggregates import count_all_due
from esmero.house.models import AuditEntry, NumberSeries, StaffAbsence, StaffRole, Team, TeamMember, User
from esmero.house.upload_limits import PICTURE
from esmero.imports.lifecycle import create_import
from esmero.imports.models import Import
from esmero.intake.reports.dmarc import read_report
from esmero.mailroom.arriving.dmarc_reports import source_rows, store_report
from esmero.mailroom.composing.recipient_fields import known_fields
from esmero.mailroom.models import Inbound, Mailbox, MailboxFolder
from esmero.outbox.models import Captured, Message, MessageClass, MessageEvent, PrintBatch, Relay
from esmero.outbox.posting.content import ToAddress, WrittenText
from esmero.outbox.posting.kinds import MessageKind
from esmero.outbox.posting.post import post
from esmero.outbox.transports.capture.transport import capture
from esmero.outbox.transports.parcels import Parcel
from esmero.people.addresses.suppression import suppress
from esmero.people.models import (
    Address,
    Channel,
    ContactPoint,
    CustomField,
    Duplicate,
    Membership,
    Note,
    Organisation,
    PartyNumber,
    PartyRole,
    Person,
    PersonLine,
    Proposal,
    Segment,
    Tag,
)
from esmero.people.search_texts import index_persons
from esmero.privacy.models import DataRequest
from esmero.rendering.templates.compile import TemplateSource
from esmero.rounds.import_kinds import PERSONS
from esmero.vault.files import seal
from esmero.vault.uploads import check_upload
from esmero.work.models import Job
from tests.house_facts import House, add_people, build_house, open_dispatch
from tests.intake.dmarc_samples import make_xml

LETTER = (
    b"From: Fibra Norte <hola@fibranorte.example>\r\nTo: persona0@cliente.example\r\nSubject: Novedades\r\n"
    b"Message-ID: <a1@fibranorte.example>\r\nReply-To: <p-tag@vuelta.fibranorte.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b'<p>Hola</p><a href="https://correo.fibranorte.example/c/tag">Ver</a>\r\n'
)

RICH = (
    '<h1>Hola, {{ given_name | fallback("cliente") }}</h1><p>Le escribimos por <strong>dos</strong> cosas:</p>'
    "<ul><li>las obras</li><li>el precio</li></ul><p>"
    '<a class="button" href="https://fibranorte.example/obras">Ver</a></p>'
    '<div class="promotion"><p>Pase a Fibra 600.</p></div>'
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


def draw_picture(number: int = 0) -> bytes:
    """A picture that no other number gives."""
    written = BytesIO()
    Image.new("RGB", (60 + number, 40), (14, 92, 89)).save(written, "PNG")
    return written.getvalue()


def furnish_content(house: House, rows: int) -> dict[str, int]:
    """Give the brand a letter in versions and pictures; returns ids by name."""
    letter = create_template("Carta", brand=house.brand, kind="letter")
    made = make_letter(RICH, brand=house.brand, title="Dos cosas")
    for number in range(rows):
        source = TemplateSource("es", f"Dos cosas {number}", "Las obras y el precio", made.mjml)
        version = add_version(
            letter, texts=[source], letters={"es": RICH}, fields=known_fields(), created_by="Lucía", changed="Más corta"
        )
        text = house.version.texts.get()
        add_version(house.version.template, texts=[source_of(text)], fields=known_fields(), created_by="Lucía")
    by = User.objects.create_user("fotos@fibranorte.example", None, name="Lucía Prado", role="reader")
    facts = {"brand": house.brand, "alt": {"es": "Una calle"}, "by": by}
    pictures = [
        add_picture(check_upload(draw_picture(number), name="f", rule=PICTURE), name=f"Foto {number}", **facts)[0].pk
        for number in range(rows)
    ]
    return {"letter": letter.pk, "letter-version": version.pk, "picture": pictures[0]}


REPORT = b"""From: MAILER-DAEMON@relay.example
To: r-tag@vuelta.fibranorte.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; persona%d@cliente.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <persona%d@cliente.example>: User unknown
--b--
"""


def come_back(message: Message, *, number: int, at: datetime) -> Inbound:
    """A return, a complaint and a note of absence of one message, as handlers write them, and its address failing."""
    arrived = Inbound.objects.create(
        raw=seal(REPORT % (number, number), kind="inbound", media_type="message/rfc822"), door="smtp", received_at=at,
        envelope_to=f"r-{number}@vuelta.fibranorte.example", kind="bounce", why=["dsn", "meaning:unknown-user"],
        state="done", message=message,
    )  # fmt: skip
    said = {"status": "5.1.1", "text": f"550 5.1.1 <persona{number}@cliente.example>: User unknown"}
    for kind, facts in (
        ("returned-for-good", {"meaning": "unknown-user", **said}),
        ("complained", {"sign": "arf:abuse"}),
        ("absent", {"until": "2026-12-24", "successor": "otra@cliente.example", "subject": "Fuera de la oficina"}),
    ):
        MessageEvent.objects.create(message=message, kind=kind, at=at, facts={**facts, "inbound": arrived.pk})
    Address.objects.filter(pk=message.person.address_id).update(
        standing=("failing", "suppressed")[number % 2], reason="disabled", since=at, permanent_returns=1
    )
    return arrived


# The pages that stand in every house, whatever it holds.
FIXED = {
    "media": "media/", "picture-new": "media/new/", "today": "", "people": "people/", "search": "people/?q=nombre",
    "data-requests": "data-requests/", "forms": "forms/", "form-new": "forms/new/", "organisations": "organisations/",
    "organisation-new": "organisations/new/", "issuers": "settings/companies/",
    "issuer-new": "settings/companies/new/", "duplicates": "duplicates/", "permissions": "permissions/",
    "silences": "permissions/silences/", "segments": "segments/", "imports": "imports/", "import-new": "imports/new/",
    "import-new-exclusions": "imports/new/exclusions/",
    "segment-new": "segments/new/", "campaigns": "campaigns/", "campaign-new": "campaigns/new/",
    "returns": "returns/", "returns-each": "returns/each/", "returns-words": "returns/words/",
    "returns-addresses": "returns/addresses/", "returns-complaints": "returns/complaints/",
    "returns-absences": "returns/absences/", "proposals": "returns/proposals/",
    "proposals-decided": "returns/proposals/?state=refused", "returns-mail": "returns/mail/", "reports": "reports/",
    "report-pressure": "reports/pressure/", "report-returns": "reports/returns/", "report-growth": "reports/growth/",
    "templates": "templates/", "template-new": "templates/new/", "conversations": "conversations/",
    "catcher": "catcher/", "work": "work/", "settings": "settings/", "parts": "parts/", "own": "settings/own/",
    "first-steps": "first-steps/", "brands": "settings/brands/", "brand-new": "settings/brands/new/",
    "relays": "settings/relays/", "relay-new": "settings/relays/new/", "mailboxes": "settings/mailboxes/",
    "mailbox-new": "settings/mailboxes/new/", "hooks": "settings/hooks/", "hook": "settings/hooks/postmark/",
    "fields": "settings/fields/", "field-new": "settings/fields/new/", "profiles": "settings/profiles/",
    "retention": "settings/retention/", "records": "settings/records/", "team": "settings/team/",
    "member-new": "settings/team/new/", "role-new": "settings/team/roles/new/",
    "staff-team-new": "settings/team/teams/new/", "absence-new": "settings/team/absences/new/",
    "audit": "settings/audit/", "topics": "topics/", "topic-new": "topics/new/",
    "purpose-new": "purposes/new/", "norms": "norms/", "letters": "letters/",
}  # fmt: skip


def furnish_letters(house: House, rows: int, *, at: datetime) -> None:
    """Add letters of each state: due, in a batch that waits to be posted, and returned."""
    for number in range(rows):
        due, printed, returned = (
            post(
                MessageKind(name="test-letter", message_class=MessageClass.SERVICE),
                ToAddress(f"Vecina {number}\nCalle Mayor {number}\n28013 Madrid", ground="test"),
                WrittenText(subject="Su contrato", text="Buenos días"),
                brand=house.brand,
                channel=Channel.POST,
                reason={"es": "Es cliente"},
            )
            for _ in range(3)
        )
        batch = PrintBatch.objects.create(
            brand=house.brand,
            state="printed",
            made_at=at,
            made_by="Lucía Prat",
            printed_at=at,
            letters=1,
            pages=2,
            pdf=seal(b"%PDF", kind="letters", media_type="application/pdf", name="letters.pdf"),
            csv=seal(b"number", kind="letters", media_type="text/csv", name="letters.csv"),
        )
        Message.objects.filter(pk=printed.pk).update(state="printed", print_batch=batch, due_at=None)
        Message.objects.filter(pk=returned.pk).update(state="sent", sent_at=at, due_at=None, worst=4)
        MessageEvent.objects.create(message=returned, kind="returned-for-good", at=at, facts={"letter": "moved"})
        assert due.state == "planned"


def _furnish_parties(person, organisation, *, house):
    """Give a person and an organisation roles, numbers and addresses; return the paths of the pages about them."""
    today = timezone.localdate()
    pages = {}
    for name, place, party in (("person", "people", person), ("organisation", "organisations", organisation)):
        of = {name: party}
        role = PartyRole.objects.create(**of, kind="customer", brand=house.brand, since=today)
        PartyRole.objects.create(**of, kind="sponsor", until=today)
        number = PartyNumber.objects.create(**of, brand=house.brand, value=f"A-{name}")
        at = f"{place}/{party.pk}"
        pages |= {
            f"{name}-role-new": f"{at}/roles/new/", f"{name}-role": f"{at}/roles/{role.pk}/",
            f"{name}-number-new": f"{at}/numbers/new/", f"{name}-number": f"{at}/numbers/{number.pk}/",
        }  # fmt: skip
    other = Organisation.objects.create(name="Cooperativa del Sella", folded="cooperativa del sella", country="ES")
    Membership.objects.create(person=person, organisation=other, position="Presidenta")
    facts = {"street": "Calle Uría 3", "postal_code": "33003", "city": "Oviedo", "country": "ES"}
    point = ContactPoint.objects.create(
        organisation=organisation, kind="post", value="Calle Uría 3, Oviedo", use="billing", facts=facts
    )
    NumberSeries.objects.create(issuer=house.brand.issuer, prefix="F", year=2026)
    return pages | {
        "person-organisation-new": f"people/{person.pk}/organisations/new/",
        "person-organisation": f"people/{person.pk}/organisations/{other.pk}/",
        "organisation-post": f"organisations/{organisation.pk}/reach/post/new/?country=FR",
        "organisation-reach": f"organisations/{organisation.pk}/reach/{point.pk}/",
        "issuer": f"settings/companies/{house.brand.issuer_id}/",
    }


def furnish(rows: int = 1) -> Console:
    """Furnish a house with so many of each thing; with none there are the pages that stand in every house."""
    house = build_house()
    if not rows:
        return Console(house, [], {name: f"/console/{path}" for name, path in FIXED.items()})
    Relay.objects.create(name="catcher", kind="capture")
    member = User.objects.create_user("nuria@fibranorte.example", name="Nuria Soler", role="agent", language="es")
    role = StaffRole.objects.create(code="caja", name="Caja", rights=["house.read", "people.export"])
    team = Team.objects.create(name="Atención", brand=house.brand)
    TeamMember.objects.create(team=team, user=member)
    for number in range(rows):
        away = date.today() + timedelta(days=number)  # noqa: DTZ011 - any day that is not over
        StaffAbsence.objects.create(user=member, first_day=away, last_day=away)
    CustomField.objects.create(key="contract", label={"en": "Contract"})
    people = add_people(house, rows)
    now = timezone.now()
    facts = {"brand": house.brand, "topic": house.topic, "reason": {"es": "Su línea", "en": "Your line"}}
    segments = [
        Segment.objects.create(
            name=f"Segmento {n}",
            conditions={
                "kind": "any",
                "parts": [
                    {"kind": "field", "field": "language", "value": "es"},
                    {"kind": "tag", "name": "vip", "negated": True},
                ],
            },
        )
        for n in range(rows)
    ]
    organisation = Organisation.objects.create(
        name="Talleres Güell", folded="talleres guell", domain="talleres.example"
    )
    Person.objects.filter(pk__in=[person.pk for person in people]).update(organisation=organisation)
    extra = [
        Person.objects.create(given_name="Nombre", family_name=f"Güell {n}", folded=f"guell {n}") for n in range(rows)
    ]
    twins = [
        Duplicate.objects.create(first=person, second=other, signs=["address", "name"], weight=90)
        for person, other in zip(people, extra, strict=True)
    ]
    for person in people:
        suppress(f"gone{person.pk}@x.example", scope="all", reason="unknown-user", evidence="x", at=now)
        Note.objects.create(person=person, kind="call", text="¿Cuándo vienen?", at=now, by="Lucía")
    draft_import = create_import(LIST, kind=PERSONS, name="clientes.csv", brand=house.brand, by="Lucía")
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
    index_persons([person.pk for person in (*people, *extra)])
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
        arrived = come_back(message, number=number, at=now)
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
        Proposal.objects.create(
            person=person, kind=("successor", "moved")[number % 2], address=f"marta{number}@cliente.example",
            evidence=f"inbound {arrived.pk}", words="Ya no trabajo aquí. Escriba a Marta Gil, marta@cliente.example",
            found_at=now,
        )  # fmt: skip
        AuditEntry.objects.create(
            action="campaign.started", actor_name="Lucía", subject_kind="campaign", subject_id=running.pk
        )
        Campaign.objects.create(name=f"Antigua {number}", state="done", **facts)
        Job.objects.create(kind="dry-run", state="failed", trouble="Traceback\nOSError: disk full", done=1, total=2)
        capture([Parcel(message.pk, "r-tag@vuelta.fibranorte.example", f"persona{number}@cliente.example", LETTER)])
        Mailbox.objects.create(
            name=f"buzon-{number}", host="imap.fibranorte.example", username="vuelta@fibranorte.example",
            folders=["INBOX"], trouble=("", ("imap.fibranorte.example refuses vuelta (LOGIN failed). Check name and "
                                            "password."))[number % 2], reached_at=now,
            check_result={"steps": [{"step": "name", "state": "ok", "said": "192.0.2.1", "remedy": ""},
                {"step": "auth", "state": "broken", "said": "no", "remedy": "Check name and password"}], "good": False},
        )  # fmt: skip
    domain = house.brand.sender_address.rpartition("@")[2]
    told = [(f"192.0.2.{number}", 90 - number, ("pass", "fail")[number % 2], "fail") for number in range(rows)]
    for number in range(rows):
        found = read_report(
            make_xml([*told, ("198.51.100.7", 3, "fail", "fail")], domain=domain, report_id=f"r-{number}")
        )
        aggregate = store_report(
            replace(found, begin=now - timedelta(days=number + 2), end=now - timedelta(days=number + 1)),
            evidence=f"inbound {arrived.pk}"
        )  # fmt: skip
    box = Mailbox.objects.order_by("id").first()
    MailboxFolder.objects.create(mailbox=box, name="INBOX", last_uid=7, number=7, fetched_at=now)
    count_all_due(now)
    imported = [
        Import.objects.create(
            kind="persons",
            file=draft_import.file,
            reading=draft_import.reading,
            file_name="clientes.csv",
            brand=house.brand,
            options={"topic": house.topic.pk},
            source="formulario",
            state="done",
            counts={"added": rows},
            finished_at=now - timedelta(days=1),
        )
        for _ in range(rows)
    ]
    PersonLine.objects.bulk_create(
        PersonLine(of=imported[0], line=number + 2, verdict="added", person=person)
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
    content = furnish_content(house, rows)
    furnish_letters(house, rows, at=now)
    sending = f"settings/brands/{house.brand.pk}/senders/"
    pages = FIXED | {
        "letter": f"templates/{content['letter']}/", "letter-versions": f"templates/{content['letter']}/versions/",
        "letter-look": f"templates/versions/{content['letter-version']}/look/",
        "template-versions": f"templates/{house.version.template_id}/versions/",
        "template-look": f"templates/versions/{house.version.pk}/look/?dark=1&narrow=1&bare=1",
        "picture": f"media/{content['picture']}/",
        "person": f"people/{people[0].pk}/",
        "data-request": f"data-requests/{wishes[0].pk}/",
        "form": f"forms/{forms[0].pk}/",
        "person-edit": f"people/{people[0].pk}/edit/", "person-address": f"people/{people[0].pk}/address/",
        "person-permission": f"people/{people[0].pk}/permission/", "person-notes": f"people/{people[0].pk}/?show=notes",
        "person-phone": f"people/{people[0].pk}/reach/phone/new/",
        "person-post": f"people/{people[0].pk}/reach/post/new/?country=ES",
        "person-reach": f"people/{people[0].pk}/reach/{ContactPoint.objects.first().pk}/",
        "organisation": f"organisations/{organisation.pk}/?q=nombre",
        "organisation-edit": f"organisations/{organisation.pk}/edit/",
        **_furnish_parties(people[0], organisation, house=house),
        "duplicate": f"duplicates/{twins[0].pk}/",
        "import": f"imports/{imported[0].pk}/", "import-refused": f"imports/{imported[0].pk}/refused.csv",
        "import-draft": f"imports/{draft_import.pk}/", "import-undo": f"imports/{imported[0].pk}/undo/",
        "segment": f"segments/{segments[0].pk}/",
        "campaign": f"campaigns/{running.pk}/", "campaign-people": f"campaigns/{running.pk}/people/",
        "campaign-message": f"campaigns/{running.pk}/?tab=message",
        "campaign-record": f"campaigns/{running.pk}/?tab=record",
        "campaign-checked": f"campaigns/{checked.pk}/", "campaign-audience": f"campaigns/{checked.pk}/people/",
        "message": f"messages/{message.pk}/",
        "letter-message": f"messages/{Message.objects.filter(state='printed').first().pk}/",
        "arrival": f"returns/mail/{arrived.pk}/",
        "campaign-draft": f"campaigns/{draft.pk}/", "campaign-edit": f"campaigns/{draft.pk}/edit/",
        "template": f"templates/{house.version.template_id}/",
        "template-visual": f"templates/{house.version.template_id}/visual/",
        "conversation": f"conversations/{Conversation.objects.first().pk}/",
        "caught": f"catcher/{Captured.objects.first().pk}/",
        "caught-headers": f"catcher/{Captured.objects.first().pk}/?view=headers",
        "caught-source": f"catcher/{Captured.objects.first().pk}/?view=source",
        "brand": f"settings/brands/{house.brand.pk}/", "domain": f"settings/brands/{house.brand.pk}/domain/",
        "relay": f"settings/relays/{house.relay.pk}/",
        "senders": f"{sending}{domain}/", "dmarc-reports": f"{sending}{domain}/reports/",
        "sender": f"{sending}{domain}/{source_rows(domain).first().pk}/",
        "dmarc-report": f"{sending}{domain}/reports/{aggregate.pk}/",
        "mailbox": f"settings/mailboxes/{box.pk}/",
        "field": f"settings/fields/{CustomField.objects.get().pk}/", "member": f"settings/team/{member.pk}/",
        "role": f"settings/team/roles/{role.pk}/", "staff-team": f"settings/team/teams/{team.pk}/",
        "topic": f"topics/{house.topic.pk}/",
        "purpose": f"purposes/{house.topic.purpose_id}/",
    }  # fmt: skip
    return Console(house, people, {name: f"/console/{path}" for name, path in pages.items()})
