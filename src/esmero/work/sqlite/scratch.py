"""A throw-away copy of the house's SQLite database, for work that is to be undone: nobody waits for its transactions.

A long transaction that is rolled back in the end would keep every other writer of the house waiting meanwhile.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, connections

from esmero.work.sqlite.base import DatabaseWrapper


class Scratch:
    """The copy, in `folder`, as long as the context lasts. Open it outside of transactions."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.path = folder / f"scratch-{os.getpid()}-{secrets.token_hex(4)}.sqlite3"

    def __enter__(self) -> Self:
        self._sweep()
        own = connections[DEFAULT_DB_ALIAS]
        with own.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self.path)])
        self._copy = DatabaseWrapper({**own.settings_dict, "NAME": str(self.path)}, alias=DEFAULT_DB_ALIAS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy.close()
        for path in self._folder.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Within, all that this thread asks of the database, or tells it, goes to the copy."""
        own = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._copy
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    def _sweep(self) -> None:
        """Delete what processes left that were killed."""
        for path in self._folder.glob("scratch-*"):
            with contextlib.suppress(ValueError, OSError):
                pid = int(path.name.split("-")[1])
                if not Path(f"/proc/{pid}").exists():
                    path.unlink()
