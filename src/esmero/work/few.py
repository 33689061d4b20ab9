"""The few rows that a condition leaves, looked for once, so that whatever else is asked begins with them.

A planner that expects many rows walks a table in the order of a page, and comes to its end when there are few. So a narrow
condition is asked alone first, in the order of an index that serves it, no further than MOST rows.
"""

from typing import Any

from django.db.models import QuerySet

MOST = 2_000


def find_few(found: QuerySet[Any], *, most: int = MOST) -> list[Any] | None:
    """Return the values of a `values_list(…, flat=True)` if there are at most `most`, None where there are more."""
    values = list(found[: most + 1])
    return values if len(values) <= most else None
