"""Django's SQLite backend whose writers queue on a file lock.

SQLite's own busy handler polls with growing sleeps and starves small writers: with three processes writing batches of
500 rows a one-row web write waited seconds. An advisory lock beside the database is fair and wakes at once. It is taken
where a transaction starts and let go at commit, rollback and close. Reads outside `atomic()` never touch it.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    _lock_fd: int | None = None
    _locked = False

    def _queue(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._locked or not name or ":memory:" in name or "mode=memory" in name:
            return
        if self._lock_fd is None:
            self._lock_fd = os.open(f"{name}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)
        self._locked = True

    def _let_go(self) -> None:
        if self._locked and self._lock_fd is not None:
            self._locked = False
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)

    def _start_transaction_under_autocommit(self) -> None:
        self._queue()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_go()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._let_go()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._let_go()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._let_go()
            if self._lock_fd is not None:
                os.close(self._lock_fd)
                self._lock_fd = None
