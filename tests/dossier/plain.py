"""A house of few people described in plain Python, and what a segment means: the oracle of the compiler."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from esmero.content.models import Link
from esmero.house.models import Brand
from esmero.imports.lifecycle import create_import
from esmero.outbox.ledger import new_opaque
from esmero.outbox.models import Dispatch, Message, MessageEvent
from esmero.people.models import (
    Address,
    CustomField,
    Membership,
    Organisation,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Preference,
    Segment,
    Tag,
    Topic,
)
from esmero.rounds.import_kinds import PERSONS
from tests.house_facts import build_house

TODAY = date(2026, 3, 1)  # not a leap year, and the day after its 28 February
OWN = {"tenure": "integer", "price": "decimal", "plan": "choice", "fibre": "boolean", "since": "date", "city": "text"}
LINKS = ("https://fibranorte.example/novedades", "https://fibranorte.example/otra")
SEGMENT = {
    "kind": "any",
    "parts": [
        {"kind": "tag", "name": "vip"},
        {"kind": "none", "parts": [{"kind": "field", "field": "plan", "value": "gold"}]},
    ],
}


def day(text):
    return date.fromisoformat(text)


# What stands in a row: number, language, organisation, address, added, fields, tags, permission (its state, channel,
# basis and day), wish, messages (dispatch, day sent, worst, events of kind, day, link and machine), withdrawals
# (topic and day), and whether the import brought the person.
PEOPLE = [
    ("1", "es", "Acme", "eva@león.example", "2026-03-01", {"tenure": 1, "price": 9.5, "plan": "basic", "fibre": True,
     "since": "2020-02-29", "city": "León"}, ["vip"], ("granted", "email", "consent", "2026-02-01"), True,
     [(0, "2026-02-10", 0, [("clicked", "2026-02-11", 0, "")]),
      (1, "2026-02-20", 0, [("clicked", "2026-02-21", 1, ""), ("clicked", "2026-02-22", 1, "")])], [], True),
    ("2", "fr", "", "bob@cliente.example", "2025-03-01", {"tenure": 12, "price": 20, "plan": "gold", "fibre": False,
     "since": "2024-02-29"}, [], ("withdrawn", "email", "consent", "2026-02-28"), False,
     [(0, "2026-01-10", 4, [("returned-for-good", "2026-01-11", None, "")]),
      (1, "2026-02-20", 0, [("clicked", "2026-02-21", 0, "scanner")])], [("novedades", "2026-02-28")], False),
    ("3", "", "Ámbar", "", "2026-01-30", {"tenure": 60, "plan": "gold", "city": "lugo"}, ["vip", "new"],
     ("granted", "phone", "soft opt-in", "2025-01-01"), None, [], [("ofertas", "2025-12-31")], True),
    ("4", "es", "acme", "zoe@cliente.example", "2026-01-29", {"price": 0.0, "fibre": True, "since": "2026-02-28",
     "city": ""}, [], ("requested", "email", "", "2026-03-01"), None,
     [(1, "2026-03-01", 1, [("replied", "2026-03-01", None, ""), ("complained", "2026-03-01", None, ""),
      ("unsubscribed", "2026-03-01", None, "")])], [], True),
    ("", "en", "", "ñu@cliente.example", "2026-02-28", {"tenure": "12", "fibre": "yes", "since": 7, "city": 5,
     "plan": None}, ["new"], None, True, [(0, "2026-02-10", 2, []), (2, None, 0, [])], [], False),
    ("6", "es", "", "", "2020-12-31", {}, [], None, None,
     [(0, "2025-02-10", 0, []), (1, "2026-01-30", 5, [("clicked", "2025-12-31", 0, "")])], [], False),
]  # fmt: skip


# Roles of the persons in rows of PEOPLE: kind, brand ("" for the house), first and last day.
ROLES = {
    0: [("customer", "", "2020-01-01", ""), ("sponsor", "fibra-norte", "", "2026-02-28")],
    1: [("customer", "fibra-norte", "2020-01-01", "2026-03-01"), ("prospect", "otra", "", "")],
    2: [("member", "fibra-norte", "", "2026-02-28"), ("supplier", "", "2026-03-01", "")],
    3: [("prospect", "", "2026-03-02", ""), ("customer", "otra", "2026-03-01", "")],
    4: [("customer", "", "2026-03-02", "2026-12-31")],
}
# Roles of the main organisations of these rows.
BODY_ROLES = {
    0: [("sponsor", "", "", ""), ("member", "otra", "2026-03-02", "")],
    2: [("member", "fibra-norte", "", "")],
    3: [("supplier", "", "", "2026-02-28")],
}
POSITIONS = {0: "CEO"}  # in the main organisation
FURTHER = {1: [(0, "")], 5: [(2, "Presidenta"), (0, "CEO")]}  # row: further organisations, by row, with the position
CAPACITIES = {0: "consumer", 3: "business"}


def furnish():
    """Store these people; returns their ids in the order of PEOPLE, and what was made."""
    house = build_house()
    more = Topic.objects.create(brand=house.brand, code="ofertas", purpose=house.topic.purpose)
    for key, kind in OWN.items():
        CustomField.objects.create(key=key, kind=kind)
    Segment.objects.create(name="Inner", conditions=SEGMENT)
    text = house.version.texts.first()
    links = [Link.objects.create(text=text, number=100 + n, url=url) for n, url in enumerate(LINKS)]
    dispatches = [
        Dispatch.objects.create(brand=house.brand, message_class="commercial", topic=topic)
        for topic in (house.topic, more, house.topic)
    ]
    Brand.objects.create(slug="otra", name="Otra", sender_address="hola@otra.example", return_domain="v.otra.example",
                         public_url="https://otra.example")  # fmt: skip
    brought = create_import(b"Correo\r\na@b.example\r\n", kind=PERSONS, name="x.csv", brand=house.brand, by="x")
    made = []
    for line, row in enumerate(PEOPLE):
        made.append(_store(row, house=house, topics={"novedades": house.topic, "ofertas": more}, links=links,
                           dispatches=dispatches, brought=brought, line=line))  # fmt: skip
    _store_parties(made)
    return made, dispatches, brought


def _store_parties(made):
    brands = dict(Brand.objects.values_list("slug", "pk"))
    main = dict(Person.objects.values_list("pk", "organisation_id"))

    def days(since, until):
        return {"since": day(since) if since else None, "until": day(until) if until else None}

    for row, roles in ROLES.items():
        for kind, brand, *ends in roles:
            PartyRole.objects.create(person_id=made[row], kind=kind, brand_id=brands.get(brand), **days(*ends))
    for row, roles in BODY_ROLES.items():
        for kind, brand, *ends in roles:
            body = main[made[row]]
            PartyRole.objects.create(organisation_id=body, kind=kind, brand_id=brands.get(brand), **days(*ends))
    for row, further in FURTHER.items():
        for of, position in further:
            Membership.objects.create(person_id=made[row], organisation_id=main[made[of]], position=position)
    for row, position in POSITIONS.items():
        Person.objects.filter(pk=made[row]).update(position=position)
    for row, capacity in CAPACITIES.items():
        Person.objects.filter(pk=made[row]).update(capacity=capacity)


def _store(row, *, house, topics, links, dispatches, brought, line):
    number, language, organisation, mail, added, fields, tags, allowed, wish, messages, gone, listed = row
    person = Person.objects.create(
        number=number or None,
        given_name=f"Ñandú {line}",
        language=language,
        fields=fields,
        organisation=Organisation.objects.create(name=organisation) if organisation else None,
        address=Address.objects.create(value=mail, domain=mail.partition("@")[2]) if mail else None,
    )
    Person.objects.filter(pk=person.pk).update(created_at=at(added))
    person.tags.set([Tag.objects.get_or_create(name=name)[0] for name in tags])
    facts = {"person": person, "brand": house.brand, "purpose": house.topic.purpose}
    if allowed:
        state, channel, basis, said = allowed
        told = {**facts, "topic": house.topic, "channel": channel, "basis": basis}
        entry = PermissionEntry.objects.create(act=state, at=at(said), source="x", **told)
        if state == "withdrawn":
            entry.delete()
            entry = PermissionEntry.objects.create(act="withdrawn", at=at(said), source="x", **told)
        Permission.objects.create(state=state, entry=entry, **told)
    for code, when in gone:
        if allowed and allowed[0] == "withdrawn" and code == "novedades":
            continue  # its entry stands there already
        PermissionEntry.objects.create(act="objected", at=at(when), source="x", topic=topics[code], **facts)
    if wish is not None:
        Preference.objects.create(person=person, brand=house.brand, topic=house.topic, wanted=wish)
    for which, sent, worst, events in messages:
        message = Message.objects.create(
            dispatch=dispatches[which],
            person=person,
            opaque=new_opaque(),
            state="sent" if sent else "planned",
            sent_at=at(sent) if sent else None,
            worst=worst,
        )
        for kind, when, link, machine in events:
            MessageEvent.objects.create(
                message=message, kind=kind, at=at(when), machine=machine, link=None if link is None else links[link]
            )
    verdict = PersonLine.Verdict.ADDED if listed else PersonLine.Verdict.REFUSED
    PersonLine.objects.create(of=brought, line=line + 50, verdict=verdict, person=person)
    return person.pk


def at(text):
    """The last minute of a day in the house's time zone."""
    return datetime.combine(day(text), datetime.max.time().replace(microsecond=0)).replace(
        tzinfo=ZoneInfo(str(timezone.get_default_timezone()))
    )


