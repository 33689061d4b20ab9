"""The import at work: five hundred records a transaction, rows and cursor together, one verdict a line.

Identity is the number first, then the address (of somebody who has no number). Killed at any moment it goes on where it
was. A cell that is blank erases nothing; what staff wrote stays; a list gives no permission unless a person confirmed it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from esmero.people.editing import BY_STAFF
from esmero.people.folding import fold
from esmero.people.imports.plan import Plan, make_plan
from esmero.people.imports.reading import Reading
from esmero.people.imports.records import Records
from esmero.people.imports.rows import Row, read_row
from esmero.people.merged import find_survivors
from esmero.people.models import (
    Address,
    BlockedDomain,
    ContactPoint,
    Import,
    ImportLine,
    Organisation,
    OwnField,
    PermissionEntry,
    Person,
    Tag,
)
from esmero.people.names import refold
from esmero.people.permission import NewEntry, find_permitted, record
from esmero.people.suppression import find_suppressions, suppress
from esmero.vault.files import path_of
from esmero.work.jobs import save_progress
from esmero.work.models import Job

CHUNK = 500
_V = ImportLine.Verdict
_WRITABLE = ("number", "title", "given_name", "family_name", "language", "country")
_UPDATED = [*_WRITABLE, "name_is_damaged", "organisation", "address", "fields", "written_by", "folded", "changed_at"]


def run_chunk(job: Job) -> bool:
    """Bring the next five hundred records in; True when the file has ended."""
    brought = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(brought)
    offset, line = job.cursor.get("offset", reading.data_offset), job.cursor.get("line", reading.data_line)
    if not job.cursor:
        job.total = reading.records
        with transaction.atomic():
            ImportLine.objects.filter(of=brought).delete()
            _declare(plan)
            job.cursor = {"offset": offset, "line": line}
            save_progress(job)
    rows, end = _read(brought, reading, plan, offset=offset, line=line)
    with transaction.atomic():
        if rows:
            _Chunk(brought, plan, rows).write()
            job.cursor, job.done = {"offset": end[0], "line": end[1]}, job.done + len(rows)
        else:
            Import.objects.filter(pk=brought.pk).update(
                state=Import.State.DONE, counts=count_verdicts(brought), finished_at=timezone.now()
            )
        save_progress(job)
    return not rows


def check(job: Job) -> bool:
    """Make the dry run: the whole import done and undone in one transaction, its verdicts kept."""
    brought = Import.objects.select_related("brand", "topic", "file").get(pk=job.subject)
    reading, plan = _open(brought)
    kept: list[ImportLine] = []
    with transaction.atomic():
        ImportLine.objects.filter(of=brought).delete()
        _declare(plan)
        offset, line = reading.data_offset, reading.data_line
        while True:
            rows, end = _read(brought, reading, plan, offset=offset, line=line)
            if not rows:
                break
            kept += _Chunk(brought, plan, rows).write()
            offset, line = end
        transaction.set_rollback(True)
    fresh = [
        ImportLine(
            of=brought, line=one.line, verdict=one.verdict, number=one.number, address_verdict=one.address_verdict,
            reason=one.reason, cell=one.cell, warnings=one.warnings,
        )
        for one in kept
    ]  # fmt: skip
    with transaction.atomic():
        ImportLine.objects.filter(of=brought).delete()
        ImportLine.objects.bulk_create(fresh, batch_size=1000)
        job.total = job.done = len(fresh)
        Import.objects.filter(pk=brought.pk).update(state=Import.State.CHECKED, counts=count_verdicts(brought))
        save_progress(job)
    return True


def count_verdicts(brought: Import) -> dict[str, int]:
    """Return how many lines got each verdict, and how many addresses were mended, invalid, missing or suppressed."""
    lines = ImportLine.objects.filter(of=brought)
    counts = dict(lines.values_list("verdict").annotate(Count("id")).order_by())
    addresses = dict(lines.values_list("address_verdict").annotate(Count("id")).order_by())
    return {**counts, **{f"address-{name}": number for name, number in addresses.items() if name not in ("", "ok")}}


def write_report(brought: Import) -> Iterator[tuple[int, str, str, str, int, int]]:
    """Yield (line, id, verdict, address, shared, commercial): commercial is that the person may get the topic by mail."""
    lines = ImportLine.objects.filter(of=brought).order_by("line").select_related("person")
    batch: list[ImportLine] = []
    for one in lines.iterator(chunk_size=1000):
        batch.append(one)
        if len(batch) == 1000:
            yield from _report(brought, batch)
            batch = []
    yield from _report(brought, batch)


def _report(brought: Import, lines: Sequence[ImportLine]) -> Iterator[tuple[int, str, str, str, int, int]]:
    persons = {one.person_id: one.person for one in lines if one.person is not None}
    topic = brought.topic
    permitted = (
        find_permitted(
            [pk for pk in persons if pk is not None], brand=brought.brand_id, purpose=topic.purpose_id, topic=topic.pk
        )
        if topic
        else set()
    )
    used = {one.address_id for one in persons.values() if one and one.address_id}
    sharing = (
        Person.objects.filter(address__in=used, state=Person.State.ACTIVE)
        .values_list("address")
        .annotate(Count("id"))
        .order_by()
    )
    shared = {pk for pk, number in sharing if number > 1}
    for one in lines:
        person = one.person
        has = person is not None and person.address_id is not None
        yield (
            one.line,
            one.number,
            one.verdict,
            one.address_verdict or "none",
            int(has and person is not None and person.address_id in shared),
            int(has and one.person_id in permitted),
        )


def _open(brought: Import) -> tuple[Reading, Plan]:
    reading = Reading.from_json(brought.reading)
    return reading, make_plan(reading, brought.mapping)


def _read(
    brought: Import, reading: Reading, plan: Plan, *, offset: int, line: int
) -> tuple[list[Row], tuple[int, int]]:
    with Records(path_of(reading.text or brought.file.sha256), reading.dialect, offset=offset, line=line) as records:
        taken = list(islice(records, CHUNK))
    if not taken:
        return [], (offset, line)
    last = taken[-1]
    return [read_row(one, plan) for one in taken], (last.end, last.line + last.lines - 1)


def _declare(plan: Plan) -> None:
    """Declare own fields that the file brings; a field that is there keeps its type, a choice gains what is new."""
    for own in plan.own:
        row, made = OwnField.objects.get_or_create(
            key=own.key, defaults={"label": {"en": own.label}, "kind": own.kind, "choices": list(own.choices)}
        )
        fresh = [choice for choice in own.choices if choice not in row.choices]
        if not made and row.kind == OwnField.Kind.CHOICE and fresh:
            row.choices = [*row.choices, *fresh]
            row.save(update_fields=["choices"])


class _Chunk:
    """Up to five hundred rows against what is known of them, read at once and written at once."""

    def __init__(self, brought: Import, plan: Plan, rows: Sequence[Row]) -> None:
        self.brought, self.plan, self.rows = brought, plan, rows
        self.zone = ZoneInfo(brought.brand.timezone)
        self.now = timezone.now()
        self.blocked = {domain.lower() for domain in BlockedDomain.objects.values_list("domain", flat=True)}
        values = {row.address.normalised for row in rows if row.address.usable}
        self.addresses = {one.value: one for one in Address.objects.filter(value__in=values)}
        self.silent = find_suppressions(values)
        numbers = {row.texts["number"] for row in rows if row.texts.get("number")}
        found, became = self._find_by_number(numbers)
        at_address = Person.objects.filter(address__value__in=values, state=Person.State.ACTIVE).order_by("-id")
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
        self.created: list[Person] = []
        self.changed: dict[int, Person] = {}
        self.pairs: list[tuple[Row, Person | None, ImportLine]] = []

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
        return domain in self.blocked or any(domain.endswith(one) for one in self.blocked if one.startswith("."))

    def _is_silent(self, value: str) -> bool:
        found = self.silent.get(value)
        return found is not None and found.scope == "all" and found.brand_id is None

    def _place(self, row: Row) -> tuple[Row, Person | None, ImportLine]:
        number, value = row.texts.get("number", ""), row.address.normalised
        line = ImportLine(
            of=self.brought, line=row.line, number=number, address_verdict=row.address.state, warnings=row.warnings
        )
        if value and self._is_blocked(value):
            return row, None, self._refuse(line, "blocked-domain", f"{value}")
        if not number and not value:
            return row, None, self._refuse(line, "no-identity", row.cell)
        person = self.by_number.get(number) if number else None
        if person is None and value:
            candidate = self.by_address.get(value)
            if candidate is not None and (not number or candidate.number is None):
                person = candidate
        if person is None:
            person = Person(number=number or None, fields={}, written_by={})
            self._apply(row, person)
            self.created.append(person)
            line.verdict = _V.ADDED
        else:
            changed = self._apply(row, person)
            if changed and person.pk:
                self.changed[person.pk] = person
            merged = id(person) in self.seen
            line.verdict = _V.MERGED if merged else _V.CHANGED if changed else _V.UNCHANGED
        self.seen.add(id(person))
        if number:
            self.by_number[number] = person
        if value and (value not in self.by_address or not number):
            self.by_address[value] = person
        if value and value in self.silent:
            line.address_verdict = "suppressed" if self._is_silent(value) else line.address_verdict
            line.warnings = [*line.warnings, "suppressed"]
        return row, person, line

    def _refuse(self, line: ImportLine, reason: str, cell: str) -> ImportLine:
        line.verdict, line.reason, line.cell, line.address_verdict = _V.REFUSED, reason, cell[:200], "none"
        return line

    def _apply(self, row: Row, person: Person) -> bool:
        """Put what the row says onto the person where an import may; say whether anything changed."""
        changed = False
        says: dict[str, Any] = {
            name: row.texts.get(name, "") for name in _WRITABLE if name not in ("language", "country")
        }
        if person.number and self.by_number.get(says["number"]) is person:
            says["number"] = ""  # theirs already, or of somebody who was merged into them
        says["language"] = row.language
        says["country"] = row.texts.get("country", "").upper() if len(row.texts.get("country", "")) == 2 else ""
        for name, value in says.items():
            if value and self._may(person, name, getattr(person, name)) and getattr(person, name) != value:
                setattr(person, name, value)
                changed = True
        organisation = self.organisations.get(fold(row.texts.get("organisation", "")))
        if (
            organisation
            and person.organisation_id != organisation.pk
            and self._may(person, "organisation", person.organisation_id)
        ):
            person.organisation = organisation
            changed = True
        address = self.addresses.get(row.address.normalised) if row.address.usable else None
        if address and person.address_id != address.pk and self._may(person, "address", person.address_id):
            person.address = address
            changed = True
        for key, own in row.own.items():
            if person.fields.get(key) != own and self._may(person, f"own:{key}", person.fields.get(key)):
                person.fields[key] = own
                changed = True
        if changed:
            refold(person)
            person.changed_at = self.now
        return changed

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

    def _points_of(self, row: Row) -> Iterator[tuple[str, str, dict[str, str], bool]]:
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
            if topic is None:
                continue
            about: dict[str, Any] = {
                "person": person.pk, "brand": self.brought.brand_id, "purpose": topic.purpose_id, "topic": topic.pk,
                "source": self.brought.source or self.brought.file_name, "proof": self.brought.file_id,
                "proof_place": f"line {row.line}",
            }  # fmt: skip
            if row.granted:
                at = self._moment(row.granted_on)
                if at and at > self.now:
                    line.warnings = [*line.warnings, "consent-in-the-future"]
                entries.append(
                    NewEntry(
                        act=PermissionEntry.Act.GRANTED, basis="consent", at=at, wording=row.wording,
                        wording_version=row.version, **about,
                    )
                )  # fmt: skip
            if row.withdrawn or row.status == "unsubscribed":
                entries.append(NewEntry(act=PermissionEntry.Act.WITHDRAWN, at=self._moment(row.withdrawn_on), **about))
        return {id(people[one.person_id]) for one in record(entries, now=self.now)}

    def _silence(self, row: Row, line: ImportLine) -> None:
        if not row.status or not row.address.usable:
            return
        brand = None if row.status == "unreachable" else self.brought.brand
        scope = "all" if row.status == "unreachable" else "commercial"
        place = f"{self.brought.file_name} line {row.line}"
        suppress(row.address.normalised, scope=scope, reason=row.status, evidence=place, at=self.now, brand=brand)
        if row.status == "unreachable":
            line.address_verdict = "suppressed"

    def _moment(self, day: date | None) -> datetime | None:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC) if day else None
