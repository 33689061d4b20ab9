"""A throw-away SQLite database with the house's tables, for work that is to be undone: nobody waits for its transactions.

It begins empty, and only the rows that the work asks for are copied into it: its size follows the work, not the house. A
long transaction on the house itself, rolled back in the end, would keep every other writer waiting meanwhile.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from esmero.work.sqlite.base import DatabaseWrapper

_FIRST_OWN = 1 << 40  # ids of rows that are made here; those of the house are smaller, so none is taken twice


class Scratch:
    """The database, in `folder`, as long as the context lasts. Open it outside of transactions."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.path = folder / f"scratch-{os.getpid()}-{secrets.token_hex(4)}.sqlite3"

    def __enter__(self) -> Self:
        self._sweep()
        own = connections[DEFAULT_DB_ALIAS]
        self._own = DatabaseWrapper({**own.settings_dict, "NAME": str(self.path)}, alias=DEFAULT_DB_ALIAS)
        house = f"file:{quote(str(own.settings_dict['NAME']))}?mode=ro"  # so that no transaction here takes its lock
        with self._own.cursor() as cursor:
            # Of what a row points to, only what the work asks for is here.
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("ATTACH %s AS house", [house])
            cursor.execute(
                "SELECT sql FROM house.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%%'"
                " AND type IN ('table', 'index') ORDER BY type DESC"
            )
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
            cursor.execute("INSERT INTO sqlite_sequence SELECT name, %s FROM house.sqlite_sequence", [_FIRST_OWN])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own.close()
        for path in self._folder.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Within, all that this thread asks of the database, or tells it, goes here."""
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._own
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    def copy_all(self, model: type[Model]) -> None:
        """Copy a whole table of the house: one that is small."""
        self._copy(model, "")

    def copy_rows(self, model: type[Model], /, **wanted: Collection[Any]) -> None:
        """Copy the rows whose field (one, by name) has one of these values; what is here already stays as it is."""
        ((name, values),) = wanted.items()
        if values:
            column = f'"{model._meta.get_field(name).column}"'  # type: ignore[union-attr]
            self._copy(model, f"WHERE {column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values)))  # noqa: S608 - our own names

    def _copy(self, model: type[Model], where: str, *given: str) -> None:
        table = f'"{model._meta.db_table}"'
        with self._own.cursor() as cursor:
            cursor.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM house.{table} {where}", given)  # noqa: S608 - our own names

    def _sweep(self) -> None:
        """Delete what processes left that were killed."""
        for path in self._folder.glob("scratch-*"):
            with contextlib.suppress(ValueError, OSError):
                pid = int(path.name.split("-")[1])
                if not Path(f"/proc/{pid}").exists():
                    path.unlink()
