"""Five hundred rows of an import against what is known of them: read at once, judged one by one, written at once.

Identity is the number first, then the address (of somebody who has no number). Who stands twice in a file is who their
first line says; later lines add to it and change nothing of it, so that a file brought again changes nothing at all.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import timezone

from esmero.people.addresses.suppression import ERASED, find_silent_numbers, find_suppressions, suppress
from esmero.people.duplicates.merged_persons import find_survivors
from esmero.people.imports.mapping import ColumnMapping
from esmero.people.imports.rows import ImportRow
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    Import,
    ImportLine,
    Organisation,
    PermissionEntry,
    Person,
    Tag,
    Topic,
)
from esmero.people.permissions.ledger import NewEntry, record
from esmero.people.persons.editing import BY_STAFF
from esmero.people.persons.names import refold
from esmero.people.text_folding import fold

_V = ImportLine.Verdict
_WRITABLE = ("number", "title", "given_name", "family_name", "language", "country")
_UPDATED = [*_WRITABLE, "name_is_damaged", "organisation", "address", "fields", "written_by", "folded", "changed_at"]


class ImportChunk:
    """Up to five hundred rows against what is known of them. Make it and write it inside one transaction.

    `said` counts, once written, the permissions that were "granted" and "withdrawn": acts new to the ledger.
    """

    def __init__(self, brought: Import, plan: ColumnMapping, rows: Sequence[ImportRow]) -> None:
        self.brought, self.plan, self.rows = brought, plan, rows
        self.zone = ZoneInfo(brought.brand.timezone)
        self.now = timezone.now()
        self.blocked = {domain.lower() for domain in BlockedDomain.objects.values_list("domain", flat=True)}
        values = {row.address.normalised for row in rows if row.address.usable}
        self.addresses = {one.value: one for one in Address.objects.filter(value__in=values)}
        self.silent = find_suppressions(values)
        numbers = {row.texts["number"] for row in rows if row.texts.get("number")}
        self.erased = find_silent_numbers(numbers)
        found, became = self._find_by_number(numbers)
        at_address = Person.objects.filter(Person.is_active(), address__value__in=values).order_by("-id")
        by_address = list(at_address.select_related("address", "organisation"))
        # One object a person, however it was found: two would overwrite each other.
        one_each = {person.pk: person for person in [*by_address, *found]}
        self.by_number = {number: one_each[pk] for number, pk in became.items() if pk in one_each}
        self.by_address = {p.address.value: one_each[p.pk] for p in by_address if p.address}
        for person in by_address:  # a person without a number is who an address alone means
            if person.address and person.number is None:
                self.by_address[person.address.value] = one_each[person.pk]
        known = [person.pk for person in one_each.values()]
        self.seen = {
            id(one_each[pk])
            for pk in ImportLine.objects.filter(of=brought, person__in=known).values_list("person_id", flat=True)
            if pk in one_each
        }
        self.points = {
            (pk, kind, value)
            for pk, kind, value in ContactPoint.objects.filter(person__in=known).values_list(
                "person_id", "kind", "value"
            )
        }
        self.tagged = set(Person.tags.through.objects.filter(person__in=known).values_list("person_id", "tag__name"))
        names = {row.texts["organisation"] for row in rows if row.texts.get("organisation")}
        self.organisations = self._organisations(names)
        # What a withdrawal takes back: the topic of the import; all that the brand advertises where none was named.
        topics = Topic.objects.filter(brand=brought.brand_id)
        chosen = topics.filter(pk=brought.topic_id) if brought.topic_id else topics.filter(purpose__commercial=True)
        self._left = list(chosen.order_by("id").values_list("purpose_id", "id"))
        self.created: list[Person] = []
        self.changed: dict[int, Person] = {}
        self.pairs: list[tuple[ImportRow, Person | None, ImportLine]] = []
        self.said: Counter[str] = Counter()

    def write(self) -> list[ImportLine]:
        """Judge and write every row; return their lines."""
        self._make_addresses()
        for row in self.rows:
            self.pairs.append(self._place(row))
        fresh = {id(person) for person in self.created}
        Person.objects.bulk_create(self.created)
        if self.changed:
            Person.objects.bulk_create(
                self.changed.values(), update_conflicts=True, unique_fields=["id"], update_fields=_UPDATED
            )
        touched = self._write_facts(fresh) | self._write_permissions()
        lines = []
        for _, person, line in self.pairs:
            if person is not None:
                line.person = person
                if line.verdict == _V.UNCHANGED and id(person) in touched:
                    line.verdict = _V.CHANGED
            lines.append(line)
        ImportLine.objects.bulk_create(lines)
        return lines

    def _find_by_number(self, numbers: set[str]) -> tuple[list[Person], dict[str, int]]:
        """Return who has these numbers, and {number: person}; the number of somebody merged means whom they became."""
        rows = Person.objects.select_related("address", "organisation")
        known = {number: pk for number, pk in rows.filter(number__in=numbers).values_list("number", "id") if number}
        survivors = find_survivors(known.values())
        became = {number: survivors.get(pk, pk) for number, pk in known.items()}
        return list(rows.filter(pk__in=set(became.values()))), became

    def _organisations(self, names: set[str]) -> dict[str, Organisation]:
        folded = {fold(name): name for name in names}
        have = {one.folded: one for one in Organisation.objects.filter(folded__in=folded).order_by("-id")}
        fresh = [Organisation(name=name, folded=key) for key, name in folded.items() if key not in have]
        Organisation.objects.bulk_create(fresh)
        return have | {one.folded: one for one in fresh}

    def _make_addresses(self) -> None:
        wanted = {row.address.normalised for row in self.rows if row.address.usable} - self.addresses.keys()
        allowed = [value for value in sorted(wanted) if not self._is_blocked(value)]
        made = [
            Address(
                value=value,
                domain=value.rpartition("@")[2],
                standing=Address.Standing.SUPPRESSED if self._is_silent(value) else Address.Standing.OK,
            )
            for value in allowed
        ]
        Address.objects.bulk_create(made)
        self.addresses |= {one.value: one for one in made}

    def _is_blocked(self, value: str) -> bool:
        domain = value.rpartition("@")[2]
        return domain in self.blocked or any(f".{domain}".endswith(one) for one in self.blocked if one[:1] == ".")

    def _is_silent(self, value: str) -> bool:
        found = self.silent.get(value)
        return found is not None and found.scope == "all" and found.brand_id is None

    def _place(self, row: ImportRow) -> tuple[ImportRow, Person | None, ImportLine]:
        number, value = row.texts.get("number", ""), row.address.normalised
        line = ImportLine(
            of=self.brought, line=row.line, number=number, address_verdict=row.address.state, warnings=row.warnings
        )
        refusal = self._find_refusal(row, number=number, value=value)
        if refusal:
            return row, None, self._refuse(line, *refusal)
        person = self.by_number.get(number) if number else None
        if person is None and value:
            candidate = self.by_address.get(value)
            if candidate is not None and (not number or candidate.number is None):
                person = candidate
        if person is None:
            person = Person(number=number or None, fields={}, written_by={})
            self._apply(row, person, merges=False)
            self.created.append(person)
            line.verdict = _V.ADDED
        else:
            merges = id(person) in self.seen
            changed = self._apply(row, person, merges=merges)
            if changed and person.pk:
                self.changed[person.pk] = person
            line.verdict = _V.MERGED if merges else _V.CHANGED if changed else _V.UNCHANGED
        self.seen.add(id(person))
        if number:
            self.by_number[number] = person
        is_theirs = person.address is not None and person.address.value == value
        if is_theirs and (value not in self.by_address or not number):
            self.by_address[value] = person
        if value and value in self.silent:
            line.warnings = [*line.warnings, "suppressed"]
        return row, person, line

    def _find_refusal(self, row: ImportRow, *, number: str, value: str) -> tuple[str, str] | None:
        """Return why nobody may come of a row, and the cell; None where somebody may."""
        if value and self._is_blocked(value):
            return "blocked-domain", value
        if number in self.erased or (not number and value in self.silent and self.silent[value].reason == ERASED):
            return "erased", number or value
        return None if number or value else ("no-identity", row.cell)

    def _refuse(self, line: ImportLine, reason: str, cell: str) -> ImportLine:
        line.verdict, line.reason, line.cell, line.address_verdict = _V.REFUSED, reason, cell[:200], "none"
        return line

    def _apply(self, row: ImportRow, person: Person, *, merges: bool) -> bool:
        """Put what the row says onto the person where an import may; say whether anything changed.

        A row that `merges` fills what an earlier line of the file left blank, and is warned of where it says otherwise.
        """
        changed = False
        for name, value in self._says(row):
            current = person.fields.get(name[4:]) if name.startswith("own:") else getattr(person, name)
            if current == value:
                continue
            if name == "number" and current and self.by_number.get(value) is person:
                continue  # of somebody who was merged into them
            if merges and current not in (None, ""):
                self._keep_other(row, name)
                continue
            if not self._may(person, name, current):
                continue
            if name.startswith("own:"):
                person.fields[name[4:]] = value
            else:
                setattr(person, name, value)
            changed = True
        if changed:
            refold(person)
            person.changed_at = self.now
        return changed

    def _says(self, row: ImportRow) -> Iterator[tuple[str, Any]]:
        """Yield what the row says of its person: (attribute, or own:KEY, value); what is blank is not said."""
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

    def _keep_other(self, row: ImportRow, name: str) -> None:
        """Keep another address of the same person as a fact; of all else there can be one, and the line is warned of."""
        if name == "address":
            row.others = [*row.others, row.address.normalised]
        field = name.removeprefix("own:")
        row.warnings.append(f"said-otherwise-before: {field}")

    def _may(self, person: Person, name: str, current: object) -> bool:
        """Say whether an import may write this: what is blank, or what an import wrote. Notes that this one does."""
        if person.written_by.get(name) == BY_STAFF:
            return False
        if current in (None, "") or name in person.written_by:
            person.written_by[name] = self.brought.pk
            return True
        return False

    def _write_facts(self, fresh: set[int]) -> set[int]:
        """Keep phones, postal addresses, further mail addresses and tags; return whose (by id()) were new."""
        touched: set[int] = set()
        points: list[ContactPoint] = []
        tags: list[tuple[Person, str]] = []
        for row, person, _ in self.pairs:
            if person is None:
                continue
            for kind, value, facts, usable in self._points_of(row):
                key = (person.pk, kind, value)
                if key not in self.points:
                    self.points.add(key)
                    touched.add(id(person))
                    points.append(
                        ContactPoint(
                            person=person,
                            kind=kind,
                            value=value,
                            facts=facts,
                            usable=usable,
                            written_by=self.brought.pk,
                        )
                    )
            for name in row.tags:
                if (person.pk, name) not in self.tagged:
                    self.tagged.add((person.pk, name))
                    touched.add(id(person))
                    tags.append((person, name))
        ContactPoint.objects.bulk_create(points, ignore_conflicts=True)
        if tags:
            Tag.objects.bulk_create([Tag(name=name) for name in {name for _, name in tags}], ignore_conflicts=True)
            ids = dict(Tag.objects.filter(name__in={name for _, name in tags}).values_list("name", "id"))
            link = Person.tags.through
            link.objects.bulk_create(
                [link(person_id=person.pk, tag_id=ids[name]) for person, name in tags], ignore_conflicts=True
            )
        return touched - fresh

    def _points_of(self, row: ImportRow) -> Iterator[tuple[str, str, dict[str, str], bool]]:
        for value in row.others:
            yield ContactPoint.Kind.EMAIL, value, {}, True
        for text in row.phones:
            e164 = self._e164(text)
            yield ContactPoint.Kind.PHONE, text, {"e164": e164} if e164 else {}, bool(e164)
        post = {
            name: row.texts[name]
            for name in ("street", "postal_code", "city", "region", "country")
            if row.texts.get(name)
        }
        if post.get("street") or post.get("city"):
            yield ContactPoint.Kind.POST, ", ".join(post.values())[:500], post, bool(post.get("street"))

    def _e164(self, text: str) -> str:
        region = self.brought.brand.profile if self.brought.brand.profile != "EU" else None
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_possible_number(number):
            return ""
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _write_permissions(self) -> set[int]:
        """Record what was granted and withdrawn; return whose (by id()) ledger grew."""
        entries: list[NewEntry] = []
        people: dict[int, Person] = {}
        topic = self.brought.topic
        for row, person, line in self.pairs:
            if person is None:
                continue
            people[person.pk] = person
            self._silence(row, line)
            about: dict[str, Any] = {
                "person": person.pk, "brand": self.brought.brand_id,
                "source": self.brought.source or self.brought.file_name, "proof": self.brought.file_id,
                "proof_place": f"line {row.line}",
            }  # fmt: skip
            if row.granted and topic is not None:
                at = self._moment(row.granted_on)
                if at and at > self.now:
                    line.warnings = [*line.warnings, "consent-in-the-future"]
                entries.append(
                    NewEntry(
                        act=PermissionEntry.Act.GRANTED, basis="consent", at=at, wording=row.wording,
                        wording_version=row.version, purpose=topic.purpose_id, topic=topic.pk, **about,
                    )
                )  # fmt: skip
            if row.withdrawn or row.status == "unsubscribed":
                at = self._moment(row.withdrawn_on)
                entries += [
                    NewEntry(act=PermissionEntry.Act.WITHDRAWN, at=at, purpose=purpose, topic=one, **about)
                    for purpose, one in self._left
                ]
        fresh = record(entries, now=self.now)
        self.said.update(one.act for one in fresh)
        return {id(people[one.person_id]) for one in fresh}

    def _silence(self, row: ImportRow, line: ImportLine) -> None:
        if not row.status or not row.address.usable:
            return
        brand = None if row.status == "unreachable" else self.brought.brand
        scope = "all" if row.status == "unreachable" else "commercial"
        place = f"{self.brought.file_name} line {row.line}"
        suppress(row.address.normalised, scope=scope, reason=row.status, evidence=place, at=self.now, brand=brand)
        line.warnings = [*(one for one in line.warnings if one != "suppressed"), "silenced"]

    def _moment(self, day: date | None) -> datetime | None:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC) if day else None
