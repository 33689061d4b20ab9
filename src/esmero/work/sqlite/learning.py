"""What SQLite's planner knows of its tables: read anew each hour from a bounded look at each index.

Without it a planner takes every index for equally good. PostgreSQL does this by itself (autovacuum).
"""

import time

from django.db import connection, transaction

EVERY = 3600  # seconds
_LOOKED_AT = 1000  # rows of each index; with a million people all of them together take 0.2 s


class Learning:
    """A routine of each worker; it never counts as work, so that nobody waits for more of it."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, worker: str) -> int:  # noqa: ARG002
        """Learn, if an hour is over."""
        if connection.vendor == "sqlite" and time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA analysis_limit = {_LOOKED_AT}")
                with transaction.atomic():
                    cursor.execute("ANALYZE")
        return 0
