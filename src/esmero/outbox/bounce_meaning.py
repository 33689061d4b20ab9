"""Extract the meaning of a bounce from the facts of its event, as an expression that both databases can index."""

from typing import Any

from django.db.models import Func, TextField


class BounceMeaning(Func):
    """Compile to the text under "meaning" in a JSON column.

    The SQL has no parameters, because SQLite uses an expression index only for literally the same expression.
    """

    template = "JSON_EXTRACT(%(expressions)s, '$.meaning')"
    arity = 1

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Take the JSON column as the only expression."""
        extra.setdefault("output_field", TextField())
        super().__init__(*expressions, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Compile with PostgreSQL's operator ->>."""
        return self.as_sql(compiler, connection, template="(%(expressions)s ->> 'meaning')", **extra)
