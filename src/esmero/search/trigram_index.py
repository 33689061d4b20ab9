"""Define the trigram index of a text column: FTS5 on SQLite, a GIN index of a tsvector on PostgreSQL.

Neither needs an extension. On SQLite an FTS5 table without a copy of the text follows the table by triggers, so that no
way of writing can leave them apart (https://www.sqlite.org/fts5.html, sections 4.3.5 and 4.4.3). On PostgreSQL the
trigrams are a column of their own, computed here: an index on a function would compute them anew for each row that a
scan meets.
"""

from typing import Any

from django.db import models
from django.db.backends.ddl_references import Statement, Table

from esmero.search.trigrams import list_trigrams


class TrigramVector(models.Field):  # type: ignore[type-arg]  # no generic at run time
    """Store the trigrams of the folded text that is assigned: as tsvector on PostgreSQL, null on SQLite."""

    def db_type(self, connection: Any) -> str:
        """Return the type of the column."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002 - as Django calls it
        """Return the text of a tsvector (PostgreSQL, section 8.11.1)."""
        if value is None or connection.vendor != "postgresql":
            return None
        return " ".join(quote_lexeme(one) for one in list_trigrams(value))


def quote_lexeme(lexeme: str) -> str:
    """Return a lexeme as it is written in a tsvector or tsquery."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


class TrigramIndex(models.Index):
    """Index the column named in `fields` by trigrams; its model has a TrigramVector named `trigrams`.

    On SQLite the FTS5 table bears the name of the index.
    """

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **_options: Any) -> Any:  # noqa: ARG002 - as Django calls it
        """Return the statement that creates the index; the triggers of SQLite follow it at the end of the migration."""
        quote = schema_editor.quote_name
        parts = {
            "table": Table(model._meta.db_table, quote),
            "name": quote(self.name),
            "key": quote(model._meta.pk.column),
            "column": quote(model._meta.get_field(self.fields[0]).column),
        }
        if schema_editor.connection.vendor == "postgresql":
            return Statement("CREATE INDEX %(name)s ON %(table)s USING gin (trigrams)", **parts)
        schema_editor.deferred_sql += [
            Statement(template, **parts, trigger=quote(f"{self.name}_{event}")) for event, template in _TRIGGERS.items()
        ]
        return Statement(_FTS5, **parts)

    def remove_sql(self, model: Any, schema_editor: Any, **options: Any) -> Any:
        """Return the statement that drops the index; on SQLite the triggers go first."""
        if schema_editor.connection.vendor == "postgresql":
            return super().remove_sql(model, schema_editor, **options)
        for event in _TRIGGERS:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {schema_editor.quote_name(f'{self.name}_{event}')}")
        return f"DROP TABLE IF EXISTS {schema_editor.quote_name(self.name)}"


# detail=none: only that a row has a trigram, not where. Half the size; the texts found are compared anyway.
_FTS5 = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS %(name)s USING fts5(%(column)s, content=%(table)s, content_rowid=%(key)s,"
    " tokenize='trigram case_sensitive 1', detail=none, columnsize=0)"
)
_REMOVE = "INSERT INTO %(name)s(%(name)s, rowid, %(column)s) VALUES ('delete', old.%(key)s, old.%(column)s);"
_ADD = "INSERT INTO %(name)s(rowid, %(column)s) VALUES (new.%(key)s, new.%(column)s);"
_TRIGGERS = {
    "insert": f"CREATE TRIGGER IF NOT EXISTS %(trigger)s AFTER INSERT ON %(table)s BEGIN {_ADD} END",
    "delete": f"CREATE TRIGGER IF NOT EXISTS %(trigger)s AFTER DELETE ON %(table)s BEGIN {_REMOVE} END",
    "update": (
        "CREATE TRIGGER IF NOT EXISTS %(trigger)s AFTER UPDATE OF %(column)s, %(key)s ON %(table)s"
        f" WHEN old.%(column)s IS NOT new.%(column)s OR old.%(key)s IS NOT new.%(key)s BEGIN {_REMOVE} {_ADD} END"
    ),
}
