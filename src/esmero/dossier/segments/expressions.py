"""The few pieces of SQL that Django does not speak, each with the same answer on SQLite and on PostgreSQL."""

import unicodedata
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, Expression, F, Field, FloatField, Func, Q, TextField

from esmero.people.segments.conditions import Kind

_JSON_TYPES = {  # kind: types of SQLite's JSON, type of PostgreSQL's JSON
    "integer": ("'integer', 'real'", "number"),
    "decimal": ("'integer', 'real'", "number"),
    "boolean": ("'true', 'false'", "boolean"),
}
_TEXT = ("'text'", "string")


def _fold_table() -> dict[str, str]:
    """Map each accented Latin letter (U+00C0 to U+017F) to its small base letter, and A to Z to a to z."""
    table = {chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    for code in range(0xC0, 0x180):
        base = unicodedata.normalize("NFKD", chr(code))
        letters = [letter for letter in base if not unicodedata.combining(letter)]
        if len(letters) == 1 and letters[0].isascii():
            table[chr(code)] = letters[0].lower()
    return table


FOLD = _fold_table()
_TRANSLATION = str.maketrans(FOLD)
_FROM, _TO = "".join(FOLD), "".join(FOLD.values())


def fold_latin(text: str) -> str:
    """Return the text with capitals made small and the accents of Latin letters removed, letter by letter."""
    return text.translate(_TRANSLATION)


def _fold_or_none(text: Any) -> str | None:
    return None if text is None else fold_latin(str(text))


def teach(_sender: Any = None, *, connection: Any, **_kwargs: Any) -> None:
    """Give a connection to SQLite the function that PostgreSQL has in translate()."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("esmero_fold", 1, _fold_or_none, deterministic=True)


def teach_now() -> None:
    """Teach the connection that is open already; those to come are taught when they open."""
    connection.ensure_connection()
    teach(connection=connection)


connection_created.connect(teach, dispatch_uid="esmero.dossier.segments.expressions")


class Unindexed(Func):
    """A column of which SQLite's planner takes no index: the value is the same."""

    template = "+%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Compile: the column itself, for PostgreSQL knows how rare each value is."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class Folded(Func):
    """A text as fold_latin() gives it."""

    function = "esmero_fold"
    arity = 1

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=TextField())

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile: PostgreSQL's own function, told which letters."""
        sql, params = compiler.compile(self.source_expressions[0])
        return f"translate({sql}, %s, %s)", (*params, _FROM, _TO)


class Untrue(Func):
    """Turns a condition round: holds where it is false and where it is unknown."""

    template = "((%(expressions)s) IS NOT TRUE)"

    def __init__(self, condition: Q | Expression) -> None:
        super().__init__(condition, output_field=BooleanField())


class OwnValue(Func):
    """A person's own field as a value of its kind; what has another type is unknown, and so is an empty text."""

    arity = 1

    def __init__(self, key: str, kind: Kind) -> None:
        self.key, self.kind = key, kind
        fields: dict[str, Field[Any, Any]] = {
            "integer": FloatField(),
            "decimal": FloatField(),
            "boolean": BooleanField(),
        }
        super().__init__(F("fields"), output_field=fields.get(kind, TextField()))

    @property
    def identity(self) -> Any:
        """Two of them are the same only with the same key and kind."""
        return (self.__class__, self.key, self.kind)

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:  # noqa: ARG002 - as Django calls it
        """Compile: the type is looked at first, for SQLite compares anything with anything."""
        sql, params = compiler.compile(self.source_expressions[0])
        path = f'$."{self.key}"'
        types, _type = _JSON_TYPES.get(self.kind, _TEXT)
        value = f"json_extract({sql}, %s)"
        found = f"CASE WHEN json_type({sql}, %s) IN ({types}) THEN {value} END"
        return (f"NULLIF({found}, '')" if types == _TEXT[0] else found), (*params, path, *params, path)

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile: numbers as double precision, texts in the order of their code points."""
        sql, params = compiler.compile(self.source_expressions[0])
        _types, kind = _JSON_TYPES.get(self.kind, _TEXT)
        cast = {"number": "::double precision", "boolean": "::boolean"}.get(kind, "")
        found = f"CASE WHEN jsonb_typeof({sql} -> %s) = '{kind}' THEN ({sql} ->> %s){cast} END"
        return (
            f"(NULLIF({found}, '') COLLATE \"C\")" if kind == "string" else f"({found})",
            (*params, self.key, *params, self.key),
        )
