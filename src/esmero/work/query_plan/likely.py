"""A condition that nearly every row meets, said so to SQLite, which knows nothing of its tables without ANALYZE.

Without statistics it takes any equality for rare, and begins with the index of a state that all rows share although the ids
of the few that are wanted are given. `likely()` leaves the index usable and lets anything narrower go first.
"""

from typing import Any

from django.db.models import CharField
from django.db.models.lookups import Exact


@CharField.register_lookup
class Likely(Exact):
    """`state__likely="active"`: equal, as nearly all are; PostgreSQL counts its rows itself and is told nothing."""

    lookup_name = "likely"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:  # noqa: ARG002 - as Django calls it
        """Return the operator with its other side."""
        return f"= {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Write the comparison within `likely(…)`."""
        sql, params = self.as_sql(compiler, connection)
        return f"likely({sql})", params
