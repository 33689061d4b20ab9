"""Mark a condition as true for nearly all rows, for SQLite's query planner.

Without statistics (ANALYZE), SQLite takes any equality for selective, and starts with the index of a state that all
rows share, although the condition has ids as well. With `likely()` the index stays usable, but others come first.
"""

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import Exact


@CharField.register_lookup
class Likely(Exact):
    """Compare for equality: `state__likely="active"`. PostgreSQL has statistics, so there it is plain equality."""

    lookup_name = "likely"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:  # noqa: ARG002 - as Django calls it
        """Return the operator with the right-hand side."""
        return f"= {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Compile the comparison inside `likely(…)`."""
        sql, params = self.as_sql(compiler, connection)
        return f"likely({sql})", params
