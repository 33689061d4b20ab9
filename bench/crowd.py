"""A house with a crowd in it, for the pages: people, campaigns, messages, events and what else grows, by plain SQL.

It stands on the small house of tests/web/facts.py, so that every page of the console has its address. Spreads are those
of a real house: a few hundred people got every campaign, four of ten never got one; one campaign is a third of all
mail. Works on SQLite and PostgreSQL. The size is the number of people; there are 1.5 messages and 3 events for each.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils import timezone

from esmero import models as tables
from esmero.dossier.statistics.daily_aggregates import update_pressure
from esmero.dossier.statistics.dispatch_statistics import NEVER, aggregate_kind, count_statistics

BASE = 10_000  # what the small house made has lower ids
CAMPAIGNS = 200
DAYS = 400
_NAMES = [
    "Ana",
    "Luis",
    "María",
    "José",
    "Carmen",
    "Jorge",
    "Lucía",
    "Pablo",
    "Elena",
    "Diego",
    "Marta",
    "Iván",
    "Nuria",
    "Raúl",
    "Sara",
    "Hugo",
    "Irene",
    "Óscar",
    "Julia",
    "Adrián",
]
_FAMILIES = [
    "García",
    "Muñoz",
    "López",
    "Núñez",
    "Pérez",
    "Güell",
    "Castro",
    "Rivas",
    "Soler",
    "Vidal",
    "Ortega",
    "Ramos",
    "Prieto",
    "Ibáñez",
    "Cano",
    "Serra",
    "Lozano",
    "Vega",
    "Mora",
    "Peña",
]
_MEANINGS = (
    ("unknown-user", "5.1.1", "550 5.1.1 <{}>: User unknown"),
    ("mailbox-full", "4.2.2", "452 4.2.2 <{}>: Over quota"),
    ("policy", "5.7.1", "550 5.7.1 Message from {} refused by policy"),
    ("disabled", "5.2.1", "550 5.2.1 The account {} is disabled"),
    ("reputation", "4.7.0", "421 4.7.0 Try again later, {}"),
)


def fill_house(console: Any, *, number: int) -> None:
    """Put the crowd into the house that `furnish` made; afterwards everything is counted and the planner knows it."""
    with transaction.atomic():
        _add_people(number)
        _add_permissions(console, number)
        _add_beside(console, number)
    _index_people()
    text = console.house.version.texts.get()
    tables.Link.objects.get_or_create(text=text, number=1, defaults={"url": "https://fibranorte.example/novedades"})
    sizes = _sizes(number)
    for place in [CAMPAIGNS - 1, *range(CAMPAIGNS - 1)]:  # ids follow one another where messages were planned together
        with transaction.atomic():
            _add_campaign(console, number, place=place, size=sizes[place])
    with transaction.atomic():
        _add_mail(console, number)
        _add_many_rows(console, number)
    _close()
    with transaction.atomic():
        _add_tallies(console)


def name_crowd() -> dict[str, str]:
    """Return the pages of those who have the most of everything.

    They stand for the person and the message of the small house.
    """
    person, message = tables.Person.objects.get(number="c1"), tables.Message.objects.get(opaque=f"o{BASE + 7}")
    return {
        "person": f"/console/people/{person.pk}/", "person-notes": f"/console/people/{person.pk}/?show=notes",
        "message": f"/console/messages/{message.pk}/",
        "conversation": f"/console/conversations/{BASE + 1}/", "arrival": f"/console/returns/mail/{message.pk}/",
    }  # fmt: skip


def heaviest(number: int) -> int:
    """Return how many people got every campaign."""
    return max(3, number // 2000)


def _sizes(number: int) -> list[int]:
    """Return how many messages each campaign has: the last one, which is being sent, a third of all."""
    large = number // 2
    each = (number * 3 // 2 - large) // (CAMPAIGNS - 1)
    return [each] * (CAMPAIGNS - 1) + [large]


def _numbers(count: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series(1::bigint, {count}) AS n"  # products of it are larger than a plain integer
    return f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c) AS t"


def _moment(seconds: str) -> str:
    """Return SQL of a moment, given SQL of its seconds since 1970."""
    return f"to_timestamp({seconds})" if connection.vendor == "postgresql" else f"datetime({seconds}, 'unixepoch')"


def _pick(words: Any, by: str) -> str:
    """Return SQL that takes one of the words in turn."""
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"(CASE ({by}) % {len(words)} {cases} END)"


def _json(text: str) -> str:
    return f"({text})::jsonb" if connection.vendor == "postgresql" else f"({text})"


def _fill(model: type[models.Model], source: str, /, **expressions: Any) -> None:
    """Insert one row for each row of `source`; columns without an expression get the default of their field."""
    columns, said, values = [], [], []
    for field in model._meta.concrete_fields:
        given = expressions.get(field.attname)
        if given is None and (field.primary_key or (field.null and not field.has_default())):
            continue
        columns.append(connection.ops.quote_name(str(field.column)))
        if given is not None:
            said.append(str(given))
            continue
        moment = isinstance(field, models.DateTimeField)
        values.append(field.get_db_prep_save(timezone.now() if moment else field.get_default(), connection))
        said.append("%s")
    sql = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(said)} FROM {source}"
    with connection.cursor() as cursor:
        # A share of a number is written `% 5`; the driver wants it twice, but for the values' own places.
        cursor.execute(sql.replace("%", "%%").replace("%%s", "%s"), values)


def _now() -> int:
    return int(timezone.now().timestamp())


def _add_people(number: int) -> None:
    numbers, now = _numbers(number), _now()
    given, family = _pick(_NAMES, "n * 7 + n / 31"), _pick(_FAMILIES, "n / 3")
    second = _pick(_FAMILIES, "n / 61")
    mail = (
        "'p' || n || '@' || CASE WHEN n % 10 < 4 THEN 'gmail.example' WHEN n % 10 < 6 THEN 'correo.example'"
        " ELSE 'd' || (n % 2000) || '.example' END"
    )
    domain = (
        "CASE WHEN n % 10 < 4 THEN 'gmail.example' WHEN n % 10 < 6 THEN 'correo.example'"
        " ELSE 'd' || (n % 2000) || '.example' END"
    )
    ill = "n % 33 = 5"
    _fill(
        tables.Address, numbers, id=f"{BASE} + n", value=mail, domain=domain,
        standing=f"CASE WHEN {ill} THEN CASE n % 2 WHEN 0 THEN 'failing' ELSE 'suppressed' END ELSE 'ok' END",
        reason=f"CASE WHEN {ill} THEN {_pick([one[0] for one in _MEANINGS], 'n / 33')} ELSE '' END",
        since=f"CASE WHEN {ill} THEN {_moment(f'{now} - (n % {DAYS}) * 86400')} END",
        last_return_at=f"CASE WHEN {ill} THEN {_moment(f'{now} - (n % {DAYS}) * 86400')} END",
        permanent_returns=f"CASE WHEN {ill} THEN 1 + n % 3 ELSE 0 END",
    )  # fmt: skip
    _fill(
        tables.Organisation, _numbers(number // 30), id=f"{BASE} + n", name="'Talleres ' || n",
        folded="'talleres ' || n", domain="'d' || (n % 2000) || '.example'", country="'ES'",
    )  # fmt: skip
    lower = [_fold(word) for word in _NAMES], [_fold(word) for word in _FAMILIES]
    folded = (
        f"{_pick(lower[0], 'n * 7 + n / 31')} || ' ' || {_pick(lower[1], 'n / 3')}"
        f" || ' ' || {_pick(lower[1], 'n / 61')} || ' c' || n || ' ' || {mail}"
    )
    first = tables.Organisation.objects.order_by("id").values_list("id", flat=True)[0]
    _fill(
        tables.Person, numbers, id=f"{BASE} + n", number="'c' || n", given_name=given,
        family_name=f"{family} || ' ' || {second}",
        language="CASE WHEN n % 10 < 8 THEN 'es' WHEN n % 10 = 8 THEN 'fr' ELSE 'en' END",
        country="CASE WHEN n % 20 = 0 THEN 'FR' ELSE 'ES' END",
        address_id=f"CASE WHEN n % 50 = 49 THEN NULL ELSE {BASE} + n END",
        organisation_id=f"CASE WHEN n % 50 = 0 THEN {first} WHEN n % 5 = 0 THEN {BASE} + 1 + n % {number // 30} END",
        fields=_json("""'{"contract": "' || CASE n % 4 WHEN 1 THEN 'monthly' ELSE 'yearly' END
            || '", "tenure": ' || (n % 60)
            || ', "fibre": ' || CASE n % 7 WHEN 0 THEN 'true' ELSE 'false' END || '}'"""),
        folded=folded, state="CASE WHEN n % 200 = 199 THEN 'merged' WHEN n % 500 = 9 THEN 'erased' ELSE 'active' END",
        created_at=_moment(f"{now} - (n * 37 % (3 * {DAYS})) * 86400 - n % 86400"),
    )  # fmt: skip
    kinds = {"tenure": "integer", "fibre": "boolean"}
    for key, kind in kinds.items():
        tables.CustomField.objects.create(key=key, kind=kind, label={"en": key})
    tags = tables.Tag.objects.bulk_create([tables.Tag(name=f"grupo {place}") for place in range(60)])
    for place, tag in enumerate(tags):
        share = 2 + place * 7
        through = tables.Person.tags.through
        _fill(through, f"{numbers} WHERE n % {share} = 1", person_id=f"{BASE} + n", tag_id=tag.pk)


def _index_people() -> None:
    """Feed the search, as a rebuild does."""
    from esmero.people.search_texts import index_next_persons

    ids = [0]
    while ids:
        with transaction.atomic():
            ids = index_next_persons(ids[-1], 1_000)


def _fold(word: str) -> str:
    from esmero.text_folding import fold

    return fold(word)


def _add_permissions(console: Any, number: int) -> None:
    house, numbers, now = console.house, _numbers(number), _now()
    facts = {"brand": house.brand, "purpose": house.topic.purpose}
    more = [tables.Topic(code=f"tema-{place}", name={"es": f"Tema {place}"}, **facts) for place in range(29)]
    topics = [house.topic, *tables.Topic.objects.bulk_create(more)]
    begin = BASE
    for topic, where in zip(topics, ("n % 5 <> 0", "n % 3 = 0", "n % 20 = 0"), strict=False):
        shared = {
            "person_id": f"{BASE} + n", "brand_id": house.brand.pk, "purpose_id": topic.purpose_id,
            "topic_id": topic.pk,
        }  # fmt: skip
        given = _moment(f"{now} - (n * 13 % {DAYS}) * 86400 - n % 80000")
        _fill(
            tables.PermissionEntry, f"{numbers} WHERE {where}", id=f"{begin} + n", act="'granted'", basis="'consent'",
            at=given,
            source=_pick(("formulario", "tienda", "feria de León", "import clientes.csv"), "n / 7"), recorded_at=given,
            **shared,
        )  # fmt: skip
        left = "n % 37 = 1"
        _fill(
            tables.PermissionEntry, f"{numbers} WHERE {where} AND {left}", id=f"{begin} + {number} + n",
            act="'withdrawn'",
            at=_moment(f"{now} - (n % 90) * 86400"), source="'página de baja'", by_person="TRUE",
            recorded_at=_moment(f"{now} - (n % 90) * 86400"), **shared,
        )  # fmt: skip
        _fill(
            tables.Permission, f"{numbers} WHERE {where}", basis="'consent'", granted_at=given,
            withdrawn_at=f"CASE WHEN {left} THEN {_moment(f'{now} - (n % 90) * 86400')} END",
            state=f"CASE WHEN {left} THEN 'withdrawn' ELSE 'granted' END",
            entry_id=f"CASE WHEN {left} THEN {begin} + {number} + n ELSE {begin} + n END", **shared,
        )  # fmt: skip
        begin += 2 * number
    _fill(
        tables.Preference, f"{numbers} WHERE n % 15 = 4", person_id=f"{BASE} + n", brand_id=house.brand.pk,
        topic_id=topics[0].pk,
        wanted="CASE WHEN n % 2 = 0 THEN TRUE END", minimum_gap_days="30",
    )  # fmt: skip


def _add_beside(console: Any, number: int) -> None:
    """Add what hangs on people: notes, telephones, twins, silences, proposals, requests."""
    house, now = console.house, _now()
    day = _moment(f"{now} - (n % {DAYS}) * 86400")
    person = f"{BASE} + 1 + n * 11 % {number - 1}"
    _fill(
        tables.Note,
        _numbers(number // 10),
        person_id=person,
        kind="'call'",
        text="'Llama por la factura ' || n",
        at=day,
        by="'Lucía'",
    )
    _fill(
        tables.ContactPoint, _numbers(number // 4), person_id=f"{BASE} + n * 3", kind="'phone'", value="'+34 6' || n",
        facts=_json("""'{"e164": "+346' || n || '"}'"""),
    )  # fmt: skip
    _fill(
        tables.Suppression, _numbers(number // 40), hash="'h' || n",
        reason=_pick(("unknown-user", "complaint", "asked"), "n"),
        scope="CASE n % 3 WHEN 0 THEN 'all' ELSE 'commercial' END", since=day,
        brand_id=f"CASE n % 2 WHEN 0 THEN {house.brand.pk} END",
    )  # fmt: skip
    _fill(
        tables.Duplicate, _numbers(number // 50), first_id=f"{BASE} + n * 2", second_id=f"{BASE} + n * 2 + 1",
        signs=_json("""'["name", "phone"]'"""), weight="n % 100",
        state="CASE WHEN n % 3 = 0 THEN 'different' ELSE 'open' END",
    )  # fmt: skip
    _fill(
        tables.Proposal, _numbers(number // 200), person_id=f"{BASE} + n * 3", kind="'successor'",
        address="'otra' || n || '@d.example'",
        evidence="'mail'", state="CASE WHEN n % 3 = 0 THEN 'open' ELSE 'refused' END", found_at=day,
    )  # fmt: skip
    _fill(
        tables.DataRequest, _numbers(number // 500), kind="'erase'", person_id=f"{BASE} + n * 7",
        brand_id=house.brand.pk, at=day, due_at=_moment(f"{now} - (n % {DAYS}) * 86400 + 2592000"),
        state="CASE WHEN n % 20 = 0 THEN 'open' ELSE 'done' END",
    )  # fmt: skip


def _add_campaign(console: Any, number: int, *, place: int, size: int) -> None:
    """Add a campaign with its audience, messages and events.

    The last one is the running campaign of the small house.
    """
    house = console.house
    last = place == CAMPAIGNS - 1
    start = timezone.now() - timedelta(days=(CAMPAIGNS - 1 - place) * DAYS // CAMPAIGNS, hours=3 if last else 8)
    campaign = _open_campaign(house, place=place, start=start, size=size, last=last)
    dispatch = campaign.dispatch
    assert dispatch is not None
    begin = BASE if last else BASE + size * place + number // 2
    heavy = heaviest(number)
    often = int(number * 0.6) - heavy
    person = f"{BASE} + CASE WHEN n <= {heavy} THEN n ELSE {heavy} + 1 + (n * 7919 + {place * 104_729}) % {often} END"
    epoch = int(start.timestamp())
    sent = size * 6 // 10 if last else size
    at = f"{epoch} + n / 50"
    state = (
        f"CASE WHEN n > {sent} THEN CASE WHEN n % 9 = 0 THEN 'waiting' ELSE 'planned' END"
        " WHEN n % 45 = 1 THEN 'refused' WHEN n % 90 = 2 THEN 'gave-up' WHEN n % 3001 = 3 THEN 'doubt' ELSE 'sent' END"
    )
    went = f"n <= {sent} AND n % 45 <> 1 AND n % 90 <> 2"
    numbers = _numbers(size)
    _fill(
        tables.Message, numbers, id=f"{begin} + n", dispatch_id=dispatch.pk, person_id=person, occasion="''",
        address=f"'p' || ({person} - {BASE}) || '@gmail.example'",
        receiver="CASE WHEN n % 10 < 4 THEN 'gmail.example' ELSE 'mx' || (n % 97) || '.example' END",
        language="'es'", state=state, verdict="CASE WHEN n % 45 = 1 THEN 'G03' ELSE '' END",
        opaque=f"'o' || ({begin} + n)",
        sent_at=f"CASE WHEN {went} THEN {_moment(at)} END", judged_at=_moment(at),
        due_at=f"CASE WHEN n > {sent} THEN {_moment(at)} END",
        worst="CASE WHEN n % 1000 = 11 THEN 5 WHEN n % 30 = 7 THEN 4 WHEN n % 25 = 3 THEN 2 WHEN n % 40 = 9 THEN 1 "
              "ELSE 0 END",
    )  # fmt: skip
    link = tables.Link.objects.order_by("id").values_list("id", flat=True)[0]
    for kind, where, later, facts in _happenings(begin):
        _fill(
            tables.MessageEvent, f"{numbers} WHERE {went} AND {where}", message_id=f"{begin} + n", kind=f"'{kind}'",
            at=_moment(f"{at} + {later}"), facts=_json(facts), link_id=str(link) if kind == "clicked" else None,
            machine="CASE WHEN n % 11 = 0 THEN 'burst' ELSE '' END" if kind == "clicked" else None,
        )  # fmt: skip
    _fill(
        tables.AudienceMember, _numbers(size + size // 10), campaign_id=campaign.pk, person_id=person,
        outcome=f"CASE WHEN n <= {size} THEN 'go' ELSE 'refuse' END",
        first=f"CASE WHEN n <= {size} THEN '' ELSE {_pick(('G03', 'G05', 'G11'), 'n')} END",
        codes=f"CASE WHEN n <= {size} THEN '' ELSE {_pick(('G03', 'G05', 'G11'), 'n')} END",
    )  # fmt: skip


def _happenings(begin: int) -> Iterator[tuple[str, str, str, str]]:
    """Give kind, which messages, how many seconds later, and the facts, as SQL."""
    nothing = "'{}'"
    for repeat, where in enumerate(("n % 5 < 3", "n % 5 < 3", "n % 5 < 2", "n % 5 < 2", "n % 10 = 1")):
        yield "clicked", where, f"{repeat * 4000} + n % 90000", nothing
    yield "deferred", "n % 6 = 0", "60", """'{"status": "4.7.0", "text": "421 4.7.0 Try again later"}'"""
    said = " ".join(
        f"""WHEN {place} THEN '"meaning": "{meaning}", "status": "{status}","""
        f""" "text": "{text.replace("{}", f"p' || ({begin} + n) || '@gmail.example")}"'"""
        for place, (meaning, status, text) in enumerate(_MEANINGS)
    )
    report = f"""'{{"inbound": ' || ({begin} + n) || ', ' || (CASE (n / 7) % {len(_MEANINGS)} {said} END) || '}}'"""
    yield "returned-for-good", "n % 30 = 7", "600 + n % 5000", report
    yield "returned-for-now", "n % 25 = 3", "600 + n % 90000", report
    yield (
        "absent",
        "n % 40 = 9",
        "30",
        """'{"until": "2026-12-24", "successor": "otra@d.example", "subject": "Fuera de la oficina"}'""",
    )
    yield "replied", "n % 50 = 4", "9000 + n % 90000", nothing
    yield "complained", "n % 1000 = 11", "9000", """'{"sign": "arf:abuse"}'"""
    yield "unsubscribed", "n % 200 = 15", "9000 + n % 40000", nothing


