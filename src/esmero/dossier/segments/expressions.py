"""Define SQL expressions missing in Django, with the same result on SQLite and PostgreSQL."""

from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, Expression, F, Field, FloatField, Func, Q, TextField

from esmero.people.segments.evaluation import FOLD, fold_latin
from esmero.people.segments.vocabulary import Kind

_JSON_TYPES = {  # kind: types of SQLite's JSON, type of PostgreSQL's JSON
    "integer": ("'integer', 'real'", "number"),
    "decimal": ("'integer', 'real'", "number"),
    "boolean": ("'true', 'false'", "boolean"),
}
_TEXT = ("'text'", "string")


_FROM, _TO = "".join(FOLD), "".join(FOLD.values())


def _fold_or_none(text: Any) -> str | None:
    return None if text is None else fold_latin(str(text))


def register_fold(_sender: Any = None, *, connection: Any, **_kwargs: Any) -> None:
    """Register the SQLite function that corresponds to PostgreSQL's translate()."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("esmero_fold", 1, _fold_or_none, deterministic=True)


def ensure_fold() -> None:
    """Register the function on a connection that is open already; later ones get it by the signal."""
    connection.ensure_connection()
    register_fold(connection=connection)


connection_created.connect(register_fold, dispatch_uid="esmero.dossier.segments.expressions")


class Unindexed(Func):
    """Hide a column from SQLite's index selection; its value is unchanged."""

    template = "+%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Compile to the column itself: PostgreSQL has statistics about each value."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **extra)


class Folded(Func):
    """Fold a text like fold_latin()."""

    function = "esmero_fold"
    arity = 1

    def __init__(self, expression: Any) -> None:
        super().__init__(expression, output_field=TextField())

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile to PostgreSQL's translate() with the table of letters."""
        sql, params = compiler.compile(self.source_expressions[0])
        return f"translate({sql}, %s, %s)", (*params, _FROM, _TO)


class IsNotTrue(Func):
    """Negate a condition: true if it is false or unknown."""

    template = "((%(expressions)s) IS NOT TRUE)"

    def __init__(self, condition: Q | Expression) -> None:
        super().__init__(condition, output_field=BooleanField())


class CustomFieldValue(Func):
    """Extract a custom field as a value of its kind; a value of another type and an empty text are null."""

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
        """Include key and kind: two expressions are equal only if both are."""
        return (self.__class__, self.key, self.kind)

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:  # noqa: ARG002 - Django's call
        """Compile with a check of the JSON type first, since SQLite compares values of any types."""
        sql, params = compiler.compile(self.source_expressions[0])
        path = f'$."{self.key}"'
        types, _type = _JSON_TYPES.get(self.kind, _TEXT)
        value = f"json_extract({sql}, %s)"
        found = f"CASE WHEN json_type({sql}, %s) IN ({types}) THEN {value} END"
        return (f"NULLIF({found}, '')" if types == _TEXT[0] else found), (*params, path, *params, path)

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile numbers to double precision, and texts with the order of their code points."""
        sql, params = compiler.compile(self.source_expressions[0])
        _types, kind = _JSON_TYPES.get(self.kind, _TEXT)
        cast = {"number": "::double precision", "boolean": "::boolean"}.get(kind, "")
        found = f"CASE WHEN jsonb_typeof({sql} -> %s) = '{kind}' THEN ({sql} ->> %s){cast} END"
        return (
            f"(NULLIF({found}, '') COLLATE \"C\")" if kind == "string" else f"({found})",
            (*params, self.key, *params, self.key),
        )
