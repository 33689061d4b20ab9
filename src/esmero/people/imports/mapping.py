"""Map columns to fields: guesses, overridden by the user's choices; consent only where the user confirmed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from esmero.people.imports.columns import normalise_header
from esmero.people.imports.fields import GRANTING, REPEATABLE, TargetField, read_field
from esmero.people.imports.files.problem import MappingProblem
from esmero.people.imports.reading import FileColumn, FileReading
from esmero.people.models import CustomField


@dataclass(frozen=True, slots=True)
class CustomFieldMapping:
    """Describe a custom field that the import writes: its type and, for a choice, the values in the file."""

    key: str
    label: str
    kind: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Hold the column indexes of each field, and the custom fields by column index or attribute key."""

    names: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]
    own_columns: Mapping[int, CustomFieldMapping]
    attribute_keys: Mapping[str, CustomFieldMapping]
    day_first: tuple[bool, ...]

    @property
    def own(self) -> list[CustomFieldMapping]:
        """Return all custom fields without duplicates."""
        return list({plan.key: plan for plan in [*self.own_columns.values(), *self.attribute_keys.values()]}.values())


def apply_mapping(reading: FileReading, choices: Mapping[str, str]) -> dict[str, str]:
    """Return {column: field} for every column of the file.

    The user's choices override the guesses. Columns that grant permission are ignored unless the consent column itself
    was confirmed; columns that withdraw it need no confirmation.

    Raises:
        MappingProblem: a column that is not in the file, an unknown field, or one field given twice.

    """
    stated = {_find_column(reading, name): str(read_field(field)) for name, field in choices.items()}
    if len(stated) < len(choices):
        raise MappingProblem("column-named-twice")
    holders: dict[str, str] = {}
    for name, field in stated.items():
        kind = read_field(field)
        single = f"own:{kind.key}" if kind.name == "own" else kind.name
        if single in holders and kind.name not in REPEATABLE - {"own"}:
            raise MappingProblem("field-mapped-twice", field=single, first=holders[single], second=name)
        holders[single] = name
    confirmed = "consent" in holders
    mapping = {}
    for column in reading.columns:
        guess = read_field(column.guess)
        field = stated.get(column.name, "")
        if not field:
            single = f"own:{guess.key}" if guess.name == "own" else guess.name
            taken = single in holders and guess.name not in REPEATABLE - {"own"}
            field = "ignore" if taken or (guess.name in GRANTING and not confirmed) else column.guess
        mapping[column.name] = field
    return mapping


def compile_mapping(reading: FileReading, mapping: Mapping[str, str]) -> ColumnMapping:
    """Compile a complete mapping (see apply_mapping) into a ColumnMapping."""
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
    close = [
        column for column in names if normalise_header(column) and normalise_header(column) == normalise_header(wanted)
    ]
    if len(close) == 1:
        return close[0]
    raise MappingProblem("column-unknown", name=name, list=names)
