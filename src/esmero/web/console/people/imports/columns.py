"""Prepare the columns of a file for the mapping form, and read the submitted mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from esmero.imports.fields import IGNORE, FieldSet
from esmero.imports.reading import FileColumn, FileReading
from esmero.web.labels.field_names import FIELD_WORDS, KIND_WORDS

_CONFIDENT = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnColumn:
    """Describe one column of the form: its contents, possible meanings and the chosen one."""

    name: str
    samples: Sequence[str]
    chosen: str
    choices: list[tuple[str, str]]
    unsure: bool


def draw_columns(reading: FileReading, *, chosen: Mapping[str, str], fields: FieldSet) -> list[DrawnColumn]:
    """Return every column with its `chosen` meaning, or the guessed one."""
    return [_draw(column, chosen=chosen.get(column.name, column.guess), fields=fields) for column in reading.columns]


def read_mapping(reading: FileReading, *, values: Sequence[str], confirmed: bool, fields: FieldSet) -> dict[str, str]:
    """Return {column: field} as submitted; columns that would grant permission need confirmation."""
    said = dict(zip((column.name for column in reading.columns), values, strict=False))
    barred = frozenset[str]() if confirmed else fields.granting
    return {name: IGNORE if field in barred else field for name, field in said.items() if field}


def _draw(column: FileColumn, *, chosen: str, fields: FieldSet) -> DrawnColumn:
    choices = [(value, str(words)) for value, words in FIELD_WORDS.items() if value in fields.meanings]
    own = column.guess if column.guess.startswith("own:") else f"own:{column.name}"
    kind = str(KIND_WORDS.get(column.kind, column.kind))
    if fields.takes_own:
        choices.insert(1, (own, _("Own field (%(kind)s)") % {"kind": kind}))
    if chosen not in dict(choices):
        choices.append((chosen, chosen))
    unsure = bool(column.filled) and column.confidence < _CONFIDENT and not column.guess.startswith("own:")
    return DrawnColumn(name=column.name, samples=column.samples[:3], chosen=chosen, choices=choices, unsure=unsure)
