"""Resolve a selective condition to ids first, so that the planner starts with them.

A planner that expects many matches scans a table in the order of the page, and reads it to the end if there are few. So
a selective condition is queried alone first, by its own index, up to MOST ids, which then select the rows. For up to
MOST_SCANNED ids the table is scanned in the order of the page, and `IsOneOf` compares each row with the list of ids.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Func, QuerySet

MOST = 2_000
MOST_SCANNED = 20_000


def fetch_bounded(found: QuerySet[Any], *, most: int = MOST) -> list[Any] | None:
    """Return the values of a `values_list(…, flat=True)` if there are at most `most`, else None."""
    values = list(found[: most + 1])
    return values if len(values) <= most else None


class IsOneOf(Func):
    """Compile to "is one of many values"; all values are one parameter, because databases limit parameters.

    `scanned`: rows are scanned in another order, so SQLite must not use the index of the column once for each value.
    """

    arity = 1

    def __init__(self, expression: Any, values: Sequence[str] | Sequence[int], *, scanned: bool = False) -> None:
        self.values, self.scanned = tuple(values), scanned
        super().__init__(expression, output_field=BooleanField())

    @property
    def identity(self) -> Any:
        """Include the values, so that Django does not take two conditions with other values for equal."""
        return (self.__class__, *self.source_expressions, self.values, self.scanned)

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:  # noqa: ARG002 - as Django calls it
        """Compile with a JSON list. A unary plus before the column disables its index."""
        sql, params = compiler.compile(self.source_expressions[0])
        sign = "+" if self.scanned else ""
        chosen = f"({sign}{sql} IN (SELECT value FROM json_each(%s)))"  # noqa: S608 - the values are a parameter
        return chosen, (*params, json.dumps(self.values))

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile with an array, which PostgreSQL searches by a hash table."""
        if not self.values:
            return "FALSE", ()  # an empty list has no type that would fit the column
        sql, params = compiler.compile(self.source_expressions[0])
        kind = "text" if self.values and isinstance(self.values[0], str) else "bigint"
        return f"({sql} = ANY(%s::{kind}[]))", (*params, list(self.values))
