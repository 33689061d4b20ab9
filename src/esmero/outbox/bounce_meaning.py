"""What a return means, out of the facts of its event, as an expression that both databases can index."""

from typing import Any

from django.db.models import Func, TextField


class BounceMeaning(Func):
    """The text under "meaning" in a column of JSON: without parameters, for SQLite uses an index only for the same text."""

    template = "JSON_EXTRACT(%(expressions)s, '$.meaning')"
    arity = 1

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        """Take the column."""
        extra.setdefault("output_field", TextField())
        super().__init__(*expressions, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it with PostgreSQL's operator."""
        return self.as_sql(compiler, connection, template="(%(expressions)s ->> 'meaning')", **extra)