def holds(node, row, *, context):
    """Say plainly whether conditions in JSON hold for a row of PEOPLE. `context` is (dispatch ids, import id)."""
    match node:
        case {"negated": True}:
            return not holds({**node, "negated": False}, row, context=context)
        case {"kind": "all", "parts": parts}:
            return all(holds(part, row, context=context) for part in parts)
        case {"kind": "any", "parts": parts}:
            return any(holds(part, row, context=context) for part in parts)
        case {"kind": "none", "parts": parts}:
            return not any(holds(part, row, context=context) for part in parts)
        case {"kind": "segment"}:
            return holds(SEGMENT, row, context=context)
        case {"kind": "tag", "name": name}:
            return name in row[6]
        case {"kind": "topic", "wanted": wanted}:
            return row[8] is wanted
        case {"kind": "import", "number": number}:
            return row[11] and number == context[1]
        case {"kind": "list", "values": values}:
            mails = {value.lower() for value in values}
            return (row[0] != "" and row[0] in values) or (row[3] != "" and row[3] in mails)
        case {"kind": "role"}:
            return has_role(node, PEOPLE.index(row))
        case {"kind": "stage", "stage": stage}:
            return stage == stage_of(PEOPLE.index(row), brand=node.get("brand", ""))
        case {"kind": "membership", "name": name}:
            held = {(body_name(of), position) for of, position in bodies(PEOPLE.index(row))}
            return any(name == one and node.get("position", "") in ("", position) for one, position in held)
        case {"kind": "permission"}:
            return allowed(node, row)
        case {"kind": "did"}:
            return did(node, row, dispatches=context[0])
    return compares(node, row)


