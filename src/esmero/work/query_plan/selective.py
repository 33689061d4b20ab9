"""Rows that a condition leaves, looked for once, so that whatever else is asked begins with them or holds them in hand.

A planner that expects many rows walks a table in the order of a page, and comes to its end when there are few. So a narrow
condition is asked alone first, in the order of an index that serves it, no further than MOST rows. Those of a condition that
leaves more, but not many, are held in hand while the table is walked: `OneOf` looks into them at each row.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Func, QuerySet

MOST = 2_000
MOST_HELD = 20_000


def find_few(found: QuerySet[Any], *, most: int = MOST) -> list[Any] | None:
    """Return the values of a `values_list(…, flat=True)` if there are at most `most`, None where there are more."""
    values = list(found[: most + 1])
    return values if len(values) <= most else None


class IsOneOf(Func):
    """Whether a text or a number is one of many; they travel as one parameter, however many they are.

    `held`: the rows are walked in another order, and SQLite does not go through an index once for each value.
    """

    arity = 1

    def __init__(self, expression: Any, values: Sequence[str] | Sequence[int], *, held: bool = False) -> None:
        self.values, self.held = tuple(values), held
        super().__init__(expression, output_field=BooleanField())

    @property
    def identity(self) -> Any:
        """Two of them are the same only with the same values."""
        return (self.__class__, *self.source_expressions, self.values, self.held)

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:  # noqa: ARG002 - as Django calls it
        """Compile: a list in JSON; a sign before a column keeps its index out of it."""
        sql, params = compiler.compile(self.source_expressions[0])
        sign = "+" if self.held else ""
        chosen = f"({sign}{sql} IN (SELECT value FROM json_each(%s)))"  # noqa: S608 - the values are a parameter
        return chosen, (*params, json.dumps(self.values))

    def as_postgresql(self, compiler: Any, _connection: Any, **_context: Any) -> Any:
        """Compile: an array, which is looked into by a hash."""
        sql, params = compiler.compile(self.source_expressions[0])
        kind = "text" if self.values and isinstance(self.values[0], str) else "bigint"
        return f"({sql} = ANY(%s::{kind}[]))", (*params, list(self.values))
