"""Create a temporary SQLite database with the tables of the main one, for writes that are not kept.

It starts empty, and only the rows that the work needs are copied into it, so its size follows the work and not the main
database. A long transaction on the main database, rolled back at the end, would block all other writers meanwhile.
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

_FIRST_ID = 1 << 40  # ids of rows created here start above those of the main database, so they never collide


class Scratch:
    """Hold a temporary database in `folder` for the duration of the context. Enter it outside of transactions."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.path = folder / f"scratch-{os.getpid()}-{secrets.token_hex(4)}.sqlite3"

    def __enter__(self) -> Self:
        self._delete_leftovers()
        main = connections[DEFAULT_DB_ALIAS]
        self._own = DatabaseWrapper({**main.settings_dict, "NAME": str(self.path)}, alias=DEFAULT_DB_ALIAS)
        # Read-only, so that no transaction here locks the main database.
        source = f"file:{quote(str(main.settings_dict['NAME']))}?mode=ro"
        with self._own.cursor() as cursor:
            # Rows may refer to rows that were not copied.
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("ATTACH %s AS source", [source])
            cursor.execute(
                # Without triggers and full-text tables (virtual, with their shadows): nobody searches here.
                "SELECT sql FROM source.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%%'"
                " AND (type = 'index' OR type = 'table' AND name IN"
                " (SELECT name FROM pragma_table_list WHERE schema = 'source' AND type = 'table')) ORDER BY type DESC"
            )
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
            cursor.execute("INSERT INTO sqlite_sequence SELECT name, %s FROM source.sqlite_sequence", [_FIRST_ID])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own.close()
        for path in self._folder.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Direct all queries of this thread to the temporary database for the duration of the context."""
        main = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._own
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = main

    def copy_all(self, model: type[Model]) -> None:
        """Copy a whole (small) table of the main database."""
        self._copy(model, "")

    def copy_rows(self, model: type[Model], /, **wanted: Collection[Any]) -> None:
        """Copy the rows whose field (one, by name) has one of these values; existing copies are not changed."""
        ((name, values),) = wanted.items()
        if values:
            column = f'"{model._meta.get_field(name).column}"'  # type: ignore[union-attr]
            self._copy(model, f"WHERE {column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values)))  # noqa: S608 - our own names

    def _copy(self, model: type[Model], where: str, *given: str) -> None:
        table = f'"{model._meta.db_table}"'
        with self._own.cursor() as cursor:
            cursor.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM source.{table} {where}", given)  # noqa: S608 - our own names

    def _delete_leftovers(self) -> None:
        """Delete the files of processes that no longer run."""
        for path in self._folder.glob("scratch-*"):
            with contextlib.suppress(ValueError, OSError):
                pid = int(path.name.split("-")[1])
                if not Path(f"/proc/{pid}").exists():
                    path.unlink()
