"""Map columns to fields: guesses, overridden by the user's choices; consent only where the user confirmed it."""

from collections.abc import Mapping
from dataclasses import dataclass

from esmero.imports.cell_values import CellKind
from esmero.imports.fields import IGNORE, OWN, FieldSet, TargetField, normalise_header
from esmero.imports.files.problem import MappingProblem
from esmero.imports.reading import FileColumn, FileReading


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


def apply_mapping(reading: FileReading, choices: Mapping[str, str], *, fields: FieldSet) -> dict[str, str]:
    """Return {column: field} for every column of the file.

    The user's choices override the guesses. Columns of `fields.granting` are ignored unless the user chose the first of
    them; columns that take a right away need no confirmation.

    Raises:
        MappingProblem: a column that is not in the file, an unknown field, or one field given twice.

    """
    stated = {_find_column(reading, name): str(fields.read(field)) for name, field in choices.items()}
    if len(stated) < len(choices):
        raise MappingProblem("column-named-twice")
    holders: dict[str, str] = {}
    for name, field in stated.items():
        single = _identify(fields.read(field))
        if single in holders and not fields.may_repeat(single):
            raise MappingProblem("field-mapped-twice", field=single, first=holders[single], second=name)
        holders[single] = name
    confirmed = fields.grant in holders
    mapping = {}
    for column in reading.columns:
        field = stated.get(column.name, "")
        if not field:
            single = _identify(fields.read(column.guess))
            taken = single in holders and not fields.may_repeat(single)
            field = IGNORE if taken or (single in fields.granting and not confirmed) else column.guess
        mapping[column.name] = field
    return mapping


def _identify(target: TargetField) -> str:
    """Return the name under which a target may be taken: that of the field, or own:KEY."""
    return f"{OWN}:{target.key}" if target.name == OWN else target.name


def compile_mapping(reading: FileReading, mapping: Mapping[str, str], *, fields: FieldSet) -> ColumnMapping:
    """Compile a complete mapping (see apply_mapping) into a ColumnMapping."""
    columns: dict[str, list[int]] = {}
    own: dict[int, CustomFieldMapping] = {}
    inside: dict[str, CustomFieldMapping] = {}
    for index, column in enumerate(reading.columns):
        field = fields.read(mapping.get(column.name, IGNORE))
        if field.name == OWN:
            own[index] = _plan_own(column, field)
        elif field.name == fields.objects:
            for key, kind, choices in column.keys:
                inside[key] = CustomFieldMapping(key, key, kind, choices)
        if field.name not in {OWN, IGNORE}:
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
    choices = column.choices if kind == CellKind.CHOICE else ()
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
