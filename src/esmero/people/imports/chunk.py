"""Match and write five hundred rows of an import: one read, a decision per row, one write.

Identity is the number first, then the number at the brand, then the address (of a person without a number). If a person
occurs twice in a file, the first line wins: later lines only fill blanks, so that importing a file again changes
nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from esmero.imports.mapping import ColumnMapping
from esmero.imports.models import Import
from esmero.people.addresses.suppression import (
    ERASED,
    StatedSuppression,
    find_suppressed_numbers,
    find_suppressions,
    suppress_many,
)
from esmero.people.duplicates.merged_persons import find_survivors
from esmero.people.imports.party_writer import PartyWriter
from esmero.people.imports.rows import ImportRow
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    Organisation,
    PermissionEntry,
    Person,
    PersonLine,
    Tag,
    Topic,
)
from esmero.people.parties.external_numbers import write_identity
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.persons.editing import BY_STAFF
from esmero.people.persons.names import update_folded
from esmero.people.persons.phone_numbers import parse_phone, write_e164
from esmero.people.search_texts import index_persons
from esmero.postal_address import PARTS, PostalAddress
from esmero.text_folding import fold

_V = PersonLine.Verdict
_PLACE = "line "  # and its number: the place of the proof
_WRITABLE = (
    "number", "title", "given_name", "family_name", "language", "country", "position", "capacity", "tax_id", "timezone"
)  # fmt: skip
_POSTS = {"": "", "billing_": ContactPoint.Use.BILLING, "service_": ContactPoint.Use.SERVICE}  # columns → use
_UPDATED = [*_WRITABLE, "name_is_damaged", "organisation", "address", "fields", "written_by", "folded", "changed_at"]


class ImportChunk:
    """Match up to five hundred rows against the database. Create and write it inside one transaction.

    `permission_counts` holds, after write(), how many "granted" and "withdrawn" acts were new to the ledger.
    """

    def __init__(self, import_: Import, plan: ColumnMapping, rows: Sequence[ImportRow]) -> None:
        self.import_, self.plan, self.rows = import_, plan, rows
        self.topic = Topic.objects.filter(pk=import_.options.get("topic")).first()
        self.zone = ZoneInfo(import_.brand.timezone)
        self.now = timezone.now()
        self.blocked = {domain.lower() for domain in BlockedDomain.objects.values_list("domain", flat=True)}
        values = {row.address.normalised for row in rows if row.address.usable}
        self.addresses = {one.value: one for one in Address.objects.filter(value__in=values)}
        self.suppressions = find_suppressions(values)
        numbers = {row.texts["number"] for row in rows if row.texts.get("number")}
        self.parties = PartyWriter(import_, rows)
        self.identities = {
            row.brand_number: write_identity(row.brand_number, brand=import_.brand) for row in rows if row.brand_number
        }
        self.erased_numbers = find_suppressed_numbers(numbers | set(self.identities.values()))
        found, became = self._find_by_number(numbers)
        # Latest first: the dictionaries below then keep the oldest person of a shared address.
        at_address = Person.objects.filter(Person.is_active(), address__value__in=values).order_by("-id")
        by_address = list(at_address.select_related("address", "organisation"))
        # One object per person, however it was found: two objects would overwrite each other.
        owners = {pk for pk in self.parties.owners.values() if pk is not None}
        numbered = list(Person.objects.filter(pk__in=owners).select_related("address", "organisation"))
        one_each = {person.pk: person for person in [*by_address, *numbered, *found]}
        self.by_number = {number: one_each[pk] for number, pk in became.items() if pk in one_each}
        self.by_brand_number = {
            number: one_each[pk] for number, pk in self.parties.owners.items() if pk is not None and pk in one_each
        }
        self.by_address = {p.address.value: one_each[p.pk] for p in by_address if p.address}
        for person in by_address:  # an address alone identifies a person without a number
            if person.address and person.number is None:
                self.by_address[person.address.value] = one_each[person.pk]
        known = [person.pk for person in one_each.values()]
        self.parties.read_known(known)
        self.seen = {
            id(one_each[pk])
            for pk in PersonLine.objects.filter(of=import_, person__in=known).values_list("person_id", flat=True)
            if pk in one_each
        }
        self.points = {
            (pk, kind, value, use)
            for pk, kind, value, use in ContactPoint.objects.filter(person__in=known).values_list(
                "person_id", "kind", "value", "use"
            )
            if pk is not None
        }
        self.tagged = set(Person.tags.through.objects.filter(person__in=known).values_list("person_id", "tag__name"))
        self.new_organisations: dict[str, Organisation] = {}
        self.new_addresses: dict[str, Address] = {}
        names = {row.texts["organisation"] for row in rows if row.texts.get("organisation")}
        self.organisations = self._organisations(names)
        # A withdrawal covers the topic of the import or, without one, all commercial topics of the brand.
        topics = Topic.objects.filter(brand=import_.brand_id)
        chosen = topics.filter(pk=self.topic.pk) if self.topic else topics.filter(purpose__commercial=True)
        self._withdrawn_topics = list(chosen.order_by("id").values_list("purpose_id", "id"))
        self.created: list[Person] = []
        self.changed: dict[int, Person] = {}
        self.matches: list[tuple[ImportRow, Person | None, PersonLine]] = []
        self.permission_counts: Counter[str] = Counter()
        self._suppressing: list[tuple[PersonLine, StatedSuppression]] = []
        self._point_lines: dict[tuple[int, str, str, str], int] = {}
        self._tag_lines: dict[str, list[int]] = {}
        self._notes: defaultdict[int, dict[str, Any]] = defaultdict(dict)

    def write(self) -> list[PersonLine]:
        """Match and write every row; return their PersonLines."""
        self._make_addresses()
        for row in self.rows:
            self.matches.append(self._match(row))
        fresh = {id(person) for person in self.created}
        Person.objects.bulk_create(self.created)
        if self.changed:
            # An upsert by id is much faster than the CASE … WHEN of bulk_update.
            Person.objects.bulk_create(
                self.changed.values(), update_conflicts=True, unique_fields=["id"], update_fields=_UPDATED
            )
        touched = self._write_facts(fresh)
        others = {person.pk for _, person, _ in self.matches if person is not None and id(person) in fresh | touched}
        index_persons(others | self.changed.keys())
        touched |= self._write_permissions()
        self._write_suppressions()
        lines = []
        for row, person, line in self.matches:
            self._record(row, person, line)
            if person is not None:
                line.person = person
                if line.verdict == _V.UNCHANGED and id(person) in touched:
                    line.verdict = _V.CHANGED
            lines.append(line)
        PersonLine.objects.bulk_create(lines)
        return lines

    def _find_by_number(self, numbers: set[str]) -> tuple[list[Person], dict[str, int]]:
        """Return the persons with these numbers, and {number: person id}; a merged person resolves to the survivor."""
        rows = Person.objects.select_related("address", "organisation")
        known = {number: pk for number, pk in rows.filter(number__in=numbers).values_list("number", "id") if number}
        survivors = find_survivors(known.values())
        became = {number: survivors.get(pk, pk) for number, pk in known.items()}
        return list(rows.filter(pk__in=set(became.values()))), became

    def _organisations(self, names: set[str]) -> dict[str, Organisation]:
        folded = {fold(name): name for name in names}
        # Latest first, so that the oldest of organisations with the same name is used.
        have = {one.folded: one for one in Organisation.objects.filter(folded__in=folded).order_by("-id")}
        fresh = [Organisation(name=name, folded=key) for key, name in folded.items() if key not in have]
        Organisation.objects.bulk_create(fresh)
        self.new_organisations = {one.folded: one for one in fresh}
        return have | self.new_organisations

    def _make_addresses(self) -> None:
        wanted = {row.address.normalised for row in self.rows if row.address.usable} - self.addresses.keys()
        allowed = [value for value in sorted(wanted) if not self._is_blocked(value)]
        made = [
            Address(
                value=value,
                domain=value.rpartition("@")[2],
                standing=Address.Standing.SUPPRESSED if self._is_suppressed(value) else Address.Standing.OK,
            )
            for value in allowed
        ]
        Address.objects.bulk_create(made)
        self.new_addresses = {one.value: one for one in made}
        self.addresses |= self.new_addresses

    def _is_blocked(self, value: str) -> bool:
        domain = value.rpartition("@")[2]
        return domain in self.blocked or any(f".{domain}".endswith(one) for one in self.blocked if one[:1] == ".")

    def _is_suppressed(self, value: str) -> bool:
        found = self.suppressions.get(value)
        return found is not None and found.scope == "all" and found.brand_id is None

    def _match(self, row: ImportRow) -> tuple[ImportRow, Person | None, PersonLine]:
        number, value = row.texts.get("number", ""), row.address.normalised
        line = PersonLine(
            of=self.import_, line=row.line, number=number, address_verdict=row.address.state, warnings=row.warnings
        )
        refusal = self._find_refusal(row, number=number, value=value)
        if refusal:
            return row, None, self._refuse(line, *refusal)
        person = self._find_person(row)
        if person is None:
            person = Person(number=number or None, fields={}, written_by={})
            self._apply(row, person, merges=False)
            self.created.append(person)
            line.verdict = _V.ADDED
            line.wrote = {"new": True}
        else:
            merges = id(person) in self.seen
            was: dict[str, list[Any]] = {}
            changed_at = person.changed_at
            changed = self._apply(row, person, merges=merges, was=was)
            if changed:
                line.wrote = {"was": was, "at": changed_at.isoformat() if person.pk else ""}
            if changed and person.pk:
                self.changed[person.pk] = person
            line.verdict = _V.MERGED if merges else _V.CHANGED if changed else _V.UNCHANGED
        self.seen.add(id(person))
        if number:
            self.by_number[number] = person
        if row.brand_number:
            self.by_brand_number.setdefault(row.brand_number, person)
        is_theirs = person.address is not None and person.address.value == value
        if is_theirs and (value not in self.by_address or not number):
            self.by_address[value] = person
        if value and value in self.suppressions:
            line.warnings = [*line.warnings, "suppressed"]
        return row, person, line

    def _find_person(self, row: ImportRow) -> Person | None:
        """Return the known person of a row: by number, else, without another number, by brand number or address."""
        number = row.texts.get("number", "")
        if number and number in self.by_number:
            return self.by_number[number]
        candidates = (self.by_brand_number.get(row.brand_number), self.by_address.get(row.address.normalised))
        known = (one for one in candidates if one is not None)
        return next((one for one in known if not number or one.number is None), None)

    def _find_refusal(self, row: ImportRow, *, number: str, value: str) -> tuple[str, str] | None:
        """Return the reason for refusing a row, and the cell; None if it is accepted."""
        if value and self._is_blocked(value):
            return "blocked-domain", value
        known_as = {number, self.identities.get(row.brand_number, "")}
        if known_as & self.erased_numbers or (
            not number and value in self.suppressions and self.suppressions[value].reason == ERASED
        ):
            return "erased", number or row.brand_number or value
        return None if number or value or row.brand_number else ("no-identity", row.cell)

    def _refuse(self, line: PersonLine, reason: str, cell: str) -> PersonLine:
        line.verdict, line.reason, line.cell, line.address_verdict = _V.REFUSED, reason, cell[:200], "none"
        return line

    def _apply(self, row: ImportRow, person: Person, *, merges: bool, was: dict[str, list[Any]] | None = None) -> bool:
        """Write the row's values to the person where an import may; return whether anything changed.

        With `merges`, the row fills blanks that an earlier line left, and a different value adds a warning. `was` gets
        the replaced values: {attribute or own:KEY: [value, its entry in written_by]}.
        """
        changed = False
        for name, value in self._stated_values(row):
            current = person.fields.get(name[4:]) if name.startswith("own:") else getattr(person, name)
            if current == value:
                continue
            if name == "number" and current and self.by_number.get(value) is person:
                continue  # number of a person merged into this one
            if merges and current not in (None, ""):
                self._keep_alternative(row, name)
                continue
            writer = person.written_by.get(name)
            if not self._may_write(person, name, current):
                continue
            if was is not None:
                was[name] = [current.pk if isinstance(current, Address | Organisation) else current, writer]
            if name.startswith("own:"):
                person.fields[name[4:]] = value
            else:
                setattr(person, name, value)
            changed = True
        if changed:
            update_folded(person)
            person.changed_at = self.now
        return changed

    def _stated_values(self, row: ImportRow) -> Iterator[tuple[str, Any]]:
        """Yield the non-blank values of the row: (attribute or own:KEY, value)."""
        texts = row.texts
        for name in _WRITABLE:
            value = row.language if name == "language" else texts.get(name, "")
            if name == "country":
                value = value.upper() if len(value) == 2 else ""
            if value:
                yield name, value
        organisation = self.organisations.get(fold(texts.get("organisation", "")))
        if organisation:
            yield "organisation", organisation
        address = self.addresses.get(row.address.normalised) if row.address.usable else None
        if address:
            yield "address", address
        for key, own in row.own.items():
            yield f"own:{key}", own

    def _keep_alternative(self, row: ImportRow, name: str) -> None:
        """Store a second address as a contact point; any other differing value only adds a warning."""
        if name == "address":
            row.others = [*row.others, row.address.normalised]
        field = name.removeprefix("own:")
        row.warnings.append(f"said-otherwise-before: {field}")

    def _may_write(self, person: Person, name: str, current: object) -> bool:
        """Return whether an import may write a field: blank, or written by an import. Record this one as its writer."""
        if person.written_by.get(name) == BY_STAFF:
            return False
        if current in (None, "") or name in person.written_by:
            person.written_by[name] = self.import_.pk
            return True
        return False

    def _write_facts(self, fresh: set[int]) -> set[int]:
        """Store phones, postal addresses, further addresses and tags; return the id() of persons who got new ones."""
        touched: set[int] = set()
        points: list[ContactPoint] = []
        tags: list[tuple[Person, str]] = []
        for row, person, line in self.matches:
            if person is None:
                continue
            for kind, value, use, facts, usable in self._points_of(row):
                key = (person.pk, kind, value, use)
                if key not in self.points:
                    self.points.add(key)
                    touched.add(id(person))
                    if id(person) not in fresh:  # those of a new person go with the person
                        self._point_lines[key] = line.line
                    points.append(
                        ContactPoint(
                            person=person,
                            kind=kind,
                            value=value,
                            use=use,
                            facts=facts,
                            usable=usable,
                            written_by=self.import_.pk,
                        )
                    )
            for name in row.tags:
                if (person.pk, name) not in self.tagged:
                    self.tagged.add((person.pk, name))
                    touched.add(id(person))
                    tags.append((person, name))
                    self._tag_lines.setdefault(name, []).append(line.line)
        # Staff may have added the same contact point or tag meanwhile.
        ContactPoint.objects.bulk_create(points, ignore_conflicts=True)
        if self._point_lines:
            self._note_points()
        if tags:
            self._write_tags(tags)
        touched |= self._write_parties(fresh)
        return touched - fresh

    def _write_parties(self, fresh: set[int]) -> set[int]:
        """Store roles and numbers at the brand; return the id() of persons who got new ones."""
        named = [(row, person) for row, person, _line in self.matches if person is not None]
        notes, ids = self.parties.write(named)
        new = {row.line for row, person in named if id(person) in fresh}
        for line, made in notes.items():
            if line not in new:  # those of a new person go with the person
                self._notes[line] |= made
        return {id(person) for _row, person in named if person.pk in ids}

    def _note_points(self) -> None:
        """Note the ids of contact points that persons got who were known before."""
        persons = {person for person, *_point in self._point_lines}
        rows = ContactPoint.objects.filter(person__in=persons, written_by=self.import_.pk)
        for pk, person, kind, value, use in rows.values_list("id", "person_id", "kind", "value", "use"):
            line = self._point_lines.get((person, kind, value, use)) if person is not None else None
            if line is not None:
                self._notes[line].setdefault("points", []).append(pk)

    def _write_tags(self, tags: Sequence[tuple[Person, str]]) -> None:
        """Create missing tags and put them on persons."""
        names = self._tag_lines.keys()
        known = set(Tag.objects.filter(name__in=names).values_list("name", flat=True))
        Tag.objects.bulk_create([Tag(name=name) for name in names if name not in known], ignore_conflicts=True)
        ids = dict(Tag.objects.filter(name__in=names).values_list("name", "id"))
        link = Person.tags.through
        link.objects.bulk_create(
            [link(person_id=person.pk, tag_id=ids[name]) for person, name in tags], ignore_conflicts=True
        )
        for name, lines in self._tag_lines.items():
            for line in lines:
                self._notes[line].setdefault("tags", []).append(ids[name])
            if name not in known:
                self._notes[lines[0]].setdefault("new_tags", []).append(ids[name])

    def _record(self, row: ImportRow, person: Person | None, line: PersonLine) -> None:
        """Set `wrote` of a line: what it created and replaced, for the undo (people/imports/person_undo.py)."""
        wrote = line.wrote or {}
        address = self.new_addresses.pop(row.address.normalised, None)
        if address is not None:
            wrote["address"] = address.pk
        if self.new_organisations:
            organisation = self.new_organisations.pop(fold(row.texts.get("organisation", "")), None)
            if organisation is not None:
                wrote["organisation"] = organisation.pk
        if row.line in self._notes:
            wrote |= self._notes[row.line]
        line.wrote = {**wrote, "person": person.pk if person else None} if wrote else None

    def _points_of(self, row: ImportRow) -> Iterator[tuple[str, str, str, dict[str, str], bool]]:
        """Yield kind, value, use, facts and whether it is usable."""
        for value in row.others:
            yield ContactPoint.Kind.EMAIL, value, "", {}, True
        for text in row.phones:
            e164 = self._e164(text)
            yield ContactPoint.Kind.PHONE, text, "", {"e164": e164} if e164 else {}, bool(e164)
        for column, use in _POSTS.items():
            post = PostalAddress.read({part: row.texts.get(f"{column}{part}") for part in PARTS})
            if post.street or post.city:
                facts = post.as_parts()
                yield ContactPoint.Kind.POST, ", ".join(facts.values())[:500], use, facts, bool(post.street)

    def _e164(self, text: str) -> str:
        profile = self.import_.brand.profile
        number = parse_phone(text, region=profile if profile != "EU" else None, strict=False)
        return write_e164(number) if number is not None else ""

    def _write_permissions(self) -> set[int]:
        """Record grants and withdrawals; return the id() of persons with new ledger entries."""
        entries: list[NewEntry] = []
        people: dict[int, Person] = {}
        topic = self.topic
        for row, person, line in self.matches:
            if person is None:
                continue
            people[person.pk] = person
            self._suppress(row, line)
            about: dict[str, Any] = {
                "person": person.pk, "brand": self.import_.brand_id,
                "source": self.import_.source or self.import_.file_name, "proof": self.import_.file_id,
                "proof_place": f"{_PLACE}{row.line}",
            }  # fmt: skip
            if row.granted and topic is not None:
                at = self._at_midnight(row.granted_on)
                if at and at > self.now:
                    line.warnings = [*line.warnings, "consent-in-the-future"]
                entries.append(
                    NewEntry(
                        act=PermissionEntry.Act.GRANTED, basis="consent", at=at, wording=row.wording,
                        wording_version=row.version, purpose=topic.purpose_id, topic=topic.pk, **about,
                    )
                )  # fmt: skip
            if row.withdrawn or row.status == "unsubscribed":
                at = self._at_midnight(row.withdrawn_on)
                entries += [
                    NewEntry(act=PermissionEntry.Act.WITHDRAWN, at=at, purpose=purpose, topic=one, **about)
                    for purpose, one in self._withdrawn_topics
                ]
        fresh = record(entries, now=self.now, announced=False)
        self.permission_counts.update(one.act for one in fresh)
        for one in fresh:
            self._notes[int(one.proof_place.removeprefix(_PLACE))].setdefault("acts", []).append(one.pk)
        return {id(people[one.person_id]) for one in fresh}

    def _suppress(self, row: ImportRow, line: PersonLine) -> None:
        if not row.status or not row.address.usable:
            return
        brand = None if row.status == "unreachable" else self.import_.brand
        scope = "all" if row.status == "unreachable" else "commercial"
        place = f"{self.import_.file_name} line {row.line}"
        stated = StatedSuppression(
            row.address.normalised, scope=scope, reason=row.status, evidence=place, brand=brand.pk if brand else None
        )
        self._suppressing.append((line, stated))
        line.warnings = [*(one for one in line.warnings if one != "suppressed"), "silenced"]

    def _write_suppressions(self) -> None:
        """Suppress the addresses that another mailing tool reported, and note which were not suppressed before."""
        if not self._suppressing:
            return
        made = suppress_many([stated for _line, stated in self._suppressing], at=self.now)
        for (line, _stated), effect in zip(self._suppressing, made, strict=True):
            if effect.is_new:
                self._notes[line.line]["suppression"] = effect.suppression
            if effect.standing is not None:
                self._notes[line.line]["standing"] = effect.standing

    def _at_midnight(self, day: date | None) -> datetime | None:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC) if day else None
