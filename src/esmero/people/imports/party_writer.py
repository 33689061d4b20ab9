"""Write the roles and the external numbers that the rows of an import state, for several persons at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from esmero.imports.models import Import
from esmero.people.imports.rows import ImportRow
from esmero.people.models import PartyNumber, PartyRole, Person
from esmero.people.parties.external_numbers import find_numbered

type PartyNotes = dict[int, dict[str, list[int]]]  # line → {"roles": ids, "numbers": ids} of the rows that it made


class PartyWriter:
    """Add roles and numbers towards the brand of an import; create it before the persons of the rows are written.

    A role that a person has or had towards the brand or the house is left alone: a list does not bring an ended one
    back. `owners` are the persons of the numbers, by number; None is another party.
    """

    def __init__(self, import_: Import, rows: Iterable[ImportRow]) -> None:
        self._import = import_
        self.owners = find_numbered({number for row in rows if (number := row.brand_number)}, brand=import_.brand)
        self._held: set[tuple[int, str]] = set()
        self._ended: set[tuple[int, str]] = set()
        self._given: set[str] = set()

    def read_known(self, persons: Collection[int]) -> None:
        """Read the roles of the persons whom the rows match; one query."""
        roles = PartyRole.objects.filter(person__in=persons).order_by("id")
        for person, kind, brand, until in roles.values_list("person_id", "kind", "brand_id", "until"):
            if person is not None and brand in (None, self._import.brand_id):
                (self._held if until is None else self._ended).add((person, kind))

    def write(self, matches: Iterable[tuple[ImportRow, Person]]) -> tuple[PartyNotes, set[int]]:
        """Write what is new, once the persons have ids; return notes for the undo, and who got something."""
        roles: dict[tuple[int, str], int] = {}
        numbers: dict[str, tuple[int, int]] = {}
        for row, person in matches:
            for kind in row.roles:
                if (person.pk, kind) in self._ended - self._held:
                    row.warnings.append(f"role-ended-before: {kind}")
                elif (person.pk, kind) not in self._held:
                    self._held.add((person.pk, kind))
                    roles[person.pk, kind] = row.line
            if row.brand_number:
                self._take_number(row, person, numbers=numbers)
        facts = {"brand": self._import.brand, "written_by": self._import.pk}
        # Staff may have given the same role or number meanwhile.
        PartyRole.objects.bulk_create(
            [PartyRole(person_id=person, kind=kind, **facts) for person, kind in roles], ignore_conflicts=True
        )
        PartyNumber.objects.bulk_create(
            [PartyNumber(person_id=person, value=value, **facts) for value, (person, _line) in numbers.items()],
            ignore_conflicts=True,
        )
        touched = {person for person, _kind in roles} | {person for person, _line in numbers.values()}
        return self._note(roles, numbers, persons=touched), touched

    def _take_number(self, row: ImportRow, person: Person, *, numbers: dict[str, tuple[int, int]]) -> None:
        value = row.brand_number
        known = numbers[value][0] if value in numbers else self.owners.get(value, person.pk)
        if known != person.pk:
            row.warnings.append(f"brand-number-taken: {value}")
        elif value not in self.owners and value not in numbers:
            numbers[value] = (person.pk, row.line)

    def _note(
        self, roles: dict[tuple[int, str], int], numbers: dict[str, tuple[int, int]], *, persons: Collection[int]
    ) -> PartyNotes:
        notes: PartyNotes = defaultdict(dict)
        mine = {"person__in": persons, "written_by": self._import.pk}
        if roles:
            for pk, person, kind in PartyRole.objects.filter(**mine).values_list("id", "person_id", "kind"):
                if person is not None and (line := roles.get((person, kind))):
                    notes[line].setdefault("roles", []).append(pk)
        if numbers:
            for pk, value in PartyNumber.objects.filter(**mine, value__in=numbers).values_list("id", "value"):
                notes[numbers[value][1]].setdefault("numbers", []).append(pk)
        return notes