def bodies(place):
    """The organisations of a row, each by the row whose main one it is, with the position in it."""
    main = [(place, POSITIONS.get(place, ""))] if PEOPLE[place][2] else []
    return main + FURTHER.get(place, [])


def body_name(place):
    return PEOPLE[place][2]


def runs(role, *, brand):
    """Whether a role runs before, on or after today (-1, 0, 1); None if it does not count for the brand."""
    _kind, of, since, until = role
    if brand and of not in ("", brand):
        return None
    return 1 if since > "2026-03-01" else -1 if until and until < "2026-03-01" else 0


def has_role(node, place):
    rows = (
        [(place, ROLES)] if node.get("holder", "person") == "person" else [(of, BODY_ROLES) for of, _ in bodies(place)]
    )
    roles = [role for of, table in rows for role in table.get(of, [])]
    return any(role[0] == node["role"] and runs(role, brand=node.get("brand", "")) == 0 for role in roles)


def stage_of(place, *, brand):
    """The stage by a table over what there is, from the strongest to the weakest."""
    said = {"known"}
    for role in ROLES.get(place, []):
        match role[0] in ("customer", "member"), role[0] == "prospect", runs(role, brand=brand):
            case True, _, 0:
                said.add("leaving" if role[3] else "customer")
            case True, _, -1:
                said.add("former")
            case (True, _, 1) | (_, True, 0):
                said.add("prospect")
    return next(one for one in ("customer", "leaving", "former", "prospect", "known") if one in said)


def allowed(node, row):
    state, channel, basis, said = row[7] or ("none", "", "", "")
    if channel != node.get("channel", "email"):
        state = "none"
    if state != node["state"]:
        return False
    return state == "none" or (node.get("basis", "") in ("", basis) and within(said, node.get("when")))


