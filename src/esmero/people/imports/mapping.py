"""What becomes of each column: the guesses, overridden by what a person said, with consent only where they confirmed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from esmero.people.imports.columns import squeeze
from esmero.people.imports.fields import GIVING, MANY, TargetField, read_field
from esmero.people.imports.files.problem import MappingProblem
from esmero.people.imports.reading import FileColumn, FileReading
from esmero.people.models import CustomField


@dataclass(frozen=True, slots=True)
class CustomFieldMapping:
    """An own field that the import writes: its type and, of a choice, what the file holds."""

    key: str
    label: str
    kind: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`columns` are the indexes of each field's columns; `own` the own fields by column or by key of attributes."""

    names: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    own_columns: Mapping[int, CustomFieldMapping]
    attribute_keys: Mapping[str, CustomFieldMapping]
    day_first: tuple[bool, ...]

    @property
    def own(self) -> list[CustomFieldMapping]:
        """All own fields, each once."""
        return list({plan.key: plan for plan in [*self.own_columns.values(), *self.attribute_keys.values()]}.values())

    @property
    def writes_permission(self) -> bool:
        """Whether some column may grant or withdraw."""
        return bool({"consent", "withdrawn", "unsubscribed", "status"} & self.columns.keys())


def apply_mapping(reading: FileReading, said: Mapping[str, str]) -> dict[str, str]:
    """Return {column: field} for every column of the file.

    What a person said counts before the guess. Columns that give permission are left out unless the column of consent
    itself was confirmed; those that take it away need no confirmation.

    Raises:
        MappingProblem: a column that is not in the file, an unknown field, or one field given twice.

    """
    stated = {_find_column(reading, name): str(read_field(field)) for name, field in said.items()}
    if len(stated) < len(said):
        raise MappingProblem(_("A column is mapped twice: two of the names given mean the same column."))
    holders: dict[str, str] = {}
    for name, field in stated.items():
        kind = read_field(field)
        single = f"own:{kind.key}" if kind.name == "own" else kind.name
        if single in holders and kind.name not in MANY - {"own"}:
            raise MappingProblem(
                _("Two columns are mapped to %(single)s: %(holders)s and %(name)s. Leave one out.")
                % {"single": single, "holders": repr(holders[single]), "name": repr(name)}
            )
        holders[single] = name
    confirmed = "consent" in holders
    mapping = {}
    for column in reading.columns:
        guess = read_field(column.guess)
        field = stated.get(column.name, "")
        if not field:
            single = f"own:{guess.key}" if guess.name == "own" else guess.name
            taken = single in holders and guess.name not in MANY - {"own"}
            field = "ignore" if taken or (guess.name in GIVING and not confirmed) else column.guess
        mapping[column.name] = field
    return mapping


def make_plan(reading: FileReading, mapping: Mapping[str, str]) -> ColumnMapping:
    """Return what to do with each column, the mapping being complete (see apply_mapping)."""
    columns: dict[str, list[int]] = {}
    own: dict[int, CustomFieldMapping] = {}
    inside: dict[str, CustomFieldMapping] = {}
    for index, column in enumerate(reading.columns):
        field = read_field(mapping.get(column.name, "ignore"))
        if field.name == "own":
            own[index] = _plan_own(column, field)
        elif field.name == "attributes":
            for key, kind, choices in column.keys:
                inside[key] = CustomFieldMapping(key, key, kind, choices)
        if field.name not in {"own", "ignore"}:
            columns.setdefault(field.name, []).append(index)
    return ColumnMapping(
        names=tuple(column.name for column in reading.columns),
        columns={name: tuple(indexes) for name, indexes in columns.items()},
        own_columns=own,
        attribute_keys=inside,
        day_first=tuple(column.day_first for column in reading.columns),
    )


def _plan_own(column: FileColumn, field: TargetField) -> CustomFieldMapping:
    kind = field.kind or column.kind
    choices = column.choices if kind == CustomField.Kind.CHOICE else ()
    return CustomFieldMapping(field.key, column.name, kind, tuple(choices))


def _find_column(reading: FileReading, name: str) -> str:
    names = [column.name for column in reading.columns]
    wanted = " ".join(name.split())
    if wanted in names:
        return wanted
    close = [column for column in names if squeeze(column) and squeeze(column) == squeeze(wanted)]
    if len(close) == 1:
        return close[0]
    raise MappingProblem(
        _("The file has no column %(name)s. Its columns: %(list)s.") % {"name": repr(name), "list": ", ".join(names)}
    )
