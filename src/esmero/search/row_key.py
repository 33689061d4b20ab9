"""Define a primary key that is given, not counted, and is the rowid of the table on SQLite."""

from typing import Any

from django.db import models


class RowKey(models.BigIntegerField):  # type: ignore[type-arg]  # no generic at run time
    """Store a 64-bit primary key. SQLite takes only a column of type "integer" for its rowid; others get an index."""

    def db_type(self, connection: Any) -> str | None:
        """Return the type of the column."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
