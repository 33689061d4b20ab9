"""Take lines of a list of persons back: what they created goes, what they replaced returns.

A line is kept if somebody else has changed or used its person since. Its permissions go all the same: a list that is
taken back grants nothing. A grant on which a message has left is proof, so it stays in the ledger and is withdrawn.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Model, Q
from django.utils import timezone

from esmero.imports.models import Import, ImportLine
from esmero.people.imports.references import UpperRecords, find_references
from esmero.people.models import (
    Address,
    ContactPoint,
    Duplicate,
    Membership,
    Organisation,
    PartyNumber,
    PartyRole,
    Permission,
    PermissionEntry,
    Person,
    PersonLine,
    Suppression,
    Tag,
)
from esmero.people.permissions.ledger import NewEntry, record, remove_entries
from esmero.people.persons.merged_organisations import resolve_organisations
from esmero.people.persons.names import update_folded
from esmero.people.search_texts import index_persons

WITHDRAWN = f"{ImportLine.UNDONE}-withdrawn"
_TAGS = Person.tags.through
# Tables whose rows about a person this module judges itself.
_OWN: frozenset[type[Model]] = frozenset(
    {ContactPoint, PartyRole, PartyNumber, Permission, PermissionEntry, PersonLine, _TAGS}
)
# Rows of a party that an import writes: key of a line's notes, and model.
_PARTY_ROWS: dict[str, type[PartyRole] | type[PartyNumber]] = {"roles": PartyRole, "numbers": PartyNumber}
# A proposed pair that nobody decided goes with the person.
_PASSING: dict[type[Model], Q] = {Duplicate: Q(state=Duplicate.State.OPEN)}
_COLUMNS = (
    "number", "title", "given_name", "family_name", "language", "country", "organisation", "position", "address",
    "capacity", "tax_id", "timezone",
)  # fmt: skip
_ATTRIBUTES = {"organisation": "organisation_id", "address": "address_id"}
_GRANTED = PermissionEntry.Act.GRANTED


class PersonUndo:
    """Judge up to five hundred lines when created; `write` takes them back. Call both inside one transaction.

    `outcomes` are by id of the line: UNDONE, WITHDRAWN if a grant was used, or the reason why the line is kept.
    """

    def __init__(self, import_: Import, lines: Sequence[PersonLine], *, records: UpperRecords) -> None:
        self.import_, self.lines, self.records = import_, lines, records
        self.counts: Counter[str] = Counter()
        ids = {line.written["person"] for line in lines if line.written["person"] is not None}
        rows = Person.objects.filter(pk__in=ids).order_by("id").select_for_update(of=("self",))
        self.persons = {one.pk: one for one in rows.select_related("address", "organisation")}
        self._read_own_rows(ids)
        fresh = {line.written["person"] for line in lines if "new" in line.written}
        self.references = find_references(Person, fresh, besides=_OWN, passing={**records.passing, **_PASSING})
        self.entries = {
            one.pk: one
            for one in PermissionEntry.objects.filter(
                pk__in=[pk for line in lines for pk in line.written.get("acts", [])]
            )
        }
        last = records.find_last_messages({one.person_id for one in self.entries.values()}, import_.brand_id)
        self.used = {
            pk
            for pk, one in self.entries.items()
            if one.act == _GRANTED and one.person_id in last and last[one.person_id] >= one.recorded_at
        }
        former = [line.written["was"]["address"][0] for line in lines if "address" in line.written.get("was", {})]
        self.addresses = Address.objects.in_bulk([pk for pk in former if pk is not None])
        self.organisations = resolve_organisations(
            line.written["was"]["organisation"][0] for line in lines if "organisation" in line.written.get("was", {})
        )
        self.reasons = {line.pk: self._find_reason(line) for line in lines}
        self.outcomes = {line.pk: self._outcome(line) for line in lines}
        self._count()

    def write(self) -> None:
        """Take back the lines that are not kept, and the permissions of all."""
        self._undo_permissions()
        self._undo_changes()
        self._remove_persons()
        self._remove_shared_rows()
        taken = {line.written["person"] for line in self.lines if not self.reasons[line.pk]}
        index_persons(taken - {None})

    def _read_own_rows(self, ids: set[int]) -> None:
        """Read contact points, tags and ledger entries of the persons, and those that this import wrote."""
        self.points: dict[int, dict[int, int | None]] = defaultdict(dict)
        for pk, person, writer in ContactPoint.objects.filter(person__in=ids).values_list(
            "id", "person_id", "written_by"
        ):
            self.points[person][pk] = writer
        self.party_rows: dict[str, dict[int, dict[int, int | None]]] = {}
        for name, model in _PARTY_ROWS.items():
            self.party_rows[name] = defaultdict(dict)
            rows = model._default_manager.filter(person__in=ids)
            for pk, person, writer in rows.values_list("id", "person_id", "written_by"):
                self.party_rows[name][person][pk] = writer
        self.tags: dict[int, set[int]] = defaultdict(set)
        for person, tag in _TAGS.objects.filter(person__in=ids).values_list("person_id", "tag_id"):
            self.tags[person].add(tag)
        self.acts: dict[int, set[int]] = defaultdict(set)
        for pk, person in PermissionEntry.objects.filter(person__in=ids).values_list("id", "person_id"):
            self.acts[person].add(pk)
        self.own_tags: dict[int, set[int]] = defaultdict(set)
        self.own_acts: dict[int, set[int]] = defaultdict(set)
        written = PersonLine.objects.filter(of=self.import_, person__in=ids, wrote__isnull=False)
        for line in written.only("wrote"):
            person = line.written["person"]
            self.own_tags[person] |= set(line.written.get("tags", []))
            self.own_acts[person] |= set(line.written.get("acts", []))

    def _find_reason(self, line: PersonLine) -> str:
        """Return why a line is kept, "" if it is taken back."""
        wrote = line.written
        if wrote["person"] is None:
            return ""  # refused, but its address or organisation was created
        person = self.persons.get(wrote["person"])
        if person is None or line.person_id != wrote["person"] or person.state != Person.State.ACTIVE:
            return "merged-or-erased"
        if "new" in wrote:
            return self._find_use(person, number=line.number)
        for name, (value, _writer) in wrote.get("was", {}).items():
            known = {"address": self.addresses, "organisation": self.organisations}.get(name)
            is_gone = known is not None and value is not None and value not in known
            if is_gone or person.written_by.get(name) != self.import_.pk:
                return f"changed-since: {name.removeprefix('own:')}"
        points = self.points[person.pk]
        if any(points.get(pk) != self.import_.pk for pk in wrote.get("points", [])):
            return "changed-since: contact-points"
        for key, rows in self.party_rows.items():
            if any(rows[person.pk].get(pk) != self.import_.pk for pk in wrote.get(key, [])):
                return f"changed-since: {key}"
        return ""

    def _find_use(self, person: Person, *, number: str) -> str:
        """Return what others have done with a person that the import added, "" if nothing."""
        if person.pk in self.references:
            return f"in-use: {self.references[person.pk]}"
        names = {name for name in _COLUMNS if getattr(person, _ATTRIBUTES.get(name, name)) not in (None, "")}
        names |= {f"own:{key}" for key in person.fields} | person.written_by.keys()
        if person.number == number:
            names.discard("number")  # the identity that the line stated, which no writer is noted for
        other = sorted(name for name in names if person.written_by.get(name) != self.import_.pk)
        if other:
            return f"changed-since: {other[0].removeprefix('own:')}"
        if any(writer != self.import_.pk for writer in self.points[person.pk].values()):
            return "changed-since: contact-points"
        for key, rows in self.party_rows.items():
            if any(writer != self.import_.pk for writer in rows[person.pk].values()):
                return f"changed-since: {key}"
        if self.tags[person.pk] - self.own_tags[person.pk]:
            return "changed-since: tags"
        if self.acts[person.pk] - self.own_acts[person.pk]:
            return "in-use: permissionentry"
        return ""

    def _outcome(self, line: PersonLine) -> str:
        reason = self.reasons[line.pk]
        is_used = any(pk in self.used for pk in line.written.get("acts", []))
        return reason or (WITHDRAWN if is_used else ImportLine.UNDONE)

    def _count(self) -> None:
        taken = [line for line in self.lines if not self.reasons[line.pk]]
        self.counts["people-removed"] = sum("new" in line.written for line in taken)
        self.counts["people-restored"] = len({line.written["person"] for line in taken if "was" in line.written})
        granted = {pk for pk, one in self.entries.items() if one.act == _GRANTED}
        self.counts["grants-removed"] = len(granted - self.used)
        self.counts["grants-withdrawn"] = len(self.used)

    def _undo_permissions(self) -> None:
        kept = {pk for line in self.lines if self.reasons[line.pk] for pk in line.written.get("acts", [])}
        # A kept line keeps its withdrawals: the careful side.
        going = [
            one for pk, one in self.entries.items() if pk not in self.used and (one.act == _GRANTED or pk not in kept)
        ]
        remove_entries(going)
        record(
            [
                NewEntry(
                    person=one.person_id,
                    brand=one.brand_id,
                    channel=one.channel,
                    purpose=one.purpose_id,
                    topic=one.topic_id,
                    act=PermissionEntry.Act.WITHDRAWN,
                    source=f"import {self.import_.pk} taken back: {self.import_.file_name}",
                    at=timezone.now(),
                    proof=self.import_.file_id,
                    proof_place=one.proof_place,
                )
                for pk, one in self.entries.items()
                if pk in self.used
            ],
            announced=False,
        )

    def _undo_changes(self) -> None:
        """Restore the replaced values, line by line from the last, in one write."""
        changed: dict[int, Person] = {}
        points: list[int] = []
        links: list[tuple[int, int]] = []
        for line in self.lines:
            wrote = line.written
            if self.reasons[line.pk] or wrote["person"] is None:
                continue
            points += wrote.get("points", [])
            links += [(wrote["person"], tag) for tag in wrote.get("tags", [])]
            person = self.persons[wrote["person"]]
            if "was" in wrote:
                for name, (value, writer) in wrote["was"].items():
                    self._restore(person, name, value, writer)
                if wrote["at"] and not self._is_changed_later(person):
                    person.changed_at = datetime.fromisoformat(wrote["at"])
                update_folded(person)
                changed[person.pk] = person
        ContactPoint.objects.filter(pk__in=points, written_by=self.import_.pk).delete()
        for key, model in _PARTY_ROWS.items():
            made = [pk for line in self.lines if not self.reasons[line.pk] for pk in line.written.get(key, [])]
            model._default_manager.filter(pk__in=made, written_by=self.import_.pk).delete()
        if links:
            persons, tags = zip(*links, strict=True)
            rows = _TAGS.objects.filter(person_id__in=persons, tag_id__in=tags).values_list("id", "person_id", "tag_id")
            wanted = set(links)
            _TAGS.objects.filter(pk__in=[pk for pk, person, tag in rows if (person, tag) in wanted]).delete()
        names = [*_COLUMNS, "fields", "written_by", "folded", "name_is_damaged", "changed_at"]
        Person.objects.bulk_update(changed.values(), names)
        # A former organisation that was merged meanwhile may be one that they belong to besides.
        Membership.objects.filter(person__in=changed, organisation=F("person__organisation")).delete()

    def _restore(self, person: Person, name: str, value: Any, writer: int | None) -> None:
        if name.startswith("own:"):
            if value is None:
                person.fields.pop(name[4:], None)
            else:
                person.fields[name[4:]] = value
        elif name == "address":
            person.address = self.addresses[value] if value is not None else None
        elif name == "organisation":
            person.organisation_id = self.organisations[value] if value is not None else None
        else:
            setattr(person, _ATTRIBUTES.get(name, name), value)
        if writer is None:
            person.written_by.pop(name, None)
        else:
            person.written_by[name] = writer  # in place, so that the order of the keys is the former one

    def _is_changed_later(self, person: Person) -> bool:
        finished = self.import_.finished_at
        return finished is not None and person.changed_at > finished

    def _remove_persons(self) -> None:
        gone = {line.written["person"] for line in self.lines if "new" in line.written and not self.reasons[line.pk]}
        if not gone:
            return
        self.records.release(gone)
        for model, condition in self.records.passing.items():
            model._default_manager.filter(condition, person__in=gone).delete()
        PersonLine.objects.filter(person__in=gone).update(person=None)
        Permission.objects.filter(person__in=gone).delete()
        Person.objects.filter(pk__in=gone).delete()  # with their contact points, tags and open proposals of duplicates

    def _remove_shared_rows(self) -> None:
        """Remove addresses, organisations, tags and suppressions that the lines created and nobody else uses."""
        taken = [line.written for line in self.lines if not self.reasons[line.pk]]
        remove_suppressions(taken)
        addresses = Address.objects.filter(
            pk__in=[wrote["address"] for wrote in taken if "address" in wrote], first_return_at=None
        )
        _delete_unused(Address, addresses.values_list("id", flat=True))
        organisations = Organisation.objects.filter(
            pk__in=[wrote["organisation"] for wrote in taken if "organisation" in wrote],
            tax_id="", capacity="", domain="", country="", timezone="",
        )  # fmt: skip
        _delete_unused(Organisation, organisations.values_list("id", flat=True))
        _delete_unused(Tag, [pk for wrote in taken for pk in wrote.get("new_tags", [])])


def remove_suppressions(taken: Iterable[dict[str, Any]]) -> int:
    """Remove the suppressions that lines created and nobody lifted, and restore the standing of their addresses."""
    taken = [wrote for wrote in taken if "suppression" in wrote or "standing" in wrote]
    made = [wrote["suppression"] for wrote in taken if "suppression" in wrote]
    removed, _by_table = Suppression.objects.filter(pk__in=made, lifted_at=None).delete()
    former = {wrote["standing"]["address"]: wrote["standing"] for wrote in taken if "standing" in wrote}
    rows = list(Address.objects.filter(pk__in=former, standing=Address.Standing.SUPPRESSED))
    for row in rows:
        was = former[row.pk]
        row.standing, row.reason = was["standing"], was["reason"]
        row.since = datetime.fromisoformat(was["since"]) if was["since"] else None
    Address.objects.bulk_update(rows, ["standing", "reason", "since"])
    return removed


def _delete_unused(model: Any, ids: Iterable[int]) -> None:
    wanted = set(ids)
    used = find_references(model, wanted, besides=frozenset(), passing={})
    model._default_manager.filter(pk__in=wanted - used.keys()).delete()
