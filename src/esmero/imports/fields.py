"""Define the fields that the columns of a file can be mapped to, and read the option `--map COLUMN=FIELD`."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from esmero.imports.cell_values import CellKind
from esmero.imports.column_profile import ColumnProfile
from esmero.imports.files.problem import MappingProblem
from esmero.text_folding import fold

IGNORE, OWN = "ignore", "own"
KINDS = {
    **{kind.value: kind.value for kind in CellKind},
    **dict.fromkeys(["bool", "yesno", "yes-no", "yes_no"], CellKind.YES_NO.value),
    **dict.fromkeys(["int", "number"], CellKind.INTEGER.value),
    **dict.fromkeys(["float", "money"], CellKind.DECIMAL.value),
    **dict.fromkeys(["str", "string"], CellKind.TEXT.value),
    "enum": CellKind.CHOICE.value,
}


@dataclass(frozen=True, slots=True)
class TargetField:
    """Describe the target of a column: the name of a field, or "own" with its key and optional type."""

    name: str
    key: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return ":".join(part for part in (self.name, self.key, self.kind) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSet:
    """Describe the target fields of a kind of import.

    `meanings` are the fields with their meaning in a line; `headers` the normalised headers of files that name them,
    `weak_headers` those that the user shall check; `aliases` other names for `--map`. A field of `granting` gives a
    right, so its guess counts only if the user confirmed `grant`, the main one of them. `requires` maps a field to the
    test that a column must pass for the guess; `by_cells` to the test by which a column without a known header is
    guessed. `objects` is the field of JSON objects, "" if there is none. `takes_own` says whether any other column
    becomes an own field, and `is_data` whether a cell is data and no header.
    """

    meanings: Mapping[str, str]
    headers: Mapping[str, str]
    weak_headers: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    repeatable: frozenset[str] = frozenset()
    granting: frozenset[str] = frozenset()
    grant: str = ""
    requires: Mapping[str, Callable[[ColumnProfile], bool]] = field(default_factory=dict)
    by_cells: Mapping[str, Callable[[ColumnProfile], bool]] = field(default_factory=dict)
    objects: str = ""
    takes_own: bool = False
    is_data: Callable[[str], bool] = str.isdigit

    def guess(self, header: str) -> tuple[str, float]:
        """Return the field that a header names and the confidence (0 to 1); "" and 0.0 if unknown."""
        word = normalise_header(header)
        found = self.headers.get(word)
        if found is None:
            return "", 0.0
        return found, 0.6 if word in self.weak_headers else 1.0

    def may_repeat(self, name: str) -> bool:
        """Return whether several columns may be mapped to a field."""
        return name in self.repeatable or name == IGNORE

    def read(self, text: str) -> TargetField:
        """Parse a field name such as "email", "opt-out" or "own:tenure:integer"; raise MappingProblem."""
        name, _colon, rest = text.strip().partition(":")
        if self.takes_own and name.strip().lower() == OWN:
            key, _colon, kind = (part.strip() for part in rest.partition(":"))
            if not to_key(key):
                raise MappingProblem("own-field-unnamed", text=text)
            if kind and kind.lower() not in KINDS:
                raise MappingProblem("own-field-type-unknown", kind=kind, list=sorted(set(KINDS.values())))
            return TargetField(OWN, to_key(key), KINDS[kind.lower()] if kind else "")
        wanted = fold(name).replace("-", "_").replace(" ", "_")
        found = wanted if wanted in self.meanings else self.aliases.get(wanted) or self.aliases.get(fold(name))
        if rest or found is None:
            names = [*self.meanings, *(["own:KEY"] if self.takes_own else [])]
            raise MappingProblem("import-field-unknown", text=text, list=names)
        return TargetField(found)

    def read_map(self, assignments: Iterable[str]) -> dict[str, str]:
        """Parse COLUMN=FIELD arguments into {column: field}; raise MappingProblem."""
        mapping: dict[str, str] = {}
        for text in assignments:
            column, sign, name = text.rpartition("=")
            column = column.strip()
            if not sign or not column:
                raise MappingProblem("mapping-unreadable", text=text)
            if column in mapping:
                raise MappingProblem("column-mapped-twice", column=column, first=mapping[column], second=name.strip())
            mapping[column] = str(self.read(name))
        return mapping


def normalise_header(header: str) -> str:
    """Reduce a header to its letters and digits: "¿Acepta publicidad?" equals "acepta_publicidad"."""
    return re.sub(r"[^a-z0-9]", "", fold(header))


def split_headers(words: Mapping[str, str]) -> dict[str, str]:
    """Turn {field: normalised headers, separated by blanks} into {header: field}."""
    return {word: name for name, text in words.items() for word in text.split()}


def to_key(header: str) -> str:
    """Return the custom field key for a header: "MonthlyCharges" and "Monthly Charges" give monthly_charges."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    return "_".join(re.findall(r"[a-z0-9]+", fold(parted)))[:60].strip("_")