def _open_campaign(house: Any, *, place: int, start: datetime, size: int, last: bool) -> tables.Campaign:
    if last:
        running = tables.Campaign.objects.get(state="running")
        tables.Campaign.objects.filter(pk=running.pk).update(
            started_at=start, counts={"audience": size + size // 10, "go": size, "G03": size // 10}
        )
        return tables.Campaign.objects.get(pk=running.pk)
    facts = {"brand": house.brand, "topic": house.topic, "version": house.version, "reason": {"es": "Su línea"}}
    end = start + timedelta(hours=2)
    dispatch = tables.Dispatch.objects.create(
        message_class="commercial",
        purpose=house.topic.purpose,
        relay=house.relay,
        state="closed",
        closed_at=end,
        **facts,
    )
    return tables.Campaign.objects.create(
        name=f"Boletín {place}", state="done", dispatch=dispatch, segment=tables.Segment.objects.order_by("id").first(),
        started_at=start, checked_at=start, finished_at=end, counts={"audience": 10, "go": 9, "G03": 1}, **facts,
    )  # fmt: skip


def _add_mail(console: Any, number: int) -> None:
    """Add what arrived: reports behind the returns, conversations with their letters, what the catcher keeps."""
    house, now = console.house, _now()
    raw = tables.Inbound.objects.order_by("id").values_list("raw_id", flat=True)[0]
    message = tables.Message._meta.db_table
    _fill(
        tables.Inbound, f"{message} WHERE id > {BASE} AND worst IN (2, 4)", id="id", raw_id=raw, door="'smtp'",
        state="'done'",
        envelope_to="'r-' || id || '@vuelta.fibranorte.example'", received_at="COALESCE(sent_at, judged_at)",
        kind="'bounce'",
        why=_json("""'["dsn", "meaning:unknown-user"]'"""), message_id="id",
    )  # fmt: skip
    count = number // 20
    moment = _moment(f"{now} - n * 29 % {DAYS * 86400}")
    _fill(
        tables.Conversation, _numbers(count), id=f"{BASE} + n", brand_id=house.brand.pk, person_id=f"{BASE} + n",
        address="'p' || n || '@gmail.example'",
        subject="'Re: Boletín ' || n", language="'es'", opened_at=moment, last_at=moment,
        state="CASE WHEN n % 40 = 0 THEN 'waiting' WHEN n % 5 = 0 THEN 'theirs' ELSE 'closed' END",
    )  # fmt: skip
    for direction in ("in", "out", "in"):
        _fill(
            tables.Entry, _numbers(count), conversation_id=f"{BASE} + n", direction=f"'{direction}'", at=moment,
            author="'p' || n || '@gmail.example'", text="'¿Cuándo llega la fibra a la calle ' || n || '?'",
        )  # fmt: skip
    body = tables.Captured.objects.order_by("id").values_list("id", flat=True)[0]
    captured = tables.Captured._meta.db_table
    _fill(
        tables.Captured, f"{captured} JOIN {_numbers(number // 10)} ON {captured}.id = {body}",
        return_path="'r@vuelta.example'",
        recipient="'p' || n || '@gmail.example'", subject="'Boletín ' || n", body="body", at=moment,
    )  # fmt: skip


def _add_many_rows(console: Any, number: int) -> None:
    """Add the rest of what grows: audit, imports with their lines, jobs, templates, segments, submissions, counts."""
    house, now = console.house, _now()
    moment = _moment(f"{now} - n * 61 % {DAYS * 86400}")
    actions = (
        "person.changed",
        "campaign.started",
        "import.brought",
        "permission.changed",
        "segment.saved",
        "people.exported",
    )
    _fill(
        tables.AuditEntry, _numbers(number // 2), at=moment,
        actor_name=_pick(("Lucía Prado", "Marcos Gil", "system"), "n / 5"),
        action=_pick(actions, "n"), subject_kind=_pick(("person", "campaign", "import"), "n"),
        subject_id=f"{BASE} + n % {number}",
    )  # fmt: skip
    brought = tables.Import.objects.filter(state="done").order_by("id").values_list("id", flat=True)[0]
    _fill(
        tables.PersonLine, _numbers(number), of_id=brought, line="n + 100", person_id=f"{BASE} + n", number="'c' || n",
        verdict="CASE WHEN n % 10 < 7 THEN 'added' WHEN n % 10 < 9 THEN 'changed' ELSE 'refused' END",
        address_verdict="'ok'",
        reason="CASE WHEN n % 10 = 9 THEN 'address-invalid' ELSE '' END",
        cell="CASE WHEN n % 10 = 9 THEN 'Correo: x@' ELSE '' END",
    )  # fmt: skip
    checked = tables.Campaign.objects.get(state="checked")
    _fill(
        tables.AudienceMember, _numbers(number), campaign_id=checked.pk, person_id=f"{BASE} + n",
        outcome="CASE WHEN n % 5 = 0 THEN 'refuse' ELSE 'go' END", first="CASE WHEN n % 5 = 0 THEN 'G03' ELSE '' END",
        codes="CASE WHEN n % 5 = 0 THEN 'G03' ELSE '' END",
    )  # fmt: skip
    _fill(
        tables.Job, _numbers(min(number, 5000)), kind=_pick(("dry-run", "plan", "import"), "n"), created_at=moment,
        finished_at=moment, state="CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'done' END", done="n",
    )  # fmt: skip
    conditions = {
        "kind": "any",
        "parts": [{"kind": "did", "act": "clicked"}, {"kind": "field", "field": "fibre", "value": True}],
    }
    tables.Segment.objects.bulk_create(
        tables.Segment(name=f"Grupo {place}", conditions=conditions, counted=number // 3,
            counted_at=timezone.now()) for place in range(50)
    )  # fmt: skip
    for place in range(100):
        template = tables.Template.objects.create(brand=house.brand, name=f"Plantilla {place}")
        for version_number in range(4):
            version = tables.TemplateVersion.objects.create(template=template, number=version_number + 1)
            tables.TemplateText.objects.create(
                version=version, language="es", subject=f"Boletín {version_number}", mjml="<mjml></mjml>"
            )
    form = tables.Form.objects.order_by("id").values_list("id", flat=True)[0]
    _fill(
        tables.Submission, _numbers(number // 20), form_id=form, address="'p' || n || '@gmail.example'",
        language="'es'", wording="'Sí'",
        wording_version="'1'", state="CASE WHEN n % 4 = 0 THEN 'pending' ELSE 'confirmed' END", at=moment,
        topics=_json(f"'[{house.topic.pk}]'"),
    )  # fmt: skip
    days = f"{_numbers(DAYS * 100 if number > 100_000 else DAYS)}"
    day = (
        f"date(to_timestamp({now} - (n / 100) * 86400))"
        if connection.vendor == "postgresql"
        else f"date({now} - (n / 100) * 86400, 'unixepoch')"
    )
    _fill(
        tables.ReturnCount, days, day=day, brand_id=house.brand.pk, receiver="'mx' || (n % 100) || '.example'",
        domain="'d' || (n % 100) || '.example'",
        kind="'returned-for-good'", meaning="'unknown-user'", number="1 + n % 9",
    )  # fmt: skip
    media = tables.MediaFile.objects.order_by("id").values().first()
    assert media is not None
    tables.MediaFile.objects.bulk_create(
        tables.MediaFile(**{**media, "id": None, "sha256": f"{place:064d}", "name": f"Foto {place}"})
        for place in range(300)
    )


def _add_tallies(console: Any) -> None:
    """Add what the rounds of a worker would have counted by now.

    Days, the dispatch at work, an ended one for all others.
    """
    now, brand = timezone.now(), console.house.brand
    numbers, seconds = _numbers(DAYS), _now()
    shift = f"{seconds} - n * 86400"
    day = f"date(to_timestamp({shift}))" if connection.vendor == "postgresql" else f"date({shift}, 'unixepoch')"
    topics = [str(topic.pk) for topic in tables.Topic.objects.order_by("id")[:3]]
    receivers = ["gmail.example", *(f"mx{place}.example" for place in range(97))]
    keys = {
        "sent": receivers, "delivered": receivers, "deferred": receivers[:16], "complained": receivers[:3],
        "people": [""],
        "returned": [f"good|{one[0]}" for one in _MEANINGS[:2]] + [f"now|{one[0]}" for one in _MEANINGS[2:]],
        "returned-at": [f"good|{name}" for name in receivers[:40]] + [f"now|{name}" for name in receivers[:40]],
        "clicked": ["person", "machine"], "absent": [""], "replied": [""], "unsubscribed": [""],
        "permission-granted": topics,
        "permission-withdrawn": topics, "granted-by": ["formulario", "tienda", "feria de León", "import clientes.csv"],
    }  # fmt: skip
    tables.DailyAggregate.objects.filter(brand=brand).delete()
    for kind, several in keys.items():
        for place, key in enumerate(several):
            size = f"{5000 // (place + 1)} + n % 50"
            _fill(
                tables.DailyAggregate,
                numbers,
                brand_id=brand.pk,
                day=day,
                kind=f"'{kind}'",
                key=f"'{key}'",
                number=size,
            )
    _fill(tables.DailyAggregate, numbers, brand_id=brand.pk, day=day, kind="'counted'", key="''", number=str(seconds))
    dispatches = list(tables.Dispatch.objects.order_by("-id").values_list("id", flat=True))
    running = tables.Campaign.objects.values_list("dispatch", flat=True).get(state="running")
    ended = count_statistics(dispatches[0], at=now).numbers
    rows = []
    for dispatch in dispatches:
        figures = count_statistics(dispatch, at=now).numbers if dispatch == running else ended
        for key, number in {**figures, "at": seconds}.items():
            rows.append(
                tables.DailyAggregate(brand=brand, day=NEVER, kind=aggregate_kind(dispatch), key=key, number=number)
            )
        rows.append(tables.DailyAggregate(brand=brand, day=NEVER, kind="figures-at", key=str(dispatch), number=seconds))
    tables.DailyAggregate.objects.bulk_create(rows, batch_size=1000)
    update_pressure(brand.pk, now=now)


def _close() -> None:
    """Bring the sequences behind the ids that were given, count, and let the database learn its tables."""
    everything = [
        model for model in vars(tables).values() if isinstance(model, type) and issubclass(model, models.Model)
    ]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), everything):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