def did(node, row, *, dispatches):
    act, times = node["act"], node.get("times", 1)
    scope, _colon, of = node.get("of", "").partition(":")
    if act == "left" and scope != "dispatch":
        entries = [gone for gone in row[10] if scope != "topic" or of == f"fibra-norte/{gone[0]}"]
        return sum(within(when, node.get("when")) for _topic, when in entries) >= times
    found = 0
    for which, sent, worst, events in row[9]:
        topic = "fibra-norte/ofertas" if which == 1 else "fibra-norte/novedades"
        if (scope == "topic" and of != topic) or (scope == "dispatch" and int(of) != dispatches[which]):
            continue
        if act in {"sent", "got"}:
            found += bool(sent) and within(sent, node.get("when")) and (act == "sent" or worst in {0, 1, 5})
            continue
        kinds = {"clicked": "clicked", "answered": "replied", "returned": "returned-for-good",
                 "complained": "complained", "left": "unsubscribed"}  # fmt: skip
        found += any(
            kind == kinds[act]
            and within(when, node.get("when"))
            and (act != "clicked" or not machine)
            and (not node.get("link") or (link is not None and LINKS[link] == node["link"]))
            for kind, when, link, machine in events
        )
    return found >= times


def within(text, when):
    happened = day(text)
    match when or {}:
        case {"kind": "last", "days": days}:
            return TODAY - timedelta(days) <= happened <= TODAY
        case {"kind": "ago", "days": days}:
            return happened < TODAY - timedelta(days)
        case {"kind": "since", "first": first}:
            return happened >= day(first)
        case {"kind": "before", "first": first}:
            return happened < day(first)
        case {"kind": "between", "first": first, "last": last}:
            return day(first) <= happened <= day(last)
    return True


def compares(node, row):
    name, how, wanted = node["field"], node.get("comparison", "="), node.get("value")
    if name in {"address", "domain"} and wanted is not None:  # stored in small letters, and so are they compared
        wanted = [one.lower() for one in wanted] if isinstance(wanted, list) else wanted.lower()
    value = read(name, row)
    if value is None or how == "known":
        return value is not None
    match how:
        case "=":
            return value == wanted
        case "in":
            return value in wanted
        case "contains":
            return plain(wanted) in plain(value)
        case "starts":
            return plain(value).startswith(plain(wanted))
        case "between":
            return wanted[0] <= value <= wanted[1]
        case "<":
            return value < wanted
        case "<=":
            return value <= wanted
        case ">":
            return value > wanted
        case ">=":
            return value >= wanted
    happened = day(value)
    match how:
        case "last":
            return TODAY - timedelta(wanted) <= happened <= TODAY
        case "next":
            return TODAY <= happened <= TODAY + timedelta(wanted)
        case "ago":
            return happened < TODAY - timedelta(wanted)
        case "ahead":
            return happened > TODAY + timedelta(wanted)
        case "month":
            return (happened.year, happened.month) == (TODAY.year, TODAY.month)
        case "anniversary":
            return any(abs((one - TODAY).days) <= wanted for one in anniversaries(happened))
    raise AssertionError(how)


def anniversaries(born):
    for year in (TODAY.year - 1, TODAY.year, TODAY.year + 1):
        short = (born.month, born.day) == (2, 29) and not calendar.isleap(year)
        yield born.replace(year=year, day=28 if short else born.day)


def read(name, row):
    """The value of a field, None where it is unknown."""
    standard = {
        "number": row[0], "language": row[1], "organisation": row[2], "address": row[3], "added": row[4],
        "domain": row[3].partition("@")[2], "standing": "ok" if row[3] else "",
        "given_name": f"Ñandú {PEOPLE.index(row)}", "position": POSITIONS.get(PEOPLE.index(row)),
        "capacity": CAPACITIES.get(PEOPLE.index(row)),
    }  # fmt: skip
    if name in standard:
        return standard[name] or None
    value = row[5].get(name)
    types = {"integer": (int, float), "decimal": (int, float), "boolean": bool}.get(OWN[name], str)
    if not isinstance(value, types) or value == "" or (isinstance(value, bool) and types is not bool):
        return None
    return value


def plain(text):
    return text.casefold().translate(str.maketrans("áéíóúñ", "aeioun"))
